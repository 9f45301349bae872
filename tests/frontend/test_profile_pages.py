"""The account: profile, password, browsers; and the card that others see."""

from sqlalchemy import delete

from events.core.access import Actor
from events.core.database import Database
from events.people import PersonState
from events.phases import PhaseKind
from events.registration import Consent
from events.signin import find_sign_in, password_matches
from tests.events.makers_network import added
from tests.frontend.browser import Browser
from tests.makers import (
    again,
    make_event,
    make_member,
    make_organisation,
    make_programme,
    make_registration,
    open_phase,
    person_of,
)

PROFILE = {"name": "Bo Berg", "locale": "en", "zone": "Europe/Stockholm"}
SENTENCE = "a short sentence about cheese"


def test_the_account_shows_what_is_known(db: Database, bo: Actor) -> None:
    added(db, bo)

    page = Browser(db, bo).get("/account")

    assert (page.status, page.headline) == (200, "Account and settings")
    assert ("bo@example.org" in page.text, "Alpenkäse GmbH" in page.text) == (True, True)
    assert '<option value="Europe/Stockholm" selected>' in page.html


def test_a_visitor_signs_in_first(db: Database, bo: Actor) -> None:
    browser = Browser(db)

    assert {browser.get(path).path for path in ("/account", f"/people/{person_of(db, bo).public_id}")} == {"/sign-in"}


def test_a_profile_is_changed_and_read_by_colleagues(db: Database, bo: Actor, cy: Actor) -> None:
    dairy = make_organisation(db, "Alpenkäse")
    for one in (bo, cy):
        make_member(db, one, dairy)
    Browser(db, bo).send(
        "/account/profile", **PROFILE, job_title="Cheese maker", about="Since 1999.", languages=["sv", "en"],
        keywords=["ai"], words="Rennet, whey",
    )  # fmt: skip

    card = Browser(db, cy).get(f"/people/{person_of(db, bo).public_id}")

    assert card.headline == "Bo Berg"
    for words in ("Cheese maker", "Since 1999.", "Swedish, English", "Artificial intelligence", "rennet", "whey"):
        assert words in card.text
    assert "bo@example.org" not in card.html


def test_a_stranger_finds_nobody(db: Database, bo: Actor, eve: Actor) -> None:
    card = Browser(db, eve).get(f"/people/{person_of(db, bo).public_id}")

    assert (card.status, "Bo Berg" in card.text) == (404, False)


def test_participants_of_one_event_read_each_other_and_its_organiser_reads_them(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    programme = make_programme(db, ada)
    event = open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)
    for one in (bo, cy):
        make_registration(db, one, event)
    path = f"/people/{person_of(db, bo).public_id}"

    assert [Browser(db, one).get(path).status for one in (cy, ada)] == [200, 200]


def test_whoever_has_not_agreed_yet_is_not_read(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    programme = make_programme(db, ada)
    event = open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)
    for one in (bo, cy):
        make_registration(db, one, event)
    db.exec(delete(Consent))  # as after a take-over

    assert Browser(db, cy).get(f"/people/{person_of(db, bo).public_id}").status == 404


def test_pages_are_in_the_chosen_language_from_then_on(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/account/profile", **{**PROFILE, "locale": "de"})

    assert '<html lang="de">' in page.html


def test_what_cannot_be_used_stands_at_its_field(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send(
        "/account/profile", name=" ", locale="xx", zone="Mars", job_title="Kept",
    )  # fmt: skip
    longer = Browser(db, bo).send(
        "/account/profile", **PROFILE, job_title="x" * 121, about="x" * 2001, languages="xx",
        words=",".join(f"w{n}" for n in range(13)),
    )  # fmt: skip

    assert page.status == 422
    assert ('value="Kept"' in page.html, "Please say how you want to be called." in page.html) == (True, True)
    assert [f'id="f-{name}-error"' in longer.html for name in ("job_title", "about", "languages", "keywords")] == [
        True
    ] * 4


def test_a_password_is_set_then_changed_with_the_present_one(db: Database, bo: Actor) -> None:
    browser = Browser(db, bo)

    first = browser.send("/account/password", password=SENTENCE, repeated=SENTENCE)
    without = browser.send("/account/password", old="wrong", password="another sentence", repeated="another sentence")
    changed = browser.send("/account/password", old=SENTENCE, password="another sentence", repeated="another sentence")

    assert [page.status for page in (first, without, changed)] == [200, 422, 200]
    assert "This is not your present password." in without.html
    db.expire_all()
    assert password_matches(person_of(db, bo).password_hash, "another sentence")


def test_two_different_passwords_are_refused_and_none_is_shown_again(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/account/password", password=SENTENCE, repeated="something else")

    assert (page.status, "The two passwords differ." in page.html, SENTENCE in page.html) == (422, True, False)
    assert 'value="Bo Berg"' in page.html


def test_a_common_password_is_refused(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/account/password", password="password", repeated="password")

    assert (page.status, "among the first that anybody would try" in page.html) == (422, True)


def test_a_new_password_signs_other_browsers_out(db: Database, bo: Actor) -> None:
    here, elsewhere = Browser(db, bo), Browser(db, bo)

    here.send("/account/password", password=SENTENCE, repeated=SENTENCE)

    assert (here.get("/account").path, elsewhere.get("/account").path) == ("/account", "/sign-in")


def test_signing_out_everywhere_ends_this_browser_too(db: Database, bo: Actor) -> None:
    here, elsewhere = Browser(db, bo), Browser(db, bo)

    here.send("/account/sign-out-everywhere")

    db.expire_all()
    assert [find_sign_in(db, browser.cookie) for browser in (here, elsewhere)] == [None, None]


def test_nobody_sees_the_card_of_somebody_who_never_signed_in(db: Database, bo: Actor, cy: Actor) -> None:
    person_of(db, cy).state = PersonState.NEW
    public = person_of(db, cy).public_id
    browser = Browser(db, bo)

    assert [browser.get(path).status for path in (f"/people/{public}", "/people/p_no")] == [404, 404]
