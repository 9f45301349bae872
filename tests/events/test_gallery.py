"""The public gallery: who is in it, who finds what, and who decides."""

from datetime import timedelta

import pytest

from events.challenges import ChallengeInEvent
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.files import content_of, make_ready
from events.core.refusals import Conflict, NotAllowed, NotFound
from events.events import EventWithPhases, event_by_id
from events.gallery import (
    agree_to_gallery,
    close_gallery,
    gallery_counts,
    gallery_lines,
    gallery_of,
    get_gallery_entry,
    get_gallery_file,
    hide_from_gallery,
    keywords_in_gallery,
    open_gallery,
    show_in_gallery,
    take_gallery_agreement_back,
)
from events.handing_in import hand_in
from events.phases import PhaseKind
from events.submission_fields import Asking, add_field_for_all
from events.submission_files import add_file
from events.submission_texts import Written
from events.submissions import get_submission, submission_of_team
from events.teams import TeamInEvent
from tests.events.makers_hackathon import DONE, make_team
from tests.events.test_submission_fields import taking, with_challenge
from tests.makers import NOW, again, open_phase, shut_phase

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
HUSK = Written(
    "Mühle aus Spelz", "We press a bowl from husks of spelt, and it rots in a week.", keywords=("Bio-Plastic", "spelt")
)


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge, in a hackathon in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


@pytest.fixture
def straw(db: Database, bo: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which took the challenge and handed in."""
    team = taking(db, bo, challenge.event, challenge)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    return team


@pytest.fixture
def husk(db: Database, cy: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Cy's team, which took none and handed in."""
    team = make_team(db, cy, challenge.event, "Husk")
    hand_in(db, again(db, cy), team, written=HUSK, revision=0)
    return team


def opened(db: Database, ada: Actor, event: EventWithPhases) -> EventWithPhases:
    event = shut_phase(db, again(db, ada), event, PhaseKind.SUBMISSION)
    open_gallery(db, again(db, ada), event)
    return event


def public_of(db: Database, team: TeamInEvent) -> str:
    row = submission_of_team(db, team.id)
    assert row is not None
    return row.public_id


def shown(db: Database, event: EventWithPhases, **filters: str) -> list[str]:
    return [one.team for one in gallery_of(db, event_by_id(db, event.id), **filters).rows]


def test_the_gallery_shows_whose_team_agreed_once_it_is_open(db, ada, bo, cy, challenge, straw, husk):
    agree_to_gallery(db, again(db, bo), straw)

    before = shown(db, challenge.event)
    event = opened(db, ada, challenge.event)
    opened_now = shown(db, event)
    agree_to_gallery(db, again(db, cy), husk)
    both = shown(db, event)
    take_gallery_agreement_back(db, again(db, bo), straw)
    one = shown(db, event)
    close_gallery(db, again(db, ada), event_by_id(db, event.id))

    assert (before, opened_now, both, one, shown(db, event)) == ([], ["Straw"], ["Husk", "Straw"], ["Husk"], [])


def test_it_does_not_open_while_teams_hand_in_nor_twice(db, ada, bo, challenge, straw):
    with pytest.raises(Conflict, match="once the deadline has passed"):
        open_gallery(db, again(db, ada), challenge.event)
    event = opened(db, ada, challenge.event)
    with pytest.raises(Conflict, match="open already"):
        open_gallery(db, again(db, ada), event)
    close_gallery(db, again(db, ada), event)
    with pytest.raises(Conflict, match="not open"):
        close_gallery(db, again(db, ada), event)


def test_an_organiser_hides_a_submission_and_puts_it_back(db, ada, bo, challenge, straw):
    agree_to_gallery(db, again(db, bo), straw)
    event = opened(db, ada, challenge.event)
    subject = get_submission(db, again(db, ada), event, public_of(db, straw))

    hide_from_gallery(db, again(db, ada), subject)
    hidden = shown(db, event)
    show_in_gallery(db, again(db, ada), subject)

    assert (hidden, shown(db, event)) == ([], ["Straw"])
    with pytest.raises(NotAllowed):
        hide_from_gallery(db, again(db, bo), subject)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"query": "muhle"}, ["Husk"]),
        ({"query": "tray wax"}, ["Straw"]),
        ({"query": "tray spelt"}, []),
        ({"query": "trays straw"}, ["Straw"]),
        ({"query": "%"}, ["Husk", "Straw"]),
        ({"keyword": "BIO plastic"}, ["Husk"]),
        ({"keyword": "bio"}, []),
        ({"challenge": "its"}, ["Straw"]),
        ({"challenge": "c_none"}, []),
    ],
)
def test_it_is_searched_by_words_challenge_and_keyword(db, ada, bo, cy, challenge, straw, husk, filters, found):
    agree_to_gallery(db, again(db, bo), straw)
    agree_to_gallery(db, again(db, cy), husk)
    event = opened(db, ada, challenge.event)
    if filters.get("challenge") == "its":
        filters = {"challenge": challenge.challenge.public_id}

    assert shown(db, event, **filters) == found


