"""Speed networking: rounds of short calls between people who do not know each other yet."""
