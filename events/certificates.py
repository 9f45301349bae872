"""Certificates: that somebody took part, judged, mentored or won, in words that the event's organisers sign.

Who gets which follows from what is there anyway; organisers only say how they look and when they are handed out.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import StoredFile, store_file
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.pictures import Picture
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.translation import Message, _
from events.event_switches import switch_event
from events.events import Event, EventState, EventWithPhases
from events.people import Person, PersonState, people_by_id
from events.phases import PhaseKind
from events.prizes import Prize, PrizeAward
from events.programme_logos import logo_of
from events.programmes import Programme
from events.registration import participants_of
from events.roles import Role, Scope, organiser_of_event, people_with_role
from events.rounds.conflicts import MENTORINGS
from events.rounds.judges import people_who_judged
from events.submissions import Submission
from events.teams import Team, TeamMember

COLOUR = re.compile(r"#[0-9a-f]{6}")
USUAL_COLOUR = "#1b4965"
LONGEST = {"words": 400, "signed_by": 120, "signed_as": 120}


class CertificateKind(StrEnum):
    """For what somebody gets a certificate."""

    PARTICIPANT = "participant"
    MENTOR = "mentor"
    JUDGE = "judge"
    WINNER = "winner"


class CertificateLook(SQLModel, table=True):
    """How an event's certificates look, and who signs them."""

    __tablename__ = "certificate_look"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    colour: str = Field(default=USUAL_COLOUR, max_length=7)
    words: str = Field(default="", max_length=400)
    signed_by: str = Field(default="", max_length=120)
    signed_as: str = Field(default="", max_length=120)
    logo_id: int | None = Field(default=None, foreign_key="stored_file.id")


@dataclass(frozen=True)
class CertificateLookChanged(Fact):
    """An organiser changed how certificates look."""

    event_id: int


@dataclass(frozen=True)
class CertificatesIssued(Fact):
    """Everybody can fetch their certificates from now on."""

    event_id: int


@dataclass(frozen=True)
class CertificatesHeldBack(Fact):
    """Nobody can fetch certificates for now."""

    event_id: int


def _row(db: Database, event_id: int) -> CertificateLook:
    found = db.exec(select(CertificateLook).where(CertificateLook.event_id == event_id)).first()
    return found or CertificateLook(event_id=event_id)


@command(organiser_of_event)
def set_certificate_look(
    db: Database, actor: Actor, subject: EventWithPhases, *, colour: str, words: str, signed_by: str, signed_as: str
) -> None:
    """Say in which colour (#rrggbb) certificates come, what they add in words, and who signs them as what."""
    wrong: dict[str, Message | str] = {}
    typed = {"words": words.strip(), "signed_by": signed_by.strip(), "signed_as": signed_as.strip()}
    for field, most in LONGEST.items():
        if len(typed[field]) > most:
            wrong[field] = _("Please write at most %(most)s characters.", most=most)
    if not COLOUR.fullmatch(colour.strip().lower()):
        wrong["colour"] = _("Please choose a colour, such as #1b4965.")
    if wrong:
        raise Invalid(wrong)
    _lock(db, subject)
    row = _row(db, subject.id)
    row.colour, row.words = colour.strip().lower(), typed["words"]
    row.signed_by, row.signed_as = typed["signed_by"], typed["signed_as"]
    _kept(db, actor, subject, row)


@command(organiser_of_event)
def set_certificate_logo(db: Database, actor: Actor, subject: EventWithPhases, *, picture: Picture) -> None:
    """Put a picture, made anew, on the certificates."""
    _lock(db, subject)
    row = _row(db, subject.id)
    row.logo_id = store_file(db, actor, picture.file).id
    _kept(db, actor, subject, row)


