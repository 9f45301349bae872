"""The agenda as everybody sees it, what other programs read of it, and the page for frames on other sites."""

import json
import re
from datetime import timedelta

import pytest
from defusedxml import ElementTree
from icalendar import Calendar
from starlette.routing import Route

from events.core import clock
from events.core.columns import random_id
from events.core.settings import settings
from events.events import EventState
from frontend.routes import routes
from mailer.letters import LetterState
from sessions.feeds import make_feed
from sessions.timetable.rows import SessionKind, get_session, sessions_of
from sessions.timetable.sessions import Wording, change_session, take_session_off
from sessions.timetable.stars import get_agenda_session, star_session
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, calendar_event_of, written
from tests.mailer.test_feeds import feed_of
from tests.makers import again, person_of
from tests.sessions.makers_agenda import address_of, at, make_agenda, make_session, move_to, released

HERE = "/e/food-hack/agenda"


@pytest.fixture
def made(db, ada, bo):
    made = make_agenda(db, ada, bo)
    make_session(db, made, "Opening", hours=7, speakers=f"{address_of(db, bo)}\nDr Zed", track=made.track.public_id)
    make_session(db, made, "Coffee", hours=8, minutes=15, kind=SessionKind.BREAK)
    make_session(db, made, "Workshop <b>", hours=31, room=made.studio, minutes=90)
    return made


def titles(page):
    return re.findall(rf'href="{HERE}/sessions/\w+">([^<]+)</a>', page.html)


@pytest.fixture
def visitor(db, made):
    released(db, made)
    return Browser(db)


def test_before_the_first_release_there_is_neither_page_nor_tab(db, made):
    browser = Browser(db)

    assert browser.get(HERE).status == 404
    for path in ("/agenda.ics", "/schedule.xml", "/schedule.json", "/agenda/widget", "/agenda/changes"):
        assert browser.get(f"/e/food-hack{path}").status == 404
    assert f'href="{HERE}"' not in browser.get("/e/food-hack").html


def test_a_visitor_reads_the_agenda_by_day_on_the_clock_of_the_event(db, visitor):
    page = visitor.get(HERE)

    assert (page.status, page.headline) == (200, "Agenda")
    for words in ("Times are in Europe/Brussels.", "Tue, 14 Apr 2026", "Wed, 15 Apr 2026",
                  "Opening Bo Berg, Dr Zed 09:00 – 10:00 · Great Hall · Packaging",
                  "10:00 – 10:15 · Great Hall · Break"):  # fmt: skip
        assert words in page.text, words
    assert "Workshop &lt;b&gt;" in page.html
    assert f'<a href="{HERE}" aria-current="page">Agenda</a>' in page.html
    assert "star-form" not in page.html


def test_readers_elsewhere_see_their_own_clock_and_that_of_the_event(db, made, visitor, bo):
    page = Browser(db, again(db, bo)).get(HERE)
    assert "For the event" not in page.text  # Stockholm has the time of Brussels

    person_of(db, bo).zone = "Europe/Lisbon"
    page = Browser(db, again(db, bo)).get(HERE)
    assert "Times are in Europe/Lisbon. The event’s own zone is Europe/Brussels." in page.text
    assert "08:00 – 09:00 · Great Hall · Packaging For the event 09:00 – 10:00 Europe/Brussels" in page.text


def test_filters_leave_what_fits(db, visitor):
    assert titles(visitor.get(HERE)) == ["Opening", "Coffee", "Workshop &lt;b&gt;"]
    assert titles(visitor.get(f"{HERE}?room=Studio")) == ["Workshop &lt;b&gt;"]
    assert titles(visitor.get(f"{HERE}?track=Packaging")) == ["Opening"]
    assert "Nothing fits" in visitor.get(f"{HERE}?track=Packaging&room=Studio").text


