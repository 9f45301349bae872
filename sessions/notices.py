"""Notices: what organisers write to a part of their event's people, after they have seen how many that are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, exists
from sqlmodel import Field, SQLModel, col, select

from events.consents import has_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases, not_over
from events.people import Person, PersonState
from events.placeholders import checked_text
from events.registration import ParticipationType, Registration, RegistrationState
from events.roles import Role, Scope, organiser_of_event, people_with_role
from events.teams import TeamMember
from sessions.availability import AvailabilityStated
from sessions.digest_wishes import those_with_notices_in_digests
from sessions.meetings import Meeting, MeetingState, takes_part

SUBJECT_LIMIT, TEXT_LIMIT = 150, 5000


class Segment(StrEnum):
    """Which people of an event."""

    PARTICIPANTS = "participants"
    WAITING = "waiting"
    TYPE = "type"
    TEAMS = "teams"
    WITHOUT_TEAM = "without team"
    SILENT = "silent"
    WITHOUT_MEETING = "without meeting"
    JUDGES = "judges"
    MENTORS = "mentors"


SEGMENT_NAMES: dict[Segment, Message] = {
    Segment.PARTICIPANTS: _("All participants"),
    Segment.WAITING: _("Those who wait for a place"),
    Segment.TYPE: _("Participants of one type"),
    Segment.TEAMS: _("Members of teams"),
    Segment.WITHOUT_TEAM: _("Participants without a team"),
    Segment.SILENT: _("Participants who have not said when they can meet"),
    Segment.WITHOUT_MEETING: _("Participants without a meeting"),
    Segment.JUDGES: _("Judges"),
    Segment.MENTORS: _("Mentors"),
}


class Notice(SQLModel, table=True):
    """A text to a part of an event's people, and to how many it went."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("no")
    event_id: int = Field(foreign_key="event.id", index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    segment: Segment = word(Segment)
    type_code: str = Field(default="", max_length=40)
    subject: str = Field(max_length=SUBJECT_LIMIT)
    text: str = Field(max_length=TEXT_LIMIT)
    people: int
    sent_at: datetime = moment()


class NoticeKept(SQLModel, table=True):
    """That somebody reads a notice in their next digest instead of at once, as they had chosen when it was sent.

    `told_at` is until when the digest tells that has it, or when it went as a letter of its own after all; None while
    it waits.
    """

    __tablename__ = "notice_kept"
    __table_args__ = (UniqueConstraint("notice_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    told_at: datetime | None = moment(default=None, nullable=True)


personal_data(Notice, "by_id", "who wrote to an event's people", "detach")
personal_data(NoticeKept, "person_id", "a notice that waits for somebody's digest", "delete")


@dataclass(frozen=True)
class NoticeSent(Fact):
    """Organisers wrote to a part of an event's people."""

    event_id: int
    notice_id: int


class OthersMeant(Conflict):
    """A segment has not as many people as the writer saw."""

    def __init__(self, people: int) -> None:
        super().__init__(_("By now this goes to %(count)s people. Look at the number and send it again.", count=people))
        self.people = people


@command(organiser_of_event, when=not_over)
def send_notice(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    title: str,
    text: str,
    segment: Segment,
    type_code: str = "",
    counted: int,
) -> Notice:
    """Write to a segment, of whom the writer has seen that there are `counted`.

    Refuses an empty or long title or text, broken and unknown placeholders, an empty segment, and OthersMeant when
    there are more or fewer by now.
    """
    clean = checked_notice(title, text)
    people = people_in(db, subject.id, segment, type_code)
    if not people:
        raise Invalid({"segment": _("There is nobody among them. Choose others.")})
    if len(people) != counted:
        raise OthersMeant(len(people))
    notice = Notice(
        event_id=subject.id, by_id=actor.person, segment=segment, type_code=type_code, subject=clean[0],
        text=clean[1], people=len(people), sent_at=clock.now(),
    )  # fmt: skip
    db.add(notice)
    db.flush()
    if subject.event.state is not EventState.RUNNING:  # who is in the middle of it has to know now
        _keep_for_digests(db, notice, people)
    record(db, actor, NoticeSent(event_id=subject.id, notice_id=notice.id or 0))
    return notice


def _keep_for_digests(db: Database, notice: Notice, people: list[int]) -> None:
    """Only of who gets digests of this event: to all others it comes at once."""
    agreed = select(Registration.person_id).join(Person, col(Person.id) == col(Registration.person_id))
    accepted = (Registration.event_id == notice.event_id, Registration.state == RegistrationState.ACCEPTED)
    here = set(db.exec(agreed.where(*accepted, Person.state == PersonState.ACTIVE, has_agreed())))
    for person in sorted(those_with_notices_in_digests(db, here & set(people))):
        db.add(NoticeKept(notice_id=notice.id or 0, person_id=person))
    db.flush()


def people_told_at_once(db: Database, notice: Notice) -> list[int]:
    """Who gets a notice as a letter of its own."""
    kept = set(db.exec(select(NoticeKept.person_id).where(NoticeKept.notice_id == notice.id)))
    return [one for one in people_in(db, notice.event_id, notice.segment, notice.type_code) if one not in kept]


def notices_told_at(db: Database, person_id: int, event_id: int, told_at: datetime) -> list[Notice]:
    """The notices of an event that somebody's digest up to this moment tells, oldest first."""
    query = select(Notice).join(NoticeKept, col(NoticeKept.notice_id) == col(Notice.id))
    here = (NoticeKept.person_id == person_id, Notice.event_id == event_id, NoticeKept.told_at == told_at)
    return list(db.exec(query.where(*here).order_by(col(Notice.sent_at), col(Notice.id))))


def checked_notice(title: str, text: str) -> tuple[str, str]:
    """A title of one line and a text, both there and with placeholders that can be filled in."""
    wrong: dict[str, Message | str] = {}
    if not title.strip():
        wrong["title"] = _("Please give it a title.")
    if not text.strip():
        wrong["text"] = _("Please write something.")
    if wrong:
        raise Invalid(wrong)
    return checked_text("title", " ".join(title.split()), most=SUBJECT_LIMIT), checked_text(
        "text", text, most=TEXT_LIMIT
    )


def people_in(db: Database, event_id: int, segment: Segment, type_code: str = "") -> list[int]:
    """Who belongs to a segment (ids, in order), without the erased."""
    if segment in {Segment.JUDGES, Segment.MENTORS}:
        role = Role.JUDGE if segment is Segment.JUDGES else Role.MENTOR
        return sorted(_alive(db, people_with_role(db, role, Scope.EVENT, event_id)))
    place = col(Registration.person_id)
    query = (
        select(Registration.person_id)
        .join(Person, col(Person.id) == place)
        .where(Registration.event_id == event_id, Person.state != PersonState.ERASED)
    )
    states = [RegistrationState.ACCEPTED]
    if segment is Segment.WAITING:
        states = [RegistrationState.APPLIED, RegistrationState.WAITING]
    query = query.where(col(Registration.state).in_(states), *_also(event_id, segment, type_code, place))
    return sorted(db.exec(query))


def _also(event_id: int, segment: Segment, type_code: str, place: Any) -> list[Any]:
    in_team = exists().where(col(TeamMember.event_id) == event_id, col(TeamMember.person_id) == place)
    said = exists().where(col(AvailabilityStated.event_id) == event_id, col(AvailabilityStated.person_id) == place)
    open_ones = (MeetingState.ACCEPTED, MeetingState.SCHEDULED, MeetingState.HELD)
    meets = exists().where(
        col(Meeting.event_id) == event_id, col(Meeting.state).in_(open_ones), takes_part(place)
    ).correlate(Registration)  # fmt: skip
    types = select(ParticipationType.id).where(
        ParticipationType.event_id == event_id, ParticipationType.code == type_code
    )
    conditions: dict[Segment, Any] = {
        Segment.TYPE: col(Registration.type_id).in_(types),
        Segment.TEAMS: in_team,
        Segment.WITHOUT_TEAM: ~in_team,
        Segment.SILENT: ~said,
        Segment.WITHOUT_MEETING: ~meets,
    }
    return [conditions[segment]] if segment in conditions else []


def _alive(db: Database, people: Any) -> set[int]:
    ids = sorted(set(people))
    query = select(Person.id).where(col(Person.id).in_(ids), Person.state != PersonState.ERASED)
    return {one for one in db.exec(query) if one is not None}


def notices_of(db: Database, event_id: int) -> list[Notice]:
    """What was written to an event's people, newest first."""
    query = select(Notice).where(Notice.event_id == event_id)
    return list(db.exec(query.order_by(col(Notice.sent_at).desc(), col(Notice.id).desc())))
