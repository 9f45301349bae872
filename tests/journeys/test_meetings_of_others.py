"""Meetings in real browsers: two on their phones, colleagues among each other, and a desk for whom it looks after."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.fair import (
    HERE,
    RunningFair,
    bo_hands_over_to_dee,
    cancel,
    cy_is_told_who_comes_now,
    dee_brings_bo_along,
    entry_of,
    prepared_meeting,
)
from tests.journeys.meeting import choose_slot, times
from tests.journeys.people import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

NOTE = "Your tray would fit our line."
FOR_MEL = "Ola Olsson did this for Mel Meyer."


# --- Two on their phones


def test_two_on_their_phones_meet(fair: RunningFair) -> None:
    bo, cy = fair.enter("Bo Berg", phone=True), fair.enter("Cy Costa", phone=True)

    bo_finds_cy_and_asks(bo)
    cy_accepts_from_the_letter(fair, cy)
    both_agendas_show_both_times(bo, cy)
    slot = fair.fair.slots[1]
    fair.house.clock.move(slot.starts_at - timedelta(minutes=5))
    both_check_in(bo, cy)
    fair.house.clock.move(slot.ends_at + timedelta(minutes=1))
    bo_assesses_it(bo, cy)


def bo_finds_cy_and_asks(bo: Somebody) -> None:
    bo.open("/").follow("Food Match").tab("Participants")
    bo.follow("Cy Costa").follow("Ask for a meeting")
    bo.sees("Cy Costa has until Wed, 15 Apr 2026, 10:00 (Europe/Stockholm) to answer. "
            "If the meeting would begin before, until then.")  # fmt: skip
    choose_slot(bo, 1)
    bo.write("What do you want to talk about?", NOTE).press("Ask for this meeting")
    bo.sees("Cy Costa was asked. We tell you when they answer.")
    expect(bo.main.locator("time[data-countdown-to]").first).to_have_attribute("datetime", "2026-04-14T09:25:00+00:00")


def cy_accepts_from_the_letter(fair: RunningFair, cy: Somebody) -> None:
    letter = fair.letters("Cy Costa", "Bo Berg asks you for a meeting")[0]
    assert NOTE in letter.text
    cy.open(letter.links[0]).sees(NOTE)
    cy.press("Accept").sees("The meeting stands. It is on its way to both calendars.")
    entries = [entry_of(fair.letters(name, "Invitation: meeting with")[0]) for name in ("Bo Berg", "Cy Costa")]
    assert entries[0] == entries[1] == ("REQUEST", entries[0][1], 0)


def both_agendas_show_both_times(bo: Somebody, cy: Somebody) -> None:
    for one, mine, theirs in (
        (bo, "11:25 – 11:45", "for them 10:25 – 10:45 Europe/Lisbon"),
        (cy, "10:25 – 10:45", "for them 11:25 – 11:45 Europe/Stockholm"),
    ):
        one.open(HERE).tab("Meetings").follow("Your agenda").arrives_at("Your agenda")
        one.sees(mine).sees(theirs)


def both_check_in(bo: Somebody, cy: Somebody) -> None:
    for one, other in ((bo, "Cy Costa"), (cy, "Bo Berg")):
        one.open("/").sees(f"Meet {other}").follow("Go to the meeting").press("I am here")
        expect(one.main.get_by_role("button", name="I am here")).to_have_count(0)
    expect(bo.section("Who is here").get_by_text("Here since")).to_have_count(2)


def bo_assesses_it(bo: Somebody, cy: Somebody) -> None:
    bo.open(HERE + "/meetings").follow("Assess")
    bo.arrives_at("How was your meeting with Cy Costa?")
    bo.main.get_by_role("radio", name="4", exact=True).check()
    bo.tick("We try it in a test or pilot").press("Save")
    bo.sees("You found it 4 of 5 useful.")
    cy.open(bo.path).sees("Assess the meeting").does_not_see("4 of 5")


# --- Colleagues


def test_a_colleague_takes_a_meeting_and_brings_the_first_along(fair: RunningFair) -> None:
    meeting = prepared_meeting(fair)
    bo, dee, cy = (fair.enter(name) for name in ("Bo Berg", "Dee Dumont", "Cy Costa"))

    bo_hands_over_to_dee(fair, bo, meeting)
    cy_is_told_who_comes_now(fair, cy, meeting)
    dee_brings_bo_along(fair, dee, meeting)
    everybody_has_a_chair(fair, meeting)


def everybody_has_a_chair(fair: RunningFair, meeting: str) -> None:
    """The table for two is too small for three: the meeting has gone to the other one, on the board too."""
    assert fair.chairs(meeting) == 4
    ada = fair.enter("Ada Adler")
    ada.open(HERE + "/board")
    for name in ("Bo Berg", "Cy Costa", "Dee Dumont"):
        row = ada.main.locator("[data-grid] tbody tr", has=ada.page.locator("th", has_text=name))
        expect(row.locator(f"[data-meeting='{meeting}']")).to_have_count(1)
    ada.open(HERE + "/board?by=tables")
    row = ada.main.locator("[data-grid] tbody tr", has=ada.page.locator("th", has_text="Table 2"))
    expect(row.locator(f"[data-meeting='{meeting}']")).to_contain_text("Dee Dumont – Cy Costa")


# --- A desk


def test_a_desk_acts_for_somebody_who_has_never_signed_in(fair: RunningFair) -> None:
    ola, cy = fair.enter("Ola Olsson"), fair.enter("Cy Costa")

    ola_says_when_mel_can_meet(ola)
    meeting = ola_asks_cy_for_mel(fair, ola)
    cy_accepts_mel(fair, cy, meeting)
    ola_moves_it(fair, ola, cy, meeting)
    ola_cancels_it(fair, ola, cy, meeting)
    assert [one.subject for one in fair.letters("Mel Meyer", "meeting with Cy Costa")] == [
        "A meeting with Cy Costa was asked for in your name", "Invitation: meeting with Cy Costa",
        "Updated: meeting with Cy Costa", "Cancelled: meeting with Cy Costa",
    ]  # fmt: skip


def ola_says_when_mel_can_meet(ola: Somebody) -> None:
    ola.open(HERE).tab("Your participants").follow("Never signed in: 1").follow("Mel Meyer")
    ola.follow("When they can meet").arrives_at("When Mel Meyer can meet")
    ola.sees("You act for Mel Meyer. They see what you save here.")
    ola.main.locator("label", has_text="11:00 – 11:20").click()
    ola.press("Save")


def ola_asks_cy_for_mel(fair: RunningFair, ola: Somebody) -> str:
    """Answers the meeting's id. Only times which the desk left ticked are offered."""
    ola.open(HERE + "/desk").follow("Mel Meyer").follow("Ask for a meeting in their name")
    ola.write("Name or organisation", "Costa").press("Search").follow("Cy Costa")
    offered = ola.field("When").locator("option").all_inner_texts()
    assert [one[:5] for one in offered] == ["Choos", "11:25", "11:50", "12:15", "12:40", "13:05"]
    ola.choose("When", offered[1]).write("What do they want to talk about?", NOTE)
    ola.press("Ask in the name of Mel Meyer").sees("Cy Costa was asked in the name of Mel Meyer.")
    ola.sees("You act for Mel Meyer.")
    return ola.path.rpartition("/")[2]


