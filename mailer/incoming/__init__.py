"""What comes back: answers of calendars, bounces, texts; and what may be believed of them."""
