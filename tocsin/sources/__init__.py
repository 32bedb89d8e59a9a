"""Foreign requests to our events, one sender a file; pure."""
