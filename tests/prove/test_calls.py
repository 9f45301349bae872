"""Ten thousand hostile frames to the signalling of calls: each is answered or cut off, and nothing goes wrong."""

import pytest

from tests.realtime.test_calls import house, meet, throw  # noqa: F401 - fixtures

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]
FRAMES = 10_000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ten_thousand_hostile_frames(database_url, house, meet, monkeypatch, caplog):  # noqa: F811
    monkeypatch.setattr("realtime.calls.STRIKES", 10**9)
    monkeypatch.setattr("realtime.guard.PACE", 1e9)
    monkeypatch.setattr("realtime.guard.BURST", 1e9)

    answered, failed = await throw(house, meet, FRAMES, seed=11)

    wrong = [one.message for one in caplog.records if one.levelname == "ERROR"]
    print(f"{answered} hostile frames answered, {failed} failed, {len(wrong)} errors")  # noqa: T201 - a figure
    assert (answered >= FRAMES, failed, wrong) == (True, 0, [])
