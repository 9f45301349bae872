"""What letters say: in the reader's language and zone, with nothing in them that somebody typed and that acts."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import pytest
from icalendar import Calendar
from jinja2 import meta
from jinja2.exceptions import UndefinedError

from events.core import clock, translation
from events.core.database import reading
from events.core.journal import settle
from events.core.tokens import find_token
from events.core.translation import LANGUAGES, _
from events.people import Person
from events.signin import PasswordSet, SignInLinkAsked
from mailer import writing
from mailer.letters import OCCASIONS, Letter, LetterState, Page, Recipient, raw_of
from mailer.writing import TEMPLATES, assemble, rendered, said, span, write_letters, write_next
from sessions.calendars import CalendarEntry, CalendarMethod, CalendarRevision
from sessions.meetings import MeetingAccepted, MeetingRequested
from tests.mailer.hostile import TYPED, links_of, tags_of
from tests.mailer.makers_letters import all_letters, booked, html_of, letters_after, make_meeting, parsed, text_of
from tests.makers import NOW, again, make_event, make_programme

URL = "http://folkmoot.example/somewhere/l_1"
PLAIN = "Peel Good"
SAID = ("SUMMARY", "LOCATION", "DESCRIPTION")
NOT_TYPED = {
    "url": Page(URL),
    "wanted_at": NOW,
    "stop": Page(URL),
    "ticket": Page(URL),
    "answer_by": NOW,
    "due_at": NOW,
    "others": Page(URL),
    "starts_at": NOW,
    "ends_at": NOW + timedelta(minutes=20),
    "expires_at": NOW + timedelta(hours=48),
    "old_starts_at": NOW - timedelta(hours=1),
    "new_start": NOW,
    "new_end": NOW + timedelta(days=1),
    "old_start": NOW - timedelta(days=1),
    "old_end": NOW,
    "kept_at": NOW,
    "sent_at": NOW,
    "until": NOW,
    "files": 3,
    "agenda_sessions": 3,
    "phases": 2,
    "others_count": 1,
    "logo": Page(URL),
    "first_agenda": False,
    "agreed": False,
    "phase": _("Registration"),
    "number": 2,
    "minutes": 30,
    "sha256": "ab" * 32,
    "same_zone": False,
    "moved": ((PLAIN, NOW, NOW + timedelta(minutes=20), PLAIN),),
    "cancelled": (PLAIN,),
    "other_zone": "Europe/Lisbon",
}


@cache
def wanted_by(kind: str) -> frozenset[str]:
    """The values that a kind's templates ask for, those of its layout and parts too."""
    environment, names, seen = writing._environment(), set(), set()
    queue = [f"{kind}/{path.name}" for path in (TEMPLATES / kind).iterdir()]
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        names |= meta.find_undeclared_variables(tree)
        queue += [each for each in meta.find_referenced_templates(tree) if each]
    return frozenset(
        names - {"_", "span", "language", "home", "subject", "name", "button", "facts", "quote", "ngettext"}
    )


def values_for(kind: str, typed: str) -> dict[str, object]:
    """What the templates of a kind ask for, with `typed` wherever somebody may have typed it."""
    lists: dict[str, object] = {
        "questions": [typed],
        "passage": [typed],
        "paragraphs": [typed],
    }
    if kind in {"reply_held", "time_proposed"}:  # elsewhere somebody typed it
        lists["answer"] = Page(URL)
    if kind in {"attendance_contradicted", "attendance_contradicted_for"}:  # how a meeting ended is chosen, not typed
        lists |= {"noted": "held", "says": "no-show"}
    if kind == "review_questions_changed":
        lists["questions"] = [(2, typed)]
    if kind == "digest":
        lists |= of_digest(typed)
    return {name: lists.get(name) or NOT_TYPED.get(name, typed) for name in wanted_by(kind)}


def of_digest(typed: str) -> dict[str, object]:
    line = (typed, typed, Page(URL))
    parts = ("waiting", "open_questions", "answers", "people", "items", "challenges", "sessions")
    return {
        **{f"more_{name}": 2 for name in parts}, **{f"{name}_url": Page(URL) for name in (*parts, "agenda", "choose")},
        "since": NOW, "notices": [(typed, [typed])], "waiting": [(typed, typed, NOW, Page(URL))],
        "open_questions": [line], "answers": [line], "people": [line], "items": [(typed, *line)], "challenges": [line],
        "sessions": [(kind, typed, NOW, NOW, typed, True) for kind in ("new", "moved", "changed", "cancelled")],
    }  # fmt: skip


