"""Screening: whether submissions are eligible, before they are judged. Two people look at each, with reasons."""
