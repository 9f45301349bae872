"""The rule of attribution, looked for everywhere: who peers are and where they come from, outside a private review.

Each peer has a name and an organisation that nobody could write by chance, and both stand in the host's case and one of
its questions, in findings, on the board, in hands and votes, and in all that is written about the review: lessons,
quotations, a report with its chapters. Every page of the event and the programme is asked for and every form
sent as everybody outside, an editor of reports included; letters, messages to sockets and the journal are read. The
control: where names are told, the same look finds them.
"""

import json
import re
from html import unescape

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.journal import JournalEntry, fact_of
from events.organisations import OrganisationKind
from events.people import Person
from events.roles import actor_for
from frontend.app import make_app
from frontend.review_meeting_routes import REVIEW_MEETINGS
from frontend.review_report_routes import REVIEW_REPORTS
from mailer.letters import Letter, raw_of
from realtime.announcing import messages_about
from realtime.review_rooms import _message
from sessions.calendars import CalendarRevision
from sessions.lessons import withdraw_lesson
from sessions.peer_reviews.action_plans import ActionInReview, ActionState, move_action
from sessions.peer_reviews.agenda import parts_of
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.dots import DotVote, VoteInReview, give_dots, open_dot_vote
from sessions.peer_reviews.live import ReviewHand, raise_review_hand, start_next_part
from sessions.peer_reviews.places import ask_into_review, decline_review_place
from sessions.peer_reviews.records import get_finding
from sessions.peer_reviews.reviews import (
    Attribution,
    PlaceInReview,
    ReviewRole,
    ReviewState,
    places_of,
    questions_of,
)
from sessions.peer_reviews.rooms import review_room_numbers
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.writing_up import FindingInReview, Wording, agree_finding, peers_of, record_finding
from sessions.reports.editing import fill_report, write_chapter, write_report
from sessions.reports.reports import chapters_of, items_of, name_report_editor
from sessions.reports.versions import approve_report, hand_report_in, withdraw_report
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import sent, written
from tests.makers import again, make_event, make_member, make_organisation, make_person, make_programme, person_of
from tests.permissions.samples import all_routes, method_of
from tests.sessions.makers_reports import (
    hold,
    make_action,
    make_lesson,
    make_quotation,
    make_report,
    programme_of,
    version_in,
)
from tests.sessions.makers_review_hosts import make_offer, open_step
from tests.sessions.makers_review_meetings import plan, take_out
from tests.sessions.makers_reviews import give_place, make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PEERS = {"Quagga Tapirson": "Okapi Cluster", "Axolotl Numbatova": "Pangolin Hub"}
WORDS = re.compile(r"quagga|tapirson|okapi|axolotl|numbatova|pangolin", re.I)
# Where an organisation lists its people, and people themselves, is no review.
IDS = re.compile(r"{(\w+)(?::\w+)?}")


@pytest.fixture
def review(db):
    """A review that was held and published, with peers in all that was said."""
    made = make_review(db, peers=0)
    for name, cluster in PEERS.items():
        theirs = make_organisation(db, cluster, kind=OrganisationKind.CLUSTER_ORGANISATION, country="FI")
        give_place(db, made, make_member(db, make_person(db, name), theirs), ReviewRole.PEER)
    made.subject.review.topic = f"Members that stay, as with {PEERS['Quagga Tapirson']}"
    made.subject.review.case_text = f"We saw in figures of {', '.join(PEERS.values())} that members stay."
    question = questions_of(db, made.subject.id)[0]
    question.text = f"How does {', '.join(PEERS)} do it?"
    db.add_all([made.subject.review, question])
    plan(db, made)
    quagga, axolotl, mo = made.people["quagga"], made.people["axolotl"], made.people["mo"]
    start_next_part(db, mo, made.subject, after="")
    raise_review_hand(db, quagga, made.subject)
    for number, (name, cluster) in enumerate(PEERS.items()):
        text = f"As {name} of {cluster} does it"
        add_board_entry(db, quagga, made.subject, kind="finding", text=text)
        peer = next(place for place, known in peers_of(db, made.subject.id) if known == name)
        row = record_finding(
            db, quagga, made.subject,
            wording=Wording(
                f"{text}, members stay.", evidence=f"{name} showed figures.", recommendation=f"Ask {name.split()[0]}.",
                addressee=cluster, practice=text, practice_by=peer.public_id if number == 0 else "",
            ),
        )  # fmt: skip
        agree_finding(db, mo, FindingInReview(row, made.subject.review, made.event.event), version=1)
    vote = open_dot_vote(db, mo, made.subject, about="board", dots=3, minutes=60)
    give_dots(db, axolotl, VoteInReview(vote, made.subject.review, made.event.event), dots={1: 2})
    hold(db, made, ReviewState.PUBLISHED)
    return made


