"""What calls ask of the database, each as one step in a thread: coming in, the state of a room, who is out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from events.core import clock
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.settings import settings
from events.core.tokens import same, signature
from events.people import people_by_id
from events.roles import actor_for
from realtime.video.provider import Guest, Part, RoomSpec
from realtime.video.ways import usable_ways
from sessions.meeting_rooms import MeetingRoom, RoomInMeeting, changed, get_meeting_room, room_by_meeting, room_state
from sessions.meeting_visits import (
    MeetingVisit,
    enter_meeting_room,
    lost_visits,
    visits_here,
)
from sessions.video import Chosen, Way, switch_way, way_of
from sessions.visit_lines import AWAY, Lost, end_visits, note_line_broken, note_seen

DAY = timedelta(days=1)

Message = dict[str, Any]


@dataclass(frozen=True)
class RoomNow:
    """A room as those in it see it: the message, and what the server itself keeps an eye on. At `stale_at` it is
    another one by the clock alone."""

    message: Message
    rev: int
    epoch: int
    closes: datetime
    visits: frozenset[str]
    captioners: frozenset[int]
    chosen: Chosen
    spec: RoomSpec
    stale_at: datetime | None = None

    @property
    def is_shared(self) -> bool:
        """Whether all in it see the same."""
        return True

    def heard_by(self, visit: str) -> frozenset[str]:
        """Whom signals of a visit may reach."""
        return self.visits - {visit}

    def message_for(self, visit: str) -> Message:
        """What a visit is told of the room."""
        return self.message


@dataclass(frozen=True)
class Seated:
    """Somebody who has come in: their visit with its proof, those it replaced, and the room (`meeting_id` is its row's
    id)."""

    meeting_id: int
    visit: str
    proof: str
    order: int
    resumed: bool
    replaced: tuple[str, ...]
    guest: Guest
    room: RoomNow


def proof_of(public: str, visit: str, person: int, epoch: int) -> str:
    """That a visit is somebody's own, so that they find it again after a restart and nobody else takes it."""
    return signature("visit of a meeting room", f"{public}|{visit}|{person}|{epoch}")


def come_in(person: int, public: str, visit: str, proof: str) -> Seated:
    """Let somebody into a room, or back to their visit. The rules are asked again each time; NotFound for outsiders."""
    with transaction() as db:
        actor = actor_for(db, person)
        subject = get_meeting_room(db, actor, public)
        own = bool(visit) and same(proof, proof_of(public, visit, person, subject.room.epoch))
        stay = enter_meeting_room(db, actor, subject, visit=visit if own else "")
        subject = get_meeting_room(db, actor, public)
        name = people_by_id(db, {person})[person].name
        part = Part.HOST if person in subject.leads else Part.SPEAKER
        return Seated(
            subject.id, stay.visit.public_id, proof_of(public, stay.visit.public_id, person, stay.visit.epoch),
            stay.visit.id or 0, stay.resumed, stay.replaced, Guest(stay.visit.public_id, name, part),
            _room_now(db, subject),
        )  # fmt: skip


def may_check(person: int, public: str) -> bool:
    """Whether somebody's call would be relayed only, for those who may come into this room; NotFound for others."""
    with reading() as db:
        subject = get_meeting_room(db, actor_for(db, person), public)
        times = subject.clock if subject.of.has_time else None
        # A relay is for meetings: its names and passwords are given out from a day before until the end.
        if not subject.may_enter(person) or times is None or not times.opens - DAY <= clock.now() < times.closes:
            raise NotFound()
        return settings().relay_only or way_of(db, subject, usable_ways()).relay_only


def spec_of(subject: RoomInMeeting) -> RoomSpec:
    """The room as an engine is asked for it, with a name that nobody can guess and that changes with the epoch."""
    name = signature("name of a call", f"{subject.meeting.public_id}|{subject.room.epoch}")[:32]
    return RoomSpec(name, subject.clock.closes, 4, subject.room.link)


def room_now(meeting_id: int) -> RoomNow:
    """A room as those in it see it at this moment; NotFound for one that is gone."""
    with reading() as db:
        subject = room_by_meeting(db, meeting_id)
        if subject is None:
            raise NotFound()
        return _room_now(db, subject)


def _room_now(db: Database, subject: RoomInMeeting) -> RoomNow:
    here, times, now = visits_here(db, subject), subject.clock, clock.now()
    chosen = way_of(db, subject, usable_ways())
    people = people_by_id(db, {one.person_id for one in here})
    peers = [
        {
            "id": one.public_id, "name": one.name, "side": one.side.value if one.side else "", "online": one.online,
            "order": one.order, "person": people[one.person_id].public_id,
            "captions": one.person_id in subject.captioners,
        }
        for one in here
    ]  # fmt: skip
    message = {
        "meeting": subject.meeting.public_id,
        "rev": subject.room.rev,
        "epoch": subject.room.epoch,
        "state": room_state(subject, [one.side for one in here], clock.now()).value,
        "way": chosen.way.value,
        "switched": chosen.switched_from.value if chosen.switched_from else "",
        "clock": {
            "now": _ms(clock.now()), "opens": _ms(times.opens), "starts": _ms(times.starts), "ends": _ms(times.ends),
            "closes": _ms(times.closes),
        },
        "peers": peers,
    }  # fmt: skip
    return RoomNow(
        message, subject.room.rev, subject.room.epoch, times.closes, frozenset(one.public_id for one in here),
        subject.captioners, replace(chosen, relay_only=True) if settings().relay_only else chosen, spec_of(subject),
        # Whether there is a grace is known only then: somebody may have got something else right after it meanwhile.
        stale_at=times.ends if now < times.ends else None,
    )  # fmt: skip


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def revs_of(meetings: Collection[int]) -> dict[int, int]:
    """The numbers of what there is to see in these rooms."""
    with reading() as db:
        query = select(MeetingRoom.meeting_id, MeetingRoom.rev).where(col(MeetingRoom.meeting_id).in_(sorted(meetings)))
        return dict(db.exec(query).all())


def lost_now(visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why."""
    with reading() as db:
        return lost_visits(db, visits)


def seen_now(visits: Collection[str]) -> None:
    """The lines of these visits hold."""
    with transaction() as db:
        note_seen(db, MeetingVisit, visits)


def line_broke(meeting_id: int, visit: str) -> None:
    """The line of a visit is broken: the others see it."""
    with transaction() as db:
        note_line_broken(db, MeetingVisit, visit)
        _note_change(db, meeting_id)


def give_up(meeting_id: int, visit: str) -> bool:
    """End a visit whose line is still broken after its time; whether it was."""
    with transaction() as db:
        query = select(MeetingVisit).where(MeetingVisit.public_id == visit, col(MeetingVisit.left_at).is_(None))
        row = db.exec(query).first()
        if row is None or row.away_at is None or row.away_at + AWAY > clock.now():
            return False
        end_visits(db, MeetingVisit, [visit])
        _note_change(db, meeting_id)
        return True


def _note_change(db: Database, meeting_id: int) -> None:
    row = db.exec(select(MeetingRoom).where(MeetingRoom.meeting_id == meeting_id).with_for_update()).first()
    if row is not None:
        changed(db, row)


def switch(meeting_id: int, failed: Way, why: str) -> RoomNow:
    """A way has failed: everybody goes to the next one."""
    with transaction() as db:
        subject = room_by_meeting(db, meeting_id)
        if subject is None:
            raise NotFound()
        switch_way(db, subject, failed=failed, why=why, usable=usable_ways())
        return _room_now(db, room_by_meeting(db, meeting_id) or subject)
