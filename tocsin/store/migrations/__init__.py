"""Alembic's history of the schema, one line for both databases."""