SAID = "Quagga Tapirson (Okapi Cluster) says so."


@pytest.fixture
def written_up(db, review):
    """The ids of what an organiser wrote about it, with names everywhere: a report with a version that waits and one
    that was withdrawn, a lesson, another that was withdrawn, and a quotation."""
    ada, programme = again(db, review.ada), programme_of(db, review)
    lesson = make_lesson(db, ada, programme, review=review, title=f"Lesson: {SAID}", advice=SAID)
    gone = make_lesson(db, ada, programme, review=review, title="Gone")
    withdraw_lesson(db, ada, gone, why=SAID)
    quotation = make_quotation(db, review, "axolotl", text=f"As {SAID}")
    report = make_report(db, review)
    write_report(db, ada, report, title=f"Report: {SAID}", lead=SAID, language="en", version=1)
    fill_report(db, ada, report)
    chapter = chapters_of(db, report.id)[0]
    write_chapter(db, ada, report, chapter=chapter.public_id, title=f"Chapter: {SAID}", text=SAID)
    zoe = make_person(db, "Zoe Zander")
    record = get_finding(db, review.people["hal"], review.subject, _findings(db)[0])
    action = make_action(db, review, record, action=f"Do as {SAID}", owner=SAID, owner_person=person_of(db, zoe)).action
    move_action(
        db, review.people["hal"], ActionInReview(action, record.review, record.event), state=ActionState.DONE,
        proof=SAID, version=action.version,
    )  # fmt: skip
    edda = make_person(db, "Edda Egger")
    name_report_editor(db, ada, programme, person=person_of(db, edda))
    for number in (1, 2, 3):
        hand_report_in(db, again(db, edda), report)
        if number < 3:
            approve_report(db, ada, version_in(db, ada, report, number))
    withdraw_report(db, ada, version_in(db, ada, report, 1), reason=SAID)
    return {
        "programme": programme.slug, "lesson": lesson.lesson.public_id, "report": report.report.public_id,
        "quotation": quotation.quotation.public_id, "chapter": chapter.public_id,
        "item": items_of(db, report.id)[0].public_id, "action": action.public_id, "gone": gone.lesson.public_id,
    }  # fmt: skip


OUTSIDE = ("a visitor", "a stranger", "who runs another event", "declined", "who edits reports", "who does something")


def outside(db, review) -> dict[str, Actor | None]:
    """Everybody who is not inside: nobody in particular, a stranger, who runs something else, who declined."""
    stranger, elsewhere = make_person(db, "Xi Xu"), make_person(db, "Eve Elm")
    programme = make_programme(db, elsewhere, name="Another")
    make_event(db, again(db, elsewhere), programme, name="Another Event")
    gil = give_asked(db, review, "Gil Gold")
    edda, zoe = (
        actor_for(db, db.exec(select(Person.id).where(Person.name == name)).one())
        for name in ("Edda Egger", "Zoe Zander")
    )
    return {
        "a visitor": None, "a stranger": stranger, "who runs another event": again(db, elsewhere), "declined": gil,
        "who edits reports": edda, "who does something": zoe,
    }  # fmt: skip


