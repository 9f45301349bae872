"""Whom to meet, by questions and wishes in the pitch rooms before: reasons in words, and what is no reason."""

from dataclasses import dataclass, replace

import pytest
from sqlmodel import select

from events.core.access import Actor, Tie
from events.core.database import Database
from events.organisations import Organisation
from events.participants import get_participant
from events.registration import Consent, add_participation_type, types_of
from events.roles import BLIND_JUDGE, Scope
from events.teams import TeamMember
from events.type_rules import PairRule, set_type_rules
from sessions.no_thanks import place_in, say_no_thanks
from sessions.recommendations import Why, recommended_by_pitches
from sessions.requests import request_meeting
from sessions.stages import QuestionOnStage, ask_question, hide_question
from sessions.wishes import get_pitch_on_stage, wish_to_meet
from tests.frontend.browser import Browser
from tests.makers import NOW, again, make_organisation, make_person, person_of
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, place_of
from tests.sessions.makers_pitches import Show, make_show, pitch_of


@dataclass
class After:
    """Bo and Tam, who leads Lantern, take part in the matchmaking event after the show."""

    db: Database
    show: Show
    fair: Fair

    def ask(self, actor: Actor, team: str = "Lantern") -> QuestionOnStage:
        """A question to a team at its pitch."""
        pitch = pitch_of(self.db, self.show, team).id
        row = ask_question(self.db, again(self.db, actor), self.show.room, body="Who pays for it?", pitch_id=pitch)
        return QuestionOnStage(row, self.show.stage, self.show.event.event)

    def wish(self, actor: Actor, team: str = "Lantern") -> None:
        """Somebody wants to meet a team."""
        pitch = pitch_of(self.db, self.show, team).public_id
        wish_to_meet(self.db, again(self.db, actor), get_pitch_on_stage(self.db, self.show.room, pitch))

    def joins(self, name: str, team: str, organisation: Organisation | None = None) -> Actor:
        """Somebody of a team, who takes part in the matchmaking event too."""
        person = make_person(self.db, name, email=f"{name[:3].lower()}@teams.example")
        found = next(one for one in self.show.teams if one.name == team)
        self.db.add(
            TeamMember(event_id=found.event_id, team_id=found.id or 0, person_id=person.person or 0, joined_at=NOW)
        )
        return make_participant(self.db, person, self.fair, organisation=organisation)

    def shown_to(self, actor: Actor) -> list[tuple[str, list[tuple[Why, str]]]]:
        """Whom somebody is recommended, and why."""
        found = recommended_by_pitches(self.db, again(self.db, actor), self.fair.event)
        return [(one.card.name, list(one.reasons)) for one in found]


@pytest.fixture
def after(db: Database) -> After:
    show = make_show(db, opened=True)
    fair = make_fair(db, show.ada, name="After Match", tables=9)
    fair.event.event.follows_id = show.event.id
    db.add(fair.event.event)
    db.flush()
    for one in (show.tam, show.bo):
        make_participant(db, one, fair)
    return After(db, show, fair)


def test_a_question_to_a_team_is_a_reason_for_both(after: After) -> None:
    after.ask(after.show.bo)

    assert after.shown_to(after.show.bo) == [("Tam Tamm", [(Why.ASKED, "Lantern")])]
    assert after.shown_to(after.show.tam) == [("Bo Berg", [(Why.WAS_ASKED, "Lantern")])]


def test_a_wish_is_a_reason_for_whoever_has_it_and_told_to_nobody_else(after: After) -> None:
    after.ask(after.show.bo)
    after.wish(after.show.bo)

    assert after.shown_to(after.show.bo) == [("Tam Tamm", [(Why.WISHED, "Lantern"), (Why.ASKED, "Lantern")])]
    assert after.shown_to(after.show.tam) == [("Bo Berg", [(Why.WAS_ASKED, "Lantern")])]


def test_what_was_taken_off_or_asked_of_the_room_is_no_reason(db: Database, after: After) -> None:
    hide_question(db, after.show.hal, after.ask(after.show.bo))
    ask_question(db, again(db, after.show.bo), after.show.room, body="Where is the coffee?")

    assert (after.shown_to(after.show.bo), after.shown_to(after.show.tam)) == ([], [])


def test_ones_own_team_is_not_recommended(after: After) -> None:
    after.ask(after.show.tam)

    assert after.shown_to(after.show.tam) == []


@pytest.mark.parametrize("who", ["bo", "tam"])
def test_a_no_thanks_of_either_side_is_kept_and_not_told(db: Database, after: After, who: str) -> None:
    after.ask(after.show.bo)
    one, other = (after.show.bo, after.show.tam) if who == "bo" else (after.show.tam, after.show.bo)

    say_no_thanks(
        db, again(db, one), after.fair.event, other=place_in(db, after.fair.event.id, other.person or 0)
    )  # fmt: skip

    assert (after.shown_to(after.show.bo), after.shown_to(after.show.tam)) == ([], [])


