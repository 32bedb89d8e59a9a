"""The operations of the Open API, one noun a file."""
