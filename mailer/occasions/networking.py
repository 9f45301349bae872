"""Letters about speed networking: two who both wish to stay in touch have each other's address. All else is live."""

from events.core.database import Database
from events.events import Event
from events.people import Person
from mailer.letters import Recipient, Values, letter_for, page, recipients, silent
from sessions import lobby
from sessions.networking import rounds, running, setting_up, touch, visits
from sessions.networking.rows import Networking
from sessions.networking.touch import Connection, ConnectionMade, cards_of

silent(
    setting_up.NetworkingPlanned,
    setting_up.NetworkingChanged,
    visits.NetworkingJoined,
    visits.NetworkingLeft,
    visits.NetworkingTakenOut,
    rounds.NetworkingStarted,
    rounds.NetworkingRoundPlanned,
    rounds.NetworkingRoundMended,
    rounds.NetworkingNoShow,
    rounds.NetworkingRoundClosed,
    rounds.NetworkingEnded,
    running.NetworkingPaused,
    running.NetworkingResumed,
    running.NetworkingRoundLengthened,
    running.NetworkingRoundCut,
    touch.ConnectionsTurned,
    lobby.LobbyChoiceMade,
    lobby.LobbyAnnounced,
    lobby.LobbyAnnouncementTakenOff,
)


def _both(db: Database, fact: ConnectionMade) -> list[Recipient]:
    row = db.get(Connection, fact.connection_id)
    return recipients(db, {row.one_id, row.other_id}) if row else []


@letter_for(ConnectionMade, to=_both)
def connection_made(db: Database, fact: ConnectionMade, to: Recipient) -> Values | None:
    row, event = db.get(Connection, fact.connection_id), db.get(Event, fact.event_id)
    networking = db.get(Networking, fact.networking_id)
    if row is None or event is None or networking is None:
        return None
    other_id = row.other_id if to.person_id == row.one_id else row.one_id
    other, card = db.get(Person, other_id), cards_of(db, fact.event_id, {other_id}).get(other_id)
    if other is None or card is None:
        return None
    return {
        "event": event.name,
        "other": other.name,
        "organisation": card.organisation,
        "asked": row.meeting_id is not None,
        "url": page("networking", event=event.slug, networking=networking.public_id),
    }
