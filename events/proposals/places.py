"""Places: a proposal is sent, people accept or decline theirs, and a team exists when enough of its people agree.

A new team is formed as soon as as many have accepted as the event wants at least; whoever accepts later joins it. A
place in a team that is there already becomes a request to join, which whoever leads that team answers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command, rule
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, timer
from events.core.translation import At, _
from events.events import EventState, EventWithPhases, event_by_id, not_over
from events.join_requests import JoiningAsked, JoinRequest
from events.joining import lock_team, refuse_full, teams_take_people
from events.proposals.adjustments import can_be_adjusted, hold_proposal, plan_of, too_late_for
from events.proposals.drafts import (
    PlaceState,
    ProposalInEvent,
    ProposalState,
    ProposedPlace,
    ProposedState,
    ProposedTeam,
    TeamProposal,
    step_proposal,
    teams_in,
)
from events.registration import Registration
from events.roles import organiser_of_event
from events.team_builder.checks import faults_of
from events.team_rules import last_joining
from events.teams import (
    InTeamAlready,
    Team,
    TeamFormed,
    TeamInEvent,
    TeamJoined,
    add_member,
    judges_in,
    keep_name,
    on_joined,
    refuse_judge,
    team_of,
)

ENDS = "team proposal ends"


@dataclass(frozen=True)
class ProposalSent(Fact):
    """People were asked whether they want the places that a proposal gives them."""

    event_id: int
    proposal_id: int


@dataclass(frozen=True)
class PlaceAccepted(Fact):
    """Somebody wants their place in a proposed team."""

    event_id: int
    place_id: int


@dataclass(frozen=True)
class PlaceDeclined(Fact):
    """Somebody does not want their place in a proposed team."""

    event_id: int
    place_id: int


@dataclass(frozen=True)
class ProposedTeamFormed(Fact):
    """Enough have agreed: a proposed team is one now."""

    event_id: int
    proposed_team_id: int
    team_id: int


@dataclass(frozen=True)
class ProposedTeamFailed(Fact):
    """Too few have agreed: a proposed team does not come about."""

    event_id: int
    proposed_team_id: int


@dataclass(frozen=True)
class ProposalEnded(Fact):
    """The time to answer a proposal is over."""

    event_id: int
    proposal_id: int


class PlaceAnswered(Conflict):
    """A place is answered once, and in time."""


@dataclass(frozen=True)
class PlaceInEvent:
    """A place in a proposed team, as commands and rules need it."""

    place: ProposedPlace
    team: ProposedTeam
    proposal: TeamProposal
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The place's id."""
        assert self.place.id is not None
        return self.place.id


@rule
def whose_place_it_is(actor: Actor, subject: PlaceInEvent) -> bool:
    return actor.person is not None and actor.person == subject.place.person_id


def can_be_sent(subject: ProposalInEvent, now: datetime) -> None:
    """Refuse to send what is not made, and what comes too late."""
    can_be_adjusted(subject, now)
    teams_take_people(subject.event, now)


@command(organiser_of_event, when=can_be_sent)
def send_proposal(db: Database, actor: Actor, subject: ProposalInEvent, *, answer_by: datetime) -> int:
    """Ask everybody who has a place in a team whether they want it, until `answer_by` (aware): how many are asked.

    Refuses a team that breaks a rule, a moment that has passed or lies after the lock, somebody who was asked by
    another proposal and has not answered, and a proposal without teams.
    """
    hold_proposal(db, subject)
    now, last = clock.now(), last_joining(subject.event)
    if answer_by <= now:
        raise Invalid({"answer_by": _("This time has passed. Choose a later one.")})
    if last is not None and answer_by > last:
        sentence = _("Teams are fixed from %(when)s on. Choose an earlier time.", when=At(last, "when"))
        raise Invalid({"answer_by": sentence})
    problem, plan, teams = plan_of(db, subject)
    if not teams:
        raise Conflict(_("There are no teams in this proposal."))
    if faults_of(problem, plan):
        raise Conflict(_("Some teams break a rule. Change them first; they are marked."))
    asked = _ask(db, subject)
    sent = {"state": ProposalState.SENT, "sent_at": now, "answer_by": answer_by}
    if not step_proposal(db, subject.id, (ProposalState.DONE,), sent):
        raise Conflict(_("Somebody else has sent or discarded this proposal. Reload the page."))
    set_timer(db, ENDS, subject.id, answer_by)
    record(db, actor, ProposalSent(event_id=subject.event.id, proposal_id=subject.id))
    return asked


