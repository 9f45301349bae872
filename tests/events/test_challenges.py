"""Challenges: who puts them, what they keep of a need, and what a card says."""

import pytest

from events.challenges import (
    ChallengeInEvent,
    PromotedAlready,
    card_of,
    challenges_of,
    change_challenge,
    get_challenge,
    promote_need,
    publish_challenge,
)
from events.core import clock
from events.core.access import VISITOR, Actor, may
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import close_event
from events.marketplace import Item, ItemKind, ItemState
from events.registration import appoint
from events.roles import Role
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.makers import again, make_event, make_member, make_organisation, make_programme


def make_need(db: Database, owner: Actor, organisation_id: int, **values: object) -> Item:
    item = Item(
        kind=values.get("kind", ItemKind.NEED),
        state=values.get("state", ItemState.PUBLISHED),
        organisation_id=organisation_id,
        person_id=owner.person or 0,
        summary="One material that holds moist food",
        text=BRIEF,
        published_at=clock.now(),
    )
    db.add(item)
    db.flush()
    return item


def test_a_need_that_becomes_a_challenge_keeps_its_link_its_words_and_its_owner(db, ada, che):
    event = make_hackathon(db, ada)
    bakery = make_organisation(db, "Bakery Brno")
    need = make_need(db, che, bakery.id)

    challenge = promote_need(db, again(db, ada), event, need=need, prize="500 loaves")

    assert (challenge.need_id, challenge.person_id, challenge.organisation_id) == (need.id, che.person, bakery.id)
    assert (challenge.title, challenge.brief, challenge.prize) == (need.summary, BRIEF, "500 loaves")
    assert again(db, che).is_("challenge owner", "event", event.id)


def test_a_need_becomes_a_challenge_of_an_event_once(db, ada, che):
    event = make_hackathon(db, ada)
    need = make_need(db, che, make_organisation(db, "Bakery Brno").id)
    promote_need(db, again(db, ada), event, need=need)

    with pytest.raises(PromotedAlready):
        promote_need(db, again(db, ada), event, need=need)


@pytest.mark.parametrize("values", [{"kind": ItemKind.OFFER}, {"state": ItemState.WITHDRAWN}])
def test_only_a_published_need_becomes_a_challenge(db, ada, che, values):
    event = make_hackathon(db, ada)
    item = make_need(db, che, make_organisation(db, "Bakery Brno").id, **values)

    with pytest.raises(Conflict, match="Only a need that is on the marketplace"):
        promote_need(db, again(db, ada), event, need=item)


def test_a_challenge_owner_brings_challenges_of_their_own_organisations_only(db, ada, che):
    event = make_hackathon(db, ada)
    appoint(db, again(db, ada), event, person_id=che.person, role=Role.CHALLENGE_OWNER)
    own, other = make_organisation(db, "Bakery Brno"), make_organisation(db, "Dairy Delft")
    che = make_member(db, che, own)

    mine = publish_challenge(db, che, event, title="Trays", brief=BRIEF, organisation_id=own.id)

    assert (mine.person_id, mine.organisation_id) == (che.person, own.id)
    with pytest.raises(NotAllowed, match="your own organisations"):
        publish_challenge(db, che, event, title="Trays", brief=BRIEF, organisation_id=other.id)


def test_a_challenge_owner_cannot_name_somebody_else(db, ada, bo, che):
    event = make_hackathon(db, ada)
    appoint(db, again(db, ada), event, person_id=che.person, role=Role.CHALLENGE_OWNER)

    with pytest.raises(NotAllowed, match="Only an organiser"):
        publish_challenge(db, again(db, che), event, title="Trays", brief=BRIEF, person_id=bo.person)


def test_a_participant_publishes_no_challenge(db, ada, bo):
    event = make_hackathon(db, ada, bo)

    with pytest.raises(NotAllowed):
        publish_challenge(db, again(db, bo), event, title="Trays", brief=BRIEF)


def test_missing_title_and_short_brief_are_named_together(db, ada):
    event = make_hackathon(db, ada)

    with pytest.raises(Invalid) as refused:
        publish_challenge(db, again(db, ada), event, title=" ", brief="Too short.")

    assert set(refused.value.fields) == {"title", "brief"}


def test_only_a_hackathon_has_challenges(db, ada):
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, template="matchmaking")

    with pytest.raises(Conflict, match="Only a hackathon"):
        publish_challenge(db, again(db, ada), event, title="Trays", brief=BRIEF)


def test_an_owner_and_an_organiser_change_a_challenge_and_nobody_else(db, ada, bo, che):
    event = make_hackathon(db, ada, bo)
    row = publish_challenge(db, again(db, ada), event, title="Trays", brief=BRIEF, person_id=che.person)
    subject = ChallengeInEvent(row, event)

    change_challenge(db, again(db, che), subject, title="Better trays", brief=BRIEF)

    assert row.title == "Better trays"
    assert may(again(db, ada), "change_challenge", subject)
    assert not may(again(db, bo), "change_challenge", subject)


def test_a_challenge_of_a_closed_event_stays_as_it_was(db, ada):
    event = make_hackathon(db, ada)
    row = publish_challenge(db, again(db, ada), event, title="Trays", brief=BRIEF)
    close_event(db, again(db, ada), event)

    with pytest.raises(Conflict, match="This event is over"):
        change_challenge(db, again(db, ada), ChallengeInEvent(row, event), title="Late", brief=BRIEF)


def test_a_card_says_who_brings_it_and_how_many_teams_took_it(db, ada, bo, cy, che):
    event = make_hackathon(db, ada, bo, cy)
    bakery = make_organisation(db, "Bakery Brno", country="CZ")
    row = publish_challenge(
        db, again(db, ada), event, title="Trays", brief=BRIEF, organisation_id=bakery.id, person_id=che.person
    )
    make_team(db, bo, event, "Straw").team.challenge_id = row.id
    make_team(db, cy, event, "Husk").team.challenge_id = row.id

    card = card_of(db, ChallengeInEvent(row, event))

    assert (card.organisation, card.country, card.owner, card.teams) == ("Bakery Brno", "CZ", "Che Caruso", 2)
    assert challenges_of(db, VISITOR, event).rows == [card]


def test_a_challenge_of_a_draft_is_not_there_for_others(db, ada, bo):
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_event(db, ada, programme, published=False)
    row = publish_challenge(db, ada, event, title="Trays", brief=BRIEF)

    assert get_challenge(db, ada, event, row.public_id).challenge == row
    assert challenges_of(db, bo, event).rows == []
    with pytest.raises(NotFound):
        get_challenge(db, bo, event, row.public_id)
