"""Fields of submissions: what organisers ask of all teams, and owners of those that take their challenge.

Answers are kept in the draft under the field's public id. Nothing is asked of them until a team hands in: then what is
required has to be there, and each answer has to be what its field asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import or_
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge, ChallengeInEvent, own_challenge, owner_of_its_challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.money import read_sum
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.deadlines import deadline_to_come
from events.events import Event, EventKind, EventWithPhases
from events.roles import organiser_of_event
from events.submission_texts import clean_link

MOST_FIELDS = 20
LONGEST_ANSWER = 10_000
SHORT_ANSWER = 300


class FieldKind(StrEnum):
    """How a field is answered."""

    SHORT = "short text"
    LONG = "long text"
    CHOICE = "choice"
    CHOICES = "choices"
    LINK = "link"
    NUMBER = "number"
    FUNDING = "funding"


WITH_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)


class SubmissionField(SQLModel, table=True):
    """Something asked of submissions: of all, or of those for one challenge. `shown`: the gallery shows the answer.
    `category`: results say who is best among those with the same answer. Several answers are kept one a line.
    In a call `stage` says whether it is asked in the concept note (1), in the full proposal (2), or in both (None)."""

    __tablename__ = "submission_field"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("sf")
    event_id: int = Field(foreign_key="event.id", index=True)
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    label: str = Field(max_length=200)
    help: str = Field(default="", max_length=300)
    kind: FieldKind = word(FieldKind, default=FieldKind.SHORT)
    choices: list[str] = listing(default_factory=list)
    required: bool = False
    shown: bool = False
    category: bool = False
    stage: int | None = Field(default=None)
    position: int = 0
    removed_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class SubmissionFieldsChanged(Fact):
    """Something else is asked of submissions from now on; what was handed in stays as it is."""

    event_id: int
    field_id: int


@dataclass(frozen=True)
class FieldInEvent:
    """A field with its event and its challenge, if it has one, as commands and rules need it."""

    field: SubmissionField
    event: EventWithPhases
    challenge: Challenge | None

    @property
    def id(self) -> int:
        """The field's id."""
        assert self.field.id is not None
        return self.field.id


@dataclass(frozen=True)
class Asking:
    """What a field asks, and how."""

    label: str
    kind: FieldKind = FieldKind.SHORT
    help: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    shown: bool = False
    stage: int | None = None
    category: bool = False


def its_deadline_to_come(subject: Any, now: datetime) -> None:
    """Refuse to ask for something else once submission is over."""
    deadline_to_come(subject.event, now)


def teams_hand_in(subject: EventWithPhases, now: datetime) -> None:
    """Refuse fields where nothing is handed in, and once submission is over."""
    deadline_to_come(subject, now)
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only in a hackathon do teams hand in something."))


@command(organiser_of_event, when=teams_hand_in)
def add_field_for_all(db: Database, actor: Actor, subject: EventWithPhases, *, asking: Asking) -> SubmissionField:
    """Ask something of every team. Refuses an empty label, a choice of less than two, and the 21st field."""
    return _add(db, actor, subject, None, asking)


@command(own_challenge | organiser_of_event, when=its_deadline_to_come)
def add_field(db: Database, actor: Actor, subject: ChallengeInEvent, *, asking: Asking) -> SubmissionField:
    """Ask something of the teams that take this challenge. Refuses what `add_field_for_all` refuses."""
    return _add(db, actor, subject.event, subject.id, asking)


def _add(
    db: Database, actor: Actor, event: EventWithPhases, challenge_id: int | None, asking: Asking
) -> SubmissionField:
    # Locks the event's row on PostgreSQL, so that two who add at once do not both add the last one.
    db.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    there = fields_for(db, event.id, challenge_id)
    if len([one for one in there if one.challenge_id == challenge_id]) >= MOST_FIELDS:
        raise Invalid({"label": _("Twenty fields are enough. Remove one first.")})
    last = max((one.position for one in there), default=0)
    row = SubmissionField(event_id=event.id, challenge_id=challenge_id, label="", position=last + 1)
    _write(row, asking)
    db.add(row)
    db.flush()
    record(db, actor, SubmissionFieldsChanged(event_id=event.id, field_id=row.id or 0))
    return row


