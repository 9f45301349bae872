"""Roles that are taken back: somebody was appointed by mistake, or does something else by now."""

from collections.abc import Callable

from sqlalchemy import delete
from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import EventState, EventWithPhases
from events.roles import Role, RoleGrant, RoleTakenBack, Scope, organiser_of_event
from events.rounds.assigning import hand_over_judging
from events.rounds.judges import RoundJudge
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState

RoleEnding = Callable[[Database, EventWithPhases, int, Role], None]
ROLE_ENDINGS: list[RoleEnding] = []


def before_role_ends(step: RoleEnding) -> RoleEnding:
    """Register `(db, event, person id, role)`, which refuses while something in the event needs the role."""
    ROLE_ENDINGS.append(step)
    return step


@command(organiser_of_event)
def take_role_back(db: Database, actor: Actor, subject: EventWithPhases, *, person_id: int, role: Role) -> None:
    """Let somebody not have a role in the event any more, at any time; one for the whole programme stays.

    What they did in it stays theirs: their challenges, and calls for help that they took. Their judging ends in rounds
    whose result is published too, so that they do not judge again where one is opened again; what they gave counts.
    Refuses while they judge in a round without a published result, or have office hours to come, and who does not have
    the role.
    """
    for step in ROLE_ENDINGS:
        step(db, subject, person_id, role)
    held = (col(RoleGrant.person_id) == person_id, col(RoleGrant.role) == role)
    here = (col(RoleGrant.scope) == Scope.EVENT, col(RoleGrant.scope_id) == subject.id)
    gone = db.execute(delete(RoleGrant).where(*held, *here))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise NotFound(_("They do not have this role in the event any more."))
    if role is Role.JUDGE and not _judges_in_programme(db, subject, person_id):
        for judged in _judged_by(db, subject, person_id):
            hand_over_judging(db, actor, RoundInEvent(judged, subject), person_id=person_id, by_id=None, counts=True)
    record(db, actor, RoleTakenBack(person_id=person_id, role=role, scope=Scope.EVENT, scope_id=subject.id))


def _judges_in_programme(db: Database, event: EventWithPhases, person_id: int) -> bool:
    query = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.role == Role.JUDGE, RoleGrant.scope == Scope.PROGRAMME,
        RoleGrant.scope_id == event.programme_id,
    )  # fmt: skip
    return db.exec(query).first() is not None


def _judged_by(db: Database, event: EventWithPhases, person_id: int) -> list[JudgingRound]:
    """The rounds of an event in which somebody judges."""
    query = (
        select(JudgingRound)
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(JudgingRound.event_id == event.id)
        .where(RoundJudge.person_id == person_id, col(RoundJudge.ended_at).is_(None))
    )
    return list(db.exec(query.order_by(col(JudgingRound.id))))


@before_role_ends
def _judges_in_no_round(db: Database, event: EventWithPhases, person_id: int, role: Role) -> None:
    if role is not Role.JUDGE or event.event.state is EventState.CLOSED:
        return
    for judged in _judged_by(db, event, person_id):
        if judged.state is not RoundState.PUBLISHED:
            raise Conflict(_("They judge in the round %(round)s. End their judging there first.", round=judged.name))
