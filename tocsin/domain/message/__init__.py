"""What people are told about incidents: the words, in templates of the account or built in."""
