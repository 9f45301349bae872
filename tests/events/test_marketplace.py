"""The marketplace: publishing, changing, withdrawing, searching, and standing in events."""

import pytest

from events.browsing import answering_for, events_showing, get_item, items_in, items_of_organisations
from events.core.access import VISITOR, Actor, may
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import close_event, get_event
from events.marketplace import (
    Item,
    ItemForEvent,
    ItemKind,
    ItemShownAlready,
    change_item,
    hide_from_event,
    publish_item,
    show_in_event,
    withdraw_item,
)
from events.organisations import leave_organisation, name_contact, remove_member
from tests.events.makers_network import added, gathering, published, wording
from tests.makers import again, let_join, make_registration

POLISH = "Galwanizernia chce odzyskiwać nikiel i wodę płuczącą"


def found(db: Database, actor: Actor = VISITOR, **question: object) -> list[str]:
    """The summaries that a question finds."""
    return [card.summary for card in items_in(db, actor, **question).rows]  # type: ignore[arg-type]


def published_by(db: Database, actor: Actor, **values: object) -> Item:
    """An item of an organisation that `actor` is the contact of."""
    organisation = added(db, actor)
    return published(db, again(db, actor), organisation, **values)


def test_a_member_publishes_a_need_and_everybody_finds_it(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    item = published(db, again(db, bo), organisation)

    assert found(db) == [item.summary]


def test_who_does_not_belong_publishes_nothing(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)

    with pytest.raises(NotAllowed):
        publish_item(db, eve, organisation, wording=wording())


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("summary", {"summary": " "}),
        ("summary", {"summary": "x" * 301}),
        ("text", {"text": "x" * 6001}),
        ("text_en", {"text_en": "x" * 6001}),
        ("sector", {"sector": "x" * 41}),
        ("language", {"language": "xx"}),
        ("country", {"country": "XX"}),
        ("countries", {"countries": ("AT", "XX")}),
        ("speaks", {"speaks": ("xx",)}),
        ("keywords", {"keywords": tuple(f"word {n}" for n in range(13))}),
        ("keywords", {"keywords": ("x" * 61,)}),
        ("budget_eur", {"budget_eur": -1}),
        ("budget_eur", {"budget_eur": 2_000_000_001}),
    ],
)
def test_what_cannot_be_published_is_said_at_its_field(
    db: Database, bo: Actor, field: str, values: dict[str, object]
) -> None:
    organisation = added(db, bo)

    with pytest.raises(Invalid) as refused:
        publish_item(db, again(db, bo), organisation, wording=wording(**values))  # type: ignore[arg-type]

    assert list(refused.value.fields) == [field]


def test_a_changed_item_is_found_by_its_new_words_only(db: Database, bo: Actor) -> None:
    item = published_by(db, bo)
    change_item(db, again(db, bo), item, wording=wording("Sawmill looks for tracing"))

    assert [found(db, query=words) for words in ("pumps", "sawmill")] == [[], ["Sawmill looks for tracing"]]


