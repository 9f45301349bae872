"""Flags: judges ask the organisers to look at a submission, and organisers say that they have."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.roles import organiser_of_event
from events.rounds.desk import WorkForJudge, judges_this
from events.rounds.rounds import RoundInEvent, RoundSubmission
from events.rounds.votes import OutOfDate, checked_client_id

LONGEST_FLAG = 1000


class FlagReason(StrEnum):
    """What organisers should look at."""

    BROKEN = "broken"
    RULES = "rules"
    COPIED = "copied"
    OFFENSIVE = "offensive"
    OTHER = "other"


FLAG_REASONS: dict[FlagReason, Message] = {
    FlagReason.BROKEN: _("A link or a file does not work"),
    FlagReason.RULES: _("It does not keep to the rules of the event"),
    FlagReason.COPIED: _("It looks copied"),
    FlagReason.OFFENSIVE: _("It offends or harms somebody"),
    FlagReason.OTHER: _("Something else"),
}


class JudgingFlag(SQLModel, table=True):
    """That a judge asks the organisers to look at a submission; `client_id` is the id that their page gave it."""

    __tablename__ = "judging_flag"
    __table_args__ = (UniqueConstraint("person_id", "client_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("jf")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    reason: FlagReason = word(FlagReason)
    text: str = Field(default="", max_length=LONGEST_FLAG)
    flagged_at: datetime = moment()
    settled_at: datetime | None = moment(default=None, nullable=True)
    settled_by_id: int | None = Field(default=None, foreign_key="person.id")
    client_id: str | None = Field(default=None, max_length=64)


personal_data(JudgingFlag, "person_id", "what a judge drew attention to", "keep")
personal_data(JudgingFlag, "settled_by_id", "who settled what a judge drew attention to", "detach")


@dataclass(frozen=True)
class SubmissionFlagged(Fact):
    """A judge asks the organisers to look at a submission."""

    event_id: int
    round_id: int
    flag_id: int


@dataclass(frozen=True)
class FlagSettled(Fact):
    """The organisers have looked at what a judge drew attention to."""

    event_id: int
    round_id: int
    flag_id: int


class FlaggedOtherwise(Conflict):
    """The same page has sent another flag."""

    def __init__(self, flag: JudgingFlag) -> None:
        super().__init__(
            _("At %(time)s you drew attention to this in other words, which the organisers have. Yours is still here; "
              "send it again if they should have both.", time=At(flag.flagged_at))
        )  # fmt: skip


def find_flagged(
    db: Database, round_id: int, person_id: int | None, work: str, reason: FlagReason, text: str, client_id: str
) -> JudgingFlag | None:  # fmt: skip
    """What came with this id from this judge before, if it is what they send now about this submission (public id in
    the round); None for other words, and for the same about something else."""
    row = _sent_before(db, person_id, client_id)
    about = select(RoundSubmission.submission_id).where(
        RoundSubmission.public_id == work, RoundSubmission.round_id == round_id
    )
    if row is None or (row.round_id, row.submission_id) != (round_id, db.exec(about).first()):
        return None
    return row if (row.reason, row.text) == (reason, text.strip()) else None


def _sent_before(db: Database, person_id: int | None, client_id: str) -> JudgingFlag | None:
    query = select(JudgingFlag).where(JudgingFlag.person_id == person_id, JudgingFlag.client_id == client_id)
    return db.exec(query).first()


@command(judges_this, when=its_event_not_over)
def flag_submission(
    db: Database, actor: Actor, subject: WorkForJudge, *, reason: FlagReason, text: str = "", client_id: str = ""
) -> JudgingFlag:
    """Ask the organisers to look at a submission; the same again changes nothing, nor does what came under this id
    before. Refuses a text that is too long, and FlaggedOtherwise."""
    if len(text.strip()) > LONGEST_FLAG:
        raise Invalid({"flag_text": _("Please write at most %(most)s characters.", most=LONGEST_FLAG)})
    if client_id and (there := _sent_before(db, actor.person, checked_client_id(client_id))) is not None:
        return _same_flag(there, subject, reason, text)
    return _unsettled(db, actor, subject, reason, text) or _raise_flag(db, actor, subject, reason, text, client_id)


def _same_flag(there: JudgingFlag, subject: WorkForJudge, reason: FlagReason, text: str) -> JudgingFlag:
    if (there.round_id, there.submission_id) != (subject.round.id, subject.row.submission_id):
        raise OutOfDate()
    if (there.reason, there.text) != (reason, text.strip()):
        raise FlaggedOtherwise(there)
    return there


def _unsettled(
    db: Database, actor: Actor, subject: WorkForJudge, reason: FlagReason, text: str
) -> JudgingFlag | None:  # fmt: skip
    return db.exec(
        select(JudgingFlag).where(
            JudgingFlag.round_id == subject.round.id,
            JudgingFlag.submission_id == subject.row.submission_id,
            JudgingFlag.person_id == actor.person,
            JudgingFlag.reason == reason,
            JudgingFlag.text == text.strip(),
            col(JudgingFlag.settled_at).is_(None),
        )
    ).first()


def _raise_flag(
    db: Database, actor: Actor, subject: WorkForJudge, reason: FlagReason, text: str, client_id: str
) -> JudgingFlag:
    row = JudgingFlag(
        round_id=subject.round.id or 0, submission_id=subject.row.submission_id, person_id=actor.person or 0,
        reason=reason, text=text.strip(), flagged_at=clock.now(), client_id=client_id or None,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError:
        # The same page has sent it twice, and the other one was quicker.
        there = _sent_before(db, actor.person, client_id)
        if there is None:
            raise
        return _same_flag(there, subject, reason, text)
    fact = SubmissionFlagged(event_id=subject.event.id, round_id=subject.round.id or 0, flag_id=row.id or 0)
    record(db, actor, fact)
    return row


@command(organiser_of_event, when=its_event_not_over)
def settle_flag(db: Database, actor: Actor, subject: RoundInEvent, *, flag: str) -> None:
    """Say that what a judge drew attention to was looked at; once."""
    row = db.exec(select(JudgingFlag).where(JudgingFlag.public_id == flag, JudgingFlag.round_id == subject.id)).first()
    if row is None:
        raise NotFound()
    if row.settled_at is not None:
        raise Conflict(_("Somebody else has settled this already."))
    row.settled_at, row.settled_by_id = clock.now(), actor.person
    db.add(row)
    record(db, actor, FlagSettled(event_id=subject.event.id, round_id=subject.id, flag_id=row.id or 0))


def has_flags(db: Database, round_id: int) -> bool:
    """Whether a judge has drawn attention to anything in a round."""
    return db.exec(select(JudgingFlag.id).where(JudgingFlag.round_id == round_id).limit(1)).first() is not None
