"""Letters about a person's place in an event, and about its phases when they are moved."""

from typing import Any

from events.challenges import owners_of_challenges
from events.completeness import CompletionAsked, asked_then, unfinished_in
from events.core import clock
from events.core.database import Database
from events.desks import officers_in
from events.events import Event
from events.offered_places import PlaceLapsed
from events.phases import PHASE_NAMES, PhaseKind
from events.planning import PhaseMoved
from events.registration import (
    HOLDS_A_PLACE,
    PlaceOffered,
    Registration,
    RegistrationAccepted,
    RegistrationDeclined,
    RegistrationMadeToWait,
    RegistrationPromoted,
    RegistrationReceived,
    RegistrationState,
    RegistrationWithdrawn,
    participants_of,
)
from events.roles import Role, Scope, people_with_role
from events.rounds.judges import judges_at_work
from events.screening.screenings import screeners_at_work
from events.teams import people_in_teams
from events.tombstones import NOBODYS_DOMAIN
from mailer.letters import Addressees, Recipient, Topic, Values, letter_for, page, recipients
from sessions.milestones import followers_of


def _whose(db: Database, fact: Any) -> list[Recipient]:
    row = db.get(Registration, fact.registration_id)
    return recipients(db, {row.person_id if row else None})


def _whose_in(state: RegistrationState) -> Addressees:
    def addressees(db: Database, fact: RegistrationReceived) -> list[Recipient]:
        return _whose(db, fact) if fact.state == state else []

    return addressees


def _place(db: Database, fact: Any) -> Values | None:
    event = db.get(Event, fact.event_id)
    if event is None:
        return None
    return {
        "event": event.name,
        "url": page("my_registration", event=event.slug),
        "ticket": page("ticket", event=event.slug),
    }


@letter_for(RegistrationReceived, to=_whose_in(RegistrationState.APPLIED))
def registration_received(db: Database, fact: RegistrationReceived, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(RegistrationReceived, to=_whose_in(RegistrationState.WAITING))
def registration_waiting(db: Database, fact: RegistrationReceived, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(RegistrationReceived, to=_whose_in(RegistrationState.ACCEPTED))
def registration_confirmed(db: Database, fact: RegistrationReceived, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(RegistrationAccepted, to=_whose)
def registration_accepted(db: Database, fact: RegistrationAccepted, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(RegistrationMadeToWait, to=_whose)
def registration_approved_waiting(db: Database, fact: RegistrationMadeToWait, to: Recipient) -> Values | None:
    row = db.get(Registration, fact.registration_id)
    return _place(db, fact) if row is not None and row.state is RegistrationState.WAITING else None


@letter_for(RegistrationPromoted, to=_whose)
def registration_promoted(db: Database, fact: RegistrationPromoted, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(PlaceOffered, to=_whose)
def place_offered(db: Database, fact: PlaceOffered, to: Recipient) -> Values | None:
    values, row = _place(db, fact), db.get(Registration, fact.registration_id)
    if values is None or row is None or row.state is not RegistrationState.OFFERED:
        return None  # confirmed, withdrawn or lapsed before the letter was written
    return {**values, "ends_at": fact.ends_at}


@letter_for(PlaceLapsed, to=_whose)
def place_lapsed(db: Database, fact: PlaceLapsed, to: Recipient) -> Values | None:
    return _place(db, fact)


@letter_for(
    CompletionAsked,
    to=lambda db, fact: recipients(db, asked_then(db, fact.event_id, fact.asked_at)),
    topic=Topic.REMINDERS,
)
def registration_unfinished(db: Database, fact: CompletionAsked, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    lacking = unfinished_in(db, event, to.person_id) if event and to.person_id else []
    if event is None or not lacking:
        return None  # finished before the letter was written
    return {"event": event.name, "questions": list(lacking[0].questions), "organisation": lacking[0].lacks_organisation,
            "url": page("answers", event=event.slug)}  # fmt: skip


@letter_for(RegistrationDeclined, to=_whose)
def registration_declined(db: Database, fact: RegistrationDeclined, to: Recipient) -> Values | None:
    row = db.get(Registration, fact.registration_id)
    if row is None or row.state is not RegistrationState.DECLINED:
        return None  # let in after all before the letter was written
    return _place(db, fact)


@letter_for(RegistrationWithdrawn, to=_whose)
def registration_withdrawn(db: Database, fact: RegistrationWithdrawn, to: Recipient) -> Values | None:
    return _place(db, fact)


def _concerned(db: Database, fact: PhaseMoved) -> list[Recipient]:
    """Everybody with a part in the event, once each: whoever takes part or wants to, teams, owners of challenges,
    whoever judges or screens, and who has a role in it or in its whole programme, desk officers among them."""
    hopeful = (*HOLDS_A_PLACE, RegistrationState.APPLIED, RegistrationState.WAITING)
    people = {row.person_id for row in participants_of(db, fact.event_id, *hopeful)}
    people |= people_in_teams(db, fact.event_id) | owners_of_challenges(db, fact.event_id)
    event = db.get_one(Event, fact.event_id)
    for role in Role:
        people |= set(people_with_role(db, role, Scope.EVENT, fact.event_id))
        people |= set(people_with_role(db, role, Scope.PROGRAMME, event.programme_id))
    people |= officers_in(db, event.programme_id)
    people |= judges_at_work(db, fact.event_id) | screeners_at_work(db, fact.event_id)  # guests, and who has no role
    if max(fact.old_ends_at, fact.ends_at) > clock.now():
        # Those who have the phases in their calendar get a letter that moves the entry; of what was over they get none.
        people -= followers_of(db, fact.event_id)
    found = recipients(db, people)
    return [one for one in found if not one.address.endswith(NOBODYS_DOMAIN)]  # guests with a link on paper


@letter_for(PhaseMoved, to=_concerned)
def phase_moved(db: Database, fact: PhaseMoved, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    if event is None or to.doer == to.person_id:
        return None  # whoever moved it knows
    return {
        "event": event.name,
        "phase": PHASE_NAMES[PhaseKind(fact.phase)],
        "old_start": fact.old_starts_at,
        "old_end": fact.old_ends_at,
        "new_start": fact.starts_at,
        "new_end": fact.ends_at,
        "url": page("event", event=event.slug),
    }
