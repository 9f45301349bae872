"""Pages: read, open, do, answer. One module per noun."""
