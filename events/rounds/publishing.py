"""Publishing results: a version that never changes, seen at once or held back until its hour."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, stop_timer, timer
from events.core.translation import Message, _
from events.judging.calls import CallResult
from events.roles import organiser_of_event
from events.rounds.inputs import Inputs, Line, inputs_from, lines_of, result_as_json
from events.rounds.judges import refuse_unexplained
from events.rounds.rounds import (
    JudgingRound,
    RoundChanged,
    RoundInEvent,
    RoundState,
    is_closed_round,
    see_round,
    step_round,
)
from events.rounds.standings import Standing, standing_of

LONGEST_REASON = 500


class Detail(StrEnum):
    """What others see of a result."""

    PLACES = "places"
    POINTS = "points"


class PublishedResult(SQLModel, table=True):
    """A result as it was published, with everything that it was worked out from: never changed, only followed by the
    next version. Others see it from `shown_at` on; one that was put aside they never see."""

    __tablename__ = "published_result"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pr")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    version: int
    detail: Detail = word(Detail, default=Detail.PLACES)
    best: int | None = Field(default=None)
    inputs: dict[str, Any] = listing()
    result: dict[str, Any] = listing()
    sha256: str = Field(max_length=64)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    made_at: datetime = moment()
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    held_until: datetime | None = moment(default=None, nullable=True)
    shown_at: datetime | None = moment(default=None, nullable=True)
    put_aside_at: datetime | None = moment(default=None, nullable=True)


personal_data(PublishedResult, "made_by_id", "who published a result", "detach")


@dataclass(frozen=True)
class ResultHeldBack(Fact):
    """A result was fixed, to be shown later."""

    event_id: int
    round_id: int
    result_id: int


@dataclass(frozen=True)
class ResultPublished(Fact):
    """A result can be seen now; `version` above 1 replaces an earlier one."""

    event_id: int
    round_id: int
    result_id: int
    version: int


@dataclass(frozen=True)
class ResultPutAside(Fact):
    """A result that was held back will not be shown."""

    event_id: int
    round_id: int
    result_id: int


class PublishedMeanwhile(Conflict):
    """Somebody else was quicker."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has published this result already."))


Fixing = Callable[[RoundInEvent, Inputs, CallResult | None], None]
FIXINGS: list[Fixing] = []
Shown = Callable[[Database, Actor, JudgingRound, PublishedResult], None]
SHOWNS: list[Shown] = []


def before_fixing(step: Fixing) -> Fixing:
    """Run `(round, inputs, what a call comes to)` before a result is fixed: it may refuse."""
    FIXINGS.append(step)
    return step


def on_shown(step: Shown) -> Shown:
    """Run `(db, actor, round, result)` in the transaction in which others can see a result."""
    SHOWNS.append(step)
    return step


@command(organiser_of_event, when=is_closed_round)
def publish_result(
    db: Database, actor: Actor, subject: RoundInEvent, *, detail: Detail = Detail.PLACES, best: int | None = None,
    hold_until: datetime | None = None, reason: str = "",
) -> PublishedResult:  # fmt: skip
    """Fix the result of a closed round as the next version, and show it, or hold it back until a moment (aware).

    `best` shows others only so many places. A version after the first needs a reason, which is shown with it. Where
    nothing has changed since the one that is shown, there is no other version and nobody is told: that one is the
    answer, and stands. Refuses a result that ranks nobody, and to hold back what is shown already.
    """
    _refuse_wrong(best, hold_until, reason)
    refuse_unexplained(db, subject)
    standing = standing_of(db, subject.round)
    for step in FIXINGS:
        step(subject, standing.inputs, standing.outcome.call if standing.outcome else None)
    ranked = standing.outcome is not None and any(one.rank for one in standing.outcome.results)
    # A call in which nothing passes has a result too.
    if standing.outcome is None or not (ranked or standing.outcome.call):
        raise Conflict(_("Nobody has a place yet, so there is no result to publish."))
    inputs, result = standing.inputs.as_json(), result_as_json(standing.outcome)
    content = json.loads(json.dumps([inputs, result]))
    last = last_result(db, subject.id)
    shown = shown_result(db, subject)
    if shown is not None and _is_the_same(shown, content, (detail, best)):
        if hold_until is not None:
            raise Invalid({"hold_until": _(
                "This result is published as it is, so there is nothing to hold back. Leave this empty: the version "
                "that is shown stands."
            )})  # fmt: skip
        return _let_it_stand(db, actor, subject, shown)
    if shown is not None and not reason.strip():
        raise Invalid({"reason": _("A result was published already. Say why there is another one; it is shown.")})
    if not step_round(db, subject.round, (RoundState.CLOSED,), state=RoundState.PUBLISHED):
        raise PublishedMeanwhile()
    row = PublishedResult(
        round_id=subject.id, version=(last.version if last else 0) + 1, detail=detail, best=best, inputs=content[0],
        result=content[1], sha256=fingerprint(content[0], content[1]), reason=reason.strip(), made_at=clock.now(),
        made_by_id=actor.person, held_until=hold_until,
    )  # fmt: skip
    db.add(row)
    db.flush()
    if hold_until is None:
        _show(db, actor, subject.round, row)
    else:
        set_timer(db, "result is shown", row.id or 0, hold_until)
        record(
            db, actor,
            ResultHeldBack(event_id=subject.event.id, round_id=subject.id, result_id=row.id or 0),
        )  # fmt: skip
    return row


