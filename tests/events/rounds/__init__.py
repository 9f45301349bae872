"""Rounds of judging: rows, rights and results."""
