"""Chapters of the matchmaking event: it is made in one step, and two people meet in each other's time."""

from datetime import datetime

from playwright.sync_api import Locator, expect

from tests.journeys.building import CHALLENGE
from tests.journeys.house import Letter, soon
from tests.journeys.live_room import has_stayed, stay
from tests.journeys.people import Somebody
from tests.journeys.setting_up import confirm
from tests.journeys.story import MATCHMAKING, Story

NOTE = "Your tray would fit our line. Twenty minutes would tell us how many it can press in an hour."


def make_the_event_that_follows(story: Story, *, starts: str) -> None:
    """One step: the people come over, the submission as an offer, the challenge as a need."""
    ada = story["Ada"]
    ada.open(story.places["hackathon"] + "/set-up").follow("Make the matchmaking event that follows")
    ada.sees("What comes over")
    ada.write("Name", MATCHMAKING).write("First day of meetings begins", starts).press("Make the event")
    story.places["matchmaking"] = ada.path.removesuffix("/set-up")
    ada.sees("Made as a draft.")
    confirm(ada, "Publish", "Publish now")

    ada.open(story.places["matchmaking"] + "/marketplace")
    ada.sees("Bran tray").sees("We look for a tray")
    ada.open(story.places["hackathon"]).sees(MATCHMAKING)
    ada.open(story.places["matchmaking"]).sees("It follows")
    assert CHALLENGE


def take_part(story: Story, *names: str) -> None:
    """Whoever came over is asked once whether they take part; their home leads there."""
    for name in names:
        person = story[name]
        person.open("/").sees(MATCHMAKING)
        person.open(story.places["matchmaking"] + "/registration").press("I agree and take part")
        person.does_not_see("I agree and take part")


def page_of_asking(story: Story, asker: str, invitee: str) -> Somebody:
    """Go from the list of participants to the form that asks one of them."""
    person = story[asker]
    person.open(story.places["matchmaking"] + "/participants")
    person.follow(story[invitee].name).follow("Ask for a meeting")
    return person


def choose_slot(person: Somebody, number: int) -> str:
    """Choose the slot at this place of the list, which stands beside the grid where there is one; its value."""
    slot = person.main.locator("input[name=slot]:enabled").nth(number)
    if not slot.is_visible():
        person.main.get_by_text("All free times as a list").click()
    value = slot.get_attribute("value") or ""
    person.main.locator(f"label[for='{slot.get_attribute('id')}']").click()
    assert slot.is_checked()
    return value


def bo_asks_cy(story: Story) -> None:
    """Bo asks with a note, and Cy, who has the page open, sees it come; both see both local times."""
    bo, cy = story["Bo"], story["Cy"]
    cy.open(story.places["matchmaking"] + "/meetings")
    if story.javascript:
        stay(cy.page)
    page_of_asking(story, "Bo", "Cy")
    choose_slot(bo, 2)
    bo.write("What do you want to talk about?", NOTE).press("Ask for this meeting")
    bo.sees("Cy Costa was asked. We tell you when they answer.")
    story.places["meeting"] = bo.path

    if story.javascript:
        expect(cy.main).to_contain_text(NOTE[:40])
        assert has_stayed(cy.page)
    letter = story.house.post.wait_for(cy.email, "meet")
    assert NOTE in letter.text.replace("\n", " ").replace("> ", "")
    assert letter.invitation is None, "a request is not in anybody's calendar yet"
    [link] = [one for one in letter.links if "/meetings/" in one][:1]
    cy.open(link)
    both_see_both_times(story)


def both_see_both_times(story: Story) -> None:
    """Each sees their own time and the other's, each with its zone, one hour apart."""
    bo, cy = story["Bo"], story["Cy"]
    bo.open(story.places["meeting"])
    cy.open(story.places["meeting"])
    mine, theirs = times(bo)
    assert ("Stockholm" in mine, "Lisbon" in theirs) == (True, True), (mine, theirs)
    assert [hour(theirs), hour(mine)] == [hour(line) for line in times(cy)]
    assert hour(mine) == hour(theirs) + 1