def _ask(db: Database, subject: ProposalInEvent) -> int:
    """Let the places wait for answers; those of people for whom it is too late lapse."""
    gone = too_late_for(db, subject)
    here = (col(ProposedPlace.proposal_id) == subject.id, col(ProposedPlace.proposed_team_id).is_not(None))
    late = update(ProposedPlace).where(*here, col(ProposedPlace.person_id).in_(gone)).values(state=PlaceState.LAPSED)
    db.execute(late)
    try:
        with db.begin_nested():
            draft = (*here, col(ProposedPlace.state) == PlaceState.DRAFT)
            asked = db.execute(update(ProposedPlace).where(*draft).values(state=PlaceState.ASKED))
    except IntegrityError as error:
        if is_broken(error, "uq_proposed_place_event_id_person_id"):
            raise Conflict(
                _("Somebody in it was asked by another proposal and has not answered yet. Wait for that one to end.")
            ) from error
        raise
    return int(asked.rowcount)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


WHAT_BECAME = {
    PlaceState.ACCEPTED: _("You have accepted this place already."),
    PlaceState.DECLINED: _("You have declined this place."),
    PlaceState.JOINED: _("You are in this team already."),
    PlaceState.LAPSED: _("This proposal has ended."),
    PlaceState.DRAFT: _("This proposal has not been sent yet."),
}


def waits_for_an_answer(subject: PlaceInEvent, now: datetime) -> None:
    """Refuse to answer twice or too late, and in an event that is over."""
    not_over(subject.event, now)
    if subject.place.state is not PlaceState.ASKED:
        raise PlaceAnswered(WHAT_BECAME[subject.place.state])
    until = subject.proposal.answer_by
    if until is not None and now >= until:
        raise PlaceAnswered(_("This proposal could be answered until %(when)s.", when=At(until, "when")))


def can_be_accepted(subject: PlaceInEvent, now: datetime) -> None:
    """Refuse to accept what does not wait for an answer, and when nobody can join a team."""
    waits_for_an_answer(subject, now)
    teams_take_people(subject.event, now)


@command(whose_place_it_is, when=can_be_accepted)
def accept_place(db: Database, actor: Actor, subject: PlaceInEvent) -> PlaceState:
    """Want one's place: ACCEPTED until enough others do too, JOINED when the team is there; for a team that is there
    already the request goes to whoever leads it.

    Refuses who is in another team or judges by now, and with PlaceAnswered the second time.
    """
    assert actor.person is not None
    refuse_judge(db, subject.event, actor.person)
    if team_of(db, actor.person, subject.event.id) is not None:
        raise InTeamAlready
    team = _hold_team(db, subject)
    _answer(db, subject, PlaceState.ACCEPTED)
    record(db, actor, PlaceAccepted(event_id=subject.event.id, place_id=subject.id))
    if team.state is ProposedState.FORMED or team.fills:
        _come_later(db, actor, subject, team)
    else:
        _let_judges_go(db, subject.event, team)
        if len(_in_state(db, team, PlaceState.ACCEPTED)) >= max(1, subject.proposal.size_min):
            _form(db, actor, subject.event, team)
    db.refresh(subject.place)
    return PlaceState(subject.place.state)


@command(whose_place_it_is, when=waits_for_an_answer)
def decline_place(db: Database, actor: Actor, subject: PlaceInEvent) -> None:
    """Not want one's place. Where too few are left who could still agree, the team does not come about."""
    team = _hold_team(db, subject)
    _answer(db, subject, PlaceState.DECLINED)
    record(db, actor, PlaceDeclined(event_id=subject.event.id, place_id=subject.id))
    _fail_if_hopeless(db, actor, subject.proposal, team)


def _hold_team(db: Database, subject: PlaceInEvent) -> ProposedTeam:
    """The team anew; nobody else's answer counts for it until our transaction ends."""
    query = select(ProposedTeam).where(ProposedTeam.id == subject.team.id).with_for_update()
    return db.exec(query.execution_options(populate_existing=True)).one()


def _answer(db: Database, subject: PlaceInEvent, state: PlaceState) -> None:
    waits = (col(ProposedPlace.id) == subject.id, col(ProposedPlace.state) == PlaceState.ASKED)
    values = {"state": state, "answered_at": clock.now()}
    changed = db.execute(
        update(ProposedPlace).where(*waits).values(**values), execution_options={"synchronize_session": False}
    )
    if changed.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        return
    became = db.exec(select(ProposedPlace.state).where(ProposedPlace.id == subject.id)).one()
    raise PlaceAnswered(WHAT_BECAME.get(PlaceState(became), WHAT_BECAME[PlaceState.LAPSED]))


