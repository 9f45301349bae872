"""Proposals of teams: asked for by an organiser, made by the worker, and thrown away or sent.

A proposal holds teams with places, one for each person it is about. Until it is sent nobody else sees it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete, text, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.claims import Due
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventWithPhases
from events.joining import teams_take_people
from events.people import Person
from events.roles import organiser_of_event
from events.team_rules import MOST_IN_A_TEAM, has_teams


class ProposalState(StrEnum):
    """QUEUED until a worker takes it; DONE can be adjusted and sent; SENT waits for people; the others are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SENT = "sent"
    CLOSED = "closed"


class Whom(StrEnum):
    """Who is given a team: those who look for one, or everybody who takes part and is in none."""

    SEEKERS = "seekers"
    EVERYBODY = "everybody"


class Failure(StrEnum):
    """Why a proposal failed."""

    ENDED = "ended"  # the builder died, mostly for want of memory
    NOBODY = "nobody"  # whoever was to get a team has one by now
    TOO_LONG = "too long"
    TOO_OFTEN = "too often"  # begun again and again by workers that did not live to finish it


class TeamProposal(Due, table=True):
    """One attempt at teams, which is also the work to be done. `number` counts an event's proposals from 1.

    `figures` are what was reached, with bounds, when the builder had made it; `zone_hours` is how far apart the zones
    of a team may lie, and `seconds` about how long the builder works.
    """

    __tablename__ = "team_proposal"
    __table_args__ = (Index("ix_team_proposal_due", "done_at", "dead_at", "due_at"),)

    public_id: str = public_id("tp")
    event_id: int = Field(foreign_key="event.id", index=True)
    number: int
    state: ProposalState = word(ProposalState, default=ProposalState.QUEUED)
    whom: Whom = word(Whom, default=Whom.SEEKERS)
    fills_teams: bool = True
    size_min: int
    size_max: int
    size_wanted: int
    zone_hours: int = 3
    seconds: int = 15
    seed: int = 0
    based_on_id: int | None = Field(default=None, foreign_key="team_proposal.id", ondelete="SET NULL")
    phase: str = Field(default="", max_length=40)
    figures: list[dict[str, Any]] = listing(default_factory=list)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    asked_at: datetime = moment()
    finished_at: datetime | None = moment(default=None, nullable=True)
    sent_at: datetime | None = moment(default=None, nullable=True)
    answer_by: datetime | None = moment(default=None, nullable=True)


class ProposedState(StrEnum):
    """OPEN until enough have agreed (FORMED) or too few can (FAILED)."""

    OPEN = "open"
    FORMED = "formed"
    FAILED = "failed"


class ProposedTeam(SQLModel, table=True):
    """A team that a proposal has; `team_id` is the team that it fills, or that came of it. A locked one is left as it
    is when teams are made anew."""

    __tablename__ = "proposed_team"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pg")
    event_id: int = Field(foreign_key="event.id", index=True)
    proposal_id: int = Field(foreign_key="team_proposal.id", index=True, ondelete="CASCADE")
    number: int
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True, ondelete="SET NULL")
    fills: bool = False
    locked: bool = False
    state: ProposedState = word(ProposedState, default=ProposedState.OPEN)


class PlaceState(StrEnum):
    """DRAFT until it is sent, ASKED until the person answers; JOINED when they are in the team. LAPSED: too late, in
    another team by now, or the team did not come about."""

    DRAFT = "draft"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    JOINED = "joined"
    LAPSED = "lapsed"


