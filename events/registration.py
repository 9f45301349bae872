"""Registration: a person's place in an event, with participation type, answers, consent and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, func, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Rule, command, rule, signed_in
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import WITHDRAWALS, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.translation import Message, _
from events.desks import acts_for_registration, desk_for, desk_of_registration
from events.events import Approval, Event, EventState, EventWithPhases, not_over, on_capacity_changed
from events.membership_requests import is_member_yet
from events.phases import PhaseKind, refuse_unless_open
from events.roles import Role, Scope, give_role, organiser_of_event, tie_source, ties_as


class RegistrationState(StrEnum):
    """APPLIED waits for approval, WAITING for a place; ACCEPTED takes part."""

    APPLIED = "applied"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class QuestionKind(StrEnum):
    """How a registration question is answered."""

    SHORT = "short text"
    LONG = "long text"
    CHOICE = "choice"


class ParticipationType(SQLModel, table=True):
    """An event's own class of participants."""

    __tablename__ = "participation_type"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    code: str = Field(max_length=40)
    name: str = Field(max_length=80)
    position: int = 0


class RegistrationQuestion(SQLModel, table=True):
    """Something an event asks at registration."""

    __tablename__ = "registration_question"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    label: str = Field(max_length=200)
    kind: QuestionKind = word(QuestionKind, default=QuestionKind.SHORT)
    choices: list[str] = listing(default_factory=list)
    required: bool = False
    position: int = 0


class ConsentText(SQLModel, table=True):
    """What participants of an event agree to, by version; never changed, only followed by the next version."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    version: int
    text: str = Field(max_length=5000)
    written_at: datetime = moment()


class Registration(SQLModel, table=True):
    """A person's place in an event. `asked_organisation_id` is for whom they want to take part and may not yet: it has
    not agreed that they belong to it."""

    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("r")
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    asked_organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    type_id: int = Field(foreign_key="participation_type.id")
    desk_id: int | None = Field(default=None, foreign_key="desk.id", index=True, ondelete="SET NULL")
    state: RegistrationState = word(RegistrationState)
    answers: dict[str, str] = listing(default_factory=dict)
    taken_over_from_id: int | None = Field(default=None, foreign_key="registration.id")
    registered_at: datetime = moment()
    decided_at: datetime | None = moment(default=None, nullable=True)


class Consent(SQLModel, table=True):
    """That somebody agreed to a version of a text, and when they took it back."""

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    text_id: int = Field(foreign_key="consent_text.id")
    given_at: datetime = moment()
    locale: str = Field(default="en", max_length=8)
    withdrawn_at: datetime | None = moment(default=None, nullable=True)


personal_data(Registration, "person_id", "taking part in an event", "keep")


@dataclass(frozen=True)
class RegistrationReceived(Fact):
    """Somebody registered; `state` says whether they are in, wait for approval or wait for a place."""

    event_id: int
    registration_id: int
    state: str


@dataclass(frozen=True)
class RegistrationAccepted(Fact):
    """An organiser or a desk officer let somebody in."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class RegistrationDeclined(Fact):
    """An organiser or a desk officer said no."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class RegistrationPromoted(Fact):
    """A place became free and went to the next in line."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class RegistrationWithdrawn(Fact):
    """Somebody gave their place back."""

    event_id: int
    registration_id: int


class RegisteredAlready(Conflict):
    """A person has one place in an event."""

    def __init__(self) -> None:
        super().__init__(_("You are registered for this event already. Your registration is on its page."))


@tie_source
def _takes_part(person: int) -> Any:
    return ties_as("participant", "event", Registration.event_id).where(
        col(Registration.person_id) == person, col(Registration.state) == RegistrationState.ACCEPTED
    )


@rule
def participant_of_event(actor: Actor, subject: Any) -> bool:
    event = getattr(subject, "event", subject)
    return actor.is_("participant", "event", event.id)


@rule
def own_registration(actor: Actor, subject: "RegistrationInEvent") -> bool:
    return actor.person is not None and actor.person == subject.registration.person_id


