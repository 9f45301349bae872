"""The archive of a whole event: four programs that know nothing of each other read every entry as it was meant."""

import json
import random
import re
from collections import Counter
from email import message_from_bytes, policy
from itertools import pairwise

import pytest

from bench.mail_archive import HOSTILE, STEPS, Story
from events.core import clock
from frontend.app import make_app
from tests.mailer.parsers import by_icalendar, by_node, by_vobject, needs_node
from tests.makers import NOW

# `make prove-archive` asks the same of an archive of 500 people, or of the one that FOLKMOOT_ARCHIVE names.
SIZE = {"people": 8, "meetings": 6}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the archive is once it was made; the tests only read it."""
    return tmp_path_factory.mktemp("archive")


@pytest.fixture
def archive(sqlite_url, folder):
    """The life of a small event, its letters and what each was meant to say."""
    if (folder / "index.json").exists():
        return folder
    make_app()
    story = Story(random.Random(6), folder)
    with clock.frozen_at(NOW):
        story.gather(**SIZE)
        story.book(SIZE["meetings"])
        for act in STEPS:
            getattr(story, act)()
    return folder


def letters_in(folder):
    for meant in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        yield meant, message_from_bytes((folder / meant["file"]).read_bytes(), policy=policy.default)


def calendar_in(message) -> bytes:
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    [copy] = [part for part in message.walk() if part.get_content_type() == "application/ics"]
    raw = part.get_payload(decode=True)
    assert copy.get_payload(decode=True) == raw
    assert part["Content-Type"].params["method"] == message_method(raw)
    return raw


def message_method(raw: bytes) -> str:
    return raw.decode().partition("METHOD:")[2].partition("\r\n")[0]


@needs_node
def test_four_programs_read_every_letter_of_an_events_life_as_it_was_meant(archive):
    entries = [(meant, calendar_in(message)) for meant, message in letters_in(archive) if meant["uid"]]
    read_by_node = by_node([raw for _meant, raw in entries])

    assert len(entries) > 30
    for (meant, raw), in_node in zip(entries, read_by_node, strict=True):
        readings = [by_icalendar(raw), by_vobject(raw), *in_node]
        said = [
            {name: one.get(name) for name in ("method", "uid", "sequence", "status", "starts", "seconds", "name")}
            for one in readings
        ]
        assert all(one == said[0] for one in said), (meant["file"], said)
        assert said[0]["method"] == meant["method"]
        assert (said[0]["uid"], said[0]["sequence"]) == (meant["uid"], meant["sequence"])
        assert said[0]["starts"] == meant["starts"]
        assert said[0]["status"] == ("CANCELLED" if meant["method"] == "CANCEL" else "CONFIRMED")
        texts = [[one[name].replace("\u200b", "") for name in ("summary", "place")] for one in readings]
        assert all(one == texts[0] for one in texts), (meant["file"], texts)
        assert {one["attendee"].lower().removeprefix("mailto:") for one in readings} == {meant["to"]}


def test_over_the_life_of_each_entry_numbers_rise_and_who_it_is_from_stays(archive):
    by_entry: dict[tuple[str, str], list] = {}
    for meant, message in letters_in(archive):
        if meant["uid"]:
            by_entry.setdefault((meant["uid"], meant["to"]), []).append((meant, message))
        assert [box.addr_spec for box in message["To"].addresses] == [meant["to"]]
        assert message["Bcc"] is None
        assert message["Cc"] is None

    organisers = {}
    for (uid, to), told in by_entry.items():
        numbers = [meant["sequence"] for meant, _message in told]
        assert numbers == sorted(set(numbers)), (uid, to)
        organisers[uid, to] = {message["Reply-To"].addresses[0].addr_spec for _meant, message in told}
        assert len(organisers[uid, to]) == 1
        assert told[0][0]["method"] == "REQUEST", "nobody is uninvited who was never invited"
    shared = Counter(next(iter(one)) for one in organisers.values())
    people = {next(iter(one)): to for (_uid, to), one in organisers.items()}
    assert len(people) == len({to for _uid, to in organisers}), "two people share a token"
    assert shared


def test_no_letter_names_the_address_of_anybody_but_its_reader(archive):
    for meant, _message in letters_in(archive):
        raw = (archive / meant["file"]).read_bytes().decode()
        assert set(re.findall(r"\bp\d+@example\.org", raw)) <= {meant["to"]}, meant["file"]


def test_what_was_taken_out_of_a_calendar_comes_back_into_it(archive):
    methods: dict[tuple[str, str], list[str]] = {}
    for meant, _message in letters_in(archive):
        if meant["uid"]:
            methods.setdefault((meant["uid"], meant["to"]), []).append(meant["method"])

    assert [one for one in methods.values() if ("CANCEL", "REQUEST") in pairwise(one)] != []


def test_people_have_hostile_names_and_no_letter_is_addressed_by_them(archive):
    named = [message["To"].addresses[0] for _meant, message in letters_in(archive)]

    assert {one.domain for one in named} == {"example.org"}
    assert len({one.display_name for one in named}) > len(HOSTILE) // 2
