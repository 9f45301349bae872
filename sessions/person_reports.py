"""Reports of people: whoever shares a live room with somebody says what is wrong with them, and those who run the room
look at it. The person reported learns neither that they were nor by whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, and_, delete, func, or_, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event, EventWithPhases
from events.participants import participants_seen_by, see_participants
from events.people import Person, find_by_public_id
from events.roles import Role, RoleGrant, Scope, actor_for, host_of_event, organiser_of_event
from sessions.lobby import LobbyChoice, run_lobby, see_lobby
from sessions.manners import LobbyRemoval, SanctionKind
from sessions.meeting_rooms import RoomInMeeting, belongs_in_room
from sessions.moderation import Act, ReportState, RoomModerated, RunsTheRoom
from sessions.networking.rows import NetworkingInEvent, take_part
from sessions.networking.terms import had_in
from sessions.peer_reviews.reviews import PlaceState, ReviewInEvent, ReviewPlace, inside_review
from sessions.peer_reviews.visits import ReviewVisit
from sessions.stages import Stage, StageInEvent, lock_stage, note_change, see_stage

LONGEST_REASON = 1000


class Place(StrEnum):
    """Where somebody was reported."""

    LOBBY = "lobby"
    STAGE = "stage"
    NETWORKING = "networking"
    MEETING = "meeting"
    REVIEW = "review"


# Where nobody who could decide about it watches: of these rooms only organisers read.
PRIVATE = (Place.MEETING, Place.REVIEW)
WAITING = text("state = 'waiting'")
ONE_AT_A_TIME = "uq_person_report_event_id_place_room_person_id_reporter_id"


class PersonReport(SQLModel, table=True):
    """That somebody finds another person not right in a live room, and why; one at a time about each. `room` is the
    room's public id, or the event's id for its lobby."""

    __tablename__ = "person_report"
    __table_args__ = (
        Index(
            ONE_AT_A_TIME, "event_id", "place", "room", "person_id", "reporter_id", unique=True, sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pr")
    event_id: int = Field(foreign_key="event.id", index=True)
    place: Place = word(Place)
    room: str = Field(max_length=80)
    person_id: int = Field(foreign_key="person.id", index=True)
    reporter_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    reason: str = Field(max_length=LONGEST_REASON)
    state: ReportState = word(ReportState, default=ReportState.WAITING)
    at: datetime = moment()


personal_data(PersonReport, "person_id", "that somebody was reported in a live room, and why", "delete")
personal_data(PersonReport, "reporter_id", "that somebody reported a person in a live room", "detach")


@dataclass(frozen=True)
class PersonReported(Fact):
    """Somebody was reported in a live room; who that is stands in the report."""

    event_id: int
    report_id: int


@dataclass(frozen=True)
class PersonReportsSettled(Fact):
    """The reports of somebody outside a stage were dealt with."""

    event_id: int
    report_id: int
    person_id: int


@dataclass(frozen=True)
class RemovedFromLobby(Fact):
    """Somebody was put out of the lobby of an event."""

    event_id: int
    person_id: int


@dataclass(frozen=True)
class LetBackIntoLobby(Fact):
    """It was taken back that somebody was put out of a lobby."""

    event_id: int
    person_id: int


Inside = EventWithPhases | StageInEvent | NetworkingInEvent | RoomInMeeting | ReviewInEvent


@dataclass(frozen=True)
class PersonHere:
    """Somebody in a live room, as a report of them needs it. `partners` are those who have talked with them, where
    only they share the room with them."""

    person: Person
    event: Event
    place: Place
    inside: Inside
    partners: frozenset[int] | None = None

    @property
    def room(self) -> str:
        """The room's public id, or the event's id for its lobby."""
        if isinstance(self.inside, StageInEvent):
            return self.inside.stage.public_id
        if isinstance(self.inside, NetworkingInEvent):
            return self.inside.public_id
        if isinstance(self.inside, ReviewInEvent):
            return self.inside.review.public_id
        return self.inside.meeting.public_id if isinstance(self.inside, RoomInMeeting) else str(self.event.id)


@dataclass(frozen=True)
class ReportedPerson:
    """Somebody reported in a room, with one of the reports, as moderators' commands need it."""

    report: PersonReport
    person: Person
    event: Event


@dataclass(frozen=True)
class PersonInLobby:
    """Somebody as a subject of moderation of a lobby."""

    person: Person
    event: EventWithPhases


class PersonReportedAlready(Conflict):
    """One report at a time is enough."""

    def __init__(self) -> None:
        super().__init__(_("You have reported this person already. Those who run this room look at it."))


ENTERS = {
    Place.LOBBY: see_lobby, Place.STAGE: see_stage, Place.NETWORKING: take_part, Place.MEETING: belongs_in_room,
    Place.REVIEW: inside_review,
}  # fmt: skip


