"""Letters about signing in. Nothing that anybody typed stands in them: a stranger may have asked for them."""

from datetime import timedelta

from events.core.database import Database
from events.people import Person
from events.signin import LINK_LASTS, PasswordSet, SignInLinkAsked, issue_link_token
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _known(db: Database, fact: SignInLinkAsked) -> list[Recipient]:
    return recipients(db, {fact.person_id}) if fact.known and not fact.registering else []


def _registered_already(db: Database, fact: SignInLinkAsked) -> list[Recipient]:
    return recipients(db, {fact.person_id}) if fact.known and fact.registering else []


def _unknown(db: Database, fact: SignInLinkAsked) -> list[Recipient]:
    return [] if fact.known else recipients(db, {fact.person_id})


def _link(db: Database, fact: SignInLinkAsked) -> Values:
    url = page("sign_in_link", token=issue_link_token(db, fact))
    return {"url": url, "minutes": LINK_LASTS // timedelta(minutes=1), "name": ""}


@letter_for(SignInLinkAsked, to=_known, secret=True)
def sign_in_link(db: Database, fact: SignInLinkAsked, to: Recipient) -> Values:
    return _link(db, fact)


@letter_for(SignInLinkAsked, to=_registered_already, secret=True)
def address_registered(db: Database, fact: SignInLinkAsked, to: Recipient) -> Values:
    return _link(db, fact)


@letter_for(SignInLinkAsked, to=_unknown, secret=True)
def join_link(db: Database, fact: SignInLinkAsked, to: Recipient) -> Values:
    return _link(db, fact)


@letter_for(PasswordSet, to=lambda db, fact: recipients(db, {fact.person_id}))
def password_set(db: Database, fact: PasswordSet, to: Recipient) -> Values | None:
    person = db.get(Person, fact.person_id)
    return {"url": page("sign_in")} if person else None
