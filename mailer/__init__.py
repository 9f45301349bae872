"""From facts to letters, from letters to SMTP."""
