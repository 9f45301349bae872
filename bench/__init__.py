"""Figures that documents quote, each by one command."""
