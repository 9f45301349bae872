"""Whole stories in a real browser; their chapters are ordinary modules whose asserts should explain themselves too."""

import pytest

for name in ("building", "house", "live_room", "meeting", "people", "setting_up"):
    pytest.register_assert_rewrite(f"tests.journeys.{name}")
