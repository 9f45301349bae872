"""What clients say in calls, looked at before anybody acts on it: every word has its type and its length."""

from dataclasses import dataclass
from typing import Any

from events.core.refusals import Invalid
from events.core.translation import _

LONGEST_ID = 40
LONGEST_PROOF = 64
LONGEST_SDP = 14_000
LONGEST_CANDIDATE = 1024
MOST_AT_ONCE = 32
LONGEST_CAPTION = 280
TYPES = ("offer", "answer")
FLAGS = ("mic", "cam", "screen", "hand")


class Unclear(Invalid):
    """A frame that none of our pages sends."""

    def __init__(self) -> None:
        super().__init__(_("This cannot be read."))


@dataclass(frozen=True)
class Joining:
    """A wish to come into the room of a meeting, perhaps back to a visit that was one's own."""

    meeting: str
    visit: str
    proof: str


@dataclass(frozen=True)
class Signal:
    """An offer or answer (`d`), or a way that was found (`c`), for one other visit. `size` is in letters."""

    number: int
    content: dict[str, Any]
    size: int


def _text(value: Any, longest: int, *, empty: bool = True) -> str:
    if not isinstance(value, str) or len(value) > longest or "\0" in value or (not value and not empty):
        raise Unclear
    return value


def _whole(value: Any, most: int = 2**31) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Unclear
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 12:
        raise Unclear
    return value


def read_joining(asked: Any) -> Joining:
    """A wish to come in."""
    found = _mapping(asked)
    visit = _mapping(found.get("visit") or {})
    return Joining(
        _text(found.get("meeting"), LONGEST_ID, empty=False),
        _text(visit.get("id", ""), LONGEST_ID),
        _text(visit.get("proof", ""), LONGEST_PROOF),
    )


def read_signals(asked: Any) -> tuple[str, list[Signal]]:
    """Signals for one other visit, in their order."""
    found = _mapping(asked)
    to, batch = _text(found.get("to"), LONGEST_ID, empty=False), found.get("batch")
    if not isinstance(batch, list) or not 0 < len(batch) <= MOST_AT_ONCE:
        raise Unclear
    return to, [_signal(_mapping(one)) for one in batch]


def _signal(one: dict[str, Any]) -> Signal:
    number = _whole(one.get("seq"))
    if ("d" in one) == ("c" in one):
        raise Unclear
    if "d" in one:
        sdp = read_description(one["d"])
        return Signal(number, {"d": sdp}, len(sdp["sdp"]))
    way = read_candidate(one["c"])
    return Signal(number, {"c": way}, len(way["candidate"]))


def read_description(value: Any) -> dict[str, Any]:
    """An offer or an answer."""
    found = _mapping(value)
    if found.get("type") not in TYPES:
        raise Unclear
    return {"type": found["type"], "sdp": _text(found.get("sdp"), LONGEST_SDP, empty=False)}


def read_candidate(value: Any) -> dict[str, Any]:
    """A way that was found."""
    found = _mapping(value)
    mid, line, fragment = found.get("sdpMid"), found.get("sdpMLineIndex"), found.get("usernameFragment")
    return {
        "candidate": _text(found.get("candidate"), LONGEST_CANDIDATE),
        "sdpMid": None if mid is None else _text(mid, 64),
        "sdpMLineIndex": None if line is None else _whole(line, 256),
        "usernameFragment": None if fragment is None else _text(fragment, 256),
    }


def read_engine(asked: Any) -> tuple[str, dict[str, Any]]:
    """Something for an engine: whose connection it is about ('' for one's own), and a description, a way that was
    found (None: there are no more), or the wish to watch."""
    found = _mapping(asked)
    of = _text(found.get("of", ""), LONGEST_ID)
    if found.get("watch") is True and of:
        return of, {"watch": True}
    if "d" in found:
        return of, {"d": read_description(found["d"])}
    if "c" not in found:
        raise Unclear
    return of, {"c": None if found["c"] is None else read_candidate(found["c"])}


def read_media(asked: Any) -> dict[str, bool]:
    """What somebody has switched on; only shown, never trusted."""
    found = _mapping(asked)
    if any(not isinstance(found.get(name), bool) for name in FLAGS):
        raise Unclear
    return {name: found[name] for name in FLAGS}


def read_caption(asked: Any) -> dict[str, Any]:
    """What somebody has written of what is said."""
    found = _mapping(asked)
    if not isinstance(found.get("final"), bool):
        raise Unclear
    return {"text": _text(found.get("text"), LONGEST_CAPTION), "final": found["final"]}
