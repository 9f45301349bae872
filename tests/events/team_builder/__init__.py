"""The team builder against brute force, its own promises, and chance."""