@dataclass(frozen=True)
class RegistrationInEvent:
    """A registration with its event, as commands and rules need it."""

    registration: Registration
    event: Event

    @property
    def id(self) -> int:
        """The registration's id."""
        assert self.registration.id is not None
        return self.registration.id

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.event.programme_id


def _organises_its_event(actor: Actor, subject: RegistrationInEvent) -> bool:
    return organiser_of_event(actor, subject.event)


organiser_of_its_event = Rule("organiser of the event", _organises_its_event)
see_registration = own_registration | desk_of_registration | organiser_of_its_event


def registration_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse registrations outside the phase."""
    kind = PhaseKind.REGISTRATION
    refuse_unless_open(subject.phase(kind), kind, subject.is_open(kind, now), now)


def _refuse_longer(field: str, text: str, most: int) -> None:
    if len(text.strip()) > most:
        raise Invalid({field: _("Please write at most %(most)s characters.", most=most)})


@command(organiser_of_event, when=not_over)
def add_participation_type(
    db: Database, actor: Actor, subject: EventWithPhases, *, code: str, name: str, position: int = 0
) -> ParticipationType:
    """Add a class of participants; refuses an empty or long name and a code that the event has."""
    if not name.strip():
        raise Invalid({"name": _("Please give this participation type a name.")})
    _refuse_longer("name", name, 80)
    taken = select(ParticipationType.id).where(ParticipationType.event_id == subject.id, ParticipationType.code == code)
    if db.exec(taken).first():
        raise Invalid({"name": _("This event has that participation type already.")})
    row = ParticipationType(event_id=subject.id, code=code, name=name.strip(), position=position)
    db.add(row)
    db.flush()
    return row


@command(organiser_of_event, when=not_over)
def add_question(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    label: str,
    kind: QuestionKind = QuestionKind.SHORT,
    required: bool = False,
    choices: list[str] | None = None,
) -> RegistrationQuestion:
    """Ask something at registration, in 200 characters at most; a choice needs at least two choices."""
    _refuse_longer("label", label, 200)
    wrong: dict[str, Message | str] = {}
    if not label.strip():
        wrong["label"] = _("Please write the question.")
    if kind is QuestionKind.CHOICE and len(choices or []) < 2:
        wrong["choices"] = _("A choice needs at least two answers, one per line.")
    if wrong:
        raise Invalid(wrong)
    position = len(questions_of(db, subject.id))
    row = RegistrationQuestion(
        event_id=subject.id, label=label.strip(), kind=kind, required=required, choices=choices or [], position=position
    )
    db.add(row)
    db.flush()
    return row


@command(organiser_of_event, when=not_over)
def set_consent_text(db: Database, actor: Actor, subject: EventWithPhases, *, text: str) -> ConsentText:
    """Write the next version of what participants agree to; earlier consents keep their version."""
    if not text.strip():
        raise Invalid({"consent": _("Please write what participants agree to.")})
    _refuse_longer("consent", text, 5000)
    last = consent_text_of(db, subject.id)
    if last is not None and last.text == text.strip():
        return last
    row = ConsentText(
        event_id=subject.id, version=(last.version if last else 0) + 1, text=text.strip(), written_at=clock.now()
    )
    db.add(row)
    db.flush()
    return row


def types_of(db: Database, event_id: int) -> list[ParticipationType]:
    """An event's participation types in their order."""
    query = select(ParticipationType).where(ParticipationType.event_id == event_id)
    return list(db.exec(query.order_by(col(ParticipationType.position), col(ParticipationType.id))))


def questions_of(db: Database, event_id: int) -> list[RegistrationQuestion]:
    """What an event asks, in order."""
    query = select(RegistrationQuestion).where(RegistrationQuestion.event_id == event_id)
    return list(db.exec(query.order_by(col(RegistrationQuestion.position), col(RegistrationQuestion.id))))


def consent_text_of(db: Database, event_id: int) -> ConsentText | None:
    """The version that is asked for now."""
    query = select(ConsentText).where(ConsentText.event_id == event_id)
    return db.exec(query.order_by(col(ConsentText.version).desc())).first()


