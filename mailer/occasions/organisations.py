"""Letters about belonging to an organisation: to who answers that somebody asked, and to who asked."""

from events.admission import MembershipAgreed, MembershipTurnedDown, RequestToJoin, people_who_answer, request_of
from events.core.database import Database
from events.membership_requests import MembershipAsked, MembershipRequestState, is_member
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _open_request(db: Database, fact: MembershipAsked) -> RequestToJoin | None:
    found = request_of(db, fact.request_id)
    return found if found is not None and found.request.state is MembershipRequestState.ASKED else None


def _who_answers(db: Database, fact: MembershipAsked) -> list[Recipient]:
    found = _open_request(db, fact)
    return recipients(db, people_who_answer(db, found)) if found else []


@letter_for(MembershipAsked, to=_who_answers)
def membership_asked(db: Database, fact: MembershipAsked, to: Recipient) -> Values | None:
    found = _open_request(db, fact)
    if found is None or to.person_id not in people_who_answer(db, found):
        return None  # answered, taken back or somebody else's to answer before the letter was written
    return {
        "who": found.person.name or found.person.email,
        "job": found.person.job_title,
        "address": found.person.email,
        "organisation": found.organisation.name,
        "is_contact": found.answerers.has_contact,
        "url": page("organisation", organisation=found.organisation.public_id),
    }


@letter_for(MembershipAgreed, to=lambda db, fact: recipients(db, {fact.person_id}))
def membership_agreed(db: Database, fact: MembershipAgreed, to: Recipient) -> Values | None:
    found = request_of(db, fact.request_id)
    if found is None or not is_member(db, fact.person_id, fact.organisation_id):
        return None  # left or taken out again before the letter was written
    return _answered(found)


@letter_for(MembershipTurnedDown, to=lambda db, fact: recipients(db, {fact.person_id}))
def membership_turned_down(db: Database, fact: MembershipTurnedDown, to: Recipient) -> Values | None:
    found = request_of(db, fact.request_id)
    return _answered(found) | {"answer": found.request.answer} if found else None


def _answered(found: RequestToJoin) -> Values:
    return {
        "organisation": found.organisation.name,
        "url": page("organisation", organisation=found.organisation.public_id),
    }
