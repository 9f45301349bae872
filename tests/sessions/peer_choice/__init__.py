"""Choosing peers, without a database."""
