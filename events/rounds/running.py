"""Opening, closing and opening again: when a round takes votes."""

from datetime import datetime

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict
from events.core.translation import _
from events.events import EventState
from events.judging.rules import Way
from events.phases import refuse_unless_open
from events.roles import organiser_of_event
from events.rounds.assigning import ASSIGNED_SCHEMES, JudgeAssigned, assignments_in, tell_judges
from events.rounds.audience import audience_rule, is_audience_vote
from events.rounds.flags import has_flags
from events.rounds.judges import judges_of, refuse_unexplained
from events.rounds.publishing import put_aside_held
from events.rounds.rounds import (
    RoundChanged,
    RoundClosed,
    RoundInEvent,
    RoundOpened,
    RoundState,
    Scheme,
    step_round,
    submissions_in,
)
from events.rounds.votes import has_votes
from events.screening.eligibility import apply_screening

LEAST_SUBMISSIONS = 2


def can_open(subject: RoundInEvent, now: datetime) -> None:
    """Refuse to open what is not a draft, or belongs to an event that nobody sees yet or that is over."""
    its_event_not_over(subject, now)
    if subject.event.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first."))
    if subject.round.state is not RoundState.DRAFT:
        raise Conflict(_("This round was opened already."))


def can_close(subject: RoundInEvent, now: datetime) -> None:
    """Refuse to close what is not open."""
    its_event_not_over(subject, now)
    if subject.round.state is not RoundState.OPEN:
        raise Conflict(_("This round is not open."))


def can_reopen(subject: RoundInEvent, now: datetime) -> None:
    """Refuse to open again what is not closed, and an audience's vote: its result is known once it is closed."""
    its_event_not_over(subject, now)
    if subject.round.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        raise Conflict(_("This round is not closed."))
    if subject.round.scheme is Scheme.AUDIENCE:
        raise Conflict(
            _("An audience vote cannot be opened again, since its result is known now. Make another round instead.")
        )


@command(organiser_of_event, when=can_open)
def open_round(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Take votes from now on, or from the start of the round's phase; every judge who has something to do is told.

    Refuses a round with fewer than two submissions, without judges, or whose judges are not assigned, an audience's
    points with too few submissions to divide them among, and a round in whose phase nobody could vote any more.
    """
    _refuse_without_phase(subject)
    refuse_unexplained(db, subject)
    apply_screening(db, subject.event.id)
    works, judges = submissions_in(db, subject.id), [one for one in judges_of(db, subject.id) if one.judges]
    if not works:
        raise Conflict(_("There is nothing to judge yet: take in the submissions first."))
    # In a call even a single submission has thresholds to meet.
    if len(works) < LEAST_SUBMISSIONS and subject.round.scheme is not Scheme.CALL:
        raise Conflict(_("A round needs at least two submissions to judge. Take them in first."))
    _refuse_too_few_for_points(subject, len(works))
    assigned = [one.person_id for one in assignments_in(db, subject.id)]
    if subject.round.scheme is not Scheme.AUDIENCE and not judges:
        raise Conflict(_("Name the judges of this round first."))
    if subject.round.scheme in ASSIGNED_SCHEMES and not assigned:
        raise Conflict(_("Assign the submissions to the judges first."))
    opened = {"state": RoundState.OPEN, "opened_at": clock.now()}
    if not step_round(db, subject.round, (RoundState.DRAFT,), **opened):
        raise Conflict(_("Somebody else has opened this round already."))
    record(db, actor, RoundOpened(event_id=subject.event.id, round_id=subject.id, again=False))
    if subject.round.scheme in ASSIGNED_SCHEMES:
        tell_judges(db, actor, subject, assigned)
    else:
        _tell_everybody(db, actor, subject)


def _refuse_without_phase(subject: RoundInEvent) -> None:
    """Judges would be told of a round that takes no votes: its phase is over, or no part of the event."""
    kind, now = subject.round.phase, clock.now()
    phase = subject.event.phase(kind) if kind is not None else None
    if kind is not None and (phase is None or now >= phase.ends_at):
        refuse_unless_open(phase, kind, False, now)


def _refuse_too_few_for_points(subject: RoundInEvent, works: int) -> None:
    """An audience that has to divide its points among more submissions than there are could give no ballot at all."""
    if not is_audience_vote(subject):
        return
    rule = audience_rule(subject)
    if rule.way is Way.ALLOCATION and works <= rule.over:
        raise Conflict(
            _("Points are divided among %(over)s submissions or more, and nobody votes for their own team, so this "
              "round needs %(least)s submissions. Take in more, or let points be divided among fewer.",
              over=rule.over, least=rule.over + 1)
        )  # fmt: skip


def _tell_everybody(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Judges to whom nothing is assigned, since they see all."""
    for one in judges_of(db, subject.id):
        if one.judges:
            fact = JudgeAssigned(event_id=subject.event.id, round_id=subject.id, person_id=one.person_id, count=0)
            record(db, actor, fact)


@command(organiser_of_event, when=can_close)
def close_round(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Take no votes any more. Whoever votes at this moment is waited for; later votes are refused, not counted."""
    closed = {"state": RoundState.CLOSED, "closed_at": clock.now()}
    if not step_round(db, subject.round, (RoundState.OPEN,), **closed):
        raise Conflict(_("Somebody else has closed this round already."))
    record(db, actor, RoundClosed(event_id=subject.event.id, round_id=subject.id))


@command(organiser_of_event, when=can_reopen)
def reopen_round(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Take votes again. Everything that was given stays, with its versions; a result that was published stands until
    another one is published, and one that was held back is put aside."""
    before = (RoundState.CLOSED, RoundState.PUBLISHED)
    if not step_round(db, subject.round, before, state=RoundState.OPEN, reopened_at=clock.now()):
        raise Conflict(_("Somebody else has opened this round already."))
    put_aside_held(db, subject.id)
    apply_screening(db, subject.event.id)
    record(db, actor, RoundOpened(event_id=subject.event.id, round_id=subject.id, again=True))


def can_be_draft_again(subject: RoundInEvent, now: datetime) -> None:
    """Refuse to set up anew what is a draft, or is closed."""
    can_close(subject, now)


@command(organiser_of_event, when=can_be_draft_again)
def put_back_to_draft(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Set a round up anew that was opened too early. Refused once anybody has said anything in it."""
    with db.begin_nested():
        if not step_round(db, subject.round, (RoundState.OPEN,), state=RoundState.DRAFT, opened_at=None):
            raise Conflict(_("This round is not open."))
        # Asked after the round's row is ours, so that no vote comes in between.
        if has_votes(db, subject.id) or has_flags(db, subject.id):
            raise Conflict(_("Judges have begun. Close the round instead; what they gave is kept."))
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))
