"""Judges of a round: who they are, who takes over from whom, and whether what they gave still counts."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, func, literal, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.people import Person, PersonState
from events.roles import BLIND_JUDGE, ROUND_JUDGE, Role, RoleGrant, Scope, organiser_of_event, tie_source, ties_as
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, Scheme, not_published
from events.rounds.votes import RoundVote, VoteKind

LONGEST_WHY = 500
RUNNING = (Role.ORGANISER, Role.HOST)


class RoundJudge(SQLModel, table=True):
    """That a person judges in a round, or did until `ended_at`; `number` is what they are called in exports.

    What somebody gave who does not judge any more counts as long as `counts` says so. `why` is the reason for which
    somebody judges blind who runs the event and can know whose a submission is; it stands in the result.
    """

    __tablename__ = "round_judge"
    __table_args__ = (UniqueConstraint("round_id", "person_id"), UniqueConstraint("round_id", "number"))

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    number: int
    most: int | None = Field(default=None)
    named_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)
    counts: bool = True
    why: str = Field(default="", max_length=LONGEST_WHY)


personal_data(RoundJudge, "person_id", "judging in a round", "keep")


@dataclass(frozen=True)
class JudgeNamed(Fact):
    """Somebody judges in a round."""

    event_id: int
    round_id: int
    person_id: int


@dataclass(frozen=True)
class JudgeEnded(Fact):
    """Somebody judges in a round no more; `counts` says whether what they gave still does."""

    event_id: int
    round_id: int
    person_id: int
    counts: bool


@tie_source
def _judges(person: int) -> Any:
    return ties_as("judge", "round", RoundJudge.round_id).where(
        col(RoundJudge.person_id) == person, col(RoundJudge.ended_at).is_(None)
    )


@tie_source
def _judges_in(person: int) -> Any:
    """Whoever judges in a round belongs to its event, with the role of a judge or by a guest's link."""
    return (
        select(literal(ROUND_JUDGE), literal(Scope.EVENT.value), JudgingRound.event_id)
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(col(RoundJudge.person_id) == person, col(RoundJudge.ended_at).is_(None))
    )


def not_shown() -> Any:
    """The condition that a round has no result that is shown; one that was opened again is judged anew."""
    return or_(col(JudgingRound.state) != RoundState.PUBLISHED, col(JudgingRound.shown_version).is_(None))


@tie_source
def _judges_blind(person: int) -> Any:
    """Judges of a blind round, or of one that will be, may not know whose a submission is until its result is shown:
    one that is held back can be put aside and the round opened again."""
    return (
        select(literal(BLIND_JUDGE), literal(Scope.EVENT.value), JudgingRound.event_id)
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(
            col(RoundJudge.person_id) == person,
            col(RoundJudge.ended_at).is_(None),
            col(JudgingRound.blind).is_(True),
            not_shown(),
        )
    )


def judges_at_work(db: Database, event_id: int) -> set[int]:
    """Who judges in a round of an event that is not published, guests too, by id."""
    query = (
        select(RoundJudge.person_id)
        .join(JudgingRound, col(JudgingRound.id) == col(RoundJudge.round_id))
        .where(JudgingRound.event_id == event_id, JudgingRound.state != RoundState.PUBLISHED)
    )
    return set(db.exec(query.where(col(RoundJudge.ended_at).is_(None))))


@dataclass(frozen=True)
class JudgeCard:
    """A judge of a round, as organisers see them."""

    person_id: int
    public_id: str
    name: str
    number: int
    most: int | None
    judges: bool
    counts: bool
    why: str = ""


def judges_of(db: Database, round_id: int | None) -> list[JudgeCard]:
    """Who judges in a round, or did, by number."""
    query = (
        select(RoundJudge, Person)
        .join(Person, col(Person.id) == col(RoundJudge.person_id))
        .where(RoundJudge.round_id == round_id)
        .order_by(col(RoundJudge.number))
    )
    return [
        JudgeCard(
            one.person_id, person.public_id, person.name or person.email, one.number, one.most,
            one.ended_at is None, one.counts, one.why,
        )
        for one, person in db.exec(query)
    ]  # fmt: skip