@command(organiser_of_event)
def remove_certificate_logo(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Take the picture off the certificates."""
    row = _row(db, subject.id)
    if row.logo_id is None:
        raise Conflict(_("There is no logo."))
    row.logo_id = None
    _kept(db, actor, subject, row)


def _lock(db: Database, subject: EventWithPhases) -> None:
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()


def _kept(db: Database, actor: Actor, subject: EventWithPhases, row: CertificateLook) -> None:
    db.add(row)
    db.flush()
    record(db, actor, CertificateLookChanged(event_id=subject.id))


def can_be_issued(subject: EventWithPhases, now: datetime) -> None:
    """Refuse certificates for what has not begun, and to issue them twice."""
    if subject.event.state in {EventState.DRAFT, EventState.PUBLISHED}:
        raise Conflict(_("Certificates are for what has taken place: this event has not begun."))
    if subject.event.certificates_issued_at is not None:
        raise Conflict(_("The certificates are issued already."))


def are_issued(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to hold back what nobody can fetch."""
    if subject.event.certificates_issued_at is None:
        raise Conflict(_("No certificates are issued."))


@command(organiser_of_event, when=can_be_issued)
def issue_certificates(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Let everybody fetch their certificates; all who get one are told."""
    switch_event(db, subject, "certificates_issued_at", clock.now())
    record(db, actor, CertificatesIssued(event_id=subject.id))


@command(organiser_of_event, when=are_issued)
def hold_certificates_back(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Let nobody fetch certificates for now, to correct something."""
    switch_event(db, subject, "certificates_issued_at", None)
    record(db, actor, CertificatesHeldBack(event_id=subject.id))


@dataclass(frozen=True)
class Certificate:
    """What a certificate says: to whom, for what, and in whose language. `code` names it in addresses."""

    code: str
    kind: CertificateKind
    person_id: int
    name: str
    locale: str
    zone: str
    team: str = ""
    prize: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class Look:
    """All else that stands on an event's certificates, the same on each."""

    event: str
    programme: str
    funding: str
    begins: datetime | None
    ends: datetime | None
    zone: str
    colour: str
    words: str
    signed_by: str
    signed_as: str
    logo: StoredFile | None
    has_own_logo: bool = False


def look_of(db: Database, event: EventWithPhases) -> Look:
    """How an event's certificates look, as its organisers have said or in the usual way."""
    row = _row(db, event.id)
    programme = db.get_one(Programme, event.programme_id)
    kinds = (PhaseKind.BUILDING, PhaseKind.SUBMISSION, PhaseKind.LIVE)
    phases = [one for one in event.phases if one.kind in kinds] or list(event.phases)
    return Look(
        event.event.name,
        programme.name,
        programme.funding,
        min((one.starts_at for one in phases), default=None),
        max((one.ends_at for one in phases), default=None),
        event.zone,
        row.colour,
        row.words,
        row.signed_by,
        row.signed_as,
        db.get(StoredFile, row.logo_id) if row.logo_id else logo_of(db, programme),
        has_own_logo=row.logo_id is not None,
    )


def certificates_in(db: Database, event: EventWithPhases, *, person_id: int | None = None) -> list[Certificate]:
    """Every certificate of an event by name, or those of one person. A judge or mentor gets no participant's; guests
    who have judged by a link get a judge's, though they may have no account, and who judges or mentors in the whole
    programme gets one for what they did here."""
    judged = people_who_judged(db, event.id)
    roles = {
        CertificateKind.JUDGE: {*people_with_role(db, Role.JUDGE, Scope.EVENT, event.id), *judged},
        CertificateKind.MENTOR: {*people_with_role(db, Role.MENTOR, Scope.EVENT, event.id), *_mentored(db, event)},
    }
    took_part = {one.person_id for one in participants_of(db, event.id)} - set().union(*roles.values())
    won = _won(db, event) if event.event.winners_announced_at is not None else []
    holders = [(kind, one) for kind, people in roles.items() for one in people]
    holders += [(CertificateKind.PARTICIPANT, one) for one in took_part]
    wanted = {one for _kind, one in holders} | {one for one, *_rest in won}
    known = _people(db, wanted if person_id is None else wanted & {person_id}, judged)
    found = [
        Certificate(kind.value, kind, one, known[one].name, known[one].locale, known[one].zone)
        for kind, one in holders
        if one in known
    ]
    found += [
        Certificate(
            f"prize-{prize.public_id}", CertificateKind.WINNER, one, known[one].name, known[one].locale,
            known[one].zone, team, prize.name, challenge,
        )
        for one, team, prize, challenge in won
        if one in known
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.name.casefold(), one.person_id, one.code))


def _mentored(db: Database, event: EventWithPhases) -> set[int]:
    """Who mentors in the whole programme and came to a team of this event."""
    teams = [one or 0 for one in db.exec(select(Team.id).where(Team.event_id == event.id))]
    came = {person for source in MENTORINGS for _team, person in source(db, teams)}
    return came & set(people_with_role(db, Role.MENTOR, Scope.PROGRAMME, event.programme_id))


def _people(db: Database, ids: Iterable[int], guests: Collection[int]) -> dict[int, Person]:
    found = people_by_id(db, set(ids))
    return {
        id: one
        for id, one in found.items()
        if one.name and (one.state is PersonState.ACTIVE or (one.state is PersonState.NEW and id in guests))
    }


def _won(db: Database, event: EventWithPhases) -> list[tuple[int, str, Prize, str]]:
    query: Any = (
        select(TeamMember.person_id, Team.name, Prize, col(Challenge.title))
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .join(Submission, col(Submission.team_id) == col(Team.id))
        .join(PrizeAward, col(PrizeAward.submission_id) == col(Submission.id))
        .join(Prize, col(Prize.id) == col(PrizeAward.prize_id))
        .join(Challenge, col(Challenge.id) == col(Prize.challenge_id), isouter=True)
        .where(Prize.event_id == event.id)
        .order_by(col(Prize.id), col(TeamMember.id))
    )
    return [(one, team, prize, challenge or "") for one, team, prize, challenge in db.exec(query)]


def own_certificates(db: Database, actor: Actor, event: EventWithPhases) -> list[Certificate]:
    """The certificates that somebody can fetch for themselves; none before they are issued."""
    if actor.person is None or event.event.certificates_issued_at is None:
        return []
    return certificates_in(db, event, person_id=actor.person)


def get_own_certificate(db: Database, actor: Actor, event: EventWithPhases, code: str) -> Certificate:
    """One of somebody's own certificates; NotFound for what they do not have."""
    found = next((one for one in own_certificates(db, actor, event) if one.code == code), None)
    if found is None:
        raise NotFound()
    return found


def all_certificates(db: Database, actor: Actor, event: EventWithPhases) -> list[Certificate]:
    """Every certificate of an event, issued or not, for its organisers."""
    if not organiser_of_event(actor, event):
        raise NotAllowed(_("This page is for the organisers of this event."))
    return certificates_in(db, event)


@cloned_with_event
def _clone_look(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    row = db.exec(select(CertificateLook).where(CertificateLook.event_id == from_event)).first()
    if row is not None:
        db.add(CertificateLook(**row.model_dump(exclude={"id", "event_id"}), event_id=to_event))
        db.flush()
