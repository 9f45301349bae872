"""Digests: one letter in the morning with what is new, once each time, and nothing that its reader may not know."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, select, update

from events.challenge_questions import ask_about_challenge
from events.challenges import Challenge, ChallengeInEvent
from events.core import clock
from events.core.access import VISITOR, Actor
from events.core.database import Database, reading, transaction
from events.core.journal import LISTENERS, JournalEntry, Told, fact_of, settle
from events.core.timers import Timer, run_due_timers
from events.events import Event, close_event, event_by_id, start_event
from events.letter_choices import Topic, get_subscription, stop_letters, stop_token
from events.marketplace import ItemForEvent, ItemKind, show_in_event
from events.reachability import note_hard_bounce
from events.registration import Consent, RegistrationInEvent, types_of, withdraw_registration
from events.type_rules import PairRule, set_type_rules
from mailer.letters import Letter, LetterState
from mailer.writing import write_letters
from sessions import digests
from sessions.answers import decline_meeting
from sessions.digest_wishes import Often, choose_digests, digest_choice_of
from sessions.digests import DigestTurn, begin_tours, turn_begins
from sessions.no_thanks import say_no_thanks
from sessions.notices import Segment, send_notice
from sessions.timetable.stars import get_agenda_session, star_session
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.events.makers_network import published
from tests.mailer.makers_letters import all_letters, html_of, parsed, sent, text_of
from tests.mailer.test_delivery import post_office, send_all
from tests.makers import NOW, again, make_organisation, make_person, make_registration, person_of
from tests.sessions.makers_agenda import make_agenda, make_session, move_to, released
from tests.sessions.makers_meetings import Fair, make_colleague, make_fair, make_participant, make_request, place_of
from tests.sessions.racing import ROUNDS, race

# The first morning after NOW, at eight in Stockholm, where Bo lives; it is seven in Lisbon, where Cy does.
MORNING = datetime(2026, 4, 15, 6, 0, tzinfo=NOW.tzinfo)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def interested(db: Database, actor: Actor, *keywords: str) -> Actor:
    person = person_of(db, actor)
    person.keywords = list(keywords)
    db.add(person)
    db.flush()
    return actor


@pytest.fixture
def fair(db, ada, bo, cy) -> Fair:
    """Bo deals in food; Cy takes part too."""
    fair = make_fair(db, ada)
    interested(db, bo, "food")
    for person in (bo, cy):
        make_participant(db, person, fair)
    sent(db)
    return fair


def digests_at(db: Database, moment: datetime = MORNING) -> dict[str, Letter]:
    """The digests that are written at this moment, by whom they are for."""
    known = sent(db)
    with clock.frozen_at(moment):
        run_due_timers()
        settle()
        write_letters()
    found = [one for one in all_letters()[known:] if one.kind == "digest"]
    return {one.address.partition("@")[0]: one for one in found}


def newcomer(db: Database, fair: Fair, name: str = "Dee Dumont", keyword: str = "food.dairy", **how: str) -> Actor:
    """Somebody who joins an hour from now and deals in dairy."""
    with clock.frozen_at(NOW + HOUR):
        return make_participant(db, interested(db, make_person(db, name, **how), keyword), fair)


def test_it_gathers_what_waits_who_is_new_and_what_they_bring_with_the_zone_and_how_to_stop_it(db, fair, bo, cy):
    mill = make_organisation(db, "Nordmühle", country="SE")
    dee = make_colleague(db, interested(db, make_person(db, "Dee Dumont"), "food.dairy"), fair, mill)
    item = published(db, again(db, dee), mill, "Whey for bakers", kind=ItemKind.OFFER, keywords=("food",))
    with clock.frozen_at(NOW + HOUR):
        show_in_event(db, again(db, dee), ItemForEvent(item, fair.event))
        make_request(db, fair, asker=again(db, cy), invitee=again(db, bo), slot=3)
    db.execute(update(Consent).values(given_at=NOW + HOUR))

    letter = digests_at(db)["bo"]

    text, page = text_of(letter), html_of(letter)
    assert letter.subject == "New for you at Food Match"
    for said in (
        "This is new for you at Food Match since Tue, 14 Apr 2026, 11:00 (Europe/Stockholm).",
        "These requests wait for your answer", "Cy Costa",
        "Please answer by Wed, 15 Apr 2026, 12:15 (Europe/Stockholm).",
        "New participants who deal in what you deal in", "Dee Dumont", "Nordmühle",
        "New needs and offers that touch on yours", "Whey for bakers", "Choose how often you get this letter",
    ):  # fmt: skip
        assert (said in text, said in page) == (True, True), said
    assert "- Dee Dumont, Nordmühle\n  http://folkmoot.example/participant/food-match/" in text
    link = f"http://folkmoot.example/stop_letters/{stop_token(person_of(db, bo), Topic.DIGESTS)}"
    assert parsed(letter)["List-Unsubscribe"] == f"<{link}>"
    assert parsed(letter)["List-Unsubscribe"].startswith("<http://folkmoot.example/")
    assert "<img" not in page
    assert [part.get_content_type() for part in parsed(letter).walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


def test_there_is_none_where_nothing_is_new(db, fair):
    newcomer(db, fair, keyword="energy")

    assert digests_at(db, MORNING + 2 * HOUR) == {}


def test_it_comes_in_the_morning_where_its_reader_lives(db, fair, cy):
    interested(db, cy, "food")
    newcomer(db, fair)

    found = [(hours, set(digests_at(db, MORNING + hours * HOUR))) for hours in (-1, 0, 1, 2)]

    assert found == [(-1, set()), (0, {"bo"}), (1, {"cy"}), (2, set())]


def test_it_is_in_the_readers_language(db, fair, bo):
    person = person_of(db, bo)
    person.locale, person.zone = "fr", "Asia/Tokyo"
    db.add(person)
    newcomer(db, fair)

    letter = digests_at(db, MORNING - 6 * HOUR)["bo"]

    assert '<html lang="fr">' in html_of(letter)
    assert "mar. 14 avr. 2026, 18:00 (Asia/Tokyo)" in text_of(letter)


def test_what_was_told_is_not_told_again_and_a_worker_that_was_away_tells_it_once(db, fair):
    newcomer(db, fair)

    first = digests_at(db, MORNING + 3 * HOUR)
    again_that_day = digests_at(db, MORNING + 5 * HOUR)
    next_day = digests_at(db, MORNING + DAY)
    with clock.frozen_at(MORNING + DAY + HOUR):
        make_participant(db, interested(db, make_person(db, "Mel Meyer"), "food"), fair)
    third = digests_at(db, MORNING + 2 * DAY)

    assert [set(one) for one in (first, again_that_day, next_day, third)] == [{"bo"}, set(), set(), {"bo"}]
    assert ("Dee" in text_of(third["bo"]), "Mel Meyer" in text_of(third["bo"])) == (False, True)


def test_in_the_evening_it_waits_for_the_morning(db, fair):
    newcomer(db, fair)

    assert digests_at(db, MORNING + 13 * HOUR) == {}
    assert set(digests_at(db, MORNING + DAY)) == {"bo"}


def test_two_workers_who_look_at_the_same_moment_write_one(db, fair, bo):
    newcomer(db, fair)
    sent(db)
    place = place_of(db, bo, fair).id
    db.rollback()
    with clock.frozen_at(MORNING):
        for _round in range(5):
            assert race(*[lambda other: digests._look(other, place)] * 3) == [None] * 3

    with reading() as other:
        assert len(other.exec(select(JournalEntry).where(JournalEntry.kind == "DigestDue")).all()) == 1


def test_the_turn_itself_is_taken_once_whoever_tries(db, fair, bo):
    newcomer(db, fair)
    with clock.frozen_at(MORNING):
        [reader] = digests._readers(db, digests.Registration.id == place_of(db, bo, fair).id)

        first = digests._takes_turn(db, reader, MORNING)
        [told] = digests._readers(db, digests.Registration.id == place_of(db, bo, fair).id)
        later = [digests._takes_turn(db, one, MORNING + DAY) for one in (reader, told, told)]

    assert (first, later) == (True, [False, True, False])


def test_a_worker_that_is_killed_in_between_leaves_it_to_be_written_once(db, fair, bo, monkeypatch):
    newcomer(db, fair)
    sent(db)
    real, deaths = digests.record, []

    def killed(*args: object) -> int:
        deaths.append(1)
        if len(deaths) == 1:
            raise RuntimeError("kill -9")
        return real(*args)

    monkeypatch.setattr(digests, "record", killed)
    first = digests_at(db, MORNING)
    with reading() as other:
        taken = other.exec(select(DigestTurn)).all()
    later = digests_at(db, MORNING + timedelta(minutes=5))

    # The turn was rolled back with what had not been said, so that the next worker takes it.
    assert (first, set(later), len(deaths)) == ({}, {"bo"}, 2)
    assert bo.person not in {one.person_id for one in taken}


def test_a_weekly_one_comes_on_monday_and_none_comes_to_who_wants_none(db, fair, bo, cy):
    interested(db, cy, "food")
    choose_digests(db, bo, person_of(db, bo), often=Often.WEEKLY)
    choose_digests(db, cy, person_of(db, cy), often=Often.NEVER)
    newcomer(db, fair)

    found = [set(digests_at(db, MORNING + days * DAY)) & {"bo", "cy"} for days in range(7)]

    assert MORNING.weekday() == 2
    assert found == [set(), set(), set(), set(), set(), {"bo"}, set()]
    assert digest_choice_of(db, bo.person).often is Often.WEEKLY


def test_one_click_stops_them_and_choosing_again_brings_them_back(db, fair, bo):
    stop_letters(db, VISITOR, get_subscription(db, stop_token(person_of(db, bo), Topic.DIGESTS)))
    newcomer(db, fair)
    stopped = digests_at(db)
    said = digest_choice_of(db, bo.person).often
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY)

    assert (stopped, said) == ({}, Often.NEVER)
    assert set(digests_at(db, MORNING + DAY)) == {"bo"}


@pytest.mark.parametrize(
    ("zone", "there", "begins"),
    [
        ("Europe/Berlin", "2026-10-25T08:30+01:00", "2026-10-25T00:00+02:00"),
        ("Asia/Kolkata", "2026-04-15T07:59+05:30", None),
        ("Asia/Kolkata", "2026-04-15T08:00+05:30", "2026-04-15T00:00+05:30"),
        ("America/Los_Angeles", "2026-04-15T19:59-07:00", "2026-04-15T00:00-07:00"),
        ("America/Los_Angeles", "2026-04-15T20:00-07:00", None),
    ],
)
def test_a_day_begins_where_somebody_lives_over_switches_too(zone, there, begins):
    found = turn_begins(datetime.fromisoformat(there), zone, Often.DAILY)

    assert found == (datetime.fromisoformat(begins) if begins else None)


def test_none_comes_once_the_event_is_closed_however_far_it_had_come(db, fair):
    newcomer(db, fair)
    known = sent(db)
    with clock.frozen_at(MORNING):
        run_due_timers()
        settle()
        close_event(db, fair.ada, fair.event)
        db.commit()
        write_letters()
    [letter] = [one for one in all_letters()[known:] if one.kind == "digest"]

    assert letter.state is LetterState.NOT_NEEDED
    assert digests_at(db, MORNING + DAY) == {}
    with reading() as other:
        waits = other.exec(select(Timer.id).where(Timer.kind == "digest tour", col(Timer.done_at).is_(None)))
        assert waits.all() == []


@pytest.mark.parametrize("how", ["closed", "stopped", "suppressed"])
async def test_one_that_waits_to_be_sent_is_not_sent_after_all(db, fair, bo, how):
    newcomer(db, fair)
    letter = digests_at(db)["bo"]
    if how == "closed":
        close_event(db, fair.ada, fair.event)
    elif how == "stopped":
        choose_digests(db, bo, person_of(db, bo), often=Often.NEVER)
    else:
        note_hard_bounce(db, "bo@example.org", "550 nobody")
    db.commit()
    with clock.frozen_at(MORNING):
        async with post_office() as (sink, transport):
            await send_all(transport)

    state = next(one.state for one in all_letters() if one.id == letter.id)
    assert [one for one in sink.taken if one[1] == "bo@example.org"] == []
    assert state is (LetterState.UNDELIVERABLE if how == "suppressed" else LetterState.NOT_NEEDED)


def test_what_was_settled_before_it_was_written_is_left_out(db, fair, bo, cy):
    with clock.frozen_at(NOW + HOUR):
        meeting = make_request(db, fair, asker=again(db, cy), invitee=again(db, bo), slot=3)
    known = sent(db)
    with clock.frozen_at(MORNING):
        run_due_timers()
        settle()
        decline_meeting(db, again(db, bo), meeting)
        db.commit()
        write_letters()

    assert [one.state for one in all_letters()[known:] if one.kind == "digest"] == [LetterState.NOT_NEEDED]


def test_whom_one_may_not_see_or_turned_down_or_works_with_or_has_not_agreed_is_not_named(db, fair, bo):
    named = newcomer(db, fair, "Seen Sand")
    turned, turning = newcomer(db, fair, "Turned Tang"), newcomer(db, fair, "Turning Teal")
    silent = newcomer(db, fair, "Silent Silt")
    with clock.frozen_at(NOW + HOUR):
        hidden = interested(db, make_person(db, "Hidden Hay"), "food")
        make_registration(db, hidden, fair.event, type_code="tech-savvy")
        say_no_thanks(db, again(db, bo), fair.event, other=place_of(db, turned, fair))
        say_no_thanks(db, turning, fair.event, other=place_of(db, bo, fair))
    types = {one.code: one for one in types_of(db, fair.event.id)}
    unseen = PairRule(types["traditional"], types["tech-savvy"], may_see=False, may_ask=False)
    set_type_rules(db, fair.ada, fair.event, rules=[unseen])
    gone = update(Consent).where(col(Consent.registration_id) == place_of(db, silent, fair).id)
    db.execute(gone.values(withdrawn_at=NOW + HOUR))

    text = text_of(digests_at(db)["bo"])

    assert [name for name in ("Seen", "Turned", "Turning", "Silent", "Hidden") if name in text] == ["Seen"]
    assert named.person is not None


def test_of_many_the_first_are_named_and_the_rest_counted(db, fair):
    for number in range(8):
        newcomer(db, fair, f"Guest{number} Gant")

    text = text_of(digests_at(db)["bo"])

    assert sum(f"Guest{number}" in text for number in range(8)) == 5
    assert "And 3 more.\nhttp://folkmoot.example/participants/food-match" in text


def test_notices_can_wait_for_it_and_come_once(db, fair, bo, cy):
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    known = sent(db)
    with clock.frozen_at(NOW + HOUR):
        send_notice(
            db, fair.ada, fair.event, title="News of {event}", text="Dear {name},\n\nthe door opens at nine.",
            segment=Segment.PARTICIPANTS, counted=2,
        )  # fmt: skip
        db.commit()
        settle()
    at_once = {one.address for one in all_letters()[known:]}
    letter = digests_at(db)["bo"]

    assert at_once == {"cy@example.org"}
    assert "News of Food Match" in text_of(letter)
    assert "Dear Bo Berg,\n\nthe door opens at nine." in text_of(letter)
    assert "the door opens at nine." in html_of(letter)
    assert digests_at(db, MORNING + DAY) == {}


def test_while_an_event_is_running_notices_come_at_once(db, fair, bo):
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    start_event(db, fair.ada, fair.event)
    known = sent(db)
    send_notice(db, fair.ada, fair.event, title="News", text="Hello.", segment=Segment.PARTICIPANTS, counted=2)
    db.commit()
    settle()

    assert {one.address for one in all_letters()[known:]} >= {"bo@example.org", "cy@example.org"}


def test_who_has_not_agreed_to_take_part_gets_notices_at_once_since_no_digest_comes(db, fair, bo):
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    gone = update(Consent).where(col(Consent.registration_id) == place_of(db, bo, fair).id)
    db.execute(gone.values(withdrawn_at=NOW))
    known = sent(db)
    send_notice(db, fair.ada, fair.event, title="News", text="Hello.", segment=Segment.PARTICIPANTS, counted=2)
    db.commit()
    settle()

    assert {one.address for one in all_letters()[known:]} == {"bo@example.org", "cy@example.org"}


def test_between_two_weekly_ones_nothing_is_lost(db, fair, bo):
    choose_digests(db, bo, person_of(db, bo), often=Often.WEEKLY)
    monday = MORNING + 5 * DAY
    newcomer(db, fair)
    first = digests_at(db, monday)
    with clock.frozen_at(monday + timedelta(minutes=1)):
        make_participant(db, interested(db, make_person(db, "Mel Meyer"), "food"), fair)
    late = digests_at(db, monday + 8 * DAY)["bo"]

    assert set(first) >= {"bo"}
    assert "Mel Meyer" in text_of(late)
    with reading() as other:
        kept = other.exec(select(Timer.id).where(Timer.kind == "digest tour"))
        assert len(kept.all()) <= 2


def test_without_digests_notices_come_at_once(db, fair, bo):
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    stop_letters(db, VISITOR, get_subscription(db, stop_token(person_of(db, bo), Topic.DIGESTS)))
    known = sent(db)
    send_notice(db, fair.ada, fair.event, title="News", text="Hello.", segment=Segment.PARTICIPANTS, counted=2)
    db.commit()
    settle()

    assert {one.address for one in all_letters()[known:]} == {"bo@example.org", "cy@example.org"}


def told_since(known: int) -> list[tuple[str, str]]:
    settle()
    write_letters()
    return [(one.address.partition("@")[0], one.kind) for one in all_letters()[known:] if one.raw is not None]


def notice_kept_for_bo(db: Database, fair: Fair, bo: Actor, at: datetime = NOW + HOUR) -> int:
    """A notice that waits for Bo's digest; how many letters there are by then."""
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    everybody = {"segment": Segment.PARTICIPANTS, "counted": 2}
    with clock.frozen_at(at):
        send_notice(db, fair.ada, fair.event, title="News", text="The door is shut.", **everybody)
    return sent(db)


