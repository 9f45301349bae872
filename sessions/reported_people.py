"""What those who run live rooms read about people: reports that wait, who was put out, and what moderators did."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database
from events.core.journal import JournalEntry
from events.events import EventWithPhases
from events.people import Person
from events.roles import actor_for, organiser_of_event
from sessions.attendance import BEFORE
from sessions.manners import LobbyRemoval
from sessions.meeting_rooms import GRACE, EntryState, RoomEntry, RoomInMeeting, room_of_meeting
from sessions.meetings import Meeting, meeting_in_event
from sessions.moderated import tells_who_was_reported
from sessions.moderation import Act, ReportState, RoomModerated
from sessions.networking.rows import Networking, NetworkingPlace, PlaceState, get_networking
from sessions.networking.visits import NetworkingTakenOut
from sessions.peer_reviews.call_doors import LetBackIntoReviewCall, PutOutOfReviewCall, call_of
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, find_review, runs_review
from sessions.peer_reviews.visits import ReviewVisit
from sessions.person_reports import (
    PRIVATE,
    LetBackIntoLobby,
    PersonReport,
    PersonReportsSettled,
    Place,
    RemovedFromLobby,
)
from sessions.room_doors import RoomEntryAnswered
from sessions.stages import Stage

MOST_ACTS = 200


@dataclass(frozen=True)
class Reason:
    """Why somebody was reported, and when; `reporter` is '' for readers who may not know who it was."""

    text: str
    at: datetime
    reporter: str


@dataclass(frozen=True)
class ReportedCard:
    """Somebody who was reported in one room: `report` is one of the reports, by which all of them are settled;
    `removable` says that the reader can put them out of it now."""

    report: str
    place: Place
    room: str
    title: str
    person: str
    name: str
    reasons: tuple[Reason, ...]
    removable: bool


@dataclass(frozen=True)
class PutOutCard:
    """Somebody who was put out of the lobby, or of the room of a meeting or the call of a review (its public id)."""

    person: str
    name: str
    meeting: str = ""
    review: str = ""


@dataclass(frozen=True)
class PersonActCard:
    """What a moderator did about somebody in a live room of an event; names as they are now."""

    act: Act
    moderator: str
    person: str
    at: datetime


def reported_people(
    db: Database, actor: Actor, event: EventWithPhases, *, place: Place | None = None, room: str = ""
) -> list[ReportedCard]:
    """Who was reported in an event's live rooms, or in one of them, and is not settled; the latest first. For who runs
    them: what happened in meetings and peer reviews only organisers read, and nobody reads a report of themself."""
    whole = organiser_of_event(actor, event)
    query = select(PersonReport, Person).where(
        PersonReport.event_id == event.id, PersonReport.state == ReportState.WAITING,
        PersonReport.person_id != actor.person, Person.id == PersonReport.person_id,
    )  # fmt: skip
    if not whole:
        query = query.where(col(PersonReport.place).not_in(PRIVATE))
    if place is not None:
        query = query.where(PersonReport.place == place, PersonReport.room == room)
    rows = db.exec(query.order_by(col(PersonReport.id).desc())).all()
    reporters = _names(db, {row.reporter_id for row, _person in rows}) if whole else {}
    titles = _titles(db, event.id) if rows else {}
    inside = _inside(db, actor, event, {(row.place, row.room) for row, _person in rows})
    found: dict[tuple[str, int], list[tuple[PersonReport, Person]]] = {}
    for row, person in rows:
        found.setdefault((f"{row.place} {row.room}", row.person_id), []).append((row, person))
    return [
        ReportedCard(
            first.public_id, Place(first.place), first.room, titles.get(first.room, ""), person.public_id, person.name,
            tuple(Reason(row.reason, row.at, reporters.get(row.reporter_id, "")) for row, _person in each),
            inside[first.place, first.room](first.person_id),
        )
        for each in found.values()
        for first, person in each[:1]
    ]  # fmt: skip


Inside = Callable[[int], bool]


def _inside(
    db: Database, actor: Actor, event: EventWithPhases, rooms: Collection[tuple[Place, str]]
) -> dict[tuple[Place, str], Inside]:
    """For each room whether the actor can put a person out of it now: not of one that is over, and nobody twice."""
    found: dict[tuple[Place, str], Inside] = dict.fromkeys(rooms, lambda _person: True)
    meetings = _open_rooms(db, event, {room for place, room in rooms if place is Place.MEETING})
    for place, room in rooms:
        if place is Place.MEETING:
            subject = meetings.get(room)
            can = subject is not None and may(actor, "put_out_of_room", subject)
            found[place, room] = subject.may_enter if subject is not None and can else lambda _person: False
        elif place is Place.NETWORKING:
            networking = get_networking(db, actor, room)
            there = _still_in(db, networking.id) if may(actor, "take_out_of_networking", networking) else set()
            found[place, room] = there.__contains__
        elif place is Place.REVIEW:
            found[place, room] = _in_call(db, actor, event, room)
    return found


def _in_call(db: Database, actor: Actor, event: EventWithPhases, room: str) -> Inside:
    """Who can be put out of the call of a review: has come into it, and does not lead the review."""
    review = find_review(db, event.event, room)
    call = call_of(db, ReviewInEvent(review, event.event)) if review is not None else None
    if call is None or not may(actor, "put_out_of_review_call", call):
        return lambda _person: False
    came = set(db.exec(select(ReviewVisit.person_id).where(ReviewVisit.review_id == call.id))) - call.put_out
    return lambda person: person in came and not runs_review(actor_for(db, person), call)


def _open_rooms(db: Database, event: EventWithPhases, meetings: Collection[str]) -> dict[str, RoomInMeeting]:
    """Of these meetings (public ids) those whose rooms can be open by the clock."""
    now = clock.now()
    query = select(Meeting).where(
        Meeting.event_id == event.id, col(Meeting.public_id).in_(sorted(meetings)),
        col(Meeting.starts_at) <= now + BEFORE, col(Meeting.ends_at) > now - GRACE,
    )  # fmt: skip
    rows = db.exec(query).all() if meetings else []
    return {one.public_id: room_of_meeting(db, meeting_in_event(db, one, event.event)) for one in rows}


def _still_in(db: Database, networking_id: int) -> set[int]:
    query = select(NetworkingPlace.person_id).where(
        NetworkingPlace.networking_id == networking_id, NetworkingPlace.state != PlaceState.REMOVED
    )
    return set(db.exec(query))


def _titles(db: Database, event_id: int) -> dict[str, str]:
    stages = db.exec(select(Stage.public_id, Stage.name).where(Stage.event_id == event_id)).all()
    rounds = db.exec(select(Networking.public_id, Networking.title).where(Networking.event_id == event_id)).all()
    reviews = db.exec(select(PeerReview.public_id, PeerReview.topic).where(PeerReview.event_id == event_id)).all()
    return {**dict(stages), **dict(rounds), **dict(reviews)}


def _names(db: Database, people: set[int | None]) -> dict[int | None, str]:
    query = select(Person.id, Person.name).where(col(Person.id).in_(people - {None}))
    return dict(db.exec(query).all())


def put_out_in(db: Database, actor: Actor, event: EventWithPhases) -> list[PutOutCard]:
    """Who is out of the lobby of an event and, for its organisers, of the rooms of its meetings and the calls of its
    reviews, while these are open: of one that is closed nothing is taken back."""
    lobby = select(Person).where(LobbyRemoval.event_id == event.id, Person.id == LobbyRemoval.person_id)
    found = [PutOutCard(one.public_id, one.name) for one in db.exec(lobby.order_by(col(LobbyRemoval.id)))]
    if not organiser_of_event(actor, event):
        return found
    removed = select(Person, Meeting.public_id).where(
        Meeting.event_id == event.id, RoomEntry.meeting_id == Meeting.id, RoomEntry.state == EntryState.REMOVED,
        Person.id == RoomEntry.person_id,
    )  # fmt: skip
    rows = db.exec(removed.order_by(col(RoomEntry.id))).all()
    opened = _open_rooms(db, event, {meeting for _person, meeting in rows})
    may_be = {public for public, room in opened.items() if may(actor, "let_back_into_meeting", room)}
    found += [PutOutCard(one.public_id, one.name, meeting) for one, meeting in rows if meeting in may_be]
    return found + _out_of_calls(db, actor, event)


def _out_of_calls(db: Database, actor: Actor, event: EventWithPhases) -> list[PutOutCard]:
    out = select(Person, PeerReview).where(
        PeerReview.event_id == event.id, ReviewVisit.review_id == PeerReview.id, Person.id == ReviewVisit.person_id,
        col(ReviewVisit.put_out_at).is_not(None),
    )  # fmt: skip
    return [
        PutOutCard(one.public_id, one.name, review=review.public_id)
        for one, review in db.exec(out.order_by(col(ReviewVisit.id)))
        if may(actor, "let_back_into_review_call", ReviewInEvent(review, event.event))
    ]


ACTS: dict[str, Act] = {
    PersonReportsSettled.kind: Act.REPORT_SETTLED,
    RemovedFromLobby.kind: Act.REMOVED,
    LetBackIntoLobby.kind: Act.LET_BACK_IN,
    NetworkingTakenOut.kind: Act.REMOVED,
}
IN_PRIVATE: dict[str, Act] = {
    PutOutOfReviewCall.kind: Act.REMOVED,
    LetBackIntoReviewCall.kind: Act.LET_BACK_IN,
}


def acts_about_people(db: Database, actor: Actor, event: EventWithPhases) -> list[PersonActCard]:
    """What moderators did about people in the live rooms of an event, newest first: from the journal, which nobody
    changes. What happened at the doors of meetings and reviews only organisers read; nobody reads that they were
    reported."""
    whole = organiser_of_event(actor, event)
    doors = _acts_at_doors(db, event.id) if whole else []
    acts = sorted(
        [*_acts_inside(db, event.id, {**ACTS, **IN_PRIVATE} if whole else ACTS), *doors],
        key=lambda act: -(act[0].id or 0),
    )
    rows = [act for act in acts if not tells_who_was_reported(act[0], actor)][:MOST_ACTS]
    names = _names(db, {id for one, _act in rows for id in (one.person_id, one.particulars["person_id"])})
    return [
        PersonActCard(act, names.get(one.person_id, ""), names.get(one.particulars["person_id"], ""), one.at)
        for one, act in rows
    ]


def _said(name: str) -> Any:
    return col(JournalEntry.particulars)[name]


def _acts_inside(db: Database, event_id: int, kinds: dict[str, Act]) -> list[tuple[JournalEntry, Act]]:
    """The latest acts of these kinds, and in pitch rooms those about somebody."""
    of_somebody = and_(col(JournalEntry.kind) == RoomModerated.kind, _said("person_id").as_integer().is_not(None))
    query = select(JournalEntry).where(
        JournalEntry.event_id == event_id, or_(col(JournalEntry.kind).in_(sorted(kinds)), of_somebody)
    )
    rows = db.exec(query.order_by(col(JournalEntry.id).desc()).limit(MOST_ACTS))
    return [(one, kinds.get(one.kind) or Act(one.particulars["act"])) for one in rows]


def _acts_at_doors(db: Database, event_id: int) -> list[tuple[JournalEntry, Act]]:
    """Who was put out of meeting rooms, and let back in by whatever was said of them next: leads answer those who knock
    there all the time, which is no act, but not those who were put out."""
    here = (JournalEntry.event_id == event_id, JournalEntry.kind == RoomEntryAnswered.kind)
    person = _said("person_id").as_integer()
    put_out = select(person).where(*here, _said("state").as_string() == EntryState.REMOVED)
    query = select(JournalEntry).where(*here, person.in_(put_out)).order_by(col(JournalEntry.id))
    found, before = [], dict[tuple[int, int], str]()
    for one in db.exec(query):
        of, state = (one.particulars["meeting_id"], one.particulars["person_id"]), one.particulars["state"]
        if state == EntryState.REMOVED:
            found.append((one, Act.REMOVED))
        elif before.get(of) == EntryState.REMOVED:
            found.append((one, Act.LET_BACK_IN))
        before[of] = state
    return found
