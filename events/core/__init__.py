"""What every package stands on; not a word of the field in here."""
