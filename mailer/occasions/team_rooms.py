"""Letters about a team's work: a checkpoint that is due, and a mentor who comes to help."""

from sqlmodel import select

from events.checkpoints import Checkpoint, CheckpointNear
from events.core.database import Database
from events.events import Event
from events.help_queue import HelpRequest, HelpState, HelpTaken
from events.people import Person
from events.progress import behind
from events.teams import Team, TeamMember, team_of
from mailer.letters import Recipient, Topic, Values, letter_for, name_of, page, recipients


def _behind(db: Database, fact: CheckpointNear) -> list[Recipient]:
    row = db.get(Checkpoint, fact.checkpoint_id)
    return recipients(db, behind(db, row)) if row else []


@letter_for(CheckpointNear, to=_behind, topic=Topic.REMINDERS)
def checkpoint_near(db: Database, fact: CheckpointNear, to: Recipient) -> Values | None:
    row, event = db.get(Checkpoint, fact.checkpoint_id), db.get(Event, fact.event_id)
    team = team_of(db, to.person_id, fact.event_id)
    if row is None or event is None or team is None or to.person_id not in behind(db, row):
        return None  # reached, removed or left before the letter was written
    return {
        "event": event.name,
        "team": team.name,
        "checkpoint": row.name,
        "what": row.what,
        "due_at": row.due_at,
        "url": page("team_room", event=event.slug, team=team.public_id),
    }


def _team(db: Database, fact: HelpTaken) -> list[Recipient]:
    row = db.get(HelpRequest, fact.help_id)
    query = select(TeamMember.person_id).where(TeamMember.team_id == (row.team_id if row else 0))
    return recipients(db, db.exec(query).all())


@letter_for(HelpTaken, to=_team)
def help_taken(db: Database, fact: HelpTaken, to: Recipient) -> Values | None:
    row, event = db.get(HelpRequest, fact.help_id), db.get(Event, fact.event_id)
    team = db.get(Team, row.team_id) if row else None
    if row is None or event is None or team is None or row.state is not HelpState.TAKEN:
        return None  # over or given back before the letter was written
    mentor = db.get(Person, row.taken_by_id) if row.taken_by_id else None
    return {
        "event": event.name,
        "team": team.name,
        "topic": row.topic,
        "mentor": name_of(mentor),
        "room": team.room,
        "url": page("team_room", event=event.slug, team=team.public_id),
    }
