"""What organisers decide where screeners do not agree, and telling the teams."""

from dataclasses import dataclass

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.roles import organiser_of_event
from events.screening.assigning import works_in
from events.screening.eligibility import (
    Eligibility,
    Outcome,
    apply_screening,
    eligibility_of,
)
from events.screening.rows import (
    LONGEST_REASON,
    ScreeningDecision,
    ScreeningWork,
)
from events.screening.screenings import (
    ScreeningInEvent,
    was_opened,
)
from events.screening.verdicts import ScreenedWork


@dataclass(frozen=True)
class EligibilityDecided(Fact):
    """An organiser decided whether a submission is eligible."""

    event_id: int
    screening_id: int
    decision_id: int


@dataclass(frozen=True)
class EligibilityReleased(Fact):
    """A team can know whether its submission is eligible."""

    event_id: int
    submission_id: int
    work_id: int
    eligible: bool


@command(organiser_of_event, when=was_opened)
def decide_eligibility(
    db: Database, actor: Actor, subject: ScreenedWork, *, eligible: bool, reason: str
) -> ScreeningDecision:
    """Decide whether a submission is eligible where screeners do not agree, or against them, with the reason.

    The decision counts from now on, whatever is said later; another one takes its place, and all are kept. Refuses a
    decision without a reason, before two have looked, and by one of those who screened it.
    """
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise Invalid({"reason": _("Please give the reason in at most %(most)s characters.", most=LONGEST_REASON)})
    submission = subject.work.submission_id
    db.exec(select(ScreeningWork.id).where(ScreeningWork.id == subject.work.id).with_for_update()).one()
    found = eligibility_of(db, subject.screening, [submission])[submission]
    if found.decision is None and found.outcome is Outcome.WAITING:
        raise Conflict(_("Two people have to look at this submission before anybody decides."))
    if actor.person in {one.person_id for one in found.verdicts}:
        raise Conflict(
            _("You screened this submission yourself. Let another organiser decide, or somebody else screen it.")
        )
    row = ScreeningDecision(
        screening_id=subject.screening.id or 0, submission_id=submission, eligible=eligible, reason=reason.strip(),
        decided_by_id=actor.person, decided_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    apply_screening(db, subject.event.id)
    decided = EligibilityDecided(
        event_id=subject.event.id, screening_id=subject.screening.id or 0, decision_id=row.id or 0
    )
    record(db, actor, decided)
    return row


def to_release(db: Database, subject: ScreeningInEvent) -> list[tuple[ScreeningWork, Eligibility]]:
    """What is known and teams were not told yet, or otherwise."""
    found = eligibility_of(db, subject.screening)
    known = {Outcome.ELIGIBLE: True, Outcome.NOT_ELIGIBLE: False}
    return [
        (one, found[one.submission_id])
        for one in works_in(db, subject.id)
        if (says := known.get(found[one.submission_id].outcome)) is not None
        and (
            one.told_eligible is not says
            or (not says and one.told_reason != found[one.submission_id].reason)
        )
    ]  # fmt: skip


@command(organiser_of_event, when=was_opened)
def release_eligibility(db: Database, actor: Actor, subject: ScreeningInEvent) -> int:
    """Tell every team of which it is known whether its submission is eligible, and why not. What is decided otherwise
    later is told when it is released again. Answers how many teams are told; refuses where there is nothing new."""
    new = to_release(db, subject)
    if not new:
        raise Conflict(_("There is nothing to release: no team has anything new to know."))
    for work, found in new:
        eligible = found.outcome is Outcome.ELIGIBLE
        work.told_eligible, work.told_at = eligible, clock.now()
        work.told_reason = "" if eligible else found.reason
        db.add(work)
        fact = EligibilityReleased(
            event_id=subject.event.id, submission_id=work.submission_id, work_id=work.id or 0, eligible=eligible
        )
        record(db, actor, fact)
    return len(new)


def told_of(db: Database, submission_id: int) -> ScreeningWork | None:
    """What a team was told of the eligibility of its submission, if anything."""
    query = select(ScreeningWork).where(
        ScreeningWork.submission_id == submission_id, col(ScreeningWork.told_at).is_not(None)
    )
    return db.exec(query).first()