def give_asked(db, review, name):
    actor = make_person(db, name)
    ask_into_review(db, review.ada, review.subject, person=person_of(db, actor), role=ReviewRole.OBSERVER)
    place = next(one for one in places_of(db, review.subject.id) if one.person_id == actor.person)
    decline_review_place(db, again(db, actor), PlaceInReview(place, review.subject.review, review.event.event))
    return again(db, actor)


def addresses(db, review, written_up):
    """Every route of the event, its review and its programme that our ids fill, as (method, name, address); pages
    before forms, which may change what they show."""
    id = review.subject.id
    ids = {
        "event": review.event.event.slug, "review": review.subject.review.public_id,
        "part": parts_of(db, id)[0].public_id, "place": places_of(db, id)[-1].public_id,
        "hand": db.exec(select(ReviewHand.public_id)).one(), "vote": db.exec(select(DotVote.public_id)).one(),
        "finding": _findings(db)[0], "table": "teams",
    }  # fmt: skip
    found = []
    for route in all_routes():
        named = set(IDS.findall(route.path))
        starts = route.path.startswith(("/e/{event}", "/p/{programme}"))
        for more in ({"number": "1"}, {"number": "2"}, {"number": "3"}, {"lesson": written_up["gone"]}):
            known = ids | {name: id for name, id in written_up.items() if name != "gone"} | more
            if (starts or not named) and named <= known.keys():
                address = IDS.sub(lambda match, known=known: known[match[1]], route.path)
                found.append((method_of(route), route.name, address))
    return sorted(dict.fromkeys(found), key=lambda one: one[0] != "GET")


def _findings(db):
    from sessions.peer_reviews.findings import Finding

    return list(db.exec(select(Finding.public_id)))


# Lists of organisations and people are no reviews; what files say is read in tests/frontend/test_report_files.py.
ELSEWHERE = {"organisations", "sign_out", "sign_out_everywhere", "report_pdf", "report_docx"}


def tell_tales(db, review, written_up, who):
    """The routes on which somebody reads who a peer is, or where they come from."""
    browser, found = Browser(db, who), set()
    db.commit()
    for method, name, address in addresses(db, review, written_up):
        if name in ELSEWHERE:
            continue
        page = browser.get(address) if method == "GET" else browser.send(address)
        if WORDS.search(unescape(page.html)):
            found.add(name)
    return found


def test_nobody_outside_reads_who_the_peers_are(db, review, written_up):
    tales = {who: tell_tales(db, review, written_up, actor) for who, actor in outside(db, review).items()}

    assert tales == {who: set() for who in OUTSIDE}


@pytest.mark.parametrize(("who", "pages"), [
    ("a stranger", {"peer_review", "review_findings", "lesson", "lessons", "quotation", "reports", "report",
                    "report_version"}),
    ("who edits reports", {"edit_report", "edit_chapter", "report_draft", "report", "report_version", "reports",
                           "quotations", "quotation", "lesson"}),
    ("who does something", {"review_action", "finding_record"}),
])  # fmt: skip
def test_where_names_are_told_the_same_look_finds_them_and_not_after_it_is_private_again(
    db, review, written_up, who, pages
):
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    actor = outside(db, review)[who]
    named = read_by(db, review, written_up, actor)

    set_attribution(db, review.ada, review.subject, attribution=Attribution.PRIVATE)
    private = tell_tales(db, review, written_up, actor)

    assert pages - named == set()
    assert private == set()


def read_by(db, review, written_up, who):
    """The same of pages alone, which change nothing."""
    browser = Browser(db, who)
    db.commit()
    return {
        name for method, name, address in addresses(db, review, written_up)
        if method == "GET" and name not in ELSEWHERE and WORDS.search(unescape(browser.get(address).html))
    }  # fmt: skip


def test_who_is_inside_reads_them(db, review, written_up):
    found = read_by(db, review, written_up, review.people["ole"])

    assert {"review_findings", "review_live", "review_agenda"} - found == set()


