"""What teams do in their rooms, as commands and routes can be about it: checkpoints, the log, help, mentoring; and a
regular session of their event."""

from dataclasses import dataclass
from datetime import timedelta

from events.checkpoints import CheckpointInEvent, set_checkpoint
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.help_queue import HelpInEvent, ask_for_help
from events.progress import EntryOfTeam, note_progress
from events.teams import TeamInEvent
from sessions.mentoring import MentoringInEvent, book_mentoring, get_mentoring
from sessions.office_hours import HoursInEvent, slots_of_hours
from sessions.regular.rows import RegularInEvent, Repeats
from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
from tests.makers import again
from tests.sessions.makers_mentoring import make_hours


@dataclass
class Rooms:
    """Tam's team has written and asked for help; it is booked with Mel, who has other hours in which nobody is."""

    checkpoint: CheckpointInEvent
    entry: EntryOfTeam
    help: HelpInEvent
    hours: HoursInEvent
    mentoring: MentoringInEvent
    regular: RegularInEvent

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "checkpoint": self.checkpoint.checkpoint.public_id,
            "entry": self.entry.entry.public_id,
            "help": self.help.request.public_id,
            "hours": self.hours.hours.public_id,
            "mentoring": self.mentoring.mentoring.public_id,
            "regular": self.regular.regular.public_id,
        }


def make_rooms(db: Database, people: dict[str, Actor], hackathon: EventWithPhases, team: TeamInEvent) -> Rooms:
    """All of it, made by commands."""
    ada, tam, mel = (again(db, people[name]) for name in ("Ada", "Tam", "Mel"))
    point = set_checkpoint(db, ada, hackathon, name="A first draft", due_at=clock.now() + timedelta(hours=5))
    entry = note_progress(db, tam, team, body="We pressed a tray.")
    asked = ask_for_help(db, tam, team, topic="Is wax allowed?")
    in_use = make_hours(db, mel, hackathon, from_now=timedelta(hours=6))
    row = book_mentoring(db, tam, team, hours=in_use.hours, slot=slots_of_hours(in_use.hours)[0], topic="Wax")
    rhythm = Rhythm(clock.now() + timedelta(days=1), 30, Repeats.DAILY, times=4)
    regular = set_regular_session(db, ada, hackathon, words=RegularWords("Stand-up"), rhythm=rhythm)
    return Rooms(
        CheckpointInEvent(point, hackathon),
        EntryOfTeam(entry, team.team, hackathon),
        HelpInEvent(asked, team.team, hackathon),
        make_hours(db, mel, hackathon, from_now=timedelta(hours=9)),
        get_mentoring(db, tam, hackathon, row.public_id),
        regular,
    )
