"""What happened while teams were building, as tables to take away: checkpoints, progress logs, the help queue."""

from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.checkpoints import checkpoints_of
from events.core.access import Actor
from events.core.database import Database
from events.core.sheets import Cell
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases
from events.exports import add_table
from events.help_queue import HelpRequest
from events.people import Person
from events.progress import CheckpointLine, ProgressEntry
from events.teams import Team

Made = tuple[list[Message | str], list[list[Cell]]]


def _checkpoints(db: Database, actor: Actor, event: EventWithPhases) -> Made:
    """A line for each checkpoint and each team, whether or not it has reached it."""
    told = select(ProgressEntry.team_id, ProgressEntry.checkpoint_id, ProgressEntry.at).where(
        ProgressEntry.event_id == event.id, col(ProgressEntry.checkpoint_id).is_not(None)
    )
    reached = {(team, point): at for team, point, at in db.exec(told)}
    teams = list(db.exec(select(Team).where(Team.event_id == event.id).order_by(col(Team.name), col(Team.id))))
    header: list[Message | str] = [
        _("Checkpoint"), _("What is to be reached"), _("Due at"), _("Team"), _("Reached at"), _("Late"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for one in checkpoints_of(db, event.id):
        for team in teams:
            at = reached.get((team.id or 0, one.id))
            line = CheckpointLine(one.public_id, one.name, one.what, one.due_at, at)
            rows.append([one.name, one.what, one.due_at, team.name, at, line.is_late])
    return header, rows


def _progress(db: Database, actor: Actor, event: EventWithPhases) -> Made:
    names = {one.id: one.name for one in checkpoints_of(db, event.id)}
    query: Any = (
        select(ProgressEntry, Team, Person)
        .join(Team, col(Team.id) == col(ProgressEntry.team_id))
        .join(Person, col(Person.id) == col(ProgressEntry.person_id), isouter=True)
        .where(ProgressEntry.event_id == event.id)
        .order_by(col(Team.name), col(Team.id), col(ProgressEntry.at), col(ProgressEntry.id))
    )
    header: list[Message | str] = [_("Team"), _("When"), _("Name"), _("Checkpoint"), _("What was written")]
    return header, [
        [team.name, row.at, writer.name if writer else "", names.get(row.checkpoint_id, ""), row.body]
        for row, team, writer in db.exec(query)
    ]


def _help(db: Database, actor: Actor, event: EventWithPhases) -> Made:
    helper = aliased(Person)
    query: Any = (
        select(HelpRequest, Team, Person)
        .add_columns(helper)
        .join(Team, col(Team.id) == col(HelpRequest.team_id))
        .join(Person, col(Person.id) == col(HelpRequest.asked_by_id), isouter=True)
        .join(helper, col(helper.id) == col(HelpRequest.taken_by_id), isouter=True)
        .where(col(HelpRequest.event_id) == event.id)
        .order_by(col(HelpRequest.asked_at), col(HelpRequest.id))
    )
    header: list[Message | str] = [
        _("Team"), _("Topic"), _("Details"), _("State"), _("Asked by"), _("Asked at"), _("Taken by"), _("Taken at"),
        _("Ended at"),
    ]  # fmt: skip
    return header, [
        [team.name, row.topic, row.details, row.state.value, asker.name if asker else "", row.asked_at,
         by.name if by else "", row.taken_at, row.ended_at]
        for row, team, asker, by in db.exec(query)
    ]  # fmt: skip


add_table("checkpoints", _("Checkpoints, by team"), EventKind.HACKATHON, _checkpoints)
add_table("progress", _("Progress logs of teams"), EventKind.HACKATHON, _progress)
add_table("help", _("Help queue"), EventKind.HACKATHON, _help)