def test_a_session_has_its_page_and_its_link_is_for_those_who_take_part(db, made, visitor, bo):
    [path] = set(re.findall(rf'href="({HERE}/sessions/\w+)">Workshop', visitor.get(HERE).html))
    page = visitor.get(path)
    assert page.headline == "Workshop <b>"
    assert "<strong>it</strong>" in page.html
    assert "Join" not in page.text

    assert 'href="https://video.example/studio"' in Browser(db, again(db, bo)).get(path).html
    assert visitor.get(f"{HERE}/sessions/se_nothing").status == 404


def test_a_star_puts_a_session_on_ones_own_agenda(db, made, visitor, cy):
    browser = Browser(db, cy)
    mine = f"{HERE}/mine"
    assert "Put a star beside the sessions" in browser.get(mine).text
    [path] = set(re.findall(rf'href="({HERE}/sessions/\w+)">Workshop', browser.get(HERE).html))

    page = browser.send(f"{path}/star", back="agenda")
    assert page.path == HERE
    assert "Take Workshop &lt;b&gt; off your agenda" in page.html
    page = browser.get(mine)
    assert "1 session" in page.text
    assert "Workshop &lt;b&gt;" in page.html
    assert titles(browser.get(f"{HERE}?starred=yes")) == ["Workshop &lt;b&gt;"]
    page = browser.send(f"{path}/unstar")
    assert page.path == path
    assert "Put a star beside" in browser.get(mine).text
    assert visitor.send(f"{path}/star").path == "/sign-in"


def test_speakers_find_their_sessions_on_their_own_agenda(db, made, visitor, bo):
    assert "Opening" in Browser(db, again(db, bo)).get(f"{HERE}/mine").text


def test_the_change_log_is_public(db, made, visitor):
    opening, coffee = (one for one in _sessions(db, made)[:2])
    move_to(db, made, opening, 9, made.studio)
    take_session_off(db, made.ada, coffee)
    released(db, made, "after the keynote moved")

    page = visitor.get(f"{HERE}/changes")
    for words in ("after the keynote moved",
                  "Opening Tue, 14 Apr 2026, 09:00 – 10:00, Great Hall Tue, 14 Apr 2026, 11:00 – 12:00, Studio Moved",
                  "Coffee Tue, 14 Apr 2026, 10:00 – 10:15, Great Hall Cancelled"):  # fmt: skip
        assert words in page.text, words
    assert page.text.index("after the keynote moved") < page.text.index("1.0")


def _sessions(db, made):
    return [get_session(db, made.ada, made.event, one.public_id) for one in sessions_of(db, made.event.id)]


def test_the_event_tells_machines_of_its_sessions(db, visitor):
    html = visitor.get("/e/food-hack").html
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)

    sessions = json.loads(block)["subEvent"]
    assert [one["name"] for one in sessions] == ["Opening", "Workshop <b>"]
    assert sessions[0]["performer"][1] == {"@type": "Person", "name": "Dr Zed"}


# iCalendar


def entries_of(raw: bytes):
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(raw).walk("VEVENT")}


def test_a_calendar_has_each_session_with_an_id_that_stays_and_a_number_that_grows(db, made, visitor):
    def entries():
        page = visitor.get("/e/food-hack/agenda.ics")
        assert page.headers["content-type"].startswith("text/calendar")
        return entries_of(page.content)

    before = entries()
    move_to(db, made, _sessions(db, made)[0], 9)
    released(db, made, "2.0")
    after = entries()

    assert sorted(after) == ["Coffee", "Opening", "Workshop <b>"]
    assert after["Opening"]["UID"] == before["Opening"]["UID"]
    assert (before["Opening"]["SEQUENCE"], after["Opening"]["SEQUENCE"]) == (0, 1)
    assert (before["Coffee"]["SEQUENCE"], after["Coffee"]["SEQUENCE"]) == (0, 0)
    assert (after["Opening"]["DTSTART"].dt, after["Opening"]["DTEND"].dt) == (at(9), at(10))
    assert str(after["Workshop <b>"]["LOCATION"]) == "Studio"
    one = visitor.get(f"/e/food-hack/agenda.ics?session={_sessions(db, made)[0].session.public_id}")
    assert len(Calendar.from_ical(one.content).walk("VEVENT")) == 1