def test_no_letter_tells_one_who_the_others_are(db, review):
    make_app()  # letters link to pages
    review.subject.review.topic = "Members that stay"  # those inside read it as it was written
    db.add(review.subject.review)
    db.flush()
    written(db)
    letters = [one for one in db.exec(select(Letter)) if one.kind.startswith("review_")]
    told = {(one.kind, one.address) for one in letters if WORDS.search(_without_own_name(raw_of(one).decode()))}
    runs_it = {"ada@example.org", "mo@example.org"}

    assert len(letters) >= 12
    assert {kind for kind, address in told if address not in runs_it} == set()
    assert {kind for kind, address in told if address in runs_it} == {"review_place_answered"}


def test_who_is_out_reads_the_topic_without_names_in_letters_calendars_and_lists(db, review):
    make_app()  # letters link to pages
    review.subject.review.state, review.subject.review.published_at = ReviewState.PREPARING, None
    db.add(review.subject.review)
    open_step(db, review.ada, review.event, StepKind.PEERS)
    offering, _organisation = make_offer(db, review.event, "Ofe Oliva", "PT")
    asked = make_person(db, "Asa Asker")
    ask_into_review(db, review.ada, review.subject, person=person_of(db, asked), role=ReviewRole.OBSERVER)
    sent(db)
    gone = take_out(db, review, "ole")
    written(db)

    letters = {
        one.kind: bool(WORDS.search(raw_of(one).decode()))
        for one in db.exec(select(Letter))
        if one.person_id == gone.person and one.kind in ("taken_out_of_review", "review_day_freed")
    }
    seen = {
        name: bool(WORDS.search(unescape(Browser(db, actor).get("/e/peer-days/reviews/peers").html)))
        for name, actor in (("offering", offering), ("gone", gone))
    }
    colleague = Browser(db, make_member(db, make_person(db, "Col Legat"), review.host))
    case = f"/e/peer-days/reviews/{review.subject.review.public_id}"
    theirs = [colleague.get(one) for one in ("/e/peer-days/reviews", f"{case}/self-assessment", f"{case}/desk-notes")]
    to_asked = [one for one in db.exec(select(Letter)) if one.person_id == asked.person]
    [invited] = [one for one in to_asked if one.kind == "asked_into_review"]
    calendars = {one.summary for one in db.exec(select(CalendarRevision))}

    assert letters == {"taken_out_of_review": False, "review_day_freed": False}
    assert [one for one in calendars if WORDS.search(one)] == []
    assert seen == {"offering": False, "gone": False}
    assert [(one.status, bool(WORDS.search(unescape(one.html)))) for one in theirs] == [(200, False)] * 3
    assert WORDS.search(raw_of(invited).decode())


def _without_own_name(raw: str) -> str:
    """A letter without its own reader's name, which stands in its greeting, address and attendee."""
    for name in PEERS:
        if f"{name.split()[0].lower()}@" in raw.lower().partition("\nsubject:")[0]:
            raw = re.sub("|".join([*name.split(), name.split()[0].lower()]), "", raw, flags=re.I)
    return raw


def test_no_message_to_sockets_and_no_fact_tells_it(db, review):
    written(db)
    entries = db.exec(select(JournalEntry)).all()
    journal = [one.kind for one in entries if WORDS.search(json.dumps(one.particulars))]
    messages = [json.dumps(messages_about(db, one.id or 0, fact_of(one))) for one in entries]
    numbers = review_room_numbers(db, [review.subject.id])[review.subject.id]

    assert journal == []
    assert [one for one in messages if WORDS.search(one)] == []
    assert set(_message(review.subject.review.public_id, numbers)) == {"review", "number", "board"}


def test_every_route_of_a_meeting_and_of_reports_is_looked_at(db, review, written_up):
    looked_at = {name for _method, name, _address in addresses(db, review, written_up)}

    assert {route.name for route in REVIEW_MEETINGS} <= looked_at
    assert {route.name for route in REVIEW_REPORTS if route.path.startswith("/p/{programme}")} <= looked_at
