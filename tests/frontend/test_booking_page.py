"""The booking page: times for both in a grid and a list, what will happen then, and who is not to be put together."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.translation import written_for
from events.organisations import OrganisationKind
from frontend.slots import grid_of, value_of
from sessions.answers import accept_meeting
from sessions.availability import OfferedSlot, set_availability
from sessions.blocks import BlockInEvent, Slot, add_block, remove_block
from sessions.booking_rules import Answering, Timing
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, page_of
from sessions.no_thanks import say_no_thanks, turned_down_by
from sessions.requests import request_meeting, withdraw_request
from tests.frontend.browser import Browser, Page, without_secrets
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)

HERE = "/e/food-match"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    mill = make_organisation(db, "Nordmühle", kind=OrganisationKind.TRADITIONAL_SME, country="SE")
    return make_participant(db, bo, fair, organisation=mill)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    lab = make_organisation(db, "Lisbon Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="PT")
    return make_participant(db, cy, fair, organisation=lab)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


def page_about(db: Database, fair: Fair, other: Actor) -> str:
    return f"{HERE}/participants/{place_of(db, other, fair).public_id}"


def cells(page: Page) -> dict[str, str]:
    """What each cell of the grid says, by its slot."""
    return dict(re.findall(r'data-slot="(\d+)" aria-label="([^"]*)"', page.html))


def offered(page: Page) -> list[str]:
    """The slots that can be chosen without JavaScript."""
    return re.findall(r'<input type="radio" [^>]*value="(\d+)" required(?: checked)?>', page.html)


def values(fair: Fair) -> list[str]:
    return [value_of(slot) for slot in fair.slots]


def test_each_cell_says_its_time_on_both_clocks_and_whether_both_are_free(db, fair, bo, cy, dee):
    make_request(db, fair, asker=dee, invitee=cy, slot=1)

    page = Browser(db, bo).get(f"{page_about(db, fair, cy)}/ask")

    assert list(cells(page).values()) == [
        "Wed, 15 Apr 2026, 11:00 (10:00 for Cy Costa), free",
        "Wed, 15 Apr 2026, 11:25 (10:25 for Cy Costa), not free",
        "Wed, 15 Apr 2026, 11:50 (10:50 for Cy Costa), free",
        "Wed, 15 Apr 2026, 12:15 (11:15 for Cy Costa), free",
    ]
    assert offered(page) == [values(fair)[number] for number in (0, 2, 3)]
    assert "Europe/Stockholm" in page.text and "Europe/Lisbon" in page.text


def test_a_day_on_which_nothing_is_free_is_left_out_of_the_list(db, fair, bo, cy):
    later = fair.slots[0].starts_at + timedelta(days=1)
    add_block(db, fair.ada, fair.event, starts_at=later, ends_at=later + timedelta(minutes=20))
    set_availability(db, cy, fair.event, absent=[slot.starts_at for slot in fair.slots])

    page = Browser(db, bo).get(f"{page_about(db, fair, cy)}/ask")

    days = re.findall(r'<div class="slot-day" role="group" aria-label="([^"]*)"( hidden)?>', page.html)
    assert days == [("Wed, 15 Apr 2026", " hidden"), ("Thu, 16 Apr 2026", "")]
    assert len(offered(page)) == 1


def test_the_soonest_times_come_first_and_choose_without_javascript(db, fair, bo, cy):
    browser = Browser(db, bo)
    page = browser.get(f"{page_about(db, fair, cy)}/ask")

    quick = [link for link in page.links if "?slot=" in link]
    chosen = browser.get(quick[1].partition("#")[0])

    assert quick == [f"{page_about(db, fair, cy)}/ask?slot={value}#f-note" for value in values(fair)[:3]]
    assert re.findall(r'value="(\d+)" required checked', chosen.html) == [values(fair)[1]]


def test_the_page_says_until_when_there_will_be_an_answer_and_how_many_requests_are_left(db, fair, bo, cy, dee):
    with_rules(db, fair, max_pending=3, lasts_minutes=24 * 60)
    make_request(db, fair, asker=bo, invitee=dee)

    page = Browser(db, bo).get(f"{page_about(db, fair, cy)}/ask")

    assert "Cy Costa has until Wed, 15 Apr 2026, 11:00 (Europe/Stockholm) to answer." in page.text
    assert "You can have 2 more requests open" in page.text


def test_who_has_no_request_left_reads_it_instead_of_a_form(db, fair, bo, cy, dee):
    with_rules(db, fair, max_pending=1)
    make_request(db, fair, asker=bo, invitee=dee)

    page = Browser(db, bo).get(f"{page_about(db, fair, cy)}/ask")

    assert "You have made as many requests as this event allows." in page.text
    assert f"{page_about(db, fair, cy)}/ask" not in page.forms


@pytest.mark.parametrize(
    ("rules", "sentence", "button"),
    [
        (
            {"timing": Timing.AT_ACCEPTANCE},
            "Cy Costa chooses one at which both of you are free",
            "Ask for this meeting",
        ),
        ({"timing": Timing.BY_ORGANISER}, "The organisers give your meeting one", "Ask for this meeting"),
        ({"answering": Answering.AUTOMATIC}, "nobody has to say yes: the meeting stands as soon", "Book this meeting"),
    ],
)
def test_the_page_says_who_chooses_and_what_stands_at_once(db, fair, bo, cy, rules, sentence, button):
    with_rules(db, fair, **rules)

    page = Browser(db, bo).get(f"{page_about(db, fair, cy)}/ask")

    assert (sentence in page.text, button in page.text) == (True, True)
    assert bool(cells(page)) is ("timing" not in rules)


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ({"timing": Timing.BY_ORGANISER}, MeetingState.REQUESTED),
        ({"timing": Timing.AT_ACCEPTANCE, "answering": Answering.AUTOMATIC}, MeetingState.ACCEPTED),
    ],
)
def test_a_request_without_a_time_is_sent_where_others_choose_it(db, fair, bo, cy, rules, state):
    with_rules(db, fair, **rules)

    sent = Browser(db, bo).send(f"{page_about(db, fair, cy)}/ask", note="About straw", item="")

    meeting = db.exec(select(Meeting)).one()
    assert (sent.path, meeting.state, meeting.starts_at) == (page_of(meeting), state, None)


def test_what_stands_between_the_two_is_said_before_asking(db, fair, bo, cy, dee):
    meeting = make_request(db, fair, asker=bo, invitee=cy)
    say_no_thanks(db, bo, fair.event, other=place_of(db, dee, fair))
    browser = Browser(db, bo)

    open_one = browser.get(f"{page_about(db, fair, cy)}/ask")
    turned_down = browser.get(f"{page_about(db, fair, dee)}/ask")

    assert page_of(meeting.meeting) in open_one.links
    assert "You said no thanks to meeting this person." in turned_down.text
    assert not [page for page in (open_one, turned_down) if cells(page)]


def test_a_page_asks_six_statements_whether_there_is_one_meeting_or_thirty(db, ada, queries):
    fair = make_fair(db, ada, slots=32, tables=4)
    bo = make_participant(db, make_person(db, "Bo Berg"), fair)
    cy = make_participant(db, make_person(db, "Cy Costa"), fair)
    with_rules(db, fair, max_pending=1000)
    others = [make_participant(db, make_person(db, f"P{n}", email=f"p{n}@example.org"), fair) for n in range(30)]
    browser, counts = Browser(db, bo), []

    for asked in (others[:1], others[1:]):
        for other in asked:
            make_request(db, fair, asker=bo, invitee=other, slot=others.index(other))
        browser.get(f"{page_about(db, fair, cy)}/ask")
        browser.kept.forget()
        queries.clear()
        page = browser.get(f"{page_about(db, fair, cy)}/ask")
        counts.append(len(queries))

    assert counts == [6, 6], "\n\n".join(queries)
    assert len(offered(page)) == 2


# --- No thanks


def test_no_thanks_looks_the_same_as_not_free(db, fair, bo, cy, dee, queries):
    """The page of somebody turned down, and of the same person asking when the other is away all the time."""
    browser, path = Browser(db, bo), f"{page_about(db, fair, cy)}/ask"

    def look(path: str) -> tuple[str, int]:
        browser.get(path)
        browser.kept.forget()
        queries.clear()
        page = browser.get(path)
        return without_secrets(page.html), len(queries)

    paths = (path, path.removesuffix("/ask"), f"{HERE}/participants", path.replace("/ask", "/times"))
    set_availability(db, cy, fair.event, absent=[slot.starts_at for slot in fair.slots])
    away = [look(one) for one in paths]
    set_availability(db, cy, fair.event, absent=[])
    say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))
    turned_down = [look(one) for one in paths]

    assert away == turned_down


@pytest.mark.parametrize("timing", [Timing.AT_REQUEST, Timing.AT_ACCEPTANCE, Timing.BY_ORGANISER])
def test_a_request_to_who_said_no_thanks_is_refused_as_one_to_who_is_not_free(db, fair, bo, cy, timing):
    with_rules(db, fair, timing=timing)
    browser, path = Browser(db, bo), f"{page_about(db, fair, cy)}/ask"
    slot = {"slot": values(fair)[0]} if timing is Timing.AT_REQUEST else {}

    set_availability(db, cy, fair.event, absent=[each.starts_at for each in fair.slots])
    away = browser.send(path, note="", item="", **slot)
    set_availability(db, cy, fair.event, absent=[])
    say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))
    turned_down = browser.send(path, note="", item="", **slot)

    assert (turned_down.status, without_secrets(turned_down.html)) == (409, without_secrets(away.html))


@pytest.mark.parametrize("timing", [Timing.AT_ACCEPTANCE, Timing.BY_ORGANISER])
@pytest.mark.parametrize("times", ["none yet", "all over"])
def test_where_no_times_are_to_come_nobody_reads_whether_they_were_turned_down(
    db, fair, bo, cy, queries, timing, times
):
    with_rules(db, fair, timing=timing)
    browser, path = Browser(db, bo), f"{page_about(db, fair, cy)}/ask"
    if times == "none yet":
        remove_block(db, fair.ada, BlockInEvent(fair.block, fair.event.event))

    def look() -> list[tuple[int, str, list[str]]]:
        found = []
        for way in (lambda: browser.get(path), lambda: browser.send(path, note="Flour", item="")):
            way()
            browser.kept.forget()
            queries.clear()
            page = way()
            found.append((page.status, without_secrets(page.html), list(queries)))
        return found

    with clock.frozen_at(clock.now() if times == "none yet" else fair.slots[-1].starts_at):
        welcome = look()
        say_no_thanks(db, cy, fair.event, other=place_of(db, bo, fair))
        turned_down = look()

    assert turned_down == welcome
    assert [status for status, _html, _queries in welcome] == [200, 409]
    assert "This event has no times for meetings to come." in welcome[1][1]


def test_no_thanks_is_said_on_a_page_and_taken_back_from_a_list(db, fair, bo, cy):
    browser, about = Browser(db, bo), page_about(db, fair, cy)
    assert f"{about}/no-thanks" in browser.get(about).forms

    said = browser.send(f"{about}/no-thanks")
    listed = browser.get(f"{HERE}/no-thanks")
    assert ("Nobody is told." in said.text, f"{about}/ask" in said.links, "Cy Costa" in listed.text) == (
        True,
        False,
        True,
    )

    [back] = [form for form in listed.forms if form.endswith("/take-back")]
    taken_back = browser.send(back)

    db.rollback()
    assert "Taken back." in taken_back.text
    assert turned_down_by(db, bo.person) == set()


def test_declining_can_say_that_the_two_are_never_put_together(db, fair, bo, cy):
    meeting = make_request(db, fair, asker=bo, invitee=cy)

    Browser(db, cy).send(f"{page_of(meeting.meeting)}/decline", reason="We only buy in bulk.", never="yes")

    db.rollback()
    assert turned_down_by(db, cy.person) == {bo.person}
    assert "We only buy in bulk." in Browser(db, bo).get(page_of(meeting.meeting)).text


# --- Met before


def test_whoever_met_reads_where_and_when_and_can_look_for_others(db, fair, ada, bo, cy, dee):
    before = make_fair(db, again(db, ada), name="Spring Match")
    bo, cy = make_participant(db, bo, before), make_participant(db, cy, before)
    held = make_meeting(db, before, asker=bo, invitee=cy)
    held.meeting.state, held.meeting.starts_at = MeetingState.HELD, datetime(2026, 3, 4, 9, tzinfo=UTC)
    db.add(held.meeting)
    browser = Browser(db, bo)

    for path in (page_about(db, fair, cy), f"{page_about(db, fair, cy)}/ask"):
        assert "You met Cy Costa at Spring Match on Wed, 4 Mar 2026." in browser.get(path).text
    found = browser.get(f"{HERE}/participants?met=no").text

    assert [name for name in ("Cy Costa", "Dee Dumont") if name in found] == ["Dee Dumont"]


# --- What an open page asks for


def test_an_open_page_learns_which_times_are_free_now(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    browser = Browser(db, bo)
    make_request(db, fair, asker=dee, invitee=cy, slot=2)

    asking = browser.get(f"{page_about(db, fair, dee)}/times")
    moving = browser.get(f"{page_of(meeting.meeting)}/times")

    assert asking.html == f'{{"free":["{values(fair)[1]}","{values(fair)[3]}"]}}'
    assert moving.html == f'{{"free":["{values(fair)[1]}","{values(fair)[3]}"]}}'
    assert Browser(db, dee).get(f"{page_of(meeting.meeting)}/times").status == 404


# --- The grid itself


def slots_at(*moments: datetime, free: bool = True) -> list[OfferedSlot]:
    return [OfferedSlot(Slot(one, one + timedelta(minutes=20)), free) for one in moments]


def test_times_of_a_day_that_others_lack_leave_holes():
    with written_for("en", "UTC"):
        grid = grid_of(
            slots_at(*(datetime(2026, 4, 15 + day, hour, tzinfo=UTC) for day, hour in ((0, 9), (1, 8), (1, 9)))),
            "UTC",
            "Cy",
        )

    assert [(row[0].time, [cell is not None for cell in row[1]]) for row in grid.rows] == [
        ("08:00", [False, True]),
        ("09:00", [True, True]),
    ]
    assert grid.their_zone == ""


def test_where_it_is_another_day_the_day_is_said():
    with written_for("en", "Europe/Lisbon"):
        [cell] = grid_of(slots_at(datetime(2026, 4, 15, 22, tzinfo=UTC)), "Asia/Tokyo", "Cy").soonest

    assert cell.label == "Wed, 15 Apr 2026, 23:00 (Thu, 16 Apr 2026, 07:00 for Cy)"


def test_the_hour_that_comes_twice_has_two_rows():
    with written_for("en", "Europe/Berlin"):
        grid = grid_of(
            slots_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)), None, ""
        )

    assert [row[0].time for row in grid.rows] == ["02:30", "02:30"]


def test_a_request_is_refused_when_no_time_is_left(db, fair, bo, cy):
    """Where others choose the time, it is still a request for one that there is."""
    from sessions.seats import SlotTaken

    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    set_availability(db, cy, fair.event, absent=[slot.starts_at for slot in fair.slots])

    with pytest.raises(SlotTaken, match="Cy Costa has no time left at which the two of you could meet"):
        request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)


@pytest.mark.parametrize("timing", list(Timing))
@pytest.mark.parametrize("what", ["limit", "asked already", "not free", "colleagues", "no times"])
def test_what_was_typed_is_there_again_whatever_has_come_in_between(db, fair, bo, cy, dee, timing, what):
    """The page was open when it happened, in another window or somewhere else."""
    with_rules(db, fair, timing=timing, max_pending=1 if what == "limit" else None)
    browser, path = Browser(db, bo), f"{page_about(db, fair, cy)}/ask"
    slot = {"slot": values(fair)[0]} if timing is Timing.AT_REQUEST else {}
    browser.get(path)
    if what in {"limit", "asked already"}:
        other = place_of(db, dee if what == "limit" else cy, fair)
        taken = fair.slots[2] if timing is Timing.AT_REQUEST else None
        request_meeting(db, bo, fair.event, invitee=other, slot=taken)
    elif what == "not free":
        set_availability(db, cy, fair.event, absent=[each.starts_at for each in fair.slots])
    elif what == "colleagues":
        place_of(db, cy, fair).organisation_id = place_of(db, bo, fair).organisation_id
        db.flush()
    else:
        remove_block(db, fair.ada, BlockInEvent(fair.block, fair.event.event))

    again = browser.send(path, note="About your <flour>.", item="", **slot)

    assert (again.status, again.path) == (422 if what == "no times" and slot else 409, path)
    assert len(re.findall(r'<textarea[^>]*name="note"[^>]*>\s*About your &lt;flour&gt;\.</textarea>', again.html)) == 1


def test_what_was_typed_is_sent_once_the_limit_allows_it(db, fair, bo, cy, dee):
    with_rules(db, fair, max_pending=1)
    browser, path = Browser(db, bo), f"{page_about(db, fair, cy)}/ask"
    browser.get(path)
    other = make_request(db, fair, asker=bo, invitee=dee, slot=2)
    again = browser.send(path, note="About your flour.", item="", slot=values(fair)[1])
    withdraw_request(db, bo, other)

    [kept] = re.findall(r'name="slot" value="([^"]*)"', again.html)
    sent = browser.send(path, note="About your flour.", item="", slot=kept)

    made = db.exec(select(Meeting).where(Meeting.invitee_id == cy.person)).one()
    assert (sent.status, made.note, made.starts_at) == (200, "About your flour.", fair.slots[1].starts_at)


def test_a_reason_for_what_cannot_be_done_any_more_can_still_be_read(db, fair, bo, cy):
    declined = make_request(db, fair, asker=bo, invitee=cy)
    withdraw_request(db, bo, declined)
    begun = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)
    browser = Browser(db, cy)

    with clock.frozen_at(fair.slots[1].starts_at):
        pages = [
            browser.send(f"{page_of(declined.meeting)}/decline", reason="We only buy <in bulk>."),
            browser.send(f"{page_of(begun.meeting)}/cancel", reason="We only buy <in bulk>."),
        ]

    assert [(page.status, page.text.count("We only buy <in bulk>.")) for page in pages] == [(409, 1), (409, 1)]
    assert "This meeting has begun and is not cancelled any more." in pages[1].text


def test_a_meeting_without_a_time_is_not_moved_and_its_page_says_so(db, fair, bo, cy):
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    made = request_meeting(db, bo, fair.event, invitee=place_of(db, cy, fair), slot=None)
    accept_meeting(db, cy, MeetingInEvent(made, fair.event.event))

    page = Browser(db, bo).send(f"{page_of(made)}/move", slot=values(fair)[0])

    assert page.status == 409
    assert "This request was accepted already, and its time is still to be chosen." in page.text
