"""Type rules: who finds whom in lists and by address, and who may ask whom."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.participants import get_participant, participants_seen_by
from events.registration import ParticipationType, types_of
from events.type_rules import PairRule, may_ask, set_type_rules, type_rules_of
from sessions.requests import NotYourType, request_meeting
from tests.makers import again, make_person, make_registration
from tests.sessions.makers_meetings import Fair, make_fair, place_of


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def types(db: Database, fair: Fair) -> dict[str, ParticipationType]:
    return {one.code: one for one in types_of(db, fair.event.id)}


@pytest.fixture
def buyer(db: Database, bo: Actor, fair: Fair) -> Actor:
    make_registration(db, bo, fair.event, type_code="traditional")
    return again(db, bo)


@pytest.fixture
def supplier(db: Database, cy: Actor, fair: Fair) -> Actor:
    make_registration(db, cy, fair.event, type_code="tech-savvy")
    return again(db, cy)


def names_seen(db: Database, actor: Actor, fair: Fair) -> list[str]:
    return [one.name for one in participants_seen_by(db, actor, fair.event).rows]


def test_all_see_and_ask_all_until_somebody_says_otherwise(db, fair, types, buyer, supplier):
    assert names_seen(db, supplier, fair) == ["Bo Berg", "Cy Costa"]
    assert may_ask(db, types["tech-savvy"].id, types["traditional"].id)
    assert type_rules_of(db, fair.event.id) == {}


def test_whom_a_type_does_not_see_stands_in_no_list_and_at_no_address(db, fair, types, buyer, supplier):
    unseen = PairRule(types["tech-savvy"], types["traditional"], may_see=False, may_ask=False)

    set_type_rules(db, fair.ada, fair.event, rules=[unseen])

    assert names_seen(db, supplier, fair) == ["Cy Costa"]
    with pytest.raises(NotFound):
        get_participant(db, supplier, fair.event, place_of(db, buyer, fair).public_id)


def test_a_rule_is_read_one_way_and_organisers_see_everybody(db, fair, types, buyer, supplier):
    unseen = PairRule(types["tech-savvy"], types["traditional"], may_see=False, may_ask=False)

    set_type_rules(db, fair.ada, fair.event, rules=[unseen])

    assert names_seen(db, buyer, fair) == ["Bo Berg", "Cy Costa"]
    assert names_seen(db, fair.ada, fair) == ["Bo Berg", "Cy Costa"]


def test_one_sees_oneself_even_where_ones_type_does_not_see_itself(db, fair, types, buyer):
    seekers = types["traditional"]
    other = make_person(db, "Dee Dumont")
    make_registration(db, other, fair.event, type_code="traditional")

    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(seekers, seekers, may_see=False, may_ask=False)])

    assert names_seen(db, buyer, fair) == ["Bo Berg"]


def test_who_is_seen_and_may_not_be_asked_is_refused_in_a_sentence(db, fair, types, buyer, supplier):
    seen = PairRule(types["tech-savvy"], types["traditional"], may_ask=False)
    set_type_rules(db, fair.ada, fair.event, rules=[seen])

    with pytest.raises(NotYourType, match="participants like you do not ask participants like them"):
        request_meeting(db, supplier, fair.event, invitee=place_of(db, buyer, fair), slot=fair.slots[0])
    request_meeting(db, buyer, fair.event, invitee=place_of(db, supplier, fair), slot=fair.slots[0])

    assert names_seen(db, supplier, fair) == ["Bo Berg", "Cy Costa"]


def test_all_rules_are_saved_at_once_and_replace_those_before(db, fair, types):
    one, other = types["traditional"], types["tech-savvy"]
    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(one, one, may_ask=False)])

    set_type_rules(db, fair.ada, fair.event, rules=[PairRule(other, one, may_ask=False), PairRule(one, one)])

    assert list(type_rules_of(db, fair.event.id)) == [(other.id, one.id)]


def test_asking_without_seeing_is_refused_beside_its_box(db, fair, types):
    one, other = types["traditional"], types["tech-savvy"]

    with pytest.raises(Invalid) as refused:
        set_type_rules(db, fair.ada, fair.event, rules=[PairRule(one, other, may_see=False, may_ask=True)])

    assert {name: str(why) for name, why in refused.value.fields.items()} == {
        f"ask-{one.id}-{other.id}": "Looks for technology cannot ask Offers technology without seeing them. "
        "Allow seeing too."
    }


def test_types_of_another_event_are_refused(db, fair, types):
    stranger = types_of(db, make_fair(db, fair.ada, name="Wood Match").event.id)[0]

    with pytest.raises(Invalid, match="participation types of this event"):
        set_type_rules(db, fair.ada, fair.event, rules=[PairRule(stranger, types["traditional"])])


def test_a_pair_is_named_once(db, fair, types):
    pair = PairRule(types["traditional"], types["tech-savvy"], may_ask=False)

    with pytest.raises(Invalid, match="named once"):
        set_type_rules(db, fair.ada, fair.event, rules=[pair, PairRule(pair.from_type, pair.to_type)])


def test_participants_do_not_set_rules(db, fair, buyer):
    with pytest.raises(NotAllowed):
        set_type_rules(db, buyer, fair.event, rules=[])
