"""From an imported need and an imported offer to a booked meeting: the trail of data in one test."""

from pathlib import Path

from sqlmodel import col, select

from events.browsing import answering_for, get_item, items_in
from events.core.access import Actor
from events.core.database import Database
from events.importing.items import import_items, preview_items
from events.importing.lines import read_lines
from events.marketplace import Item, ItemKind
from events.organisations import Organisation
from sessions.answers import accept_meeting
from sessions.meetings import MeetingState, get_meeting
from sessions.requests import request_meeting
from sessions.seats import Seat
from tests.makers import make_member
from tests.sessions.makers_meetings import Fair, make_fair, make_participant

SIXTY = Path(__file__).parents[2] / "frontend" / "demo_network"


def _item(db: Database, ada: Actor, fair: Fair, kind: ItemKind, words: str) -> Item:
    """The one item of the event that these words find."""
    [card] = items_in(db, ada, fair.event, kind=kind, query=words).rows
    return get_item(db, ada, card.public_id).item


def _for(db: Database, actor: Actor, item: Item, fair: Fair) -> Actor:
    """Somebody of the item's organisation, who takes part."""
    organisation = db.exec(select(Organisation).where(Organisation.id == item.organisation_id)).one()
    return make_participant(db, make_member(db, actor, organisation), fair, organisation=organisation)


def test_a_need_and_an_offer_of_the_sixty_end_in_a_booked_meeting(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    fair = make_fair(db, ada)
    ada = fair.ada
    for name in ("needs.json", "offers.json"):
        lines = read_lines((SIXTY / name).read_bytes(), name)
        import_items(db, ada, fair.event, rows=preview_items(db, ada, fair.event, lines).rows)
    need = _item(db, ada, fair, ItemKind.NEED, "spindles fail nine months")
    offer = _item(db, ada, fair, ItemKind.OFFER, "vibration spindle bearings")
    asker = _for(db, bo, need, fair)
    invitee = _for(db, cy, offer, fair)
    answering = answering_for(db, asker, offer, fair.event)
    assert answering is not None

    meeting = request_meeting(
        db, asker, fair.event, invitee=answering.registration, slot=fair.slots[0], note=offer.summary
    )
    accept_meeting(db, invitee, get_meeting(db, invitee, meeting.public_id))

    seated = db.exec(select(Seat.person_id).where(Seat.meeting_id == meeting.id, col(Seat.person_id).is_not(None)))
    assert set(seated) == {bo.person, cy.person}
    assert get_meeting(db, asker, meeting.public_id).meeting.state is MeetingState.SCHEDULED
