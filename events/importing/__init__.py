"""Bringing people and marketplace items in from files: looked at first, line by line, then imported whole."""