def judges_to_name(db: Database, event: EventWithPhases) -> list[Person]:
    """Who has the role of a judge in the event or its programme, by name."""
    of_event = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    of_programme = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    judges = select(RoleGrant.person_id).where(RoleGrant.role == Role.JUDGE, of_event | of_programme)
    query = select(Person).where(col(Person.id).in_(judges), Person.state != PersonState.ERASED)
    return sorted(db.exec(query), key=lambda one: (one.name.casefold(), one.id or 0))


def may_be_named(db: Database, subject: RoundInEvent, person_id: int) -> bool:
    """Whether somebody can judge in a round: by their role in the event, or since they do already, as guests do."""
    by_role = {one.id for one in judges_to_name(db, subject.event)}
    return person_id in by_role or is_judging(db, subject.id, person_id)


def is_judging(db: Database, round_id: int, person_id: int | None) -> bool:
    """Whether somebody judges in a round now."""
    query = select(RoundJudge.id).where(
        RoundJudge.round_id == round_id, RoundJudge.person_id == person_id, col(RoundJudge.ended_at).is_(None)
    )
    return db.exec(query).first() is not None


def people_who_judged(db: Database, event_id: int) -> set[int]:
    """The ids of those who have judged in an event, guests too: something of what they gave is there and counts,
    whether or not they still judge."""
    query = (
        select(RoundJudge.person_id)
        .join(JudgingRound, col(JudgingRound.id) == col(RoundJudge.round_id))
        .join(RoundVote, (col(RoundVote.round_id) == col(RoundJudge.round_id))
              & (col(RoundVote.person_id) == col(RoundJudge.person_id)))
        .where(
            JudgingRound.event_id == event_id,
            col(RoundJudge.counts).is_(True),
            col(RoundVote.kind).not_in((VoteKind.SKIP, VoteKind.UNDONE)),
        )
    )  # fmt: skip
    return set(db.exec(query))


def running_the_event(db: Database, event: EventWithPhases, people: Collection[int]) -> list[Person]:
    """Which of these people run the event, as its organisers or hosts: they see whose submissions are."""
    of_event = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    of_programme = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    running = select(RoleGrant.person_id).where(col(RoleGrant.role).in_(RUNNING), of_event | of_programme)
    query = select(Person).where(col(Person.id).in_(running), col(Person.id).in_(people))
    return list(db.exec(query.order_by(col(Person.id))))


def unexplained_in(db: Database, subject: RoundInEvent) -> list[Person]:
    """Who judges in a round and runs the event, and nobody has said why: they cannot judge blind so."""
    query = select(RoundJudge.person_id).where(
        RoundJudge.round_id == subject.id, col(RoundJudge.ended_at).is_(None), RoundJudge.why == ""
    )
    return running_the_event(db, subject.event, list(db.exec(query)))


def refuse_unexplained(db: Database, subject: RoundInEvent) -> None:
    """Refuse to go on in a blind round while somebody judges in it who runs the event, without a reason."""
    found = unexplained_in(db, subject) if subject.round.blind else []
    if found:
        raise Conflict(
            _("%(name)s runs the event and can know whose a submission is, but judges in this blind round. Say why "
              "under “Judges”, or end their judging.", name=found[0].name or found[0].email)
        )  # fmt: skip


@command(organiser_of_event, when=not_published)
def name_judge(
    db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, most: int | None = None, why: str = ""
) -> None:
    """Let somebody judge in a round, at most `most` submissions (None: any number), or set another limit for them.

    Refuses who has no judge's role in the event, rounds that the audience decides, and in a blind round who runs the
    event, unless `why` says the reason, which stands in the result.
    """
    if subject.round.scheme is Scheme.AUDIENCE:
        raise Conflict(_("The audience decides this round. It has no judges."))
    if most is not None and not 1 <= most <= 1000:
        raise Invalid({"most": _("Please write a number from 1 to 1000, or leave it empty for no limit.")})
    if not may_be_named(db, subject, person_id):
        raise Invalid({"person": _("This person is no judge of the event. Give them the role first.")})
    enter_judges(db, actor, subject, [person_id], most=most, why=why)


