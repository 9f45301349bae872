"""Pages of a peer review before its meeting, in browsers without JavaScript: each person's part, and refusals."""

import pytest
from sqlmodel import select

from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.hosting import ApplicationState, HostApplication
from sessions.peer_reviews.peers import hosts_to_review
from sessions.peer_reviews.places import ask_into_review
from sessions.peer_reviews.reviews import (
    PlaceState,
    ReviewRole,
    ReviewState,
    places_of,
    questions_of,
    rules_of,
    start_review,
)
from sessions.peer_reviews.searches import search_next_peers
from sessions.peer_reviews.self_assessments import versions_of_assessment
from sessions.peer_reviews.setting_up import get_step
from sessions.peer_reviews.templates import StepKind
from tests.frontend.browser import Browser
from tests.makers import again, make_member, make_person, person_of
from tests.sessions.makers_review_hosts import (
    WHY,
    make_applicant,
    make_application,
    make_offer,
    open_step,
    place_of,
)
from tests.sessions.makers_reviews import QUESTIONS, make_review, make_review_event

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERE = "/e/peer-days/reviews"
PDF = ("report.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
CASE = {
    "topic": "Members that stay", "why": WHY, "revision": "1", "question-0": "How?", "question-1": "Who?",
    "question-2": "What?",
}  # fmt: skip


@pytest.fixture
def ada(db):
    return make_person(db, "Ada Adler")


@pytest.fixture
def event(db, ada):
    made = make_review_event(db, ada)
    open_step(db, ada, made, StepKind.CALL)
    open_step(db, ada, made, StepKind.PEERS)
    return made


@pytest.fixture
def review(db):
    made = make_review(db)
    for kind in (StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES, StepKind.PEERS):
        open_step(db, made.ada, made.event, kind)
    return made


def here(review):
    return f"{HERE}/{review.subject.review.public_id}"


def test_an_organiser_sets_rules_and_steps_and_keeps_what_was_refused(db, ada, event):
    page = Browser(db, again(db, ada))
    rules = {"peers_min": "2", "peers_max": "4", "countries_min": "0", "questions_min": "1", "questions_max": "2",
             "attribution": "named", "language": "de"}  # fmt: skip

    refused = page.send(HERE + "/rules", **rules | {"peers_max": "1"})
    saved = page.send(HERE + "/rules", **rules)

    assert (refused.status, saved.status) == (422, 200)
    assert "The most is at least the least" in refused.text
    assert 'value="1"' in refused.html
    db.expire_all()
    found = rules_of(db, event.id)
    assert (found.peers_max, found.countries_min, found.languages) == (4, 0, ["de"])


def test_an_organiser_moves_renames_and_leaves_out_a_step(db, ada, event):
    page = Browser(db, again(db, ada))
    step = {"kind": "desk notes", "starts_at": "2026-05-01T10:00", "ends_at": "2026-05-08T10:00", "title": "Reading"}

    refused = page.send(HERE + "/steps", **step | {"ends_at": "2026-04-08T10:00"})
    page.send(HERE + "/steps", **step)

    db.expire_all()
    found = get_step(db, event, "desk notes").step
    assert "The end has to be after the start." in refused.text
    assert (found.title, found.is_on, found.starts_at.hour) == ("Reading", False, 8)


def test_an_organiser_changes_what_hosts_are_asked(db, ada, event):
    page = Browser(db, again(db, ada))

    first = page.get(HERE + "/questions")
    refused = page.send(HERE + "/questions", **{"question-0": "x" * 501})
    page.send(HERE + "/questions", **{"question-0": "Who are you?", "section-0": "Context"})

    assert "Governance" in first.html
    assert "at most 500 characters" in refused.text
    assert "Who are you?" in page.get(HERE + "/questions").html


@pytest.mark.parametrize("page", ["/rules", "/questions", "/selection", "/proposal", "/board"])
def test_set_up_selection_and_board_are_for_organisers(db, event, page):
    assert Browser(db, make_person(db, "Xi Xu")).get(HERE + page).status == 403
    assert "Sign in" in Browser(db).get(HERE + page).html


def test_everybody_sees_the_call_and_when_it_is_over(db, ada, event):
    visitor = Browser(db)
    begun = visitor.get(HERE + "/hosts").text
    step = {"kind": "call for hosts", "starts_at": "2026-03-01T10:00", "ends_at": "2026-03-08T10:00", "is_on": "yes"}

    Browser(db, again(db, ada)).send(HERE + "/steps", **step)

    assert "Sign in to apply" in begun
    assert "ended on" in visitor.get(HERE + "/hosts").text


def test_a_member_applies_saves_hands_in_and_is_chosen(db, ada, event):
    actor, cluster = make_applicant(db, "Cy Costa", "PT")
    page, organiser = Browser(db, actor), Browser(db, again(db, ada))

    begun = page.send(HERE + "/hosts", organisation=cluster.public_id)
    refused = page.send(begun.path + "/hand-in", **CASE | {"why": "Because."})
    handed = page.upload(begun.path + "/hand-in", "files", PDF, **CASE)
    [row] = db.exec(select(HostApplication)).all()
    listed = organiser.get(HERE + "/selection")
    bare = organiser.send(HERE + "/selection", which=row.public_id, decision="chosen", why="")
    organiser.send(HERE + "/selection", which=row.public_id, decision="chosen", why="A case that others have too.")
    released = organiser.send(HERE + "/selection/release")

    assert refused.status == 422
    assert "Because." in refused.html
    assert "report.pdf" in handed.text
    assert "Members that stay" in listed.text
    assert "Please give a reason" in bare.text
    assert "1 applicant is told by letter." in released.html
    assert "A case that others have too." in page.get(begun.path).text
    assert "Write the self-assessment" in page.get(HERE).text
    [(review, _host)] = hosts_to_review(db, event.id)
    assert page.get(f"{HERE}/{review.public_id}").status == 200


def test_files_of_an_application_are_for_its_writers_and_organisers(db, ada, event):
    actor, cluster = make_applicant(db, "Cy Costa", "PT")
    page = Browser(db, actor)
    begun = page.send(HERE + "/hosts", organisation=cluster.public_id)
    handed = page.upload(begun.path + "/hand-in", "files", PDF, **CASE)
    [address] = [one for one in handed.links if "/files/" in one]

    assert page.get(address).content == PDF[1]
    assert Browser(db, again(db, ada)).get(address).content == PDF[1]
    assert Browser(db, make_person(db, "Xi Xu")).get(address).status == 404
    assert page.send(address + "/remove").status == 200
    assert page.get(address).status == 404


def test_an_application_saves_itself_and_says_when_somebody_else_has(db, event):
    actor, cluster = make_applicant(db, "Cy Costa", "PT")
    page = Browser(db, actor)
    begun = page.send(HERE + "/hosts", organisation=cluster.public_id)

    saved = page.send(begun.path + "/autosave", **CASE)
    twice = page.send(begun.path, **CASE | {"topic": "Other"})

    assert '"revision":2' in saved.html
    assert (twice.status, "Somebody else has saved" in twice.text) == (409, True)
    assert 'value="Other"' in twice.html


def test_nobody_withdraws_the_application_of_others(db, event):
    made = make_application(db, event, *make_applicant(db, "Cy Costa"))
    page = Browser(db, make_person(db, "Xi Xu"))

    assert page.send(f"{HERE}/hosts/{made.application.public_id}/withdraw").status == 404


def test_somebody_offers_to_be_a_peer_and_declares_a_conflict(db, review):
    actor, cluster = make_applicant(db, "Fi Falk", "FI")
    page = Browser(db, actor)

    refused = page.send(HERE + "/peers", organisation=cluster.public_id, most="1")
    page.send(
        HERE + "/peers", organisation=cluster.public_id, most="2", languages=["en"], competences=["ai"],
        available="Not in May.",
    )  # fmt: skip
    shown = page.get(HERE + "/peers")
    bare = page.send(HERE + "/peers/hosts", **{f"stance-{review.host.id}": "other", f"why-{review.host.id}": ""})
    page.send(HERE + "/peers/hosts", **{f"stance-{review.host.id}": "competitor", f"why-{review.host.id}": "Calls."})
    listed = Browser(db, again(db, review.ada)).get(HERE + "/proposal").text

    assert "Please choose the languages" in refused.text
    assert "Straw" in shown.text
    assert "Please say what the conflict is." in bare.text
    assert "a competitor of the host" in listed
    assert "You are not proposed any more" in page.send(HERE + "/peers/back").html


def test_peers_are_proposed_taken_out_added_and_asked(db):
    review = make_review(db, peers=0)
    open_step(db, review.ada, review.event, StepKind.PEERS)
    people = [
        make_offer(db, review.event, name, country, "ai")[0]
        for name, country in (("Fi Falk", "FI"), ("Pia Pinto", "PT"), ("Sam Sten", "SE"))
    ]
    page = Browser(db, again(db, review.ada))

    empty = page.get(HERE + "/proposal").text
    asked_for = page.send(HERE + "/proposal")
    search_next_peers()
    proposed = page.get(HERE + "/proposal").text
    fi = person_of(db, people[0]).public_id
    page.send(here(review) + "/proposal/remove", person=fi)
    without = page.get(HERE + "/proposal").text
    page.send(here(review) + "/proposal/add", person=fi)
    asked = page.send(here(review) + "/proposal/ask", why="You know it.")

    assert "Nobody is proposed for this review." in empty
    assert "Peers are looked for." in asked_for.html
    assert "Ask 3 people" in proposed
    assert "Taken out of the proposal by the organisers." in without
    assert "3 people are asked by letter." in asked.html
    peers = [one for one in places_of(db, review.subject.id) if one.role is ReviewRole.PEER]
    assert {one.state for one in peers} == {PlaceState.ASKED}


def test_what_cannot_be_met_is_said_in_words(db):
    review = make_review(db, peers=0)
    open_step(db, review.ada, review.event, StepKind.PEERS)
    make_offer(db, review.event, "Fi Falk", "FI")

    page = Browser(db, again(db, review.ada))
    page.send(HERE + "/proposal")
    search_next_peers()

    assert "Only 1 person may be a peer here, and 3 are needed." in page.get(HERE + "/proposal").text


def test_who_is_asked_sees_the_case_and_answers_once(db, review):
    nia = make_person(db, "Nia Novak")
    ask_into_review(db, again(db, review.ada), review.subject, person=person_of(db, nia), role=ReviewRole.OBSERVER)
    page = Browser(db, again(db, nia))
    address = f"{here(review)}/places/{place_of(db, review.subject, nia).place.public_id}"

    listed, shown = page.get(HERE), page.get(address)
    page.send(address + "/decline", reason="No time.")
    again_ = page.send(address + "/accept")
    db.expire_all()

    assert "You are asked to take part" in listed.text
    assert "How do we win members?" in shown.text
    assert again_.status == 404  # whoever declined knows no more of the review
    assert place_of(db, review.subject, nia).place.reason == "No time."
    assert Browser(db, review.people["bo"]).get(address).status == 404


def test_who_runs_it_finds_a_substitute_with_one_button(db, review):
    sam, _offer = make_offer(db, review.event, "Sam Sten", "SE", "ai")
    bo = Browser(db, review.people["bo"])
    bos = f"{here(review)}/places/{place_of(db, review.subject, review.people['bo']).place.public_id}"
    refused = bo.send(bos + "/leave", reason="")
    left = bo.send(bos + "/leave", reason="I am ill.")
    page = Browser(db, review.people["mo"])

    shown = page.get(here(review) + "/people").text
    page.send(bos + "/substitute", person=person_of(db, sam).public_id)
    db.expire_all()

    assert "Please say why" in refused.text
    assert "You have left the review." in left.html
    assert "Could come instead: Sam Sten" in shown
    assert place_of(db, review.subject, sam).place.state is PlaceState.ASKED
    assert "Could come instead" not in page.get(here(review) + "/people").text


def test_somebody_without_an_account_cannot_be_asked_and_a_place_is_ended_with_a_reason(db, review):
    page = Browser(db, review.people["mo"])

    unknown = page.send(here(review) + "/people", email="nobody@example.org", role="observer")
    organiser = Browser(db, again(db, review.ada))
    ole = place_of(db, review.subject, review.people["ole"]).place.public_id
    organiser.send(f"{here(review)}/places/{ole}/end", reason="He moved on.")

    assert "Nobody here has this address." in unknown.text
    assert "He moved on." in page.get(here(review) + "/people").text


def test_a_host_withdraws_and_an_organiser_cancels(db, review):
    hal = Browser(db, review.people["hal"])
    hals = f"{here(review)}/places/{place_of(db, review.subject, review.people['hal']).place.public_id}"

    gone = hal.send(hals + "/withdraw", reason="We merge.")
    page = Browser(db, again(db, review.ada))
    board = page.get(HERE + "/board").text
    bare = page.send(here(review) + "/cancel", reason="")
    page.send(here(review) + "/cancel", reason="The host merged.")
    db.expire_all()

    assert "You have withdrawn your case." in gone.html
    assert "There is no host" in board
    assert "Please say why" in bare.text
    assert review.subject.review.state is ReviewState.CANCELLED
    assert "The host merged." in Browser(db, review.people["bo"]).get(here(review)).text


def test_the_host_and_a_colleague_write_the_self_assessment_and_peers_read_what_is_handed_in(db, review):
    colleague = make_member(db, make_person(db, "Col League"), review.host, is_contact=False)
    question = assessment_questions_of(db, review.event.id)[0].public_id
    address = here(review) + "/self-assessment"
    host, peer = Browser(db, review.people["hal"]), Browser(db, review.people["bo"])

    Browser(db, colleague).send(address, revision="1", **{f"answer-{question}": "We work in straw."})
    before = peer.get(address).text
    shown = host.get(address)
    host.upload(address + "/hand-in", "files", PDF, revision="2", **{f"answer-{question}": "We work in straw."})
    after = peer.get(address)

    assert "Not handed in yet" in before
    assert "We work in straw." in shown.html
    assert "We work in straw." in after.text
    assert "report.pdf" in after.text
    assert [one.number for one in versions_of_assessment(db, review.subject.id)] == [1]
    assert "We work in straw." in peer.get(address + "/versions/1").text
    assert peer.get(address + "/versions/7").status == 404
    assert Browser(db, make_person(db, "Xi Xu")).get(address).status == 404
    assert "We work in straw." in Browser(db, colleague).get(address + "/versions/1").text


def test_an_answer_that_is_too_long_stays_in_the_form(db, review):
    question = assessment_questions_of(db, review.event.id)[0].public_id

    refused = Browser(db, review.people["hal"]).send(
        here(review) + "/self-assessment", revision="1", **{f"answer-{question}": "y" * 6001}
    )

    assert refused.status == 422
    assert "y" * 6001 in refused.html
    assert f'href="#f-answer-{question}"' in refused.html


def test_notes_are_written_released_and_read(db, review):
    question = questions_of(db, review.subject.id)[0].public_id
    bo, hal, mo = (Browser(db, review.people[one]) for one in ("bo", "hal", "mo"))
    address = here(review) + "/desk-notes"

    bare = bo.send(address + "/mine/hand-in", revision="1", **{f"doubts-{question}": " "})
    bo.send(address + "/mine/hand-in", revision="1", **{f"doubts-{question}": "Are fees the cause?"})
    before, moderated = hal.get(address).text, mo.get(address).text
    refused = hal.send(address + "/release")
    mo.send(address + "/release")

    assert "Please write something first" in bare.text
    assert "No desk notes to read yet" in before
    assert "Not released" in moderated
    assert refused.status == 403
    assert "Are fees the cause?" in hal.get(address).text
    assert "Bo Berg" in hal.get(address).text
    assert hal.get(address + "/mine").status == 404


def test_the_board_shows_what_is_owed_and_asks_as_much_for_three_reviews_as_for_one(db, review, queries):
    organiser = Browser(db, again(db, review.ada))
    organiser.get(HERE + "/board")
    queries.clear()
    page = organiser.get(HERE + "/board").text
    for_one = len(queries)
    for name in ("One Oak", "Two Tree"):
        _actor, cluster = make_applicant(db, name)
        start_review(db, again(db, review.ada), review.event, organisation=cluster, topic="Again", questions=QUESTIONS)
    db.commit()
    queries.clear()

    shown = organiser.get(HERE + "/board").text

    assert "Hal Huber has not handed in the self-assessment" in page
    assert (len(queries), shown.count("Again")) == (for_one, 2)


def test_a_withdrawn_application_is_begun_again(db, event):
    actor, cluster = make_applicant(db, "Cy Costa")
    made = make_application(db, event, actor, cluster)
    page = Browser(db, actor)

    page.send(f"{HERE}/hosts/{made.application.public_id}/withdraw")
    page.send(HERE + "/hosts", organisation=cluster.public_id)
    db.expire_all()

    assert [one.state for one in db.exec(select(HostApplication))] == [ApplicationState.DRAFT]


@pytest.mark.parametrize(("who", "page"), [("bo", "/desk-notes/mine"), ("hal", "/self-assessment")])
def test_what_was_typed_until_a_review_was_cancelled_is_read_beside_the_reason_why_it_was_not_taken(
    db, review, who, page
):
    field = (
        "strengths-general" if who == "bo" else f"answer-{assessment_questions_of(db, review.event.id)[0].public_id}"
    )
    cancel_review(db, review.ada, review.subject, reason="The host was merged.")

    refused = Browser(db, review.people[who]).send(here(review) + page, **{field: "Typed at the end.", "revision": "1"})

    assert (refused.status, '<blockquote class="prose">Typed at the end.</blockquote>' in refused.html) == (409, True)
