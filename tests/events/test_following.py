"""A matchmaking event follows a hackathon: who and what comes over, what stays behind, and that it happens once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import select

from events.challenges import Challenge
from events.consents import waiting_for_consent
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.refusals import Conflict, NotAllowed, NotFound, Refusal
from events.events import EventKind, EventState, EventWithPhases, publish_event
from events.following import FollowedAlready, ItemSource, make_following_event, type_for, what_comes_over
from events.handing_in import hand_in
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState
from events.organisations import Membership, Organisation, OrganisationKind
from events.phases import PhaseKind
from events.registration import (
    ParticipationType,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    find_registration,
    withdraw_registration,
)
from events.submissions import save_draft
from sessions.blocks import TableKind, blocks_of, tables_of
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.makers import NOW, again, make_event, make_member, make_organisation, make_person, make_programme

START = NOW.replace(hour=7) + timedelta(days=20)  # 09:00 in Brussels


@dataclass
class Before:
    """A hackathon of Ada's: Tam leads a team that handed in, Bo has a draft, Cy only takes part, Che owns a need."""

    ada: Actor
    event: EventWithPhases
    lab: Organisation
    mill: Organisation
    challenge: Challenge


@pytest.fixture
def before(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor, che: Actor) -> Before:
    lab = make_organisation(db, "Lab", kind=OrganisationKind.TECH_SAVVY_SME, country="EE")
    mill = make_organisation(db, "Mill", kind=OrganisationKind.TRADITIONAL_SME, country="IT")
    make_member(db, tam, lab)
    make_member(db, che, mill)
    event = make_hackathon(db, ada, bo, cy, tam)
    challenge = Challenge(
        event_id=event.id, person_id=che.person, title="Flour dust", brief="It explodes.", published_at=NOW
    )
    db.add(challenge)
    straw = make_team(db, tam, event)
    hand_in(db, again(db, tam), straw, written=DONE, revision=0)
    draft = make_team(db, bo, event, name="Husk")
    save_draft(db, again(db, bo), draft, written=DONE, revision=0)
    return Before(again(db, ada), event, lab, mill, challenge)


def follow(db: Database, before: Before, name: str = "Food Match") -> EventWithPhases:
    return make_following_event(db, before.ada, before.event, name=name, starts_at=START)


def items_in(db: Database, event: EventWithPhases) -> list[Item]:
    query = select(Item).where(ItemInEvent.event_id == event.id, Item.id == ItemInEvent.item_id).order_by(Item.id)
    return list(db.exec(query))


def test_one_step_makes_a_draft_that_follows(db: Database, before: Before) -> None:
    event = follow(db, before)

    assert (event.event.kind, event.event.state) == (EventKind.MATCHMAKING, EventState.DRAFT)
    assert (event.event.follows_id, event.zone) == (before.event.id, "Europe/Brussels")
    publish_event(db, before.ada, event)


def test_participants_and_challenge_owners_come_over_by_the_kind_of_their_organisation(
    db: Database, before: Before, bo: Actor, cy: Actor, tam: Actor, che: Actor
) -> None:
    event = follow(db, before)

    query = select(Registration, ParticipationType.code).where(
        Registration.event_id == event.id, ParticipationType.id == Registration.type_id
    )
    rows = {row.person_id: (row, code) for row, code in db.exec(query)}
    assert {person: code for person, (_row, code) in rows.items()} == {
        bo.person: "tech-savvy",
        cy.person: "tech-savvy",
        tam.person: "tech-savvy",
        che.person: "traditional",
    }
    assert {row.state for row, _code in rows.values()} == {RegistrationState.ACCEPTED}
    source = find_registration(db, before.event.id, tam.person)
    assert source is not None
    assert rows[tam.person or 0][0].taken_over_from_id == source.id
    assert rows[che.person or 0][0].taken_over_from_id is None
    assert rows[che.person or 0][0].organisation_id == before.mill.id


def test_who_comes_over_is_asked_to_agree_once_all_can_see_the_event(db: Database, before: Before, tam: Actor) -> None:
    event = follow(db, before)
    early = waiting_for_consent(db, tam)
    publish_event(db, before.ada, event)

    asked = waiting_for_consent(db, tam)

    assert (early, [one.event.id for one in asked]) == ([], [event.id])