def _write(row: SubmissionField, asking: Asking) -> None:
    wrong: dict[str, Message | str] = {}
    label, given = " ".join(asking.label.split()), (one.strip() for one in asking.choices)
    choices = tuple(dict.fromkeys(one for one in given if one))
    if not label or len(label) > 200:
        wrong["label"] = _("Please say in at most 200 characters what you ask for.")
    if len(asking.help.strip()) > 300:
        wrong["help"] = _("Please write at most %(most)s characters.", most=300)
    if asking.kind in WITH_CHOICES and not 2 <= len(choices) <= 50:
        wrong["choices"] = _("A choice needs two to fifty answers, one per line.")
    if any(len(one) > 200 for one in choices):
        wrong["choices"] = _("Please write at most %(most)s characters.", most=200)
    if asking.category and asking.kind not in WITH_CHOICES:
        wrong["category"] = _("Only a choice of answers makes categories.")
    if wrong:
        raise Invalid(wrong)
    row.label, row.help, row.kind = label, asking.help.strip(), asking.kind
    row.choices = list(choices) if asking.kind in WITH_CHOICES else []
    row.required, row.shown, row.stage = asking.required, asking.shown, asking.stage
    row.category = asking.category


@command(owner_of_its_challenge | organiser_of_event, when=its_deadline_to_come)
def change_field(db: Database, actor: Actor, subject: FieldInEvent, *, asking: Asking) -> SubmissionField:
    """Ask something else. Answers that are there stay, and are looked at anew when a team hands in again."""
    _refuse_removed(subject)
    _write(subject.field, asking)
    db.add(subject.field)
    db.flush()
    record(db, actor, SubmissionFieldsChanged(event_id=subject.event.id, field_id=subject.id))
    return subject.field


@command(owner_of_its_challenge | organiser_of_event, when=its_deadline_to_come)
def remove_field(db: Database, actor: Actor, subject: FieldInEvent) -> None:
    """Ask no more; versions that were handed in keep their answers."""
    _refuse_removed(subject)
    subject.field.removed_at = clock.now()
    db.add(subject.field)
    db.flush()
    record(db, actor, SubmissionFieldsChanged(event_id=subject.event.id, field_id=subject.id))


def _refuse_removed(subject: FieldInEvent) -> None:
    if subject.field.removed_at is not None:
        raise Conflict(_("This field was removed already."))


@command(owner_of_its_challenge | organiser_of_event, when=its_deadline_to_come)
def move_field_up(db: Database, actor: Actor, subject: FieldInEvent) -> None:
    """Let a field be asked before the one that stood before it; the first stays the first."""
    _refuse_removed(subject)
    row = subject.field
    mates = [one for one in fields_for(db, subject.event.id, row.challenge_id) if one.challenge_id == row.challenge_id]
    place = next(number for number, one in enumerate(mates) if one.id == row.id)
    if place:
        mates[place - 1], mates[place] = mates[place], mates[place - 1]
    for number, one in enumerate(mates):
        one.position = number
    db.add_all(mates)
    db.flush()
    record(db, actor, SubmissionFieldsChanged(event_id=subject.event.id, field_id=subject.id))


def fields_for(
    db: Database, event_id: int, challenge_id: int | None, stage: int | None = None
) -> list[SubmissionField]:
    """What is asked of a submission for this challenge (None: for none): first what is asked of all, in order; with
    `stage` only what is asked there."""
    of_it: list[Any] = [col(SubmissionField.challenge_id).is_(None)]
    if challenge_id is not None:
        of_it.append(col(SubmissionField.challenge_id) == challenge_id)
    query = (
        select(SubmissionField)
        .where(SubmissionField.event_id == event_id, or_(*of_it), col(SubmissionField.removed_at).is_(None))
        .order_by(
            col(SubmissionField.challenge_id).is_not(None), col(SubmissionField.position), col(SubmissionField.id)
        )
    )
    if stage is not None:
        query = query.where(or_(col(SubmissionField.stage).is_(None), col(SubmissionField.stage) == stage))
    return list(db.exec(query))


def fields_of_event(db: Database, event_id: int) -> list[SubmissionField]:
    """Everything that was ever asked of submissions in an event, in order; for files of all answers."""
    query = select(SubmissionField).where(SubmissionField.event_id == event_id)
    return list(db.exec(query.order_by(col(SubmissionField.position), col(SubmissionField.id))))


