"""The meeting of a peer review as pages: agenda, live room, board without a script, dots, findings."""

import base64

import pytest

from events.core.refusals import Conflict
from events.core.settings import settings, use_settings
from sessions.peer_reviews.agenda import agenda_of, days_of, parts_of
from sessions.peer_reviews.board_updates import board_of, new_entry
from sessions.peer_reviews.call_doors import enter_review_call, get_review_call, put_out_of_review_call
from sessions.peer_reviews.dots import dot_votes_of
from sessions.peer_reviews.findings import findings_of
from sessions.peer_reviews.live import part_on, speakers_of
from sessions.peer_reviews.rooms import choose_review_video
from sessions.peer_reviews.shared_board import add_board_entry, board_entries
from sessions.peer_reviews.writing_up import record_finding
from tests.frontend.browser import Browser
from tests.makers import make_person, person_of
from tests.sessions.makers_review_meetings import FIRST, WORDING, plan
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def review(db):
    return make_review(db)


def send(browser, path, form):
    return browser.send(path, **form)


def at(review, *parts):
    return "/".join([f"/e/peer-days/reviews/{review.subject.review.public_id}", *parts])


def test_an_agenda_is_built_and_shown_in_the_readers_zone(db, review):
    mo = Browser(db, review.people["mo"])

    empty = mo.get(at(review, "agenda"))
    built = send(mo, at(review, "agenda"), {"starts": ["2026-06-01T09:00", "2026-06-02T09:00"]})

    assert "No agenda yet" in empty.text
    assert "The agenda is built" in built.text
    assert "Question 1: Clarify" in built.text
    assert len(days_of(db, review.subject.id)) == 2


def test_what_is_wrong_with_the_times_is_said_and_what_was_typed_stays(db, review):
    mo = Browser(db, review.people["mo"])

    page = send(mo, at(review, "agenda"), {"starts": ["2026-06-02T09:15", "2026-06-01T09:00"]})

    assert page.status == 422
    assert "A day begins before the day before it is over." in page.text
    assert "2026-06-02T09:15" in page.html


def test_for_whom_a_day_is_not_fair_is_told_inside_with_the_fairest_start(db, review):
    plan(db, review, FIRST.replace(hour=4), FIRST.replace(hour=4, day=FIRST.day + 1))

    inside = Browser(db, review.people["mo"]).get(at(review, "agenda"))
    review.subject.review.published_at = FIRST
    outside = Browser(db, make_person(db, "Xi Xu")).get(at(review, "agenda"))

    assert "Before 8 o'clock" in inside.text
    assert "nobody would have to be there before 8" in inside.text
    assert "Bo Berg" in inside.text
    assert "Clarify" in outside.text
    assert "Before 8" not in outside.text


def test_parts_are_changed_without_a_script(db, review):
    plan(db, review)
    mo = Browser(db, review.people["mo"])
    part = parts_of(db, review.subject.id)[0].public_id

    send(mo, at(review, "agenda/parts", part, "length"), {"minutes": "50"})
    send(mo, at(review, "agenda/parts", part, "break"), {"minutes": "10"})
    send(mo, at(review, "agenda/parts", part, "move"), {})

    lines = agenda_of(db, review.subject.id)[0].lines
    db.expire_all()
    assert [(str(one.kind), one.minutes) for one in parts_of(db, review.subject.id)[:2]] == [
        ("break", 10), ("present", 50)
    ]  # fmt: skip
    assert lines


def test_the_moderator_steers_and_everybody_sees_it(db, review):
    plan(db, review)
    mo, bo = Browser(db, review.people["mo"]), Browser(db, review.people["bo"])

    send(mo, at(review, "live/next"), {"after": ""})
    send(bo, at(review, "live/hand"), {})
    shown = bo.get(at(review, "live"))
    [speaker] = speakers_of(db, review.ada, review.subject)
    send(mo, at(review, "live/hands", speaker.public_id, "floor"), {})

    assert "The host presents the case" in shown.text
    assert "Lower my hand" in shown.text
    assert "Next part" not in shown.text
    assert "Speaks" in bo.get(at(review, "live/now")).text
    part = part_on(db, review.subject.id)
    for path, form in (("pause", {"still": "yes"}), ("time", {"seconds": "60"}), ("end", {})):
        send(mo, at(review, "live/parts", part.public_id, path), form)
    db.expire_all()
    assert part_on(db, review.subject.id) is None
    held = send(mo, at(review, "live/held"), {})
    assert "The meeting was held" in held.text