def _in_state(db: Database, team: ProposedTeam, *states: PlaceState) -> list[ProposedPlace]:
    """The places of a team in these states, those who answered first first."""
    query = select(ProposedPlace).where(ProposedPlace.proposed_team_id == team.id, col(ProposedPlace.state).in_(states))
    return list(
        db.exec(
            query.order_by(col(ProposedPlace.answered_at), col(ProposedPlace.id)).execution_options(
                populate_existing=True
            )
        )
    )


def _let_judges_go(db: Database, event: EventWithPhases, team: ProposedTeam) -> None:
    """Whoever came to judge after they had accepted is no member of a team."""
    here = (col(ProposedPlace.proposed_team_id) == team.id, col(ProposedPlace.state) == PlaceState.ACCEPTED)
    judging = col(ProposedPlace.person_id).in_(judges_in(event))
    db.execute(
        update(ProposedPlace).where(*here, judging).values(state=PlaceState.LAPSED),
        execution_options={"synchronize_session": False},
    )


def _come_later(db: Database, actor: Actor, subject: PlaceInEvent, team: ProposedTeam) -> None:
    """Join a team that is there: at once where it came of this proposal, by a request where it was there before."""
    row = db.get(Team, team.team_id) if team.team_id else None
    if row is None:
        raise Conflict(_("This team is not there any more."))
    of = TeamInEvent(row, subject.event)
    lock_team(db, of.id)
    here = refuse_full(db, of)
    if team.fills:
        asked = JoinRequest(
            event_id=of.event.id, team_id=of.id, person_id=subject.place.person_id, asked_at=clock.now(),
            note=str(_("The organisers have proposed me for your team.")),
        )  # fmt: skip
        _ask_to_join(db, asked)
        record(db, actor, JoiningAsked(event_id=of.event.id, team_id=of.id, request_id=asked.id or 0))
        return
    _seat(db, actor, of, subject.place, leads=here == 0)


def _ask_to_join(db: Database, asked: JoinRequest) -> None:
    try:
        with db.begin_nested():
            db.add(asked)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_join_request_team_id_person_id"):
            raise Conflict(_("You have asked this team already. They have not answered yet.")) from error
        raise


def _seat(db: Database, actor: Actor, of: TeamInEvent, place: ProposedPlace, *, leads: bool) -> None:
    _set(db, place, PlaceState.JOINED)
    add_member(db, actor, of, place.person_id, leads=leads)
    record(db, actor, TeamJoined(event_id=of.event.id, team_id=of.id, person_id=place.person_id))


def _set(db: Database, place: ProposedPlace, state: PlaceState) -> None:
    db.execute(
        update(ProposedPlace).where(col(ProposedPlace.id) == place.id).values(state=state),
        execution_options={"synchronize_session": False},
    )


def _form(db: Database, actor: Actor, event: EventWithPhases, team: ProposedTeam) -> None:
    """Make a team of those who have accepted; who accepted first leads it."""
    row = _named(db, event, team)
    of = TeamInEvent(row, event)
    for number, place in enumerate(_in_state(db, team, PlaceState.ACCEPTED)):
        _seat(db, actor, of, place, leads=number == 0)
    formed = update(ProposedTeam).where(col(ProposedTeam.id) == team.id)
    db.execute(formed.values(state=ProposedState.FORMED, team_id=of.id))
    record(db, actor, TeamFormed(event_id=event.id, team_id=of.id))
    record(db, actor, ProposedTeamFormed(event_id=event.id, proposed_team_id=team.id or 0, team_id=of.id))


def _named(db: Database, event: EventWithPhases, team: ProposedTeam) -> Team:
    """A row with a name that no other team of the event has: 'Team 7', and its members give it another."""
    for number in range(team.number, team.number + 1000):
        row = Team(
            event_id=event.id, name=f"Team {number}", challenge_id=team.challenge_id, formed_at=clock.now()
        )  # fmt: skip
        try:
            keep_name(db, row)
        except Invalid:
            continue
        return row
    raise Conflict(_("No name is left for this team."))


def _fail_if_hopeless(db: Database, actor: Actor, proposal: TeamProposal, team: ProposedTeam) -> None:
    still = _in_state(db, team, PlaceState.ASKED, PlaceState.ACCEPTED)
    if team.state is ProposedState.OPEN and not team.fills and len(still) < max(1, proposal.size_min):
        _give_up(db, actor, team)


