"""Proposed teams: asked for by organisers, made by the team builder, adjusted, sent, and formed by those who agree."""