def categories_of(db: Database, event_id: int) -> dict[str, str]:
    """The fields that make categories, in order: what they ask, by public id."""
    query = select(SubmissionField).where(
        SubmissionField.event_id == event_id, col(SubmissionField.category), col(SubmissionField.removed_at).is_(None)
    )
    rows = db.exec(query.order_by(col(SubmissionField.position), col(SubmissionField.id)))
    return {one.public_id: one.label for one in rows}


def get_field(db: Database, actor: Actor, event: EventWithPhases, public: str) -> FieldInEvent:
    """A field, for those who may change it; NotFound for others."""
    query: Any = (
        select(SubmissionField, Challenge)
        .join(Challenge, col(Challenge.id) == col(SubmissionField.challenge_id), isouter=True)
        .where(SubmissionField.public_id == public, SubmissionField.event_id == event.id)
    )
    row = db.exec(query).first()
    found = FieldInEvent(row[0], event, row[1]) if row else None
    if found is None or not (owner_of_its_challenge(actor, found) or organiser_of_event(actor, event)):
        raise NotFound()
    return found


def name_of(field: SubmissionField) -> str:
    """What a field is called in forms."""
    return f"a_{field.public_id}"


def typed_answers(fields: Sequence[SubmissionField], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into these fields (by their names in forms), for a draft: refuses only what is too long."""
    wrong: dict[str, Message | str] = {}
    for field in fields:
        most = LONGEST_ANSWER if field.kind in (FieldKind.LONG, FieldKind.CHOICES) else SHORT_ANSWER
        if len(typed.get(name_of(field), "").strip()) > most:
            wrong[name_of(field)] = _("This is longer than %(most)s characters. Please shorten it.", most=most)
    if wrong:
        raise Invalid(wrong)
    return any_answers(fields, typed)


def any_answers(fields: Sequence[SubmissionField], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into these fields, refusing nothing."""
    found = {field.public_id: typed.get(name_of(field)) for field in fields}
    return {public: text.strip()[:40_000] for public, text in found.items() if text is not None}


def checked_answers(fields: Sequence[SubmissionField], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers as they are handed in. Refuses, field by field, what is missing and what is not as it was asked."""
    wrong: dict[str, Message | str] = {}
    found: dict[str, str] = {}
    for field in fields:
        text = answers.get(field.public_id, "").strip()
        if not text:
            if field.required:
                wrong[name_of(field)] = _("Please answer: %(question)s", question=field.label)
            continue
        clean = _as_asked(field, text)
        if isinstance(clean, Message):
            wrong[name_of(field)] = clean
        else:
            found[field.public_id] = clean
    if wrong:
        raise Invalid(wrong)
    return found


def _as_asked(field: SubmissionField, text: str) -> str | Message:
    if field.kind is FieldKind.CHOICE and text not in field.choices:
        return _("Please choose one of the answers.")
    if field.kind is FieldKind.CHOICES:
        chosen = {one.strip() for one in text.splitlines() if one.strip()}
        known = "\n".join(one for one in field.choices if one in chosen)
        return known if chosen <= set(field.choices) else _("Please choose some of the answers.")
    if field.kind is FieldKind.LINK:
        return clean_link(text) or _("Please give an address that starts with https://.")
    if field.kind is FieldKind.NUMBER:
        return _number(text) or _("Please write a number, such as 12 or 3.5.")
    if field.kind is FieldKind.FUNDING:
        amount = read_sum(text)
        return format(amount, "f") if amount else _("Please write an amount in euros, such as 250000.")
    return text


def _number(text: str) -> str:
    """A number as everybody reads it, '' for what is none: '1 200,50' is 1200.50."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return ""
    return format(number, "f") if number.is_finite() and plain.isascii() and abs(number) < 10**15 else ""


def kept_answers(fields: Sequence[SubmissionField], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Answers as a version keeps them: with what was asked, so that they can be read when it is asked no more."""
    return [
        {
            "field": field.public_id,
            "label": field.label,
            "kind": field.kind.value,
            "answer": answers[field.public_id],
        }
        for field in fields
        if answers.get(field.public_id)
    ]


@cloned_with_event
def _clone_fields(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """What is asked of all comes along; what a challenge asks stays with it."""
    for one in fields_for(db, from_event, None):
        db.add(SubmissionField(**one.model_dump(exclude={"id", "public_id", "event_id"}), event_id=to_event))
    db.flush()
