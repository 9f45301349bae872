"""What submissions have to hold and until when, as pages: fields, grace, late entries, and a slow line."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.wall import from_wall
from events.handing_in import hand_in
from events.late_entries import LateEntry, give_late_entry
from events.phases import PhaseKind
from events.planning import move_phase
from events.signin import form_token, open_sign_in
from events.submission_fields import SubmissionField, add_field, name_of
from events.submissions import SubmissionVersion, submission_of_team
from events.teams import TeamInEvent
from frontend.cookies import SIGN_IN, cookie_name
from frontend.middleware import Doorkeeper
from tests.events.makers_calls import close_concept_notes, make_call
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.events.test_page_limits import pdf
from tests.events.test_submission_fields import COST, taking, with_challenge
from tests.frontend.browser import ADDRESS, Browser, Page
from tests.makers import NOW, again, person_of, shut_phase

RULES = "/e/food-hack/set-up/submissions"
TYPED = {"title": DONE.title, "summary": DONE.summary, "text": "", "links": "", "video": ""}
HOUR = timedelta(hours=1)


def draft_of(team: TeamInEvent) -> str:
    return f"/e/food-hack/teams/{team.team.public_id}/submission"


@pytest.fixture
def team(db: Database, ada: Actor, bo: Actor) -> TeamInEvent:
    """Bo's team."""
    return make_team(db, bo, make_hackathon(db, ada, bo))


def test_an_organiser_asks_all_teams_and_the_form_shows_it(db, ada, bo, team):
    page = Browser(db, ada).send(
        f"{RULES}/fields", what="field", label="How far is it?", kind="choice", choices="an idea\na prototype",
        required="yes", help="Be honest.",
    )  # fmt: skip

    form = Browser(db, bo).get(draft_of(team))

    assert ("How far is it?" in page.text, "Has to be answered" in page.text) == (True, True)
    assert '<option value="a prototype"' in form.html and "Be honest." in form.text


def test_what_is_wrong_with_a_field_comes_back_with_all_that_was_typed(db, ada, team):
    page = Browser(db, ada).send(f"{RULES}/fields", what="field", label="How far?", kind="choice", choices="one")

    assert (page.status, "two to fifty answers" in page.text, 'value="How far?"' in page.html) == (422, True, True)


def send_files(browser: Browser, path: str, files: dict[str, bytes], **fields: str) -> Page:
    """Send a form with files, as a browser does."""
    browser.db.commit()
    sent = [("files", each) for each in files.items()]
    return Page(
        browser.client.post(
            path,
            data={"csrf_token": form_token(browser.cookie), **TYPED, **fields},
            files=sent,
            headers={"origin": ADDRESS},
        )
    )


def test_a_pdf_that_is_too_long_is_refused_and_what_was_typed_stays(db, ada, bo, team):
    told = Browser(db, ada).send(f"{RULES}/pages", what="pages", pages="2")
    form = Browser(db, bo).get(draft_of(team))

    refused = send_files(Browser(db, bo), draft_of(team), {"long.pdf": pdf(3)}, revision="0", title="Typed for hours")
    taken = send_files(Browser(db, bo), draft_of(team), {"fine.pdf": pdf(2)}, revision="0")

    assert ('value="2"' in told.html, "A PDF has at most 2 pages." in form.text) == (True, True)
    assert refused.status == 422 and "long.pdf has 3 pages, and the limit is 2." in refused.text
    assert 'value="Typed for hours"' in refused.html and DONE.summary in refused.text
    assert (taken.status, "2 pages" in taken.text) == (200, True)


def test_what_came_before_the_limit_is_counted_when_the_team_hands_in(db, ada, bo, team):
    send_files(Browser(db, bo), draft_of(team), {"long.pdf": pdf(3)}, revision="0")
    Browser(db, ada).send(f"{RULES}/pages", what="pages", pages="2")

    refused = Browser(db, bo).send(f"{draft_of(team)}/hand-in", revision="1", **TYPED)
    Browser(db, ada).send(f"{RULES}/pages", what="pages", pages="3")
    handed_in = Browser(db, bo).send(f"{draft_of(team)}/hand-in", revision="1", **TYPED)

    assert (refused.status, "long.pdf has 3 pages, and the limit is 2." in refused.text) == (422, True)
    assert handed_in.headline == "Receipt for version 1"


def test_a_limit_that_is_no_number_comes_back_as_it_was_typed(db, ada, team):
    page = Browser(db, ada).send(f"{RULES}/pages", what="pages", pages="ten")

    assert (page.status, "a number from 1 to 1000" in page.text, 'value="ten"' in page.html) == (422, True, True)


