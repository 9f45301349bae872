"""Judging in events: rounds, judges, votes and results as rows. The engine that counts is events/judging."""
