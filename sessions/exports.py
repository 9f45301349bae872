"""What an event has in time as tables: the timetable's draft, mentoring, one-to-one meetings without their notes."""

from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.sheets import Cell
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases
from events.exports import add_table
from events.people import Person
from events.submissions import Submission
from events.teams import Team
from sessions.blocks import MeetingTable
from sessions.chat import ChatMessage
from sessions.hands import ReactionCount
from sessions.meetings import Meeting, MeetingGuest
from sessions.mentoring import Mentoring
from sessions.pitches import Pitch
from sessions.polls import Poll, PollChoice, PollVote
from sessions.stages import Stage, StageQuestion
from sessions.timetable.conflicts import speakers_of_event
from sessions.timetable.rows import SESSION_KINDS, Session, rooms_of, sessions_of, tracks_of


def _timetable(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    rooms = {one.id: one.name for one in rooms_of(db, event.id)}
    tracks = {one.id: one.name for one in tracks_of(db, event.id)}
    speakers = {id: ", ".join(names.values()) for id, names in speakers_of_event(db, event.id).items()}
    header: list[Message | str] = [
        _("Session"), _("What it is"), _("Track"), _("Room"), _("Starts at"), _("Ends at"), _("Minutes"),
        _("Speakers"), _("What it is about"),
    ]  # fmt: skip
    return header, [
        [one.title, str(SESSION_KINDS[one.kind]), tracks.get(one.track_id, ""), rooms.get(one.room_id, ""),
         one.starts_at, one.ends_at, one.minutes, speakers.get(one.id or 0, ""), one.abstract]
        for one in sessions_of(db, event.id)
    ]  # fmt: skip


def _mentoring(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    query: Any = (
        select(Mentoring, Person, Team)
        .join(Person, col(Person.id) == col(Mentoring.mentor_id))
        .join(Team, col(Team.id) == col(Mentoring.team_id))
        .where(Mentoring.event_id == event.id)
        .order_by(col(Mentoring.starts_at), col(Mentoring.id))
    )
    header: list[Message | str] = [
        _("Mentor"), _("Team"), _("State"), _("Starts at"), _("Ends at"), _("Topic"), _("Place"),
    ]  # fmt: skip
    return header, [
        [mentor.name, team.name, row.state.value, row.starts_at, row.ends_at, row.topic, row.place]
        for row, mentor, team in db.exec(query)
    ]


def _meetings(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    invitee: Any = aliased(Person)
    query: Any = (
        select(Meeting, Person)
        .add_columns(invitee, MeetingTable)
        .join(Person, col(Person.id) == col(Meeting.asker_id))
        .join(invitee, invitee.id == col(Meeting.invitee_id))
        .join(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id), isouter=True)
        .where(col(Meeting.event_id) == event.id)
        .order_by(col(Meeting.requested_at), col(Meeting.id))
    )
    header: list[Message | str] = [
        _("Asked by"), _("E-mail"), _("Invited"), _("E-mail"), _("State"), _("Starts at"), _("Ends at"), _("Table"),
        _("Asked at"), _("Answered at"), _("Who comes too"),
    ]  # fmt: skip
    along = _along(db, event.id)
    return header, [
        [asker.name, asker.email, other.name, other.email, row.state.value, row.starts_at, row.ends_at,
         table.name if table else "", row.requested_at, row.answered_at, ", ".join(along.get(row.id or 0, []))]
        for row, asker, other, table in db.exec(query)
    ]  # fmt: skip


def _along(db: Database, event_id: int) -> dict[int, list[str]]:
    """The names of those who come to a meeting besides its asker and its invitee, by meeting."""
    query = (
        select(MeetingGuest.meeting_id, Person.name)
        .join(Person, col(Person.id) == col(MeetingGuest.person_id))
        .join(Meeting, col(Meeting.id) == col(MeetingGuest.meeting_id))
        .where(Meeting.event_id == event_id)
        .order_by(col(MeetingGuest.id))
    )
    found: dict[int, list[str]] = {}
    for meeting, name in db.exec(query):
        found.setdefault(meeting, []).append(name)
    return found


def _live_rooms(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    """What was asked, said, chosen and shown, each with the session and the team that it belongs to."""
    header: list[Message | str] = [
        _("Live room"), _("Session"), _("Team"), _("What it is"), _("Text"), _("Name"), _("Votes"), _("State"), _("At"),
    ]  # fmt: skip
    found: list[list[Cell]] = []
    for stage in db.exec(select(Stage).where(Stage.event_id == event.id).order_by(col(Stage.opens_at), col(Stage.id))):
        rows = [*_asked(db, stage.id), *_said(db, stage.id), *_chosen(db, stage.id), *_shown_in(db, stage.id)]
        found += [[stage.name, session or "", team or "", *rest] for session, team, *rest in rows]
    return header, found


def _joined(relation: Any, stage_id: int | None, *columns: Any) -> Any:
    """Rows of a live room with the titles of their sessions and the names of their teams."""
    query: Any = (
        select(col(Session.title), col(Team.name))
        .add_columns(*columns)
        .select_from(relation)
        .join(Session, col(Session.id) == relation.session_id, isouter=True)
        .join(Pitch, col(Pitch.id) == relation.pitch_id, isouter=True)
        .join(Submission, col(Submission.id) == col(Pitch.submission_id), isouter=True)
        .join(Team, col(Team.id) == col(Submission.team_id), isouter=True)
        .where(relation.stage_id == stage_id)
        .order_by(relation.id)
    )
    return query


def _asked(db: Database, stage_id: int | None) -> list[list[Cell]]:
    columns = (StageQuestion.body, Person.name, StageQuestion.votes, StageQuestion.state, StageQuestion.asked_at)
    query = _joined(StageQuestion, stage_id, *columns)
    rows = db.exec(query.join(Person, col(Person.id) == col(StageQuestion.person_id), isouter=True))
    return [
        [session, team, str(_("Question")), body, name or "", votes, state.value, at]
        for session, team, body, name, votes, state, at in rows
    ]


def _said(db: Database, stage_id: int | None) -> list[list[Cell]]:
    query = _joined(ChatMessage, stage_id, ChatMessage.body, Person.name, ChatMessage.state, ChatMessage.said_at)
    rows = db.exec(query.join(Person, col(Person.id) == col(ChatMessage.person_id), isouter=True))
    return [
        [session, team, str(_("Message")), body, name or "", None, state.value, at]
        for session, team, body, name, state, at in rows
    ]


def _chosen(db: Database, stage_id: int | None) -> list[list[Cell]]:
    """A row for each choice of each poll."""
    voted = select(func.count()).where(col(PollVote.choice_id) == col(PollChoice.id)).scalar_subquery()
    query = _joined(Poll, stage_id, Poll.question, PollChoice.text, voted, Poll.state, Poll.made_at)
    query = query.join(PollChoice, col(PollChoice.poll_id) == col(Poll.id)).order_by(PollChoice.position)
    return [
        [session, team, str(_("Poll")), f"{question} {text}", "", votes, state.value, at]
        for session, team, question, text, votes, state, at in db.exec(query)
    ]


def _shown_in(db: Database, stage_id: int | None) -> list[list[Cell]]:
    query = _joined(ReactionCount, stage_id, ReactionCount.kind, ReactionCount.times)
    return [
        [session, team, str(_("Reaction")), kind.value, "", times, "", None]
        for session, team, kind, times in db.exec(query)
    ]


add_table("live", _("Live rooms, by session"), None, _live_rooms)
add_table("timetable", _("Timetable"), None, _timetable)
add_table("mentoring", _("Mentoring"), EventKind.HACKATHON, _mentoring)
add_table("meetings", _("Meetings"), EventKind.MATCHMAKING, _meetings)