def stopped_on_the_page(db: Database, fair: Fair, bo: Actor) -> None:
    choose_digests(db, bo, person_of(db, bo), often=Often.NEVER)


def stopped_by_a_click(db: Database, fair: Fair, bo: Actor) -> None:
    stop_letters(db, VISITOR, get_subscription(db, stop_token(person_of(db, bo), Topic.DIGESTS)))


def closed(db: Database, fair: Fair, bo: Actor) -> None:
    close_event(db, again(db, fair.ada), event_by_id(db, db.exec(select(Event.id)).one()))


@pytest.mark.parametrize("step", [stopped_on_the_page, stopped_by_a_click, closed])
def test_a_notice_that_waits_for_a_digest_which_will_not_come_goes_by_itself(db, fair, bo, step):
    known = notice_kept_for_bo(db, fair, bo)
    with clock.frozen_at(NOW + 2 * HOUR):
        step(db, fair, bo)
        db.commit()
        told = told_since(known)
        deliver_again(db)
        told_twice = told_since(known)

    assert [one for one in told if one[1] == "kept_notice"] == [("bo", "kept_notice")]
    assert told_twice == told
    [letter] = [one for one in all_letters() if one.kind == "kept_notice"]
    assert "The door is shut." in text_of(letter)
    assert digests_at(db) == {}


