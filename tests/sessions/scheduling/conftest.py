"""What several tests of scheduling share."""

import pytest


@pytest.fixture
def all_are_large(monkeypatch):
    """Every problem goes the way of large ones, without the exact model."""
    monkeypatch.setattr("sessions.scheduling.exact.MOST_LITERALS", -1)
    monkeypatch.setattr("sessions.scheduling.exact.MOST_TO_CHOOSE_FROM", -1)
