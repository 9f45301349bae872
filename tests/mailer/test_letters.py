"""Facts become letters: one to each person concerned, once, and in order for each calendar entry."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock, journal
from events.core.access import SYSTEM
from events.core.database import reading, transaction
from events.core.journal import JournalEntry, Told, fact_of, record, settle
from events.core.refusals import NotFound
from events.core.settings import settings
from events.people import Person, PersonState
from events.programmes import Programme
from events.signin import PasswordSet
from mailer.delivery import LEASE, claim_letter
from mailer.letter_lists import letter_counts, letters_of
from mailer.letters import (
    OCCASIONS,
    SILENT,
    LetterState,
    ReplyAddress,
    letter_for,
    post_letters,
    put_off,
    raw_of,
)
from mailer.mailbox import letter_with, letters_newest_first
from mailer.resending import StillThere, get_letter, resend_letter
from mailer.writing import TEMPLATES
from sessions.meetings import (
    MeetingAccepted,
    MeetingCancelled,
    MeetingDeclined,
    MeetingExpired,
    MeetingMoved,
    MeetingRequested,
    MeetingWithdrawn,
)
from tests.mailer.makers_letters import (
    all_letters,
    booked,
    calendar_event_of,
    called_off,
    letters_after,
    make_meeting,
    parsed,
)
from tests.makers import NOW, again, make_event, make_programme


@pytest.fixture
def event(db, ada):
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme, template="matchmaking")


@pytest.fixture
def meeting(db, event, bo, cy):
    return make_meeting(db, event, bo, cy)


def fates(letters):
    return [(one.kind, one.address.partition("@")[0], one.sequence, one.state.value) for one in letters]


def accepted(db, event, meeting):
    return MeetingAccepted(event_id=event.id, meeting_id=meeting.id, sequence=booked(db, meeting))


def requested(db, event, meeting):
    return MeetingRequested(event_id=event.id, meeting_id=meeting.id)


def moved(db, event, meeting, *, minutes):
    old, new = meeting.starts_at, meeting.starts_at + timedelta(minutes=minutes)
    sequence = booked(db, meeting, new)
    return MeetingMoved(event_id=event.id, meeting_id=meeting.id, old_starts_at=old, starts_at=new, sequence=sequence)


def cancelled(db, event, meeting):
    return MeetingCancelled(event_id=event.id, meeting_id=meeting.id, sequence=called_off(db, meeting))


def sent(db, letters):
    for one in letters:
        one.state, one.done_at, one.attempts = LetterState.SENT, clock.now(), 1
        db.add(one)
    db.commit()


def test_every_fact_has_a_letter_or_is_declared_silent():
    ours = {fact for fact in journal.FACTS.values() if fact.__module__.split(".")[0] in {"events", "sessions"}}

    untold = ours - SILENT - {one.fact for one in OCCASIONS.values()}

    assert untold == set(), "give it a letter in mailer/occasions, or name it in mailer/occasions/silence.py"


def test_no_fact_is_both_told_and_silent():
    assert SILENT & {one.fact for one in OCCASIONS.values()} == set()


def test_a_letter_about_no_event_does_not_say_that_one_takes_part_in_an_event():
    of_no_event = {name for name, one in OCCASIONS.items() if "event_id" not in one.fact.__dataclass_fields__}

    wrong = {
        f"{name}/body.{ending}" for name in of_no_event for ending in ("txt", "html")
        if (text := (TEMPLATES / name / f"body.{ending}").read_text()) and "block why" not in text
    }  # fmt: skip

    assert of_no_event
    assert wrong == set()


def test_two_letters_cannot_have_one_name():
    def meeting_requested(db, fact, to):
        return None

    with pytest.raises(ValueError, match="two letters"):
        letter_for(MeetingRequested, to=lambda db, fact: [])(meeting_requested)


@pytest.mark.parametrize(
    ("fact", "kind", "to"),
    [
        (MeetingRequested, "meeting_requested", "cy@example.org"),
        (MeetingDeclined, "meeting_declined", "bo@example.org"),
        (MeetingWithdrawn, "meeting_withdrawn", "cy@example.org"),
        (MeetingExpired, "meeting_expired", "bo@example.org"),
    ],
)
def test_whoever_waits_for_news_about_a_request_gets_it(db, event, meeting, fact, kind, to):
    letters = letters_after(db, fact(event_id=event.id, meeting_id=meeting.id))

    assert [(one.kind, one.address) for one in letters] == [(kind, to)]


def test_both_get_an_accepted_meeting_with_one_uid_and_different_organisers(db, event, meeting):
    letters = letters_after(db, accepted(db, event, meeting))

    assert [one.address for one in letters] == ["bo@example.org", "cy@example.org"]
    assert len({one.uid for one in letters}) == 1
    assert len({one.reply_to for one in letters}) == 2


@pytest.mark.parametrize("fact", [accepted, requested])
def test_a_fact_told_twice_makes_its_letters_once(db, event, meeting, fact):
    before = letters_after(db, fact(db, event, meeting))
    with reading() as other:
        entry = other.exec(select(JournalEntry).order_by(JournalEntry.id.desc())).first()

    with transaction() as other:
        post_letters(other, Told(entry.id, fact_of(entry), entry.at, None))

    assert [one.id for one in all_letters()] == [one.id for one in before]


def test_a_person_keeps_one_organiser_address_for_all_letters_of_an_event(db, event, meeting, bo):
    letters_after(db, accepted(db, event, meeting))

    letters = letters_after(db, moved(db, event, meeting, minutes=30))

    assert len({one.reply_to for one in letters if one.person_id == bo.person}) == 1
    with reading() as other:
        assert len(other.exec(select(ReplyAddress)).all()) == 2


def test_a_newer_revision_takes_the_place_of_one_that_was_never_tried(db, event, meeting):
    letters = letters_after(db, accepted(db, event, meeting), moved(db, event, meeting, minutes=30))

    assert fates(letters) == [
        ("meeting_accepted", "bo", 0, "superseded"),
        ("meeting_accepted", "cy", 0, "superseded"),
        ("meeting_moved", "bo", 1, "waiting"),
        ("meeting_moved", "cy", 1, "waiting"),
    ]


def test_an_older_revision_that_is_told_late_is_put_aside(db, event, meeting):
    first = accepted(db, event, meeting)
    letters_after(db, moved(db, event, meeting, minutes=30))

    letters = letters_after(db, first)

    assert fates(letters)[2:] == [
        ("meeting_accepted", "bo", 0, "superseded"),
        ("meeting_accepted", "cy", 0, "superseded"),
    ]


def test_a_cancellation_of_what_nobody_was_sent_cancels_both(db, event, meeting):
    letters = letters_after(db, accepted(db, event, meeting), cancelled(db, event, meeting))

    assert fates(letters) == [
        ("meeting_accepted", "bo", 0, "superseded"),
        ("meeting_accepted", "cy", 0, "superseded"),
        ("meeting_cancelled", "bo", 1, "not needed"),
        ("meeting_cancelled", "cy", 1, "not needed"),
    ]


def test_a_cancellation_told_before_its_request_leaves_nothing_to_send(db, event, meeting):
    first = accepted(db, event, meeting)
    letters_after(db, cancelled(db, event, meeting))

    letters = letters_after(db, first)

    assert {one.state.value for one in letters} == {"superseded", "not needed"}


def test_a_cancellation_of_what_was_sent_goes_out(db, event, meeting):
    sent(db, letters_after(db, accepted(db, event, meeting)))

    letters = letters_after(db, cancelled(db, event, meeting))

    assert fates(letters)[2:] == [("meeting_cancelled", "bo", 1, "waiting"), ("meeting_cancelled", "cy", 1, "waiting")]


def test_a_cancellation_of_what_was_perhaps_sent_goes_out(db, event, meeting):
    [to_bo, _to_cy] = letters_after(db, accepted(db, event, meeting))
    to_bo.attempts = 1
    db.add(to_bo)

    letters = letters_after(db, cancelled(db, event, meeting))

    assert fates(letters)[2:] == [
        ("meeting_cancelled", "bo", 1, "waiting"),
        ("meeting_cancelled", "cy", 1, "not needed"),
    ]


def test_a_newer_revision_takes_the_place_of_one_that_waits_for_another_try(db, event, meeting):
    letters_after(db, accepted(db, event, meeting))
    for _each in range(2):
        tried = claim_letter(LEASE)
        put_off(tried, "451 4.7.1 greylisted", attempts=tried.attempts, given_up=False)

    letters = letters_after(db, cancelled(db, event, meeting))

    assert [one.state.value for one in letters] == ["superseded", "superseded", "waiting", "waiting"]
    assert [claim_letter(LEASE).method, claim_letter(LEASE).method] == ["CANCEL", "CANCEL"]


def test_a_newer_revision_waits_for_one_that_is_on_its_way_also_on_its_second_try(db, event, meeting):
    letters_after(db, accepted(db, event, meeting))
    tried = claim_letter(LEASE)
    put_off(tried, "451 4.7.1 greylisted", attempts=tried.attempts, given_up=False)
    with clock.frozen_at(NOW + timedelta(minutes=2)):
        on_their_way = {claim_letter(LEASE).id, claim_letter(LEASE).id}

        letters = letters_after(db, cancelled(db, event, meeting))

        assert {one.id for one in letters if one.method == "REQUEST" and one.state.value == "waiting"} == on_their_way
        assert claim_letter(LEASE) is None


def test_a_cancellation_goes_out_although_the_revision_in_between_was_never_sent(db, event, meeting):
    sent(db, letters_after(db, accepted(db, event, meeting)))

    letters = letters_after(db, moved(db, event, meeting, minutes=30), cancelled(db, event, meeting))

    assert [one.state.value for one in letters] == ["sent", "sent", "superseded", "superseded", "waiting", "waiting"]


def test_a_revision_that_somebody_has_is_not_sent_to_them_again(db, event, meeting):
    first = accepted(db, event, meeting)
    letters_after(db, first)

    letters = letters_after(db, first)

    assert len(letters) == 2


def test_nobody_writes_to_the_erased(db, event, meeting, cy):
    person = db.get(Person, cy.person)
    person.state = PersonState.ERASED
    db.add(person)

    letters = letters_after(db, accepted(db, event, meeting))

    assert [one.address for one in letters] == ["bo@example.org"]


def test_a_letter_to_somebody_who_was_erased_meanwhile_is_not_needed(db, event, meeting, bo, cy):
    record(db, SYSTEM, MeetingRequested(event_id=event.id, meeting_id=meeting.id))
    db.commit()
    settle()
    person = db.get(Person, cy.person)
    person.state = PersonState.ERASED
    db.add(person)

    letters = letters_after(db)

    assert fates(letters) == [("meeting_requested", "cy", 0, "not needed")]


def test_an_address_that_cannot_be_written_to_is_undeliverable_and_stops_nobody(db, event, meeting, bo):
    person = db.get(Person, bo.person)
    person.email = "bö@example.org"
    db.add(person)

    letters = letters_after(db, accepted(db, event, meeting))

    assert [(one.state.value, bool(one.problem)) for one in letters] == [("undeliverable", True), ("waiting", False)]


def test_an_invitation_is_not_sent_again_after_its_cancellation(db, event, meeting, ada):
    sent(db, letters_after(db, accepted(db, event, meeting)))
    letters = letters_after(db, cancelled(db, event, meeting))
    sent(db, letters[2:])
    first, last = (get_letter(db, event, one.public_id) for one in (letters[0], letters[2]))

    with pytest.raises(StillThere):
        resend_letter(db, again(db, ada), first)
    resend_letter(db, again(db, ada), last)

    assert [one.state for one in (first.letter, last.letter)] == [LetterState.SENT, LetterState.WAITING]
    offered = {(one.address, one.kind) for one in letters_of(db, event.id).rows if one.may_go_again}
    assert offered == {("cy@example.org", "meeting_cancelled")}


def test_the_mailbox_shows_letters_newest_first(db, event, meeting):
    [to_bo, to_cy] = letters_after(db, accepted(db, event, meeting))

    with reading() as other:
        assert [one.id for one in letters_newest_first(other)] == [to_cy.id, to_bo.id]
        assert [one.id for one in letters_newest_first(other, to="bo@example.org")] == [to_bo.id]
        assert letter_with(other, str(to_bo.id)).id == to_bo.id
        with pytest.raises(NotFound):
            letter_with(other, "no number")


def test_organisers_count_and_list_the_letters_of_their_event(db, event, meeting):
    letters_after(db, accepted(db, event, meeting))

    with reading() as other:
        assert letter_counts(other, event.id) == {LetterState.WAITING: 2}
        assert [(one.name, one.kind, one.state.value) for one in letters_of(other, event.id).rows] == [
            ("Cy Costa", "meeting_accepted", "waiting"),
            ("Bo Berg", "meeting_accepted", "waiting"),
        ]


def test_a_letter_that_is_not_written_has_no_bytes(db, event, meeting):
    record(db, SYSTEM, MeetingRequested(event_id=event.id, meeting_id=meeting.id))
    db.commit()
    settle()
    [letter] = all_letters()

    with pytest.raises(ValueError, match="not written"):
        raw_of(letter)


def test_letters_about_an_event_come_from_its_programme_at_our_one_address_and_others_from_us(db, event, meeting, bo):
    programme = db.get_one(Programme, event.event.programme_id)
    programme.name = 'Grünes "Netz": Süd, Nord <x@y.example>'
    db.add(programme)

    [about] = letters_after(db, requested(db, event, meeting))
    other = letters_after(db, PasswordSet(person_id=bo.person))[-1]
    senders = [parsed(one)["From"].addresses for one in (about, other)]

    assert [[(box.display_name, box.addr_spec) for box in one] for one in senders] == [
        [("Grünes Netz Süd Nord x y.example via Folkmoot", settings().mail_from)],
        [("Folkmoot", settings().mail_from)],
    ]


def test_an_entry_keeps_its_organiser_when_the_programme_gets_another_name(db, event, meeting):
    [first, *_rest] = letters_after(db, accepted(db, event, meeting))

    assert calendar_event_of(first)["ORGANIZER"].params["CN"] == "Folkmoot"
