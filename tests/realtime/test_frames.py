"""What comes through a socket, looked at without one: its pace and its form."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from realtime.guard import Bucket, Connection, Guard, _Line


def test_a_bucket_gives_its_burst_at_once() -> None:
    bucket = Bucket(pace=20, burst=60)

    taken = [bucket.take() for _event in range(70)]

    assert taken == [True] * 60 + [False] * 10


@given(st.text() | st.text("0123456789[]{}\"',:", max_size=60).map("42".__add__))
def test_no_text_makes_the_guard_stumble(text: str) -> None:
    async def look() -> str:
        line = _Line(Guard(_nothing, lambda _cookie: None), Connection("", 1, 1, ""), _nothing, _nothing)
        try:
            return line._look_at({"text": text})
        finally:
            line.end()

    assert asyncio.run(look()) in {"", "malformed", "oversize"}


async def _nothing(*_anything):
    return {}
