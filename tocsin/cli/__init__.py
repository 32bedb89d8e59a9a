"""The command: serve, migrate, doctor, keys, and a verb for every operation."""
