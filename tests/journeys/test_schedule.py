"""An event of three hundred, scheduled as a whole: imported, planned twice, compared, published, repaired midway."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update
from sqlmodel import select

from events.core import clock
from events.core.database import forget_engines, transaction
from events.core.journal import Delivery
from events.events import Event, event_by_id
from events.people import Person
from events.phases import PhaseKind
from events.registration import Registration, RegistrationInEvent
from events.roles import actor_for
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from sessions.blocks import add_block, add_tables
from sessions.booking_rules import Answering, Timing, set_booking_rules
from sessions.meetings import Meeting, MeetingState, page_of
from sessions.requests import request_meeting_for
from sessions.schedules.drafts import DraftState, ScheduleDraft, content_of
from sessions.seats import Seat
from tests.journeys.conftest import START
from tests.journeys.fair import cancel
from tests.journeys.house import House, open_house, soon
from tests.journeys.people import Somebody
from tests.makers import again, make_event, make_person, make_programme, open_phase
from tests.sessions.scheduling.checker import bound_of, faults, weight_of

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

PEOPLE, WISHES, GONE = 300, 900, 6
HERE = "/e/food-match"
FIRST = START.replace(hour=9) + timedelta(days=1)


def set_up() -> None:
    """Ada's event with three blocks of two days and forty tables."""
    with transaction() as db:
        ada = make_person(db, "Ada Adler", zone="Europe/Vienna")
        programme = make_programme(db, ada)
        ada = again(db, ada)
        event = make_event(db, ada, programme, name="Food Match", template="matchmaking", starts_at=FIRST)
        event = open_phase(db, ada, event, PhaseKind.BOOKING)
        for start in (FIRST, FIRST + timedelta(hours=4), FIRST + timedelta(days=1)):
            add_block(db, ada, event, starts_at=start, ends_at=start + timedelta(hours=2, minutes=25))
        add_tables(db, ada, event, count=40)
        set_booking_rules(
            db, ada, event, answering=Answering.AUTOMATIC, timing=Timing.BY_ORGANISER, requests_hold=False,
            lasts_minutes=1440, max_pending=None,
        )  # fmt: skip


def import_people(ada: Somebody) -> None:
    """People from a file: Ada looks at each line, sees what is wrong with one, and imports the others."""
    lines = "\n".join(f"p{n}@example.org,Person {n:03},House {n:03},AT" for n in range(PEOPLE))
    table = f"email,name,organisation,country\n{lines}\nno address,Nobody,,AT\n".encode()
    ada.open(f"{HERE}/import/participants")
    ada.field("File").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": table})
    ada.press("Look at it").sees(
        f"people.csv, counted in lines: {PEOPLE} good, 0 of them here already, 1 with problems."
    )
    ada.sees(f"Line {PEOPLE + 2}").press(f"Import {PEOPLE} lines").does_not_see("Line")
    with transaction() as db:
        assert len(db.exec(select(Registration.id)).all()) == PEOPLE
        event_id = db.exec(select(Event.id)).one()
        wish(db, actor_for(db, db.exec(select(Person.id).where(Person.name == "Ada Adler")).one()), event_id)
        # What came before is told already: this journey is about the letters of the schedule.
        db.execute(update(Delivery).values(done_at=clock.now()))


def wish(db, ada, event_id: int) -> None:
    """Everybody asks for some others; a few are asked by many."""
    event, chance = event_by_id(db, event_id), Random(7)
    places = list(db.exec(select(Registration).where(Registration.event_id == event.id)))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < WISHES:
        one, other = chance.randrange(PEOPLE), min(chance.randrange(PEOPLE), chance.randrange(PEOPLE))
        if one != other and (other, one) not in pairs:
            pairs.add((one, other))
    for one, other in sorted(pairs):
        request_meeting_for(db, ada, RegistrationInEvent(places[one], event.event), invitee=places[other], slot=None)