def test_what_was_handed_in_becomes_an_offer_of_the_leaders_organisation(
    db: Database, before: Before, tam: Actor
) -> None:
    event = follow(db, before)

    offer = next(item for item in items_in(db, event) if item.kind is ItemKind.OFFER)

    assert (offer.summary, offer.organisation_id, offer.person_id) == (DONE.title, before.lab.id, tam.person)
    assert offer.text == f"{DONE.summary}\n\n{DONE.text}"
    assert (offer.language, offer.country) == ("en", "EE")
    source = db.exec(select(ItemSource).where(ItemSource.item_id == offer.id)).one()
    assert (source.submission_id is not None, source.challenge_id) == (True, None)


def test_what_counts_is_what_was_handed_in_and_not_what_was_written_since(
    db: Database, before: Before, tam: Actor
) -> None:
    from events.submissions import submission_of_team
    from events.teams import TeamInEvent, team_of

    team = team_of(db, tam.person, before.event.id)
    assert team is not None
    row = submission_of_team(db, team.id)
    assert row is not None
    later = replace(DONE, title="Something else")
    save_draft(db, again(db, tam), TeamInEvent(team, before.event), written=later, revision=row.revision)

    event = follow(db, before)

    assert DONE.title in [item.summary for item in items_in(db, event)]


def test_a_team_without_an_organisation_brings_its_offer_as_one(db: Database, before: Before, bo: Actor) -> None:
    from events.teams import TeamInEvent, team_of

    team = team_of(db, bo.person, before.event.id)
    assert team is not None
    hand_in(db, again(db, bo), TeamInEvent(team, before.event), written=DONE, revision=1)

    event = follow(db, before)

    husk = db.exec(select(Organisation).where(Organisation.name == "Husk")).one()
    place = find_registration(db, event.id, bo.person)
    assert place is not None
    assert (husk.kind, place.organisation_id) == (OrganisationKind.OTHER, husk.id)
    member = db.exec(select(Membership).where(Membership.organisation_id == husk.id)).one()
    assert (member.person_id, member.is_contact) == (bo.person, True)


def test_a_challenge_becomes_a_need_of_its_owners_organisation(db: Database, before: Before, che: Actor) -> None:
    event = follow(db, before)

    need = next(item for item in items_in(db, event) if item.kind is ItemKind.NEED)

    assert (need.summary, need.organisation_id, need.person_id) == ("Flour dust", before.mill.id, che.person)
    source = db.exec(select(ItemSource).where(ItemSource.item_id == need.id)).one()
    assert source.challenge_id == before.challenge.id


def make_need(db: Database, before: Before, state: ItemState = ItemState.PUBLISHED) -> Item:
    need = Item(
        kind=ItemKind.NEED, state=state, organisation_id=before.mill.id or 0, summary="Less dust", published_at=NOW
    )
    db.add(need)
    db.flush()
    before.challenge.need_id, before.challenge.organisation_id = need.id, before.mill.id
    db.add(before.challenge)
    db.flush()
    return need


def test_a_challenge_that_was_a_need_stays_that_need(db: Database, before: Before) -> None:
    need = make_need(db, before)

    event = follow(db, before)

    assert [item.id for item in items_in(db, event) if item.kind is ItemKind.NEED] == [need.id]


def test_what_stays_behind_is_named_with_its_reason(db: Database, before: Before) -> None:
    make_need(db, before, ItemState.WITHDRAWN)
    db.add(Challenge(event_id=before.event.id, title="Nobody's", published_at=NOW))
    db.flush()

    coming = what_comes_over(db, before.ada, before.event)

    assert [(what, str(why)) for what, why in coming.left_behind] == [
        ("Husk", "Not handed in."),
        ("Flour dust", "Its need was withdrawn from the marketplace."),
        ("Nobody's", "It belongs to no organisation. Give it one, then it comes over."),
    ]


def test_a_team_of_which_nobody_is_left_stays_behind(db: Database, before: Before, tam: Actor) -> None:
    place = find_registration(db, before.event.id, tam.person)
    assert place is not None
    place.state = RegistrationState.WITHDRAWN
    db.flush()

    coming = what_comes_over(db, before.ada, before.event)

    assert ("Straw", "Nobody of the team comes over.") in [(what, str(why)) for what, why in coming.left_behind]


