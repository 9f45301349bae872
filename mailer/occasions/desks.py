"""The letter to somebody who is to look after a desk's participants."""

from events.core.database import Database
from events.desks import Desk, DeskOfficerAdded, officers_of
from events.programmes import Programme
from mailer.letters import Recipient, Values, letter_for, page, recipients


@letter_for(DeskOfficerAdded, to=lambda db, fact: recipients(db, {fact.person_id}))
def desk_officer_added(db: Database, fact: DeskOfficerAdded, to: Recipient) -> Values | None:
    desk, programme = db.get(Desk, fact.desk_id), db.get(Programme, fact.programme_id)
    if desk is None or programme is None or to.person_id not in {one.id for one in officers_of(db, desk)}:
        return None  # taken back before the letter was written
    return {"desk": desk.name, "programme": programme.name, "url": page("home")}
