"""Pages of lessons and of quotations: writing one down from where it was learned, finding it, and taking it back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.events import event_by_id
from events.programmes import Programme
from sessions.lessons import LessonCard, change_lesson, share_lesson, withdraw_lesson
from sessions.peer_reviews.reviews import Attribution, ReviewState
from sessions.reports.quotations import Quotation, QuotationState
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import make_meeting
from tests.makers import (
    again,
    make_event,
    make_member,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
)
from tests.sessions.makers_reports import hold, make_lesson, make_quotation, name_all, programme_of
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERE, WORDS = "/p/green-food-network/lessons", "/p/green-food-network/quotations"
CARD = {
    "title": "Call before they leave", "context": "A cluster of two hundred.", "worked": "Calls.",
    "not_worked": "Letters.", "advice": "Call each member once a quarter.", "ecosystem": "agri-food",
    "code": "barrier: trust across borders", "level": "region",
}  # fmt: skip


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found, ReviewState.PUBLISHED)
    return found


@pytest.fixture
def ada(db, review):
    return again(db, review.ada)


def here(lesson):
    return f"{HERE}/{lesson.lesson.public_id}"


def from_review(review):
    return {"event": "peer-days", "review": review.subject.review.public_id}


# --- From where lessons are learned


def links_to(page, path):
    return [one for one in page.links if one.startswith(path)]


def test_a_review_leads_who_is_inside_to_a_lesson_and_who_writes_it_up_to_a_quotation(db, review, ada):
    address = f"/e/peer-days/reviews/{review.subject.review.public_id}"
    people = {"ada": ada, "ria": review.people["ria"], "ole": review.people["ole"], "nobody": None}
    pages = {name: Browser(db, one).get(address) for name, one in people.items()}
    query = "?event=peer-days&review=" + review.subject.review.public_id

    lessons = {name: links_to(page, HERE + "/new") for name, page in pages.items()}
    quotations = {name: links_to(page, WORDS) for name, page in pages.items()}

    there, none = [HERE + "/new" + query], []
    assert lessons == {"ada": there, "ria": there, "ole": there, "nobody": none}
    assert quotations == {"ada": [WORDS + query], "ria": [WORDS + query], "ole": none, "nobody": none}
    assert Browser(db, review.people["ole"]).get(there[0]).status == 200
    assert "Ask somebody" in Browser(db, review.people["ria"]).get(WORDS + query).text


@pytest.fixture
def fair(db, ada):
    """A matchmaking event of the same programme, with Nia and Oto in it and Xi who only looks."""
    event = make_event(
        db, ada, db.exec(select(Programme)).one(), template="matchmaking", name="Food Match",
        starts_at=clock.now() + timedelta(days=5),
    )  # fmt: skip
    people = []
    for name in ("Nia Novak", "Oto Ost"):
        firm = make_organisation(db, f"{name} GmbH")
        actor = make_member(db, make_person(db, name), firm)
        make_registration(db, actor, event)
        people.append(again(db, actor))
    return event_by_id(db, event.id), *people


def test_an_event_leads_who_takes_part_to_a_lesson(db, ada, fair):
    event, nia, _oto = fair
    pages = {
        name: Browser(db, one).get("/e/food-match")
        for name, one in {"ada": ada, "nia": nia, "xi": make_person(db, "Xi Xu"), "nobody": None}.items()
    }

    found = {name: links_to(page, HERE + "/new") for name, page in pages.items()}
    kept = Browser(db, nia).send(HERE + "/new", **CARD, event="food-match")

    there = [HERE + "/new?event=food-match"]
    assert found == {"ada": there, "nia": there, "xi": [], "nobody": []}
    assert Browser(db, nia).get(there[0]).status == 200
    assert Browser(db, make_person(db, "Yan Yu")).get(there[0]).status == 403
    assert "It comes from: Food Match" in kept.text
    assert db.exec(select(LessonCard.event_id)).one() == event.id


def test_a_meeting_that_is_over_leads_those_who_met_to_a_lesson(db, ada, fair):
    event, nia, oto = fair
    meeting = make_meeting(db, event, nia, oto)
    address, new = f"/meetings/{meeting.public_id}", f"{HERE}/new?meeting={meeting.public_id}"
    before = links_to(Browser(db, nia).get(address), HERE)
    meeting.starts_at, meeting.ends_at = clock.now() - timedelta(hours=1), clock.now() - timedelta(minutes=40)
    db.add(meeting)
    db.flush()

    after = [links_to(Browser(db, one).get(address), HERE) for one in (nia, oto)]
    kept = Browser(db, oto).send(HERE + "/new", **CARD, meeting=meeting.public_id)

    assert before == []
    assert after == [[new], [new]]
    assert Browser(db, nia).get(new).status == 200
    assert Browser(db, make_person(db, "Xi Xu")).get(new).status == 404
    assert kept.headline == "Call before they leave"
    assert db.exec(select(LessonCard.meeting_id)).one() == meeting.id


# --- Writing one


def test_a_lesson_is_kept_as_a_draft_that_its_author_alone_sees(db, review, ada):
    hal = Browser(db, review.people["hal"])

    offered = hal.get(f"{HERE}/new?event=peer-days&review={review.subject.review.public_id}")
    kept = hal.send(HERE + "/new", **CARD, **from_review(review), tags=["data.analytics"])
    others = [Browser(db, one).get(kept.path).status for one in (ada, review.people["bo"], None)]

    assert 'value="agri-food"' in offered.html
    assert "Members that stay" in offered.text
    assert kept.headline == "Call before they leave"
    assert "Draft, only for you" in kept.text
    assert "It comes from: Peer Days , Members that stay" in kept.text
    assert others == [404, 404, 404]
    assert "Call before they leave" in hal.get(HERE).text
    assert "No lessons yet" in Browser(db, ada).get(HERE).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": " "}, "Please give the lesson a title."),
        ({"advice": ""}, "Please write what you advise others."),
        ({"worked": "x" * 3001}, "at most 3"),
        ({"tags": ["no.such.word"]}, "Please choose at most 12 keywords from the list."),
    ],
)
def test_a_lesson_that_is_refused_keeps_what_was_written(db, review, wrong, sentence):
    card = CARD | {"tags": ["data.analytics"]} | wrong

    refused = Browser(db, review.people["hal"]).send(HERE + "/new", **card, **from_review(review))

    assert refused.status == 422
    assert sentence in refused.text
    for name in {"context", "not_worked", "ecosystem"} - set(wrong):
        assert CARD[name] in refused.html
    assert '<option value="barrier: trust across borders" selected>' in refused.html
    assert '<option value="region" selected>' in refused.html
    if "tags" not in wrong:
        assert 'value="data.analytics" checked' in refused.html
    assert f'name="review" value="{review.subject.review.public_id}"' in refused.html
    assert db.exec(select(LessonCard)).all() == []


def test_only_who_was_there_writes_and_not_in_another_programme(db, review, ada):
    xi, olga = make_person(db, "Xi Xu"), make_person(db, "Olga Otto")
    make_programme(db, olga, name="Blue Network")

    outside = Browser(db, xi).send(HERE + "/new", **CARD)
    elsewhere = Browser(db, again(db, olga)).send("/p/blue-network/lessons/new", **CARD, event="peer-days")

    assert (outside.status, elsewhere.status) == (403, 404)
    assert "Sign in" in Browser(db).get(HERE + "/new").html
    assert Browser(db, ada).get(HERE + "/new").status == 200


def test_two_who_change_one_lesson_do_not_write_over_each_other(db, review, ada):
    lesson = make_lesson(db, review.people["hal"], programme_of(db, review), review=review)
    change_lesson(db, ada, lesson, texts=CARD | {"title": "By Ada"}, version=lesson.lesson.version)
    seen = str(lesson.lesson.version - 1)

    refused = Browser(db, review.people["hal"]).send(here(lesson) + "/edit", **CARD | {"title": "By Hal"}, version=seen)
    saved = Browser(db, review.people["hal"]).send(
        here(lesson) + "/edit", **CARD | {"title": "By both"}, version=str(lesson.lesson.version)
    )

    assert refused.status == 409
    assert "Somebody else has just changed this." in refused.text
    assert 'value="By Hal"' in refused.html
    assert saved.headline == "By both"
    assert Browser(db, review.people["bo"]).get(here(lesson) + "/edit").status == 403


def test_a_lesson_is_shared_once_and_withdrawn_with_a_reason(db, review):
    lesson = make_lesson(db, review.people["hal"], programme_of(db, review), review=review, shared=False)
    hal = Browser(db, review.people["hal"])

    shared, twice = hal.send(here(lesson) + "/share"), hal.send(here(lesson) + "/share")
    public = Browser(db).get(here(lesson))
    bare = hal.send(here(lesson) + "/withdraw", why=" ")
    long = hal.send(here(lesson) + "/withdraw", why="x" * 501)
    not_theirs = Browser(db, review.people["bo"]).send(here(lesson) + "/withdraw", why="No.")
    gone = hal.send(here(lesson) + "/withdraw", why="It was wrong.")
    after = Browser(db).get(here(lesson))

    assert "Everybody can read it now." in shared.html
    assert (twice.status, "This lesson was shared already." in twice.text) == (409, True)
    assert (public.status, public.headline) == (200, "Call before they leave")
    assert (bare.status, "Please say why." in bare.text) == (422, True)
    assert (long.status, "x" * 501 in long.html) == (422, True)
    assert (not_theirs.status, gone.status) == (403, 200)
    assert after.headline == "A lesson that was withdrawn"
    assert "It was wrong." in after.text
    assert "Call each member" not in after.text
    assert hal.get(here(lesson) + "/edit").status == 409


def test_a_lesson_of_a_private_review_names_nobody_to_those_outside(db, review, ada):
    lesson = make_lesson(db, review.people["hal"], programme_of(db, review), review=review)
    readers = {"hal": review.people["hal"], "cy": review.people["cy"], "xi": make_person(db, "Xi Xu"), "nobody": None}

    private = {name: "Bo Berg" in Browser(db, one).get(here(lesson)).text for name, one in readers.items()}
    name_all(db, review, Attribution.NAMED)
    named = {name: "Bo Berg" in Browser(db, one).get(here(lesson)).text for name, one in readers.items()}

    assert private == {"hal": True, "cy": True, "xi": False, "nobody": False}
    assert named == dict.fromkeys(readers, True)


# --- The list


def test_lessons_are_found_by_words_kind_level_and_keyword(db, review, ada):
    programme = programme_of(db, review)
    make_lesson(db, ada, programme)
    make_lesson(db, ada, programme, title="Lend data", context="", worked="", advice="Lend, and do not give.")
    page = Browser(db)

    found = {
        query: ("Call before they leave" in text, "Lend data" in text)
        for query in (
            "",
            "?words=lend",
            "?words=Call+quarter",
            "?tag=data.analytics",
            "?level=EU",
            "?code=x",
            "?words=%25",
        )
        for text in [page.get(HERE + query).text]
    }

    assert found == {
        "": (True, True), "?words=lend": (False, True), "?words=Call+quarter": (True, False),
        "?tag=data.analytics": (True, True), "?level=EU": (False, False), "?code=x": (True, True),
        "?words=%25": (False, False),
    }  # fmt: skip
    assert "No lesson fits" in page.get(HERE + "?words=zebra").text


def test_the_list_has_pages_keeps_what_was_looked_for_and_asks_as_often_for_thirty(db, review, ada, queries):
    programme, counts, page = programme_of(db, review), [], Browser(db)
    for number in range(30):
        make_lesson(db, ada, programme, title=f"Lesson {number:02}", review=review if number % 2 else None)
        if number in (1, 29):
            page.get(HERE + "?words=Lesson&level=region")
            queries.clear()
            page.get(HERE + "?words=Lesson&level=region")
            counts.append(len(queries))

    first = page.get(HERE + "?words=Lesson&level=region")
    [step] = {one for one in first.links if "page=2" in one}
    second = page.get(HERE + step)

    assert counts == [10, 10]
    assert ("Lesson 29" in first.text, "Lesson 05" in first.text) == (True, False)
    assert ("Lesson 29" in second.text, "Lesson 05" in second.text) == (False, True)
    assert 'value="Lesson"' in second.html


# --- Quotations


def test_asking_for_a_quotation_needs_words_and_somebody_from_the_review(db, review):
    ria, address = Browser(db, review.people["ria"]), from_review(review)
    make_person(db, "Xi Xu")
    asked = {"text": "We lost a third.", "about": "Members", **address}

    empty = ria.get(WORDS)
    stranger = ria.send(WORDS, **asked, email="nobody@example.org")
    outside = ria.send(WORDS, **asked, email="xi@example.org")
    no_words = ria.send(WORDS, **asked | {"text": " "}, email="bo@example.org")
    done = ria.send(WORDS, **asked, email="bo@example.org")

    assert "No quotations yet" in empty.text
    assert [one.status for one in (stranger, outside, no_words, done)] == [422, 422, 422, 200]
    assert "Nobody here has this address." in stranger.text
    assert "They have no place in this review." in outside.text
    assert "Please write what they said." in no_words.text
    for one in (stranger, outside):
        assert "We lost a third." in one.html
        assert 'value="Members"' in one.html
    assert 'value="xi@example.org"' in outside.html
    assert "Waits for an answer" in done.text
    assert db.exec(select(Quotation.state)).all() == [QuotationState.ASKED]


def test_only_who_writes_up_asks(db, review):
    asked = {"text": "We lost a third.", "email": "bo@example.org"}

    peer = Browser(db, review.people["bo"]).send(WORDS, **asked, **from_review(review))
    anywhere = Browser(db, review.people["ria"]).send(WORDS, **asked)
    stranger = Browser(db, make_person(db, "Xi Xu")).send(WORDS, **asked, **from_review(review))

    assert [one.status for one in (peer, anywhere, stranger)] == [403, 403, 404]
    assert "Sign in" in Browser(db).get(WORDS).html


def test_who_is_quoted_alone_answers_and_may_take_it_back(db, review, ada):
    quotation = make_quotation(db, review, agreed=False)
    address = f"{WORDS}/{quotation.quotation.public_id}"
    bo, organiser = Browser(db, review.people["bo"]), Browser(db, ada)

    before = [Browser(db).get(address).status, organiser.get(address).status]
    not_theirs = organiser.send(address + "/agree", named="yes")
    too_early = bo.send(address + "/withdraw")
    agreed = bo.send(address + "/agree", named="yes")
    twice = bo.send(address + "/agree")
    public = Browser(db).get(address)
    back = bo.send(address + "/withdraw")

    assert before == [404, 200]
    assert (not_theirs.status, too_early.status, twice.status) == (403, 409, 409)
    assert "nothing to take back" in too_early.text
    assert "This was answered already." in twice.text
    assert "You can take it back here at any time." in agreed.html
    assert ("We lost a third of them." in public.text, "Bo Berg" in public.text, "Peer" in public.text) == (
        True,
        False,
        True,
    )
    assert "The words are deleted." in back.text
    assert Browser(db).get(address).status == 404
    assert "We lost a third" not in organiser.get(address).text + organiser.get(WORDS).text


def test_who_declines_is_not_quoted_and_not_asked_again(db, review):
    quotation = make_quotation(db, review, agreed=False)
    address = f"{WORDS}/{quotation.quotation.public_id}"
    bo = Browser(db, review.people["bo"])

    declined, later = bo.send(address + "/decline"), bo.send(address + "/agree")

    assert "You are not quoted." in declined.html
    assert (later.status, "This was answered already." in later.text) == (409, True)
    assert "Agree" not in bo.get(address).text


def test_the_list_of_quotations_has_pages_and_shows_each_their_own(db, review, ada, queries):
    counts, page = [], Browser(db, ada)
    for number in range(30):
        make_quotation(db, review, "bo" if number % 2 else "cy", text=f"Words {number:02}")
        if number in (1, 29):
            page.get(WORDS)
            queries.clear()
            page.get(WORDS)
            counts.append(len(queries))

    first, second = page.get(WORDS), page.get(WORDS + "?page=2")
    bo = Browser(db, review.people["bo"]).get(WORDS)

    assert counts == [8, 8]
    assert ("Words 29" in first.text, "Words 05" in first.text) == (True, False)
    assert WORDS + "?page=2" in first.links
    assert ("Words 29" in second.text, "Words 05" in second.text) == (False, True)
    assert ("Words 29" in bo.text, "Words 28" in bo.text) == (True, False)


def test_a_lesson_that_was_withdrawn_stands_in_no_list(db, review, ada):
    lesson = make_lesson(db, ada, programme_of(db, review), shared=False)
    share_lesson(db, ada, lesson)
    withdraw_lesson(db, ada, lesson, why="It was wrong.")

    assert "Call before they leave" not in Browser(db, ada).get(HERE).text