def test_the_room_is_closed_to_who_is_not_inside(db, review):
    plan(db, review)
    review.subject.review.published_at = FIRST
    xi = Browser(db, make_person(db, "Xi Xu"))

    for path in ("live", "live/now", "live/votes", "board"):
        assert xi.get(at(review, path)).status == 404


def test_without_a_script_an_entry_is_written_by_a_form(db, review):
    ria = Browser(db, review.people["ria"])

    page = send(ria, at(review, "board/entries"), {"kind": "finding", "question": "2", "text": "Members pay late."})
    wrong = send(ria, at(review, "board/entries"), {"kind": "finding", "question": "9", "text": "Kept here"})

    assert "Members pay late." in page.text
    assert wrong.status == 422
    assert "Kept here" in wrong.html


def test_updates_are_posted_and_fetched_by_number(db, review):
    bo = Browser(db, review.people["bo"])
    board = board_of()
    new_entry(board, "a", kind="finding", question=1, at=1.0, text="By a script")

    send(bo, at(review, "board"), {"update": base64.b64encode(board.get_update()).decode()})
    refused = send(bo, at(review, "board"), {"update": "bm90aGluZw=="})
    garbled = send(bo, at(review, "board"), {"update": "?"})

    assert [one.text for one in board_entries(db, review.ada, review.subject)] == ["By a script"]
    assert '"number":1' in bo.get(at(review, "board?since=0")).html
    assert '"updates":[]' in bo.get(at(review, "board?since=1")).html
    assert (refused.status, garbled.status) == (422, 422)
    assert "cannot be read" in refused.text


def test_dots_are_placed_by_a_form_and_sums_come_at_the_end(db, review):
    for text in ("One", "Two"):
        add_board_entry(db, review.people["ria"], review.subject, kind="finding", text=text)
    mo, bo = Browser(db, review.people["mo"]), Browser(db, review.people["bo"])

    send(mo, at(review, "dots"), {"about": "board", "dots": "3", "minutes": "5"})
    [vote] = dot_votes_of(db, review.ada, review.subject)
    send(bo, at(review, "dots", vote.vote.public_id), {"dots_1": "2", "dots_2": ""})
    wrong = send(bo, at(review, "dots", vote.vote.public_id), {"dots_1": "9"})
    send(mo, at(review, "dots", vote.vote.public_id, "close"), {})

    db.expire_all()
    [vote] = dot_votes_of(db, review.people["bo"], review.subject)
    assert wrong.status == 422
    assert "You have 3 dots." in wrong.text
    assert sorted(one.dots for one in vote.choices) == [0, 2]
    assert "Closed." in bo.get(at(review, "live")).text


def test_an_entry_is_taken_over_into_a_finding_that_is_agreed_on(db, review):
    entry = add_board_entry(
        db, review.people["ria"], review.subject, kind="recommendation", text="Visit them.", question=1
    )
    ria = Browser(db, review.people["ria"])

    form = ria.get(at(review, f"findings/new?entry={entry}"))
    written = send(ria,
        at(review, "findings/new"),
        {"finding": "They leave.", "recommendation": "Visit them.", "level": "host", "effort": "S", "impact": "4",
         "horizon": "1 year"},
    )  # fmt: skip
    [row] = findings_of(db, review.subject.id)
    agreed = send(ria, at(review, "findings", row.public_id, "agree"), {"version": "1"})

    assert "Visit them." in form.html
    assert "Finding 1 is written down." in written.text
    assert "impact 4 of 5" in written.text
    assert "Agreed" in agreed.text