@pytest.fixture
def fair(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """The house with the event in it."""
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    with open_house(f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "files", START, prepare=set_up) as house:
        yield house
    forget_engines()


@pytest.fixture
def ada(browser: Browser, fair: House) -> Iterator[Somebody]:
    """Ada in her browser, signed in."""
    somebody = Somebody(browser, fair, "Ada Adler")
    with transaction() as db:
        row = db.exec(select(Person).where(Person.name == "Ada Adler")).one()
        cookie = open_sign_in(db, row, way="test")
    somebody.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": fair.address}])
    yield somebody
    somebody.close()


def make_a_draft(ada: Somebody, name: str, freedom: str) -> str:
    """Ask for a draft and watch it until it is done: its page turns into the summary by itself."""
    ada.open(f"{HERE}/schedule").write("Name", name).tick(freedom).choose("How long to search", "5 seconds")
    ada.press("Make the draft")
    ada.page.get_by_text("possible", exact=False).first.wait_for()
    ada.page.get_by_role("heading", name="What publishing does").wait_for()
    ada.look()
    return ada.path


def times() -> dict[int, object]:
    """When each meeting is."""
    with transaction() as db:
        return dict(db.exec(select(Meeting.id, Meeting.starts_at).where(Meeting.state == MeetingState.SCHEDULED)).all())


def nobody_is_in_two_places() -> None:
    """Each meeting that stands has four atoms for both people and a table; the constraints see to the rest."""
    with transaction() as db:
        standing = set(db.exec(select(Meeting.id).where(Meeting.state == MeetingState.SCHEDULED)))
        seats = list(db.exec(select(Seat.meeting_id)))
        assert set(seats) == standing
        assert len(seats) == 3 * 4 * len(standing)


def draft_named(name: str) -> ScheduleDraft:
    with transaction() as db:
        return db.exec(select(ScheduleDraft).where(ScheduleDraft.name == name)).one()


def obeys_its_problem(draft: ScheduleDraft) -> None:
    """Look at the two files that organisers can take away with a checker that shares no code with the engine."""
    with transaction() as db:
        content = content_of(db, draft)
    assert content is not None
    problem, plan = json.loads(content.problem), json.loads(content.plan)
    assert faults(problem, plan) == []
    assert weight_of(problem, plan) <= bound_of(problem, plan) + 1e-6
    assert draft.possible == int(bound_of(problem, plan) + 1e-6)


def somebody_leaves(ada: Somebody, count: int) -> set[int]:
    """The first meetings after now are cancelled, each on its page, as when a train does not come."""
    with transaction() as db:
        coming = select(Meeting).where(
            Meeting.state == MeetingState.SCHEDULED, Meeting.starts_at > clock.now() + timedelta(hours=1)
        )
        gone = list(db.exec(coming.limit(count)))
    for meeting in gone:
        ada.open(page_of(meeting))
        cancel(ada, "The train does not come.")
        ada.sees("Cancelled. It is taken out of both calendars.").sees("The train does not come.")
    return {one.id or 0 for one in gone}


def test_an_event_of_three_hundred_is_scheduled_published_and_repaired(fair: House, ada: Somebody) -> None:
    import_people(ada)
    first = make_a_draft(ada, "First look", "They stay")
    second = make_a_draft(ada, "Second look", "They stay")
    done = draft_named("Second look")
    assert done.asked == WISHES
    assert done.possible >= done.placed >= 0.99 * done.possible
    obeys_its_problem(done)
    ada.sees(f"{done.placed:.0f} of at most {done.possible} possible")

    ids = [one.rpartition("/")[2] for one in (first, second)]
    ada.open(f"{HERE}/schedule/compare?one={ids[0]}&other={ids[1]}")
    ada.sees("Fewest meetings of anybody who asked")

    ada.open(second)
    publish(ada)
    ada.sees("Published:")
    assert len(times()) == done.placed
    nobody_is_in_two_places()
    ada.open(first)
    ada.sees("cannot be published")

    fair.clock.move(FIRST + timedelta(hours=1))
    gone, before = somebody_leaves(ada, GONE), times()
    make_a_draft(ada, "Repair", "As few as possible move")
    repair = draft_named("Repair")
    assert repair.state is DraftState.DONE
    obeys_its_problem(repair)
    publish(ada)
    ada.sees("Published:")

    after = times()
    moved = {id for id in before if after.get(id) != before[id]}
    assert len(moved) == repair.moved <= 0.02 * len(before)
    assert gone & set(after) == set()
    nobody_is_in_two_places()
    soon(
        lambda: [one for one in fair.post.letters if "meeting" in one.subject.casefold()],
        "letters about the schedule",
    )


def publish(ada: Somebody) -> None:
    """Say yes twice."""
    ada.main.locator("summary", has_text="Publish this schedule").click()
    ada.press("Publish now")
