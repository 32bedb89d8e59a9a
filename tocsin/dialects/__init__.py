"""Foreign APIs that read as well as write, one family a file."""