@rule
def shares_the_room(actor: Actor, subject: PersonHere) -> bool:
    talked = subject.partners is None or actor.person in subject.partners
    return actor.person is not None and talked and ENTERS[subject.place](actor, subject.inside)


@rule
def looks_at_the_report(actor: Actor, subject: ReportedPerson) -> bool:
    runs = subject.report.place not in PRIVATE and host_of_event(actor, subject)
    return actor.person != subject.report.person_id and (runs or organiser_of_event(actor, subject))


def who_reads_reports(db: Database, event: Event, place: Place) -> set[int]:
    """Who reads that somebody was reported in such a room: who organises the event or its programme, and who hosts it
    where the room is not a private one. Of themself nobody reads it."""
    roles = [Role.ORGANISER] if place in PRIVATE else [Role.ORGANISER, Role.HOST]
    here = and_(col(RoleGrant.scope) == Scope.EVENT, col(RoleGrant.scope_id) == event.id)
    above = and_(col(RoleGrant.scope) == Scope.PROGRAMME, col(RoleGrant.scope_id) == event.programme_id)
    return set(db.exec(select(RoleGrant.person_id).where(col(RoleGrant.role).in_(roles), or_(here, above))))


def _named(db: Database, public: str) -> Person:
    person = find_by_public_id(db, public)
    if person is None:
        raise NotFound()
    return person


def _let_in(actor: Actor, subject: PersonHere) -> PersonHere:
    if not shares_the_room(actor, subject):
        raise NotFound()
    return subject


def person_in_lobby(db: Database, actor: Actor, event: EventWithPhases, public: str) -> PersonHere:
    """Somebody who is or was shown in a lobby; NotFound where the reader could not see them there."""
    person = _named(db, public)
    chose = select(LobbyChoice.id).where(LobbyChoice.event_id == event.id, LobbyChoice.person_id == person.id)
    if person.id != actor.person and (db.exec(chose).first() is None or not _is_seen(db, actor, event, person)):
        raise NotFound()
    return _let_in(actor, PersonHere(person, event.event, Place.LOBBY, event))


def _is_seen(db: Database, actor: Actor, event: EventWithPhases, person: Person) -> bool:
    only = col(Person.id) == person.id
    return see_participants(actor, event) and bool(participants_seen_by(db, actor, event, only=only).rows)


def person_on_a_stage(db: Database, actor: Actor, room: StageInEvent, public: str) -> PersonHere:
    """Somebody who may be, or was, in a pitch room; NotFound for others, and for readers who may not be in it."""
    person = _named(db, public)
    theirs = actor_for(db, person.id)
    if not see_stage(theirs, room) and not theirs.is_(SanctionKind.REMOVED, "stage", room.id):
        raise NotFound()
    return _let_in(actor, PersonHere(person, room.event, Place.STAGE, room))


def person_in_networking(db: Database, actor: Actor, subject: NetworkingInEvent, public: str) -> PersonHere:
    """Somebody with whom the reader talks, or talked, in a speed networking; NotFound for others."""
    person = _named(db, public)
    partners = frozenset(one for pair in had_in(db, subject.id) if person.id in pair for one in pair)
    return _let_in(actor, PersonHere(person, subject.event, Place.NETWORKING, subject, partners))


def person_in_meeting(db: Database, actor: Actor, subject: RoomInMeeting, public: str) -> PersonHere:
    """Somebody who takes part in a meeting, or came into its room; NotFound for others."""
    person = _named(db, public)
    if person.id not in {*subject.of.people, *subject.entries}:
        raise NotFound()
    return _let_in(actor, PersonHere(person, subject.event, Place.MEETING, subject))


def _was_inside(review_id: int) -> Any:
    had_place = (PlaceState.ACCEPTED, PlaceState.LEFT)
    placed = select(ReviewPlace.person_id).where(
        ReviewPlace.review_id == review_id, col(ReviewPlace.state).in_(had_place)
    )
    came = select(ReviewVisit.person_id).where(ReviewVisit.review_id == review_id)
    return or_(col(Person.id).in_(placed), col(Person.id).in_(came))