def letter_saying(kind: str, typed: str, locale: str):
    """A letter of this kind in which every value that somebody may have typed is `typed`."""
    values = values_for(kind, typed)
    to = Recipient("cy@example.org", 1, typed, locale, "Europe/Vienna")
    letter = Letter(
        fact_id=1, kind=kind, address=to.address, message_id="<1@folkmoot.example>", made_at=NOW, due_at=NOW,
        reply_to="meet+1@folkmoot.example",
    )  # fmt: skip
    entry = None
    if OCCASIONS[kind].entry:
        entry = (
            CalendarEntry(uid="6f1d2c3a", kind=OCCASIONS[kind].entry[0], subject_id=1, created_at=NOW),
            CalendarRevision(
                entry_id=1, sequence=1, method=CalendarMethod.REQUEST, dtstamp=NOW, starts_at=NOW,
                ends_at=NOW + timedelta(minutes=20), summary=typed, place=typed, path="/somewhere/l_1", content_hash="",
            ),
        )  # fmt: skip
    with translation.written_for(locale, to.zone):
        return message_from_bytes(assemble(letter, to, values, entry, None).raw, policy=policy.default)


def texts_of(message):
    return [message.get_body((part,)).get_content() for part in ("plain", "html")]


def parts_of(message):
    return [part.get_content_type() for part in message.walk()]


def calendar_of(message):
    """The names of the calendar's content lines, and all that it says in them; nothing without a calendar."""
    payloads = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/calendar"]
    lines = [line for one in payloads for line in one.decode().replace("\r\n ", "").split("\r\n")]
    said = [str(entry[name]) for one in payloads for entry in Calendar.from_ical(one).walk("VEVENT") for name in SAID]
    return [re.split("[:;]", line)[0] for line in lines], "\n".join(said)


@pytest.fixture
def event(db, ada):
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme, template="matchmaking", name="Food Match")


@pytest.mark.parametrize("kind", sorted(OCCASIONS))
def test_each_kind_has_a_subject_a_text_and_a_page_and_a_calendar_text_where_it_needs_one(kind):
    there = {path.name for path in (TEMPLATES / kind).iterdir()}

    assert there == {"subject.txt", "body.txt", "body.html"} | ({"calendar.txt"} if OCCASIONS[kind].entry else set())


def test_no_template_is_left_over():
    assert {path.name for path in TEMPLATES.iterdir() if path.is_dir()} == set(OCCASIONS)


def in_languages() -> list[tuple[str, str]]:
    """Each kind of letter in one of the languages, the next kind in the next; in all of them with `make test ALL=1`."""
    if os.environ.get("FOLKMOOT_TEST_ALL"):
        return [(kind, str(locale)) for kind in sorted(OCCASIONS) for locale in LANGUAGES]
    return [(kind, str(LANGUAGES[at % len(LANGUAGES)])) for at, kind in enumerate(sorted(OCCASIONS))]


def seen_in(message: EmailMessage) -> dict[str, Any]:
    """What no typed text may add to a letter: headers, recipients, parts, content lines, links and tags."""
    (text, html), (names, said) = texts_of(message), calendar_of(message)
    return {
        "headers": message.keys(),
        "recipients": [box.addr_spec for box in message["To"].addresses],
        "sender": [box.addr_spec for name in ("From", "Reply-To") for box in message[name].addresses],
        "parts": parts_of(message),
        "content lines": names,
        "links in the calendar": links_of(said, ""),
        "links": links_of(text, html),
        "tags": tags_of(html) | {"blockquote", "br"},
    }


def harm_done(kind: str, typed: str, locale: str, plain: dict[str, Any]) -> list[str]:
    """What a letter with hostile texts has other than a plain one, or more of: names of what `seen_in` says."""
    assert plain["recipients"] == ["cy@example.org"]
    seen = seen_in(letter_saying(kind, typed, locale))
    more = {"tags"} if seen["tags"] - plain["tags"] else set()
    return [name for name, value in seen.items() if name in more or (name != "tags" and value != plain[name])]


@pytest.mark.parametrize(("kind", "locale"), in_languages())
def test_whatever_people_type_every_letter_has_the_same_headers_parts_tags_and_links(kind, locale):
    plain = seen_in(letter_saying(kind, PLAIN, locale))

    for typed in TYPED:
        assert (typed, harm_done(kind, typed, locale, plain)) == (typed, [])