def test_the_keywords_of_what_is_shown_can_be_chosen(db, ada, cy, challenge, straw, husk):
    agree_to_gallery(db, again(db, cy), husk)

    event = opened(db, ada, challenge.event)

    assert keywords_in_gallery(db, event_by_id(db, event.id)) == ["Bio-Plastic", "spelt"]


def test_an_entry_shows_answers_that_are_for_everybody_and_files_of_what_counts(db, ada, bo, challenge):
    public = add_field_for_all(db, again(db, ada), challenge.event, asking=Asking("What does it cost?", shown=True))
    secret = add_field_for_all(db, again(db, ada), challenge.event, asking=Asking("Your telephone?"))
    team = make_team(db, bo, challenge.event)
    old = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    answers = {public.public_id: "12", secret.public_id: "CANARY"}
    hand_in(db, again(db, bo), team, written=Written(DONE.title, DONE.summary, answers=answers), revision=0)
    new = add_file(db, again(db, bo), team, file=make_ready("later.pdf", PDF + b"later"))
    agree_to_gallery(db, again(db, bo), team)
    event = opened(db, ada, challenge.event)

    entry = get_gallery_entry(db, event, public_of(db, team))

    assert [one["answer"] for one in entry.content["answers"]] == ["12"]
    assert "CANARY" not in repr(entry) and "Bo Berg" not in repr(entry)
    assert content_of(get_gallery_file(db, entry, old.public_id)) == PDF
    with pytest.raises(NotFound):
        get_gallery_file(db, entry, new.public_id)


def test_what_the_gallery_does_not_show_is_not_found(db, ada, bo, challenge, straw):
    public = public_of(db, straw)

    event = opened(db, ada, challenge.event)

    with pytest.raises(NotFound):
        get_gallery_entry(db, event, public)


def test_organisers_see_who_agreed_and_only_members_do(db, ada, bo, cy, challenge, straw, husk):
    with clock.frozen_at(NOW + timedelta(hours=1)):
        agree_to_gallery(db, again(db, bo), straw)

    assert gallery_counts(db, challenge.event) == (2, 1)
    assert [(one.team, one.agreed) for one in gallery_lines(db, challenge.event).rows] == [
        ("Husk", False), ("Straw", True),
    ]  # fmt: skip
    for stranger in (cy, ada):
        with pytest.raises(NotAllowed):
            take_gallery_agreement_back(db, again(db, stranger), straw)


def test_a_deadline_that_is_put_off_shuts_the_gallery_until_it_is_opened_again(db, ada, bo, straw):
    agree_to_gallery(db, again(db, bo), straw)
    event = opened(db, ada, straw.event)
    before = [one.team for one in gallery_of(db, event).rows]

    event = open_phase(db, again(db, ada), event, PhaseKind.SUBMISSION)
    meanwhile = [one.team for one in gallery_of(db, event).rows]
    event = opened(db, ada, event)

    assert (before, meanwhile) == (["Straw"], [])
    assert [one.team for one in gallery_of(db, event).rows] == ["Straw"]
