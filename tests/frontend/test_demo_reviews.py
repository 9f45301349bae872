"""The demo's peer reviews: one finished, one live at the moment at which the demo is loaded, a report worth reading."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import Database, forget_engines, reading
from events.core.settings import use_settings
from events.people import Person
from events.roles import actor_for
from frontend.app import make_app
from frontend.demo import load_demo_once
from frontend.demo_events import event_called
from frontend.demo_review_held import HELD
from frontend.demo_review_live import LIVE
from frontend.demo_review_steps import programme_of_demo
from sessions.lessons import LessonCard
from sessions.peer_reviews.action_plans import ActionState, actions_of
from sessions.peer_reviews.agenda import agenda_of
from sessions.peer_reviews.findings import FindingState, Response, findings_of
from sessions.peer_reviews.follow_ups import owed_by_host
from sessions.peer_reviews.live import part_on, speakers_of
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewRole,
    ReviewState,
    places_of,
)
from sessions.peer_reviews.shared_board import board_entries
from sessions.peer_reviews.templates import StepKind
from sessions.reports.material import not_used
from sessions.reports.reports import Report, ReportKind, chapters_of, report_of_review, report_with_sources
from sessions.reports.versions import VersionState, draft_document, versions_of
from tests.conftest import SECRET
from tests.makers import NOW


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo, loaded NOW."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "folkmoot.db")
    use_settings(
        database_url=f"sqlite:///{folder}/folkmoot.db", secret=SECRET, files=folder / "files", demo=True,
        public_url="http://127.0.0.1:8000",
    )  # fmt: skip
    make_app()
    with clock.frozen_at(NOW):
        load_demo_once(NOW)
    yield
    forget_engines()


@pytest.fixture
def db(demo: None) -> Iterator[Database]:
    with reading() as handle:
        yield handle


def review_of(db: Database, event: str) -> ReviewInEvent:
    found = event_called(db, event)
    return ReviewInEvent(db.exec(select(PeerReview).where(PeerReview.event_id == found.id)).one(), found.event)


def roles_in(db: Database, subject: ReviewInEvent) -> dict[ReviewRole, int]:
    taken = [one.role for one in places_of(db, subject.id) if one.state is PlaceState.ACCEPTED]
    return {role: taken.count(role) for role in taken}


def test_a_review_is_live_at_the_moment_at_which_the_demo_is_loaded(db: Database) -> None:
    subject = review_of(db, LIVE)
    mel = actor_for(db, db.exec(select(Person.id).where(Person.name == "Mel Meyer")).one())

    on = part_on(db, subject.id)
    [day] = agenda_of(db, subject.id)

    assert subject.review.state is ReviewState.PREPARING  # until its moderator says that the meeting was held
    assert on is not None and on.started_at is not None
    assert on.started_at <= NOW < on.started_at + timedelta(seconds=on.seconds)
    assert day.day.starts_at < NOW < day.ends_at
    assert [one.part.ended_at is not None for one in day.lines].index(False) == 8  # parts before it were held
    assert roles_in(db, subject) == {
        ReviewRole.HOST: 2, ReviewRole.MODERATOR: 1, ReviewRole.RAPPORTEUR: 1, ReviewRole.PEER: 4,
        ReviewRole.OBSERVER: 1,
    }  # fmt: skip
    assert [one.speaks for one in speakers_of(db, mel, subject)] == [True, False, False]
    assert [(one.kind, one.question) for one in board_entries(db, mel, subject)] == [
        ("finding", 1), ("finding", 1), ("recommendation", 1), ("recommendation", 1), ("finding", 2), ("finding", 2)
    ]  # fmt: skip
    assert [one.state for one in findings_of(db, subject.id)] == [FindingState.AGREED, FindingState.DRAFT]


def test_a_review_is_finished_and_its_follow_up_open(db: Database) -> None:
    subject = review_of(db, HELD)

    findings, actions = findings_of(db, subject.id), actions_of(db, subject.id)

    assert subject.review.state is ReviewState.PUBLISHED
    report = report_of_review(db, subject.id)
    assert report is not None
    assert [one.state for one in versions_of(db, report.id or 0)] == [VersionState.PUBLISHED]
    assert {one.response for one in findings} == {Response.ACCEPT, Response.ADAPT, Response.REJECT}
    assert {one.state for one in actions} == {ActionState.OPEN, ActionState.IN_WORK, ActionState.DONE}
    assert [(one.kind, one.count) for one in owed_by_host(db, subject)] == [(StepKind.FOLLOW_UP_3, 4)]


def test_a_report_over_all_reviews_waits_and_is_worth_reading(db: Database) -> None:
    programme = programme_of_demo(db)
    row = db.exec(select(Report).where(Report.kind == ReportKind.LESSONS)).one()
    subject = report_with_sources(db, row, programme)

    words = sum(len(one.text.split()) for one in chapters_of(db, subject.id)) + len(row.lead.split())
    cards = db.exec(select(LessonCard)).all()

    assert [one.state for one in versions_of(db, subject.id)] == [VersionState.IN_REVIEW]
    assert words > 1000
    assert not_used(db, subject) == []
    came_from = {(one.review_id is not None, one.event_id is not None, one.meeting_id is not None) for one in cards}
    assert came_from == {(True, True, False), (False, True, False), (False, True, True)}
    assert any("What we do not know yet" in str(block) for block in draft_document(db, subject).blocks)


def test_nobody_whom_the_private_review_protects_is_named_in_its_report(db: Database) -> None:
    row = db.exec(select(Report).where(Report.kind == ReportKind.LESSONS)).one()

    told = str(draft_document(db, report_with_sources(db, row, programme_of_demo(db))))

    assert "Kristjan Kask" in told  # the host, who agreed to be quoted
    assert [name for name in ("Dee Dumont", "Joana Pinto", "Marco Bianchi") if name in told] == []