def cy_accepts_mel(fair: RunningFair, cy: Somebody, meeting: str) -> None:
    letter = fair.letters("Cy Costa", "Mel Meyer asks you for a meeting")[0]
    assert FOR_MEL in letter.text
    cy.open(letter.links[0]).sees("Ola Olsson for Mel Meyer").sees(NOTE)
    cy.press("Accept").sees("The meeting stands.")
    assert [FOR_MEL in fair.letters(name, "Invitation")[0].text for name in ("Mel Meyer", "Cy Costa")] == [False, False]


def ola_moves_it(fair: RunningFair, ola: Somebody, cy: Somebody, meeting: str) -> None:
    ola.open(f"/meetings/{meeting}").follow("Move")
    choose_slot(ola, 1)
    ola.press("Move it there").sees("Moved. Both calendars get the new time.")
    both_read_that_it_was_ola(fair, cy, meeting, "Updated", ("REQUEST", 1))
    assert times(cy)[0].startswith("11:15")


def ola_cancels_it(fair: RunningFair, ola: Somebody, cy: Somebody, meeting: str) -> None:
    cancel(ola, "The dairy stands still.")
    ola.sees("Cancelled. It is taken out of both calendars.")
    both_read_that_it_was_ola(fair, cy, meeting, "Cancelled", ("CANCEL", 2))
    cy.sees("The dairy stands still.")


def both_read_that_it_was_ola(
    fair: RunningFair, cy: Somebody, meeting: str, about: str, entry: tuple[str, int]
) -> None:
    """In the letters to both, and in what happened so far."""
    for name in ("Mel Meyer", "Cy Costa"):
        letter = fair.letters(name, about)[0]
        method, _uid, sequence = entry_of(letter)
        assert (FOR_MEL in letter.text, method, sequence) == (True, *entry)
    cy.open(f"/meetings/{meeting}")
    expect(cy.section("What happened so far").get_by_text("Ola Olsson for Mel Meyer")).to_have_count(1 + entry[1])