def test_a_finding_that_is_not_filled_in_keeps_what_was_typed(db, review):
    form = {"finding": " ", "evidence": "Kept", "level": "host", "effort": "S", "horizon": "1 year"}

    page = send(Browser(db, review.people["ria"]), at(review, "findings/new"), form)

    assert page.status == 422
    assert "Please write what was found." in page.text
    assert "Kept" in page.html


def test_a_finding_changed_by_two_at_once_is_not_overwritten(db, review):
    row = record_finding(db, review.people["ria"], review.subject, wording=WORDING)
    form = {"finding": "Mine", "level": "host", "effort": "S", "horizon": "1 year", "version": "1"}
    ria, mo = Browser(db, review.people["ria"]), Browser(db, review.people["mo"])

    first = send(ria, at(review, "findings", row.public_id), form | {"finding": "Ria's"})
    second = send(mo, at(review, "findings", row.public_id), form | {"finding": "Mo's"})

    assert "Saved." in first.text
    assert second.status == 409
    assert "Mo's" in second.html.replace("&#39;", "'")
    assert "Somebody has changed this finding meanwhile." in second.text


def test_a_link_is_for_who_comes_into_the_call(db, review):
    choose_review_video(db, review.people["mo"], review.subject, way="link", link="https://meet.example.org/x")
    bo = Browser(db, review.people["bo"])

    outside_the_call, inside_it = bo.get(at(review, "live")), bo.get(at(review, "live?call=yes"))

    assert "meet.example.org" not in outside_the_call.html
    assert 'href="https://meet.example.org/x"' in inside_it.html


ENGINES = {
    "janus_url": "ws://127.0.0.1:1", "jitsi_url": "https://jitsi.example", "jitsi_secret": "s",
    "livekit_url": "https://live.example", "livekit_page": "https://calls.example/custom", "livekit_key": "k",
    "livekit_secret": "s", "bbb_url": "https://bbb.example/bigbluebutton", "bbb_secret": "s",
}  # fmt: skip


def come_in(db, review, *names):
    """They are in the call."""
    for name in names:
        actor = review.people[name]
        enter_review_call(db, actor, get_review_call(db, actor, review.subject.review.public_id))


@pytest.mark.parametrize(
    ("way", "devices", "frames"),
    [
        ("mesh", "camera=(self), ", ""),
        ("janus", "camera=(self), ", ""),
        ("jitsi", 'camera=(self "https://jitsi.example"), ', "frame-src https://jitsi.example; "),
        ("livekit", 'camera=(self "https://calls.example"), ', "frame-src https://calls.example; "),
        ("bbb", 'camera=(self "https://bbb.example"), ', "frame-src https://bbb.example; "),
        ("link", "camera=(), ", ""),
        ("off", "camera=(), ", ""),
    ],
)
def test_a_page_allows_what_the_way_in_use_needs_and_nothing_else(db, review, way, devices, frames):
    use_settings(**settings().model_dump(exclude=set(ENGINES)), **ENGINES)
    choose_review_video(db, review.people["mo"], review.subject, way=way, link="https://meet.example.org/x")
    bo = Browser(db, review.people["bo"])

    page, fragment = bo.get(at(review, "live")), bo.get(at(review, "live", "call"))

    assert page.headers["permissions-policy"].startswith(devices)
    assert ("data-join" in page.html, "blob:" in page.headers["content-security-policy"]) == (
        way not in ("link", "off"),
    ) * 2
    assert ("data-frame" in page.html, f'data-way="{way}"' in page.html) == (way not in ("link", "off"),) * 2
    assert ("Open the call in a new tab" in bo.get(at(review, "live?call=yes")).text) == (way == "link")
    assert page.headers["content-security-policy"].partition("frame-src ")[2].partition(";")[0] == (
        frames.removeprefix("frame-src ").removesuffix("; ")
    )
    assert fragment.headers["permissions-policy"].startswith("camera=(), ")