def deliver_again(db: Database) -> None:
    """Tell all that is told after the commit once more, as after a crash."""
    heard_by_it = col(JournalEntry.kind).in_(["LettersStopped", "EventClosed"])
    with transaction() as other:
        for told in other.exec(select(JournalEntry).where(heard_by_it)).all():
            heard = Told(told.id, fact_of(told), told.at, told.person_id)
            LISTENERS["kept notices"].handlers[type(heard.fact)](other, heard)


def test_who_wants_digests_after_all_is_not_told_twice(db, fair, bo):
    known = notice_kept_for_bo(db, fair, bo)
    with clock.frozen_at(NOW + 2 * HOUR):
        stopped_on_the_page(db, fair, bo)
        db.commit()
        told_since(known)
        choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
        db.commit()

    assert "bo" not in digests_at(db)


def test_a_notice_that_a_digest_has_told_does_not_go_by_itself(db, fair, bo):
    notice_kept_for_bo(db, fair, bo)
    letter = digests_at(db)["bo"]
    known = sent(db)
    with clock.frozen_at(MORNING + HOUR):
        stopped_on_the_page(db, fair, bo)
        closed(db, fair, bo)
        db.commit()
        told = told_since(known)

    assert "The door is shut." in text_of(letter)
    assert [one for one in told if one[1] == "kept_notice"] == []


