"""Participants whom letters do not reach: who looks after them sees it, and says when their address works again."""

from dataclasses import dataclass
from datetime import datetime

from events.core.access import Actor, command
from events.core.database import Database
from events.core.refusals import Conflict, NotAllowed
from events.core.translation import _
from events.desks import acts_for_registration
from events.people import Person, get_person
from events.reachability import AddressLifted, checked_why, lifted_at, trouble_of, trust_again
from events.registration import RegistrationInEvent


class Reachable(Conflict):
    """Letters go to an address."""

    def __init__(self) -> None:
        super().__init__(_("Letters go to this address already."))


@dataclass(frozen=True)
class Reach:
    """Whether letters reach a participant: `since` when they do not, with what the mail server said, and how it was
    before, each with who said that it worked again."""

    person: Person
    since: datetime | None
    reason: str
    before: list[tuple[AddressLifted, str]]


def reach_of(db: Database, actor: Actor, subject: RegistrationInEvent) -> Reach:
    """Whether letters reach a participant; for the event's organisers and their desk."""
    if not acts_for_registration(actor, subject):
        raise NotAllowed()
    person = get_person(db, subject.registration.person_id)
    row = trouble_of(db, person.email)
    since, reason = (row.suppressed_at, row.reason) if row is not None else (None, "")
    return Reach(person, since, reason, lifted_at(db, person.email))


@command(acts_for_registration)
def trust_participants_address(db: Database, actor: Actor, subject: RegistrationInEvent, *, why: str) -> None:
    """Say that the address of a participant works again, and how one knows; both are kept. Refuses no reason, and
    where letters go already."""
    clean = checked_why(why)
    person = get_person(db, subject.registration.person_id)
    if not trust_again(db, actor, person.email, clean):
        raise Reachable
