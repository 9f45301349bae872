"""The demo's lesson cards, and a report over all reviews: a version of it waits, and its draft has gone on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from frontend.demo import World, document, step
from frontend.demo_events import HACKATHON, event_called
from frontend.demo_meetings import MATCHMAKING
from frontend.demo_review_held import HELD, quotation_of_demo
from frontend.demo_review_steps import person_called, programme_of_demo, review_seen_by
from sessions.lessons import LessonCode, LessonPlace, lesson_with_sources, note_lesson, share_lesson
from sessions.meetings import Meeting, MeetingState, get_meeting
from sessions.peer_reviews.findings import Level
from sessions.reports.editing import add_chapter, put_into_report, remove_chapter, write_chapter, write_report
from sessions.reports.material import material_for
from sessions.reports.reports import (
    ItemKind,
    Report,
    ReportInProgramme,
    ReportKind,
    chapters_of,
    name_report_editor,
    report_with_sources,
    start_report,
)
from sessions.reports.versions import hand_report_in

EDITOR = "Julien Faure"
WRITTEN_LAST = "open"  # the chapter that came after a version was handed in


def reports(world: World) -> None:
    """Cards from a review, the hackathon and a meeting; the report that is made of them, handed in for Ada to read."""
    said: dict[str, Any] = document("report.json")
    with step(world.start - timedelta(days=60)) as db:
        ada = world.actor(db, "Ada Adler")
        name_report_editor(db, ada, programme_of_demo(db), person=person_called(db, world, EDITOR))
    for number, one in enumerate(said["lessons"]):
        ago = timedelta(days=58 - 4 * number) if one["from"] == "review" else timedelta(minutes=60 - 5 * number)
        with step(world.start - ago) as db:
            _note(db, world, one)
    with step(world.start - timedelta(minutes=20)) as db:
        julien, programme = world.actor(db, EDITOR), programme_of_demo(db)
        row = start_report(db, julien, programme, kind=ReportKind.LESSONS, title=said["title"])
        report = report_with_sources(db, row, programme)
        write_report(
            db, julien, report, title=said["title"], lead="\n\n".join(said["lead"]), language="en", version=row.version
        )  # fmt: skip
        for usual in chapters_of(db, report.id):
            remove_chapter(db, julien, report, chapter=usual.public_id)
        for one in said["chapters"]:
            if one["key"] != WRITTEN_LAST:
                _chapter(db, world, julien, report, one)
        hand_report_in(db, julien, report)
    with step(world.start - timedelta(minutes=10)) as db:
        julien, programme = world.actor(db, EDITOR), programme_of_demo(db)
        row = db.exec(select(Report).where(Report.title == said["title"])).one()
        last = next(one for one in said["chapters"] if one["key"] == WRITTEN_LAST)
        _chapter(db, world, julien, report_with_sources(db, row, programme), last)


def _note(db: Database, world: World, said: Mapping[str, Any]) -> None:
    """One card, written down and shared by whoever learned it."""
    actor, programme = world.actor(db, said["by"]), programme_of_demo(db)
    place = LessonPlace(programme)
    if said["from"] == "review":
        _who, subject = review_seen_by(db, world, HELD, said["by"])
        place = LessonPlace(programme, subject.event, subject.review)
    elif said["from"] == "hackathon":
        place = LessonPlace(programme, event_called(db, HACKATHON).event)
    else:
        place = _where_they_met(db, actor, place)
    row = note_lesson(
        db, actor, place, texts={name: said[name] for name in _TEXTS}, tags=said["tags"],
        code=LessonCode(said["code"]) if said["code"] else None, level=Level(said["level"]) if said["level"] else None,
    )  # fmt: skip
    share_lesson(db, actor, lesson_with_sources(db, row, programme))


_TEXTS = ("title", "context", "worked", "not_worked", "advice", "ecosystem")


def _where_they_met(db: Database, actor: Actor, otherwise: LessonPlace) -> LessonPlace:
    """The first meeting that stands of somebody; the programme where nobody had time for them."""
    event = event_called(db, MATCHMAKING)
    query = select(Meeting).where(Meeting.event_id == event.id, Meeting.state == MeetingState.SCHEDULED)
    mine = (col(Meeting.asker_id) == actor.person) | (col(Meeting.invitee_id) == actor.person)
    row = db.exec(query.where(mine).order_by(col(Meeting.starts_at))).first()
    if row is None:
        return otherwise
    met = get_meeting(db, actor, row.public_id)
    return LessonPlace(otherwise.programme, met.event, None, met.id, met.people)


def _chapter(db: Database, world: World, julien: Actor, report: ReportInProgramme, said: Mapping[str, Any]) -> None:
    """A chapter with its text, the cards that belong to it, and the findings that it is about."""
    row = add_chapter(db, julien, report, title=said["title"])
    write_chapter(
        db, julien, report, chapter=row.public_id, title=said["title"], text="\n\n".join(said["text"])
    )  # fmt: skip
    cards = {one["title"] for one in document("report.json")["lessons"] if one["chapter"] == said["key"]}
    words = quotation_of_demo(db, world).quotation.public_id if said["quotation"] else ""
    findings = [one for one in material_for(db, report).values() if one.kind is ItemKind.FINDING]
    wanted = [findings[number - 1].code for number in said["findings"]]
    for one in material_for(db, report).values():
        if (one.kind is ItemKind.LESSON and one.title in cards) or (words and one.public_id == words):
            wanted.append(one.code)
    if wanted:
        put_into_report(db, julien, report, chapter=row.public_id, material=wanted)