def test_who_is_asked_for_a_meeting_already_is_not_named_again(db: Database, after: After) -> None:
    after.ask(after.show.bo)

    tam = place_of(db, after.show.tam, after.fair)
    request_meeting(db, again(db, after.show.bo), after.fair.event, invitee=tam, slot=after.fair.slots[0])

    assert (after.shown_to(after.show.bo), after.shown_to(after.show.tam)) == ([], [])


def test_who_has_not_agreed_to_take_part_is_not_named(db: Database, after: After) -> None:
    after.ask(after.show.bo)
    before = after.shown_to(after.show.bo)
    place = place_of(db, after.show.tam, after.fair)
    for consent in db.exec(select(Consent).where(Consent.registration_id == place.id)):
        consent.withdrawn_at = NOW
        db.add(consent)
    db.flush()

    assert (len(before), after.shown_to(after.show.bo)) == (1, [])


def test_types_that_one_does_not_see_are_not_recommended(db: Database, after: After) -> None:
    after.ask(after.show.bo)
    ada, event = again(db, after.fair.ada), after.fair.event
    buyer = add_participation_type(db, ada, event, code="buyer", name="Buyer")
    place = place_of(db, after.show.tam, after.fair)
    usual = next(one for one in types_of(db, event.id) if one.id == place.type_id)
    place.type_id = buyer.id or 0
    db.add(place)
    set_type_rules(db, ada, event, rules=[PairRule(usual, buyer, may_see=False, may_ask=False)])

    assert after.shown_to(after.show.bo) == []


def test_types_that_one_sees_and_may_not_ask_are_not_recommended(db: Database, after: After) -> None:
    after.ask(after.show.bo)
    before = len(after.shown_to(after.show.bo))
    ada, event = again(db, after.fair.ada), after.fair.event
    buyer = add_participation_type(db, ada, event, code="buyer", name="Buyer")
    place = place_of(db, after.show.tam, after.fair)
    usual = next(one for one in types_of(db, event.id) if one.id == place.type_id)
    place.type_id = buyer.id or 0
    db.add(place)
    set_type_rules(db, ada, event, rules=[PairRule(usual, buyer, may_see=True, may_ask=False)])

    assert (before, after.shown_to(after.show.bo)) == (1, [])
    assert [name for name, _why in after.shown_to(after.show.tam)] == ["Bo Berg"]  # who may ask Bo


def test_colleagues_are_not_recommended_to_each_other(db: Database, after: After) -> None:
    after.ask(after.show.bo, "Millstone")
    house = make_organisation(db, "Nordmühle", country="SE")
    place = place_of(db, after.show.bo, after.fair)
    place.organisation_id = house.id
    db.add(place)
    after.joins("Kim Kollege", "Millstone", house)
    after.joins("Lea Lang", "Millstone", make_organisation(db, "Südmühle", country="IT"))

    assert [name for name, _why in after.shown_to(after.show.bo)] == ["Lea Lang"]


def test_the_strongest_reasons_are_named_however_many_there_are_and_whatever_the_name(
    db: Database, after: After
) -> None:
    for number in range(30):
        after.joins(f"A{number:02} Abel", "Lantern")
    after.joins("Zoe Zimt", "Millstone")
    after.ask(after.show.bo)
    after.wish(after.show.bo, "Millstone")

    found = [(name, [why for why, _team in reasons]) for name, reasons in after.shown_to(after.show.bo)]

    assert found == [("Zoe Zimt", [Why.WISHED]), *((f"A{number:02} Abel", [Why.ASKED]) for number in range(5))]


def test_who_still_judges_the_teams_blind_reads_no_names_of_them(db: Database, after: After) -> None:
    after.ask(after.show.bo)
    bo = again(db, after.show.bo)
    blind = replace(bo, ties=bo.ties | {Tie(BLIND_JUDGE, Scope.EVENT, after.show.event.id)})

    found = [len(recommended_by_pitches(db, one, after.fair.event)) for one in (bo, blind)]

    tam = place_of(db, after.show.tam, after.fair).public_id
    teams = [get_participant(db, one, after.fair.event, tam).team for one in (bo, blind)]

    assert (found, [one.name if one else "" for one in teams]) == ([1, 0], ["Lantern", ""])


def test_nobody_from_elsewhere_gets_recommendations(after: After) -> None:
    after.ask(after.show.bo)

    assert [after.shown_to(who) for who in (after.show.eve, after.show.hal, after.show.ada)] == [[], [], []]


def test_the_list_of_participants_says_the_reason_in_words_and_only_before_a_search(db: Database, after: After) -> None:
    after.ask(after.show.bo)
    bo = Browser(db, again(db, after.show.bo))
    where = f"/e/{after.fair.event.event.slug}/participants"

    page, searched = bo.get(where), bo.get(f"{where}?q=tam")

    words = "You asked their team, Lantern, a question at its pitch."
    assert (words in page.text, "Whom you could meet" in page.text, words in searched.text) == (True, True, False)
    assert "Whom you could meet" not in Browser(db, again(db, after.fair.ada)).get(where).text
    assert person_of(db, after.show.tam).name in page.text
