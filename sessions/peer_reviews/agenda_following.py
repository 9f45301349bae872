"""The agenda follows the host's questions: parts of what was dropped go, and parts of what was added come."""

from collections.abc import Collection, Sequence

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from sessions.peer_reviews.agenda import (
    BREAK,
    ReviewAgendaChanged,
    ReviewDay,
    ReviewPart,
    breaks_wanted,
    days_of,
    parts_of,
    planned_parts,
    settle_agenda,
)
from sessions.peer_reviews.reviews import ReviewInEvent, rules_of
from sessions.peer_reviews.templates import TEMPLATES, PartKind, PartPlan


def follow_questions(
    db: Database, actor: Actor, subject: ReviewInEvent, *, before: Sequence[int], after: Sequence[int]
) -> None:
    """Take parts of questions that were dropped off the agenda, and put in those of added ones; questions by id, as
    they were asked `before` and `after`. A day that nobody has changed becomes what the template makes of them; on
    others orders and minutes of the rest stay. Part of commands that have asked their own rule, before a meeting has
    begun.

    Refuses a day that would be left without a part, and one that would be too long.
    """
    rules, changed = rules_of(db, subject.event.id or 0), False
    plans = TEMPLATES[rules.model].parts if rules is not None else ()
    was, becomes = planned_parts(plans, before), planned_parts(plans, after)
    parts = parts_of(db, subject.id)
    for day, old, new in zip(days_of(db, subject.id), was, becomes, strict=False):
        there = [one for one in parts if one.day_id == day.id]
        made = [_part(day, one) for one in new]
        if _same(there, [_part(day, one) for one in old]):
            order = _taken_over(there, made)
        else:
            about = [one for one in made if one.question_id in {*after} - {*before}]
            order = _patched(there, about, {*before} - {*after})
        changed |= _write(db, day, there, order)
    if changed:
        try:
            settle_agenda(db, subject)
        except Invalid as refusal:  # whoever changes questions has no field for times and minutes
            raise Conflict(refusal.message) from refusal
        record(db, actor, ReviewAgendaChanged(event_id=subject.event.id or 0, review_id=subject.id))


def _part(day: ReviewDay, planned: PartPlan | tuple[PartPlan, int]) -> ReviewPart:
    plan, question = planned if isinstance(planned, tuple) else (planned, None)
    return ReviewPart(
        review_id=day.review_id, day_id=day.id or 0, question_id=question, kind=plan.kind, position=0,
        minutes=plan.minutes,
    )  # fmt: skip


def _same(there: Sequence[ReviewPart], planned: Sequence[ReviewPart]) -> bool:
    return [_what(one) for one in there] == [_what(one) for one in planned]


def _what(part: ReviewPart) -> tuple[PartKind, int | None, int]:
    return part.kind, part.question_id, part.minutes


def _taken_over(there: Sequence[ReviewPart], made: Sequence[ReviewPart]) -> list[ReviewPart]:
    """What was made, with what is there already in the place of the same."""
    left = list(there)
    found = []
    for one in made:
        same = next((it for it in left if _what(it) == _what(one)), one)
        left = [it for it in left if it is not same]
        found.append(same)
    return found


def _patched(there: Sequence[ReviewPart], fresh: Sequence[ReviewPart], dropped: Collection[int]) -> list[ReviewPart]:
    last = max((at for at, one in enumerate(there, 1) if one.question_id is not None), default=len(there))
    order = [one for one in (*there[:last], *fresh, *there[last:]) if one.question_id not in dropped]
    return _with_breaks(_without_idle_breaks(order) if any(one.question_id in dropped for one in there) else order)


def _write(db: Database, day: ReviewDay, there: Sequence[ReviewPart], order: Sequence[ReviewPart]) -> bool:
    """Write the parts of a day down in this order; whether it is another than it was."""
    if not order:
        text = _("On day %(number)s nothing else is talked about. Who runs the review changes the agenda first.",
                 number=day.number)  # fmt: skip
        raise Conflict(text)
    kept = [one.id for one in order]
    if kept == [one.id for one in there]:
        return False
    for one in there:
        if one.id not in kept:
            db.delete(one)
    for position, one in enumerate(order):
        one.position = position
        db.add(one)
    db.flush()
    return True


def _without_idle_breaks(order: list[ReviewPart]) -> list[ReviewPart]:
    """Without breaks at an end of the day, or after another break."""
    found: list[ReviewPart] = []
    for one in order:
        if one.kind is not PartKind.BREAK or (found and found[-1].kind is not PartKind.BREAK):
            found.append(one)
    return found[:-1] if found and found[-1].kind is PartKind.BREAK else found


def _with_breaks(order: list[ReviewPart]) -> list[ReviewPart]:
    """With a break after an hour and a half wherever something new makes a stretch longer."""
    found: list[ReviewPart] = []
    wanted = breaks_wanted((one.kind, one.minutes, one.id is None) for one in order)
    for one, is_wanted in zip(order, wanted, strict=True):
        if is_wanted:
            found.append(
                ReviewPart(
                    review_id=one.review_id, day_id=one.day_id, kind=PartKind.BREAK, position=0, minutes=BREAK
                )
            )  # fmt: skip
        found.append(one)
    return found
