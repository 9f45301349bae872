"""Choosing peers for reviews: who may come, who comes, and why; without a database."""