def test_a_session_is_one_entry_in_letters_feeds_and_the_agendas_file(db, made, bo, cy):
    released(db, made)
    [opening, *_others] = _sessions(db, made)
    star_session(db, cy, get_agenda_session(db, made.event, opening.session.public_id))
    move_to(db, made, opening, 9)
    released(db, made, "2.0")
    written(db)

    file = entries_of(Browser(db).get("/e/food-hack/agenda.ics").content)["Opening"]
    feed = entries_of(feed_of(db, bo))["Opening"]
    letters = [calendar_event_of(one) for one in all_letters() if one.state is LetterState.WAITING and one.uid]

    same = ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "URL", "STATUS")
    moments = ("DTSTART", "DTEND", "DTSTAMP", "CREATED")
    shown = [[one[name] for name in same] + [one[name].dt for name in moments] for one in (file, feed, *letters)]
    assert (len(shown), all(one == shown[0] for one in shown)) == (4, True)
    assert "@" not in file["UID"]
    assert (file["ORGANIZER"], feed["ORGANIZER"]) == (f"mailto:{settings().mail_from}", letters[0]["ORGANIZER"])
    assert (str(file["TRANSP"]), "Bo Berg, Dr Zed" in file["DESCRIPTION"]) == ("TRANSPARENT", True)


def test_the_agendas_file_says_for_thirty_days_what_was_called_off(db, made):
    released(db, made)
    visitor, [_opening, coffee, *_others] = Browser(db), _sessions(db, made)
    before = entries_of(visitor.get("/e/food-hack/agenda.ics").content)["Coffee"]
    take_session_off(db, made.ada, coffee)
    released(db, made, "2.0")

    off = entries_of(visitor.get("/e/food-hack/agenda.ics").content)["Coffee"]
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        later = entries_of(visitor.get("/e/food-hack/agenda.ics").content)

    assert (off["UID"], off["STATUS"], off["SEQUENCE"]) == (before["UID"], "CANCELLED", before["SEQUENCE"] + 1)
    assert sorted(later) == ["Opening", "Workshop <b>"]


def test_whoever_has_the_newest_file_is_told_so_until_something_is_new(db, made, visitor):
    file, dates = "/e/food-hack/agenda.ics", "/e/food-hack/calendar.ics"
    marks = {path: visitor.get(path).headers["etag"] for path in (file, dates)}

    same = [visitor.get(path, **{"if-none-match": f'W/{mark}, "else"'}) for path, mark in marks.items()]
    move_to(db, made, _sessions(db, made)[0], 9)
    released(db, made, "2.0")
    changed = visitor.get(file, **{"if-none-match": marks[file]})

    assert [(one.status, one.content) for one in same] == [(304, b"")] * 2
    assert (changed.status, changed.headers["etag"] != marks[file]) == (200, True)


def test_calendars_ask_as_many_statements_for_three_sessions_as_for_one(db, ada, bo, queries):
    made = make_agenda(db, ada, bo)
    feed = f"/cal/{make_feed(db, bo, person_of(db, bo))}.ics"
    visitor = Browser(db)

    def asked(number: int) -> list[tuple[int, int]]:
        make_session(db, made, f"Talk {number}", hours=7 + number, speakers=address_of(db, bo))
        released(db, made, f"{number}.0")
        written(db)
        found = []
        for path in ("/e/food-hack/agenda.ics", feed):
            visitor.get(path)
            queries.clear()
            titles = [title for title in entries_of(visitor.get(path).content) if title.startswith("Talk")]
            found.append((len(titles), len(queries)))
        return found

    counts = [asked(number) for number in (1, 2, 3)]

    assert [[sessions for sessions, _count in one] for one in counts] == [[1, 1], [2, 2], [3, 3]]
    assert [count for _sessions, count in counts[0]] == [count for _sessions, count in counts[2]], queries


# frab: the rules of the schema that is published for schedule.xml, as checks of our own

IN_CONFERENCE = {"title", "acronym", "start", "end", "days", "timeslot_duration"}
NEEDED = {"room", "title", "type", "date", "start", "duration", "abstract", "slug", "subtitle", "track"}
IN_EVENT = NEEDED | {"persons", "language", "description", "recording", "links"}
DATE = r"\d{4}-\d\d-\d\d"
MOMENT = rf"{DATE}T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