def find_registration(db: Database, event_id: int, person_id: int | None) -> Registration | None:
    """A person's registration for an event, in whatever state."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    return db.exec(query).first() if person_id is not None else None


def get_registration(db: Database, actor: Actor, public: str) -> RegistrationInEvent:
    """A registration for its person, their desk and the organisers; NotFound for others."""
    row = db.exec(
        select(Registration, Event).where(Registration.public_id == public, Event.id == Registration.event_id)
    ).first()
    if row is None or not see_registration(actor, found := RegistrationInEvent(*row)):
        raise NotFound()
    return found


def places_taken(db: Database, event_id: int) -> int:
    """How many have a place."""
    query = select(func.count()).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.ACCEPTED
    )
    return int(db.exec(query).one())


@command(signed_in, when=registration_open)
def register(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    type_code: str,
    answers: Mapping[str, str],
    consent: bool,
    organisation_id: int | None = None,
    locale: str = "en",
) -> Registration:
    """Ask for a place: accepted, waiting for approval, or waiting for a place when the event is full.

    `answers` maps question ids to texts. For an organisation that has yet to agree that they belong to it, somebody
    takes part as soon as it does. Refuses a missing consent, type or required answer, an organisation that is not
    theirs, and a second registration (one that was withdrawn comes back to life).
    """
    assert actor.person is not None
    before = find_registration(db, subject.id, actor.person)
    if before is not None and before.state is not RegistrationState.WITHDRAWN:
        raise RegisteredAlready
    chosen, clean = _checked(db, subject, type_code, answers, consent)
    belongs = organisation_id is not None and is_member_yet(db, actor.person, organisation_id)
    state = _first_state(db, subject.event)
    row = before or Registration(
        event_id=subject.id, person_id=actor.person, type_id=chosen.id or 0, state=state, registered_at=clock.now()
    )
    row.type_id, row.state, row.answers = chosen.id or 0, state, clean
    row.organisation_id, row.asked_organisation_id = (organisation_id, None) if belongs else (None, organisation_id)
    row.desk_id, row.registered_at = desk_for(db, subject.programme_id, organisation_id), clock.now()
    db.add(row)
    db.flush()
    text = consent_text_of(db, subject.id)
    if text is not None:
        db.add(Consent(registration_id=row.id or 0, text_id=text.id or 0, given_at=clock.now(), locale=locale))
    record(db, actor, RegistrationReceived(event_id=subject.id, registration_id=row.id or 0, state=state))
    return row


def _checked(
    db: Database, subject: EventWithPhases, type_code: str, answers: Mapping[str, str], consent: bool
) -> tuple[ParticipationType, dict[str, str]]:
    wrong: dict[str, Message | str] = {}
    chosen = next((one for one in types_of(db, subject.id) if one.code == type_code), None)
    if chosen is None:
        wrong["type"] = _("Please choose how you take part.")
    clean = {}
    for question in questions_of(db, subject.id):
        answer = answers.get(str(question.id), "").strip()
        if question.required and not answer:
            wrong[f"q{question.id}"] = _("Please answer: %(question)s", question=question.label)
        elif answer and question.kind is QuestionKind.CHOICE and answer not in question.choices:
            wrong[f"q{question.id}"] = _("Please choose one of the answers.")
        clean[str(question.id)] = answer[:4000]
    if not consent and consent_text_of(db, subject.id) is not None:
        wrong["consent"] = _("Taking part needs your consent. Tick the box if you agree.")
    if wrong or chosen is None:
        raise Invalid(wrong)
    return chosen, clean


def _first_state(db: Database, event: Event) -> RegistrationState:
    if event.approval is Approval.ORGANISER:
        return RegistrationState.APPLIED
    return RegistrationState.ACCEPTED if _has_place(db, event) else RegistrationState.WAITING


def _has_place(db: Database, event: Event) -> bool:
    if event.capacity is None:
        return True
    # Locks the event's row on PostgreSQL, so that two people cannot both see the last place; SQLite has one writer.
    db.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    return places_taken(db, event.id or 0) < event.capacity


def undecided(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to decide on what was decided or withdrawn."""
    if subject.registration.state not in {RegistrationState.APPLIED, RegistrationState.WAITING}:
        raise Conflict(_("This registration was decided already."))


