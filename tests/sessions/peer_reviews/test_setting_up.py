"""Rules, steps and questions: what an organiser can change, and what comes along to another event."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.cloning import clone_event
from events.core import clock
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import has_timer
from events.events import EventClosedAlready, close_event
from sessions.peer_reviews.assessment_questions import (
    AskedOfHosts,
    assessment_questions_of,
    set_assessment_questions,
)
from sessions.peer_reviews.reviews import Attribution, rules_of, steps_of
from sessions.peer_reviews.setting_up import RulesPlan, change_step, get_step, set_review_rules
from sessions.peer_reviews.steps import NEAR, step_of
from sessions.peer_reviews.templates import AFTER_THE_MEETING, StepKind
from tests.frontend.browser import Browser
from tests.makers import again, make_event, make_person, make_programme
from tests.sessions.makers_reviews import make_review_event

PLAN = RulesPlan(2, 4, 2, 1, 3, Attribution.NAMED, ("de", "en"))


@pytest.fixture
def ada(db):
    return make_person(db, "Ada Adler")


@pytest.fixture
def event(db, ada):
    return make_review_event(db, ada)


def test_rules_are_set_for_reviews_to_come(db, ada, event):
    set_review_rules(db, again(db, ada), event, plan=PLAN)

    rules = rules_of(db, event.id)
    assert rules is not None
    assert (rules.peers_min, rules.peers_max, rules.countries_min, rules.attribution, rules.languages) == (
        2, 4, 2, Attribution.NAMED, ["de", "en"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (RulesPlan(0, 4, 0, 1, 3, Attribution.NAMED, ("en",)), "peers_min"),
        (RulesPlan(3, 2, 2, 1, 3, Attribution.NAMED, ("en",)), "peers_max"),
        (RulesPlan(2, 4, 3, 1, 3, Attribution.NAMED, ("en",)), "countries_min"),
        (RulesPlan(2, 4, 2, 4, 3, Attribution.NAMED, ("en",)), "questions_max"),
        (RulesPlan(2, 4, 2, 1, 3, Attribution.NAMED, ("xx",)), "languages"),
        (RulesPlan(2, 4, 2, 1, 3, Attribution.NAMED, ()), "languages"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(db, ada, event, plan, field):
    with pytest.raises(Invalid) as refused:
        set_review_rules(db, again(db, ada), event, plan=plan)

    assert list(refused.value.fields) == [field]


def test_only_organisers_of_a_peer_review_set_its_rules(db, ada, event):
    with pytest.raises(NotAllowed):
        set_review_rules(db, make_person(db, "Xi Xu"), event, plan=PLAN)


def test_a_moved_step_is_told_and_one_that_is_only_renamed_is_not(db, ada, event):
    subject, now = get_step(db, event, "desk notes"), clock.now()
    starts, ends = subject.step.starts_at, subject.step.ends_at

    change_step(db, again(db, ada), subject, starts_at=starts, ends_at=ends, title="Reading")
    renamed = [
        one.kind
        for one in db.exec(select(JournalEntry).order_by(col(JournalEntry.id)))
        if one.kind.startswith("ReviewStep")
    ]
    change_step(db, again(db, ada), subject, starts_at=now, ends_at=now + timedelta(days=3), title="Reading")
    moved = [
        one.kind
        for one in db.exec(select(JournalEntry).order_by(col(JournalEntry.id)))
        if one.kind.startswith("ReviewStep")
    ]

    assert renamed == ["ReviewStepChanged"]
    assert moved == ["ReviewStepChanged", "ReviewStepMoved"]
    assert has_timer(db, NEAR, subject.step.id)


def test_a_step_that_is_left_out_is_not_on_and_reminds_nobody(db, ada, event):
    subject = get_step(db, event, "desk notes")

    change_step(
        db, again(db, ada), subject, starts_at=subject.step.starts_at, ends_at=subject.step.ends_at, is_on=False
    )

    assert step_of(db, event.id, StepKind.DESK_NOTES) is None
    assert StepKind.DESK_NOTES not in {one.kind for one in steps_of(db, event.id)}
    assert not has_timer(db, NEAR, subject.step.id)


def test_a_step_that_ends_before_it_begins_is_refused(db, ada, event):
    subject, now = get_step(db, event, "peers"), clock.now()

    with pytest.raises(Invalid) as refused:
        change_step(db, again(db, ada), subject, starts_at=now, ends_at=now)
    assert list(refused.value.fields) == ["ends_at"]


def test_hosts_are_asked_standard_questions_that_organisers_change(db, ada, event):
    standard = assessment_questions_of(db, event.id)
    kept = AskedOfHosts("Which region?", "Context", which=standard[0].public_id)

    set_assessment_questions(db, again(db, ada), event, questions=[AskedOfHosts("Who are you?"), kept])

    asked = assessment_questions_of(db, event.id)
    assert {one.section for one in standard} == {
        "Context", "Governance", "Services", "Members", "Funding", "Results",
    }  # fmt: skip
    assert [(one.text, one.section) for one in asked] == [("Who are you?", ""), ("Which region?", "Context")]
    assert asked[1].id == standard[0].id


def test_no_question_and_too_long_ones_are_refused(db, ada, event):
    with pytest.raises(Invalid):
        set_assessment_questions(db, again(db, ada), event, questions=[AskedOfHosts(" ")])
    with pytest.raises(Invalid) as refused:
        set_assessment_questions(db, again(db, ada), event, questions=[AskedOfHosts("Fine?"), AskedOfHosts("x" * 501)])
    assert list(refused.value.fields) == ["question-1"]


def test_another_event_like_it_has_the_same_rules_steps_and_questions_on_its_own_dates(db, ada, event):
    set_review_rules(db, again(db, ada), event, plan=PLAN)
    set_assessment_questions(db, again(db, ada), event, questions=[AskedOfHosts("Who are you?", "Context", "Shortly.")])
    subject = get_step(db, event, "agenda")
    change_step(
        db, again(db, ada), subject, starts_at=subject.step.starts_at, ends_at=subject.step.ends_at, title="Plan",
        is_on=False,
    )  # fmt: skip
    begins = next(one.starts_at for one in event.phases if one.kind == "live")

    made = clone_event(
        db, again(db, ada), event, name="Again", starts_on=(begins + timedelta(days=70)).date()
    )  # fmt: skip

    rules = rules_of(db, made.id)
    assert rules is not None
    assert (rules.peers_max, rules.attribution, rules.languages) == (4, Attribution.NAMED, ["de", "en"])
    assert [(one.text, one.section, one.help) for one in assessment_questions_of(db, made.id)] == [
        ("Who are you?", "Context", "Shortly.")
    ]
    assert [one.kind for one in steps_of(db, made.id)] == [one.kind for one in steps_of(db, event.id)]
    assert get_step(db, made, "agenda").step.title == "Plan"
    for one, other in zip(steps_of(db, event.id), steps_of(db, made.id), strict=True):
        assert (other.starts_at.date() - one.starts_at.date()).days in {69, 70}
        assert has_timer(db, NEAR, other.id) == (other.ends_at > clock.now())


def test_an_event_that_is_no_peer_review_has_no_rules(db, ada):
    programme = make_programme(db, ada)
    hackathon = make_event(db, again(db, ada), programme)

    with pytest.raises(Conflict) as refused:
        set_review_rules(db, again(db, ada), hackathon, plan=PLAN)
    assert "no peer review" in str(refused.value)


def test_in_an_event_that_is_over_only_what_is_due_after_its_meetings_is_moved(db, ada, event):
    close_event(db, again(db, ada), event)
    later, before = get_step(db, event, "follow-up after 3 months"), get_step(db, event, "desk notes")
    dates = {"starts_at": clock.now() + timedelta(days=100), "ends_at": clock.now() + timedelta(days=120)}

    change_step(db, again(db, ada), later, **dates)
    with pytest.raises(EventClosedAlready):
        change_step(db, again(db, ada), before, **dates)
    page = Browser(db, again(db, ada)).get(f"/e/{event.event.slug}/reviews/rules")

    assert later.step.starts_at == dates["starts_at"]
    assert page.html.count('name="starts_at"') == len(AFTER_THE_MEETING)
