"""The confidential annex of a challenge: for teams that took it, person by person, once they agreed to its terms.

Whoever reads it opens it, and each opening stands on record, with the text's state and each file that was fetched. What
was opened stays open for its reader for a while, so that a page can be read again without another record.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenge_resources import ChallengeResource, ResourceInEvent, file_of, resources_of
from events.challenges import Challenge, ChallengeInEvent, its_event_not_over, own_challenge, owner_of_its_challenge
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.files import StoredFile
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.people import Person
from events.roles import may_know_whose_it_is, organiser_of_event
from events.teams import Team, team_of

SHORTEST_TERMS = 40
OPEN_FOR = timedelta(hours=12)


class ChallengeAnnex(SQLModel, table=True):
    """What a challenge says in confidence. `terms_version` rises when the terms change: they are agreed to anew."""

    __tablename__ = "challenge_annex"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", unique=True)
    terms: str = Field(max_length=4000)
    terms_version: int = 1
    text: str = Field(default="", max_length=20_000)
    revision: int = 1
    written_at: datetime = moment()


class AnnexConsent(SQLModel, table=True):
    """That a person of a team agreed to a version of the terms, with its words."""

    __tablename__ = "annex_consent"
    __table_args__ = (UniqueConstraint("challenge_id", "terms_version", "team_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    terms_version: int
    terms: str = Field(max_length=4000)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    agreed_at: datetime = moment()


class AnnexLook(SQLModel, table=True):
    """That somebody opened an annex (in the state of `revision`), or fetched one of its files."""

    __tablename__ = "annex_look"

    id: int | None = Field(default=None, primary_key=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    resource_id: int | None = Field(default=None, foreign_key="challenge_resource.id")
    revision: int
    looked_at: datetime = moment()


personal_data(AnnexConsent, "person_id", "agreeing to the terms of a confidential annex", "keep")
personal_data(AnnexLook, "person_id", "who read what was confidential", "keep")


@dataclass(frozen=True)
class AnnexWritten(Fact):
    """An owner wrote a challenge's annex, or its terms, anew."""

    event_id: int
    challenge_id: int
    terms_version: int


@dataclass(frozen=True)
class AnnexTermsAgreed(Fact):
    """Somebody in a team agreed to the terms of an annex."""

    event_id: int
    challenge_id: int
    team_id: int
    terms_version: int


@dataclass(frozen=True)
class AnnexOpened(Fact):
    """Somebody opened an annex or fetched a file of it."""

    event_id: int
    challenge_id: int
    look_id: int


@dataclass(frozen=True)
class AnnexInEvent:
    """An annex with its challenge and event, the reader's team, and whether the reader has agreed to its terms."""

    annex: ChallengeAnnex
    challenge: Challenge
    event: EventWithPhases
    team: Team | None
    agreed: bool

    @property
    def id(self) -> int:
        """The challenge's id."""
        assert self.challenge.id is not None
        return self.challenge.id


@rule
def member_of_a_team_that_took_it(actor: Actor, subject: AnnexInEvent) -> bool:
    team = subject.team
    return team is not None and actor.is_("member", "team", team.id) and team.challenge_id == subject.challenge.id


@rule
def agreed_to_its_terms(actor: Actor, subject: AnnexInEvent) -> bool:
    return subject.agreed


see_annex = (member_of_a_team_that_took_it & agreed_to_its_terms) | owner_of_its_challenge | organiser_of_event


