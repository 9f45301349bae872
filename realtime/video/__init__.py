"""Ways in which people in a room see each other: what each can do, and what it needs of a page."""
