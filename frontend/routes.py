"""Every address of Folkmoot on one page: path, page function, method, name."""

from starlette.routing import BaseRoute, Route

from frontend.assets import serve_asset
from frontend.pages import development, events, health, home, letters, registrations, setup, signin


def get(path: str, page: object, name: str) -> Route:
    """A page that only reads."""
    return Route(path, page, methods=["GET"], name=name)  # type: ignore[arg-type]  # pages are wrapped endpoints


def post(path: str, page: object, name: str) -> Route:
    """Something that is done."""
    return Route(path, page, methods=["POST"], name=name)  # type: ignore[arg-type]  # pages are wrapped endpoints


GROUND: list[BaseRoute] = [
    get("/healthz", health.alive, "healthz"),
    get("/readyz", health.ready, "readyz"),
    get("/static/{build}/{path:path}", serve_asset, "static"),
    get("/favicon.ico", health.favicon, "favicon"),
    get("/robots.txt", health.robots, "robots"),
]

PEOPLE: list[BaseRoute] = [
    get("/", home.show_home, "home"),
    get("/sign-in", signin.show_sign_in, "sign_in"),
    post("/sign-in", signin.ask_now, "ask_for_link"),
    get("/sign-in/sent", signin.show_sent, "link_sent"),
    post("/sign-in/password", signin.sign_in_now, "sign_in_by_password"),
    get("/sign-in/link/{token}", signin.show_link, "sign_in_link"),
    post("/sign-in/link/{token}", signin.use_link, "use_link"),
    get("/sign-up", signin.show_sign_up, "sign_up"),
    post("/sign-up", signin.sign_up_now, "sign_up_now"),
    post("/sign-out", signin.sign_out_now, "sign_out"),
    post("/language", signin.set_language, "set_language"),
]

# Account, organisations, programmes, marketplace, import (D)
NETWORK: list[BaseRoute] = []

EVENTS: list[BaseRoute] = [
    get("/events", events.show_events, "events"),
    get("/p/{programme}/events/new", setup.new_event, "new_event"),
    post("/p/{programme}/events/new", setup.create_now, "create_event"),
    get("/e/{event}", events.show_event, "event"),
    get("/e/{event}/calendar.ics", events.event_calendar, "event_calendar"),
    get("/e/{event}/set-up", setup.show_set_up, "set_up"),
    get("/e/{event}/set-up/texts", setup.edit_texts, "edit_event"),
    post("/e/{event}/set-up/texts", setup.change_texts, "change_event"),
    get("/e/{event}/set-up/phases", setup.edit_phases, "edit_phases"),
    post("/e/{event}/set-up/phases", setup.move_phase_now, "move_phase"),
    post("/e/{event}/set-up/phases/drop", setup.drop_phase_now, "drop_phase"),
    get("/e/{event}/set-up/registration", setup.edit_registration, "edit_registration"),
    post("/e/{event}/set-up/types", setup.add_type_now, "add_participation_type"),
    post("/e/{event}/set-up/questions", setup.add_question_now, "add_question"),
    post("/e/{event}/set-up/consent", setup.set_consent_now, "set_consent_text"),
    get("/e/{event}/set-up/roles", setup.edit_roles, "edit_roles"),
    post("/e/{event}/set-up/roles", setup.appoint_now, "appoint"),
    post("/e/{event}/publish", setup.publish_now, "publish_event"),
    post("/e/{event}/start", setup.start_now, "start_event"),
    post("/e/{event}/close", setup.close_now, "close_event"),
    get("/e/{event}/register", registrations.show_form, "register"),
    post("/e/{event}/register", registrations.register_now, "register_now"),
    get("/e/{event}/registration", registrations.show_mine, "my_registration"),
    post("/e/{event}/registration/agree", registrations.agree_now, "agree_to_take_part"),
    get("/e/{event}/registrations", registrations.show_all, "registrations"),
    get("/e/{event}/registrations.csv", registrations.export_all, "registrations_csv"),
    post("/e/{event}/registrations/{registration}/accept", registrations.accept_now, "accept_registration"),
    post("/e/{event}/registrations/{registration}/decline", registrations.decline_now, "decline_registration"),
    post("/e/{event}/registrations/{registration}/withdraw", registrations.withdraw_now, "withdraw_registration"),
    get("/e/{event}/letters", letters.show_letters, "letters"),
]

# Challenges, teams, submissions (A)
HACKATHONS: list[BaseRoute] = []

# Participants, meetings, availability, blocks, following (B)
MEETINGS: list[BaseRoute] = []

# Stages, pitches, live rooms (C)
LIVE: list[BaseRoute] = []

DEVELOPMENT: list[BaseRoute] = [
    post("/dev/person", development.switch_person, "demo_switch"),
    get("/dev/mail", development.show_mail, "dev_mail"),
    get("/dev/mail/{letter}", development.show_letter, "dev_letter"),
    get("/styleguide", development.show_styleguide, "styleguide"),
]


def routes(*, demo: bool) -> list[BaseRoute]:
    """All routes; the switcher, the mailbox and the style guide exist in the demo only."""
    found = GROUND + PEOPLE + NETWORK + EVENTS + HACKATHONS + MEETINGS + LIVE
    return found + DEVELOPMENT if demo else found
