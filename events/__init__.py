"""The gathering: its people, organisations and events, and the ground everything stands on."""
