"""The marketplace: looking, publishing, changing, and an item's place in events."""

import re

from events.core.access import Actor
from events.core.database import Database
from events.marketplace import Item, ItemForEvent, show_in_event
from tests.events.makers_network import added, gathering, published
from tests.frontend.browser import Browser
from tests.makers import again, let_join, make_registration

POLISH = "Galwanizernia chce odzyskiwać nikiel"
ENGLISH = "Electroplating shop wants to recover nickel."


def own_item(db: Database, actor: Actor, *summary: str, **values: object) -> Item:
    """An item of an organisation that `actor` is the contact of."""
    organisation = added(db, actor)
    return published(db, again(db, actor), organisation, *summary, **values)


def item_path(item, more: str = "") -> str:
    return f"/marketplace/{item.public_id}{more}"


def test_an_empty_marketplace_says_what_to_do(db: Database) -> None:
    page = Browser(db).get("/marketplace")

    assert (page.status, page.headline) == (200, "Marketplace")
    assert "/marketplace/new" in page.links


def test_each_text_says_its_language(db: Database, bo: Actor) -> None:
    item = own_item(db, bo, POLISH, language="pl", text_en=ENGLISH)
    browser = Browser(db)

    listed, alone = browser.get("/marketplace"), browser.get(item_path(item))

    assert f'<span lang="pl">{POLISH}</span>' in listed.html
    assert f'<p lang="en" class="small">{ENGLISH}</p>' in listed.html
    assert f'<h1 lang="pl">{POLISH}</h1>' in alone.html
    assert re.search(r'lang="en">\s*<p>Electroplating', alone.html)


def test_search_is_the_same_with_and_without_accents(db: Database, bo: Actor) -> None:
    own_item(db, bo, POLISH, language="pl", text_en=ENGLISH, keywords=("Metall",))
    browser = Browser(db)

    found = [
        "1 item" in browser.get(f"/marketplace?{query}").text
        for query in ("q=odzyskiwac", "q=nickel&kind=need&country=AT&language=pl", "keyword=Metall", "kind=no+kind")
    ]

    assert found == [True, True, True, True]
    assert "Nothing fits" in browser.get("/marketplace?q=gold").text


def test_a_list_of_three_asks_as_often_as_a_list_of_one(db: Database, bo: Actor, queries: list[str]) -> None:
    organisation = added(db, bo)
    browser, counts = Browser(db), []
    for number in range(3):
        published(db, again(db, bo), organisation, f"Need {number}")
        db.commit()
        queries.clear()
        browser.get("/marketplace")
        counts.append(len(queries))

    assert counts[0] == counts[2] <= 3


def test_who_belongs_nowhere_is_sent_to_find_their_organisation(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).get("/marketplace/new")

    assert (page.status, "/organisations" in page.links, "/marketplace/new" in page.forms) == (200, True, False)


def test_publishing_leads_to_the_item(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db, bo).send(
        "/marketplace/new", organisation=organisation.public_id, kind="need", summary="We lose heat", language="en",
        budget_eur="12 000", keywords=["energy"], words="Boilers; steam", speaks=["de", "en"],
    )  # fmt: skip

    assert (page.status, page.headline) == (200, "We lose heat")
    assert "€12,000" in page.text
    assert "boilers" in page.text


def test_what_is_missing_stands_at_its_field(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)
    browser = Browser(db, bo)

    page = browser.send(
        "/marketplace/new", organisation=organisation.public_id, kind="", summary="Typed", language="xx", budget_eur="x"
    )
    nowhere = browser.send("/marketplace/new", kind="need", summary="Typed")

    assert page.status == 422
    assert ("Say whether this is a need or an offer." in page.html, 'value="Typed"' in page.html) == (True, True)
    assert "Please write the amount in whole euros." in page.html
    assert "Please choose the language that this is written in." in page.html
    assert "Please choose for which organisation you publish this." in nowhere.html


def test_nobody_publishes_for_others(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db, eve).send("/marketplace/new", organisation=organisation.public_id, kind="need", summary="Mine")

    assert page.status == 403


def test_the_keeper_edits_and_withdraws(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    item = published(db, again(db, bo), organisation, keywords=("leather", "ai"), sectors=("food",))
    own, other = Browser(db, bo), Browser(db, cy)

    form = own.get(item_path(item, "/edit"))
    changed = own.send(item_path(item, "/edit"), kind="offer", summary="Said better", language="en", words="leather")
    withdrawn = own.send(item_path(item, "/withdraw"))

    assert 'value="leather"' in form.html
    assert (changed.headline, "Said better" in changed.html) == ("Said better", True)
    assert "Only your organisation sees it." in withdrawn.html
    db.refresh(item)
    assert (item.keywords, item.sectors) == (["leather"], ["food"])
    assert other.get(item_path(item)).status == 404
    assert own.get(item_path(item, "/edit")).status == 409


def test_others_do_not_open_the_form(db: Database, bo: Actor, eve: Actor) -> None:
    item = own_item(db, bo)

    assert Browser(db, eve).get(item_path(item, "/edit")).status == 403


def test_a_participant_shows_an_item_in_an_event_and_takes_it_out(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    make_registration(db, bo, event)
    organisation = added(db, bo)
    item = published(db, again(db, bo), organisation)
    browser = Browser(db, bo)

    shown = browser.send(item_path(item, "/show"), event="food-match")
    listed = browser.get("/e/food-match/marketplace")
    hidden = browser.send(item_path(item, "/hide"), event="food-match")

    assert "It is shown in Food Match now." in shown.html
    assert (listed.headline, item_path(item) in listed.links) == ("Needs and offers", True)
    assert "It is not shown in Food Match any more." in hidden.html
    assert "Nothing published yet" in browser.get("/e/food-match/marketplace").text


def test_publishing_from_an_event_shows_it_there(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    make_registration(db, bo, event)
    organisation = added(db, bo)
    browser = Browser(db, bo)

    form = browser.get("/marketplace/new?event=food-match")
    browser.send(
        "/marketplace/new", organisation=organisation.public_id, kind="offer", summary="We mend pumps",
        event="food-match",
    )  # fmt: skip

    assert "Show it in Food Match" in form.text
    assert "We mend pumps" in browser.get("/e/food-match/marketplace?kind=offer").text


def test_an_item_shows_whom_to_ask_to_participants_only(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    ada, event = gathering(db, ada)
    for person in (bo, cy):
        make_registration(db, person, event)
    organisation = added(db, bo)
    let_join(db, ada, organisation)
    item = published(db, again(db, bo), organisation)
    show_in_event(db, again(db, bo), ItemForEvent(item, event))

    pages = {name: Browser(db, actor).get(item_path(item)) for name, actor in (("cy", cy), ("bo", bo), ("", None))}

    asks = {name: "Ask for a meeting" in page.text and "Bo Berg" in page.text for name, page in pages.items()}
    assert asks == {"cy": True, "bo": False, "": False}


def test_organisers_find_the_import_on_the_list(db: Database, ada: Actor, bo: Actor) -> None:
    gathering(db, ada)
    here = "/e/food-match/marketplace"

    found = ["/e/food-match/import/items" in Browser(db, actor).get(here).links for actor in (ada, bo)]

    assert found == [True, False]


def test_what_is_not_there_is_not_found(db: Database) -> None:
    browser = Browser(db)

    assert [browser.get(path).status for path in ("/marketplace/i_no", "/e/no/marketplace")] == [404, 404]
