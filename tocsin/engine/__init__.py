"""Domain joined to store in transactions, and the turns of the loop."""
