"""The help queue: a team asks for help with a topic, mentors of the event see who waits longest, and one takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, func, or_, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.paging import SIZE, Paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventState, EventWithPhases, event_by_id
from events.people import Person
from events.registration import Registration
from events.roles import (
    BLIND_JUDGE,
    Role,
    RoleGrant,
    Scope,
    mentor_who_may_know,
    organiser_of_event,
    refuse_who_judges_blind,
)
from events.teams import Team, TeamInEvent, member_of_team, on_left, size_of

TOPIC_LIMIT, DETAILS_LIMIT = 120, 1000


class HelpState(StrEnum):
    """OPEN waits for a mentor, TAKEN has one; the others are ends."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    TAKEN_BACK = "taken back"


class HelpRequest(SQLModel, table=True):
    """That a team asks for help. One at a time per team, kept by the database."""

    __tablename__ = "help_request"
    __table_args__ = (
        Index(
            "uq_help_request_team_id",
            "team_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'taken')"),
            postgresql_where=text("state IN ('open', 'taken')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("hr")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id")
    topic: str = Field(max_length=TOPIC_LIMIT)
    details: str = Field(default="", max_length=DETAILS_LIMIT)
    state: HelpState = word(HelpState, default=HelpState.OPEN)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    asked_at: datetime = moment()
    taken_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    taken_at: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


personal_data(HelpRequest, "asked_by_id", "who asked for help", "detach")
personal_data(HelpRequest, "taken_by_id", "who helped a team", "detach")


@dataclass(frozen=True)
class HelpAsked(Fact):
    """A team asks for help."""

    event_id: int
    help_id: int


@dataclass(frozen=True)
class HelpTaken(Fact):
    """A mentor comes to help a team."""

    event_id: int
    help_id: int


@dataclass(frozen=True)
class HelpGivenBack(Fact):
    """A mentor does not help after all, or did not come; the team waits on at its old place."""

    event_id: int
    help_id: int


@dataclass(frozen=True)
class HelpFinished(Fact):
    """A team was helped."""

    event_id: int
    help_id: int


@dataclass(frozen=True)
class HelpTakenBack(Fact):
    """A team needs no help any more."""

    event_id: int
    help_id: int


class NotAsItWas(Conflict):
    """A request for help is not any more what the reader saw."""


WHAT_BECAME: dict[HelpState, Message] = {
    HelpState.OPEN: _("This team waits for help again."),
    HelpState.TAKEN: _("A mentor has taken this already."),
    HelpState.DONE: _("This team was helped already."),
    HelpState.TAKEN_BACK: _("This team needs no help any more."),
}


@dataclass(frozen=True)
class HelpInEvent:
    """A request for help with its team and event, as commands and rules need it."""

    request: HelpRequest
    team: Team
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The request's id."""
        assert self.request.id is not None
        return self.request.id


@rule
def who_took_it(actor: Actor, subject: HelpInEvent) -> bool:
    return actor.person is not None and actor.person == subject.request.taken_by_id


see_help_queue = mentor_who_may_know | organiser_of_event
see_help = member_of_team | mentor_who_may_know | organiser_of_event
# Whoever came to help a team knows it, and does not judge it: they finish or give back what they took, also when they
# judge blind by now or mentor no more.
see_help_request = see_help | who_took_it


@command(member_of_team, when=its_event_not_over)
def ask_for_help(db: Database, actor: Actor, subject: TeamInEvent, *, topic: str, details: str = "") -> HelpRequest:
    """Ask the mentors for help. Refuses no topic, texts that are too long, and a second request while one is open."""
    wrong: dict[str, Message | str] = {}
    if not topic.strip() or len(topic.strip()) > TOPIC_LIMIT:
        wrong["topic"] = _("Please say in at most %(most)s characters what it is about.", most=TOPIC_LIMIT)
    if len(details.strip()) > DETAILS_LIMIT:
        wrong["details"] = _("Please write at most %(most)s characters.", most=DETAILS_LIMIT)
    if wrong:
        raise Invalid(wrong)
    row = HelpRequest(
        event_id=subject.event.id, team_id=subject.id, topic=topic.strip(), details=details.strip(),
        asked_by_id=actor.person, asked_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_help_request_team_id"):
            sentence = _("Your team has asked for help already. One request at a time keeps the queue fair.")
            raise Conflict(sentence) from error
        raise
    record(db, actor, HelpAsked(event_id=subject.event.id, help_id=row.id or 0))
    return row


def is_open(subject: HelpInEvent, now: datetime) -> None:
    """Refuse to take what does not wait."""
    its_event_not_over(subject, now)
    if subject.request.state is not HelpState.OPEN:
        raise NotAsItWas(WHAT_BECAME[subject.request.state])


def is_taken(subject: HelpInEvent, now: datetime) -> None:
    """Refuse to give back or finish what nobody has taken."""
    its_event_not_over(subject, now)
    if subject.request.state is HelpState.OPEN:
        raise NotAsItWas(_("Nobody has taken this yet."))
    if subject.request.state is not HelpState.TAKEN:
        raise NotAsItWas(WHAT_BECAME[subject.request.state])


@command(mentor_who_may_know | organiser_of_event, when=is_open)
def take_help_request(db: Database, actor: Actor, subject: HelpInEvent) -> None:
    """Come to help a team; of two who do at once one is told that the other was quicker."""
    taken = {"taken_by_id": actor.person, "taken_at": clock.now()}
    _step(db, subject, HelpState.OPEN, HelpState.TAKEN, **taken)
    record(db, actor, HelpTaken(event_id=subject.event.id, help_id=subject.id))


@command(who_took_it | member_of_team | organiser_of_event, when=is_taken)
def give_back_help_request(db: Database, actor: Actor, subject: HelpInEvent) -> None:
    """Not help after all: the team waits on where it stood in the queue. The mentor says so, or, when they do not come,
    the team or an organiser."""
    _step(db, subject, HelpState.TAKEN, HelpState.OPEN, taken_by_id=None, taken_at=None)
    record(db, actor, HelpGivenBack(event_id=subject.event.id, help_id=subject.id))


@command(who_took_it | member_of_team, when=is_taken)
def finish_help(db: Database, actor: Actor, subject: HelpInEvent) -> None:
    """Say that the team was helped; the mentor does, or the team itself."""
    _step(db, subject, HelpState.TAKEN, HelpState.DONE, ended_at=clock.now())
    record(db, actor, HelpFinished(event_id=subject.event.id, help_id=subject.id))


@command(member_of_team, when=is_open)
def take_back_help_request(db: Database, actor: Actor, subject: HelpInEvent) -> None:
    """Need no help any more, while nobody has taken it."""
    _step(db, subject, HelpState.OPEN, HelpState.TAKEN_BACK, ended_at=clock.now())
    record(db, actor, HelpTakenBack(event_id=subject.event.id, help_id=subject.id))


def _step(db: Database, subject: HelpInEvent, before: HelpState, after: HelpState, **values: Any) -> None:
    """Compare-and-set; whoever comes second reads what became of it."""
    seen = (col(HelpRequest.id) == subject.id, col(HelpRequest.state) == before)
    changed = db.execute(
        update(HelpRequest).where(*seen).values(state=after, **values),
        execution_options={"synchronize_session": False},
    )
    if changed.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        return
    became = db.exec(select(HelpRequest.state).where(HelpRequest.id == subject.id)).one()
    raise NotAsItWas(WHAT_BECAME[HelpState(became)])


@on_left
def _end_with_team(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """A team without members needs no help."""
    if size_of(db, team.id):
        return
    waiting = col(HelpRequest.state).in_((HelpState.OPEN, HelpState.TAKEN))
    for one in db.exec(select(HelpRequest.id).where(HelpRequest.team_id == team.id, waiting)).all():
        ended = update(HelpRequest).where(col(HelpRequest.id) == one, waiting)
        db.execute(ended.values(state=HelpState.TAKEN_BACK, ended_at=clock.now()))
        record(db, actor, HelpTakenBack(event_id=team.event.id, help_id=one or 0))


@on_withdrawn
def _let_go(db: Database, actor: Actor, registration_id: int) -> None:
    """What a mentor had taken who leaves the event waits on for another."""
    gone = db.get_one(Registration, registration_id)
    theirs = (HelpRequest.event_id == gone.event_id, HelpRequest.taken_by_id == gone.person_id)
    for one in db.exec(select(HelpRequest.id).where(*theirs, HelpRequest.state == HelpState.TAKEN)).all():
        taken = (col(HelpRequest.id) == one, col(HelpRequest.state) == HelpState.TAKEN)
        freed = update(HelpRequest).where(*taken).values(state=HelpState.OPEN, taken_by_id=None, taken_at=None)
        if db.execute(freed).rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
            record(db, actor, HelpGivenBack(event_id=gone.event_id, help_id=one or 0))


def get_help_request(db: Database, actor: Actor, event: EventWithPhases, public: str) -> HelpInEvent:
    """A request for help for its team, the mentors, the organisers and who took it; NotFound for others."""
    row = db.exec(
        select(HelpRequest, Team)
        .join(Team, col(Team.id) == col(HelpRequest.team_id))
        .where(HelpRequest.public_id == public, HelpRequest.event_id == event.id)
    ).first()
    found = HelpInEvent(*row, event) if row else None
    if found is None or not see_help_request(actor, found):
        refuse_who_judges_blind(actor, event)
        raise NotFound()
    return found


@dataclass(frozen=True)
class HelpLine:
    """A request for help as pages show it, with who asked, who helps, and how many wait before it."""

    subject: HelpInEvent
    asked_by: str
    taken_by: str
    before: int

    @property
    def request(self) -> HelpRequest:
        """The request itself."""
        return self.subject.request


def _asked(event: EventWithPhases, *wanted: Any) -> Any:
    """The query for requests with their teams and how many wait before each; who waits stands before who is helped."""
    earlier = HelpRequest.__table__.alias("earlier")  # type: ignore[attr-defined]
    waits_longer = or_(
        earlier.c.asked_at < col(HelpRequest.asked_at),
        (earlier.c.asked_at == col(HelpRequest.asked_at)) & (earlier.c.id < col(HelpRequest.id)),
    )
    before: Any = select(func.count()).select_from(earlier)
    before = before.where(earlier.c.event_id == event.id, earlier.c.state == HelpState.OPEN, waits_longer)
    query: Any = select(HelpRequest, Team).add_columns(before.correlate(HelpRequest).scalar_subquery())
    return (
        query.join(Team, col(Team.id) == col(HelpRequest.team_id))
        .where(col(HelpRequest.event_id) == event.id, *wanted)
        .order_by(col(HelpRequest.state) != HelpState.OPEN, col(HelpRequest.asked_at), col(HelpRequest.id))
    )


def _lines(db: Database, event: EventWithPhases, rows: Sequence[Any]) -> list[HelpLine]:
    people = {id for request, _team, _count in rows for id in (request.asked_by_id, request.taken_by_id) if id}
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(people))).all())
    return [
        HelpLine(
            HelpInEvent(request, team, event), names.get(request.asked_by_id, ""), names.get(request.taken_by_id, ""),
            int(count),
        )
        for request, team, count in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class HelpQueue:
    """A page of those who wait for help or are being helped, and how many wait, are being helped and were helped.
    `only_own` says that it holds nothing but what the reader took, which is all that they may know."""

    lines: Paged[HelpLine]
    waiting: int
    taken: int
    helped: int
    only_own: bool = False


def help_queue(db: Database, actor: Actor, event: EventWithPhases, *, page: int = 1) -> HelpQueue:
    """Who waits for help, who asked first first, then who is being helped, for mentors and organisers. Whoever may not
    see that and helps somebody all the same sees whom; NotFound for others. Refuses mentors as long as they judge
    blind, unless they still help somebody."""
    if not see_help_queue(actor, event):
        return _only_own(db, actor, event)
    states = select(HelpRequest.state, func.count()).where(col(HelpRequest.event_id) == event.id)
    counts = {HelpState(state): int(count) for state, count in db.exec(states.group_by(col(HelpRequest.state)))}
    waiting, taken = counts.get(HelpState.OPEN, 0), counts.get(HelpState.TAKEN, 0)
    page = min(max(1, page), max(1, -(-(waiting + taken) // SIZE)))
    asked = _asked(event, col(HelpRequest.state).in_((HelpState.OPEN, HelpState.TAKEN)))
    rows = db.execute(asked.limit(SIZE).offset((page - 1) * SIZE)).all()
    lines = Paged(_lines(db, event, rows), page, waiting + taken)
    return HelpQueue(lines, waiting, taken, counts.get(HelpState.DONE, 0))


def _only_own(db: Database, actor: Actor, event: EventWithPhases) -> HelpQueue:
    rows = db.execute(_asked(event, *_taken_by(actor)).limit(SIZE)).all()
    if not rows:
        refuse_who_judges_blind(actor, event)
        raise NotFound()
    return HelpQueue(Paged(_lines(db, event, rows), 1, len(rows)), 0, len(rows), 0, only_own=True)


def _taken_by(actor: Actor) -> tuple[Any, Any]:
    return HelpRequest.taken_by_id == actor.person, HelpRequest.state == HelpState.TAKEN


def sees_in_help_queue(db: Database, actor: Actor, event: EventWithPhases) -> bool:
    """Whether the help queue shows something to the actor, if only what they took."""
    if see_help_queue(actor, event):
        return True
    mine = select(HelpRequest.id).where(HelpRequest.event_id == event.id, *_taken_by(actor)).limit(1)
    return actor.person is not None and db.exec(mine).first() is not None


def help_of_team(db: Database, actor: Actor, subject: TeamInEvent) -> HelpLine | None:
    """What a team waits for, if anything, for its members, mentors and organisers; NotFound for others."""
    if not see_help(actor, subject):
        raise NotFound()
    waiting = col(HelpRequest.state).in_((HelpState.OPEN, HelpState.TAKEN))
    rows = db.execute(_asked(subject.event, HelpRequest.team_id == subject.id, waiting)).all()
    return _lines(db, subject.event, rows)[0] if rows else None


def helpers_in(db: Database, event_id: int) -> set[int]:
    """Who sees an event's help queue: its mentors and organisers, by id."""
    event = event_by_id(db, event_id)
    here = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    above = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    query = select(RoleGrant.person_id).where(col(RoleGrant.role).in_((Role.MENTOR, Role.ORGANISER)), here | above)
    return set(db.exec(query))


def teams_waiting(db: Database, actor: Actor) -> dict[int, int]:
    """How many teams wait for help in each event in which the actor is a mentor; events in which none waits, or
    in which they judge blind, are left out."""
    events = actor.ids(Role.MENTOR, Scope.EVENT)
    programmes = actor.ids(Role.MENTOR, Scope.PROGRAMME)
    if not (events or programmes):
        return {}
    query = (
        select(HelpRequest.event_id, func.count())
        .join(Event, col(Event.id) == col(HelpRequest.event_id))
        .where(col(HelpRequest.state) == HelpState.OPEN, col(Event.state) != EventState.CLOSED)
        .where(or_(col(Event.id).in_(events), col(Event.programme_id).in_(programmes)))
        .where(col(Event.id).not_in(actor.ids(BLIND_JUDGE, Scope.EVENT)))
        .group_by(col(HelpRequest.event_id))
    )
    return {event: int(count) for event, count in db.exec(query)}
