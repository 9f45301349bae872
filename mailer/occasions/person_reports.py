"""Letters about people reported in live rooms: from meetings and peer reviews, which nobody who decides about it
watches, and about organisers. Who runs the other rooms is there, and told there."""

from events.core.database import Database
from events.events import Event
from mailer.letters import Recipient, Values, letter_for, page, recipients, silent
from mailer.occasions.peer_reviews import organisers_of
from sessions import person_reports
from sessions.moderation import ReportState
from sessions.person_reports import PRIVATE, PersonReport, PersonReported

silent(person_reports.PersonReportsSettled, person_reports.RemovedFromLobby, person_reports.LetBackIntoLobby)


def _who_decides(db: Database, fact: PersonReported) -> list[Recipient]:
    """The organisers but for the one who says it and the one of whom it is said, who is not shown these letters among
    those of the event either."""
    report, organisers = db.get(PersonReport, fact.report_id), organisers_of(db, fact.event_id)
    if report is None or (report.place not in PRIVATE and report.person_id not in organisers):
        return []
    return recipients(db, organisers - {report.reporter_id or 0, report.person_id})


@letter_for(PersonReported, to=_who_decides)
def person_reported(db: Database, fact: PersonReported, to: Recipient) -> Values | None:
    report, event = db.get(PersonReport, fact.report_id), db.get(Event, fact.event_id)
    if report is None or event is None or report.state is not ReportState.WAITING:
        return None  # dealt with meanwhile
    return {"event": event.name, "url": page("reported_people", event=event.slug)}