def _give_up(db: Database, actor: Actor, team: ProposedTeam) -> None:
    """The team does not come about; whoever is in it can be proposed again."""
    failed = update(ProposedTeam).where(col(ProposedTeam.id) == team.id, col(ProposedTeam.state) == ProposedState.OPEN)
    db.execute(failed.values(state=ProposedState.FAILED))
    record(db, actor, ProposedTeamFailed(event_id=team.event_id, proposed_team_id=team.id or 0))
    waiting = (PlaceState.ASKED, PlaceState.ACCEPTED)
    here = (col(ProposedPlace.proposed_team_id) == team.id, col(ProposedPlace.state).in_(waiting))
    db.execute(update(ProposedPlace).where(*here).values(state=PlaceState.LAPSED))


@on_joined
def _joined_elsewhere(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    """Whoever is in a team needs no other place; a proposed team may become hopeless by it."""
    query = select(ProposedPlace).where(
        ProposedPlace.event_id == team.event.id, ProposedPlace.person_id == person_id,
        col(ProposedPlace.state).in_((PlaceState.ASKED, PlaceState.ACCEPTED)),
    )  # fmt: skip
    for place in db.exec(query.execution_options(populate_existing=True)).all():
        proposed = db.get(ProposedTeam, place.proposed_team_id) if place.proposed_team_id else None
        is_it = proposed is not None and proposed.team_id == team.id
        _set(db, place, PlaceState.JOINED if is_it else PlaceState.LAPSED)
        if proposed is not None and not is_it:
            _fail_if_hopeless(db, actor, db.get_one(TeamProposal, place.proposal_id), proposed)


@on_withdrawn
def _gone(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves the event is asked no longer."""
    row = db.exec(select(Registration).where(Registration.id == registration_id)).one()
    query = select(ProposedPlace).where(
        ProposedPlace.event_id == row.event_id, ProposedPlace.person_id == row.person_id,
        col(ProposedPlace.state).in_((PlaceState.ASKED, PlaceState.ACCEPTED)),
    )  # fmt: skip
    for place in db.exec(query.execution_options(populate_existing=True)).all():
        _set(db, place, PlaceState.LAPSED)
        proposed = db.get(ProposedTeam, place.proposed_team_id) if place.proposed_team_id else None
        if proposed is not None:
            _fail_if_hopeless(db, actor, db.get_one(TeamProposal, place.proposal_id), proposed)


@timer(ENDS)
def _end(db: Database, proposal_id: int) -> None:
    """Who has not answered is asked no longer; teams without enough people do not come about."""
    row = db.get(TeamProposal, proposal_id)
    if row is None or row.state is not ProposalState.SENT or row.answer_by is None or clock.now() < row.answer_by:
        return
    if not step_proposal(db, proposal_id, (ProposalState.SENT,), {"state": ProposalState.CLOSED}):
        return
    for team in teams_in(db, proposal_id):
        if team.state is ProposedState.OPEN and not team.fills:
            _give_up(db, SYSTEM, team)
    asked = (col(ProposedPlace.proposal_id) == proposal_id, col(ProposedPlace.state) == PlaceState.ASKED)
    db.execute(update(ProposedPlace).where(*asked).values(state=PlaceState.LAPSED))
    record(db, SYSTEM, ProposalEnded(event_id=row.event_id, proposal_id=proposal_id))


def get_place(db: Database, actor: Actor, event: EventWithPhases, public: str) -> PlaceInEvent:
    """One's own place in a proposal that was sent; NotFound for others."""
    found = _places(db, ProposedPlace.public_id == public, ProposedPlace.event_id == event.id)
    if not found or not whose_place_it_is(actor, found[0]):
        raise NotFound()
    return found[0]


def open_places_of(db: Database, actor: Actor) -> list[PlaceInEvent]:
    """The places that the actor has been offered and not answered, in whatever event that is not over."""
    if actor.person is None:
        return []
    found = _places(db, ProposedPlace.person_id == actor.person, ProposedPlace.state == PlaceState.ASKED)
    return [one for one in found if one.event.event.state is not EventState.CLOSED]


def _places(db: Database, *wanted: Any) -> list[PlaceInEvent]:
    rows = db.exec(
        select(ProposedPlace, ProposedTeam, TeamProposal)
        .join(ProposedTeam, col(ProposedTeam.id) == col(ProposedPlace.proposed_team_id))
        .join(TeamProposal, col(TeamProposal.id) == col(ProposedPlace.proposal_id))
        .where(*wanted, col(ProposedPlace.state) != PlaceState.DRAFT)
        .order_by(col(ProposedPlace.id))
    ).all()
    events = {place.event_id: event_by_id(db, place.event_id) for place, _team, _proposal in rows}
    return [PlaceInEvent(place, team, proposal, events[place.event_id]) for place, team, proposal in rows]
