"""Pages of what follows a peer review: the host's responses, its action plan, follow-ups, feedback, and the end."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlmodel import select

from events.core import clock
from sessions.peer_reviews.action_plans import ActionState, ReviewAction, move_action
from sessions.peer_reviews.feedback import ReviewFeedback
from sessions.peer_reviews.findings import FindingState, Response
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import ReviewState, steps_of
from sessions.peer_reviews.templates import StepKind
from tests.frontend.browser import Browser
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import hold, make_action, make_finding
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PROOF = ("calls.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found)
    return found


@pytest.fixture
def finding(db, review):
    return make_finding(db, review)


@pytest.fixture
def hal(db, review):
    return Browser(db, review.people["hal"])


def here(review):
    return f"/e/peer-days/reviews/{review.subject.review.public_id}"


def record_of(review, finding):
    return f"{here(review)}/records/{finding.finding.public_id}"


def page_of(review, action):
    return f"{here(review)}/actions/{action.action.public_id}"


def begun(db, review, kind):
    """A moment after a step has begun."""
    step = next(one for one in steps_of(db, review.event.id) if one.kind is kind)
    return step.starts_at + timedelta(hours=1)


# --- Responses


def test_a_host_answers_and_what_it_said_before_stays(db, review, finding, hal):
    address = record_of(review, finding)

    first = hal.send(address + "/respond", response="reject", why="Too dear.", version=str(finding.finding.version))
    second = hal.send(
        address + "/respond", response="adapt", why="With less.", version=str(finding.finding.version + 1)
    )

    assert "Rejected" in first.text
    assert "With less." in second.text
    assert "What was said before" in second.text
    assert "Too dear." in second.text
    assert "Too dear." not in Browser(db).get(address).text


def test_no_answer_and_no_reason_are_refused_and_what_was_typed_stays(db, review, finding, hal):
    address, version = record_of(review, finding), str(finding.finding.version)

    no_answer = hal.send(address + "/respond", why="We thought long about it.", version=version)
    no_reason = hal.send(address + "/respond", response="reject", why=" ", version=version)
    too_long = hal.send(address + "/respond", response="adapt", why="x" * 4001, version=version)

    assert [one.status for one in (no_answer, no_reason, too_long)] == [422, 422, 422]
    assert "Please choose an answer." in no_answer.text
    assert "We thought long about it." in no_answer.html
    assert "Please say why." in no_reason.text
    assert 'value="reject" name="response" required="" checked=""' in no_reason.html
    assert "x" * 4001 in too_long.html
    db.expire_all()
    assert finding.finding.response is Response.NONE


def test_two_who_answer_for_a_host_do_not_write_over_each_other(db, review, finding, hal):
    version = str(finding.finding.version)
    respond_to_finding(db, again(db, review.ada), finding, response=Response.ACCEPT, why="By Ada.")

    refused = hal.send(record_of(review, finding) + "/respond", response="reject", why="By Hal.", version=version)

    assert refused.status == 409
    assert "Somebody else has just changed this." in refused.text
    assert "By Hal." in refused.html
    assert "By Ada." in refused.text


def test_who_may_answer_and_who_may_read(db, review, finding):
    draft = make_finding(db, review, 2, state=FindingState.DRAFT)
    address = record_of(review, finding)
    people = {"ada": again(db, review.ada), "bo": review.people["bo"], "xi": make_person(db, "Xi Xu"), "": None}
    sent = {"response": "accept", "version": "1"}

    read = {name: Browser(db, one).get(address).status for name, one in people.items()}
    answered = {name: Browser(db, people[name]).send(address + "/respond", **sent).status for name in ("bo", "xi")}
    of_draft = Browser(db, people["ada"]).send(record_of(review, draft) + "/respond", **sent)
    hold(db, review, ReviewState.PUBLISHED)
    published = {name: Browser(db, people[name]).get(address).status for name in ("xi", "")}

    assert read == {"ada": 200, "bo": 200, "xi": 404, "": 404}
    assert answered == {"bo": 403, "xi": 404}
    assert (of_draft.status, "This finding is not agreed." in of_draft.text) == (409, True)
    assert published == {"xi": 200, "": 200}
    assert "Save the response" not in Browser(db).get(address).text
    assert "What is done about it" not in Browser(db).get(address).text


# --- Actions


def test_an_action_is_planned_and_each_thing_that_is_missing_is_said(db, review, finding, hal):
    address, zoe = record_of(review, finding) + "/actions", make_person(db, "Zoe Zander")

    empty = hal.send(address, action=" ", due_on="", owner="", owner_email="")
    no_day = hal.send(address, action="Call.", due_on="soon", owner="The secretary")
    stranger = hal.send(address, action="Call.", due_on="2026-06-30", owner_email="nobody@example.org")
    planned = hal.send(address, action="Call.", due_on="2026-06-30", owner_email=person_of(db, zoe).email)

    assert [one.status for one in (empty, no_day, stranger, planned)] == [422, 422, 422, 200]
    for sentence in ("Please say who does it.", "Please say until when.", "Please say what is to be done."):
        assert sentence in empty.text
    assert "Please give a day" in no_day.text
    assert "Nobody here has this address. Name them in words instead." in stranger.text
    assert 'value="nobody@example.org"' in stranger.html
    for one in (no_day, stranger):
        assert "Call.</textarea>" in one.html
    assert "Until Tue, 30 Jun 2026" in planned.text
    assert [one.owner_id for one in db.exec(select(ReviewAction))] == [zoe.person]
    assert Browser(db, review.people["bo"]).send(address, action="Mine.", due_on="2026-06-30", owner="I").status == 403


def test_an_action_is_changed_by_the_host_alone_and_not_over_somebody_else(db, review, finding, hal):
    action = make_action(db, review, finding)
    address = page_of(review, action)
    texts = {"action": "Call each twice.", "due_on": "2026-07-31", "owner": "The board", "version": "1"}

    bare = hal.send(address, **texts | {"action": ""})
    peer = Browser(db, review.people["bo"]).send(address, **texts)
    saved = hal.send(address, **texts)
    late = hal.send(address, **texts | {"action": "Call each thrice."})

    assert (bare.status, "Please say what is to be done." in bare.text) == (422, True)
    assert 'value="The board"' in bare.html
    assert peer.status == 403
    assert "Call each twice." in saved.text
    assert "Fri, 31 Jul 2026" in saved.text
    assert (late.status, "Somebody else has just changed this." in late.text) == (409, True)
    assert "Call each thrice." in late.html


def test_before_a_follow_up_an_action_is_moved_with_reason_or_proof(db, review, finding, hal):
    action = make_action(db, review, finding)
    address = page_of(review, action)

    no_state = hal.send(address + "/state", proof="A list.", version="1")
    no_reason = hal.send(address + "/state", state="dropped", proof="A list.", version="1")
    no_proof = hal.send(address + "/state", state="done", reason="Because.", version="1")
    early = hal.send(address + "/report", state="in work", note="Ten.", version="1")
    done = hal.upload(address + "/state", "file", PROOF, state="done", version="1")
    late = hal.send(address + "/state", state="open", proof="Mine.", version="1")

    assert [one.status for one in (no_state, no_reason, no_proof, early, done, late)] == [422, 422, 422, 409, 200, 409]
    assert "Please choose how far it is." in no_state.text
    assert "A list.</textarea>" in no_state.html
    assert "Please say why it is dropped." in no_reason.text
    assert "A list.</textarea>" in no_reason.html
    assert "Please say what shows that it is done, or add a file." in no_proof.text
    assert "Because.</textarea>" in no_proof.html
    assert "No follow-up has begun." in early.text
    assert "Fetch the file" in done.text
    assert "Mine.</textarea>" in late.html
    assert hal.get(address + "/proof").content == PROOF[1]
    assert Browser(db, make_person(db, "Xi Xu")).get(address + "/proof").status == 404
    assert Browser(db, review.people["bo"]).send(address + "/state", state="open", version="2").status == 403


def test_in_a_follow_up_words_are_asked_for_and_what_was_typed_stays(db, review, finding):
    action = make_action(db, review, finding)
    address = page_of(review, action)
    with clock.frozen_at(begun(db, review, StepKind.FOLLOW_UP_3)):
        hal = Browser(db, review.people["hal"])
        shown = hal.get(address)
        no_words = hal.send(address + "/report", state="in work", note=" ", proof="A list.", version="1")
        too_long = hal.send(address + "/report", state="in work", note="x" * 1001, version="1")
        no_proof = hal.send(address + "/report", state="done", note="All are called.", version="1")
        said = hal.send(address + "/report", state="in work", note="Ten are called.", version="1")
        again_so = hal.send(address + "/report", state="in work", note="Twenty are called.", version="2")
        plan = hal.get(here(review) + "/plan")

    assert "Follow-up after 3 months" in shown.text
    assert [one.status for one in (no_words, too_long, no_proof, said, again_so)] == [422, 422, 422, 200, 200]
    assert "Please say how it stands." in no_words.text
    assert "A list.</textarea>" in no_words.html
    assert 'href="#f-note"' in too_long.html
    assert "All are called.</textarea>" in no_proof.html
    assert "Follow-up after 3 months: In work Ten are called." in said.text
    assert "Ten are called." not in again_so.text
    assert "Follow-up after 3 months: Twenty are called." in plan.text


def test_whoever_does_it_reports_without_a_place_in_the_review_and_sees_nothing_else(db, review, finding):
    zoe = make_person(db, "Zoe Zander")
    action = make_action(db, review, finding, owner="", owner_person=person_of(db, zoe))
    address, page = page_of(review, action), Browser(db, zoe)

    shown, moved = page.get(address), page.send(address + "/state", state="in work", version="1")

    assert "The whole action plan" not in shown.text
    assert "Change the action" not in shown.text
    assert "In work" in moved.text
    assert [page.get(here(review) + path).status for path in ("", "/plan", "/plan.csv", "/feedback")] == [404] * 4
    assert page.get(record_of(review, finding)).status == 404


def test_who_reads_a_proof_without_names_leaves_them_in_it(db, review, finding):
    zoe = make_person(db, "Zoe Zander")
    action = make_action(db, review, finding, owner="", owner_person=person_of(db, zoe))
    first = {"proof": "Bo Berg has seen the list.\r\nCy Costa has seen the list.", "version": "1"}
    Browser(db, review.people["hal"]).send(page_of(review, action) + "/state", state="in work", **first)
    page = Browser(db, zoe)
    read = "[…] has seen the list.\r\n[…] has seen the list."

    shown = page.get(page_of(review, action))
    more = {"proof": f"{read}\r\nI have it too.", "version": "2"}
    page.send(page_of(review, action) + "/state", state="done", **more)

    assert read.replace("\r\n", "\n") in shown.html
    assert "Bo Berg" not in shown.html
    db.expire_all()
    kept = db.exec(select(ReviewAction.proof)).one()
    assert kept == "Bo Berg has seen the list.\nCy Costa has seen the list.\nI have it too."


# --- The plan


def test_a_plan_without_findings_says_when_there_are_some(db, review, hal):
    make_finding(db, review, state=FindingState.DRAFT)

    page = hal.get(here(review) + "/plan")

    assert "No findings are agreed yet" in page.text
    assert here(review) + "/plan.csv" not in page.links


def test_the_plan_is_for_those_inside_and_asks_as_often_for_ten_findings_as_for_two(db, review, hal, queries):
    counts = []
    for number in range(1, 11):
        record = make_finding(db, review, number)
        make_action(db, review, record)
        if number in (2, 10):
            hal.get(here(review) + "/plan")
            queries.clear()
            page = hal.get(here(review) + "/plan")
            counts.append(len(queries))

    assert counts == [9, 9]
    assert page.text.count("Call each member once.") == 10
    assert Browser(db, review.people["ole"]).get(here(review) + "/plan").status == 200
    assert Browser(db, make_person(db, "Xi Xu")).get(here(review) + "/plan").status == 404
    assert "Sign in" in Browser(db).get(here(review) + "/plan").html


def test_the_plan_leaves_as_a_table(db, review, finding, hal):
    move_action(db, review.people["hal"], make_action(db, review, finding), state=ActionState.IN_WORK, version=1)

    found = hal.get(here(review) + "/plan.csv")
    [header, row] = csv.reader(io.StringIO(found.content.decode("utf-8-sig")))
    sheet = hal.get(here(review) + "/plan.xlsx")

    assert dict(zip(header, row, strict=True))["Action"] == "Call each member once."
    assert dict(zip(header, row, strict=True))["Until"] == "2026-06-30"
    assert "Costa" not in found.content.decode()
    assert sheet.content[:2] == b"PK"


def test_who_runs_it_sees_what_the_host_owes_and_the_host_does_not(db, review, finding):
    make_action(db, review, finding)
    with clock.frozen_at(begun(db, review, StepKind.FOLLOW_UP_6)):
        organiser = Browser(db, again(db, review.ada)).get(here(review) + "/plan")
        host = Browser(db, review.people["hal"]).get(here(review) + "/plan")

    assert "What the host owes" in organiser.text
    assert "Follow-up after 6 months" in organiser.text
    assert "1 answer is missing" in organiser.text
    assert "What the host owes" not in host.text


def test_a_review_is_closed_after_its_follow_up_and_then_nothing_changes(db, review, finding):
    action = make_action(db, review, finding)
    ada, hal = again(db, review.ada), review.people["hal"]
    early = Browser(db, ada).send(here(review) + "/close")
    not_theirs = Browser(db, hal).send(here(review) + "/close")
    with clock.frozen_at(begun(db, review, StepKind.FOLLOW_UP_12) + timedelta(days=30)):
        closed = Browser(db, ada).send(here(review) + "/close")
        twice = Browser(db, ada).send(here(review) + "/close")
        late = Browser(db, hal).send(page_of(review, action) + "/report", state="in work", note="Ten.", version="1")
        page = Browser(db, hal).get(page_of(review, action))

    assert (early.status, "Actions are unfinished" in early.text) == (409, True)
    assert not_theirs.status == 403
    assert "The review is closed." in closed.html
    assert (twice.status, late.status) == (409, 409)
    assert "This review is over." in late.text
    assert "Change the action" not in page.text
    assert "How far is it?" not in page.text


# --- Feedback


def test_feedback_is_asked_for_once_the_meeting_has_begun(db, review):
    bo = Browser(db, review.people["bo"])

    shown = bo.get(here(review) + "/feedback")
    sent = bo.send(here(review) + "/feedback", score="5")

    assert "Feedback is asked for once the meeting has begun." in shown.text
    assert here(review) + "/feedback" not in shown.forms
    assert (sent.status, "Feedback is asked for once the meeting has begun." in sent.text) == (409, True)


def test_feedback_needs_one_of_the_answers_keeps_the_words_and_can_be_changed(db, review):
    with clock.frozen_at(begun(db, review, StepKind.FEEDBACK)):
        bo, address = Browser(db, review.people["bo"]), here(review) + "/feedback"
        no_score = bo.send(address, kept="The questions.", changed="The hours.")
        strange = bo.send(address, score="7", kept="The questions.")
        long = bo.send(address, score="4", kept="x" * 1001)
        given = bo.send(address, score="4", kept="The questions.")
        changed = bo.send(address, score="2", kept="Nothing.")

    assert [one.status for one in (no_score, strange, long, given, changed)] == [422, 422, 422, 200, 200]
    assert "Please choose one of the answers." in no_score.text
    assert "The questions.</textarea>" in no_score.html
    assert "The hours.</textarea>" in no_score.html
    assert "x" * 1001 in long.html
    assert "Nobody sees who said it." in given.html
    assert "Change my feedback" in changed.text
    assert [(one.score, one.kept) for one in db.exec(select(ReviewFeedback))] == [(2, "Nothing.")]


def test_organisers_see_figures_from_three_answers_on_and_nobody_else_does(db, review):
    ada, address = again(db, review.ada), here(review) + "/feedback"
    with clock.frozen_at(begun(db, review, StepKind.FEEDBACK)):
        texts = []
        for name, score in (("bo", "5"), ("cy", "4"), ("di", "3")):
            Browser(db, review.people[name]).send(address, score=score, kept=f"Word of {name}.")
            texts.append(Browser(db, ada).get(address).text)
        peer = Browser(db, review.people["bo"]).get(address).text
        host = Browser(db, review.people["hal"]).get(address).text

    assert "1 answer so far." in texts[0]
    assert "Word of" not in texts[1]
    assert "4.0" in texts[2]
    assert "Word of cy." in texts[2]
    assert "Bo Berg" not in texts[2]
    assert "Word of cy." not in peer + host
    assert Browser(db, ada).send(address, score="1").status == 403


def test_a_day_that_an_action_is_due_is_the_day_that_was_given(db, review, finding, hal):
    """No zone moves it: it is a day, not a moment."""
    person = person_of(db, review.people["hal"])
    person.zone = "Pacific/Auckland"
    db.add(person)

    planned = hal.send(record_of(review, finding) + "/actions", action="Call.", due_on="2026-06-30", owner="I")

    assert "Until Tue, 30 Jun 2026" in planned.text
    assert db.exec(select(ReviewAction.due_on)).one() == date(2026, 6, 30)
