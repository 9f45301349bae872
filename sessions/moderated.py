"""What those who run a live room read: reports that wait, who is silenced or removed, and what moderators did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import NotAllowed, NotFound
from events.events import EventWithPhases
from events.people import Person
from sessions.chat import ChatMessage
from sessions.manners import SanctionKind, StageSanction
from sessions.moderation import Act, PassToStage, PersonOnStage, ReportState, RoomModerated, StageReport
from sessions.passes import StagePass
from sessions.person_reports import PersonReportsSettled
from sessions.stages import StageInEvent, StageQuestion, run_stage

MOST_ACTS = 200


@dataclass(frozen=True)
class ReportCard:
    """A message or a question that was reported, and by how many; `kind` is 'message' or 'question'."""

    kind: str
    id: str
    body: str
    name: str
    person: str
    times: int
    hidden: bool


@dataclass(frozen=True)
class SanctionCard:
    """Somebody who is silenced or removed."""

    person: str
    name: str
    kind: SanctionKind
    at: datetime


@dataclass(frozen=True)
class ActCard:
    """What a moderator did, to whom and when; names as they are now."""

    act: Act
    moderator: str
    person: str
    at: datetime


def person_on_stage(
    db: Database, actor: Actor, subject: StageInEvent, event: EventWithPhases, public: str
) -> PersonOnStage:
    """Somebody as a subject of moderation, for those who run the room."""
    if not run_stage(actor, subject):
        raise NotAllowed()
    person = db.exec(select(Person).where(Person.public_id == public)).first()
    if person is None:
        raise NotFound()
    return PersonOnStage(person, subject.stage, event)


def pass_to_stage(db: Database, subject: StageInEvent, event: EventWithPhases, code: str) -> PassToStage:
    """A pass to this room."""
    found = db.exec(select(StagePass).where(StagePass.code == code, StagePass.stage_id == subject.id)).first()
    if found is None:
        raise NotFound()
    return PassToStage(found, subject.stage, event)


def reports_in(db: Database, stage_id: int) -> list[ReportCard]:
    """What was reported and is not settled, what was reported most first."""
    found = []
    for kind, relation, column in (
        ("message", ChatMessage, StageReport.message_id),
        ("question", StageQuestion, StageReport.question_id),
    ):
        thing: Any = relation
        query: Any = (
            select(thing, Person, func.count())
            .join(StageReport, column == thing.id)
            .join(Person, col(Person.id) == thing.person_id, isouter=True)
            .where(StageReport.stage_id == stage_id, StageReport.state == ReportState.WAITING)
            .group_by(thing.id, col(Person.id))
        )
        for row, person, times in db.exec(query):
            name, public = (person.name, person.public_id) if person else ("", "")
            found.append(ReportCard(kind, row.public_id, row.body, name, public, times, row.state.value == "hidden"))
    return sorted(found, key=lambda one: -one.times)


def reports_waiting(db: Database, stage_id: int) -> int:
    """How many reports of a room are not settled."""
    query = select(func.count()).select_from(StageReport)
    return db.exec(query.where(StageReport.stage_id == stage_id, StageReport.state == ReportState.WAITING)).one()


def sanctions_in(db: Database, stage_id: int) -> list[SanctionCard]:
    """Who is silenced in a room, or removed from it."""
    query = select(Person, StageSanction).where(
        StageSanction.stage_id == stage_id, Person.id == StageSanction.person_id
    )
    return [
        SanctionCard(person.public_id, person.name, row.kind, row.at)
        for person, row in db.exec(query.order_by(col(StageSanction.id)))
    ]


def tells_who_was_reported(entry: JournalEntry, actor: Actor) -> bool:
    """Whether what was noted would tell the actor that they were reported themself (docs/decisions/0025)."""
    settled = entry.kind == PersonReportsSettled.kind or entry.particulars.get("act") == Act.REPORT_SETTLED
    return settled and entry.particulars["person_id"] == actor.person


def _said(name: str) -> Any:
    return col(JournalEntry.particulars)[name]


def acts_in(db: Database, actor: Actor, subject: StageInEvent) -> list[ActCard]:
    """What moderators did in a room, newest first: from the journal, which nobody changes. Nobody reads that they were
    reported, even if they run the room."""
    is_about_others = _said("person_id").as_integer().is_distinct_from(actor.person)
    query = select(JournalEntry).where(
        JournalEntry.kind == RoomModerated.kind, JournalEntry.event_id == subject.event_id,
        _said("stage_id").as_integer() == subject.id,
        or_(_said("act").as_string() != Act.REPORT_SETTLED, is_about_others),
    )  # fmt: skip
    rows = db.exec(query.order_by(col(JournalEntry.id).desc()).limit(MOST_ACTS)).all()
    wanted = {one.person_id for one in rows} | {one.particulars["person_id"] for one in rows}
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(wanted - {None}))).all())
    return [
        ActCard(Act(one.particulars["act"]), names.get(one.person_id, ""),
                names.get(one.particulars["person_id"], ""), one.at)
        for one in rows
    ]  # fmt: skip