@command(own_challenge | organiser_of_event, when=its_event_not_over)
def write_annex(db: Database, actor: Actor, subject: ChallengeInEvent, *, terms: str, text: str) -> ChallengeAnnex:
    """Write what teams read in confidence, and what they agree to before. Other terms have to be agreed to anew.

    Refuses terms of less than 40 characters.
    """
    wrong: dict[str, Message | str] = {}
    if not SHORTEST_TERMS <= len(terms.strip()) <= 4000:
        wrong["terms"] = _("Please say in 40 to 4000 characters what a team agrees to before it reads this.")
    if len(text.strip()) > 20_000:
        wrong["text"] = _("This is longer than %(most)s characters. Please shorten it.", most=20_000)
    if wrong:
        raise Invalid(wrong)
    db.exec(select(Challenge.id).where(Challenge.id == subject.id).with_for_update()).one()
    row = find_annex(db, subject.id) or ChallengeAnnex(challenge_id=subject.id, terms="", terms_version=0, revision=0)
    if row.terms != terms.strip():
        row.terms, row.terms_version = terms.strip(), row.terms_version + 1
    row.text, row.revision, row.written_at = text.strip(), row.revision + 1, clock.now()
    db.add(row)
    db.flush()
    record(
        db,
        actor,
        AnnexWritten(event_id=subject.event.id, challenge_id=subject.id, terms_version=row.terms_version),
    )
    return row


@command(member_of_a_team_that_took_it, when=its_event_not_over)
def agree_to_terms(db: Database, actor: Actor, subject: AnnexInEvent, *, version: int) -> None:
    """Agree to the terms of this version, for oneself; twice is once. Refuses terms that are not the present ones."""
    assert actor.person is not None and subject.team is not None
    if version != subject.annex.terms_version:
        raise Conflict(_("The terms have changed since you read them. Read them again."))
    consent = AnnexConsent(
        challenge_id=subject.id,
        terms_version=version,
        terms=subject.annex.terms,
        team_id=subject.team.id or 0,
        person_id=actor.person,
        agreed_at=clock.now(),
    )
    try:
        with db.begin_nested():
            db.add(consent)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_annex_consent_challenge_id_terms_version_team_id_person_id"):
            raise
        return
    agreed = AnnexTermsAgreed(
        event_id=subject.event.id, challenge_id=subject.id, team_id=subject.team.id or 0, terms_version=version
    )
    record(db, actor, agreed)


@command(see_annex)
def open_annex(db: Database, actor: Actor, subject: AnnexInEvent) -> None:
    """Open the annex for the next hours, for the record; owners read their own without one."""
    _look(db, actor, subject, None)


@command(see_annex)
def fetch_from_annex(db: Database, actor: Actor, subject: AnnexInEvent, *, resource: ResourceInEvent) -> StoredFile:
    """A file of the annex, for the record."""
    stored = file_of(db, resource)
    _look(db, actor, subject, resource.id)
    return stored


def _look(db: Database, actor: Actor, subject: AnnexInEvent, resource_id: int | None) -> None:
    if owner_of_its_challenge(actor, subject) or actor.person is None:
        return
    team = subject.team if member_of_a_team_that_took_it(actor, subject) else None
    row = AnnexLook(
        challenge_id=subject.id,
        person_id=actor.person,
        team_id=team.id if team else None,
        resource_id=resource_id,
        revision=subject.annex.revision,
        looked_at=clock.now(),
    )
    db.add(row)
    db.flush()
    record(db, actor, AnnexOpened(event_id=subject.event.id, challenge_id=subject.id, look_id=row.id or 0))


def find_annex(db: Database, challenge_id: int) -> ChallengeAnnex | None:
    """What a challenge says in confidence, if anything."""
    return db.exec(select(ChallengeAnnex).where(ChallengeAnnex.challenge_id == challenge_id)).first()


def get_annex(db: Database, actor: Actor, subject: ChallengeInEvent) -> AnnexInEvent:
    """The annex of a challenge, for those who may read it or could agree to its terms; NotFound for others."""
    annex = find_annex(db, subject.id)
    if annex is None:
        raise NotFound()
    team = team_of(db, actor.person, subject.event.id)
    found = AnnexInEvent(annex, subject.challenge, subject.event, team, _has_agreed(db, actor, annex, team))
    if not (member_of_a_team_that_took_it(actor, found) or see_annex(actor, found)):
        raise NotFound()
    return found


