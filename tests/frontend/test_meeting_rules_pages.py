"""The organiser's pages for meetings: rules, who sees and asks whom, numbers for types, breaks, tables."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import close_event
from events.registration import types_of
from events.type_rules import PairRule, set_type_rules, type_rules_of
from frontend.rules_in_words import how_it_goes
from sessions.blocks import blocks_of, breaks_of, tables_of
from sessions.booking_rules import Answering, BookingRules, Timing, has_rules, limits_of_types, rules_of
from tests.frontend.browser import Browser, Page
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)

RULES = "/e/food-match/meeting-rules"
BLOCKS = "/e/food-match/set-up/blocks"
TYPED = {
    "what": "rules",
    "answering": "automatic",
    "timing": "at acceptance",
    "requests_hold": "no",
    "lasts_minutes": "15",
    "max_pending": "",
    "max_outgoing": "9",
    "max_per_block": "3",
}


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada, tables=2)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def send(db: Database, fair: Fair, path: str, **fields: str | list[str]) -> Page:
    page = Browser(db, fair.ada).send(path, **fields)
    db.expire_all()
    return page


def checked(page: Page, name: str) -> set[str]:
    """The ids of the boxes of this name that are ticked."""
    inputs = [one.partition(">")[0] for one in page.html.split("<input ")[1:]]
    return {
        one.partition('id="')[2].partition('"')[0] for one in inputs if f'name="{name}"' in one and "checked" in one
    }


# Rules


def test_the_page_says_how_it_goes_with_the_usual_rules(db, fair):
    page = Browser(db, fair.ada).get(RULES)

    assert page.headline == "Meeting rules"
    assert (
        "Whoever asks proposes a time; the meeting stands when the other accepts. A request waits 2 days for an "
        "answer, at most until the meeting would begin; then it expires. Until then its time is held for both. Both "
        "can move or cancel what stands. Everybody can have 15 open requests at a time." in page.text
    )


def test_an_organiser_saves_rules_with_hours(db, fair):
    hours = {"zone-1": "Europe/Kiev", "opens-1": "08:30", "closes-1": "00:00", "opens-2": "10:00", "closes-2": "12:00"}

    page = send(db, fair, RULES, **TYPED, **hours)

    kept = rules_of(db, fair.event.id)
    assert "Saved. It holds from now on." in page.html
    assert "A request counts as accepted at once; then either of the two chooses the time." in page.text
    assert (kept.answering, kept.timing, kept.requests_hold) == (Answering.AUTOMATIC, Timing.AT_ACCEPTANCE, False)
    assert (kept.max_pending, kept.max_outgoing, kept.max_per_block, kept.participants_move) == (None, 9, 3, False)
    assert [(one["zone"], one["opens"], one["closes"]) for one in kept.windows] == [
        ("Europe/Kyiv", 510, 1440),
        ("", 600, 720),
    ]
    assert 'name="opens-4"' in page.html
    assert 'name="opens-5"' not in page.html


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"max_outgoing": "many"}, "max_outgoing", "Please write a number from 1 to 1000, or leave it empty"),
        ({"max_per_block": "0"}, "max_per_block", "Please write a number from 1 to 1000, or leave it empty"),
        ({"lasts_minutes": "17"}, "lasts_minutes", "Please choose one of the offered times"),
        ({"opens-2": "09:00"}, "closes-2", "Please write a time of the day, such as 09:30."),
        ({"opens-2": "09:00", "closes-2": "08:00"}, "closes-2", "Hours end after they begin"),
        ({"zone-2": "Mars", "opens-2": "09:00", "closes-2": "10:00"}, "zone-2", "“Mars” is no time zone we know."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(db, fair, typed, field, sentence):
    page = send(db, fair, RULES, **TYPED | {"max_pending": "77"} | typed)

    assert page.status == 422
    assert f'id="f-{field}-error"' in page.html
    assert sentence in page.text
    assert 'value="77"' in page.html
    assert not has_rules(db, fair.event.id)


def test_what_is_under_way_is_said_before_the_rules_change(db, fair, bo, cy):
    assert "under way" not in Browser(db, fair.ada).get(RULES).text
    make_request(db, fair, asker=bo, invitee=cy)

    page = Browser(db, fair.ada).get(RULES)

    assert "1 request is open." in page.text
    assert "Open requests still wait for their answer, expire when they were going to" in page.text


def test_whoever_asks_reads_how_long_their_request_waits(db, fair, bo, cy):
    with_rules(db, fair, lasts_minutes=15)

    page = Browser(db, bo).get(f"/e/food-match/participants/{place_of(db, cy, fair).public_id}/ask")

    until = (clock.now() + timedelta(minutes=15)).astimezone(ZoneInfo("Europe/Stockholm"))
    assert f"{until:%H:%M}" in page.text


@pytest.mark.parametrize("answering", Answering)
@pytest.mark.parametrize("timing", Timing)
def test_every_mode_is_told_in_its_own_words(answering, timing):
    rules = BookingRules(
        event_id=1, answering=answering, timing=timing, requests_hold=False, lasts_minutes=360, max_pending=1,
        max_outgoing=2, max_per_block=3, windows=[{"zone": "", "opens": 0, "closes": 60}], participants_move=False,
    )  # fmt: skip

    told = " ".join(str(one) for one in how_it_goes(rules))

    asks = answering is Answering.APPROVAL
    assert ("6 hours" in told, "1 open request" in told) == (asks, asks)
    assert ("It holds no time" in told) is (asks and timing is Timing.AT_REQUEST)
    assert ("the organisers choose the time" in told) is (timing is Timing.BY_ORGANISER)
    assert "2 meetings in all" in told
    assert "only organisers and desks move it" in told


# Types


def test_the_matrix_says_who_may_ask_whom_to_those_who_do_not_see_it(db, fair):
    page = Browser(db, fair.ada).get(RULES)

    assert "Looks for technology may ask Offers technology" in page.text
    assert "Intermediary see Looks for technology" in page.text
    assert len(checked(page, "see")) == len(checked(page, "ask")) == 9


def test_all_pairs_are_saved_at_once(db, fair):
    one, other, third = (one.id for one in types_of(db, fair.event.id))
    see = [f"{a}-{b}" for a in (one, other, third) for b in (one, other)]

    page = send(db, fair, f"{RULES}/types", what="types", see=see, ask=[f"{one}-{other}"])

    kept = type_rules_of(db, fair.event.id)
    assert "Saved. What was asked and agreed before stays." in page.html
    assert ((one, other) in kept, kept[other, one].may_see, kept[other, one].may_ask) == (False, True, False)
    assert (kept[one, third].may_see, kept[one, third].may_ask) == (False, False)
    assert checked(page, "ask") == {f"f-ask-{one}-{other}"}


def test_asking_without_seeing_is_said_in_its_cell_and_the_ticks_stay(db, fair):
    one, other, _third = (one.id for one in types_of(db, fair.event.id))

    page = send(db, fair, f"{RULES}/types", what="types", see=[f"{one}-{one}"], ask=[f"{one}-{other}"])

    assert page.status == 422
    assert f'id="f-ask-{one}-{other}-error"' in page.html
    assert (checked(page, "see"), checked(page, "ask")) == ({f"f-see-{one}-{one}"}, {f"f-ask-{one}-{other}"})
    assert type_rules_of(db, fair.event.id) == {}


def test_who_is_hidden_from_a_type_is_not_there_for_it(db, fair, bo, cy):
    first = types_of(db, fair.event.id)[0]
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(first, first, may_see=False, may_ask=False)])
    address = f"/e/food-match/participants/{place_of(db, cy, fair).public_id}"

    assert Browser(db, bo).get(address).status == 404
    assert Browser(db, fair.ada).get(address).status == 200


def test_numbers_for_types_are_saved_and_refused_beside_their_field(db, fair):
    one, other, _third = (one.id for one in types_of(db, fair.event.id))

    good = send(db, fair, f"{RULES}/limits", what="limits", **{f"min_meetings-{one}": "2", f"max_meetings-{one}": "8"})
    bad = send(
        db, fair, f"{RULES}/limits", what="limits",
        **{f"min_meetings-{one}": "9", f"max_meetings-{one}": "8", f"max_meetings-{other}": "x"},
    )  # fmt: skip

    kept = limits_of_types(db, fair.event.id)
    assert ("Saved." in good.html, bad.status) == (True, 422)
    assert f'id="f-max_meetings-{one}-error"' in bad.html
    assert f'id="f-max_meetings-{other}-error"' in bad.html
    assert [(row.type_id, row.min_meetings, row.max_meetings) for row in kept.values()] == [(one, 2, 8)]


# Breaks


def test_a_block_is_added_with_a_break(db, fair):
    typed = {"starts_at": "2026-04-16T09:00", "ends_at": "2026-04-16T12:00"}

    page = send(db, fair, BLOCKS, **typed, **{"break_starts-0": "10:40", "break_ends-0": "11:00"})

    block = blocks_of(db, fair.event.id)[-1]
    assert "Added: 6 slots for meetings." in page.html
    assert "10:40 – 11:00" in page.text
    assert [f"{one.starts_at:%H:%M}" for one in breaks_of(block)] == ["08:40"]


def test_breaks_of_a_block_are_set_and_its_slots_shown(db, fair):
    here = f"{BLOCKS}/{fair.block.public_id}"

    page = send(db, fair, here, **{"break_starts-2": "11:25", "break_ends-2": "11:35"})

    assert "Saved. This block has 3 slots now." in page.html
    assert "11:35 – 11:55" in page.text
    assert 'name="break_starts-3"' in page.html


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"break_starts-2": "11:25"}, "break_ends-2", "Please write a time of the day, such as 09:30."),
        ({"break_starts-2": "11:25", "break_ends-2": "11:20"}, "break_ends-2", "A break ends after it begins."),
        ({"break_starts-2": "08:25", "break_ends-2": "11:20"}, "break_starts-2", "A break lies within its block."),
        ({"break_starts-2": "11:26", "break_ends-2": "11:30"}, "break_starts-2", "on a multiple of five minutes"),
    ],
)
def test_a_break_that_cannot_be_is_said_beside_its_row(db, fair, typed, field, sentence):
    page = send(db, fair, f"{BLOCKS}/{fair.block.public_id}", **typed)

    assert page.status == 422
    assert f'id="f-{field}-error"' in page.html
    assert sentence in page.text
    assert f'value="{typed["break_starts-2"]}"' in page.html


def test_a_break_over_a_meeting_is_refused_and_the_meeting_named(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    page = send(db, fair, f"{BLOCKS}/{fair.block.public_id}", **{"break_starts-0": "11:25", "break_ends-0": "11:35"})

    assert page.status == 409
    assert "Bo Berg and Cy Costa have a meeting or a request at Wed, 15 Apr 2026, 11:25 (Europe/Vienna)" in page.text
    assert 'value="11:35"' in page.html


# Tables


def test_tables_are_listed_with_advice_and_changed(db, fair, bo, cy):
    first = tables_of(db, fair.event.id)[0].id
    place = place_of(db, cy, fair).public_id

    page = send(db, fair, f"/e/food-match/set-up/tables/{first}", name="Window", chairs="6", kept_for=place)

    assert page.path == BLOCKS
    assert "Window On site 6 Cy Costa" in page.text
    assert "2 participants with about 4 meetings each make 4 meetings." in page.text


def test_what_no_table_can_be_is_said_on_its_page(db, fair):
    first = tables_of(db, fair.event.id)[0].id

    page = send(db, fair, f"/e/food-match/set-up/tables/{first}", name="2", chairs="4", kept_for="")

    assert (page.status, page.headline) == (422, "Table 1")
    assert 'id="f-name-error"' in page.html
    assert "Another table has this name. Choose another one." in page.text


def test_a_table_is_removed(db, fair, bo, cy):
    first, second = (one.id for one in tables_of(db, fair.event.id))
    make_meeting(db, fair, asker=bo, invitee=cy)

    used = send(db, fair, f"/e/food-match/set-up/tables/{first}/remove")
    gone = send(db, fair, f"/e/food-match/set-up/tables/{second}/remove")

    assert used.status == 409
    assert "Bo Berg and Cy Costa meet at this table at" in used.text
    assert "The table is gone." in gone.html
    assert [one.id for one in tables_of(db, fair.event.id)] == [first]


def test_somebody_of_another_event_keeps_no_table_here(db, fair, bo):
    other = make_fair(db, fair.ada, name="Wood Match")
    stranger = make_participant(db, bo, other)
    first = tables_of(db, fair.event.id)[0].id
    place = place_of(db, stranger, other).public_id

    page = send(db, fair, f"/e/food-match/set-up/tables/{first}", name="1", chairs="4", kept_for=place)

    assert page.status == 422
    assert "Please choose somebody who takes part in this event." in page.text


# Who and when


@pytest.mark.parametrize("address", [RULES, BLOCKS, f"{BLOCKS}/%(block)s", "/e/food-match/set-up/tables/%(table)s"])
def test_only_organisers_see_these_pages(db, fair, bo, address):
    path = address % {"block": fair.block.public_id, "table": tables_of(db, fair.event.id)[0].id}

    assert Browser(db, fair.ada).get(path).status == 200
    assert Browser(db, bo).get(path).status in {403, 404}


def test_an_event_that_is_over_shows_its_rules_and_saves_none(db, fair):
    close_event(db, fair.ada, fair.event)

    shown = Browser(db, fair.ada).get(RULES)
    sent = send(db, fair, RULES, **TYPED)

    assert shown.status == 200
    assert "Save the rules" not in shown.text
    assert sent.status == 409


def test_the_set_up_leads_to_the_rules(db, fair):
    page = Browser(db, fair.ada).get("/e/food-match/set-up")

    assert RULES in page.links
    assert "Your own meeting rules" in page.text
