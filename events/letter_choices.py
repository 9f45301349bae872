"""Letter choices: which of the letters that nobody has to get somebody gets; one click stops a kind of them (RFC 8058).

The link needs no sign-in and is signed, so that it works from any mail program for as long as a letter is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, anybody, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.core.tokens import same, signature
from events.core.translation import Message, _
from events.people import Person, PersonState, find_by_public_id

PURPOSE = "stop letters"


class Topic(StrEnum):
    """What people may do without: letters that nobody asked for and that change nothing."""

    REMINDERS = "reminders"
    ANNOUNCEMENTS = "announcements"
    DIGESTS = "digests"


TOPIC_NAMES: dict[Topic, Message] = {
    Topic.REMINDERS: _("Reminders"),
    Topic.ANNOUNCEMENTS: _("Announcements of organisers"),
    Topic.DIGESTS: _("Digests"),
}


class StoppedTopic(SQLModel, table=True):
    """That somebody wants no letters of a kind."""

    __tablename__ = "stopped_topic"
    __table_args__ = (UniqueConstraint("person_id", "topic"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    topic: Topic = word(Topic)
    since: datetime = moment()


personal_data(StoppedTopic, "person_id", "letters somebody does not want", "delete")


@dataclass(frozen=True)
class LettersStopped(Fact):
    """Somebody wants no letters of a kind any more."""

    person_id: int
    what: str


@dataclass(frozen=True)
class LettersResumed(Fact):
    """Somebody wants letters of a kind again."""

    person_id: int
    what: str


@dataclass(frozen=True)
class Subscription:
    """A person and a kind of letters, as the link in a letter names them."""

    person: Person
    topic: Topic


def stop_token(person: Person, topic: Topic) -> str:
    """What stops letters of a kind for whoever has it, as part of an address."""
    named = f"{person.public_id}.{topic}"
    return f"{named}.{signature(PURPOSE, named)[:43]}"


def get_subscription(db: Database, token: str) -> Subscription:
    """Whom and what a link is about; NotFound for one that we did not make."""
    named, _dot, mark = token.rpartition(".")
    public, _dot, topic = named.partition(".")
    if topic not in set(Topic) or not same(signature(PURPOSE, named)[:43], mark):
        raise NotFound()
    person = find_by_public_id(db, public)
    if person is None or person.state is PersonState.ERASED:
        raise NotFound()
    return Subscription(person, Topic(topic))


@command(anybody)
def stop_letters(db: Database, actor: Actor, subject: Subscription) -> None:
    """Write no more letters of this kind to this person; twice is once. Whoever has the link may."""
    set_stopped(db, actor, subject.person.id or 0, subject.topic, stopped=True)


@command(anybody)
def resume_letters(db: Database, actor: Actor, subject: Subscription) -> None:
    """Write letters of this kind to this person again. Whoever has the link may."""
    set_stopped(db, actor, subject.person.id or 0, subject.topic, stopped=False)


def set_stopped(db: Database, actor: Actor, person_id: int, topic: Topic, *, stopped: bool) -> None:
    """Stop letters of a kind for a person, or let them come again; twice is once. Part of commands that have asked
    their own rule."""
    if has_stopped(db, person_id, topic) is stopped:
        return
    if stopped:
        db.add(StoppedTopic(person_id=person_id, topic=topic, since=clock.now()))
        db.flush()
        record(db, actor, LettersStopped(person_id=person_id, what=topic))
    else:
        db.execute(delete(StoppedTopic).where(*_is(person_id, topic)))
        record(db, actor, LettersResumed(person_id=person_id, what=topic))


def has_stopped(db: Database, person_id: int | None, topic: Topic) -> bool:
    """Whether somebody wants no letters of a kind."""
    return person_id is not None and db.exec(select(StoppedTopic.id).where(*_is(person_id, topic))).first() is not None


def those_who_stopped(topic: Topic) -> Any:
    """The people who want no letters of a kind, as part of a statement."""
    return select(StoppedTopic.person_id).where(StoppedTopic.topic == topic)


def _is(person_id: int, topic: Topic) -> tuple[Any, ...]:
    return col(StoppedTopic.person_id) == person_id, col(StoppedTopic.topic) == topic
