"""Pure rules, one noun a file: values in, values and reasons out."""
