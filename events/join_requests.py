"""Requests to join a team: somebody asks with a note, whoever leads the team agrees or turns them down.

A request that nobody has answered ends by itself when the team is full, gone or locked, and when the one who asked has
joined a team.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import SYSTEM, Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import timer
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases, event_by_id
from events.joining import joining_open, lock_team, refuse_full
from events.open_roles import OpenRole, fill_role, find_role
from events.people import Person
from events.registration import Registration
from events.team_rules import LOCKS, last_joining, on_rules_changed
from events.teams import (
    InTeamAlready,
    Team,
    TeamInEvent,
    TeamJoined,
    add_member,
    leader_of_team,
    lock_place,
    member_of_team,
    on_joined,
    on_left,
    participant_who_does_not_judge,
    refuse_judge,
    size_of,
    team_of,
)

NOTE_LIMIT = 600
ANSWER_LIMIT = 500
MOST_OPEN = 5


class JoinRequestState(StrEnum):
    """ASKED waits for whoever leads the team; EXPIRED is what the clock or a full team did."""

    ASKED = "asked"
    AGREED = "agreed"
    TURNED_DOWN = "turned down"
    TAKEN_BACK = "taken back"
    EXPIRED = "expired"


class JoinRequest(SQLModel, table=True):
    """That somebody asks to join a team, perhaps for an open role. Once at a time per team and person."""

    __tablename__ = "join_request"
    __table_args__ = (
        Index(
            "uq_join_request_team_id_person_id",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("jr")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="SET NULL")
    role_id: int | None = Field(default=None, foreign_key="open_role.id", index=True, ondelete="SET NULL")
    person_id: int = Field(foreign_key="person.id", index=True)
    note: str = Field(default="", max_length=NOTE_LIMIT)
    state: JoinRequestState = word(JoinRequestState, default=JoinRequestState.ASKED)
    answer: str = Field(default="", max_length=ANSWER_LIMIT)
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by_id: int | None = Field(default=None, foreign_key="person.id")


personal_data(JoinRequest, "person_id", "asking to join a team", "delete")
personal_data(JoinRequest, "answered_by_id", "who answered a request to join a team", "detach")


@dataclass(frozen=True)
class JoiningAsked(Fact):
    """Somebody asks to join a team."""

    event_id: int
    team_id: int
    request_id: int


@dataclass(frozen=True)
class JoiningAgreed(Fact):
    """Whoever leads a team has taken in somebody who asked."""

    event_id: int
    team_id: int
    request_id: int
    person_id: int


@dataclass(frozen=True)
class JoiningTurnedDown(Fact):
    """A team does not take in somebody who asked."""

    event_id: int
    team_id: int
    request_id: int
    person_id: int


@dataclass(frozen=True)
class JoiningTakenBack(Fact):
    """Somebody does not ask to join a team any more."""

    event_id: int
    team_id: int
    request_id: int
    person_id: int


@dataclass(frozen=True)
class JoiningExpired(Fact):
    """A request to join ended without an answer: the team is full, gone or locked."""

    event_id: int
    team_id: int
    request_id: int
    person_id: int


class AskedThisTeam(Conflict):
    """Somebody asks a team once at a time."""

    def __init__(self) -> None:
        super().__init__(_("You have asked this team already. They have not answered yet."))


class JoinRequestAnswered(Conflict):
    """A request to join is answered once."""


WHAT_BECAME: dict[JoinRequestState, Message] = {
    JoinRequestState.AGREED: _("Somebody has agreed to this request already."),
    JoinRequestState.TURNED_DOWN: _("This request was turned down already."),
    JoinRequestState.TAKEN_BACK: _("This request was taken back by the one who asked."),
    JoinRequestState.EXPIRED: _("This request has ended: the team was full or locked by then."),
}


@dataclass(frozen=True)
class JoinRequestInEvent:
    """A request to join with its team and event, as commands and rules need it."""

    request: JoinRequest
    team: Team
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The request's id."""
        assert self.request.id is not None
        return self.request.id

    @property
    def of(self) -> TeamInEvent:
        """The team that is asked."""
        return TeamInEvent(self.team, self.event)


