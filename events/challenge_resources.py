"""Resources of a challenge: links and files that its teams work with, some of them part of its confidential annex."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge, ChallengeInEvent, its_event_not_over, own_challenge, owner_of_its_challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, store_file
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases, touch
from events.roles import organiser_of_event
from events.submission_texts import clean_link

MOST_RESOURCES = 20


class ChallengeResource(SQLModel, table=True):
    """A link or a file, never both. A confidential one belongs to the annex (events/challenge_annex.py)."""

    __tablename__ = "challenge_resource"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (url = '')", name="link_or_file"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("cr")
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    title: str = Field(max_length=160)
    url: str = Field(default="", max_length=300)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id", index=True)
    confidential: bool = False
    added_at: datetime = moment()
    removed_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class ChallengeResourcesChanged(Fact):
    """A challenge has one more or one less to work with."""

    event_id: int
    challenge_id: int


@dataclass(frozen=True)
class ResourceInEvent:
    """A resource with its challenge and event, as commands and rules need it."""

    resource: ChallengeResource
    challenge: Challenge
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The resource's id."""
        assert self.resource.id is not None
        return self.resource.id


@command(own_challenge | organiser_of_event, when=its_event_not_over)
def add_link(
    db: Database, actor: Actor, subject: ChallengeInEvent, *, title: str, url: str, confidential: bool = False
) -> ChallengeResource:
    """Give the teams a link. Refuses an empty title, an address that is none of https, and the 21st resource."""
    wrong: dict[str, Message | str] = {}
    address = clean_link(url)
    if address is None:
        wrong["url"] = _("Please give an address that starts with https://.")
    if not title.strip() or len(title.strip()) > 160:
        wrong["title"] = _("Please say in at most 160 characters what this is.")
    if wrong:
        raise Invalid(wrong)
    row = ChallengeResource(
        challenge_id=subject.id, title=title.strip(), url=address or "", confidential=confidential,
        added_at=clock.now(),
    )  # fmt: skip
    return _add(db, actor, subject, row)


@command(own_challenge | organiser_of_event, when=its_event_not_over)
def add_challenge_file(
    db: Database,
    actor: Actor,
    subject: ChallengeInEvent,
    *,
    file: ReadyFile,
    title: str = "",
    confidential: bool = False,
) -> ChallengeResource:
    """Give the teams a file, called by its own name where no title is given. Refuses what `store_file` refuses."""
    stored = store_file(db, actor, file)
    row = ChallengeResource(
        challenge_id=subject.id, title=title.strip()[:160] or stored.name, file_id=stored.id,
        confidential=confidential, added_at=clock.now(),
    )  # fmt: skip
    return _add(db, actor, subject, row)


def _add(db: Database, actor: Actor, subject: ChallengeInEvent, row: ChallengeResource) -> ChallengeResource:
    # Locks the challenge's row on PostgreSQL, so that two who add at once do not both add the last one.
    db.exec(select(Challenge.id).where(Challenge.id == subject.id).with_for_update()).one()
    if len(resources_of(db, subject.id, confidential=row.confidential)) >= MOST_RESOURCES:
        raise Invalid({"": _("A challenge takes twenty resources. Remove one first.")})
    db.add(row)
    db.flush()
    touch(db, subject.event.event)
    record(db, actor, ChallengeResourcesChanged(event_id=subject.event.id, challenge_id=subject.id))
    return row


@command(owner_of_its_challenge | organiser_of_event, when=its_event_not_over)
def remove_resource(db: Database, actor: Actor, subject: ResourceInEvent) -> None:
    """Take a resource away; who has looked at it stays on record."""
    if subject.resource.removed_at is not None:
        raise Conflict(_("This was removed already."))
    subject.resource.removed_at = clock.now()
    db.add(subject.resource)
    db.flush()
    touch(db, subject.event.event)
    fact = ChallengeResourcesChanged(event_id=subject.event.id, challenge_id=subject.challenge.id or 0)
    record(db, actor, fact)


@dataclass(frozen=True)
class ResourceCard:
    """A resource, as pages show it; a link has no size."""

    public_id: str
    title: str
    url: str
    file_name: str
    size: int


def resources_of(db: Database, challenge_id: int, *, confidential: bool = False) -> list[ResourceCard]:
    """What a challenge gives to everybody, or with its annex, in order of arrival."""
    query: Any = (
        select(ChallengeResource, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ChallengeResource.file_id), isouter=True)
        .where(
            ChallengeResource.challenge_id == challenge_id,
            col(ChallengeResource.confidential).is_(confidential),
            col(ChallengeResource.removed_at).is_(None),
        )
        .order_by(col(ChallengeResource.id))
    )
    return [
        ResourceCard(row.public_id, row.title, row.url, file.name if file else "", file.size if file else 0)
        for row, file in db.exec(query)
    ]


def get_resource(db: Database, subject: ChallengeInEvent, public: str, *, confidential: bool) -> ResourceInEvent:
    """A resource of a challenge that the actor was given to see; a confidential one only where it is asked for."""
    found = db.exec(
        select(ChallengeResource).where(
            ChallengeResource.public_id == public,
            ChallengeResource.challenge_id == subject.id,
            col(ChallengeResource.confidential).is_(confidential),
        )
    ).first()
    if found is None or found.removed_at is not None:
        raise NotFound()
    return ResourceInEvent(found, subject.challenge, subject.event)


def file_of(db: Database, subject: ResourceInEvent) -> StoredFile:
    """The file of a resource; NotFound for a link."""
    found = db.get(StoredFile, subject.resource.file_id) if subject.resource.file_id else None
    if found is None:
        raise NotFound()
    return found
