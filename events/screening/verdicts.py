"""What screeners do: say whether a submission is eligible, take it back, declare a conflict of interest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.deadlines import FIRST_STAGE
from events.events import EventWithPhases
from events.judging.votes import Kind
from events.roles import may_know_whose_it_is, organiser_of_event, screener_of_event
from events.rounds.conflicts import conflicts_among, note_declared
from events.rounds.votes import ChangedElsewhere, OutOfDate, SentOtherwise, checked_client_id
from events.screening.assigning import screening_assignments
from events.screening.eligibility import (
    apply_screening,
)
from events.screening.rows import (
    LONGEST_REASON,
    ScreeningVerdict,
    ScreeningWork,
    Verdict,
)
from events.screening.screenings import (
    Screening,
    ScreeningInEvent,
    ScreeningState,
    questions_of,
    takes_verdicts,
    was_opened,
)
from events.submissions import counting_versions, hides_submissions

ANSWERS = ("yes", "no", "unclear")


@dataclass(frozen=True)
class VerdictGiven(Fact):
    """A screener said what they find, or took it back. What, the verdict says."""

    event_id: int
    screening_id: int
    verdict_id: int


@dataclass(frozen=True)
class ScreenedWork:
    """A submission that is screened, before one person; `assigned` says whether it is theirs to screen, `kinds` are
    their conflicts of interest with it."""

    screening: Screening
    event: EventWithPhases
    work: ScreeningWork
    assigned: bool
    kinds: frozenset[Kind] = frozenset()


@rule
def screens_this(actor: Actor, subject: ScreenedWork) -> bool:
    own = subject.assigned and not subject.kinds
    return own and screener_of_event(actor, subject) and may_know_whose_it_is(actor, subject)


@hides_submissions
def _hidden_from_screeners(db: Database, actor: Actor, event: EventWithPhases) -> Collection[int]:
    """A screener sees nothing of what they have a conflict of interest with."""
    if not screener_of_event(actor, event):
        return ()
    rows = db.exec(select(Screening).where(Screening.event_id == event.id)).all()
    found: set[int] = set()
    for row in rows:
        works = list(db.exec(select(ScreeningWork.submission_id).where(ScreeningWork.screening_id == row.id)))
        conflicts = conflicts_among(db, event.id, {actor.person or 0}, works, row.kinds)
        found |= {one.submission for one in conflicts}
    return found


def get_work_to_screen(db: Database, actor: Actor, subject: ScreeningInEvent, public: str) -> ScreenedWork:
    """A submission for whoever screens it; NotFound for others, and with a conflict of interest."""
    found = _before(db, actor, subject, public)
    if not screens_this(actor, found):
        raise NotFound()
    return found


def get_screened_work(db: Database, actor: Actor, subject: ScreeningInEvent, public: str) -> ScreenedWork:
    """A submission that is screened, for organisers; NotFound for others."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    return _before(db, actor, subject, public)


def _before(db: Database, actor: Actor, subject: ScreeningInEvent, public: str) -> ScreenedWork:
    query = select(ScreeningWork).where(ScreeningWork.public_id == public, ScreeningWork.screening_id == subject.id)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    mine = {one.submission_id for one in screening_assignments(db, subject.id) if one.person_id == actor.person}
    conflicts = conflicts_among(db, subject.event.id, {actor.person or 0}, [row.submission_id], subject.screening.kinds)
    kinds = frozenset(one.kind for one in conflicts)
    return ScreenedWork(subject.screening, subject.event, row, row.submission_id in mine, kinds)


@command(screens_this, when=takes_verdicts)
def give_verdict(
    db: Database, actor: Actor, subject: ScreenedWork, *, verdict: Verdict, answers: Mapping[int, str],
    reason: str = "", seen: int, client_id: str, read: int = 0,
) -> ScreeningVerdict:  # fmt: skip
    """Say whether a submission is eligible, answer by answer (yes, no or unclear by number of the question).

    `seen` is the version of the verdict that was on the page, `read` that of the submission (0: what counts now). The
    same id again changes nothing, nor does the same verdict about the same version. Refuses a refusal or a doubt
    without a reason, an eligible one with a question that is not answered by yes, and ChangedElsewhere.
    """
    given = _checked(db, subject, verdict, answers, reason)
    now = counting_versions(db, [subject.work.submission_id], FIRST_STAGE).get(subject.work.submission_id)
    said = verdict, given, reason.strip()
    return _say(db, actor, subject, said, read=(read or now.number) if now else 0, seen=seen, client_id=client_id)


