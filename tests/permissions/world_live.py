"""What people do in a live room, as commands and routes can be about it: chat, polls, hands, a pass, a wish."""

from dataclasses import dataclass

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from sessions.chat import MessageOnStage, get_message, write_message
from sessions.hands import HandOnStage, get_hand, raise_hand
from sessions.moderation import PassToStage, PersonOnStage, make_pass
from sessions.person_reports import PersonHere, Place, report_person
from sessions.pitches import Pitch
from sessions.polls import PollOnStage, draft_poll, get_poll, open_poll
from sessions.stages import StageInEvent
from sessions.wishes import PitchOnStage
from tests.makers import again, person_of


@dataclass
class Live:
    """In Pat's open room Bo has said something, raised a hand, and reported Tam; there are a draft of a poll, an open
    one, and a link for the hall."""

    message: MessageOnStage
    draft: PollOnStage
    poll: PollOnStage
    hand: HandOnStage
    somebody: PersonOnStage
    hall: PassToStage
    pitch: PitchOnStage
    report: str

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "message": self.message.message.public_id,
            "draft_poll": self.draft.poll.public_id,
            "poll": self.poll.poll.public_id,
            "hand": self.hand.hand.public_id,
            "pass": self.hall.found.code,
            "person_report": self.report,
        }


def make_live(
    db: Database, people: dict[str, Actor], hackathon: EventWithPhases, room: StageInEvent, pitch: Pitch
) -> Live:
    """All of it, made by commands."""
    pat, bo = again(db, people["Pat"]), again(db, people["Bo"])
    said = write_message(db, bo, room, body="Good evening.")
    draft = draft_poll(db, pat, room, question="Which one?", choices=["Straw", "Wax"])
    poll = draft_poll(db, pat, room, question="Would you buy it?", choices=["Yes", "No"])
    on_stage = get_poll(db, pat, room, poll.public_id)
    open_poll(db, pat, on_stage)
    hand = raise_hand(db, bo, room)
    found = make_pass(db, pat, room)
    tam = PersonHere(person_of(db, people["Tam"]), room.event, Place.STAGE, room)
    report = report_person(db, bo, tam, reason="Shouts at everybody.")
    return Live(
        get_message(db, room, said.public_id),
        get_poll(db, pat, room, draft.public_id),
        on_stage,
        get_hand(db, room, hand.public_id),
        PersonOnStage(person_of(db, bo), room.stage, hackathon),
        PassToStage(found, room.stage, hackathon),
        PitchOnStage(pitch, room.stage, room.event),
        report.public_id,
    )