def test_who_withdrew_does_not_come_over(db: Database, before: Before, cy: Actor) -> None:
    place = find_registration(db, before.event.id, cy.person)
    assert place is not None
    withdraw_registration(db, again(db, cy), RegistrationInEvent(place, before.event.event))

    event = follow(db, before)

    assert find_registration(db, event.id, cy.person) is None


def test_an_organiser_who_entered_a_challenge_for_others_does_not_come_along(db: Database, before: Before) -> None:
    before.challenge.person_id, before.challenge.organisation_id = before.ada.person, before.mill.id
    db.add(before.challenge)
    db.flush()

    coming = what_comes_over(db, before.ada, before.event)

    assert before.ada.person not in [person.person_id for person in coming.people]
    assert [need.organisation.id for need in coming.needs] == [before.mill.id]


def test_the_preview_is_what_comes(db: Database, before: Before) -> None:
    coming = what_comes_over(db, before.ada, before.event)
    event = follow(db, before)

    places = db.exec(select(Registration.person_id).where(Registration.event_id == event.id)).all()
    assert {person.person_id for person in coming.people} == set(places)
    assert len(coming.offers) + len(coming.needs) == len(items_in(db, event))


def test_live_days_have_blocks_and_there_are_rooms(db: Database, before: Before) -> None:
    event = follow(db, before)

    live = event.phase(PhaseKind.LIVE)
    assert live is not None
    blocks = blocks_of(db, event.id)
    assert [(block.starts_at - live.starts_at) for block in blocks] == [
        timedelta(hours=hours) for hours in (0, 4.5, 24, 28.5)
    ]
    assert {(block.slot_minutes, block.buffer_minutes) for block in blocks} == {(20, 5)}
    assert {table.kind for table in tables_of(db, event.id)} == {TableKind.VIDEO}
    assert len(tables_of(db, event.id)) == 3


def test_a_hackathon_is_taken_over_once(db: Database, before: Before) -> None:
    follow(db, before)

    with pytest.raises(FollowedAlready, match="Food Match follows this hackathon already"):
        follow(db, before, "Another")


def test_two_who_take_it_over_at_once_make_one_event(db: Database, before: Before) -> None:
    db.commit()
    start = Barrier(2)

    def run(name: str) -> Refusal | None:
        start.wait(timeout=20)
        try:
            with transaction() as own:
                make_following_event(own, before.ada, before.event, name=name, starts_at=START)
        except Refusal as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, ("One", "Two")))

    assert sorted(type(one).__name__ for one in outcomes) == ["FollowedAlready", "NoneType"]


def test_only_organisers_of_the_programme_do_it_or_see_what_would_come(
    db: Database, before: Before, tam: Actor
) -> None:
    with pytest.raises(NotAllowed):
        make_following_event(db, again(db, tam), before.event, name="Mine", starts_at=START)
    with pytest.raises(NotFound):
        what_comes_over(db, again(db, tam), before.event)


def test_only_a_public_hackathon_is_followed(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada, "Other")
    ada = again(db, ada)
    match = make_event(db, ada, programme, template="matchmaking")
    draft = make_event(db, ada, programme, published=False)

    with pytest.raises(Conflict, match="Only a hackathon"):
        make_following_event(db, ada, match, name="X", starts_at=START)
    with pytest.raises(Conflict, match="not published yet"):
        make_following_event(db, ada, draft, name="X", starts_at=START)


def test_a_hackathon_that_nobody_came_to_can_be_followed(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_following_event(db, ada, make_event(db, ada, programme), name="X", starts_at=START)

    assert (items_in(db, event), len(blocks_of(db, event.id))) == ([], 4)


def test_every_kind_of_organisation_has_a_type() -> None:
    assert {type_for(kind) for kind in OrganisationKind} == {"traditional", "tech-savvy", "intermediary"}
    assert type_for(None) == "tech-savvy"


def test_a_person_is_in_once_although_they_own_a_challenge_too(db: Database, before: Before, tam: Actor) -> None:
    before.challenge.person_id = tam.person
    db.add(before.challenge)
    make_person(db, "Somebody Else")
    db.flush()

    coming = what_comes_over(db, before.ada, before.event)

    assert [person.person_id for person in coming.people].count(tam.person or 0) == 1
