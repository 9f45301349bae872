"""Who hears of what happens in speed networking: those who are there, those who run it, and the call itself."""

from typing import Any

from sqlmodel import col, select

from events.events import Event
from realtime.announcing import Concerned, announced, quiet
from realtime.calls import look_at_calls
from realtime.channels import crew_channel, event_channel, person_channel
from sessions import lobby, person_reports
from sessions.networking import rounds, running, setting_up, touch, visits
from sessions.networking.rows import Networking, NetworkingPlace, PlaceState


def _ids(db: Any, fact: Any) -> dict[str, str]:
    return {"networking": db.get_one(Networking, fact.networking_id).public_id}


@announced(setting_up.NetworkingChanged, rounds.NetworkingStarted, rounds.NetworkingEnded)
def _everybody_there_and_in_the_lobby(db: Any, fact: Any) -> Concerned:
    there, ids = _everybody_there(db, fact)
    return there | {event_channel(fact.event_id)}, ids | {"lobby": db.get_one(Event, fact.event_id).slug}


@announced(
    rounds.NetworkingRoundPlanned,
    rounds.NetworkingRoundMended,
    rounds.NetworkingRoundClosed,
    running.NetworkingPaused,
    running.NetworkingResumed,
    running.NetworkingRoundLengthened,
    running.NetworkingRoundCut,
)
def _everybody_there(db: Any, fact: Any) -> Concerned:
    look_at_calls()
    people = select(NetworkingPlace.person_id).where(
        NetworkingPlace.networking_id == fact.networking_id,
        col(NetworkingPlace.state).in_([PlaceState.HERE, PlaceState.AWAY]),
    )
    return {crew_channel(fact.event_id), *map(person_channel, db.exec(people))}, _ids(db, fact)


@announced(
    visits.NetworkingJoined, visits.NetworkingLeft, visits.NetworkingTakenOut, rounds.NetworkingNoShow
)  # fmt: skip
def _one_and_who_runs_it(db: Any, fact: Any) -> Concerned:
    look_at_calls()
    return {crew_channel(fact.event_id), person_channel(fact.person_id)}, _ids(db, fact)


@announced(touch.ConnectionMade)
def _both(db: Any, fact: touch.ConnectionMade) -> Concerned:
    row = db.get_one(touch.Connection, fact.connection_id)
    both = {person_channel(row.one_id), person_channel(row.other_id)}
    return {crew_channel(fact.event_id), *both}, _ids(db, fact)


@announced(setting_up.NetworkingPlanned)
def _planned(db: Any, fact: setting_up.NetworkingPlanned) -> Concerned:
    slug = db.get_one(Event, fact.event_id).slug
    return {event_channel(fact.event_id), crew_channel(fact.event_id)}, {"lobby": slug}


@announced(lobby.LobbyAnnounced, lobby.LobbyAnnouncementTakenOff, lobby.LobbyChoiceMade)
def _lobby(db: Any, fact: Any) -> Concerned:
    slug = db.get_one(Event, fact.event_id).slug
    return {event_channel(fact.event_id), crew_channel(fact.event_id)}, {"lobby": slug}


@announced(
    person_reports.PersonReported,
    person_reports.PersonReportsSettled,
    person_reports.RemovedFromLobby,
    person_reports.LetBackIntoLobby,
)
def _who_runs_the_rooms(db: Any, fact: Any) -> Concerned:
    """They, and whoever was put out of the lobby, whose page of it goes. Whom a report is about is told nothing."""
    said = {"lobby": db.get_one(Event, fact.event_id).slug}
    put_out = isinstance(fact, person_reports.RemovedFromLobby)
    report = db.get(person_reports.PersonReport, getattr(fact, "report_id", 0))
    if report is not None and report.place is person_reports.Place.NETWORKING:
        said["networking"] = report.room
    return {crew_channel(fact.event_id)} | ({person_channel(fact.person_id)} if put_out else set()), said


# The requests that come of them are announced themselves.
quiet(touch.ConnectionsTurned)
