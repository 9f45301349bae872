"""The board: an event's participants or tables by its slots, for organisers and for desks, who act for others there."""
