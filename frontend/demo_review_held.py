"""The demo's finished peer review: held three months ago, published, answered by its host, and followed up now."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from frontend.demo import World, document, step
from frontend.demo_review_steps import (
    assess,
    hold_parts,
    note,
    person_called,
    programme_of_demo,
    review_event,
    review_seen_by,
    start_with,
    write_finding,
    write_on_boards,
)
from sessions.peer_reviews.action_plans import ActionState, actions_of, get_action, move_action, plan_action
from sessions.peer_reviews.agenda import agenda_of, plan_agenda
from sessions.peer_reviews.desk_notes import release_desk_notes
from sessions.peer_reviews.feedback import give_feedback
from sessions.peer_reviews.findings import Response, findings_of
from sessions.peer_reviews.follow_ups import report_on_action
from sessions.peer_reviews.live import hold_review_meeting
from sessions.peer_reviews.records import FindingRecord
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import ReviewInEvent, ReviewRole
from sessions.peer_reviews.writing_up import FindingInReview, agree_finding
from sessions.reports.editing import fill_report, write_chapter, write_report
from sessions.reports.quotations import (
    Quotation,
    QuotationInProgramme,
    QuotingPlace,
    agree_to_quotation,
    ask_for_quotation,
)
from sessions.reports.reports import (
    ChapterPart,
    ReportInProgramme,
    chapters_of,
    report_of_review,
    report_with_sources,
    start_review_report,
)
from sessions.reports.versions import approve_report, get_version, hand_report_in

HELD = "First Peer Review"
HOST = "Kristjan Kask"
PEOPLE = {
    HOST: ReviewRole.HOST, "Mel Meyer": ReviewRole.MODERATOR, "Julien Faure": ReviewRole.RAPPORTEUR,
    "Dee Dumont": ReviewRole.PEER, "Joana Pinto": ReviewRole.PEER, "Marco Bianchi": ReviewRole.PEER,
}  # fmt: skip


def held_review(world: World) -> None:
    """From the first letter to the follow-up after three months, which is open."""
    said: dict[str, Any] = document("reviews.json")["held"]
    live = (world.start - timedelta(days=95)).replace(hour=8, minute=0)
    review_event(world, HELD, live - timedelta(days=46), live)
    _prepare(world, said, live)
    _meet(world, said, live)
    with step(live + timedelta(days=3)) as db:
        for name, score, kept, changed in said["feedback"]:
            actor, subject = review_seen_by(db, world, HELD, name)
            give_feedback(db, actor, subject, score=score, kept=kept, changed=changed)
    _publish(world, said, live)
    with step(live + timedelta(days=40)) as db:
        _respond(db, world, said)
    _act(world, said)


def _prepare(world: World, said: dict[str, Any], live: datetime) -> None:
    with step(live - timedelta(days=44)) as db:
        start_with(db, world, HELD, "Baltic Wood & Furniture Cluster", said, PEOPLE)
    with step(live - timedelta(days=30)) as db:
        assess(db, world, HELD, HOST, said["answers"])
    for one in said["notes"]:
        with step(live - timedelta(days=20)) as db:
            note(db, world, HELD, one["name"], one)
    with step(live - timedelta(days=14)) as db:
        mel, subject = review_seen_by(db, world, HELD, "Mel Meyer")
        release_desk_notes(db, mel, subject)
    with step(live - timedelta(days=12)) as db:
        mel, subject = review_seen_by(db, world, HELD, "Mel Meyer")
        plan_agenda(db, mel, subject, starts=[live, live + timedelta(days=1)])


def _meet(world: World, said: dict[str, Any], live: datetime) -> None:
    """Two mornings; the rapporteur writes down what all agree on, and the meeting ends."""
    entries = [("Julien Faure", *one) for one in said["board"]]
    for number in (0, 1):
        with step(live + timedelta(days=number)) as db:
            mel, subject = review_seen_by(db, world, HELD, "Mel Meyer")
            hold_parts(db, mel, subject, agenda_of(db, subject.id)[number].lines)
            write_on_boards(db, world, HELD, entries[number::2])
    with step(live + timedelta(days=1, hours=4)) as db:
        julien, subject = review_seen_by(db, world, HELD, "Julien Faure")
        for one in said["findings"]:
            row = write_finding(db, world, julien, subject, one)
            agree_finding(db, julien, FindingInReview(row, subject.review, subject.event), version=row.version)
        mel, subject = review_seen_by(db, world, HELD, "Mel Meyer")
        hold_review_meeting(db, mel, subject)


def _publish(world: World, said: dict[str, Any], live: datetime) -> None:
    """The rapporteur writes the report and hands it in; Ada, who has read it, approves it."""
    with step(live + timedelta(days=9)) as db:
        julien, subject = review_seen_by(db, world, HELD, "Julien Faure")
        quoted = said["quotation"]
        ask_for_quotation(
            db, julien, QuotingPlace(programme_of_demo(db), subject.review, subject.event),
            person=person_called(db, world, quoted["name"]), text=quoted["text"], about=quoted["about"],
        )  # fmt: skip
    with step(live + timedelta(days=10)) as db:
        words = quotation_of_demo(db, world)
        agree_to_quotation(db, world.actor(db, HOST), words, named=True)
    with step(live + timedelta(days=16)) as db:
        julien, subject = review_seen_by(db, world, HELD, "Julien Faure")
        start_review_report(db, julien, subject, title=f"Review report: {said['topic']}", language="en")
        report = _report(db, subject)
        write_report(
            db, julien, report, title=report.report.title, lead=said["report_lead"], language="en", version=1
        )  # fmt: skip
        texts = {ChapterPart.CASE: said["report_case"], ChapterPart.ITEMS: said["report_items"]}
        for one in chapters_of(db, report.id):
            if one.part in texts:
                write_chapter(db, julien, report, chapter=one.public_id, title=one.title, text=texts[one.part])
        fill_report(db, julien, report)
        hand_report_in(db, julien, report)
    with step(live + timedelta(days=21)) as db:
        ada, subject = review_seen_by(db, world, HELD, "Ada Adler")
        approve_report(db, ada, get_version(db, ada, _report(db, subject), 1))


def _report(db: Database, subject: ReviewInEvent) -> ReportInProgramme:
    found = report_of_review(db, subject.id)
    assert found is not None
    return report_with_sources(db, found, programme_of_demo(db))


def quotation_of_demo(db: Database, world: World) -> QuotationInProgramme:
    """What the host of the finished review said, which stands in reports."""
    row = db.exec(select(Quotation).where(Quotation.person_id == world.people[HOST])).one()
    return QuotationInProgramme(row, programme_of_demo(db))


def _respond(db: Database, world: World, said: dict[str, Any]) -> None:
    """The host says something to each finding, and plans what to do about those that it takes over."""
    host, subject = review_seen_by(db, world, HELD, HOST)
    findings = findings_of(db, subject.id)
    for row, one in zip(findings, said["findings"], strict=True):
        found = FindingRecord(row, subject.review, subject.event)
        respond_to_finding(db, host, found, response=Response(one["response"]), why=one["why"])
    for one in said["actions"]:
        is_host = one["owner"] == HOST
        plan_action(
            db, host, FindingRecord(findings[one["finding"] - 1], subject.review, subject.event), action=one["action"],
            due_on=(world.start + timedelta(days=one["due"])).date(), owner="" if is_host else one["owner"],
            owner_person=person_called(db, world, HOST) if is_host else None,
        )  # fmt: skip


def _act(world: World, said: dict[str, Any]) -> None:
    """Some of it is done, some in work; of the follow-up that is open, the host has said half."""
    with step(world.start - timedelta(days=32)) as db:
        host, subject = review_seen_by(db, world, HELD, HOST)
        for number, one in enumerate(said["actions"]):
            if one["state"] != ActionState.OPEN:
                _move(db, host, subject, number, ActionState(one["state"]), one.get("proof", ""))
    with step(world.start - timedelta(days=1)) as db:
        host, subject = review_seen_by(db, world, HELD, HOST)
        for number, one in enumerate(said["actions"]):
            if "report" in one:
                row = actions_of(db, subject.id)[number]
                found = get_action(db, host, subject, row.public_id)
                report_on_action(db, host, found, state=row.state, note=one["report"], version=row.version)


def _move(db: Database, host: Actor, subject: ReviewInEvent, number: int, state: ActionState, proof: str) -> None:
    row = actions_of(db, subject.id)[number]
    move_action(
        db, host, get_action(db, host, subject, row.public_id), state=state, proof=proof, version=row.version
    )  # fmt: skip