def _refuse_wrong(best: int | None, hold_until: datetime | None, reason: str) -> None:
    wrong: dict[str, Message | str] = {}
    if best is not None and not 1 <= best <= 1000:
        wrong["best"] = _("Please write a number from 1 to 1000, or leave it empty to show all places.")
    if hold_until is not None and hold_until <= clock.now():
        wrong["hold_until"] = _("This moment is over. Choose a later one, or leave it empty to show the result now.")
    if len(reason.strip()) > LONGEST_REASON:
        wrong["reason"] = _("Please write at most %(most)s characters.", most=LONGEST_REASON)
    if wrong:
        raise Invalid(wrong)


def _is_the_same(shown: PublishedResult, content: Sequence[Any], look: tuple[Detail, int | None]) -> bool:
    inputs, result = content
    same = shown.result == result and (shown.detail, shown.best) == look
    return same and _without_numbers(shown.inputs) == _without_numbers(inputs)


def _let_it_stand(db: Database, actor: Actor, subject: RoundInEvent, shown: PublishedResult) -> PublishedResult:
    """What was opened again and has changed nothing is published as before: one version, no second letter. A refusal
    alone would leave the round closed for good."""
    if not step_round(db, subject.round, (RoundState.CLOSED,), state=RoundState.PUBLISHED):
        raise PublishedMeanwhile()
    record(db, actor, RoundChanged(event_id=subject.event.id, round_id=subject.id))
    return shown