@pytest.mark.parametrize("how_far", ["due", "posted", "written", "being sent"])
@pytest.mark.parametrize("step", [stopped_on_the_page, stopped_by_a_click, closed])
async def test_a_notice_of_a_digest_that_was_due_and_does_not_go_goes_by_itself(db, fair, bo, step, how_far):
    known = notice_kept_for_bo(db, fair, bo)
    with clock.frozen_at(MORNING):
        run_due_timers()
        if how_far != "due":
            settle()
        if how_far in {"written", "being sent"}:
            write_letters()
        db.expire_all()
        step(db, fair, bo)
        db.commit()
    async with post_office() as (sink, transport):
        for minutes in (1, 2):
            with clock.frozen_at(MORNING + timedelta(minutes=minutes)):
                settle()
                write_letters()
                await send_all(transport)

    of_bo = [(one.kind, one.state) for one in all_letters()[known:] if one.address == "bo@example.org"]
    digest, alone = [one for one in of_bo if one[0] in {"digest", "kept_notice"}]
    assert (digest, alone) == (("digest", LetterState.NOT_NEEDED), ("kept_notice", LetterState.SENT))
    assert [one for one in sink.taken if one[1] == "bo@example.org" and b"The door is shut." in one[2]] != []


def test_who_has_left_the_event_meanwhile_gets_none_of_its_notices(db, fair, bo):
    known = notice_kept_for_bo(db, fair, bo)
    with clock.frozen_at(MORNING):
        run_due_timers()
        withdraw_registration(db, again(db, bo), RegistrationInEvent(place_of(db, bo, fair), fair.event.event))
        stopped_on_the_page(db, fair, bo)
        db.commit()
        told = told_since(known)

    assert [one for one in told if one[1] == "kept_notice"] == []


