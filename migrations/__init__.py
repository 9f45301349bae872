"""The form of the database, step by step."""
