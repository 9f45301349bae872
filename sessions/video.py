"""Video: the way in which those in a meeting room see each other, chosen for an event and for a single meeting.

Which ways there are is known here; how each works is `realtime/video/`. Where one fails, everybody is switched to the
next that the event allows: a room is never split.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlmodel import Field, SQLModel, select

from events.core.access import SYSTEM, Actor, command
from events.core.columns import listing, word
from events.core.database import Database
from events.core.hooks import cloned_with_event, copied_with_event
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.events import EventWithPhases, not_over
from events.roles import organiser_of_event
from sessions.meeting_rooms import RoomClosed, RoomInMeeting, changed, lead_in_room, locked_room, stands

LINK_LIMIT = 500
MOST_DIRECTLY = 4  # each sends to each of the others: a fifth camera is too much for most lines


class Way(StrEnum):
    """A way of seeing each other. OFF is a room with notes and a clock only."""

    MESH = "mesh"
    JANUS = "janus"
    LIVEKIT = "livekit"
    JITSI = "jitsi"
    BBB = "bbb"
    LINK = "link"
    STREAM = "stream"
    OFF = "off"


WAYS: dict[Way, Message] = {
    Way.MESH: _("Directly from browser to browser"),
    Way.JANUS: _("Janus, an engine of ours"),
    Way.LIVEKIT: _("LiveKit"),
    Way.JITSI: _("Jitsi Meet"),
    Way.BBB: _("BigBlueButton"),
    Way.LINK: _("A link to another service"),
    Way.STREAM: _("A stream that all watch"),
    Way.OFF: _("No video"),
}
FOR_MEETINGS = (Way.MESH, Way.JANUS, Way.LIVEKIT, Way.JITSI, Way.BBB, Way.LINK, Way.OFF)


class VideoRules(SQLModel, table=True):
    """How the meetings of an event are held. `relay_only` hides everybody's network address from the others: all goes
    through a relay. `link_hosts` are the sites to which links may lead, none for any."""

    __tablename__ = "video_rules"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    way: Way = word(Way, default=Way.MESH)
    relay_only: bool = False
    link_hosts: list[str] = listing(default_factory=list)


@dataclass(frozen=True)
class VideoRulesChanged(Fact):
    """An organiser chose how the meetings of an event are held."""

    event_id: int


@dataclass(frozen=True)
class MeetingVideoChosen(Fact):
    """Those who meet chose how they see each other."""

    event_id: int
    meeting_id: int
    way: str


@dataclass(frozen=True)
class MeetingVideoSwitched(Fact):
    """A way of seeing each other failed, and everybody in the room was switched to another."""

    event_id: int
    meeting_id: int
    failed: str
    way: str


def video_rules_of(db: Database, event_id: int) -> VideoRules:
    """How meetings of an event are held; the usual rules where nobody has set any."""
    return db.exec(select(VideoRules).where(VideoRules.event_id == event_id)).first() or VideoRules(event_id=event_id)


@command(organiser_of_event, when=not_over)
def set_video_rules(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    way: Way,
    relay_only: bool,
    link_hosts: Collection[str] = (),
) -> None:
    """Choose how the meetings of an event are held. It holds for everybody who comes into a room from then on.

    Refuses a stream, which is no meeting, and hosts that are no names of sites.
    """
    if way not in FOR_MEETINGS:
        raise Invalid({"way": _("Please choose how meetings are held.")})
    hosts = sorted({one.strip().lower() for one in link_hosts if one.strip()})
    if any(not _is_host(one) for one in hosts) or len(hosts) > 20:
        raise Invalid({"link_hosts": _("Please write names of sites, such as meet.example.org, one a line.")})
    row = video_rules_of(db, subject.id)
    if (row.id, row.way, row.relay_only, row.link_hosts) == (row.id, way, relay_only, hosts) and row.id:
        return
    row.way, row.relay_only, row.link_hosts = way, relay_only, hosts
    db.add(row)
    db.flush()
    record(db, actor, VideoRulesChanged(event_id=subject.id))


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return (
        len(labels) > 1 and len(text) <= 253 and all(one.replace("-", "").isalnum() and one.isascii() for one in labels)
    )


@copied_with_event
def _copy_video(db: Database, actor: Actor, from_event_id: int, to_event_id: int) -> None:
    """An event made from another holds its meetings in the same way."""
    row = db.exec(select(VideoRules).where(VideoRules.event_id == from_event_id)).first()
    there = db.exec(select(VideoRules.id).where(VideoRules.event_id == to_event_id)).first()
    if row is not None and there is None:
        db.add(VideoRules(**row.model_dump(exclude={"id", "event_id"}), event_id=to_event_id))
        db.flush()


@cloned_with_event
def _clone_video(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    _copy_video(db, SYSTEM, from_event, to_event)


@dataclass(frozen=True)
class Chosen:
    """The way in which those in a room see each other now; `switched_from` failed, `why` says how, and `passed` are all
    that have failed or were too small."""

    way: Way
    link: str = ""
    relay_only: bool = False
    switched_from: Way | None = None
    why: str = ""
    passed: frozenset[Way] = frozenset()


def way_of(db: Database, subject: RoomInMeeting, usable: Collection[Way]) -> Chosen:
    """How those in a room see each other: as the meeting says, else the event, unless that failed or is not `usable`
    here; then the next usable one. A meeting at a numbered table has no video."""
    rules, room = video_rules_of(db, subject.meeting.event_id), subject.room
    if not subject.is_video:
        return Chosen(Way.OFF)
    failed = [Way(one) for one in room.passed_over.split() if one in set(Way)]
    wished = Way(room.provider) if room.provider else rules.way
    order = [wished, Way.MESH, Way.JANUS, Way.LIVEKIT, Way.JITSI, Way.BBB]
    if room.link:
        order.append(Way.LINK)
    for way in order:
        possible = way in usable or way is Way.OFF or (way is Way.LINK and bool(room.link))
        if possible and way not in failed:
            last, why = (failed[-1], room.why_switched) if failed else (None, "")
            return Chosen(way, room.link, rules.relay_only, last, why, frozenset(failed))
    last = failed[-1] if failed else None
    return Chosen(Way.OFF, room.link, rules.relay_only, last, room.why_switched, frozenset(failed))


def before_its_end(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse to choose for a meeting that does not stand, or whose room is closed."""
    stands(subject, now)
    if now >= subject.clock.closes:
        raise RoomClosed


