"""Makers for pitch rooms: a hackathon whose teams have handed in, and a stage for them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.submissions import Submission, SubmissionState
from events.teams import Team, TeamMember
from sessions.pitches import Pitch, plan_stage, schedule_pitches
from sessions.running import open_stage
from sessions.stages import Stage, StageInEvent
from tests.makers import again, make_event, make_person, make_programme, make_registration, open_phase

TEAMS = ("Lantern", "Millstone", "Orchard")


@dataclass(frozen=True)
class Show:
    """A hackathon ready to pitch: Ada organises, Hal hosts, Tam leads the first team, Bo watches; Eve is elsewhere."""

    event: EventWithPhases
    stage: Stage
    ada: Actor
    hal: Actor
    tam: Actor
    bo: Actor
    eve: Actor
    teams: tuple[Team, ...]

    @property
    def room(self) -> StageInEvent:
        """The stage as commands take it."""
        return StageInEvent(self.stage, self.event.event)


def make_team(db: Database, event: EventWithPhases, name: str, members: list[Actor]) -> Team:
    """A team that has handed in."""
    team = Team(event_id=event.id, name=name, formed_at=clock.now())
    db.add(team)
    db.flush()
    for member in members:
        row = TeamMember(event_id=event.id, team_id=team.id or 0, person_id=member.person or 0, joined_at=clock.now())
        db.add(row)
    db.add(
        Submission(
            event_id=event.id,
            team_id=team.id or 0,
            state=SubmissionState.FINAL,
            title=f"{name} at work",
            saved_at=clock.now(),
            handed_in_at=clock.now() + timedelta(minutes=team.id or 0),
        )
    )
    db.flush()
    return team


def make_show(db: Database, *, scheduled: bool = True, opened: bool = False) -> Show:
    """A stage in an hour with three teams in its running order: Lantern, Millstone, Orchard."""
    names = ("Ada Adler", "Hal Hummel", "Tam Tamm", "Bo Berg", "Eve Ek")
    people = {name.split()[0].lower(): make_person(db, name, email=f"{name[:3]}@live.example") for name in names}
    ada = people["ada"]
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    for name in ("tam", "bo"):
        make_registration(db, people[name], event)
    appoint(db, ada, event, person_id=people["hal"].person or 0, role=Role.HOST)
    teams = tuple(make_team(db, event, name, [people["tam"]] if at == 0 else []) for at, name in enumerate(TEAMS))
    stage = plan_stage(db, ada, event, name="Main stage", opens_at=clock.now() + timedelta(hours=1))
    actors = {name: again(db, actor) for name, actor in people.items()}
    show = Show(event=event, stage=stage, teams=teams, **actors)
    if scheduled:
        schedule_pitches(db, show.hal, show.room)
    if opened:
        open_stage(db, show.hal, show.room)
    db.flush()
    return replace(show, ada=again(db, ada))


def order_of(db: Database, stage: Stage) -> list[tuple[str, str]]:
    """The running order as (team, state)."""
    query = select(Team.name, Pitch.state).where(
        Pitch.stage_id == stage.id, Submission.id == Pitch.submission_id, Team.id == Submission.team_id
    )
    return [(name, str(state)) for name, state in db.exec(query.order_by(Pitch.position))]  # type: ignore[arg-type]


def pitch_of(db: Database, show: Show, team: str) -> Pitch:
    """A team's pitch."""
    query = select(Pitch).where(
        Pitch.stage_id == show.stage.id, Submission.id == Pitch.submission_id, Team.id == Submission.team_id
    )
    return db.exec(query.where(Team.name == team)).one()
