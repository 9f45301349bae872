"""The states in which somebody can be reported, and what becomes of it."""

from datetime import timedelta

from events.events import EventState
from sessions.meeting_rooms import MeetingRoom, RoomInMeeting
from sessions.meetings import MeetingState
from sessions.person_reports import PersonHere, PersonInLobby, PersonReport, Place, ReportedPerson
from tests.makers import NOW
from tests.permissions.cases import Case, cases_of
from tests.permissions.world import World, in_state, with_state

MINUTE = timedelta(minutes=1)


@cases_of("report_person")
def somebody_beside_others(world: World) -> list[Case]:
    """Tam in the lobby, on the stage, and put together with Bo; Cy in a meeting with Bo, and host of a review."""
    tam, cy = world.people["Tam"], world.people["Cy"]
    review = world.reviewing.subject
    lobby, stage, evening = world.hackathon, world.room(), world.evenings.running
    partners = frozenset(world.actors[one].person or 0 for one in ("Bo", "Tam"))
    times = {"state": MeetingState.SCHEDULED, "starts_at": NOW - 2 * MINUTE, "ends_at": NOW + 18 * MINUTE}
    meeting = RoomInMeeting(with_state(world.requested, meeting=times), MeetingRoom(meeting_id=world.requested.id))
    draft = in_state(lobby, EventState.DRAFT)
    return [
        Case("Tam in the lobby", PersonHere(tam, lobby.event, Place.LOBBY, lobby)),
        Case("Tam in the lobby, draft event", PersonHere(tam, draft.event, Place.LOBBY, draft)),
        Case("Tam on the stage", PersonHere(tam, stage.event, Place.STAGE, stage)),
        Case("Tam with Bo in a round", PersonHere(tam, evening.event, Place.NETWORKING, evening, partners)),
        Case("Cy in a meeting with Bo", PersonHere(cy, meeting.event, Place.MEETING, meeting)),
        Case("Cy in the room of a review", PersonHere(cy, review.event, Place.REVIEW, review)),
    ]


@cases_of("settle_person_reports")
def somebody_who_was_reported(world: World) -> list[Case]:
    found = []
    for name, place in (
        ("Tam", Place.STAGE), ("Tam", Place.LOBBY), ("Pat", Place.STAGE), ("Cy", Place.MEETING), ("Bo", Place.REVIEW),
    ):  # fmt: skip
        person, event = world.people[name], world.hackathon.event
        report = PersonReport(
            id=1, event_id=event.id or 0, place=place, room="r", person_id=person.id or 0, reason="Rude.", at=NOW
        )
        found.append(Case(f"{name}, in the {place}", ReportedPerson(report, person, event)))
    return found


@cases_of("remove_from_lobby", "let_back_into_lobby")
def somebody_in_a_lobby(world: World) -> list[Case]:
    tam = world.people["Tam"]
    return [Case(f"Tam, {state} event", PersonInLobby(tam, in_state(world.hackathon, state))) for state in EventState]