@pytest.mark.parametrize("step", [stopped_on_the_page, closed])
def test_whoever_stops_while_their_digest_is_made_reads_each_notice_once(db, fair, bo, step):
    """Their turn is taken, and they stop, at the same moment: whichever comes first, a letter has what waits."""
    place = place_of(db, bo, fair).id
    for day in range(ROUNDS if step is stopped_on_the_page else 1):
        then = MORNING + day * DAY
        known = notice_kept_for_bo(db, fair, bo, then - HOUR)
        db.rollback()
        with clock.frozen_at(then):
            outcomes = race(lambda other: digests._look(other, place), lambda other: step(other, fair, bo))
        db.expire_all()
        with clock.frozen_at(then + timedelta(minutes=1)):
            told_since(known)
            told = told_since(known)

        assert outcomes == [None, None]
        assert [one for one in told if one[0] == "bo"] == [("bo", "kept_notice")], day


def test_a_notice_that_is_kept_in_the_moment_in_which_digests_stop_goes_by_itself(db, fair, bo, monkeypatch):
    stopped_on_the_page(db, fair, bo)
    known = sent(db)
    monkeypatch.setattr("sessions.notices.those_with_notices_in_digests", lambda _db, _people: {bo.person})
    everybody = {"segment": Segment.PARTICIPANTS, "counted": 2}
    send_notice(db, fair.ada, fair.event, title="News", text="As was read before.", **everybody)
    db.commit()

    assert sorted(told_since(known)) == [("bo", "kept_notice"), ("cy", "notice")]


