"""An event like another: the same settings, every date moved by as many days on the clock of its zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from events.cloning import begins_at, clone_event, moved_by_days
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed
from events.core.timers import has_timer
from events.core.wall import from_wall
from events.events import Event, EventState, EventWithPhases
from events.form_building import AskedWhen, add_question
from events.phases import Phase, PhaseKind
from events.planning import create_event_from_template, move_phase
from events.prizes import Offered, add_prize, prizes_of
from events.programmes import Programme
from events.questions import QuestionKind, questions_of
from events.registration import (
    ParticipationType,
    Registration,
    RegistrationState,
    consent_text_of,
    set_consent_text,
    types_of,
)
from events.rounds.rounds import JudgingRound, RoundState, criteria_of
from events.rounds.setting_up import add_round
from events.type_rules import PairRule, set_type_rules, type_rules_of
from sessions.blocks import Slot, add_block, add_tables, blocks_of, slots_in, tables_of
from sessions.booking_rules import TypeLimits, limits_of_types, rules_of, set_type_limits
from sessions.breaks import BlockInEvent, set_breaks
from sessions.networking.rounds import CLOCK
from sessions.networking.rows import (
    Networking,
    NetworkingInEvent,
    NetworkingPairRule,
    NetworkingState,
    NetworkingTypeRule,
    OddOne,
    TypeWeight,
)
from sessions.networking.setting_up import Settings, pair_rules_of, plan_networking, type_weights_of
from sessions.stages import Stage
from sessions.timetable.rows import rooms_of, sessions_of, tracks_of
from sessions.timetable.sessions import Place, Wording, add_session, speakers_in
from tests.events.makers_rounds import plan
from tests.makers import NOW, again, make_event, make_person, make_programme
from tests.sessions.makers_agenda import with_rooms
from tests.sessions.makers_networking import make_evening

ZONE = ZoneInfo("Europe/Vienna")


@pytest.fixture
def ada(db: Database) -> Actor:
    """Ada organises the programme."""
    person = make_person(db, "Ada Adler", zone="Europe/Vienna")
    make_programme(db, person)
    return again(db, person)


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    """A matchmaking event of two days in March, before the clocks change."""
    starts = datetime(2027, 3, 20, 9, tzinfo=ZONE).astimezone(UTC)
    programme = db.exec(select(Programme)).one()
    return create_event_from_template(
        db, ada, programme, template="matchmaking", name="Spring match", zone="Europe/Vienna",
        starts_at=starts, tagline="Meet", description="Two days.", capacity=40,
    )  # fmt: skip


def wall(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def test_every_phase_moves_by_as_many_days_and_keeps_its_hour_over_a_change_of_clocks(db, ada, event):
    made = clone_event(db, ada, event, name="April match", starts_on=date(2027, 4, 17))

    assert [(one.kind, wall(one.starts_at)) for one in made.phases] == [
        (one.kind, wall(one.starts_at + timedelta(days=28) - shift(one.starts_at))) for one in event.phases
    ]
    live = made.phase(PhaseKind.LIVE)
    assert live is not None
    assert (wall(live.starts_at), live.starts_at.astimezone(UTC).hour) == ("2027-04-17 09:00", 7)


def shift(moment: datetime) -> timedelta:
    """What the clocks change within the four weeks after a moment."""
    later = moment + timedelta(days=28)
    before, after = moment.astimezone(ZONE).utcoffset(), later.astimezone(ZONE).utcoffset()
    assert before is not None
    assert after is not None
    return after - before


def test_texts_types_questions_and_consent_come_along_and_people_do_not(db, ada, event):
    add_question(db, ada, event, label="Diet", kind=QuestionKind.CHOICE, choices=["all", "vegan"], required=True)
    set_consent_text(db, ada, event, text="I agree to this one.")
    event.event.team_size_max, event.event.solo_allowed = 4, True
    event.event.teams_lock_at = datetime(2027, 3, 19, 18, tzinfo=ZONE).astimezone(UTC)

    made = clone_event(db, ada, event, name="April match", starts_on=date(2027, 4, 17))

    row = made.event
    assert (row.name, row.state, row.follows_id, row.slug) == ("April match", EventState.DRAFT, None, "april-match")
    assert (row.tagline, row.description, row.capacity, row.zone, row.team_size_max) == (
        "Meet", "Two days.", 40, "Europe/Vienna", 4,
    )  # fmt: skip
    assert row.teams_lock_at is not None
    assert (row.solo_allowed, wall(row.teams_lock_at)) == (True, "2027-04-16 18:00")
    assert [(one.code, one.name) for one in types_of(db, made.id)] == [
        (one.code, one.name) for one in types_of(db, event.id)
    ]
    assert [(one.label, one.choices, one.required) for one in questions_of(db, made.id)] == [
        ("Diet", ["all", "vegan"], True)
    ]
    consent = consent_text_of(db, made.id)
    assert consent is not None
    assert (consent.text, consent.version) == ("I agree to this one.", 1)


def test_blocks_breaks_tables_stages_limits_and_type_rules_come_along(db, ada, event):
    starts = datetime(2027, 3, 20, 9, tzinfo=ZONE).astimezone(UTC)
    block = add_block(db, ada, event, starts_at=starts, ends_at=starts + timedelta(hours=3), slot_minutes=15)
    pause = Slot(starts + timedelta(hours=1), starts + timedelta(minutes=90))
    set_breaks(db, ada, BlockInEvent(block, event.event), breaks=[pause])
    add_tables(db, ada, event, count=3)
    buyers, sellers, _rest = types_of(db, event.id)
    set_type_limits(db, ada, event, type=buyers, min_meetings=2, max_meetings=9)
    set_type_rules(db, ada, event, rules=[PairRule(sellers, sellers, may_ask=False)])
    db.add(
        Stage(
            event_id=event.id, name="Main stage", opens_at=starts, pitch_seconds=99, stream="https://youtu.be/abcdef123"
        )
    )
    met = plan_networking(db, ada, event, wish=Settings("Meet and greet", starts, round_seconds=90, odd=OddOne.WAITS))
    db.add(weight_of(met, sellers, buyers))
    db.add(weight_of(met, sellers, sellers))
    one, other = sorted(make_person(db, name).person or 0 for name in ("Bo Berg", "Cy Costa"))
    db.add(NetworkingPairRule(networking_id=met.id or 0, one_id=one, other_id=other, must=False))
    db.flush()

    made = clone_event(db, ada, event, name="April match", starts_on=date(2027, 4, 17))

    assert [wall(one.starts_at) for one in slots_in(db, made.id)] == [
        wall(one.starts_at).replace("03-20", "04-17") for one in slots_in(db, event.id)
    ]
    assert len(blocks_of(db, made.id)[0].breaks) == 1
    assert [(one.name, one.kept_for_id) for one in tables_of(db, made.id)] == [("1", None), ("2", None), ("3", None)]
    theirs = {one.code: one.id for one in types_of(db, made.id)}
    limits = {one.type_id: (one.min_meetings, one.max_meetings) for one in limits_of_types(db, made.id).values()}
    assert limits == {theirs[buyers.code]: (2, 9)}
    pair = (theirs[sellers.code], theirs[sellers.code])
    assert {pair: False} == {one: rule.may_ask for one, rule in type_rules_of(db, made.id).items()}
    stage = db.exec(select(Stage).where(Stage.event_id == made.id)).one()
    assert (stage.name, stage.pitch_seconds, wall(stage.opens_at)) == ("Main stage", 99, "2027-04-17 09:00")
    assert stage.stream == ""  # It would show the event before.
    networking = db.exec(select(Networking).where(Networking.event_id == made.id)).one()
    assert (networking.title, networking.round_seconds, networking.odd) == ("Meet and greet", 90, OddOne.WAITS)
    assert (wall(networking.starts_at), networking.state) == ("2027-04-17 09:00", NetworkingState.PLANNED)
    assert has_timer(db, CLOCK, networking.id or 0)
    subject = NetworkingInEvent(networking, made.event)
    selling, buying = theirs[sellers.code] or 0, theirs[buyers.code] or 0
    assert type_weights_of(db, subject) == dict.fromkeys(
        [(min(selling, buying), max(selling, buying)), (selling, selling)], TypeWeight.NEVER
    )
    kept = db.exec(select(NetworkingPairRule).where(NetworkingPairRule.networking_id == networking.id)).one()
    assert (kept.one_id, kept.other_id, kept.must) == (one, other, False)
    assert rules_of(db, made.id).timing is rules_of(db, event.id).timing


def weight_of(met: Networking, one: ParticipationType, other: ParticipationType) -> NetworkingTypeRule:
    lower, higher = sorted((one.id or 0, other.id or 0))
    return NetworkingTypeRule(
        networking_id=met.id or 0, one_type_id=lower, other_type_id=higher, weight=TypeWeight.NEVER
    )


def test_rules_about_people_are_shown_once_both_of_them_take_part(db, ada):
    evening = make_evening(db, ada, people=2)
    bo, cy = (evening.people[name].person or 0 for name in ("Bo", "Cy"))
    lower, higher = sorted((bo, cy))
    db.add(NetworkingPairRule(networking_id=evening.subject().id, one_id=lower, other_id=higher, must=True))
    db.flush()
    places = {
        person: db.exec(select(Registration).where(Registration.person_id == person)).one() for person in (bo, cy)
    }

    both = pair_rules_of(db, evening.subject())
    places[cy].state = RegistrationState.WITHDRAWN
    db.add(places[cy])
    db.flush()

    assert ([one.must for one in both], pair_rules_of(db, evening.subject())) == ([True], [])


def test_a_hackathon_in_full_comes_along_over_a_change_of_clocks_with_every_hour_kept(db, ada):
    """Form, agenda, rounds with their criteria, prizes: from the week before the clocks change to the one after."""
    starts = datetime(2027, 3, 26, 17, tzinfo=ZONE).astimezone(UTC)
    event = create_event_from_template(
        db, ada, db.exec(select(Programme)).one(), template="hackathon", name="Spring hack", zone="Europe/Vienna",
        starts_at=starts,
    )  # fmt: skip
    diet = add_question(db, ada, event, label="Diet", kind=QuestionKind.CHOICE, choices=["all", "other"])
    add_question(db, ada, event, label="Which?", when=AskedWhen(question=diet.public_id, answer="other"))
    made = with_rooms(db, ada, event)
    # The night in which the clocks change: one before it, one in the hour that is skipped a week later, one after it.
    for title, when in (("Before", "2027-03-27T23:00"), ("In it", "2027-03-21T02:30"), ("After", "2027-03-28T09:00")):
        add_session(
            db, ada, event, wording=Wording(title, track=made.track.public_id, speakers="Dr Zed"),
            place=Place(made.hall.public_id, from_wall(when, "Europe/Vienna")),
        )  # fmt: skip
    add_session(db, ada, event, wording=Wording("Waits"))
    add_round(db, ada, event, plan=plan())
    add_prize(db, ada, event, offered=Offered("First", amount="3000", currency="EUR"))

    again_ = clone_event(db, ada, event, name="Next week", starts_on=date(2027, 4, 2))

    assert {one.kind: wall(one.starts_at)[11:] for one in again_.phases} == {
        one.kind: wall(one.starts_at)[11:] for one in event.phases
    }
    sessions = {one.title: one for one in sessions_of(db, again_.id)}
    assert {title: wall(one.starts_at) if one.starts_at else "" for title, one in sessions.items()} == {
        "In it": "2027-03-28 03:30", "Before": "2027-04-03 23:00", "After": "2027-04-04 09:00", "Waits": "",
    }  # fmt: skip
    rooms, tracks = rooms_of(db, again_.id), tracks_of(db, again_.id)
    assert {one.room_id for one in sessions.values()} == {rooms[0].id, None}
    assert {one.track_id for one in sessions.values()} == {tracks[0].id, None}
    assert speakers_in(db, sessions["After"].id or 0) == []
    assert [(one.name, one.amount, one.currency) for one in prizes_of(db, ada, again_)] == [("First", 3000, "EUR")]
    rounds = db.exec(select(JudgingRound).where(JudgingRound.event_id == again_.id)).all()
    assert [(one.name, one.state, one.opened_at) for one in rounds] == [("Final", RoundState.DRAFT, None)]
    assert [(one.name, one.weight) for one in criteria_of(db, rounds[0].id)] == [("Fit", 3), ("Novelty", 1)]
    labels = {one.id: one.label for one in questions_of(db, again_.id)}
    assert [(one.label, labels.get(one.shown_if_id)) for one in questions_of(db, again_.id)] == [
        ("Diet", None), ("Which?", "Diet"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", [NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=2000)])
def test_a_day_that_is_over_or_far_away_is_refused_and_nothing_is_made(db, ada, event, day):
    with pytest.raises(Invalid) as refused:
        clone_event(db, ada, event, name="Again", starts_on=day)

    assert "next five years" in str(refused.value.fields["starts_on"])
    assert len(db.exec(select(Event)).all()) == 1


def test_an_event_without_a_name_or_without_phases_is_refused(db, ada, event):
    with pytest.raises(Invalid):
        clone_event(db, ada, event, name=" ", starts_on=date(2027, 4, 17))
    for phase in event.phases:
        db.delete(phase)
    db.flush()

    with pytest.raises(Invalid) as refused:
        clone_event(db, ada, EventWithPhases(event.event, ()), name="Again", starts_on=date(2027, 4, 17))
    assert "no phases" in str(refused.value.fields[""])


def test_only_organisers_of_the_programme_make_another(db, ada, bo, event):
    with pytest.raises(NotAllowed):
        clone_event(db, bo, event, name="Mine", starts_on=date(2027, 4, 17))


def test_a_hackathon_begins_with_building(db, ada):
    event = make_event(db, ada, db.exec(select(Programme)).one(), template="hackathon")
    building = event.phase(PhaseKind.BUILDING)
    assert building is not None

    assert begins_at(event) == building.starts_at


def test_a_clone_of_a_clone_and_two_of_one_day_are_events_of_their_own(db, ada, event):
    first = clone_event(db, ada, event, name="April match", starts_on=date(2027, 4, 17))
    second = clone_event(db, ada, first, name="April match", starts_on=date(2027, 4, 17))

    assert (first.event.slug, second.event.slug) == ("april-match", "april-match-2")
    assert [one.starts_at for one in first.phases] == [one.starts_at for one in second.phases]
    move_phase(
        db, ada, second, kind=PhaseKind.LIVE, starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=10)
    )
    assert db.exec(select(Phase.starts_at).where(Phase.event_id == first.id, Phase.kind == PhaseKind.LIVE)).one() != (
        NOW + timedelta(days=9)
    )


@given(
    days=st.integers(-800, 800),
    zone=st.sampled_from(["Europe/Vienna", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"]),
    minutes=st.integers(0, 60 * 24 * 800),
)
def test_a_move_there_and_back_is_no_move_but_in_an_hour_that_the_clocks_skip(days, zone, minutes):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    there = moved_by_days(days, zone)(moment)

    back = moved_by_days(-days, zone)(there)

    written = (moment.astimezone(ZoneInfo(zone)) + timedelta(days=days)).replace(tzinfo=None)
    is_there = there.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert abs(is_there - written) in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
    assert abs(back - moment) <= timedelta(hours=1)


def test_no_setting_of_an_event_is_forgotten():
    """Each relation with an event's id is either cloned, or of people and what they do."""
    cloned = {
        "checkpoint", "phase", "participation_type", "registration_question", "consent_text", "booking_rules",
        "type_limits", "type_rule", "block", "meeting_table", "stage", "submission_field", "agenda_track",
        "agenda_room", "conflict_level", "judging_round", "screening", "certificate_look", "page_section", "page_entry",
        "letter_text", "prize", "agenda_session", "video_rules", "unwanted_words", "networking",
        "regular_session", "review_rules", "review_step", "assessment_question", "page_limit",
    }  # fmt: skip
    by_people = {
        "office_hours", "help_request", "mentoring", "progress_entry", "registration", "challenge", "team",
        "team_member", "item_in_event", "submission", "journal_entry", "meeting", "absence", "availability_stated",
        "availability_nudge", "schedule_draft", "unplaced", "pitch", "standby", "waiting_pair", "letter",
        "reply_address", "late_entry", "agenda_release", "check_in_scan", "open_role",
        "join_request", "seeker", "team_wish", "team_intervention", "declared_conflict", "team_mentor",
        "registration_code", "completeness_nudge", "team_proposal", "proposed_team", "proposed_place",
        "milestone_follower", "incoming_letter", "notice", "connection", "lobby_choice", "lobby_announcement",
        "peer_review", "host_application", "peer_offer", "peer_stance", "peer_search", "review_day",
        "lesson_card", "digest_turn", "person_report", "lobby_removal", "challenge_switch",
    }  # fmt: skip
    found = {table.name for table in SQLModel.metadata.tables.values() if "event_id" in table.columns}

    assert found == cloned | by_people
    assert TypeLimits.__tablename__ in cloned