def person_in_review(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> PersonHere:
    """Somebody who is inside a review, or was: who dropped out, or came into its call; NotFound for others."""
    person = _named(db, public)
    was = select(Person.id).where(Person.id == person.id, _was_inside(subject.id))
    if not inside_review(actor_for(db, person.id), subject) and db.exec(was).first() is None:
        raise NotFound()
    return _let_in(actor, PersonHere(person, subject.event, Place.REVIEW, subject))


def people_of_review(db: Database, actor: Actor, subject: ReviewInEvent) -> list[Person]:
    """Who else has or had a place in a review, or came into its call, by name: of them one can say what they did also
    once they have gone. For who is inside; nobody for others."""
    if not inside_review(actor, subject):
        return []
    query = select(Person).where(_was_inside(subject.id), Person.id != actor.person, Person.name != "")
    return list(db.exec(query.order_by(col(Person.name), col(Person.id))))


@command(shares_the_room)
def report_person(db: Database, actor: Actor, subject: PersonHere, *, reason: str) -> PersonReport:
    """Tell those who run a room that somebody in it is not right, and why (at most a thousand characters). Refuses a
    report of oneself, and a second one while the first waits."""
    words = reason.strip()
    if subject.person.id == actor.person:
        raise Conflict(_("You cannot report yourself."))
    if not words:
        raise Invalid({"reason": _("Please say what happened.")})
    if len(words) > LONGEST_REASON:
        raise Invalid({"reason": _("A reason has at most %(most)s characters.", most=LONGEST_REASON)})
    if isinstance(subject.inside, StageInEvent):
        lock_stage(db, subject.inside.stage)
    row = PersonReport(
        event_id=subject.event.id or 0, place=subject.place, room=subject.room, person_id=subject.person.id or 0,
        reporter_id=actor.person, reason=words, at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, ONE_AT_A_TIME):
            raise PersonReportedAlready from error
        raise
    if isinstance(subject.inside, StageInEvent):
        note_change(db, subject.inside.stage, "reported")
    record(db, actor, PersonReported(event_id=row.event_id, report_id=row.id or 0))
    return row


def has_reported(db: Database, actor: Actor, subject: PersonHere) -> bool:
    """Whether the reader's report of this person waits already."""
    query = select(PersonReport.id).where(
        *_open_reports(subject.place, subject.room), PersonReport.person_id == subject.person.id,
        PersonReport.reporter_id == actor.person,
    )  # fmt: skip
    return db.exec(query).first() is not None


def _open_reports(place: Place, room: str) -> tuple[bool, ...]:
    return PersonReport.place == place, PersonReport.room == room, PersonReport.state == ReportState.WAITING


def get_person_report(db: Database, actor: Actor, event: EventWithPhases, public: str) -> ReportedPerson:
    """A report of somebody for those who look at it; NotFound for everybody else, the one it is about among them."""
    query = select(PersonReport, Person).where(
        PersonReport.public_id == public, PersonReport.event_id == event.id, Person.id == PersonReport.person_id
    )
    row = db.exec(query).first()
    if row is None or not looks_at_the_report(actor, found := ReportedPerson(*row, event.event)):
        raise NotFound()
    return found


@command(looks_at_the_report)
def settle_person_reports(db: Database, actor: Actor, subject: ReportedPerson) -> None:
    """Say that the reports of somebody in one room are dealt with, whatever was done; twice is once."""
    report = subject.report
    stage = db.exec(select(Stage).where(Stage.public_id == report.room)).first()
    if stage is not None:
        lock_stage(db, stage)
    query = select(PersonReport).where(
        *_open_reports(report.place, report.room), PersonReport.person_id == report.person_id
    )
    rows = db.exec(query.order_by(col(PersonReport.id)).with_for_update()).all()
    for row in rows:
        row.state = ReportState.SETTLED
        db.add(row)
    db.flush()
    if not rows:
        return
    if stage is not None:
        note_change(db, stage, "reported")
        act = Act.REPORT_SETTLED
        record(db, actor, RoomModerated(report.event_id, stage.id or 0, act, report.person_id, report.id))
    else:
        fact = PersonReportsSettled(event_id=report.event_id, report_id=report.id or 0, person_id=report.person_id)
        record(db, actor, fact)


@command(run_lobby)
def remove_from_lobby(db: Database, actor: Actor, subject: PersonInLobby) -> None:
    """Put somebody out of the lobby and let them in no more, until it is taken back; twice is once."""
    if run_lobby(actor_for(db, subject.person.id), subject.event):
        raise RunsTheRoom
    row = LobbyRemoval(event_id=subject.event.id, person_id=subject.person.id or 0, at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_lobby_removal_event_id_person_id"):
            return
        raise
    record(db, actor, RemovedFromLobby(event_id=row.event_id, person_id=row.person_id))


@command(run_lobby)
def let_back_into_lobby(db: Database, actor: Actor, subject: PersonInLobby) -> None:
    """Take back that somebody was put out of the lobby."""
    mine = (col(LobbyRemoval.event_id) == subject.event.id, col(LobbyRemoval.person_id) == subject.person.id)
    if db.execute(delete(LobbyRemoval).where(*mine).returning(col(LobbyRemoval.id))).all():
        record(db, actor, LetBackIntoLobby(event_id=subject.event.id, person_id=subject.person.id or 0))


def person_reports_waiting(db: Database, actor: Actor, place: Place, room: str) -> int:
    """How many reports of people in a room wait for this reader; those about the reader themself do not."""
    query = select(func.count()).select_from(PersonReport)
    return db.exec(query.where(*_open_reports(place, room), PersonReport.person_id != actor.person)).one()
