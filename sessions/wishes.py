"""Wishes to meet a team that pitched: kept with the pitch, and made requests in the matchmaking event that follows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import Event, EventState, EventWithPhases, not_over
from events.registration import (
    Registration,
    RegistrationInEvent,
    RegistrationState,
    find_registration,
    participant_of_event,
)
from events.roles import organiser_of_event
from events.submissions import Submission
from events.teams import Team, TeamMember
from sessions.manners import not_removed
from sessions.meetings import Meeting
from sessions.pitches import Pitch
from sessions.requests import NOTE_LIMIT, request_meeting_for
from sessions.stages import Stage, StageInEvent, StageNotOpen, StageQuestion, StageQuestionState, StageState
from sessions.turning import Turned, here, time_to_ask_for


class PitchWish(SQLModel, table=True):
    """That somebody wants to meet the team of a pitch, and the request that came of it."""

    __tablename__ = "pitch_wish"
    __table_args__ = (UniqueConstraint("pitch_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    pitch_id: int = Field(foreign_key="pitch.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    wished_at: datetime = moment()
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id", index=True)


personal_data(PitchWish, "person_id", "wishes to meet a team that pitched", "delete")


@dataclass(frozen=True)
class WishesTurned(Fact):
    """Wishes to meet teams became requests in the matchmaking event that follows; `left` could not."""

    event_id: int
    made: int
    left: int


@dataclass(frozen=True)
class PitchOnStage:
    """A pitch with its stage and event, as commands and rules need it."""

    pitch: Pitch
    stage: Stage
    event: Event


class OwnTeam(Conflict):
    """One meets one's own team anyway."""

    def __init__(self) -> None:
        super().__init__(_("This is your own team."))


class FollowsNothing(Conflict):
    """Wishes come from the hackathon before."""

    def __init__(self) -> None:
        super().__init__(_("This event follows no other, so nobody has wished to meet a team."))


def room_began(subject: PitchOnStage, now: datetime) -> None:
    """Refuse wishes before anybody has pitched, and when the event is over; a room that is closed takes them still."""
    if subject.stage.state is StageState.PLANNED or subject.event.state is EventState.CLOSED:
        raise StageNotOpen


@command(participant_of_event & not_removed, when=room_began)
def wish_to_meet(db: Database, actor: Actor, subject: PitchOnStage) -> None:
    """Say that one wants to meet this team; once, and nothing happens the second time. Refuses one's own team."""
    assert actor.person is not None
    own = select(TeamMember.id).where(
        Submission.id == subject.pitch.submission_id, TeamMember.team_id == Submission.team_id,
        TeamMember.person_id == actor.person,
    )  # fmt: skip
    if db.exec(own).first() is not None:
        raise OwnTeam
    try:
        with db.begin_nested():
            db.add(PitchWish(pitch_id=subject.pitch.id or 0, person_id=actor.person, wished_at=clock.now()))
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_pitch_wish_pitch_id_person_id"):
            raise


@command(participant_of_event)
def take_wish_back(db: Database, actor: Actor, subject: PitchOnStage) -> None:
    """Want to meet a team no more; a request that was made of it stays, and can be withdrawn like any other."""
    query = select(PitchWish).where(PitchWish.pitch_id == subject.pitch.id, PitchWish.person_id == actor.person)
    found = db.exec(query).first()
    if found is not None and found.meeting_id is None:
        db.delete(found)
        db.flush()


def wishes_of(db: Database, actor: Actor, stage_id: int) -> set[str]:
    """The public ids of the pitches of a room whose teams this person wants to meet."""
    query = select(Pitch.public_id).where(
        Pitch.stage_id == stage_id, PitchWish.pitch_id == Pitch.id, PitchWish.person_id == actor.person
    )
    return set(db.exec(query))


def wish_counts(db: Database, stage_id: int) -> dict[str, int]:
    """How many want to meet each team that pitches in a room; for those who run it."""
    query = select(Pitch.public_id, func.count()).where(Pitch.stage_id == stage_id, PitchWish.pitch_id == Pitch.id)
    return dict(db.exec(query.group_by(col(Pitch.public_id))).all())


