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
from events.rounds.judges import RoundJudge
from events.rounds.rounds import JudgingRound, RoundState

RoleEnding = Callable[[Database, EventWithPhases, int, Role], None]
ROLE_ENDINGS: list[RoleEnding] = []


def before_role_ends(step: RoleEnding) -> RoleEnding:
    """Register `(db, event, person id, role)`, which refuses while something in the event needs the role."""
    ROLE_ENDINGS.append(step)
    return step


@command(organiser_of_event)
def take_role_back(db: Database, actor: Actor, subject: EventWithPhases, *, person_id: int, role: Role) -> None:
    """Let somebody not have a role in the event any more, at any time; one for the whole programme stays.

    What they did in it stays theirs: their challenges, and calls for help that they took. Refuses while they judge in a
    round without a published result, or have office hours to come, and who does not have the role.
    """
    for step in ROLE_ENDINGS:
        step(db, subject, person_id, role)
    held = (col(RoleGrant.person_id) == person_id, col(RoleGrant.role) == role)
    here = (col(RoleGrant.scope) == Scope.EVENT, col(RoleGrant.scope_id) == subject.id)
    gone = db.execute(delete(RoleGrant).where(*held, *here))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise NotFound(_("They do not have this role in the event any more."))
    record(db, actor, RoleTakenBack(person_id=person_id, role=role, scope=Scope.EVENT, scope_id=subject.id))


@before_role_ends
def _judges_in_no_round(db: Database, event: EventWithPhases, person_id: int, role: Role) -> None:
    if role is not Role.JUDGE or event.event.state is EventState.CLOSED:
        return
    query = (
        select(JudgingRound.name)
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(JudgingRound.event_id == event.id, JudgingRound.state != RoundState.PUBLISHED)
        .where(RoundJudge.person_id == person_id, col(RoundJudge.ended_at).is_(None))
        .order_by(col(JudgingRound.id))
    )
    name = db.exec(query).first()
    if name is not None:
        raise Conflict(_("They judge in the round %(round)s. End their judging there first.", round=name))
