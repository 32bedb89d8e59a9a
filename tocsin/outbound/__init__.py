"""How anything leaves, one delivery method a file."""