@command(acts_for_registration, when=undecided)
def accept_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Give somebody a place; when none is free they wait for one."""
    if not _has_place(db, subject.event):
        _change_state(db, subject, RegistrationState.WAITING)
        return
    _change_state(db, subject, RegistrationState.ACCEPTED)
    record(db, actor, RegistrationAccepted(event_id=subject.registration.event_id, registration_id=subject.id))


@command(acts_for_registration, when=undecided)
def decline_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Say no to a registration."""
    _change_state(db, subject, RegistrationState.DECLINED)
    record(db, actor, RegistrationDeclined(event_id=subject.registration.event_id, registration_id=subject.id))


def _change_state(db: Database, subject: RegistrationInEvent, state: RegistrationState) -> None:
    row = subject.registration
    changed = db.execute(
        update(Registration)
        .where(col(Registration.id) == row.id, col(Registration.state) == row.state)
        .values(state=state, decided_at=clock.now())
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("Somebody else has just decided on this registration."))
    row.state = state


def not_withdrawn(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to withdraw twice."""
    if subject.registration.state in {RegistrationState.WITHDRAWN, RegistrationState.DECLINED}:
        raise Conflict(_("This registration has ended already."))


@command(own_registration | organiser_of_its_event, when=not_withdrawn)
def withdraw_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Give a place back: consent ends, meetings are called off, and the next in line gets the place."""
    had_place = subject.registration.state is RegistrationState.ACCEPTED
    _change_state(db, subject, RegistrationState.WITHDRAWN)
    db.execute(
        update(Consent)
        .where(col(Consent.registration_id) == subject.id, col(Consent.withdrawn_at).is_(None))
        .values(withdrawn_at=clock.now())
    )
    for step in WITHDRAWALS:
        step(db, actor, subject.id)
    record(db, actor, RegistrationWithdrawn(event_id=subject.registration.event_id, registration_id=subject.id))
    if had_place:
        give_free_places(db, actor, subject.event)


@on_capacity_changed
def give_free_places(db: Database, actor: Actor, event: Event) -> None:
    """Let those who wait have the places that are free, in order of arrival; an event that is over gives none."""
    if event.state is EventState.CLOSED:
        return
    # Asked before those who wait are: it locks the event, so that two who leave at once promote two.
    while _has_place(db, event):
        waiting = db.exec(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.state == RegistrationState.WAITING)
            .order_by(col(Registration.registered_at), col(Registration.id))
            .limit(1)
            .with_for_update(key_share=True)
        ).first()
        if waiting is None:
            return
        _change_state(db, RegistrationInEvent(waiting, event), RegistrationState.ACCEPTED)
        record(db, actor, RegistrationPromoted(event_id=event.id or 0, registration_id=waiting.id or 0))


def participants_of(db: Database, event_id: int, *states: RegistrationState) -> list[Registration]:
    """Registrations of an event in these states (accepted, if none are named), in order of arrival."""
    wanted = states or (RegistrationState.ACCEPTED,)
    query = select(Registration).where(Registration.event_id == event_id, col(Registration.state).in_(wanted))
    return list(db.exec(query.order_by(col(Registration.registered_at), col(Registration.id))))


@command(organiser_of_event, when=not_over)
def appoint(db: Database, actor: Actor, subject: EventWithPhases, *, person_id: int, role: Role) -> None:
    """Give somebody a role in the event: judge, mentor, host, challenge owner or organiser."""
    if role in {Role.DESK_OFFICER, Role.REVIEWER}:
        raise NotAllowed(_("This role is not given in an event of this kind."))
    give_role(db, actor, person_id=person_id, role=role, scope=Scope.EVENT, scope_id=subject.id)