def _checked(
    db: Database, subject: ScreenedWork, verdict: Verdict, answers: Mapping[int, str], reason: str
) -> dict[str, str]:
    wrong: dict[str, Message | str] = {}
    questions = {one.position: one for one in questions_of(db, subject.screening.id)}
    given = {number: answer for number, answer in answers.items() if answer}
    if verdict is Verdict.UNDONE or not given.keys() <= questions.keys() or not set(given.values()) <= set(ANSWERS):
        raise OutOfDate()
    if verdict is Verdict.ELIGIBLE:
        for number in questions:
            if given.get(number) != "yes":
                wrong[f"answer-{number}"] = _(
                    "Eligible means that every question is answered by yes. Answer this one, or say something else."
                )
    elif not reason.strip():
        wrong["reason"] = _("Please say why, so that the team and the organisers understand it.")
    if len(reason.strip()) > LONGEST_REASON:
        wrong["reason"] = _("Please write at most %(most)s characters.", most=LONGEST_REASON)
    if wrong:
        raise Invalid(wrong)
    return {str(number): answer for number, answer in sorted(given.items())}


Finding = tuple[Verdict, dict[str, str], str]


def _say(
    db: Database, actor: Actor, subject: ScreenedWork, said: Finding, *, read: int, seen: int, client_id: str
) -> ScreeningVerdict:  # fmt: skip
    assert actor.person is not None
    client_id = checked_client_id(client_id)
    screening, submission = subject.screening.id or 0, subject.work.submission_id
    there = find_verdict(db, actor.person, client_id)
    if there is not None:
        return _sent_before(db, there, subject, said)
    _lock(db, subject)
    last = last_verdict(db, screening, actor.person, submission)
    if last is not None and (_finding(last), last.version) == (said, read):
        return last
    if (last.number if last else 0) != seen:
        if last is None:
            raise OutOfDate()
        raise ChangedElsewhere(last)
    verdict, answers, reason = said
    row = ScreeningVerdict(
        screening_id=screening, person_id=actor.person, submission_id=submission, number=seen + 1,
        client_id=client_id, verdict=verdict, answers=answers, reason=reason, version=read, given_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        there = find_verdict(db, actor.person, client_id)
        if there is not None:
            return _sent_before(db, there, subject, said)
        raise error
    apply_screening(db, subject.event.id)
    record(db, actor, VerdictGiven(event_id=subject.event.id, screening_id=screening, verdict_id=row.id or 0))
    return row


def _sent_before(
    db: Database, there: ScreeningVerdict, subject: ScreenedWork, finding: Finding
) -> ScreeningVerdict:  # fmt: skip
    """What came under the same id, if it said the same; else nothing is written down, and the sender is told."""
    if (there.screening_id, there.submission_id) != (subject.screening.id, subject.work.submission_id):
        raise OutOfDate()
    if _finding(there) != finding:
        raise SentOtherwise(last_verdict(db, there.screening_id, there.person_id, there.submission_id) or there)
    return there


def _finding(row: ScreeningVerdict) -> Finding:
    return row.verdict, dict(row.answers), row.reason


def find_given(
    db: Database, actor: Actor, subject: ScreeningInEvent, *, work: str, verdict: Verdict,
    answers: Mapping[int, str], reason: str, client_id: str,
) -> ScreeningVerdict | None:  # fmt: skip
    """What came with this id before, if it is what is said now of this submission (public id in the screening): sent
    again, it is in already, whatever has happened since. None for other words, and for the same about something else,
    of which nothing is in."""
    there = find_sent(db, actor, subject, work=work, client_id=client_id)
    given = {str(number): answer for number, answer in sorted(answers.items()) if answer}
    return there if there is not None and _finding(there) == (verdict, given, reason.strip()) else None


def find_sent(
    db: Database, actor: Actor, subject: ScreeningInEvent, *, work: str, client_id: str
) -> ScreeningVerdict | None:
    """What came with this id before about this submission (public id in the screening), whatever it says."""
    query = select(ScreeningWork.submission_id).where(
        ScreeningWork.public_id == work, ScreeningWork.screening_id == subject.id
    )
    there, submission = find_verdict(db, actor.person, client_id), db.exec(query).first()
    if there is None or (there.screening_id, there.submission_id) != (subject.id, submission):
        return None
    return there


def _lock(db: Database, subject: ScreenedWork) -> None:
    """Let the two who screen the same say it one after the other, and nobody close the screening meanwhile."""
    open_now = select(Screening.state).where(Screening.id == subject.screening.id).with_for_update(read=True)
    if db.exec(open_now).first() is not ScreeningState.OPEN:
        raise Conflict(_("The screening is closed. The organisers can open it again."))
    db.exec(select(ScreeningWork.id).where(ScreeningWork.id == subject.work.id).with_for_update()).one()


def find_verdict(db: Database, person_id: int | None, client_id: str) -> ScreeningVerdict | None:
    """What came with this id from this sender before."""
    query = select(ScreeningVerdict).where(
        ScreeningVerdict.person_id == person_id, ScreeningVerdict.client_id == client_id
    )
    return db.exec(query).first()


def versions_of_verdicts(db: Database, screening_id: int, submission_id: int) -> list[ScreeningVerdict]:
    """Every version of what was said about a submission, in order of time."""
    query = select(ScreeningVerdict).where(
        ScreeningVerdict.screening_id == screening_id, ScreeningVerdict.submission_id == submission_id
    )
    return list(db.exec(query.order_by(col(ScreeningVerdict.given_at), col(ScreeningVerdict.id))))


def last_verdict(db: Database, screening_id: int, person_id: int, submission_id: int) -> ScreeningVerdict | None:
    """The last word of somebody about a submission."""
    rows = versions_of_verdicts(db, screening_id, submission_id)
    return next((one for one in reversed(rows) if one.person_id == person_id), None)


@command(screens_this, when=takes_verdicts)
def undo_verdict(db: Database, actor: Actor, subject: ScreenedWork, *, seen: int, client_id: str) -> ScreeningVerdict:
    """Go back to what one had said before the last change, about the version that one had read then; the first is
    taken back altogether. All are kept, and the same id again changes nothing."""
    there = find_verdict(db, actor.person, client_id)
    if there is not None and (there.screening_id, there.submission_id) == (
        subject.screening.id, subject.work.submission_id,
    ):  # fmt: skip
        return there
    rows = [
        one
        for one in versions_of_verdicts(db, subject.screening.id or 0, subject.work.submission_id)
        if one.person_id == actor.person
    ]
    if not rows or rows[-1].verdict is Verdict.UNDONE:
        raise Conflict(_("There is nothing to take back here."))
    was = rows[-2] if len(rows) > 1 else rows[-1]
    said: Finding = _finding(was) if len(rows) > 1 else (Verdict.UNDONE, {}, "")
    return _say(db, actor, subject, said, read=was.version, seen=seen, client_id=client_id)


@command(screens_this, when=was_opened)
def declare_conflict_as_screener(db: Database, actor: Actor, subject: ScreenedWork, *, reason: str = "") -> bool:
    """Say that one has a conflict of interest: the submission is gone from one's pages, as screener and as judge, and
    what one said of it does not count. True where something was said."""
    assert actor.person is not None
    last = last_verdict(db, subject.screening.id or 0, actor.person, subject.work.submission_id)
    said = last is not None and last.verdict is not Verdict.UNDONE
    note_declared(
        db, actor, subject.event, submission_id=subject.work.submission_id, person_id=actor.person, reason=reason,
        scored=said,
    )  # fmt: skip
    apply_screening(db, subject.event.id)
    return said
