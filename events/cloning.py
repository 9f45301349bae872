"""Making an event like another: all its settings, with every date moved by as many days on the clock of its zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.hooks import EVENT_CLONES, cloned_with_event
from events.core.refusals import Invalid
from events.core.translation import _
from events.events import EventKind, EventWithPhases, create_event
from events.phases import Phase, PhaseKind, phases_of
from events.programmes import Programme
from events.questions import RegistrationQuestion, questions_of
from events.registration import (
    ParticipationType,
    add_participation_type,
    consent_text_of,
    set_consent_text,
    types_of,
)
from events.roles import Role, Scope
from events.type_rules import TypeRule

LONGEST_AHEAD = timedelta(days=5 * 366)


@rule
def organiser_of_its_programme(actor: Actor, subject: EventWithPhases) -> bool:
    return actor.is_(Role.ORGANISER, Scope.PROGRAMME, subject.programme_id)


def begins_at(event: EventWithPhases) -> datetime | None:
    """When the event itself begins: with building or being live, else with its first phase; None without phases."""
    kinds = (PhaseKind.BUILDING, PhaseKind.LIVE) if event.event.kind is EventKind.HACKATHON else (PhaseKind.LIVE,)
    first = next((phase for kind in kinds if (phase := event.phase(kind))), event.phases[0] if event.phases else None)
    return first.starts_at if first else None


def moved_by_days(days: int, zone: str) -> Callable[[datetime], datetime]:
    """A function that moves a moment by whole days on the clock of `zone`: 09:00 stays 09:00 when summer time ends.

    What would fall into the hour that is skipped in spring comes as much later as the clock was moved.
    """

    def moved(moment: datetime) -> datetime:
        return (moment.astimezone(ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)

    return moved


@command(organiser_of_its_programme)
def clone_event(db: Database, actor: Actor, subject: EventWithPhases, *, name: str, starts_on: date) -> EventWithPhases:
    """Make a draft like `subject` that begins on another day: texts, phases, types, questions, consent text and what
    other packages hold of its settings. No people, challenges or meetings come along.

    Refuses a day that is over or more than five years ahead, an empty or long name, and an event without phases.
    """
    begins, zone = begins_at(subject), ZoneInfo(subject.zone)
    if begins is None:
        raise Invalid({"": _("This event has no phases yet, so there are no dates to move. Make a new event instead.")})
    today = clock.now().astimezone(zone).date()
    if not today <= starts_on <= today + LONGEST_AHEAD:
        raise Invalid({"starts_on": _("Choose a day to come, in the next five years.")})
    row, moved = subject.event, moved_by_days((starts_on - begins.astimezone(zone).date()).days, subject.zone)
    made = create_event(
        db, actor, db.get_one(Programme, row.programme_id), kind=row.kind, name=name, zone=row.zone,
        tagline=row.tagline, description=row.description, capacity=row.capacity, approval=row.approval,
    )  # fmt: skip
    made.event.by_code_only, made.event.confirm_hours = row.by_code_only, row.confirm_hours
    made.event.team_size_min, made.event.team_size_max = row.team_size_min, row.team_size_max
    made.event.grace_minutes = row.grace_minutes
    made.event.solo_allowed = row.solo_allowed
    made.event.teams_lock_at = moved(row.teams_lock_at) if row.teams_lock_at else None
    db.add(made.event)
    for phase in subject.phases:
        starts, ends = moved(phase.starts_at), moved(phase.ends_at)
        db.add(Phase(event_id=made.id, kind=phase.kind, starts_at=starts, ends_at=ends))
    db.flush()
    made = EventWithPhases(made.event, phases_of(db, made.id))
    for kind in types_of(db, subject.id):
        add_participation_type(db, actor, made, code=kind.code, name=kind.name, position=kind.position)
    if text := consent_text_of(db, subject.id):
        set_consent_text(db, actor, made, text=text.text)
    for step in EVENT_CLONES:
        step(db, subject.id, made.id, moved)
    return made


@cloned_with_event
def _clone_questions(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    same: dict[int | None, int | None] = {None: None}
    for one in questions_of(db, from_event):
        says = one.model_dump(exclude={"id", "public_id", "event_id", "shown_if_id"})
        made = RegistrationQuestion(**says, event_id=to_event, shown_if_id=same.get(one.shown_if_id))
        db.add(made)
        db.flush()
        same[one.id] = made.id


@cloned_with_event
def _clone_type_rules(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    same = same_types(db, from_event, to_event)
    for one in db.exec(select(TypeRule).where(TypeRule.event_id == from_event).order_by(col(TypeRule.id))):
        pair = {"from_type_id": same[one.from_type_id], "to_type_id": same[one.to_type_id]}
        db.add(TypeRule(event_id=to_event, **pair, may_see=one.may_see, may_ask=one.may_ask))
    db.flush()


def same_types(db: Database, from_event: int, to_event: int) -> dict[int, int]:
    """The participation types of one event by those of another with the same codes."""
    there = {one.code: one.id or 0 for one in types_of(db, to_event)}
    rows = db.exec(select(ParticipationType).where(ParticipationType.event_id == from_event))
    return {one.id or 0: there[one.code] for one in rows if one.code in there}
