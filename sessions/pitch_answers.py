"""Who of a team comes to its turn on a stage, as far as their calendars have said."""

from dataclasses import dataclass

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.people import Person, PersonState
from events.submissions import Submission
from events.teams import Team, TeamMember
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import Answer, EntryKind
from sessions.pitches import Pitch, PitchState
from sessions.stages import StageInEvent, run_stage


@dataclass(frozen=True)
class TurnAnswers:
    """A team's turn: the uid of its entry where the reader has it, else '', and each of the team with their answer."""

    pitch: Pitch
    team: str
    uid: str
    people: tuple[tuple[str, Answer], ...]


def turn_answers(db: Database, actor: Actor, subject: StageInEvent) -> list[TurnAnswers]:
    """The turns to come, in their order: all for who runs the room, else those of the reader's own team. The caller
    has let the reader into the room."""
    query = (
        select(Pitch, Team.name, Person)
        .join(Submission, col(Submission.id) == col(Pitch.submission_id))
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(Pitch.stage_id == subject.id, Person.state != PersonState.ERASED)
        .where(col(Pitch.state).in_([PitchState.WAITING, PitchState.ON_STAGE]))
        .order_by(col(Pitch.position), col(Pitch.id), col(Person.name), col(Person.id))
    )
    turns: dict[int, tuple[Pitch, str, list[Person]]] = {}
    for pitch, team, person in db.exec(query):
        turns.setdefault(pitch.id or 0, (pitch, team, []))[2].append(person)
    if not run_stage(actor, subject):
        turns = {id: one for id, one in turns.items() if actor.person in {person.id for person in one[2]}}
    calendars = in_calendars(db, EntryKind.PITCH, turns)
    found = []
    for id, (pitch, team, people) in turns.items():
        entry = calendars.get(id, NOWHERE)
        answers = tuple((person.name, entry.answers.get(person.id or 0, Answer.NONE)) for person in people)
        found.append(TurnAnswers(pitch, team, entry.uid_for(actor.person), answers))
    return found