@rule
def who_asked_to_join_the_team(actor: Actor, subject: JoinRequestInEvent) -> bool:
    return actor.person is not None and actor.person == subject.request.person_id


see_join_request = who_asked_to_join_the_team | member_of_team


@command(participant_who_does_not_judge, when=joining_open)
def ask_to_join_team(
    db: Database, actor: Actor, subject: TeamInEvent, *, note: str = "", role: str = ""
) -> JoinRequest:
    """Ask to join a team, perhaps for one of its open roles (public id); whoever leads it answers.

    Refuses who is in a team, a full team and one without members, a second request to the same team, one that turned
    them down, a sixth open request, a role that is not open, and a note of more than 600 characters.
    """
    assert actor.person is not None
    if len(note.strip()) > NOTE_LIMIT:
        raise Invalid({"note": _("Please write at most %(most)s characters.", most=NOTE_LIMIT)})
    if team_of(db, actor.person, subject.event.id) is not None:
        raise InTeamAlready
    lock_team(db, subject.id)
    if refuse_full(db, subject) == 0:
        raise Conflict(_("Nobody is in this team any more who could answer you."))
    wanted = find_role(db, subject.id, role) if role else None
    if role and wanted is None:
        raise Invalid({"role": _("This role is not open any more. Choose another, or ask without one.")})
    _refuse_asking_again(db, subject, actor.person)
    row = JoinRequest(
        event_id=subject.event.id, team_id=subject.id, role_id=wanted.id if wanted else None,
        person_id=actor.person, note=note.strip(), asked_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_join_request_team_id_person_id"):
            raise AskedThisTeam from error
        raise
    record(db, actor, JoiningAsked(event_id=subject.event.id, team_id=subject.id, request_id=row.id or 0))
    return row


def _refuse_asking_again(db: Database, subject: TeamInEvent, person: int) -> None:
    query = select(JoinRequest).where(JoinRequest.event_id == subject.event.id, JoinRequest.person_id == person)
    rows = db.exec(query).all()
    if any(one.team_id == subject.id and one.state is JoinRequestState.TURNED_DOWN for one in rows):
        raise Conflict(_("This team has turned you down. They can still invite you."))
    if sum(one.state is JoinRequestState.ASKED for one in rows if one.team_id != subject.id) >= MOST_OPEN:
        raise Conflict(_("You have asked %(most)s teams already. Take one request back first.", most=MOST_OPEN))


def not_answered(subject: JoinRequestInEvent, now: datetime) -> None:
    """Refuse what has been answered, taken back or ended, and in an event that is over."""
    its_event_not_over(subject, now)
    if subject.request.state is not JoinRequestState.ASKED:
        raise JoinRequestAnswered(WHAT_BECAME[subject.request.state])


def can_be_agreed_to(subject: JoinRequestInEvent, now: datetime) -> None:
    """Refuse to take somebody in who does not ask any more, and when nobody can join."""
    not_answered(subject, now)
    joining_open(subject, now)


@command(leader_of_team, when=can_be_agreed_to)
def agree_to_joining(db: Database, actor: Actor, subject: JoinRequestInEvent) -> None:
    """Take somebody in who asked; the role they asked for has one place less. Refuses a full team, who has joined
    another one or judges by now, and with JoinRequestAnswered when another was quicker."""
    refuse_judge(db, subject.event, subject.request.person_id)
    lock_team(db, subject.of.id)
    refuse_full(db, subject.of)
    person = subject.request.person_id
    lock_place(db, subject.event.id, person)
    _close(db, actor, subject, JoinRequestState.AGREED)
    try:
        add_member(db, actor, subject.of, person, leads=False)
    except InTeamAlready as error:
        raise Conflict(_("This person has joined another team by now.")) from error
    fill_role(db, actor, subject.of, subject.request.role_id)
    event_id = subject.event.id
    record(db, actor, TeamJoined(event_id=event_id, team_id=subject.of.id, person_id=person))
    record(db, actor, JoiningAgreed(event_id, subject.of.id, subject.id, person))


@command(leader_of_team, when=not_answered)
def turn_down_joining(db: Database, actor: Actor, subject: JoinRequestInEvent, *, answer: str = "") -> None:
    """Say no to somebody who asked, with a sentence that they read (500 characters at most). They can be invited."""
    if len(answer.strip()) > ANSWER_LIMIT:
        raise Invalid({"answer": _("Please write at most %(most)s characters.", most=ANSWER_LIMIT)})
    _close(db, actor, subject, JoinRequestState.TURNED_DOWN, answer.strip())
    record(db, actor, JoiningTurnedDown(subject.event.id, subject.of.id, subject.id, subject.request.person_id))


@command(who_asked_to_join_the_team, when=not_answered)
def take_back_joining(db: Database, actor: Actor, subject: JoinRequestInEvent) -> None:
    """Not ask any more; one may ask again."""
    _close(db, actor, subject, JoinRequestState.TAKEN_BACK)
    record(db, actor, JoiningTakenBack(subject.event.id, subject.of.id, subject.id, subject.request.person_id))


def _close(db: Database, actor: Actor, subject: JoinRequestInEvent, state: JoinRequestState, answer: str = "") -> None:
    """End a request, once: whoever comes second reads what became of it."""
    if _step(db, subject.id, state, answer=answer, answered_by_id=actor.person):
        return
    became = db.exec(select(JoinRequest.state).where(JoinRequest.id == subject.id)).one()
    raise JoinRequestAnswered(WHAT_BECAME[JoinRequestState(became)])


def _step(db: Database, request_id: int, state: JoinRequestState, **values: Any) -> bool:
    waits = (col(JoinRequest.id) == request_id, col(JoinRequest.state) == JoinRequestState.ASKED)
    closed = db.execute(update(JoinRequest).where(*waits).values(state=state, answered_at=clock.now(), **values))
    return bool(closed.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


def _end(db: Database, actor: Actor, rows: Iterable[JoinRequest], state: JoinRequestState) -> None:
    """End open requests otherwise than by an answer, each with its fact."""
    kind = JoiningExpired if state is JoinRequestState.EXPIRED else JoiningTakenBack
    for one in rows:
        if _step(db, one.id or 0, state):
            record(db, actor, kind(one.event_id, one.team_id or 0, one.id or 0, one.person_id))


def _open(db: Database, *wanted: Any) -> list[JoinRequest]:
    query = select(JoinRequest).where(JoinRequest.state == JoinRequestState.ASKED, *wanted)
    return list(db.exec(query.order_by(col(JoinRequest.id))))


@on_joined
def _settle(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """Whoever is in a team asks no other; a full team takes nobody who asked."""
    theirs = _open(db, JoinRequest.event_id == team.event.id, JoinRequest.person_id == person_id)
    _end(db, actor, theirs, JoinRequestState.TAKEN_BACK)
    if size_of(db, team.id) >= team.event.event.team_size_max:
        _end(db, actor, _open(db, JoinRequest.team_id == team.id), JoinRequestState.EXPIRED)


@on_rules_changed
def _end_where_full(db: Database, actor: Actor, event: EventWithPhases) -> None:
    """A team that is full by other rules takes nobody who asked either."""
    waiting = _open(db, JoinRequest.event_id == event.id)
    full = {one for one in {each.team_id or 0 for each in waiting} if size_of(db, one) >= event.event.team_size_max}
    _end(db, actor, [one for one in waiting if one.team_id in full], JoinRequestState.EXPIRED)


@on_left
def _end_with_team(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    if size_of(db, team.id) == 0:
        _end(db, actor, _open(db, JoinRequest.team_id == team.id), JoinRequestState.EXPIRED)


@on_withdrawn
def _end_with_registration(db: Database, actor: Actor, registration_id: int) -> None:
    row = db.exec(select(Registration).where(Registration.id == registration_id)).one()
    theirs = _open(db, JoinRequest.event_id == row.event_id, JoinRequest.person_id == row.person_id)
    _end(db, actor, theirs, JoinRequestState.TAKEN_BACK)


@timer(LOCKS)
def _end_with_the_clock(db: Database, event_id: int) -> None:
    """When nobody can join a team any more, what waits for an answer has ended."""
    end = last_joining(event_by_id(db, event_id))
    if end is not None and clock.now() >= end:
        _end(db, SYSTEM, _open(db, JoinRequest.event_id == event_id), JoinRequestState.EXPIRED)


def get_join_request(db: Database, actor: Actor, event: EventWithPhases, public: str) -> JoinRequestInEvent:
    """A request to join, in whatever state, for who asked and the members of the team; NotFound for others."""
    row = db.exec(
        select(JoinRequest, Team)
        .join(Team, col(Team.id) == col(JoinRequest.team_id))
        .where(JoinRequest.public_id == public, JoinRequest.event_id == event.id)
    ).first()
    found = JoinRequestInEvent(*row, event) if row else None
    if found is None or not see_join_request(actor, found):
        raise NotFound()
    return found


@dataclass(frozen=True)
class JoinRequestLine:
    """A request to join as pages show it: to the team who asks, to who asked which team."""

    subject: JoinRequestInEvent
    name: str
    person: str
    job_title: str
    role: str

    @property
    def request(self) -> JoinRequest:
        """The request itself."""
        return self.subject.request


def _lines(db: Database, event: EventWithPhases, *wanted: Any) -> list[JoinRequestLine]:
    query = (
        select(JoinRequest, Team, Person, col(OpenRole.title))
        .join(Team, col(Team.id) == col(JoinRequest.team_id))
        .join(Person, col(Person.id) == col(JoinRequest.person_id))
        .join(OpenRole, col(OpenRole.id) == col(JoinRequest.role_id), isouter=True)
        .where(JoinRequest.event_id == event.id, *wanted)
        .order_by(col(JoinRequest.asked_at), col(JoinRequest.id))
    )
    return [
        JoinRequestLine(
            JoinRequestInEvent(request, team, event), person.name, person.public_id, person.job_title,
            role or "",
        )
        for request, team, person, role in db.exec(query)
    ]  # fmt: skip


def requests_to_join(db: Database, actor: Actor, subject: TeamInEvent) -> list[JoinRequestLine]:
    """The open requests to join a team, the oldest first, for its members; empty for others."""
    if not member_of_team(actor, subject):
        return []
    return _lines(db, subject.event, JoinRequest.team_id == subject.id, JoinRequest.state == JoinRequestState.ASKED)


def own_join_requests(db: Database, actor: Actor, event: EventWithPhases) -> list[JoinRequestLine]:
    """What the actor has asked of teams of an event and was not taken back, the oldest first."""
    if actor.person is None:
        return []
    shown = col(JoinRequest.state).in_((JoinRequestState.ASKED, JoinRequestState.TURNED_DOWN, JoinRequestState.EXPIRED))
    return _lines(db, event, JoinRequest.person_id == actor.person, shown)


def join_requests_to_answer(db: Database, actor: Actor) -> list[JoinRequestInEvent]:
    """The open requests to join the teams that the actor leads, in events that are not over, the oldest first."""
    leads = actor.ids("leader", "team")
    if not leads:
        return []
    query = (
        select(JoinRequest, Team)
        .join(Team, col(Team.id) == col(JoinRequest.team_id))
        .where(JoinRequest.state == JoinRequestState.ASKED, col(Team.id).in_(leads))
        .order_by(col(JoinRequest.asked_at), col(JoinRequest.id))
    )
    rows = db.exec(query).all()
    events = {team.event_id: event_by_id(db, team.event_id) for _request, team in rows}
    found = [JoinRequestInEvent(request, team, events[team.event_id]) for request, team in rows]
    return [one for one in found if one.event.event.state is not EventState.CLOSED]
