"""Judging, scheme by scheme."""