def _has_agreed(db: Database, actor: Actor, annex: ChallengeAnnex, team: Team | None) -> bool:
    if team is None:
        return False
    query = select(AnnexConsent.id).where(
        AnnexConsent.challenge_id == annex.challenge_id,
        AnnexConsent.terms_version == annex.terms_version,
        AnnexConsent.team_id == team.id,
        AnnexConsent.person_id == actor.person,
    )
    return db.exec(query).first() is not None


@dataclass(frozen=True)
class AnnexRead:
    """What stands in an annex: its text, and its links and files."""

    text: str
    resources: list[Any]


def read_annex(db: Database, actor: Actor, subject: AnnexInEvent) -> AnnexRead | None:
    """What the annex says, to owners and to who opened it in its present state within twelve hours; None before."""
    if not see_annex(actor, subject):
        return None
    if not owner_of_its_challenge(actor, subject) and not _is_open(db, actor, subject):
        return None
    return AnnexRead(subject.annex.text, resources_of(db, subject.id, confidential=True))


def _is_open(db: Database, actor: Actor, subject: AnnexInEvent) -> bool:
    query = select(func.max(AnnexLook.looked_at)).where(
        AnnexLook.challenge_id == subject.id,
        AnnexLook.person_id == actor.person,
        AnnexLook.revision == subject.annex.revision,
        col(AnnexLook.resource_id).is_(None),
    )
    last: datetime | None = db.exec(query).one()
    return last is not None and clock.now() < last + OPEN_FOR


@dataclass(frozen=True)
class Reader:
    """Who agreed to the terms or looked, for the owner and the organisers; `what` is '' for the terms and the text."""

    name: str
    team: str
    what: str
    at: datetime


def _readers(subject: ChallengeInEvent) -> tuple[Any, Any]:
    """The queries for who agreed and for who looked, the last first."""
    agreed: Any = (
        select(Person, Team, AnnexConsent)
        .join(AnnexConsent, col(AnnexConsent.person_id) == col(Person.id))
        .join(Team, col(Team.id) == col(AnnexConsent.team_id))
        .where(AnnexConsent.challenge_id == subject.id)
        .order_by(col(AnnexConsent.agreed_at).desc(), col(AnnexConsent.id).desc())
    )
    looked: Any = (
        select(Person, Team, AnnexLook, ChallengeResource)
        .join(AnnexLook, col(AnnexLook.person_id) == col(Person.id))
        .join(Team, col(Team.id) == col(AnnexLook.team_id), isouter=True)
        .join(ChallengeResource, col(ChallengeResource.id) == col(AnnexLook.resource_id), isouter=True)
        .where(AnnexLook.challenge_id == subject.id)
        .order_by(col(AnnexLook.looked_at).desc(), col(AnnexLook.id).desc())
    )
    return agreed, looked


def _who_agreed(found: Any) -> Reader:
    who, team, row = found
    return Reader(who.name, team.name, str(row.terms_version), row.agreed_at)


def _who_looked(found: Any) -> Reader:
    who, team, row, what = found
    return Reader(who.name, team.name if team else "", what.title if what else "", row.looked_at)


reads_record = (own_challenge | organiser_of_event) & may_know_whose_it_is


def readers_of(db: Database, actor: Actor, subject: ChallengeInEvent) -> tuple[list[Reader], list[Reader]]:
    """Who agreed to which terms, and who opened what when, the last first, all of them; empty for all but owner and
    organisers, and for an owner as long as they judge in the event without knowing whose work it is."""
    if not reads_record(actor, subject):
        return [], []
    agreed, looked = _readers(subject)
    return [_who_agreed(one) for one in db.exec(agreed)], [_who_looked(one) for one in db.exec(looked)]


def page_of_readers(
    db: Database, actor: Actor, subject: ChallengeInEvent, *, page: int = 1
) -> tuple[Paged[Reader], Paged[Reader]]:
    """One page of each of the two, for owner and organisers; refuses all others, and an owner as long as they judge
    in the event without knowing whose work it is."""
    if not reads_record(actor, subject):
        raise NotAllowed()
    agreed, looked = _readers(subject)
    return paged(db, agreed, page, _who_agreed), paged(db, looked, page, _who_looked)