def _without_numbers(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs but for how often and in which order something was said or handed in: that changes no result."""
    votes = [{name: one[name] for name in ("judge", "about", "kind", "content")} for one in inputs["votes"]]
    votes.sort(key=lambda one: (one["judge"], one["about"]))
    works = [{name: value for name, value in one.items() if name != "version"} for one in inputs["submissions"]]
    return {**inputs, "votes": votes, "submissions": works}


def fingerprint(inputs: dict[str, Any], result: dict[str, Any]) -> str:
    """The SHA-256 of a result and what it was worked out from: JSON in UTF-8, keys sorted, no blanks between."""
    text = json.dumps({"inputs": inputs, "result": result}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _show(db: Database, actor: Actor, row: JudgingRound, result: PublishedResult) -> bool:
    """Let everybody see a result, once; False where it is shown or was put aside."""
    shown = db.execute(
        update(PublishedResult)
        .where(
            col(PublishedResult.id) == result.id,
            col(PublishedResult.shown_at).is_(None),
            col(PublishedResult.put_aside_at).is_(None),
        )
        .values(shown_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.refresh(result)
    if shown.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        return False
    row.shown_version = result.version
    db.add(row)
    for step in SHOWNS:
        step(db, actor, row, result)
    record(
        db, actor,
        ResultPublished(
            event_id=row.event_id, round_id=row.id or 0, result_id=result.id or 0, version=result.version
        ),
    )  # fmt: skip
    return True


@timer("result is shown")
def _show_when_due(db: Database, result_id: int) -> None:
    result = db.get(PublishedResult, result_id)
    if result is None or result.held_until is None or clock.now() < result.held_until:
        return
    _show(db, SYSTEM, db.get_one(JudgingRound, result.round_id), result)


def _held(db: Database, round_id: int) -> PublishedResult | None:
    return db.exec(
        select(PublishedResult).where(
            PublishedResult.round_id == round_id,
            col(PublishedResult.shown_at).is_(None),
            col(PublishedResult.put_aside_at).is_(None),
        )
    ).first()


@command(organiser_of_event, when=its_event_not_over)
def show_result_now(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Show a result that is held back before its hour."""
    held = _held(db, subject.id)
    if held is None or not _show(db, actor, subject.round, held):
        raise Conflict(_("No result of this round is held back."))
    stop_timer(db, "result is shown", held.id or 0)


@command(organiser_of_event, when=its_event_not_over)
def take_result_back(db: Database, actor: Actor, subject: RoundInEvent) -> None:
    """Put a result aside that is held back and that nobody has seen: the round is closed as before."""
    if not put_aside_held(db, subject.id):
        raise Conflict(_("No result of this round is held back."))
    step_round(db, subject.round, (RoundState.PUBLISHED,), state=RoundState.CLOSED)
    last = last_result(db, subject.id)
    assert last is not None
    record(db, actor, ResultPutAside(event_id=subject.event.id, round_id=subject.id, result_id=last.id or 0))


def put_aside_held(db: Database, round_id: int) -> bool:
    """See to it that a result that is held back is never shown; part of commands. False where none is."""
    changed = db.execute(
        update(PublishedResult)
        .where(
            col(PublishedResult.round_id) == round_id,
            col(PublishedResult.shown_at).is_(None),
            col(PublishedResult.put_aside_at).is_(None),
        )
        .values(put_aside_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


def last_result(db: Database, round_id: int) -> PublishedResult | None:
    """The newest version, shown or not."""
    query = select(PublishedResult).where(PublishedResult.round_id == round_id)
    return db.exec(query.order_by(col(PublishedResult.version).desc()).limit(1)).first()


def held_result(db: Database, subject: RoundInEvent) -> PublishedResult | None:
    """The result that waits for its hour."""
    return _held(db, subject.id)


def shown_result(db: Database, subject: RoundInEvent) -> PublishedResult | None:
    """The version that others see now."""
    if subject.round.shown_version is None:
        return None
    return db.exec(
        select(PublishedResult).where(
            PublishedResult.round_id == subject.id, PublishedResult.version == subject.round.shown_version
        )
    ).one()


def get_result(db: Database, actor: Actor, subject: RoundInEvent, version: int | None = None) -> PublishedResult:
    """A version that was shown (None: the one that others see now); organisers also get what is held back."""
    if not see_round(actor, subject):
        raise NotFound()
    if version is None:
        row = shown_result(db, subject)
    else:
        row = db.exec(
            select(PublishedResult).where(PublishedResult.round_id == subject.id, PublishedResult.version == version)
        ).first()
    if row is None or (row.shown_at is None and not organiser_of_event(actor, subject)):
        raise NotFound()
    return row


def versions_of(db: Database, actor: Actor, subject: RoundInEvent) -> list[PublishedResult]:
    """The versions that were shown, newest first; for organisers also what was not."""
    query = select(PublishedResult).where(PublishedResult.round_id == subject.id)
    rows = db.exec(query.order_by(col(PublishedResult.version).desc()))
    return [one for one in rows if one.shown_at is not None or organiser_of_event(actor, subject)]


def inputs_of(row: PublishedResult) -> Inputs:
    """What a published result was worked out from."""
    return inputs_from(row.inputs)


def published_lines(row: PublishedResult, *, everything: bool = False) -> list[Line]:
    """The places of a published result as others see them: the best only, where it says so; all with `everything`."""
    lines = [one for one in lines_of(inputs_of(row), row.result) if one.rank is not None or everything]
    if everything or row.best is None:
        return lines
    return [one for one in lines if one.rank is not None and one.rank <= row.best]


def differs_now(db: Database, subject: RoundInEvent) -> bool:
    """Whether the votes give another result now than the published one: a conflict declared later, a judge who does
    not count any more, a decision."""
    row = shown_result(db, subject)
    if row is None or subject.round.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        return False
    return differs_from(row, standing_of(db, subject.round))


def differs_from(row: PublishedResult | None, standing: Standing | None) -> bool:
    """Whether a closed round, as it was worked out, gives something else than what was published."""
    if row is None or standing is None or standing.outcome is None or not standing.inputs.closed:
        return False
    now = json.loads(json.dumps(result_as_json(standing.outcome)))
    return any(now.get(part) != row.result.get(part) for part in ("results", "left_out", "call"))
