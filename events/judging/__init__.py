"""Votes in, a ranking with everything it was worked out from out. Knows no database and no event."""