def test_a_notice_that_is_sent_while_a_digest_is_made_is_told_by_that_or_by_the_next(db, fair, bo):
    choose_digests(db, bo, person_of(db, bo), often=Often.DAILY, with_notices=True)
    sent(db)
    place, event_id = place_of(db, bo, fair).id, fair.event.id
    everybody = {"segment": Segment.PARTICIPANTS, "counted": 2}
    db.rollback()

    def write(other: Database, title: str) -> None:
        event, ada = event_by_id(other, event_id), again(other, fair.ada)
        send_notice(other, ada, event, title=title, text="Hello.", **everybody)

    for day in range(ROUNDS):
        with clock.frozen_at(MORNING + day * DAY):
            outcomes = race(lambda other: digests._look(other, place), partial(write, title=f"News {day}."))
            settle()
            write_letters()
        assert outcomes == [None, None]
    digests_at(db, MORNING + ROUNDS * DAY)

    texts = [text_of(one) for one in all_letters() if one.kind == "digest" and one.address.startswith("bo")]
    assert [sum(f"News {day}." in text for text in texts) for day in range(ROUNDS)] == [1] * ROUNDS


def test_changes_of_the_agenda_are_told_starred_ones_first_and_a_first_one_by_its_number(db, ada, bo):
    made = make_agenda(db, ada, bo)
    sessions = [make_session(db, made, f"Talk {number}", hours=6 + number) for number in range(7)]
    with clock.frozen_at(NOW + HOUR):
        released(db, made)
    first = digests_at(db)["bo"]
    with clock.frozen_at(MORNING + HOUR):
        star_session(db, bo, get_agenda_session(db, made.event, sessions[6].session.public_id))
        for number in range(7):
            move_to(db, made, sessions[number], 6 + number, made.studio)
        released(db, made, "later")
    later = text_of(digests_at(db, MORNING + DAY)["bo"])

    assert "The agenda is out\n=================\n\nIt has 7 sessions.\nhttp://folkmoot" in text_of(first)
    assert "- Moved: Talk 6 (you starred it), Wed, 15 Apr 2026, 14:00–15:00 (Europe/Stockholm), Studio" in later
    assert later.index("Talk 6") < later.index("Talk 0")
    assert "And 2 more." in later