def waiting_wishes(db: Database, event: EventWithPhases) -> list[tuple[PitchWish, Submission]]:
    """The wishes of the hackathon before this event of which no request was made yet, oldest first."""
    query = select(PitchWish, Submission).where(
        Pitch.id == PitchWish.pitch_id, Pitch.event_id == event.event.follows_id, Submission.id == Pitch.submission_id,
        col(PitchWish.meeting_id).is_(None),
    )  # fmt: skip
    return list(db.exec(query.order_by(col(PitchWish.id))).all())


def waiting_by_team(db: Database, event: EventWithPhases) -> list[tuple[str, int]]:
    """How many wishes wait for each team, most first."""
    query = select(Team.name, func.count()).where(
        Pitch.id == PitchWish.pitch_id, Pitch.event_id == event.event.follows_id, Submission.id == Pitch.submission_id,
        Team.id == Submission.team_id, col(PitchWish.meeting_id).is_(None),
    )  # fmt: skip
    rows = db.exec(query.group_by(col(Team.name))).all()
    return sorted(((name, int(count)) for name, count in rows), key=lambda one: (-one[1], one[0]))


@command(organiser_of_event, when=not_over)
def turn_wishes_into_requests(db: Database, actor: Actor, event: EventWithPhases) -> Turned:
    """Ask, in the name of each person who wished it, the lead of the team for a meeting in this event; with what they
    asked the team in the room.

    What cannot be asked is left for the next time: one of the two does not take part, they have no time in common, have
    asked already or have reached a limit. Refuses an event that follows no other.
    """
    if event.event.follows_id is None:
        raise FollowsNothing
    turned = Turned()
    for wish, submission in waiting_wishes(db, event):
        wish.meeting_id = turned.turn(db, lambda wish=wish, of=submission: _ask(db, actor, event, wish, of))  # type: ignore[misc]
        db.add(wish)
    db.flush()
    if turned.made:
        record(db, actor, WishesTurned(event_id=event.id, made=turned.made, left=turned.left))
    return turned


def _ask(db: Database, actor: Actor, event: EventWithPhases, wish: PitchWish, submission: Submission) -> Meeting:
    asker = here(find_registration(db, event.id, wish.person_id))
    invitee = here(_lead_of(db, event, submission))
    slot = time_to_ask_for(db, actor, event, asker.person_id, invitee.person_id)
    note = _note_of(db, wish, submission)
    return request_meeting_for(
        db, actor, RegistrationInEvent(asker, event.event), invitee=invitee, slot=slot, note=note
    )  # fmt: skip


def _note_of(db: Database, wish: PitchWish, submission: Submission) -> str:
    """What the team pitched, and what whoever wishes to meet it asked it in the room, as everybody there read it."""
    query = select(StageQuestion.body).where(
        StageQuestion.pitch_id == wish.pitch_id, StageQuestion.person_id == wish.person_id,
        col(StageQuestion.state).in_((StageQuestionState.OPEN, StageQuestionState.ANSWERED)),
    )  # fmt: skip
    # The same words for all readers, as in calendars; the title is the team's own.
    said = [f"Pitch: {submission.title}", *db.exec(query.order_by(col(StageQuestion.id)))]
    return "\n\n".join(said)[:NOTE_LIMIT]


def _lead_of(db: Database, event: EventWithPhases, submission: Submission) -> Registration | None:
    """Whoever of the team takes part in this event: its lead if possible."""
    query = (
        select(Registration)
        .join(TeamMember, col(TeamMember.person_id) == col(Registration.person_id))
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(TeamMember.team_id == Team.id, Team.id == submission.team_id)
        .order_by(col(TeamMember.leads).desc(), col(TeamMember.id))
    )
    return db.exec(query).first()


def get_pitch_on_stage(db: Database, subject: StageInEvent, public: str) -> PitchOnStage:
    """A pitch of a room that the reader has been let into."""
    found = db.exec(select(Pitch).where(Pitch.public_id == public, Pitch.stage_id == subject.id)).first()
    if found is None:
        raise NotFound()
    return PitchOnStage(found, subject.stage, subject.event)
