"""Letters about certificates."""

from events.certificates import CertificatesIssued, certificates_in
from events.core.database import Database
from events.events import event_by_id
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _holders(db: Database, fact: CertificatesIssued) -> list[Recipient]:
    return recipients(db, {one.person_id for one in certificates_in(db, event_by_id(db, fact.event_id))})


@letter_for(CertificatesIssued, to=_holders)
def certificates_issued(db: Database, fact: CertificatesIssued, to: Recipient) -> Values | None:
    event = event_by_id(db, fact.event_id)
    if event.event.certificates_issued_at is None:
        return None
    return {"event": event.event.name, "url": page("own_certificates", event=event.event.slug)}
