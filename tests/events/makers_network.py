"""Makers for organisations, items and imports."""

from dataclasses import replace
from pathlib import Path

from events.admission import RequestToJoin, get_membership_request
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.marketplace import Item, ItemKind, Wording, publish_item
from events.membership_requests import MembershipRequest, ask_to_join
from events.organisations import Organisation, OrganisationKind, Portrait, add_organisation
from events.phases import PhaseKind
from tests.makers import again, make_event, make_member, make_programme, open_phase

FIXTURES = Path(__file__).parent / "fixtures"
REAL = Path(__file__).parents[3] / "shared" / "data" / "matching-dev"


def portrait(name: str = "Alpenkäse GmbH", **values: object) -> Portrait:
    """What an organisation says about itself."""
    said: dict[str, object] = {"kind": OrganisationKind.TRADITIONAL_SME, "country": "AT"}
    return Portrait(name=name, **(said | values))  # type: ignore[arg-type]  # tests say what they need


def added(db: Database, actor: Actor, name: str = "Alpenkäse GmbH", **values: object) -> Organisation:
    """An organisation whose contact is `actor`; load them again to have that tie."""
    return add_organisation(db, actor, None, portrait=portrait(name, **values))


def asking(db: Database, actor: Actor, organisation: Organisation) -> RequestToJoin:
    """An open request of `actor` to belong to an organisation."""
    return get_membership_request(db, actor, ask_to_join(db, actor, organisation).public_id)


def seen_by(db: Database, actor: Actor, asked: RequestToJoin) -> RequestToJoin:
    """The request as somebody else sees it now, in an object of its own."""
    found = get_membership_request(db, again(db, actor), asked.request.public_id)
    return replace(found, request=MembershipRequest.model_validate(found.request.model_dump()))


def wording(summary: str = "Dairy looks for simple monitoring of old pumps", **values: object) -> Wording:
    """What an item says."""
    said: dict[str, object] = {"kind": ItemKind.NEED, "country": "AT"}
    return Wording(summary=summary, **(said | values))  # type: ignore[arg-type]  # tests say what they need


def published(db: Database, actor: Actor, organisation: Organisation, summary: str = "", **values: object) -> Item:
    """An item of an organisation that `actor` belongs to."""
    said = wording(summary, **values) if summary else wording(**values)
    return publish_item(db, actor, organisation, wording=said)


def gathering(db: Database, ada: Actor) -> tuple[Actor, EventWithPhases]:
    """Ada with her ties, and a published matchmaking event whose registration is open."""
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_event(db, ada, programme, name="Food Match", template="matchmaking")
    return ada, open_phase(db, ada, event, PhaseKind.REGISTRATION)


__all__ = [
    "FIXTURES", "REAL", "added", "asking", "gathering", "make_member", "portrait", "published", "seen_by", "wording"
]  # fmt: skip
