"""Wire types that several nouns share."""