@pytest.mark.parametrize("kind", sorted(OCCASIONS))
def test_text_and_page_of_a_letter_say_the_same(kind):
    message = letter_saying(kind, PLAIN, "en")
    text, html = texts_of(message)

    shown = re.sub(r"<[^>]+>", " ", html.partition("<main>")[2])

    def words(source):
        return [
            word
            for word in re.findall(r"[\w'’–:-]+", re.sub(r"\S+://\S+|&#39;", "'", source))
            if word not in {"-", "--"}
        ]

    assert [word.strip(":'") for word in words(shown)][:-1] == [word.strip(":'") for word in words(text) if word != "'"]


@pytest.mark.parametrize("kind", sorted(OCCASIONS))
def test_a_missing_value_is_an_error_and_never_a_gap(kind):
    def written(values):
        files = sorted(path.name for path in (TEMPLATES / kind).iterdir())
        try:
            return [rendered(f"{kind}/{name}", {**values, "name": "Bo", "subject": ""}) for name in files]
        except UndefinedError:
            return None

    values = values_for(kind, PLAIN)

    outcomes = [written({key: value for key, value in values.items() if key != name}) for name in values]

    assert None in outcomes
    assert all(outcome in (None, written(values)) for outcome in outcomes)


def test_no_letter_calls_its_reader_by_the_name_of_another():
    letter = Letter(kind="password_set", address="cy@example.org", message_id="<1@folkmoot.example>", made_at=NOW)
    to = Recipient("cy@example.org", 1, "Cy Costa", "en", "UTC")

    with pytest.raises(ValueError, match="password_set"):
        assemble(letter, to, {"url": Page(URL), "name": "Bo Berg"}, None, None)
    assert "Cy Costa" not in text_saying(letter, to, {"url": Page(URL), "name": ""})
    assert "Hello Cy Costa," in text_saying(letter, to, {"url": Page(URL)})


def text_saying(letter: Letter, to: Recipient, values: dict[str, Any]) -> str:
    return str(message_from_bytes(assemble(letter, to, values, None, None).raw, policy=policy.default))


def test_what_people_type_is_read_as_text_and_never_as_a_link():
    assert "evil.example" not in said("https://evil.example www.evil.example me@evil.example")
    assert said("Acme Inc. meets Dr. Bo: 10 kg").replace("\u200b", "") == "Acme Inc. meets Dr. Bo: 10 kg"


def test_a_stretch_of_time_names_its_zone_and_follows_the_reader():
    with translation.written_for("en", "Europe/Vienna"):
        here = span(datetime(2026, 4, 14, 9, tzinfo=UTC), datetime(2026, 4, 14, 9, 20, tzinfo=UTC))

    assert here == "Tue, 14 Apr 2026, 11:00–11:20 (Europe/Vienna)"


def test_a_stretch_of_days_names_both():
    with translation.written_for("en", "Europe/Vienna"):
        here = span(datetime(2026, 4, 14, 9, tzinfo=UTC), datetime(2026, 4, 16, 9, 20, tzinfo=UTC))

    assert here == "Tue, 14 Apr 2026, 11:00 – Thu, 16 Apr 2026, 11:20 (Europe/Vienna)"


def test_a_request_names_the_other_the_note_and_both_local_times(db, event, bo, cy):
    meeting = make_meeting(db, event, bo, cy, note="Two lines\nabout peel")

    [letter] = letters_after(db, MeetingRequested(event_id=event.id, meeting_id=meeting.id))

    assert letter.subject == "Bo Berg asks you for a meeting"
    assert text_of(letter).split("\n\n") == [
        "Hello Cy Costa,",
        "Bo Berg would like to meet you at Food Match.",
        "> Two lines\n> about peel",
        "\n".join(
            [
                "When: Wed, 15 Apr 2026, 10:00–10:20 (Europe/Lisbon)",
                "For Bo Berg: Wed, 15 Apr 2026, 11:00–11:20 (Europe/Stockholm)",
                "Place: Table 12",
                "Please answer by: Thu, 16 Apr 2026, 10:00 (Europe/Lisbon)",
            ]
        ),
        f"Answer the request:\nhttp://folkmoot.example/meetings/{meeting.public_id}",
        "The time is kept free for both of you until then.",
        "-- \nYou get this letter because you take part in Food Match.\nGreen Food Network\nhttp://folkmoot.example/\n",
    ]


