"""Setting a round up: making one from a template, changing it as a draft, and which submissions are judged in it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import EventWithPhases
from events.judging.outcomes import shortlist_of
from events.roles import organiser_of_event
from events.rounds.assigning import JudgingAssignment, work_in
from events.rounds.comments import ConsensusNote
from events.rounds.flags import JudgingFlag
from events.rounds.guests import remove_guests
from events.rounds.judges import (
    RoundJudge,
    enter_judges,
    judges_of,
    judges_to_name,
    running_the_event,
    unexplained_in,
)
from events.rounds.rounds import (
    JudgingRound,
    RoundAdded,
    RoundChanged,
    RoundCriterion,
    RoundInEvent,
    RoundRemoved,
    RoundState,
    RoundSubmission,
    Scheme,
    criteria_of,
    has_judging,
    is_draft_round,
    not_published,
    submissions_in,
)
from events.rounds.schemes import CriterionPlan, RoundPlan, checked_plan
from events.rounds.standings import standing_of
from events.rounds.voters import remove_voters
from events.screening.eligibility import apply_screening, screened_out
from events.submissions import Submission, SubmissionState, counting_versions

MOST_ROUNDS = 30


@command(organiser_of_event, when=has_judging)
def add_round(db: Database, actor: Actor, subject: EventWithPhases, *, plan: RoundPlan) -> RoundInEvent:
    """Make a round as a draft, with the event's judges (or those of the round that it goes on from) and with what is
    to be judged, as far as it is there already.

    Refuses what `checked_plan` refuses, and a round to go on from that is not the event's own.
    """
    plan = checked_plan(plan)
    before = _round_before(db, subject, plan, own=None)
    if len(db.exec(select(JudgingRound.id).where(JudgingRound.event_id == subject.id)).all()) >= MOST_ROUNDS:
        raise Conflict(_("An event has at most %(most)s rounds.", most=MOST_ROUNDS))
    row = JudgingRound(event_id=subject.id, name=plan.name, scheme=plan.scheme, made_at=clock.now())
    made = RoundInEvent(row, subject)
    _write(db, row, plan)
    record(db, actor, RoundAdded(event_id=subject.id, round_id=made.id))
    if plan.scheme is not Scheme.AUDIENCE:
        enter_judges(db, actor, made, _judges_to_begin_with(db, made, before))
    _take_in(db, made)
    return made


def _judges_to_begin_with(db: Database, made: RoundInEvent, before: JudgingRound | None) -> list[int]:
    """The event's judges, or those of them who judged before: guests are invited to each round, and who runs the event
    judges blind for a reason only."""
    named = [one.id or 0 for one in judges_to_name(db, made.event)]
    there = {one.person_id for one in judges_of(db, before.id) if one.judges} if before else set()
    people = [one for one in named if one in there] or named
    known = {one.id for one in running_the_event(db, made.event, people)} if made.round.blind else set()
    return [one for one in people if one not in known]


def _round_before(db: Database, event: EventWithPhases, plan: RoundPlan, *, own: int | None) -> JudgingRound | None:
    if plan.after_id is None:
        return None
    row = db.get(JudgingRound, plan.after_id)
    if row is None or row.event_id != event.id or (own is not None and (row.id or 0) >= own):
        raise Invalid({"after": _("Please choose a round of this event that was made before this one.")})
    return row


def _write(db: Database, row: JudgingRound, plan: RoundPlan) -> None:
    row.name, row.about, row.blind, row.phase = plan.name, plan.about, plan.blind, plan.phase
    row.rule, row.kinds, row.judges_each = dict(plan.rule), list(plan.kinds), plan.judges_each
    row.judges_most, row.stage = plan.judges_most, plan.stage
    row.after_id, row.places, row.border = plan.after_id, plan.places, plan.border
    db.add(row)
    db.flush()
    db.execute(
        delete(RoundCriterion)
        .where(col(RoundCriterion.round_id) == row.id)
        .execution_options(synchronize_session="fetch")
    )
    for position, one in enumerate(plan.criteria, 1):
        db.add(
            RoundCriterion(
                round_id=row.id or 0, position=position, name=one.name.strip(), about=one.about.strip(),
                weight=one.weight, threshold=one.threshold,
            )
        )  # fmt: skip
    db.flush()


def plan_of(db: Database, row: JudgingRound) -> RoundPlan:
    """How a round is set up, as a plan."""
    criteria = tuple(CriterionPlan(one.name, one.about, one.weight, one.threshold) for one in criteria_of(db, row.id))
    return RoundPlan(
        row.name, row.scheme, row.about, row.blind, row.phase, row.judges_each, tuple(row.kinds), row.rule, criteria,
        tuple(row.rule.get("ties", ())), row.after_id, row.places, row.border, row.judges_most, row.stage,
    )  # fmt: skip


@command(organiser_of_event, when=is_draft_round)
def change_round(db: Database, actor: Actor, subject: RoundInEvent, *, plan: RoundPlan) -> None:
    """Set a draft up differently; its scheme stays. Refuses what `add_round` refuses."""
    plan = checked_plan(replace(plan, scheme=subject.round.scheme))
    _round_before(db, subject.event, plan, own=subject.id)
    if plan.blind and (known := unexplained_in(db, subject)):
        raise Invalid({"blind": _(
            "%(name)s judges here, runs the event and can know whose a submission is. End their judging before you "
            "make the round blind; you can name them again with a reason.", name=known[0].name or known[0].email,
        )})  # fmt: skip
    _write(db, subject.round, plan)
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))


@command(organiser_of_event, when=not_published)
def describe_round(db: Database, actor: Actor, subject: RoundInEvent, *, plan: RoundPlan) -> None:
    """Change what does not touch how is judged, at any time before the result: name, words to the judges, phase, how
    many judges each submission should have, and may get from those who ask for one more."""
    now = plan_of(db, subject.round)
    wanted = replace(now, name=plan.name, about=plan.about, phase=plan.phase, judges_each=plan.judges_each,
                     judges_most=plan.judges_most)  # fmt: skip
    _write(db, subject.round, checked_plan(wanted))
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))


@command(organiser_of_event, when=is_draft_round)
def remove_round(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Take a round away that is a draft, with all that hangs on it. Refused while another one goes on from it, or a
    room scores it live."""
    if db.exec(select(JudgingRound.id).where(JudgingRound.after_id == subject.id)).first() is not None:
        raise Conflict(_("Another round goes on from this one. Remove that one first."))
    round_id = subject.id
    try:
        with db.begin_nested():
            _remove_all(db, round_id)
    except IntegrityError as error:
        raise Conflict(_("This round is scored live in a room. Let that room do without it first.")) from error
    record(db, actor, RoundRemoved(event_id=subject.event.id, round_id=round_id))


