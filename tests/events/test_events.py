"""Events: what they say about themselves, and what of it is refused."""

from typing import Any

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid
from events.events import EventWithPhases, change_event
from events.form_building import add_question
from events.registration import add_participation_type, set_consent_text
from tests.makers import again, make_event, make_programme

TEXTS = {"name": "Food Hack", "tagline": "", "description": "", "zone": "Europe/Brussels", "capacity": None}


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme)


def refused(db: Database, ada: Actor, event: EventWithPhases, **values: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        change_event(db, again(db, ada), event, **TEXTS | {"approval": event.event.approval} | values)
    return {field: str(sentence) for field, sentence in refusal.value.fields.items()}


def test_texts_that_are_too_long_are_named_together(db: Database, ada: Actor, event: EventWithPhases) -> None:
    found = refused(db, ada, event, name="x" * 121, tagline="x" * 201, description="x" * 10_001)

    assert found == {
        "name": "Please write at most 120 characters.",
        "tagline": "Please write at most 200 characters.",
        "description": "Please write at most 10000 characters.",
    }


@pytest.mark.parametrize("name", ["", " ", "\u202e", "!?"])
def test_an_event_needs_a_name_that_can_be_read(db: Database, ada: Actor, event: EventWithPhases, name: str) -> None:
    assert refused(db, ada, event, name=name) == {"name": "Please give the event a name."}


def test_more_places_than_anybody_has_are_refused(db: Database, ada: Actor, event: EventWithPhases) -> None:
    assert refused(db, ada, event, capacity=10**20) == {"capacity": "This number is too large."}


@pytest.mark.parametrize(("name", "slug"), [("Иновации 2026", "2026"), ("Καινοτομία", "event")])
def test_a_name_in_any_script_is_a_name(db: Database, ada: Actor, name: str, slug: str) -> None:
    programme = make_programme(db, ada)

    event = make_event(db, again(db, ada), programme, name=name)

    assert (event.event.name, event.event.slug) == (name, slug)


def test_what_is_asked_at_registration_is_short_enough_to_be_kept(
    db: Database, ada: Actor, event: EventWithPhases
) -> None:
    ada, sentences = again(db, ada), []
    for ask in (
        lambda: add_participation_type(db, ada, event, code="long", name="x" * 81),
        lambda: add_question(db, ada, event, label="x" * 201),
        lambda: set_consent_text(db, ada, event, text="x" * 5001),
    ):
        with pytest.raises(Invalid) as refusal:
            ask()
        sentences += [(field, str(sentence)) for field, sentence in refusal.value.fields.items()]

    assert sentences == [
        ("name", "Please write at most 80 characters."),
        ("label", "Please write at most 200 characters."),
        ("consent", "Please write at most 5000 characters."),
    ]
