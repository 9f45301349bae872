"""Regular sessions: stand-ups, open hours and the like, held every day or week at the same hour."""
