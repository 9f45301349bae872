"""Registration: a person's place in an event, with participation type, answers, consent and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, func, update
from sqlmodel import Field, SQLModel, col, select

from events.answer_files import keep_files
from events.codes import RegistrationCode, find_code, take_code
from events.core import clock
from events.core.access import Actor, Rule, command, rule, signed_in
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.files import ReadyFile
from events.core.hooks import WITHDRAWALS, personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import set_timer
from events.core.translation import Message, _
from events.desks import acts_for_registration, desk_for, desk_of_registration
from events.events import Approval, Event, EventState, EventWithPhases, not_over, on_capacity_changed
from events.membership_requests import is_member_yet
from events.phases import PhaseKind, refuse_unless_open
from events.questions import checked_answers, questions_of
from events.roles import Role, Scope, give_role, organiser_of_event, tie_source, ties_as


class RegistrationState(StrEnum):
    """APPLIED waits for approval, WAITING for a place; OFFERED has one to confirm; ACCEPTED takes part."""

    APPLIED = "applied"
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


HOLDS_A_PLACE = (RegistrationState.ACCEPTED, RegistrationState.OFFERED)


class ParticipationType(SQLModel, table=True):
    """An event's own class of participants."""

    __tablename__ = "participation_type"
    __table_args__ = (UniqueConstraint("event_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    code: str = Field(max_length=40)
    name: str = Field(max_length=80)
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
    not agreed that they belong to it. `offer_ends_at`: until then somebody can confirm the place they were offered;
    with a withdrawn one, that they did not."""

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
    code_id: int | None = Field(default=None, foreign_key="registration_code.id", index=True)
    offer_ends_at: datetime | None = moment(default=None, nullable=True)
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
class RegistrationMadeToWait(Fact):
    """An organiser or a desk officer said yes, and no place was free: somebody waits for one."""

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
class PlaceOffered(Fact):
    """A place became free and is kept for the next in line, who has until `ends_at` to confirm it."""

    event_id: int
    registration_id: int
    ends_at: datetime


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
    """How many have a place, confirmed or not."""
    query = select(func.count()).where(Registration.event_id == event_id, col(Registration.state).in_(HOLDS_A_PLACE))
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
    code: str = "",
    files: Mapping[str, ReadyFile] | None = None,
) -> Registration:
    """Ask for a place: accepted, waiting for approval, or waiting for a place when the event is full.

    `answers` maps question ids to texts, `files` to files. A `code` is used once; it may spare approval or capacity.
    For an organisation that has yet to agree that they belong to it, somebody takes part as soon as it does. Refuses a
    missing consent, type, code or required answer, a code that lets nobody in, an organisation that is not theirs, and
    a second registration (one that was withdrawn comes back to life).
    """
    assert actor.person is not None
    before = find_registration(db, subject.id, actor.person)
    if before is not None:  # of two who come back at once in two windows, one waits here
        db.refresh(before, with_for_update={"key_share": True})
    if before is not None and before.state is not RegistrationState.WITHDRAWN:
        raise RegisteredAlready
    chosen, clean = _checked(db, subject, type_code, answers, files or {}, consent)
    belongs = organisation_id is not None and is_member_yet(db, actor.person, organisation_id)
    used = _code_used(db, subject, chosen, code, before)
    state = _first_state(db, subject.event, used)
    row = before or Registration(
        event_id=subject.id, person_id=actor.person, type_id=chosen.id or 0, state=state, registered_at=clock.now()
    )
    row.type_id, row.state, row.answers = chosen.id or 0, state, clean
    row.code_id, row.offer_ends_at, row.decided_at = used.id if used else None, None, None
    row.organisation_id, row.asked_organisation_id = (organisation_id, None) if belongs else (None, organisation_id)
    row.desk_id, row.registered_at = desk_for(db, subject.programme_id, organisation_id), clock.now()
    db.add(row)
    db.flush()
    row.answers = keep_files(db, actor, subject.id, row.id or 0, row.answers, files or {})
    text = consent_text_of(db, subject.id)
    if text is not None:
        db.add(Consent(registration_id=row.id or 0, text_id=text.id or 0, given_at=clock.now(), locale=locale))
    record(db, actor, RegistrationReceived(event_id=subject.id, registration_id=row.id or 0, state=state))
    return row


def _checked(
    db: Database, subject: EventWithPhases, type_code: str, answers: Mapping[str, str],
    files: Mapping[str, ReadyFile], consent: bool,
) -> tuple[ParticipationType, dict[str, str]]:  # fmt: skip
    wrong: dict[str, Message | str] = {}
    chosen = next((one for one in types_of(db, subject.id) if one.code == type_code), None)
    if chosen is None:
        wrong["type"] = _("Please choose how you take part.")
    checked = checked_answers(questions_of(db, subject.id), type_code, answers, files, {})
    wrong |= checked.wrong
    if not consent and consent_text_of(db, subject.id) is not None:
        wrong["consent"] = _("Taking part needs your consent. Tick the box if you agree.")
    if wrong or chosen is None:
        raise Invalid(wrong)
    return chosen, checked.answers


def _code_used(
    db: Database, subject: EventWithPhases, chosen: ParticipationType, typed: str, before: Registration | None
) -> RegistrationCode | None:
    if not typed.strip():
        if subject.event.by_code_only:
            raise Invalid({"code": _("This event is open to those who have a code. Type the one you were sent.")})
        return None
    found = find_code(db, subject.id, typed)
    if found is not None and found.type_id not in {None, chosen.id}:
        raise Invalid({"type": _("This code is for another participation type. Choose the one you were invited as.")})
    if found is not None and before is not None and before.code_id == found.id and found.ended_at is None:
        return found  # who came and left has used it already
    return take_code(db, subject.id, typed)


def _first_state(db: Database, event: Event, used: RegistrationCode | None) -> RegistrationState:
    if event.approval is Approval.ORGANISER and not (used and used.skips_approval):
        return RegistrationState.APPLIED
    if used and used.skips_capacity:
        return RegistrationState.ACCEPTED
    return RegistrationState.ACCEPTED if _has_place(db, event) else RegistrationState.WAITING


def _has_place(db: Database, event: Event) -> bool:
    if event.capacity is None:
        return True
    # Locks the event's row on PostgreSQL, so that two people cannot both see the last place; SQLite has one writer.
    db.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    return places_taken(db, event.id or 0) < event.capacity


def undecided(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to decide on what was decided or withdrawn, and in an event that is over."""
    not_over(subject, now)
    if subject.registration.state not in {RegistrationState.APPLIED, RegistrationState.WAITING}:
        raise Conflict(_("This registration was decided already."))


def not_in_yet(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to let in who is in or has withdrawn; who was declined can be let in after all, until the event ends."""
    not_over(subject, now)
    if subject.registration.state is not RegistrationState.DECLINED:
        undecided(subject, now)


@command(acts_for_registration, when=not_in_yet)
def accept_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Give somebody a place, also after a no; when none is free they wait for one, and are told so."""
    used = db.get(RegistrationCode, subject.registration.code_id) if subject.registration.code_id else None
    if not (used and used.skips_capacity) and not _has_place(db, subject.event):
        waited = subject.registration.state is RegistrationState.WAITING
        change_state(db, subject, RegistrationState.WAITING)
        if not waited:
            record(db, actor, RegistrationMadeToWait(subject.registration.event_id, subject.id))
        return
    change_state(db, subject, RegistrationState.ACCEPTED)
    record(db, actor, RegistrationAccepted(event_id=subject.registration.event_id, registration_id=subject.id))


@command(acts_for_registration, when=undecided)
def decline_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Say no to a registration."""
    change_state(db, subject, RegistrationState.DECLINED)
    record(db, actor, RegistrationDeclined(event_id=subject.registration.event_id, registration_id=subject.id))


def change_state(
    db: Database, subject: RegistrationInEvent, state: RegistrationState, offer_ends_at: datetime | None = None
) -> None:
    """Bring a registration from the state in which it was read to another; refuses when somebody was quicker."""
    row = subject.registration
    changed = db.execute(
        update(Registration)
        .where(col(Registration.id) == row.id, col(Registration.state) == row.state)
        .values(state=state, decided_at=clock.now(), offer_ends_at=offer_ends_at)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("Somebody else has just decided on this registration."))
    row.state, row.offer_ends_at = state, offer_ends_at


def not_withdrawn(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to withdraw twice."""
    if subject.registration.state in {RegistrationState.WITHDRAWN, RegistrationState.DECLINED}:
        raise Conflict(_("This registration has ended already."))


@command(own_registration | organiser_of_its_event, when=not_withdrawn)
def withdraw_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Give a place back: consent ends, meetings are called off, and the next in line gets the place."""
    had_place = subject.registration.state in HOLDS_A_PLACE
    end_registration(db, actor, subject)
    record(db, actor, RegistrationWithdrawn(event_id=subject.registration.event_id, registration_id=subject.id))
    if had_place:
        give_free_places(db, actor, subject.event)


def end_registration(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Let a registration end with all that hangs on it; the caller says why, and to whom the place goes."""
    change_state(db, subject, RegistrationState.WITHDRAWN)
    db.execute(
        update(Consent)
        .where(col(Consent.registration_id) == subject.id, col(Consent.withdrawn_at).is_(None))
        .values(withdrawn_at=clock.now())
    )
    for step in WITHDRAWALS:
        step(db, actor, subject.id)


@on_capacity_changed
def give_free_places(db: Database, actor: Actor, event: Event) -> None:
    """Let those who wait have the places that are free, in order of arrival; an event that is over gives none.

    Where the event asks for it, a place is offered first, to be confirmed in time.
    """
    if event.state is EventState.CLOSED:
        return
    # Asked before those who wait are: it locks the event, so that two who leave at once promote two.
    while _has_place(db, event):
        in_line = (Registration.event_id == event.id, Registration.state == RegistrationState.WAITING)
        first = select(Registration).where(*in_line).order_by(col(Registration.registered_at), col(Registration.id))
        waiting = db.exec(first.limit(1).with_for_update(key_share=True)).first()
        if waiting is None and db.exec(select(Registration.id).where(*in_line)).first() is None:
            return
        if waiting is None:  # who was next has left at this moment, so that the lock found nobody: look again
            continue
        _promote(db, actor, RegistrationInEvent(waiting, event))


def _promote(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    event_id, hours = subject.registration.event_id, subject.event.confirm_hours
    if hours is None:
        change_state(db, subject, RegistrationState.ACCEPTED)
        record(db, actor, RegistrationPromoted(event_id=event_id, registration_id=subject.id))
        return
    ends_at = clock.now() + timedelta(hours=hours)
    change_state(db, subject, RegistrationState.OFFERED, ends_at)
    set_timer(db, "offered place lapses", subject.id, ends_at)
    record(db, actor, PlaceOffered(event_id=event_id, registration_id=subject.id, ends_at=ends_at))


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