def _remove_all(db: Database, round_id: int) -> None:
    remove_guests(db, round_id)
    remove_voters(db, round_id)
    for relation in (RoundCriterion, RoundSubmission, RoundJudge, JudgingAssignment, ConsensusNote, JudgingFlag):
        db.execute(delete(relation).where(col(relation.round_id) == round_id))
    db.execute(delete(JudgingRound).where(col(JudgingRound.id) == round_id))


@command(organiser_of_event, when=not_published)
def take_in(db: Database, actor: Actor, subject: RoundInEvent) -> int:
    """Take in what is to be judged and not there yet: all that was handed in, or the shortlist of the round before.

    Answers how many came in. Refuses while the round before is not closed.
    """
    if subject.round.after_id is not None:
        before = db.get_one(JudgingRound, subject.round.after_id)
        if before.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
            raise Conflict(_("%(round)s is not closed yet, so nobody knows who goes on.", round=before.name))
    count = _take_in(db, subject)
    if count:
        record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))
    return count


Shortlist = Sequence[int]
"""Who goes on from a round, by ids of submissions."""


def shortlist_for(db: Database, subject: RoundInEvent) -> Shortlist | None:
    """Who goes on to this round from the one before, as that counts now; None where none goes before, or while it is
    open. The round before is worked out for it: whoever asks for more than one thing asks for this once."""
    row = subject.round
    before = db.get(JudgingRound, row.after_id) if row.after_id is not None else None
    if before is None or before.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        return None
    standing = standing_of(db, before)
    assert standing.outcome is not None and row.places is not None
    chosen = shortlist_of(standing.outcome, row.places, row.border).submissions
    return [standing.works[one].submission.id or 0 for one in chosen]


