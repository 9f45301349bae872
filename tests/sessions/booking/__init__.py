"""Booking as a state machine: a model kept beside it, the ways to drive it, and bugs it has to find."""