def test_owners_of_challenges_read_what_waits_and_teams_what_is_new(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    with clock.frozen_at(NOW + HOUR):
        mine = Challenge(
            event_id=event.id, title="Trays", brief="x" * 50, person_id=bo.person, published_at=clock.now()
        )
        db.add(mine)
        db.flush()
        make_team(db, cy, event)
        ask_about_challenge(db, again(db, cy), ChallengeInEvent(mine, event), body="How many <b>trays</b>?")

    found = digests_at(db, MORNING + HOUR)

    assert "- Trays: How many <b>trays</b>?" in text_of(found["bo"])
    assert "How many &lt;b&gt;trays&lt;/b&gt;?" in html_of(found["bo"])
    assert ("New challenges" in text_of(found["bo"]), "New challenges" in text_of(found["cy"])) == (False, True)
    assert "Cy Costa" not in text_of(found["bo"])


def test_events_from_before_there_were_digests_get_them(db, fair):
    newcomer(db, fair)
    sent(db)
    with transaction() as other:
        other.execute(update(Timer).where(Timer.kind == "digest tour").values(done_at=NOW))
    begin_tours()
    begin_tours()

    with reading() as other:
        waits = other.exec(select(Timer.id).where(Timer.kind == "digest tour", col(Timer.done_at).is_(None)))
        assert len(waits.all()) == 1
    assert set(digests_at(db)) == {"bo"}