def test_contacts_change_what_members_published(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    item = published(db, again(db, cy), organisation)

    change_item(db, again(db, bo), item, wording=wording("Said better"))

    assert item.summary == "Said better"


def test_members_do_not_change_what_others_published(db: Database, bo: Actor, cy: Actor) -> None:
    item = published_by(db, bo)
    let_join(db, cy, get_item(db, VISITOR, item.public_id).organisation)

    with pytest.raises(NotAllowed):
        change_item(db, again(db, cy), item, wording=wording("Mine"))


def test_who_was_removed_keeps_nothing_of_the_organisation(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, eve, organisation)
    item = published(db, again(db, eve), organisation)
    remove_member(db, again(db, bo), organisation, person_id=eve.person or 0)

    assert not may(again(db, eve), "change_item", item)


def test_a_withdrawn_item_is_for_its_organisation_only(db: Database, bo: Actor) -> None:
    item = published_by(db, bo)

    withdraw_item(db, again(db, bo), item)

    assert found(db) == []
    assert get_item(db, again(db, bo), item.public_id).item == item
    with pytest.raises(NotFound):
        get_item(db, VISITOR, item.public_id)


def test_a_withdrawn_item_is_neither_changed_nor_withdrawn_again(db: Database, bo: Actor) -> None:
    item = published_by(db, bo)
    withdraw_item(db, again(db, bo), item)

    with pytest.raises(Conflict, match="was withdrawn"):
        change_item(db, again(db, bo), item, wording=wording())
    with pytest.raises(Conflict, match="was withdrawn"):
        withdraw_item(db, again(db, bo), item)


def test_lists_of_an_organisation_show_what_each_may_see(db: Database, bo: Actor) -> None:
    item = published_by(db, bo)
    withdraw_item(db, again(db, bo), item)

    seen = [len(items_of_organisations(db, actor, [item.organisation_id])) for actor in (again(db, bo), VISITOR)]

    assert seen == [1, 0]


@pytest.mark.parametrize(
    "query",
    [
        "nikiel", "NIKIEL wode", "pluczaca", "rinse water", "electroplating", "alpenkase", "metal", "austria",
        "galwanizernia recover",
    ],
)  # fmt: skip
def test_search_finds_words_in_any_language_without_accents(db: Database, bo: Actor, query: str) -> None:
    published_by(
        db, bo, summary=POLISH, language="pl", keywords=("metal",),
        text_en="Electroplating shop wants to recover nickel and rinse water.",
    )  # fmt: skip

    assert found(db, query=query) == [POLISH]


@pytest.mark.parametrize("query", ["nikiel gold", "100%", "n_kiel", "\\", "%"])
def test_search_asks_for_every_word_and_takes_signs_for_nothing(db: Database, bo: Actor, query: str) -> None:
    published_by(db, bo, summary="Bakery bakes too much")
    signs_only = query in {"\\", "%"}

    assert found(db, query=query) == (["Bakery bakes too much"] if signs_only else [])


def test_filters_narrow_the_list(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)
    bo = again(db, bo)
    published(db, bo, organisation, "Need", keywords=("ai.vision",), speaks=("de",), country="AT")
    published(db, bo, organisation, "Offer", kind=ItemKind.OFFER, keywords=("météo",), language="fr", country="FR")

    answers = [
        found(db, **question)
        for question in (
            {"kind": ItemKind.OFFER}, {"country": "AT"}, {"keyword": "ai"}, {"keyword": "ai.vision"}, {"keyword": "a"},
            {"keyword": "météo"}, {"language": "fr"}, {"language": "de"}, {"keyword": '"%'},
        )
    ]  # fmt: skip

    assert answers == [["Offer"], ["Need"], ["Need"], ["Need"], [], ["Offer"], ["Offer"], ["Need"], []]


def test_the_list_counts_what_it_finds_and_shows_a_page(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)
    bo = again(db, bo)
    for number in range(26):
        published(db, bo, organisation, f"Need {number}")

    page = items_in(db, VISITOR, query="need", page=2)

    assert (page.count, page.pages, [card.summary for card in page.rows]) == (26, 2, ["Need 1", "Need 0"])


def test_a_participant_shows_an_own_item_in_an_event(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    make_registration(db, bo, event)
    item = published_by(db, bo)

    show_in_event(db, again(db, bo), ItemForEvent(item, event))

    assert found(db, event=event) == [item.summary]
    assert [one.id for one in events_showing(db, item)] == [event.id]


def test_an_item_of_the_market_is_not_in_an_event_by_itself(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    published_by(db, bo)

    assert found(db, event=event) == []


def test_the_public_page_of_an_event_is_new_when_an_item_comes(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    item, before = published_by(db, bo), event.event.version

    show_in_event(db, ada, ItemForEvent(item, event))

    assert get_event(db, VISITOR, event.event.slug).event.version == before + 1


def test_who_does_not_take_part_shows_nothing(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    item = published_by(db, bo)

    with pytest.raises(NotAllowed):
        show_in_event(db, again(db, bo), ItemForEvent(item, event))


def test_an_item_stands_in_an_event_once(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    item = published_by(db, bo)
    show_in_event(db, ada, ItemForEvent(item, event))

    with pytest.raises(ItemShownAlready, match="shown in the event already"):
        show_in_event(db, ada, ItemForEvent(item, event))


def test_withdrawn_items_and_closed_events_are_refused(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    item = published_by(db, bo)
    withdraw_item(db, again(db, bo), item)

    with pytest.raises(Conflict, match="was withdrawn"):
        show_in_event(db, ada, ItemForEvent(item, event))
    close_event(db, ada, event)
    other = published(db, again(db, bo), get_item(db, again(db, bo), item.public_id).organisation)
    with pytest.raises(Conflict, match="event is over"):
        show_in_event(db, ada, ItemForEvent(other, event))


def test_an_item_taken_out_of_an_event_stays_on_the_market(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    item = published_by(db, bo)
    show_in_event(db, ada, ItemForEvent(item, event))

    hide_from_event(db, ada, ItemForEvent(item, event))

    assert (found(db, event=event), found(db)) == ([], [item.summary])
    with pytest.raises(NotFound, match="not shown in the event"):
        hide_from_event(db, ada, ItemForEvent(item, event))


def test_one_asks_who_published_then_a_contact_then_a_member(
    db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, dee)
    for person in (bo, cy):
        let_join(db, person, organisation)
    name_contact(db, again(db, dee), organisation, person_id=cy.person or 0)
    item = published(db, again(db, dee), organisation)
    asked: list[str | None] = []
    for person in (None, bo, cy, dee):
        if person:
            make_registration(db, person, event)
        answering = answering_for(db, VISITOR, item, event)
        asked.append(answering.person.name if answering else None)

    assert asked == [None, "Bo Berg", "Cy Costa", "Dee Dumont"]


def test_nobody_is_sent_to_meet_themselves(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    make_registration(db, bo, event)
    item = published_by(db, bo)

    assert answering_for(db, again(db, bo), item, event) is None


def test_an_organisation_can_be_left_by_who_published_for_it(db: Database, bo: Actor) -> None:
    item = published_by(db, bo)
    organisation = get_item(db, VISITOR, item.public_id).organisation

    leave_organisation(db, again(db, bo), organisation)

    assert not may(again(db, bo), "withdraw_item", item)
