"""What those who run live rooms read about people: reports that wait, who was put out, and what moderators did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.events import EventWithPhases
from events.people import Person
from events.roles import organiser_of_event
from sessions.manners import LobbyRemoval
from sessions.meeting_rooms import EntryState, RoomEntry
from sessions.meetings import Meeting
from sessions.moderation import Act, ReportState, RoomModerated
from sessions.networking.rows import Networking
from sessions.networking.visits import NetworkingTakenOut
from sessions.person_reports import (
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
    """Somebody who was reported in one room: `report` is one of the reports, by which all of them are settled."""

    report: str
    place: Place
    room: str
    title: str
    person: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class PutOutCard:
    """Somebody who was put out of the lobby, or of the room of a meeting (its public id)."""

    person: str
    name: str
    meeting: str


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
    them: what happened in meetings only organisers read, and nobody reads a report of themself."""
    whole = organiser_of_event(actor, event)
    query = select(PersonReport, Person).where(
        PersonReport.event_id == event.id, PersonReport.state == ReportState.WAITING,
        PersonReport.person_id != actor.person, Person.id == PersonReport.person_id,
    )  # fmt: skip
    if not whole:
        query = query.where(PersonReport.place != Place.MEETING)
    if place is not None:
        query = query.where(PersonReport.place == place, PersonReport.room == room)
    rows = db.exec(query.order_by(col(PersonReport.id).desc())).all()
    reporters = _names(db, {row.reporter_id for row, _person in rows}) if whole else {}
    titles = _titles(db, event.id) if rows else {}
    found: dict[tuple[str, int], list[tuple[PersonReport, Person]]] = {}
    for row, person in rows:
        found.setdefault((f"{row.place} {row.room}", row.person_id), []).append((row, person))
    return [
        ReportedCard(
            first.public_id, Place(first.place), first.room, titles.get(first.room, ""), person.public_id, person.name,
            tuple(Reason(row.reason, row.at, reporters.get(row.reporter_id, "")) for row, _person in each),
        )
        for each in found.values()
        for first, person in each[:1]
    ]  # fmt: skip


def _titles(db: Database, event_id: int) -> dict[str, str]:
    stages = db.exec(select(Stage.public_id, Stage.name).where(Stage.event_id == event_id)).all()
    rounds = db.exec(select(Networking.public_id, Networking.title).where(Networking.event_id == event_id)).all()
    return {**dict(stages), **dict(rounds)}


def _names(db: Database, people: set[int | None]) -> dict[int | None, str]:
    query = select(Person.id, Person.name).where(col(Person.id).in_(people - {None}))
    return dict(db.exec(query).all())


def put_out_in(db: Database, actor: Actor, event: EventWithPhases) -> list[PutOutCard]:
    """Who is out of the lobby of an event and, for its organisers, of the rooms of its meetings."""
    lobby = select(Person).where(LobbyRemoval.event_id == event.id, Person.id == LobbyRemoval.person_id)
    found = [PutOutCard(one.public_id, one.name, "") for one in db.exec(lobby.order_by(col(LobbyRemoval.id)))]
    if organiser_of_event(actor, event):
        rooms = select(Person, Meeting.public_id).where(
            Meeting.event_id == event.id, RoomEntry.meeting_id == Meeting.id, RoomEntry.state == EntryState.REMOVED,
            Person.id == RoomEntry.person_id,
        )  # fmt: skip
        found += [PutOutCard(one.public_id, one.name, meeting) for one, meeting in db.exec(rooms)]
    return found


ACTS: dict[str, Act] = {
    PersonReportsSettled.kind: Act.REPORT_SETTLED,
    RemovedFromLobby.kind: Act.REMOVED,
    LetBackIntoLobby.kind: Act.LET_BACK_IN,
    NetworkingTakenOut.kind: Act.REMOVED,
}
ENTRIES = {EntryState.REMOVED: Act.REMOVED, EntryState.ASKED: Act.LET_BACK_IN}


def acts_about_people(db: Database, actor: Actor, event: EventWithPhases) -> list[PersonActCard]:
    """What moderators did about people in the live rooms of an event, newest first: from the journal, which nobody
    changes. What happened at the doors of meetings only organisers read."""
    kinds = {RoomModerated.kind, *ACTS} | ({RoomEntryAnswered.kind} if organiser_of_event(actor, event) else set())
    query = select(JournalEntry).where(col(JournalEntry.kind).in_(kinds), JournalEntry.event_id == event.id)
    entries = db.exec(query.order_by(col(JournalEntry.id).desc()).limit(MOST_ACTS)).all()
    rows = [(one, act) for one in entries if (act := _act_of(one)) is not None]
    names = _names(db, {id for one, _act in rows for id in (one.person_id, one.particulars["person_id"])})
    return [
        PersonActCard(act, names.get(one.person_id, ""), names.get(one.particulars["person_id"], ""), one.at)
        for one, act in rows
    ]


def _act_of(entry: JournalEntry) -> Act | None:
    said: dict[str, Any] = entry.particulars
    if entry.kind == RoomModerated.kind:
        return Act(said["act"]) if said["person_id"] is not None else None
    if entry.kind == RoomEntryAnswered.kind:
        return ENTRIES.get(said["state"])
    return ACTS[entry.kind]