def times(person: Somebody) -> list[str]:
    """The two lines of both-times: one's own, and the other's."""
    return [one.inner_text() for one in person.main.locator(".both-times dd").all()]


def hour(line: str) -> int:
    """The hour at which a stretch begins."""
    return int(line.strip()[:2])


def calendar_letters(story: Story, name: str) -> list[Letter]:
    """The letters with a calendar object about this meeting, in the order of their arrival."""
    found = [one for one in story.house.post.letters_to(story[name].email) if one.invitation is not None]
    public = story.places["meeting"].rpartition("/")[2]
    return [one for one in found if public in one.raw.decode("ascii", "replace") or public in str(one.invitation)]


def wait_for_calendar(story: Story, count: int) -> None:
    """Both have got so many calendar letters about the meeting."""
    for name in ("Bo", "Cy"):
        soon(lambda name=name: len(calendar_letters(story, name)) >= count, f"calendar letter {count} to {name}")


def cy_accepts_and_it_moves_and_is_cancelled(story: Story) -> None:
    """Accepted, moved, cancelled: the same entry in both calendars, with a higher number each time."""
    bo, cy = story["Bo"], story["Cy"]
    cy.press("Accept").sees("The meeting stands.")
    wait_for_calendar(story, 1)

    bo.open(story.places["meeting"]).follow("Move")
    choose_slot(bo, 4)
    bo.press("Move it there").sees("Moved. Both calendars get the new time.")
    wait_for_calendar(story, 2)
    both_see_both_times(story)

    dialog = open_dialog(cy, "Cancel the meeting")
    dialog.get_by_label("Reason").fill("Our press stands still.")
    cy._step(dialog.get_by_role("button", name="Cancel the meeting", exact=True).click)
    cy.look().sees("Cancelled.")
    wait_for_calendar(story, 3)
    bo.open(story.places["meeting"]).sees("Our press stands still.")


def open_dialog(person: Somebody, button: str) -> Locator:
    """Unfold a button that asks for more, and answer what it shows."""
    asked = person.main.locator("details.ask", has=person.page.locator("summary", has_text=button)).first
    asked.locator("summary").click()
    return asked.locator("dialog")


def the_letters_show_0_1_2(story: Story) -> None:
    """One UID, SEQUENCE 0, 1, 2, the last one a CANCEL, as both received it, by the bytes that were caught."""
    uids = set()
    for name in ("Bo", "Cy"):
        calendars = [one.invitation for one in calendar_letters(story, name)]
        entries = [one.walk("VEVENT")[0] for one in calendars if one is not None]
        uids |= {str(one["UID"]) for one in entries}
        assert [int(one["SEQUENCE"]) for one in entries] == [0, 1, 2]
        assert [str(one["METHOD"]) for one in calendars if one is not None] == ["REQUEST", "REQUEST", "CANCEL"]
        assert entries[0]["DTSTART"].dt < entries[1]["DTSTART"].dt == entries[2]["DTSTART"].dt
        stamps = [one["DTSTAMP"].dt for one in entries]
        assert stamps == sorted(set(stamps)), "each revision is later than the one before"
    assert len(uids) == 1, uids


def offered_slots(person: Somebody) -> list[str]:
    """The values of the slots that can be chosen."""
    return [one.get_attribute("value") or "" for one in person.main.locator("input[name=slot]:enabled").all()]


def an_unanswered_request_frees_its_slot(story: Story, expired: datetime) -> None:
    """While Bo's request waits nobody else is offered the time; once it has expired, Che is."""
    bo, che = story["Bo"], story["Che"]
    page_of_asking(story, "Bo", "Cy")
    slot = choose_slot(bo, 1)
    bo.press("Ask for this meeting")
    waiting = bo.path
    assert slot not in offered_slots(page_of_asking(story, "Che", "Cy"))

    story.go_to(expired)

    story.house.post.wait_for(bo.email, "No answer")
    bo.open(waiting).sees("Expired")
    assert slot in offered_slots(page_of_asking(story, "Che", "Cy"))
    che.look()