@command(lead_in_room, when=before_its_end)
def choose_video(db: Database, actor: Actor, subject: RoomInMeeting, *, way: Way | None, link: str = "") -> None:
    """Choose how those who meet see each other, None as their event does: they alone, so that nobody else leads them
    elsewhere. A link has to be https, and lead to a site
    that the event allows. Those in the room are switched together."""
    if way is not None and way not in FOR_MEETINGS:
        raise Invalid({"way": _("Please choose how you see each other.")})
    clean = link.strip() if way is Way.LINK else ""
    if way is Way.LINK:
        refuse_link(clean, video_rules_of(db, subject.meeting.event_id).link_hosts)
    row = locked_room(db, subject)
    row.provider, row.link, row.passed_over, row.why_switched = way or "", clean, "", ""
    row.epoch += 1
    changed(db, row)
    record(
        db, actor,
        MeetingVideoChosen(event_id=subject.meeting.event_id, meeting_id=subject.id, way=way or ""),
    )  # fmt: skip


def refuse_link(link: str, hosts: Collection[str]) -> None:
    """Refuse a link that is no https address, or leads to a site that is not among `hosts` if there are any."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        known = parts.port is None or parts.port > 0
    except ValueError:
        host, known = "", False
    if (
        not known
        or not link.startswith("https://")
        or not _is_host(host)
        or len(link) > LINK_LIMIT
        or "@" in link[:300]
    ):
        raise Invalid({"link": _("Please write an address that begins with https://.")})
    if hosts and not any(host == one or host.endswith("." + one) for one in hosts):
        raise Invalid({"link": _("This event allows links to these sites only: %(sites)s.", sites=", ".join(hosts))})


def switch_way(db: Database, subject: RoomInMeeting, *, failed: Way, why: str, usable: Collection[Way]) -> Chosen:
    """A way has failed: everybody in the room goes to the next one. By the server itself; twice is once."""
    row = locked_room(db, subject)
    if failed.value not in row.passed_over.split():
        row.passed_over = f"{row.passed_over} {failed.value}".strip()
        row.why_switched = why[:200]
        row.epoch += 1
        changed(db, row)
        found = way_of(db, subject, usable)
        record(
            db, SYSTEM,
            MeetingVideoSwitched(
                event_id=subject.meeting.event_id, meeting_id=subject.id, failed=failed, way=found.way
            ),
        )  # fmt: skip
        return found
    return way_of(db, subject, usable)
