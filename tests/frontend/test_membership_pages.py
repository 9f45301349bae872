"""Asking to join on an organisation's page, answering there, and what other pages say meanwhile."""

import re
from datetime import timedelta
from html import unescape

from events.admission import get_membership_request, turn_down_membership
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.directory import organisations_of
from events.membership_requests import ask_to_join
from events.organisations import Organisation, leave_organisation
from events.programmes import Programme
from events.registration import find_registration
from tests.events.makers_desks import make_desk
from tests.events.makers_network import added, asking, gathering
from tests.frontend.browser import Browser, Page
from tests.makers import again, let_join, make_organisation, person_of


def page_of(organisation: Organisation, more: str = "") -> str:
    return f"/organisations/{organisation.public_id}{more}"


def answer_of(organisation: Organisation, public: str, what: str) -> str:
    return page_of(organisation, f"/asking/{public}/{what}")


def next_step(page: Page) -> str:
    """The headline of the one thing that is put first on a home."""
    return unescape(re.findall(r'<h2 id="nextstep">(.*?)</h2>', page.html)[0])


# Asking


def test_asking_waiting_and_taking_it_back(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    browser = Browser(db, eve)
    before = browser.get(page_of(organisation))

    asked = browser.send(page_of(organisation, "/join"))
    back = browser.send(page_of(organisation, "/take-back"))

    assert page_of(organisation, "/join") in before.forms
    assert "You asked to join Alpenkäse GmbH. You get a letter when it is answered." in asked.html
    assert "You asked to join on Tue, 14 Apr 2026 A contact has to agree." in asked.text
    assert page_of(organisation, "/join") not in asked.forms
    assert page_of(organisation, "/take-back") in asked.forms
    assert "You do not ask to join Alpenkäse GmbH any more." in back.html
    assert page_of(organisation, "/join") in back.forms


def test_the_same_form_twice_is_answered_with_a_sentence(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    browser = Browser(db, eve)
    browser.send(page_of(organisation, "/join"))

    twice = browser.send(page_of(organisation, "/join"))
    browser.send(page_of(organisation, "/take-back"))
    back_twice = browser.send(page_of(organisation, "/take-back"))

    assert (twice.status, "You have asked to join this organisation already." in twice.text) == (409, True)
    assert (back_twice.status, "taken back by the one who asked" in back_twice.text) == (409, True)


def test_a_member_has_nothing_to_ask_for(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db, bo).send(page_of(organisation, "/join"))

    assert (page.status, "You belong to this organisation already." in page.text) == (409, True)


def test_who_never_asked_takes_nothing_back(db: Database, bo: Actor, eve: Actor) -> None:
    page = Browser(db, eve).send(page_of(added(db, bo), "/take-back"))

    assert (page.status, "You have not asked to join this organisation." in page.text) == (404, True)


def test_a_visitor_signs_in_before_asking(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db).get(page_of(organisation))

    assert page_of(organisation, "/join") not in page.forms
    assert Browser(db).send(page_of(organisation, "/join")).path == "/sign-in"


def test_asking_the_same_organisation_again_and_again_has_an_end(db: Database, bo: Actor, eve: Actor) -> None:
    first, second = added(db, bo, "Alpenkäse"), added(db, bo, "Bergmilch")
    browser = Browser(db, eve)
    for _time in range(3):
        browser.send(page_of(first, "/join"))
        browser.send(page_of(first, "/take-back"))

    too_often, other = browser.send(page_of(first, "/join")), browser.send(page_of(second, "/join"))
    with clock.frozen_at(clock.now() + timedelta(hours=9)):
        later = browser.send(page_of(first, "/join"))

    assert (too_often.status, "That was tried too often." in too_often.text) == (429, True)
    assert (other.status, later.status) == (200, 200)


def test_leaving_says_that_coming_back_takes_asking(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    browser = Browser(db, cy)

    assert "You can ask to join again later." in browser.get(page_of(organisation)).html
    assert "You do not belong to Alpenkäse GmbH any more." in browser.send(page_of(organisation, "/leave")).html


def test_who_was_turned_down_reads_why_and_may_ask_again(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    turn_down_membership(db, again(db, bo), asking(db, eve, organisation), answer="We know no <Eve>.")

    page = Browser(db, eve).get(page_of(organisation))

    assert "Your request to join was turned down on Tue, 14 Apr 2026" in page.text
    assert "We know no <Eve>." in page.text
    assert page_of(organisation, "/join") in page.forms


def test_who_asks_where_nobody_could_answer_reads_what_to_do(db: Database, eve: Actor) -> None:
    organisation = make_organisation(db, "Norrsken")
    browser = Browser(db, eve)

    before = browser.get(page_of(organisation))
    asked = browser.send(page_of(organisation, "/join"))

    assert "Nobody belongs to this organisation yet." in before.text
    assert "Nobody can answer yet" in asked.text
    assert "/events" in asked.links


def test_who_asks_where_there_is_no_contact_reads_who_answers(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)
    browser = Browser(db, eve)
    browser.send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )
    leave_organisation(db, again(db, bo), organisation)

    page = browser.get(page_of(organisation))

    assert "An organiser or a desk officer of an event that it concerns has to." in page.text


# Answering


def test_a_contact_sees_who_asks_and_others_do_not(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    person_of(db, eve).job_title = "Cheesemonger"
    public = asking(db, eve, organisation).request.public_id

    page, others = Browser(db, bo).get(page_of(organisation)), [
        Browser(db, reader).get(page_of(organisation)) for reader in (cy, eve, None)
    ]  # fmt: skip

    assert "Who asks to join" in page.text
    assert "Eve Ek Cheesemonger · eve@example.org · asked on Tue, 14 Apr 2026" in page.text
    assert answer_of(organisation, public, "agree") in page.forms
    for other in others:
        assert "Who asks to join" not in other.text
        assert "Eve Ek" not in other.text


def test_a_contact_agrees(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    public = asking(db, eve, organisation).request.public_id
    browser = Browser(db, bo)

    page = browser.send(answer_of(organisation, public, "agree"))
    twice = browser.send(answer_of(organisation, public, "agree"))

    assert "Eve Ek belongs to Alpenkäse GmbH now." in page.html
    assert "Who asks to join" not in page.text
    assert (twice.status, "Somebody has agreed to this request already." in twice.text) == (409, True)
    assert organisations_of(db, eve.person) == [organisation]


def test_a_contact_turns_somebody_down_with_a_sentence(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    public = asking(db, eve, organisation).request.public_id
    browser = Browser(db, bo)

    page = browser.send(answer_of(organisation, public, "turn-down"), answer="We do not know you.")
    twice = browser.send(answer_of(organisation, public, "turn-down"), answer="Still not.")

    assert "Turned down. Eve Ek gets a letter." in page.html
    assert (twice.status, "This request was turned down already." in twice.text) == (409, True)
    assert "We do not know you." in Browser(db, eve).get(page_of(organisation)).text


def test_a_sentence_that_is_too_long_is_not_lost(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    ask_to_join(db, cy, organisation)
    public = asking(db, eve, organisation).request.public_id
    answer = "We only take cheesemongers. " * 20

    page = Browser(db, bo).send(answer_of(organisation, public, "turn-down"), answer=answer)

    assert (page.status, "Please write at most 500 characters." in page.text) == (422, True)
    assert page.html.count(answer.strip()) == 1
    assert page.html.count('<details class="ask" data-dialog open>') == 1
    assert f'href="#answer-{public}"' in page.html


def test_others_are_refused(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation, other = added(db, bo), added(db, cy, "Bergmilch")
    public = asking(db, eve, organisation).request.public_id

    statuses = [
        Browser(db, actor).send(answer_of(place, public, what)).status
        for what in ("agree", "turn-down")
        for actor, place in ((cy, organisation), (eve, organisation), (bo, other))
    ]

    assert statuses == [404, 403, 404] * 2
    assert organisations_of(db, eve.person) == []


def test_an_organiser_answers_on_the_page_of_an_organisation_without_contact(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = make_organisation(db, "Norrsken")
    public = asking(db, eve, organisation).request.public_id
    Browser(db, eve).send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )
    browser = Browser(db, ada)

    shown = browser.get(page_of(organisation))
    done = browser.send(answer_of(organisation, public, "agree"))

    assert answer_of(organisation, public, "agree") in shown.forms
    assert "Eve Ek belongs to Norrsken now." in done.html
    assert again(db, eve).is_("contact", "organisation", organisation.id)


def test_the_page_asks_as_often_for_three_askers_as_for_one(
    db: Database, bo: Actor, cy: Actor, dee: Actor, eve: Actor, queries: list[str]
) -> None:
    organisation, browser, counts = added(db, bo), Browser(db, bo), []
    for person in (cy, dee, eve):
        ask_to_join(db, person, organisation)
        db.commit()
        queries.clear()
        browser.get(page_of(organisation))
        counts.append(len(queries))

    assert counts[0] == counts[2]


# Home, account, registration


def test_the_home_of_a_contact_puts_it_first(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    asking(db, eve, organisation)

    page = Browser(db, bo).get("/")

    assert next_step(page) == "Say whether Eve Ek belongs to Alpenkäse GmbH"
    assert page_of(organisation) in page.links
    assert "Say whether" not in Browser(db, eve).get("/").text


def test_the_home_of_an_organiser_shows_it_where_there_is_no_contact(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = make_organisation(db, "Norrsken")
    asking(db, eve, organisation)
    before = Browser(db, ada).get("/")
    Browser(db, eve).send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )

    after = Browser(db, ada).get("/")

    assert "Say whether" not in before.text
    assert next_step(after) == "Say whether Eve Ek belongs to Norrsken"


def test_who_has_asked_is_not_told_to_find_an_organisation(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    browser = Browser(db, eve)
    before = next_step(browser.get("/"))
    browser.send(page_of(organisation, "/join"))

    assert (before, next_step(browser.get("/"))) == ("Say for whom you work", "Complete your profile")
    assert "You asked to join; it has not agreed yet." in browser.get("/account").text


def test_registering_with_an_organisation_that_has_not_agreed_works_and_says_what_is_missing(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = added(db, bo)
    public = asking(db, eve, organisation).request.public_id
    browser, form = Browser(db, eve), f"/e/{event.event.slug}/register"

    offered = browser.get(form)
    mine = browser.send(form, type="traditional", consent="yes", organisation=organisation.public_id)
    listed = Browser(db, ada).get(f"/e/{event.event.slug}/registrations")
    Browser(db, bo).send(answer_of(organisation, public, "agree"))
    agreed = browser.get(mine.path)

    assert "Alpenkäse GmbH (has to agree first)" in offered.text
    assert "Alpenkäse GmbH has not agreed yet that you belong to it" in mine.text
    assert page_of(organisation) in mine.links
    assert "Wants to take part for Alpenkäse GmbH, which has not agreed" in listed.text
    assert "has not agreed" not in agreed.text
    assert "For Alpenkäse GmbH" in agreed.text


def test_the_askers_desk_reads_for_whom_they_want_to_take_part(
    db: Database, ada: Actor, bo: Actor, cy: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    make_desk(db, ada, db.get_one(Programme, event.programme_id), officer=cy)
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)
    Browser(db, eve).send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )

    page = Browser(db, cy).get(f"/e/{event.event.slug}/desk")

    assert "Eve Ek Wants to take part for Alpenkäse GmbH, which has not agreed" in page.text


def test_who_was_turned_down_reads_on_their_registration_that_they_take_part_as_themselves(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)
    public = asking(db, eve, organisation).request.public_id
    browser = Browser(db, eve)
    mine = browser.send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )
    found = get_membership_request(db, again(db, bo), public)
    turn_down_membership(db, again(db, bo), found)

    page = browser.get(mine.path)

    assert "You take part as yourself" in page.text
    place = find_registration(db, event.id, eve.person)
    assert place is not None and place.organisation_id is None


def test_nobody_registers_with_an_organisation_that_they_never_asked(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)

    page = Browser(db, eve).send(
        f"/e/{event.event.slug}/register", type="traditional", consent="yes", organisation=organisation.public_id
    )

    assert (page.status, "You do not belong to this organisation." in page.text) == (422, True)
