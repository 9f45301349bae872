"""Team rules: how large teams are, whether somebody may work alone, and from when on nobody joins or leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.timers import set_timer, stop_timer
from events.core.translation import At, Message, _
from events.events import Event, EventKind, EventWithPhases, event_by_id, not_over, touch
from events.phases import Phase, PhaseKind, PhaseNotOpen, on_dated
from events.roles import organiser_of_event

MOST_IN_A_TEAM = 30
LOCKS = "teams are locked"


@dataclass(frozen=True)
class TeamRulesChanged(Fact):
    """An organiser changed how large teams are, or from when on they are locked."""

    event_id: int


RulesStep = Callable[[Database, Actor, EventWithPhases], None]
RULES_CHANGED: list[RulesStep] = []


def on_rules_changed(step: RulesStep) -> RulesStep:
    """Run `(db, actor, event)` in the transaction in which teams get other sizes or another lock date."""
    RULES_CHANGED.append(step)
    return step


class TeamsLocked(PhaseNotOpen):
    """Who is in which team is fixed; organisers can still change it."""

    def __init__(self, since: datetime) -> None:
        super().__init__(
            _("Teams have been fixed since %(when)s. Ask the organisers to change one.", when=At(since, "when"))
        )


def locked_at(event: EventWithPhases) -> datetime | None:
    """From when on nobody joins or leaves a team by themselves: the lock date, if the organisers have set one."""
    return event.event.teams_lock_at


def last_joining(event: EventWithPhases) -> datetime | None:
    """Until when people can join teams: the lock date, else the end of building, else that of team forming."""
    last = event.phase(PhaseKind.BUILDING) or event.phase(PhaseKind.TEAM_FORMING)
    return locked_at(event) or (last.ends_at if last else None)


def refuse_locked(event: EventWithPhases, now: datetime) -> None:
    """Refuse what the lock date forbids."""
    since = locked_at(event)
    if since is not None and now >= since:
        raise TeamsLocked(since)


def has_teams(subject: EventWithPhases, now: datetime) -> None:
    """Refuse what is about teams in an event that is over or has none."""
    not_over(subject, now)
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon has teams."))


def is_too_small(event: Event, size: int) -> bool:
    """Whether a team of this size is smaller than the event wants; somebody alone is not where that is allowed."""
    return size < event.team_size_min and not (size == 1 and event.solo_allowed)


@command(organiser_of_event, when=has_teams)
def set_team_rules(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    size_min: int,
    size_max: int,
    solo_allowed: bool,
    lock_at: datetime | None,
) -> None:
    """Say how many members a team has, whether one may be enough, and when teams are locked (aware; None: never, people
    join until building ends and leave when they have to). Teams that are there stay as they are.

    Refuses sizes that contradict each other or lie outside 1 to 30, and a lock before team forming begins.
    """
    wrong: dict[str, Message | str] = {}
    if not 1 <= size_min <= MOST_IN_A_TEAM:
        wrong["size_min"] = _("A team has 1 to %(most)s members.", most=MOST_IN_A_TEAM)
    if not 1 <= size_max <= MOST_IN_A_TEAM:
        wrong["size_max"] = _("A team has 1 to %(most)s members.", most=MOST_IN_A_TEAM)
    elif size_max < size_min:
        wrong["size_max"] = _("The largest team cannot be smaller than the smallest.")
    forming = subject.phase(PhaseKind.TEAM_FORMING)
    if lock_at is not None and forming is not None and lock_at <= forming.starts_at:
        sentence = _("Team forming opens on %(when)s. Choose a later lock date.", when=At(forming.starts_at, "when"))
        wrong["lock_at"] = sentence
    if wrong:
        raise Invalid(wrong)
    event = subject.event
    event.team_size_min, event.team_size_max, event.solo_allowed = size_min, size_max, solo_allowed
    event.teams_lock_at = lock_at
    touch(db, event)
    set_lock_timer(db, subject)
    record(db, actor, TeamRulesChanged(event_id=subject.id))
    for step in RULES_CHANGED:
        step(db, actor, subject)


def set_lock_timer(db: Database, event: EventWithPhases) -> None:
    """See to it that what waits for an answer ends when nobody can join a team any more."""
    end = last_joining(event)
    if end is None:
        stop_timer(db, LOCKS, event.id)
    else:
        set_timer(db, LOCKS, event.id, end)


@on_dated
def _follow_phases(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    if any(phase.kind in {PhaseKind.TEAM_FORMING, PhaseKind.BUILDING} for phase in phases):
        set_lock_timer(db, event_by_id(db, phases[0].event_id))