def test_an_owner_asks_on_their_challenges_page_and_others_do_not_find_it(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    here = f"/e/food-hack/challenges/{challenge.challenge.public_id}/fields"

    page = Browser(db, che).send(here, label="What would one cost?", kind="number")
    public = db.exec(select(SubmissionField.public_id)).one()
    changed = Browser(db, che).send(f"/e/food-hack/fields/{public}", label="What does one cost?", kind="number")

    assert "What would one cost?" in page.text and "What does one cost?" in changed.text
    assert [Browser(db, one).get(here).status for one in (bo, ada)] == [403, 200]
    assert Browser(db, bo).send(f"/e/food-hack/fields/{public}/remove").status == 404
    assert "What does one cost?" not in Browser(db, che).send(f"/e/food-hack/fields/{public}/remove").text
    assert event.id


def test_answers_are_typed_saved_missed_and_handed_in(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    asked = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    browser = Browser(db, bo)

    browser.send(draft_of(team), revision="0", **TYPED, **{name_of(asked): "a lot"})
    wrong = browser.send(f"{draft_of(team)}/hand-in", revision="1", **TYPED, **{name_of(asked): "a lot"})
    right = browser.send(f"{draft_of(team)}/hand-in", revision="1", **TYPED, **{name_of(asked): "12,5"})

    assert (wrong.status, "Please write a number" in wrong.text, 'value="a lot"' in wrong.html) == (422, True, True)
    assert (right.status, right.headline, "12.5" in right.text) == (200, "Receipt for version 1", True)


def test_somebody_elses_answer_stands_beside_ones_own(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    asked = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    browser = Browser(db, bo)
    browser.send(draft_of(team), revision="0", **TYPED, **{name_of(asked): "12"})

    told = browser.send(draft_of(team), revision="0", **TYPED, **{name_of(asked): "13"})

    assert (told.status, ">12</pre>" in told.html, 'value="13"' in told.html) == (409, True, True)


def test_the_grace_is_set_by_an_organiser_and_told_to_all(db, ada, bo, team):
    page = Browser(db, ada).send(f"{RULES}/grace", what="grace", minutes="12")
    refused = Browser(db, ada).send(f"{RULES}/grace", what="grace", minutes="61")

    assert (page.status, refused.status) == (200, 422)
    assert "12 minutes later is still taken, from everybody alike" in Browser(db, bo).get(draft_of(team)).text
    assert Browser(db, bo).get(RULES).status == 403


def test_a_late_entry_is_given_named_and_taken_back(db, ada, bo, team):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    here = f"/e/food-hack/teams/{team.team.public_id}/late-entry"
    browser = Browser(db, ada)

    empty = browser.send(here, until="2026-04-14T20:00", why="short")
    given = browser.send(here, until="2026-04-14T20:00", why="Our own server was away.")
    written = Browser(db, bo).send(f"{draft_of(team)}/hand-in", revision="0", **TYPED)
    row = submission_of_team(db, team.id)
    assert row is not None
    seen = browser.get(f"/e/food-hack/submissions/{row.public_id}")
    ended = browser.send(f"{here}/end")

    assert (empty.status, 'value="2026-04-14T20:00"' in empty.html) == (422, True)
    assert "They can hand in late" in given.text and "Our own server was away." in given.text
    assert "by a late entry that an organiser gave the team" in written.text
    assert "Our own server was away." in seen.text and "by Ada Adler" in seen.text
    assert "The late entry has ended" in ended.text
    assert Browser(db, bo).get(here).status == 403
    assert Browser(db, bo).get(draft_of(team)).status == 409


def test_a_late_entry_and_its_end_are_told_to_the_team(db, ada, bo, team):
    from events.core.journal import settle
    from events.late_entries import take_late_entry_back
    from mailer.letters import Letter
    from mailer.writing import write_letters

    event = shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    late = TeamInEvent(team.team, event)
    give_late_entry(db, again(db, ada), late, until=NOW + 3 * HOUR, why="Our own server was away.")
    db.commit()
    settle()
    write_letters()
    take_late_entry_back(db, again(db, ada), late)
    db.commit()
    settle()
    write_letters()

    rows = db.exec(select(Letter).order_by(col(Letter.id)))
    letters = [(one.kind, one.address) for one in rows if one.kind.startswith("late_entry")]
    assert letters == [("late_entry_given", "bo@example.org"), ("late_entry_taken_back", "bo@example.org")]


async def arrive_slowly(db: Database, bo: Actor, team: TeamInEvent, seconds: int) -> int:
    """Hand in over a line on which the second half of the request comes `seconds` after the first; its status."""
    browser = Browser(db, bo)
    cookie = open_sign_in(db, person_of(db, bo), way="test")
    db.commit()
    fields = {"csrf_token": form_token(cookie), "revision": "0", **TYPED}
    body = "&".join(f"{name}={text}" for name, text in fields.items()).replace(" ", "+").encode()
    pieces = [body[:60], body[60:]]
    status = 0

    async def receive():
        if len(pieces) == 1:
            clock._frozen[-1] += timedelta(seconds=seconds)  # the line is slow
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        nonlocal status
        status = message.get("status", status)

    headers = {"host": "folkmoot.example", "origin": ADDRESS, "content-length": str(len(body)),
               "content-type": "application/x-www-form-urlencoded",
               "cookie": f"{cookie_name(SIGN_IN)}={cookie}"}  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": f"{draft_of(team)}/hand-in", "raw_path": b"", "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("folkmoot.example", 80),
    }  # fmt: skip
    await Doorkeeper(browser.app)(scope, receive, send)
    return status


@pytest.mark.parametrize(
    ("begins", "seconds", "late"),
    [(-1, 600, False), (-1, 0, False), (0, 0, True), (1, 600, True), (-1, 1200, True)],
)
def test_what_counts_is_when_the_button_was_pressed_and_not_how_slow_the_line_is(
    db, ada, bo, team, begins, seconds, late
):
    end = NOW + HOUR
    move_phase(
        db, again(db, ada), team.event, kind=PhaseKind.SUBMISSION, starts_at=NOW - HOUR,
        ends_at=end - timedelta(minutes=team.event.event.grace_minutes),
    )  # fmt: skip
    db.commit()

    with clock.frozen_at(end + timedelta(seconds=begins)):
        status = anyio.run(arrive_slowly, db, bo, team, seconds)

    version = db.exec(select(SubmissionVersion)).one()
    assert (status, version.late) == ((409, True) if late else (303, False))


@pytest.mark.parametrize("begins", [-1, 0, 1])
@pytest.mark.parametrize(
    ("zone", "day", "in_utc"),
    [
        ("Europe/Brussels", "2026-10-25", "2026-10-25T17:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T23:00"),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-04T07:00"),
        ("Asia/Kathmandu", "2026-10-25", "2026-10-25T12:15"),
    ],
)
def test_on_the_day_of_a_change_of_clocks_the_end_is_when_the_events_clock_shows_it(
    db, ada, bo, team, zone, day, in_utc, begins
):
    team.event.event.zone, team.event.event.grace_minutes = zone, 0
    db.add(team.event.event)
    end = datetime.fromisoformat(in_utc).replace(tzinfo=UTC)
    ends_at = from_wall(f"{day}T18:00", zone)
    move_phase(db, again(db, ada), team.event, kind=PhaseKind.SUBMISSION, starts_at=NOW - HOUR, ends_at=ends_at)
    db.commit()

    with clock.frozen_at(end + timedelta(seconds=begins)):
        status = anyio.run(arrive_slowly, db, bo, team, 600)

    version = db.exec(select(SubmissionVersion)).one()
    assert (ends_at, status, version.late) == (end, 303 if begins < 0 else 409, begins >= 0)


def test_a_receipt_says_that_it_came_within_the_grace(db, ada, bo, team):
    event = move_phase(
        db, again(db, ada), team.event, kind=PhaseKind.SUBMISSION, starts_at=NOW - HOUR, ends_at=NOW + HOUR
    )
    with clock.frozen_at(NOW + HOUR + timedelta(minutes=1)):
        hand_in(db, again(db, bo), TeamInEvent(team.team, event), written=DONE, revision=0)
        row = submission_of_team(db, team.id)
        assert row is not None
        page = Browser(db, bo).get(f"/e/food-hack/submissions/{row.public_id}/versions/1")

    assert "within the grace after the end, which is the same for all" in page.text
    assert db.exec(select(LateEntry)).all() == []


def test_teams_tick_the_categories_they_enter_and_untick_them(db, ada, bo, team):
    Browser(db, ada).send(
        f"{RULES}/fields", what="field", label="Prizes", kind="choices", choices="Students\nHardware\nLooks",
        category="yes",
    )  # fmt: skip
    name = name_of(db.exec(select(SubmissionField)).one())
    browser = Browser(db, bo)

    def save(revision: int, *ticked: str) -> Page:
        browser.db.commit()
        fields = {"csrf_token": form_token(browser.cookie), **TYPED, "revision": str(revision), name: ["", *ticked]}
        return Page(browser.client.post(draft_of(team), data=fields, headers={"origin": ADDRESS}))

    two, stale, none = save(0, "Students", "Looks"), save(0, "Hardware"), save(1)

    assert [f'value="{one}"' in two.html for one in ("Students", "Hardware", "Looks")] == [True] * 3
    assert two.html.count("checked") == 2
    assert (stale.status, stale.html.count("checked")) == (409, 1)
    assert (none.status, none.html.count("checked")) == (200, 0)
    db.expire_all()
    assert submission_of_team(db, team.id).answers == {}


def test_between_the_stages_of_a_call_the_grace_is_shown_and_the_rest_is_asked(db, ada):
    call = make_call(db, ada)
    rules = f"/e/{call.event.event.slug}/set-up/submissions"
    before = Browser(db, ada).get(rules)
    close_concept_notes(db, call)

    after = Browser(db, ada).get(rules)

    assert ("Minutes of grace" in before.text, "Minutes of grace" in after.text) == (True, False)
    assert "both stages have the same grace" in after.text
    assert ("Concept notes taken until" in after.text, "Most pages of a PDF in a full" in after.text) == (True, True)
    refused = Browser(db, ada).send(f"{rules}/grace", what="grace", minutes="60")
    assert (refused.status, "both stages have the same grace" in refused.text) == (409, True)
