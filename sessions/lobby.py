"""The lobby of an event: who of those present agreed to be shown, what organisers announce, what is on now and next.

Who is present at this moment is known where the sockets are (`realtime/lobbies.py`); whether somebody is shown is a row
here, and nobody is without having said so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint, exists
from sqlmodel import Field, SQLModel, col, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases, not_over
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState
from events.organisations import Organisation
from events.participants import ParticipantCard, participants_seen_by, see_participants
from events.people import Person, people_by_id
from events.registration import Registration, participant_of_event
from sessions.manners import LobbyRemoval, not_put_out_of_lobby
from sessions.networking.rows import NetworkingState, networkings_of, run_networking, see_networking
from sessions.stages import StageState, stages_of
from sessions.timetable.released import agenda_of, last_release

LONGEST = 500
SOON = timedelta(hours=3)
MOST_NEXT = 5
MOST_ANNOUNCEMENTS = 10
MOST_AT_ONCE = 60  # of those who are here, on one page

see_lobby = see_networking & not_put_out_of_lobby
run_lobby = run_networking


class LobbyChoice(SQLModel, table=True):
    """Whether somebody is shown in the lobby of an event; without a row they are not."""

    __tablename__ = "lobby_choice"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    shown: bool
    chosen_at: datetime = moment()


class LobbyAnnouncement(SQLModel, table=True):
    """Something that those who run an event tell everybody in its lobby, until they take it off."""

    __tablename__ = "lobby_announcement"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("la")
    event_id: int = Field(foreign_key="event.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    text: str = Field(max_length=LONGEST)
    made_at: datetime = moment()
    taken_off_at: datetime | None = moment(default=None, nullable=True)


personal_data(LobbyChoice, "person_id", "whether somebody is shown in a lobby", "delete")
personal_data(LobbyAnnouncement, "by_id", "who announced something in a lobby", "detach")


@dataclass(frozen=True)
class LobbyChoiceMade(Fact):
    """Somebody is shown in the lobby from now on, or no longer; the journal does not say which."""

    event_id: int


@dataclass(frozen=True)
class LobbyAnnounced(Fact):
    """Those who run an event announced something in its lobby."""

    event_id: int
    announcement_id: int


@dataclass(frozen=True)
class LobbyAnnouncementTakenOff(Fact):
    """An announcement was taken off."""

    event_id: int
    announcement_id: int


@command(participant_of_event & not_put_out_of_lobby, when=not_over)
def be_shown_in_lobby(db: Database, actor: Actor, subject: EventWithPhases, *, shown: bool) -> None:
    """Be shown to the others in the lobby while one is there, or not; refuses to show who has not agreed to take part
    in the event."""
    assert actor.person is not None
    if shown:
        refuse_unless_agreed(db, subject.event, actor)
    query = select(LobbyChoice).where(LobbyChoice.event_id == subject.id, LobbyChoice.person_id == actor.person)
    row = db.exec(query.with_for_update()).first()
    if (row.shown if row else False) is shown:
        return
    row = row or LobbyChoice(event_id=subject.id, person_id=actor.person, shown=shown, chosen_at=clock.now())
    row.shown, row.chosen_at = shown, clock.now()
    db.add(row)
    db.flush()
    record(db, actor, LobbyChoiceMade(event_id=subject.id))


@command(run_lobby, when=not_over)
def announce_in_lobby(db: Database, actor: Actor, subject: EventWithPhases, *, text: str) -> LobbyAnnouncement:
    """Tell everybody in the lobby something; it stands there until it is taken off."""
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        raise Invalid({"text": _("Please write an announcement of at most %(most)s characters.", most=LONGEST)})
    row = LobbyAnnouncement(event_id=subject.id, by_id=actor.person, text=words, made_at=clock.now())
    db.add(row)
    db.flush()
    record(db, actor, LobbyAnnounced(event_id=subject.id, announcement_id=row.id or 0))
    return row


@command(run_lobby, when=not_over)
def take_announcement_off(db: Database, actor: Actor, subject: EventWithPhases, *, announcement: str) -> None:
    """Take an announcement (public id) off; twice is once."""
    query = select(LobbyAnnouncement).where(
        LobbyAnnouncement.event_id == subject.id, LobbyAnnouncement.public_id == announcement
    )
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    if row.taken_off_at is None:
        row.taken_off_at = clock.now()
        db.add(row)
        db.flush()
        record(db, actor, LobbyAnnouncementTakenOff(event_id=subject.id, announcement_id=row.id or 0))


def is_shown_in_lobby(db: Database, event_id: int, person: int | None) -> bool:
    """Whether somebody said that they are shown."""
    query = select(LobbyChoice.shown).where(LobbyChoice.event_id == event_id, LobbyChoice.person_id == person)
    return bool(db.exec(query).first())


def announcements_of(db: Database, event_id: int) -> list[LobbyAnnouncement]:
    """What is announced in the lobby, the latest first."""
    query = select(LobbyAnnouncement).where(
        LobbyAnnouncement.event_id == event_id, col(LobbyAnnouncement.taken_off_at).is_(None)
    )
    return list(db.exec(query.order_by(col(LobbyAnnouncement.id).desc()).limit(MOST_ANNOUNCEMENTS)))


@dataclass(frozen=True)
class InLobby:
    """Somebody who is here and agreed to be shown: who, from where, looking for what."""

    card: ParticipantCard
    needs: tuple[str, ...]
    person: str


def people_in_lobby(
    db: Database, actor: Actor, event: EventWithPhases, here: Collection[str], *, query: str = "", page: int = 1
) -> Paged[InLobby]:
    """Of those who are here (public ids of people) the ones who agreed to be shown, whose type the reader sees, and
    whom every word of `query` fits; by name, a page at a time. For who sees participants; none for others."""
    if not see_participants(actor, event) or not here:
        return page_of([], 1, size=MOST_AT_ONCE)
    agreed = exists().where(
        col(LobbyChoice.event_id) == event.id, col(LobbyChoice.person_id) == col(Registration.person_id),
        col(LobbyChoice.shown).is_(True),
    )  # fmt: skip
    put_out = exists().where(
        col(LobbyRemoval.event_id) == event.id, col(LobbyRemoval.person_id) == col(Registration.person_id)
    )
    only = agreed & ~put_out & col(Person.public_id).in_(sorted(here))
    found = participants_seen_by(db, actor, event, query=query, only=only, page=page, size=MOST_AT_ONCE)
    needs: dict[str, list[str]] = {}
    looks = select(Organisation.public_id, Item.summary).where(
        ItemInEvent.item_id == Item.id, ItemInEvent.event_id == event.id, Item.state == ItemState.PUBLISHED,
        Item.kind == ItemKind.NEED, Organisation.id == Item.organisation_id,
        col(Organisation.public_id).in_([one.organisation_public_id for one in found.rows]),
    )  # fmt: skip
    for organisation, summary in db.exec(looks.order_by(col(Item.id))):
        needs.setdefault(organisation, []).append(summary)
    named = people_by_id(db, {one.person_id for one in found.rows})
    return found.made(
        lambda one: InLobby(
            one, tuple(needs.get(one.organisation_public_id, ())[:2]), named[one.person_id].public_id
        )
    )  # fmt: skip


class OnKind(StrEnum):
    """What is on: a session of the agenda, a pitch room, speed networking."""

    SESSION = "session"
    STAGE = "stage"
    NETWORKING = "networking"


@dataclass(frozen=True)
class On:
    """Something that is on, or comes next: `public_id` for its address; `is_due` when its time has come and nobody has
    opened it yet."""

    kind: OnKind
    title: str
    public_id: str
    starts_at: datetime
    ends_at: datetime | None
    place: str = ""
    is_due: bool = False


def on_now_and_next(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[On], list[On]]:
    """What is on in an event at this moment, and what begins within three hours or should have begun by now."""
    now = clock.now()
    agenda = agenda_of(db, last_release(db, event.id)) if event.event.has_agenda else []
    found = [On(OnKind.SESSION, one.title, one.public_id, one.starts_at, one.ends_at, one.room) for one in agenda]
    on = [one for one in found if one.starts_at <= now < (one.ends_at or now)]
    coming = [one for one in found if now < one.starts_at <= now + SOON]
    for stage in stages_of(db, actor, event):
        due = stage.state is StageState.PLANNED and stage.opens_at <= now
        shown = On(OnKind.STAGE, stage.name, stage.public_id, stage.opened_at or stage.opens_at, None, is_due=due)
        if stage.state is StageState.OPEN:
            on.append(shown)
        elif stage.state is StageState.PLANNED and now - SOON < stage.opens_at <= now + SOON:
            coming.append(shown)
    for one in networkings_of(db, actor, event):
        due = one.state is NetworkingState.PLANNED and one.starts_at <= now
        at = On(OnKind.NETWORKING, one.title, one.public_id, one.opened_at or one.starts_at, None, is_due=due)
        if one.state in (NetworkingState.RUNNING, NetworkingState.PAUSED):
            on.append(at)
        elif one.state is NetworkingState.PLANNED and one.starts_at <= now + SOON:
            coming.append(at)
    return on, sorted(coming, key=lambda one: one.starts_at)[:MOST_NEXT]