def complaints(xml: bytes) -> list[str]:
    """What the published schema would complain about, and what conference apps stumble over."""
    root = ElementTree.fromstring(xml)
    found = [] if root.tag == "schedule" else [f"root is {root.tag}"]
    order = [one.tag for one in root]
    if order != ["version", "conference", *["day"] * (len(order) - 2)] or len(order) < 3:
        found.append(f"order is {order}")
    conference = root.find("conference")
    names = [one.tag for one in conference]
    if len(names) != len(set(names)) or not {"title", "acronym"} <= set(names) <= IN_CONFERENCE:
        found.append(f"conference has {names}")
    if not re.fullmatch(r"\d{1,2}:\d{2}(:\d{1,2})?", conference.findtext("timeslot_duration")):
        found.append("timeslot_duration")
    if int(conference.findtext("days")) != len(root.findall("day")):
        found.append("days")
    for index, day in enumerate(root.findall("day"), 1):
        if not (day.get("index") == str(index) and re.fullmatch(DATE, day.get("date"))):
            found.append(f"day {day.attrib}")
        found += [name for name in ("start", "end") if not re.fullmatch(MOMENT, day.get(name))]
        found += [one.tag for one in day if one.tag != "room"]
        for room in day.findall("room"):
            found += [] if room.get("name") and set(room.attrib) == {"name"} else [f"room {room.attrib}"]
            for event in room:
                found += complaints_about(event, room.get("name"))
    for what in ("guid", "id"):
        values = [one.get(what) for one in root.iter("event")]
        found += [] if len(values) == len(set(values)) else [f"{what} twice"]
    slugs = [one.text for one in root.iter("slug")]
    return found + ([] if len(slugs) == len(set(slugs)) else ["slug twice"])


def complaints_about(event, room: str) -> list[str]:
    names = [one.tag for one in event]
    found = [] if event.tag == "event" else [event.tag]
    if len(names) != len(set(names)) or not NEEDED <= set(names) <= IN_EVENT:
        found.append(f"event has {names}")
    found += [] if int(event.get("id")) > 0 else ["id"]
    patterns = {"date": MOMENT, "start": r"[0-2]\d:[0-5]\d(:[0-5]\d)?", "duration": r"\d{1,2}:\d{2}(:\d{1,2})?",
                "slug": r"[a-z0-9_-]+[a-z0-9]"}  # fmt: skip
    found += [name for name, pattern in patterns.items() if not re.fullmatch(pattern, event.findtext(name) or "")]
    found += [] if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event.get("guid")) else ["guid"]
    found += [] if event.findtext("room") == room else ["room"]
    found += [one.tag for one in event.find("persons") if one.tag != "person"]
    return found + [one.tag for one in event.find("links") if one.tag != "link" or not one.get("href")]


def test_schedule_xml_is_as_its_schema_wants_it(db, made, visitor):
    page = visitor.get("/e/food-hack/schedule.xml")
    assert complaints(page.content) == []

    root = ElementTree.fromstring(page.content)
    assert [(day.get("date"), [room.get("name") for room in day]) for day in root.findall("day")] == [
        ("2026-04-14", ["Great Hall"]), ("2026-04-15", ["Studio"]),
    ]  # fmt: skip
    first = next(root.iter("event"))
    told = [first.findtext(name) for name in ("title", "date", "start", "duration", "track", "type")]
    assert told == ["Opening", "2026-04-14T09:00:00+02:00", "09:00", "01:00", "Packaging", "talk"]
    assert [one.text for one in first.find("persons")] == ["Bo Berg", "Dr Zed"]
    assert root.findtext("version") == "1.0"
    assert page.headers["access-control-allow-origin"] == "*"


def test_a_schema_that_is_broken_is_noticed(db, made, visitor):
    good = visitor.get("/e/food-hack/schedule.xml").content.decode()
    for old, new in (("<duration>01:00", "<duration>60"), ("T09:00:00+02:00", "T09:00:00"),
                     ("<version>1.0</version>", ""), ('index="2"', 'index="7"')):  # fmt: skip
        assert old in good
        assert complaints(good.replace(old, new, 1).encode()) != [], old