def test_an_invitation_says_in_mail_and_calendar_what_the_revision_says(db, event, bo, cy):
    meeting = make_meeting(db, event, bo, cy)
    letters = letters_after(db, MeetingAccepted(event_id=event.id, meeting_id=meeting.id, sequence=booked(db, meeting)))

    message = parsed(letters[0])

    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    [entry] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert message["Subject"] == "Invitation: meeting with Cy Costa"
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert entry["ORGANIZER"] == f"mailto:{message['Reply-To'].addresses[0].addr_spec}"
    assert entry["ATTENDEE"] == f"mailto:{message['To'].addresses[0].addr_spec}"
    assert (entry["DTSTART"].dt, entry["LOCATION"]) == (meeting.starts_at, "Table 12")
    assert "With Cy Costa" in entry["DESCRIPTION"]
    assert "cy@example.org" not in raw_of(letters[0]).decode()


def test_letters_are_written_in_the_readers_language(db, event, bo, cy, monkeypatch):
    person = db.get(Person, cy.person)
    person.locale = "de"
    db.add(person)
    meeting = make_meeting(db, event, bo, cy)
    german = {"%(other)s asks you for a meeting": "%(other)s möchte Sie treffen"}
    monkeypatch.setattr(
        translation, "gettext", lambda text: german.get(text, text) if translation.reader().locale == "de" else text
    )

    [letter] = letters_after(db, MeetingRequested(event_id=event.id, meeting_id=meeting.id))

    assert letter.subject == "Bo Berg möchte Sie treffen"
    assert "Mi., 15. Apr. 2026" in text_of(letter)
    assert '<html lang="de">' in html_of(letter)


@pytest.mark.parametrize(
    ("known", "registering", "kind"),
    [(True, False, "sign_in_link"), (True, True, "address_registered"), (False, True, "join_link")],
)
def test_who_asks_for_a_link_gets_one_that_works_and_nothing_that_was_typed(db, bo, known, registering, kind):
    asked = SignInLinkAsked(person_id=bo.person, known=known, registering=registering, browser="b" * 64, onward="")

    [letter] = letters_after(db, asked)

    [plain] = re.findall(r"sign_in_link/(\S+)", text_of(letter))
    assert letter.kind == kind
    assert "Bo Berg" not in raw_of(letter).decode()
    with reading() as other:
        token = find_token(other, "sign in", plain)
        assert (token.subject_id, token.bound_to) == (bo.person, "b" * 64)


def test_a_letter_with_a_token_cannot_be_read_from_the_database(db, bo):
    [letter] = letters_after(
        db, SignInLinkAsked(person_id=bo.person, known=True, registering=False, browser="", onward="")
    )

    assert b"MIME-Version" not in letter.raw
    assert b"MIME-Version" in raw_of(letter)


def test_a_letter_is_written_once_and_its_bytes_stay(db, bo):
    [letter] = letters_after(db, PasswordSet(person_id=bo.person))
    before = letter.raw

    write_letters()

    assert [one.raw for one in all_letters()] == [before]


def test_two_workers_that_write_one_letter_keep_the_bytes_of_one(db, bo):
    from tests.mailer.makers_letters import SYSTEM, record

    record(db, SYSTEM, PasswordSet(person_id=bo.person))
    db.commit()
    settle()
    [letter] = all_letters()
    writing._write(letter)

    with pytest.raises(writing._WrittenByAnother):
        writing._write(letter)


def test_a_letter_that_cannot_be_written_waits_and_stops_nobody(db, bo, cy, monkeypatch):
    real = OCCASIONS["password_set"]

    def broken(db, fact, to):
        if to.person_id == bo.person:
            raise RuntimeError("a bug")
        return real.say(db, fact, to)

    monkeypatch.setitem(OCCASIONS, "password_set", replace(real, say=broken))

    letters = letters_after(db, PasswordSet(person_id=bo.person), PasswordSet(person_id=cy.person))

    assert [(one.raw is None, one.attempts, one.problem) for one in letters] == [
        (True, 1, "It could not be written: RuntimeError."),
        (False, 0, ""),
    ]
    assert letters[0].due_at > NOW


def test_a_letter_that_can_never_be_written_stands_still_after_eight_tries(db, bo, monkeypatch):

    monkeypatch.setitem(OCCASIONS, "password_set", replace(OCCASIONS["password_set"], say=lambda *_: 1 / 0))
    letters_after(db, PasswordSet(person_id=bo.person))

    for hours in range(1, 12):
        with clock.frozen_at(NOW + timedelta(hours=2 * hours)):
            write_next()

    [letter] = all_letters()
    assert (letter.attempts, letter.dead_at is not None) == (8, True)
    assert letter.state is LetterState.UNDELIVERABLE