class ProposedPlace(SQLModel, table=True):
    """Where a proposal puts somebody: into a team, or into none. Nobody is asked into two teams of an event at once."""

    __tablename__ = "proposed_place"
    __table_args__ = (
        UniqueConstraint("proposal_id", "person_id"),
        Index(
            "uq_proposed_place_event_id_person_id",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'accepted')"),
            postgresql_where=text("state IN ('asked', 'accepted')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pp")
    event_id: int = Field(foreign_key="event.id", index=True)
    proposal_id: int = Field(foreign_key="team_proposal.id", index=True, ondelete="CASCADE")
    proposed_team_id: int | None = Field(default=None, foreign_key="proposed_team.id", index=True, ondelete="SET NULL")
    person_id: int = Field(foreign_key="person.id", index=True)
    state: PlaceState = word(PlaceState, default=PlaceState.DRAFT)
    why_left: str = Field(default="", max_length=40)
    answered_at: datetime | None = moment(default=None, nullable=True)


personal_data(TeamProposal, "asked_by_id", "who asked for teams to be proposed", "detach")
personal_data(ProposedPlace, "person_id", "a place in a proposed team", "delete")


@dataclass(frozen=True)
class TeamsAsked(Fact):
    """An organiser asked for teams to be proposed."""

    event_id: int
    proposal_id: int


@dataclass(frozen=True)
class TeamsProposed(Fact):
    """A proposal is there to be looked at."""

    event_id: int
    proposal_id: int


@dataclass(frozen=True)
class TeamsFailed(Fact):
    """A proposal could not be made."""

    event_id: int
    proposal_id: int


@dataclass(frozen=True)
class TeamsCancelled(Fact):
    """An organiser stopped the making of a proposal."""

    event_id: int
    proposal_id: int


@dataclass(frozen=True)
class ProposalDiscarded(Fact):
    """An organiser threw a proposal away."""

    event_id: int
    proposal_id: int


SECONDS = (5, 15, 30, 60)
ZONE_HOURS = (0, 1, 2, 3, 6, 12)
MOST_UNFINISHED, MOST_PROPOSALS = 1, 20
UNFINISHED = (ProposalState.QUEUED, ProposalState.RUNNING)


@dataclass(frozen=True)
class ProposalInEvent:
    """A proposal with its event, as commands and rules need it."""

    proposal: TeamProposal
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The proposal's id."""
        assert self.proposal.id is not None
        return self.proposal.id


@dataclass(frozen=True)
class Asked:
    """How teams are to be made: about how large, how far apart in hours, for whom, whether teams that are there are
    filled, about how many seconds it takes, and from which seed."""

    size_wanted: int
    zone_hours: int = 3
    whom: Whom = Whom.SEEKERS
    fills_teams: bool = True
    seconds: int = 15
    seed: int = 0


def proposing_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to propose teams where there are none, and when nobody can join one."""
    has_teams(subject, now)
    teams_take_people(subject, now)


@command(organiser_of_event, when=proposing_open)
def ask_for_teams(
    db: Database, actor: Actor, subject: EventWithPhases, *, asked: Asked, based_on: TeamProposal | None = None
) -> TeamProposal:
    """Have teams proposed; the locked ones of the proposal `based_on` stay as they are.

    Refuses a size outside the event's, values that are none of those offered, a second proposal before the first is
    made, and more than 20 kept.
    """
    _check(subject.event, asked)
    if based_on is not None and based_on.event_id != subject.id:
        raise NotFound()
    # Locks the event's row on PostgreSQL, so that proposals asked for at once are counted one after the other.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update(key_share=True)).one()
    row = TeamProposal(
        event_id=subject.id, number=_room_for_one_more(db, subject.id), whom=asked.whom, fills_teams=asked.fills_teams,
        size_min=subject.event.team_size_min, size_max=subject.event.team_size_max, size_wanted=asked.size_wanted,
        zone_hours=asked.zone_hours, seconds=asked.seconds, seed=asked.seed,
        based_on_id=based_on.id if based_on else None, asked_by_id=actor.person, asked_at=clock.now(),
        due_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    record(db, actor, TeamsAsked(event_id=subject.id, proposal_id=row.id or 0))
    return row


def _check(event: Event, asked: Asked) -> None:
    wrong: dict[str, Message | str] = {}
    least, most = event.team_size_min, min(event.team_size_max, MOST_IN_A_TEAM)
    if not least <= asked.size_wanted <= most:
        wrong["size_wanted"] = _("Teams have %(least)s to %(most)s members here.", least=least, most=most)
    if asked.seconds not in SECONDS:
        wrong["seconds"] = _("Please choose one of the offered times.")
    if asked.zone_hours not in ZONE_HOURS:
        wrong["zone_hours"] = _("Please choose one of the offered limits.")
    if wrong:
        raise Invalid(wrong)


def _room_for_one_more(db: Database, event_id: int) -> int:
    query = select(TeamProposal.state, TeamProposal.number).where(TeamProposal.event_id == event_id)
    rows = db.exec(query).all()
    if sum(1 for state, _number in rows if state in UNFINISHED) >= MOST_UNFINISHED:
        raise Conflict(_("Teams are being made already. Wait for them, or cancel."))
    if len(rows) >= MOST_PROPOSALS:
        raise Conflict(_("There are 20 proposals already. Discard one that you do not need any more."))
    return max((number for _state, number in rows), default=0) + 1


def being_made(subject: ProposalInEvent, now: datetime) -> None:
    """Refuse to stop what does not run."""
    if subject.proposal.state not in UNFINISHED:
        raise Conflict(_("This proposal is not being made any more. Reload the page to see what became of it."))


@command(organiser_of_event, when=being_made)
def cancel_teams(db: Database, actor: Actor, subject: ProposalInEvent) -> None:
    """Stop the making of a proposal; a worker that has begun it notices within a second."""
    ended = {"state": ProposalState.CANCELLED, "finished_at": clock.now(), "done_at": clock.now()}
    if not step_proposal(db, subject.id, UNFINISHED, ended):
        raise Conflict(_("This proposal is not being made any more. Reload the page to see what became of it."))
    record(db, actor, TeamsCancelled(event_id=subject.event.id, proposal_id=subject.id))


def can_be_discarded(subject: ProposalInEvent, now: datetime) -> None:
    """Refuse to throw away what is being made, and what people were asked."""
    if subject.proposal.state in UNFINISHED:
        raise Conflict(_("This proposal is being made. Cancel it first."))
    if subject.proposal.state in {ProposalState.SENT, ProposalState.CLOSED}:
        raise Conflict(_("People were asked about this proposal, so it stays as the record of that."))


@command(organiser_of_event, when=can_be_discarded)
def discard_proposal(db: Database, actor: Actor, subject: ProposalInEvent) -> None:
    """Throw a proposal away that nobody was asked about."""
    seen = (col(TeamProposal.id) == subject.id, col(TeamProposal.state) == subject.proposal.state)
    gone = db.execute(delete(TeamProposal).where(*seen))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise Conflict(_("Somebody else was quicker. Reload the page to see what became of this proposal."))
    record(db, actor, ProposalDiscarded(event_id=subject.event.id, proposal_id=subject.id))


def step_proposal(
    db: Database, proposal_id: int, states: tuple[ProposalState, ...], values: dict[str, Any], *conditions: Any
) -> bool:
    """From one of `states` to other values, by compare-and-set: whether this was the one that did it."""
    where = (col(TeamProposal.id) == proposal_id, col(TeamProposal.state).in_(states), *conditions)
    changed = db.execute(
        update(TeamProposal).where(*where).values(**values), execution_options={"synchronize_session": False}
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


def get_proposal(db: Database, actor: Actor, event: EventWithPhases, public: str) -> ProposalInEvent:
    """A proposal of an event that the actor organises; NotFound for others."""
    row = db.exec(
        select(TeamProposal).where(TeamProposal.event_id == event.id, TeamProposal.public_id == public)
    ).first()
    if row is None or not organiser_of_event(actor, event):
        raise NotFound()
    return ProposalInEvent(row, event)


def proposals_of(db: Database, actor: Actor, event: EventWithPhases) -> list[TeamProposal]:
    """The proposals of an event that the actor organises, newest first; NotFound for others."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    query = select(TeamProposal).where(TeamProposal.event_id == event.id)
    return list(db.exec(query.order_by(col(TeamProposal.number).desc())))


def teams_in(db: Database, proposal_id: int) -> list[ProposedTeam]:
    """The teams of a proposal, in order of their numbers."""
    query = select(ProposedTeam).where(ProposedTeam.proposal_id == proposal_id)
    return list(db.exec(query.order_by(col(ProposedTeam.number))))


def places_in(db: Database, proposal_id: int) -> list[tuple[ProposedPlace, Person]]:
    """The places of a proposal with their people, by name."""
    query = (
        select(ProposedPlace, Person)
        .join(Person, col(Person.id) == col(ProposedPlace.person_id))
        .where(ProposedPlace.proposal_id == proposal_id)
        .order_by(col(Person.name), col(ProposedPlace.id))
    )
    return [(place, person) for place, person in db.exec(query)]