def test_words_that_xml_does_not_know_and_an_empty_agenda_harm_nothing(db, made, visitor):
    session = _sessions(db, made)[0]
    change_session(db, made.ada, session, wording=Wording("Open\ufffe & <ing>", abstract="a\x0bb\x0cc", minutes=60),
                   place=None)  # fmt: skip
    move_to(db, made, session, 7)
    released(db, made, "odd words")
    assert complaints(visitor.get("/e/food-hack/schedule.xml").content) == []

    for one in _sessions(db, made):
        take_session_off(db, made.ada, one)
    released(db, made, "nothing")
    assert complaints(visitor.get("/e/food-hack/schedule.xml").content) == []
    assert "The agenda is empty" in visitor.get(HERE).text


def test_schedule_json_has_what_its_schema_asks_for(db, made, visitor):
    found = json.loads(visitor.get("/e/food-hack/schedule.json").content)
    schedule = found["schedule"]
    conference = schedule["conference"]
    [event] = conference["days"][1]["rooms"]["Studio"]

    assert set(conference) >= {"title", "acronym", "days", "daysCount", "start", "end", "timeslot_duration"}
    assert re.fullmatch(r"[a-z0-9_-][a-z0-9_]{3,}", conference["acronym"])
    assert set(conference["days"][0]) == {"index", "date", "day_start", "day_end", "rooms"}
    assert set(event) >= NEEDED | {"id", "guid", "url", "language", "persons", "links"}
    assert (schedule["version"], conference["daysCount"], event["duration"]) == ("1.0", 2, "01:30")
    assert all(set(one) <= {"name", "guid"} for one in conference["days"][0]["rooms"]["Great Hall"][0]["persons"])


# In frames


def test_the_widget_may_stand_in_any_frame_and_keeps_nothing(db, made, visitor, bo):
    for browser in (visitor, Browser(db, again(db, bo))):
        page = browser.get(f"{HERE}/widget")
        policy = {part.strip() for part in page.headers["content-security-policy"].split(";")}
        assert page.status == 200
        assert {"frame-ancestors *", "form-action 'none'", "default-src 'none'"} <= policy
        assert "x-frame-options" not in page.headers
        assert "set-cookie" not in page.headers
        assert [word for word in ("<form", "<script", "<input", "csrf", "Bo Berg</a>") if word in page.html] == []
        assert "Opening" in page.text
    assert "Times are in Europe/Brussels." in page.text


def test_no_other_page_may_stand_in_a_frame(db, made, visitor):
    browser, open_ones = Browser(db, made.ada), []
    session = _sessions(db, made)[0].session.public_id
    values = {"event": "food-hack", "session": session, "build": "0", "path": "css/base.css"}
    for route in (one for one in routes(demo=False) if isinstance(one, Route) and "GET" in one.methods):
        path = re.sub(r"{(\w+)(?::\w+)?}", lambda found: values.get(found[1], random_id("x")), route.path)
        headers = browser.client.get(path, follow_redirects=False).headers
        if "frame-ancestors 'none'" not in headers["content-security-policy"] or headers["x-frame-options"] != "DENY":
            open_ones.append(route.name)

    assert open_ones == ["agenda_widget"]


def test_a_draft_event_shows_no_agenda_to_strangers(db, made, visitor):
    made.event.event.state = EventState.DRAFT
    db.add(made.event.event)
    for path in ("agenda", "agenda/widget", "agenda.ics", "schedule.xml"):
        assert visitor.get(f"/e/food-hack/{path}").status == 404


def test_what_is_on_now_and_what_is_over_is_marked(db, made, visitor):
    with clock.frozen_at(at(7.5)):
        html = visitor.get(HERE).html
        assert html.count('aria-current="time"') == 1
    with clock.frozen_at(at(9) + timedelta(days=3)):
        assert visitor.get(HERE).html.count("is-past") == 3
