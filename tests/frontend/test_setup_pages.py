"""Setting up an event through its pages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import Event, EventState, EventWithPhases, close_event, event_by_id
from events.phases import PhaseKind
from events.programmes import Programme
from events.questions import questions_of
from events.registration import appoint, consent_text_of, types_of
from events.roles import Role, Scope, people_with_role
from events.rounds.assigning import assign_judges
from events.rounds.running import open_round
from frontend.rendering import environment
from tests.events.makers_rounds import make_contest, make_round
from tests.frontend.browser import Browser
from tests.makers import LONG, again, make_event, make_programme, person_of

NEW = "/p/green-food-network/events/new"
TYPED = {"template": "hackathon", "name": "Soil Hack", "zone": "Europe/Lisbon", "starts_at": "2026-06-06T09:00"}


@pytest.fixture
def programme(db: Database, ada: Actor) -> Programme:
    return make_programme(db, ada)


@pytest.fixture
def organiser(db: Database, ada: Actor, programme: Programme) -> Actor:
    return again(db, ada)


@pytest.fixture
def draft(db: Database, organiser: Actor, programme: Programme) -> EventWithPhases:
    return make_event(db, organiser, programme, published=False)


@pytest.fixture
def hack(db: Database, organiser: Actor, programme: Programme) -> EventWithPhases:
    """A published hackathon."""
    return make_event(db, organiser, programme)


def event_called(db: Database, slug: str) -> EventWithPhases:
    db.expire_all()
    return event_by_id(db, db.exec(select(Event.id).where(Event.slug == slug)).one() or 0)


# From a template


def test_an_event_is_made_from_a_template_in_its_own_zone(db: Database, organiser: Actor) -> None:
    page = Browser(db, organiser).send(NEW, **TYPED, capacity="", tagline="Better soil", approval="organiser")

    made = event_called(db, "soil-hack")
    building = made.phase(PhaseKind.BUILDING)
    assert page.path == "/e/soil-hack/set-up"
    assert "A draft is there." in page.text
    assert building is not None
    assert building.starts_at == datetime(2026, 6, 6, 8, 0, tzinfo=UTC)
    assert (made.event.state, made.event.capacity, made.event.tagline) == (EventState.DRAFT, None, "Better soil")


def test_the_form_offers_each_template_with_its_description(db: Database, organiser: Actor) -> None:
    page = Browser(db, organiser).get(NEW)

    for words in ("Teams take a challenge, build, hand in and pitch", "one-to-one meetings", "One evening of pitches"):
        assert words in page.text
    assert '<optgroup label="Europe">' in page.html


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus is not a time zone we know. Choose one from the list."),
        ({"starts_at": "soon"}, "Please write a date and a time, such as 2026-03-04 14:20."),
        ({"zone": "Europe/Brussels", "starts_at": "2026-03-29T02:30"}, "The clocks skip this time on that day"),
        ({"zone": "Europe/Brussels", "starts_at": "2026-10-25T02:30"}, "This time comes twice on that day"),
        ({"name": "!"}, "Please give the event a name."),
        ({"template": "party"}, "Choose one of the templates."),
        ({"capacity": "0"}, "An event needs at least one place. Leave this empty for no limit."),
        ({"capacity": "many"}, "Please write a whole number."),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_typed_is_lost(
    db: Database, organiser: Actor, typed: dict, sentence: str
) -> None:
    page = Browser(db, organiser).send(NEW, **{**TYPED, "tagline": "Better soil", **typed})

    assert page.status == 422
    assert sentence in page.text
    assert 'value="Better soil"' in page.html


def test_only_organisers_of_the_programme_make_its_events(db: Database, bo: Actor, programme: Programme) -> None:
    browser = Browser(db, bo)

    pages = [browser.get(NEW), browser.send(NEW, **TYPED)]

    assert [one.status for one in pages] == [403, 403]
    assert "New events are made by the organisers of Green Food Network." in pages[0].text
    assert "/events" in pages[0].links


def test_a_visitor_signs_in_first(db: Database, programme: Programme) -> None:
    page = Browser(db).get(NEW)

    assert page.path == "/sign-in"


# The checklist


def test_the_checklist_leads_to_what_is_missing(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    draft.event.description = "Short"

    page = Browser(db, organiser).get("/e/food-hack/set-up")

    assert "Missing: A description" in page.text
    assert "Done: Dated phases" in page.text
    assert "Not yet: the checklist says what is missing." in page.text
    assert "/e/food-hack/publish" not in page.forms
    assert "/e/food-hack/set-up/texts" in page.links


def test_each_kind_of_event_has_its_own_checklist(db: Database, organiser: Actor, programme: Programme) -> None:
    for kind in ("hackathon", "matchmaking", "pitch"):
        make_event(db, organiser, programme, name=kind, template=kind, published=False)
    browser = Browser(db, organiser)

    pages = {kind: browser.get(f"/e/{kind}/set-up") for kind in ("hackathon", "matchmaking", "pitch")}

    own = ("Missing: Challenges", "Missing: A pitch room", "Missing: Blocks in which people can meet")
    assert [[words in page.text for words in own] for page in pages.values()] == [
        [True, True, False],
        [False, False, True],
        [False, True, False],
    ]
    assert "/e/matchmaking/set-up/blocks" in pages["matchmaking"].links


def test_a_hackathon_leads_to_the_event_that_follows(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, organiser).get("/e/food-hack/set-up")

    assert "Make the matchmaking event that follows" in page.text
    assert "/e/food-hack/set-up/follow" in page.links


def test_a_complete_draft_can_be_published(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    before = browser.get("/e/food-hack/set-up")

    page = browser.send("/e/food-hack/publish")

    assert "/e/food-hack/publish" in before.forms
    assert page.path == "/e/food-hack"
    assert "Published: everybody can see this page now." in page.text
    assert Browser(db).get("/e/food-hack").status == 200


def test_publishing_too_early_is_refused_in_words(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    draft.event.description = "Short"

    page = Browser(db, organiser).send("/e/food-hack/publish")

    assert page.status == 409
    assert "Something is still missing. The checklist says what." in page.text


def test_a_published_event_is_started_and_closed(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)

    started, closed = browser.send("/e/food-hack/start"), browser.send("/e/food-hack/close")

    assert "The event is running." in started.text
    assert "The event is closed. Its pages stay." in closed.text
    assert not {"/e/food-hack/start", "/e/food-hack/close"} & set(closed.forms)


def test_what_was_done_already_is_refused_in_words(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    browser.send("/e/food-hack/close")

    pages = {what: browser.send(f"/e/food-hack/{what}") for what in ("publish", "start", "close")}

    assert {what: page.status for what, page in pages.items()} == {"publish": 409, "start": 409, "close": 409}
    assert "This event is published already." in pages["publish"].text
    assert "Only a published event can be started." in pages["start"].text
    assert "This event is over." in pages["close"].text


@pytest.mark.parametrize("page", ["", "/texts", "/clone", "/phases", "/registration", "/roles"])
def test_the_set_up_is_for_organisers(db: Database, bo: Actor, hack: EventWithPhases, page: str) -> None:
    found = Browser(db, bo).get(f"/e/food-hack/set-up{page}")

    assert found.status == 403
    assert "The set-up of Food Hack is for its organisers." in found.text


@pytest.mark.parametrize("page", ["", "/texts", "/clone", "/phases", "/registration", "/roles"])
def test_outsiders_do_not_learn_of_a_draft(db: Database, bo: Actor, draft: EventWithPhases, page: str) -> None:
    assert Browser(db, bo).get(f"/e/food-hack/set-up{page}").status == 404


SENT = {
    "/publish": {}, "/start": {}, "/close": {},
    "/set-up/texts": {"name": "Mine", "zone": "UTC"},
    "/set-up/clone": {"name": "Mine", "starts_on": "2026-06-01"},
    "/set-up/phases": {"kind": "live", "starts_at": "2026-05-01T09:00", "ends_at": "2026-05-01T10:00"},
    "/set-up/phases/drop": {"kind": "live"},
    "/set-up/types": {"name": "Guest"},
    "/set-up/questions": {"label": "Why?"},
    "/set-up/consent": {"consent": "Everything."},
    "/set-up/roles": {"email": "bo@example.org", "role": "organiser"},
    "/set-up/roles/take-back": {"person": "p_somebody", "role": "organiser"},
}  # fmt: skip


@pytest.mark.parametrize("path", SENT)
def test_nothing_is_changed_by_others(db: Database, bo: Actor, hack: EventWithPhases, path: str) -> None:
    version = hack.event.version

    page = Browser(db, bo).send(f"/e/food-hack{path}", **SENT[path])

    assert page.status == 403
    assert event_called(db, "food-hack").event.version == version
    assert people_with_role(db, Role.ORGANISER, Scope.EVENT, hack.id) == []


# Texts


def test_texts_are_shown_and_changed(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    before = browser.get("/e/food-hack/set-up/texts")

    page = browser.send(
        "/e/food-hack/set-up/texts", name="Food Hack II", tagline="Again", description=LONG, zone="Europe/Riga",
        capacity="80", approval="automatic",
    )  # fmt: skip

    event = event_called(db, "food-hack").event
    assert 'value="Food Hack"' in before.html
    assert page.path == "/e/food-hack/set-up"
    assert (event.name, event.zone, event.capacity) == ("Food Hack II", "Europe/Riga", 80)


def test_a_name_that_is_none_is_refused_with_what_was_typed(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    page = Browser(db, organiser).send("/e/food-hack/set-up/texts", name="", tagline="Kept", zone="Europe/Riga")

    assert page.status == 422
    assert "Please give the event a name." in page.text
    assert 'value="Kept"' in page.html


# Another event like it


def test_another_event_like_this_is_made_from_its_set_up(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    door = browser.get("/e/food-hack/set-up")
    form = browser.get("/e/food-hack/set-up/clone")

    page = browser.send("/e/food-hack/set-up/clone", name="Food Hack 2027", starts_on="2027-03-05")

    made = event_called(db, "food-hack-2027")
    building = made.phase(PhaseKind.BUILDING)
    assert "/e/food-hack/set-up/clone" in door.links
    assert 'value="Food Hack"' in form.html
    assert (page.path, "A draft like Food Hack is there." in page.text) == ("/e/food-hack-2027/set-up", True)
    assert building is not None
    assert building.starts_at.astimezone(ZoneInfo(made.zone)).date().isoformat() == "2027-03-05"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Please choose the day on which it begins."),
        ("2020-01-01", "Choose a day to come, in the next five years."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_was_typed(
    db: Database, organiser: Actor, hack: EventWithPhases, day: str, sentence: str
) -> None:
    page = Browser(db, organiser).send("/e/food-hack/set-up/clone", name="Typed name", starts_on=day)

    assert (page.status, sentence in page.text, 'value="Typed name"' in page.html) == (422, True, True)


# Phases


def test_a_phase_is_shown_and_moved_on_the_events_clocks(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    before = browser.get("/e/food-hack/set-up/phases")

    page = browser.send(
        "/e/food-hack/set-up/phases", kind="live", starts_at="2026-05-01T18:00", ends_at="2026-05-01T20:00"
    )

    live = event_called(db, "food-hack").phase(PhaseKind.LIVE)
    assert 'value="2026-04-17T11:00"' in before.html
    assert "everybody concerned is told" in before.text
    assert "Saved. Everybody concerned is told." in page.text
    assert live is not None
    assert live.starts_at == datetime(2026, 5, 1, 16, 0, tzinfo=UTC)


def test_a_phase_that_ends_before_it_starts_is_refused_in_its_own_line(
    db: Database, organiser: Actor, hack: EventWithPhases
) -> None:
    page = Browser(db, organiser).send(
        "/e/food-hack/set-up/phases", kind="live", starts_at="2026-05-01T18:00", ends_at="2026-05-01T17:00"
    )

    assert page.status == 422
    assert '<a href="#ends-live">The end has to be after the start.</a>' in page.html
    assert page.html.count('id="ends-live"') == 1
    assert 'value="2026-05-01T17:00"' in page.html


def test_a_phase_the_event_lacks_is_added(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    browser = Browser(db, organiser)

    page = browser.send(
        "/e/food-hack/set-up/phases", kind="follow-up", starts_at="2026-05-01T18:00", ends_at="2026-06-01T17:00"
    )

    assert page.status == 200
    assert event_called(db, "food-hack").phase(PhaseKind.FOLLOW_UP) is not None


def test_a_refused_addition_keeps_what_was_typed(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    page = Browser(db, organiser).send(
        "/e/food-hack/set-up/phases", kind="follow-up", starts_at="2026-03-29T02:30", ends_at="2026-06-01T17:00"
    )

    assert page.status == 422
    assert '<a href="#starts-follow-up">' in page.html
    assert page.html.count('id="starts-follow-up"') == 1


def test_a_draft_drops_a_phase(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    page = Browser(db, organiser).send("/e/food-hack/set-up/phases/drop", kind="judging")

    assert "Judging is not part of this event any more." in page.text
    assert event_called(db, "food-hack").phase(PhaseKind.JUDGING) is None


def test_a_public_event_keeps_its_phases(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    browser = Browser(db, organiser)
    shown = browser.get("/e/food-hack/set-up/phases")

    page = browser.send("/e/food-hack/set-up/phases/drop", kind="judging")

    assert "/e/food-hack/set-up/phases/drop" not in shown.forms
    assert page.status == 409
    assert "A published event keeps its phases. Move this one instead." in page.text


def test_a_closed_event_shows_its_phases_and_no_form(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    close_event(db, organiser, hack)

    page = Browser(db, organiser).get("/e/food-hack/set-up/phases")

    assert "This event is over." in page.text
    assert "/e/food-hack/set-up/phases" not in page.forms


# Registration


def test_types_questions_and_consent_are_written(db: Database, organiser: Actor, draft: EventWithPhases) -> None:
    browser = Browser(db, organiser)

    browser.send("/e/food-hack/set-up/types", what="type", name="Press & guests")
    browser.send("/e/food-hack/set-up/questions", what="question", label="Diet?", kind="choice",
                 choices="Anything\nVegan", required="yes")  # fmt: skip
    page = browser.send("/e/food-hack/set-up/consent", what="consent", consent="I agree to more.")

    question = questions_of(db, draft.id)[0]
    consent = consent_text_of(db, draft.id)
    assert types_of(db, draft.id)[-1].code == "press-guests"
    assert (question.label, question.choices, question.required) == ("Diet?", ["Anything", "Vegan"], True)
    assert "Saved. Version 2 is asked for from now on." in page.text
    assert consent is not None
    assert (consent.version, consent.text) == (2, "I agree to more.")


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("types", {"what": "type", "name": ""}, "Please give this participation type a name."),
        ("types", {"what": "type", "name": "Jury"}, "This event has that participation type already."),
        ("questions", {"what": "question", "label": ""}, "Please write the question."),
        (
            "questions",
            {"what": "question", "label": "Diet?", "kind": "choice", "choices": "Vegan"},
            "A choice needs at least two answers, one per line.",
        ),
        ("consent", {"what": "consent", "consent": ""}, "Please write what participants agree to."),
    ],
)
def test_what_cannot_be_asked_is_refused(
    db: Database, organiser: Actor, draft: EventWithPhases, path: str, typed: dict, sentence: str
) -> None:
    page = Browser(db, organiser).send(f"/e/food-hack/set-up/{path}", **typed)

    assert page.status == 422
    assert sentence in page.text


# Roles


def test_a_judge_is_appointed_by_address(db: Database, organiser: Actor, dee: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, organiser).send("/e/food-hack/set-up/roles", email="Dee@Example.org", role="judge")

    assert "Dee Dumont has a role now: Judge." in page.text
    assert people_with_role(db, Role.JUDGE, Scope.EVENT, hack.id) == [dee.person]


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"email": "nobody@example.org", "role": "judge"}, 422, "Nobody here has this address."),
        ({"email": "dee", "role": "judge"}, 422, "This is not an e-mail address."),
        ({"email": "dee@example.org", "role": "king"}, 422, "Please choose one of the answers."),
        ({"email": "dee@example.org"}, 422, "Please fill this in."),
        ({"email": "dee@example.org", "role": "reviewer"}, 403, "This role is not given in an event of this kind."),
    ],
)
def test_who_cannot_be_appointed_is_said(
    db: Database, organiser: Actor, dee: Actor, hack: EventWithPhases, typed: dict, status: int, sentence: str
) -> None:
    page = Browser(db, organiser).send("/e/food-hack/set-up/roles", **typed)

    assert page.status == status
    assert sentence in page.text


def test_a_role_that_was_given_by_mistake_is_taken_back(
    db: Database, organiser: Actor, dee: Actor, hack: EventWithPhases
) -> None:
    browser, dees = Browser(db, organiser), person_of(db, dee).public_id
    browser.send("/e/food-hack/set-up/roles", email="dee@example.org", role="organiser")

    offered = browser.get("/e/food-hack/set-up/roles").forms
    taken = browser.send("/e/food-hack/set-up/roles/take-back", person=dees, role="organiser")
    twice = browser.send("/e/food-hack/set-up/roles/take-back", person=dees, role="organiser")

    assert "/e/food-hack/set-up/roles/take-back" in offered
    assert (taken.status, "Dee Dumont has this role no more: Organiser." in taken.text) == (200, True)
    assert people_with_role(db, Role.ORGANISER, Scope.EVENT, hack.id) == []
    assert (twice.status, "They do not have this role in the event any more." in twice.text) == (404, True)


def test_who_takes_their_own_role_back_comes_to_the_page_that_all_see(
    db: Database, organiser: Actor, dee: Actor, hack: EventWithPhases
) -> None:
    appoint(db, organiser, hack, person_id=dee.person or 0, role=Role.ORGANISER)
    own = {"person": person_of(db, dee).public_id, "role": "organiser"}

    page = Browser(db, dee).send("/e/food-hack/set-up/roles/take-back", **own)

    assert (page.status, page.path) == (200, "/e/food-hack")


def test_who_closes_an_event_reads_whose_result_can_never_be_published_then(db: Database, ada: Actor) -> None:
    contest = make_contest(db, ada)
    browser = Browser(db, contest.ada)
    sentence = "The result of Final is not published, and cannot be once the event is closed."
    made = make_round(db, contest)
    before = sentence in browser.get("/e/food-hack/set-up").text
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)

    assert (before, sentence in browser.get("/e/food-hack/set-up").text) == (False, True)


def test_a_form_without_our_token_is_refused(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    page = Browser(db, organiser).send("/e/food-hack/close", csrf_token="guessed")

    assert page.status == 409
    assert event_called(db, "food-hack").event.state is EventState.PUBLISHED


def test_a_phase_opens_by_itself_when_its_time_comes(db: Database, organiser: Actor, hack: EventWithPhases) -> None:
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        page = Browser(db).get("/e/food-hack")

    assert "Judging Wed, 15 Apr 2026 – Fri, 17 Apr 2026 11:00 – 11:00 (Europe/Brussels) Now open" in page.text


@pytest.mark.parametrize("state", list(EventState))
def test_every_state_of_an_event_has_a_badge_with_a_word_and_a_shape_of_its_own(state):
    badges = environment().get_template("parts/badges.html").module
    known, unknown = (str(badges.state_badge(one)).partition("</svg>")[0] for one in (state, "nothing we know"))

    assert known != unknown
