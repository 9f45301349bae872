"""Speed networking by the clock: who is put together, who did not come, who waits, and what those who run it do."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.events import close_event
from events.people import Person
from events.registration import RegistrationInEvent, add_participation_type, types_of, withdraw_registration
from sessions.meetings import Meeting, MeetingState
from sessions.networking.pairing import plan_round
from sessions.networking.rounds import do_what_is_due
from sessions.networking.rows import (
    Languages,
    NetworkingPartner,
    NetworkingPlace,
    NetworkingVisit,
    NotNow,
    OddOne,
    PlaceState,
    TypeWeight,
    get_networking,
    last_round,
    networkings_of,
)
from sessions.networking.running import (
    cut_round,
    end_networking,
    lengthen_round,
    pause_networking,
    resume_networking,
    start_networking,
)
from sessions.networking.setting_up import (
    Settings,
    change_networking,
    drop_pair_rule,
    pair_rules_of,
    plan_networking,
    rule_on_pair,
    type_weights_of,
    weigh_types,
)
from sessions.networking.shown import Moments, Phase, moments_of, networking_figures, pairs_now, partners_of, people_in
from sessions.networking.terms import had_in, terms_of
from sessions.networking.visits import (
    enter_networking,
    join_networking,
    leave_networking,
    lost_networking_visits,
    networking_visits,
    take_out_of_networking,
)
from sessions.no_thanks import say_no_thanks
from sessions.visit_lines import Lost, note_line_broken
from tests.makers import again, make_person
from tests.sessions.makers_meetings import place_of
from tests.sessions.makers_networking import Evening, add_somebody, make_evening

MINUTE = timedelta(minutes=1)


def facts(evening: Evening) -> list[str]:
    """What the journal says about speed networking, joining left out."""
    kinds = evening.db.exec(select(JournalEntry.kind).order_by(JournalEntry.id)).all()  # type: ignore[arg-type]  # a column
    return [one.removeprefix("Networking") for one in kinds if one.startswith("Networking") and "Joined" not in one]


def everybody(evening: Evening) -> tuple[str, ...]:
    return tuple(evening.people)


def moments(evening: Evening) -> Moments:
    row = evening.subject().networking
    return moments_of(row, last_round(evening.db, row.id or 0), clock.now())


def phase(evening: Evening) -> Phase:
    return moments(evening).phase


def leave_the_event(evening: Evening, name: str) -> None:
    place = place_of(evening.db, evening.people[name], evening.fair)
    withdraw_registration(evening.db, evening.actor(name), RegistrationInEvent(place, evening.fair.event.event))


def test_it_begins_by_itself_and_every_pair_is_new_until_there_is_none_left(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in(*everybody(evening))
    rounds = []

    evening.wait(20 * 60)
    assert phase(evening) is Phase.BREAK
    evening.wait(10)
    for _round in range(3):
        assert phase(evening) is Phase.ROUND
        rounds.append(evening.pairs())
        evening.wait(140)

    assert sorted(pair for one in rounds for pair in one) == [
        "Bo+Cy",
        "Bo+Gil",
        "Bo+Hana",
        "Cy+Gil",
        "Cy+Hana",
        "Gil+Hana",
    ]
    assert [one.starts_at - evening.rounds()[0].starts_at for one in evening.rounds()] == [
        timedelta(seconds=140 * at) for at in range(3)
    ]
    assert (phase(evening), evening.pairs()) == (Phase.BREAK, [])


def test_a_round_is_planned_five_seconds_before_it_starts(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in(*everybody(evening))
    evening.start()
    began = clock.now()

    evening.wait(4)
    assert evening.pairs() == []
    evening.wait(1)
    planned = evening.pairs()

    assert planned == ["Bo+Cy"]
    assert evening.rounds()[0].starts_at == began + timedelta(seconds=10)


def test_a_worker_that_is_late_leaves_time_to_come(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in(*everybody(evening))
    evening.start()

    clock._frozen[-1] = clock.now() + timedelta(seconds=25)
    do_what_is_due(db, evening.subject().id)

    assert evening.rounds()[0].starts_at == clock.now() + timedelta(seconds=3)


def test_the_set_number_of_rounds_ends_it(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4, rounds=2)
    evening.come_in(*everybody(evening))
    evening.start()

    evening.wait(10 + 120 + 20 + 120)

    assert phase(evening) is Phase.ENDED
    assert facts(evening) == [
        "Planned", "Started", "RoundPlanned", "RoundClosed", "RoundPlanned", "RoundClosed", "Ended",
    ]  # fmt: skip
    assert networking_visits(db, evening.subject().id) == []


def test_whoever_does_not_come_is_let_go_and_the_one_who_waits_becomes_the_third(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in("Bo", "Cy", "Gil")
    evening.say_here("Hana")
    evening.start()
    evening.wait(10)
    before = evening.pairs()

    evening.wait(14)
    assert evening.pairs() == before
    evening.wait(1)

    assert any("Hana" in pair for pair in before)
    assert evening.pairs() == ["Bo+Cy+Gil"]
    assert facts(evening)[-2:] == ["NoShow", "RoundMended"]
    assert networking_figures(db, evening.subject().id).no_shows == 1


def test_two_who_are_alone_find_each_other_in_the_same_round(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4, odd=OddOne.WAITS)
    evening.come_in("Bo", "Cy")
    evening.say_here("Gil", "Hana")
    for one, other in (("Bo", "Gil"), ("Cy", "Hana")):
        places = [place_of(db, evening.people[name], evening.fair).public_id for name in (one, other)]
        evening.do(rule_on_pair, one=places[0], other=places[1], must=True)
    evening.start()
    evening.wait(10)
    assert evening.pairs() == ["Bo+Gil", "Cy+Hana"]

    evening.wait(15)

    assert evening.pairs() == ["Bo+Cy"]


def test_the_one_who_waits_is_paired_with_whoever_comes_late(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4, odd=OddOne.WAITS)
    evening.come_in("Bo", "Cy", "Gil")
    evening.start()
    evening.wait(10)
    (pair,) = evening.pairs()
    alone = ({"Bo", "Cy", "Gil"} - set(pair.split("+"))).pop()

    evening.come_in("Hana")
    evening.wait(2)

    assert evening.pairs() == sorted([pair, "+".join(sorted((alone, "Hana")))])


def test_nobody_is_put_together_in_the_last_moments_of_a_round(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4, odd=OddOne.WAITS)
    evening.come_in("Bo", "Cy", "Gil")
    evening.start()
    evening.wait(10 + 100)
    before = evening.pairs()

    evening.come_in("Hana")
    evening.wait(2)

    assert evening.pairs() == before


def test_whoever_sat_out_is_served_first(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=5, odd=OddOne.WAITS)
    evening.come_in(*everybody(evening))
    evening.start()
    sat = []

    for _round in range(5):
        evening.wait(10 if not sat else 140)
        talking = {name for pair in evening.pairs() for name in pair.split("+")}
        sat += sorted(set(everybody(evening)) - talking)

    assert sorted(sat) == sorted(everybody(evening))


def test_whoever_leaves_in_a_round_lets_the_other_free(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    leaver, left = evening.pairs()[0].split("+")

    evening.do(leave_networking, leaver)
    evening.wait(2)

    assert evening.pairs() == ["+".join(sorted(set(everybody(evening)) - {leaver}))]
    assert left in evening.pairs()[0]


def test_a_broken_line_holds_the_place_for_twenty_seconds(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    (bo, _cy) = networking_visits(db, evening.subject().id)

    note_line_broken(db, NetworkingVisit, bo.public_id)
    do_what_is_due(db, evening.subject().id)
    assert evening.pairs() == ["Bo+Cy"]
    clock._frozen[-1] = clock.now() + timedelta(seconds=21)
    do_what_is_due(db, evening.subject().id)

    assert evening.pairs() == []


def test_whose_line_was_broken_for_longer_finds_again_the_one_who_waits(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    (bo, _cy) = networking_visits(db, evening.subject().id)
    note_line_broken(db, NetworkingVisit, bo.public_id)
    clock._frozen[-1] = clock.now() + timedelta(seconds=21)
    do_what_is_due(db, evening.subject().id)
    alone = evening.pairs()

    evening.come_in("Bo")
    evening.wait(2)

    assert (alone, evening.pairs()) == ([], ["Bo+Cy"])
    evening.wait(5 * 60)
    figures = networking_figures(db, evening.subject().id)
    assert (figures.pairs, figures.people, evening.pairs()) == (1, 2, [])


def test_whoever_leaves_the_event_is_planned_no_more(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in(*everybody(evening))

    leave_the_event(evening, "Bo")
    evening.start()
    evening.wait(12)

    assert evening.pairs() == ["Cy+Gil+Hana"]


def test_whoever_leaves_the_event_in_a_round_lets_the_other_free(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    leaver = evening.pairs()[0].split("+")[0]

    leave_the_event(evening, leaver)
    evening.wait(2)

    assert evening.pairs() == ["+".join(sorted(set(everybody(evening)) - {leaver}))]


def test_a_veto_is_never_broken_and_never_told(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    say_no_thanks(db, evening.actor("Bo"), evening.fair.event, other=place_of(db, evening.people["Cy"], evening.fair))
    places = [place_of(db, evening.people[name], evening.fair).public_id for name in ("Bo", "Cy")]
    evening.do(rule_on_pair, one=places[0], other=places[1], must=True)
    evening.come_in("Bo", "Cy")
    evening.start()

    evening.wait(300)
    seen = [partners_of(db, evening.subject(), evening.people["Cy"].person or 0, last_round(db, evening.subject().id))]
    add_somebody(evening, "Gil")
    evening.come_in("Gil")
    evening.wait(30)

    assert seen == [[]]
    assert len(evening.pairs()) == 1
    assert "Gil" in evening.pairs()[0]
    assert "Bo" not in evening.pairs()[0] or "Cy" not in evening.pairs()[0]


def test_types_languages_colleagues_and_meetings_before_count(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4, languages=Languages.NEEDED)
    buyer = add_participation_type(db, again(db, ada), evening.fair.event, code="buyer", name="Buyer")
    usual = types_of(db, evening.fair.event.id)[0]
    spoken = {"Bo": ["de"], "Cy": ["fr"], "Gil": [], "Hana": ["de", "fr"]}
    for name, languages in spoken.items():
        person = db.get_one(Person, evening.people[name].person)
        person.languages = languages
        db.add(person)
    place = place_of(db, evening.people["Gil"], evening.fair)
    place.type_id = buyer.id or 0
    place.organisation_id = place_of(db, evening.people["Hana"], evening.fair).organisation_id
    db.add(place)
    now = clock.now()
    ids = {name: evening.people[name].person or 0 for name in spoken}
    db.add(
        Meeting(
            event_id=evening.fair.event.id, asker_id=ids["Bo"], invitee_id=ids["Hana"], state=MeetingState.HELD,
            starts_at=now - 2 * MINUTE, ends_at=now - MINUTE, requested_at=now, expires_at=now,
        )
    )  # fmt: skip
    db.flush()
    evening.do(weigh_types, one=buyer.id, other=usual.id, weight=TypeWeight.PREFERRED)

    terms = terms_of(db, evening.subject().networking, list(ids.values()), set())

    assert terms.never == {evening.pair("Bo", "Cy"), evening.pair("Gil", "Hana")}
    assert terms.met == {evening.pair("Bo", "Hana")}
    assert terms.liking[evening.pair("Bo", "Gil")] > terms.liking[evening.pair("Cy", "Hana")] > 10
    assert type_weights_of(db, evening.subject()) == {(usual.id, buyer.id): TypeWeight.PREFERRED}
    evening.do(weigh_types, one=usual.id, other=buyer.id, weight=TypeWeight.NEVER)
    assert evening.pair("Bo", "Gil") in terms_of(db, evening.subject().networking, list(ids.values()), set()).never


def test_an_organisers_wish_goes_before_the_rules_for_colleagues_and_can_be_taken_back(
    db: Database, ada: Actor
) -> None:
    evening = make_evening(db, ada, people=2)
    bo, cy = (place_of(db, evening.people[name], evening.fair) for name in ("Bo", "Cy"))
    bo.organisation_id = cy.organisation_id
    db.add(bo)
    ids = [one.person_id for one in (bo, cy)]

    rule = evening.do(rule_on_pair, one=bo.public_id, other=cy.public_id, must=True)
    wished = terms_of(db, evening.subject().networking, ids, set())
    evening.do(rule_on_pair, one=cy.public_id, other=bo.public_id, must=False)
    shown = pair_rules_of(db, evening.subject())
    evening.do(drop_pair_rule, rule=rule.public_id)

    assert (wished.never, wished.must) == (frozenset(), {evening.pair("Bo", "Cy")})
    assert [(one.one, one.other, one.must) for one in shown] == [("Bo Nomad", "Cy Nomad", False)]
    assert pair_rules_of(db, evening.subject()) == []
    with pytest.raises(Invalid):
        evening.do(rule_on_pair, one=bo.public_id, other=bo.public_id, must=True)


def test_a_pause_stops_the_clock_of_the_round_and_no_other_begins(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(30)
    pairs, ends = evening.pairs(), evening.rounds()[0].ends_at
    evening.do(pause_networking)
    evening.wait(600)

    paused = moments(evening)
    assert (paused.phase, paused.left, len(evening.rounds())) == (Phase.PAUSED, timedelta(seconds=100), 1)
    assert evening.pairs() == pairs
    evening.do(resume_networking)
    assert (phase(evening), evening.rounds()[0].ends_at - ends) == (Phase.ROUND, timedelta(seconds=600))
    evening.wait(99)
    assert (phase(evening), evening.pairs()) == (Phase.ROUND, pairs)
    evening.wait(21)
    assert (phase(evening), len(evening.rounds())) == (Phase.ROUND, 2)
    with pytest.raises(NotNow):
        evening.do(resume_networking)


def test_a_pause_between_rounds_lets_no_round_begin(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(10)
    evening.do(cut_round)
    evening.do(pause_networking)
    evening.wait(600)

    paused = (moments(evening), len(evening.rounds()))
    evening.do(resume_networking)
    evening.wait(10)

    assert (paused[0].phase, paused[0].left, paused[1]) == (Phase.PAUSED, None, 1)
    assert (phase(evening), len(evening.rounds())) == (Phase.ROUND, 2)


def test_a_pause_in_the_moment_before_a_round_moves_its_start(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(7)
    evening.do(pause_networking)
    evening.wait(60)

    assert (phase(evening), moments(evening).left, len(evening.rounds())) == (Phase.PAUSED, None, 1)
    with pytest.raises(NotNow, match="No round is on"):
        evening.do(lengthen_round)
    evening.do(resume_networking)
    assert phase(evening) is Phase.BREAK
    evening.wait(3)
    assert phase(evening) is Phase.ROUND


def test_a_minute_more_the_next_round_and_the_end_hold_in_a_pause(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(30)
    evening.do(pause_networking)
    evening.do(lengthen_round)
    longer = moments(evening)
    evening.do(cut_round)
    cut = moments(evening)
    evening.wait(300)
    waiting = len(evening.rounds())
    evening.do(resume_networking)
    evening.wait(30)
    evening.do(pause_networking)
    evening.wait(300)
    evening.do(end_networking)

    assert (longer.phase, longer.left) == (Phase.PAUSED, timedelta(seconds=160))
    assert (cut.phase, cut.left, waiting) == (Phase.PAUSED, None, 1)
    last = evening.rounds()[-1]
    assert (phase(evening), last.number, last.ends_at - last.starts_at) == (Phase.ENDED, 2, timedelta(seconds=20))


def test_who_has_not_come_before_a_pause_has_their_time_after_it(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in("Bo", "Cy", "Gil")
    evening.say_here("Hana")
    evening.start()
    evening.wait(15)
    evening.do(pause_networking)
    evening.wait(300)
    evening.do(resume_networking)
    evening.wait(9)
    before = [place.missed for place in evening.db.exec(select(NetworkingPartner))]
    evening.wait(2)

    after = [place.missed for place in evening.db.exec(select(NetworkingPartner))]
    assert (sum(before), sum(after)) == (0, 1)


def test_a_minute_more_and_the_next_round_at_once(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    with pytest.raises(NotNow):
        evening.do(lengthen_round)
    evening.wait(10)
    ends = evening.rounds()[0].ends_at

    evening.do(lengthen_round)
    evening.wait(150)
    longer = (phase(evening), evening.rounds()[0].ends_at - ends)
    evening.do(cut_round)
    cut = phase(evening)
    evening.wait(10)

    assert (longer, cut) == ((Phase.ROUND, MINUTE), Phase.BREAK)
    assert (phase(evening), len(evening.rounds())) == (Phase.ROUND, 2)
    found = last_round(db, evening.subject().id)
    assert found is not None
    found.ends_at = found.starts_at + 30 * MINUTE
    db.add(found)
    db.flush()
    with pytest.raises(NotNow, match="half an hour"):
        evening.do(lengthen_round)


def test_whoever_is_taken_out_is_out_at_once_and_does_not_come_back(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    visit = next(one for one in networking_visits(db, evening.subject().id) if one.name == "Bo Nomad")

    evening.do(take_out_of_networking, person=evening.people["Bo"].person)
    evening.wait(2)

    assert lost_networking_visits(db, [visit.public_id]) == {visit.public_id: Lost.REMOVED}
    assert "Bo" not in "".join(evening.pairs())
    for command in (enter_networking, join_networking):
        with pytest.raises(NotAllowed):
            evening.do(command, "Bo")
    with pytest.raises(NotFound):
        evening.do(take_out_of_networking, person=ada.person)


def test_what_is_on_when_the_event_ends_is_over_with_it(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    here = [one.public_id for one in networking_visits(db, evening.subject().id)]

    close_event(db, evening.actor(), evening.fair.event)

    assert (phase(evening), evening.pairs()) == (Phase.ENDED, [])
    assert lost_networking_visits(db, here) == dict.fromkeys(here, Lost.ENDED)


def test_visits_are_lost_for_their_reason_and_come_back_by_their_id(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=3)
    evening.say_here("Bo")
    first = evening.do(enter_networking, "Bo")
    again_in = evening.do(enter_networking, "Bo", visit=first.visit.public_id)
    second = evening.do(enter_networking, "Bo")
    cy, gil = (evening.do(enter_networking, name).visit.public_id for name in ("Cy", "Gil"))
    evening.do(leave_networking, "Cy")
    place = place_of(db, evening.people["Gil"], evening.fair)
    place.state = "withdrawn"  # type: ignore[assignment]  # as the row has it
    db.add(place)
    db.flush()

    assert (again_in.resumed, second.replaced) == (True, (first.visit.public_id,))
    found = lost_networking_visits(db, [first.visit.public_id, second.visit.public_id, cy, gil, "nv_unknown"])
    assert found == {
        first.visit.public_id: Lost.REPLACED, cy: Lost.LEFT, gil: Lost.REMOVED, "nv_unknown": Lost.ENDED,
    }  # fmt: skip
    evening.do(end_networking)
    assert lost_networking_visits(db, [second.visit.public_id]) == {second.visit.public_id: Lost.ENDED}


def test_the_doors_open_half_an_hour_before_and_nobody_comes_in_after_the_end(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=1, starts_in=31)

    with pytest.raises(NotNow, match="half an hour"):
        evening.say_here("Bo")
    evening.wait(61)
    evening.say_here("Bo")
    evening.do(end_networking)

    for command in (join_networking, enter_networking):
        with pytest.raises(NotNow):
            evening.do(command, "Bo")
    for command in (start_networking, pause_networking, end_networking):
        with pytest.raises(NotNow):
            evening.do(command)


def test_nobody_else_sees_it_or_runs_it(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=1)
    eve = make_person(db, "Eve Elsewhere")

    with pytest.raises(NotFound):
        get_networking(db, eve, evening.public)
    assert networkings_of(db, eve, evening.fair.event) == []
    assert [one.public_id for one in networkings_of(db, evening.actor("Bo"), evening.fair.event)] == [evening.public]
    for command in (start_networking, pause_networking, cut_round, lengthen_round, end_networking):
        with pytest.raises(NotAllowed):
            evening.do(command, "Bo")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"round_seconds": 5}, "round_seconds"),
        ({"pause_seconds": 0}, "pause_seconds"),
        ({"rounds": 61}, "rounds"),
        ({"starts_at": -60}, "starts_at"),
    ],
)
def test_impossible_settings_are_refused(db: Database, ada: Actor, values: dict[str, int], field: str) -> None:
    evening = make_evening(db, ada, people=0)
    start = clock.now() + values.get("starts_at", 10) * MINUTE
    wish = Settings(**{"title": "Late round", "starts_at": start} | (values | {"starts_at": start}))  # type: ignore[arg-type]  # of a table

    for command, subject in ((plan_networking, evening.fair.event), (change_networking, evening.subject())):
        with pytest.raises(Invalid) as refusal:
            command(db, evening.fair.ada, subject, wish=wish)  # type: ignore[operator]  # two commands with one shape
        assert set(refusal.value.fields) == {field}


def test_what_is_changed_counts_from_the_next_round_on(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    row = evening.subject().networking
    evening.do(change_networking, wish=Settings("Late greet", row.starts_at + 5 * MINUTE, 60, 30))
    evening.come_in(*everybody(evening))
    evening.wait(20 * 60)

    assert phase(evening) is Phase.BEFORE
    evening.wait(5 * 60 + 10)
    evening.do(change_networking, wish=Settings("Later greet", row.starts_at, 240, 30))
    evening.wait(100)

    lengths = [one.ends_at - one.starts_at for one in evening.rounds()]
    assert lengths == [MINUTE, 4 * MINUTE]
    assert evening.subject().networking.title == "Later greet"


def test_those_who_run_it_see_who_is_there_and_the_figures(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=3)
    evening.come_in("Bo", "Cy")
    evening.say_here("Gil")
    evening.start()
    evening.wait(30)

    shown = {
        one.name: (one.state, one.in_call, one.partners)
        for one in people_in(db, evening.subject(), last_round(db, evening.subject().id))
    }
    figures = networking_figures(db, evening.subject().id)

    assert shown["Gil Nomad"] == (PlaceState.AWAY, False, ())
    assert shown["Bo Nomad"] == (PlaceState.HERE, True, ("Cy Nomad",))
    assert (figures.rounds, figures.pairs, figures.people, figures.no_shows) == (1, 1, 2, 1)


def test_whoever_missed_a_round_comes_back_and_is_planned_again(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=4)
    evening.come_in("Bo", "Cy", "Gil")
    evening.say_here("Hana")
    evening.start()
    evening.wait(60)
    state = db.exec(
        select(NetworkingPlace.state).where(NetworkingPlace.person_id == evening.people["Hana"].person)
    ).one()

    evening.come_in("Hana")
    evening.wait(2)

    assert state is PlaceState.AWAY
    assert "Hana" in "".join(evening.pairs()) or evening.pairs() == ["Bo+Cy+Gil"]
    evening.wait(110)
    assert sum("Hana" in pair for pair in evening.pairs()) == 1


def test_looking_twice_or_late_changes_nothing(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada)
    evening.come_in(*everybody(evening))
    evening.start()
    evening.wait(12)
    before = (evening.pairs(), facts(evening), evening.subject().networking.rev)

    for _time in range(3):
        do_what_is_due(db, evening.subject().id)

    assert (evening.pairs(), facts(evening), evening.subject().networking.rev) == before
    assert pairs_now(db, evening.subject().id, last_round(db, evening.subject().id)) != {}
    assert had_in(db, evening.subject().id) == {
        evening.pair(*pair.split("+"))
        for pair in evening.pairs()  # type: ignore[misc]  # pairs of two
    }


def test_the_planner_is_what_keeps_pairs_from_coming_back(db: Database, ada: Actor, monkeypatch) -> None:
    """A negative control: without the terms, they do."""
    evening = make_evening(db, ada, people=2)
    without = lambda people, terms, *, threes: plan_round(people, type(terms)(), threes=threes)  # noqa: E731 - one use
    monkeypatch.setattr("sessions.networking.rounds.plan_round", without)
    evening.come_in("Bo", "Cy")
    evening.start()

    evening.wait(10 + 140 + 10)

    assert [one.number for one in evening.rounds()] == [1, 2]