def test_who_is_put_out_of_a_call_reads_so_and_is_let_back_in(db, review):
    choose_review_video(db, review.people["mo"], review.subject, way="link", link="https://meet.example.org/x")
    come_in(db, review, "bo", "mo")
    mo, bo = (Browser(db, review.people[name]) for name in ("mo", "bo"))
    who = person_of(db, review.people["bo"]).public_id

    inside = mo.get(at(review, "live")).text
    send(mo, at(review, "live/call/put-out"), {"person": who})
    outside = bo.get(at(review, "live?call=yes"))
    send(mo, at(review, "live/call/let-back"), {"person": who})

    assert "Bo Berg" in inside
    assert "You were put out of this call. Whoever leads the review can let you back in." in outside.text
    assert "meet.example.org" not in outside.html
    assert "meet.example.org" in bo.get(at(review, "live?call=yes")).html


def test_nobody_puts_out_who_leads_too(db, review):
    come_in(db, review, "mo")
    ada = review.ada

    with pytest.raises(Conflict, match=r"Mo Maier leads this review too, and stays in its call\."):
        put_out_of_review_call(
            db, ada, get_review_call(db, ada, review.subject.review.public_id), person=review.people["mo"].person
        )


def test_to_see_each_other_directly_is_refused_while_five_are_in_the_call(db, review):
    names = ("hal", "mo", "ria", "bo", "cy")
    choose_review_video(db, review.people["mo"], review.subject, way="jitsi")
    come_in(db, review, *names)

    page = send(Browser(db, review.people["mo"]), at(review, "live/video"), {"way": "mesh"})

    assert page.status == 422
    assert "holds 4 people, and 5 are in the call. Choose another way." in page.text


def test_more_than_a_call_holds_are_told_who_can_choose_another_way(db, review):
    choose_review_video(db, review.people["mo"], review.subject, way="mesh")
    come_in(db, review, "hal", "mo", "ria", "bo", "cy")

    told = [Browser(db, review.people[name]).get(at(review, "live")).text for name in ("mo", "cy")]

    assert "it holds 4. Choose another way for everybody." in told[0]
    assert "it holds 4. Whoever leads the review can choose another way for everybody." in told[1]


def test_without_a_call_it_is_said_who_chooses_one_and_which_hold_so_many(db, review):
    browsers = [Browser(db, review.people[name]) for name in ("mo", "bo")]
    none = [one.get(at(review, "live")).text for one in browsers]
    choose_review_video(db, review.people["mo"], review.subject, way="jitsi")  # which this server does not know

    gone = browsers[0].get(at(review, "live")).text

    assert "a review needs an engine that this server knows, or a link to a call elsewhere" in none[0]
    assert ("Whoever leads this review can choose one." in none[1], "needs an engine" in none[1]) == (True, False)
    assert "The way that was chosen, Jitsi Meet, is not available on this server any more." in gone


def test_a_list_of_findings_asks_no_more_for_three_than_for_one(db, review, queries):
    ria, counts = Browser(db, review.people["ria"]), []
    for more in (1, 2):
        for _finding in range(more):
            record_finding(db, review.ada, review.subject, wording=WORDING)
        db.commit()
        ria.get(at(review, "findings"))
        queries.clear()
        ria.get(at(review, "findings"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_buttons_that_lead_somewhere_say_what_they_do(db):
    review = make_review(db)
    plan(db, review)
    mo = review.people["mo"]
    choose_review_video(db, mo, review.subject, way="link", link="https://meet.example.org/x")
    address = f"/e/peer-days/reviews/{review.subject.review.public_id}"

    findings, live = Browser(db, mo).get(address + "/findings"), Browser(db, mo).get(address + "/live")

    assert "Come into the call" in live.text
    assert address + "/live?call=yes" in live.links
    assert "Write down a finding" in findings.text
    assert address + "/findings/new" in findings.links
    assert address not in findings.text + live.text


def test_a_call_asks_no_more_for_three_than_for_one(db, review, queries):
    choose_review_video(db, review.people["mo"], review.subject, way="mesh")
    mo, counts = Browser(db, review.people["mo"]), []
    for names in (["bo"], ["cy", "di"]):
        come_in(db, review, *names)
        db.commit()
        mo.get(at(review, "live", "call"))
        queries.clear()
        shown = mo.get(at(review, "live", "call"))
        counts.append(len(queries))

    assert "Di Dahl" in shown.text
    assert counts[0] == counts[1]