def waiting_to_come_in(db: Database, subject: RoundInEvent, shortlist: Shortlist | None = None) -> list[int]:
    """The submissions (ids) that `take_in` would take in now; with the `shortlist_for` this round if that is known."""
    known = {one.submission_id for one in submissions_in(db, subject.id, also_taken_out=True)}
    return [one for one in _to_judge(db, subject, shortlist) if one not in known]


def off_the_shortlist(db: Database, subject: RoundInEvent, shortlist: Shortlist | None = None) -> list[int]:
    """The submissions (ids) of a round that would not go on from the round before as it counts now: it was opened again
    after its shortlist had come in. None while it is open. They stay until an organiser takes them out. With the
    `shortlist_for` this round if that is known."""
    there = [one.submission_id for one in submissions_in(db, subject.id)]
    goes_on = (shortlist if shortlist is not None else shortlist_for(db, subject)) if there else None
    return [one for one in there if one not in goes_on] if goes_on is not None else []


def _take_in(db: Database, subject: RoundInEvent) -> int:
    apply_screening(db, subject.event.id)
    new = waiting_to_come_in(db, subject)
    rows = submissions_in(db, subject.id, also_taken_out=True)
    free = _numbers(len(rows) + len(new), {one.number for one in rows})
    for submission, number in zip(new, free, strict=False):
        db.add(RoundSubmission(round_id=subject.id, submission_id=submission, number=number, taken_in_at=clock.now()))
    db.flush()
    return len(new)


def _numbers(most: int, taken: set[int]) -> list[int]:
    """The free numbers up to `most` in an order that says nothing about who came when."""
    free = [one for one in range(1, most + 1) if one not in taken]
    secrets.SystemRandom().shuffle(free)
    return free


def _to_judge(db: Database, subject: RoundInEvent, shortlist: Shortlist | None) -> Sequence[int]:
    row = subject.round
    if row.after_id is None:
        final = select(Submission.id).where(
            Submission.event_id == subject.event.id, Submission.state == SubmissionState.FINAL
        )
        handed_in = [one or 0 for one in db.exec(final.order_by(col(Submission.id)))]
        there = counting_versions(db, handed_in, row.stage)
        return _eligible(db, subject, [one for one in handed_in if one in there])
    goes_on = shortlist if shortlist is not None else shortlist_for(db, subject)
    return _eligible(db, subject, goes_on) if goes_on is not None else []


def _eligible(db: Database, subject: RoundInEvent, submissions: Sequence[int]) -> Sequence[int]:
    """Without what is screened out, or waits for its screening."""
    out = screened_out(db, subject.event.id, submissions)
    return [one for one in submissions if one not in out]


@command(organiser_of_event, when=not_published)
def take_out(db: Database, actor: Actor, subject: RoundInEvent, *, submission: str) -> None:
    """Judge a submission (public id in the round) no more. What it was given is kept, and does not count."""
    row = work_in(db, subject.id, submission)
    row.taken_out_at = clock.now()
    db.add(row)
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))


@command(organiser_of_event, when=not_published)
def put_back(db: Database, actor: Actor, subject: RoundInEvent, *, submission: str) -> None:
    """Judge a submission again that was taken out: what it was given counts again."""
    row = db.exec(
        select(RoundSubmission).where(RoundSubmission.round_id == subject.id, RoundSubmission.public_id == submission)
    ).first()
    if row is None or row.taken_out_at is None:
        raise Conflict(_("This submission is in the round."))
    if row.by_screening or screened_out(db, subject.event.id, [row.submission_id]):
        raise Conflict(_("Screening has not found this submission eligible. Decide there that it is."))
    row.taken_out_at = None
    db.add(row)
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))


@cloned_with_event
def _clone_rounds(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """Rounds come along as drafts: how is judged, and not by whom."""
    new: dict[int | None, int] = {}
    for row in db.exec(select(JudgingRound).where(JudgingRound.event_id == from_event).order_by(col(JudgingRound.id))):
        plan = plan_of(db, row)
        copy = JudgingRound(event_id=to_event, name=plan.name, scheme=plan.scheme, made_at=clock.now())
        _write(db, copy, replace(plan, after_id=new.get(plan.after_id)))
        new[row.id] = copy.id or 0