def enter_judges(
    db: Database, actor: Actor, subject: RoundInEvent, people: Sequence[int], *, most: int | None = None, why: str = ""
) -> None:
    """Write down who judges in a round, those who did before as well; part of commands that asked their own rule.

    Refuses in a blind round who runs the event, unless a reason is given now or was before.
    """
    reasons = _reasons(db, subject, people, why.strip())
    for person in people:
        row = db.exec(
            select(RoundJudge).where(RoundJudge.round_id == subject.id, RoundJudge.person_id == person)
        ).first()
        if row is not None:
            was_there, row.ended_at, row.counts, row.most = row.ended_at is None, None, True, most
            row.why = reasons.get(person, "")
            db.add(row)
            if was_there:
                continue
        elif not _enter(db, subject, person, most, reasons.get(person, "")):
            continue
        record(db, actor, JudgeNamed(event_id=subject.event.id, round_id=subject.id, person_id=person))
    db.flush()


def _reasons(db: Database, subject: RoundInEvent, people: Sequence[int], why: str) -> dict[int, str]:
    """By person why they judge blind although they run the event."""
    if len(why) > LONGEST_WHY:
        raise Invalid({"why": _("Please write at most %(most)s characters.", most=LONGEST_WHY)})
    before = select(RoundJudge.person_id, RoundJudge.why).where(
        RoundJudge.round_id == subject.id, col(RoundJudge.person_id).in_(people), RoundJudge.why != ""
    )
    known: dict[int, str] = dict(db.exec(before).all())
    found = {}
    for one in running_the_event(db, subject.event, people):
        found[one.id or 0] = why or known.get(one.id or 0, "")
        if subject.round.blind and not found[one.id or 0]:
            raise Invalid({"why": _(
                "%(name)s runs the event and can know whose a submission is. If they should judge in this blind round "
                "all the same, say why; everybody who sees the result reads it.", name=one.name or one.email,
            )})  # fmt: skip
    return found


def _enter(db: Database, subject: RoundInEvent, person: int, most: int | None, why: str) -> bool:
    """False where somebody else has just named them."""
    last = db.exec(select(func.max(RoundJudge.number)).where(RoundJudge.round_id == subject.id)).one()
    row = RoundJudge(
        round_id=subject.id, person_id=person, number=(last or 0) + 1, most=most, named_at=clock.now(), why=why
    )
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_round_judge_round_id_person_id"):
            return False
        if is_broken(error, "uq_round_judge_round_id_number"):
            raise Conflict(_("Somebody else has just named a judge. Send it again.")) from error
        raise
    return True


def judge_row(db: Database, round_id: int, person_id: int, *, lock: bool = False) -> RoundJudge:
    """The row of somebody who judges in a round now; NotFound for others."""
    query = select(RoundJudge).where(
        RoundJudge.round_id == round_id, RoundJudge.person_id == person_id, col(RoundJudge.ended_at).is_(None)
    )
    row = db.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(_("This person does not judge in the round any more."))
    return row


JudgingEnds = Callable[[Database, Actor, RoundInEvent, int], None]
JUDGING_ENDS: list[JudgingEnds] = []


def when_judging_ends(step: JudgingEnds) -> JudgingEnds:
    """Run `(db, actor, round, person id)` in the transaction in which somebody's judging ends."""
    JUDGING_ENDS.append(step)
    return step


def end_judging(db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, counts: bool) -> None:
    """Write down that somebody judges no more, and whether what they gave counts; part of commands."""
    row = judge_row(db, subject.id, person_id)
    row.ended_at, row.counts = clock.now(), counts
    db.add(row)
    record(db, actor, JudgeEnded(event_id=subject.event.id, round_id=subject.id, person_id=person_id, counts=counts))
    for step in JUDGING_ENDS:
        step(db, actor, subject, person_id)
