"""Letters to teams about their turn on a stage."""

from collections.abc import Collection
from typing import Any

from events.core.database import Database
from events.events import Event
from events.submissions import Submission
from events.teams import Team
from mailer.entries import words_for
from mailer.letters import Recipient, Values, letter_for, recipients
from mailer.occasions.submissions import members_of
from sessions.calendars import EntryKind, find_entry, invitees_of
from sessions.entry_subjects import rows_by_id
from sessions.pitches import Pitch, PitchCancelled, PitchJoined, PitchLeft, PitchMoved, PitchScheduled, Stage

ENTRY = (EntryKind.PITCH, "pitch_id")


def _team_of(db: Database, fact: Any) -> list[Recipient]:
    pitch = db.get(Pitch, fact.pitch_id)
    return members_of(db, pitch.submission_id) if pitch else []


def _the_person(db: Database, fact: PitchJoined | PitchLeft) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _ever_invited(db: Database, fact: Any) -> list[Recipient]:
    entry = find_entry(db, EntryKind.PITCH, fact.pitch_id)
    return recipients(db, invitees_of(db, entry)) if entry else []


def words_of_pitch(db: Database, pitch_id: int, to: Recipient) -> Values | None:
    return words_of_pitches(db, [pitch_id], to).get(pitch_id)


@words_for(EntryKind.PITCH)
def words_of_pitches(db: Database, ids: Collection[int], to: Recipient) -> dict[int, Values]:
    pitches = rows_by_id(db, Pitch, ids)
    events = rows_by_id(db, Event, (pitch.event_id for pitch in pitches.values()))
    stages = rows_by_id(db, Stage, (pitch.stage_id for pitch in pitches.values()))
    submissions = rows_by_id(db, Submission, (pitch.submission_id for pitch in pitches.values()))
    teams = rows_by_id(db, Team, (one.team_id for one in submissions.values()))
    found = {}
    for id, pitch in pitches.items():
        submission = submissions[pitch.submission_id]
        team = teams[submission.team_id]
        found[id] = {
            "event": events[pitch.event_id].name,
            "team": team.name,
            "title": submission.title or team.name,
            "stage": stages[pitch.stage_id].name,
        }
    return found


@letter_for(PitchScheduled, to=_team_of, entry=ENTRY)
def pitch_scheduled(db: Database, fact: PitchScheduled, to: Recipient) -> Values | None:
    return words_of_pitch(db, fact.pitch_id, to)


@letter_for(PitchMoved, to=_team_of, entry=ENTRY)
def pitch_moved(db: Database, fact: PitchMoved, to: Recipient) -> Values | None:
    return words_of_pitch(db, fact.pitch_id, to)


@letter_for(PitchJoined, to=_the_person, entry=ENTRY)
def pitch_joined(db: Database, fact: PitchJoined, to: Recipient) -> Values | None:
    return words_of_pitch(db, fact.pitch_id, to)


@letter_for(PitchLeft, to=_the_person, entry=ENTRY, revision="taken_out")
def pitch_left(db: Database, fact: PitchLeft, to: Recipient) -> Values | None:
    return words_of_pitch(db, fact.pitch_id, to)


@letter_for(PitchCancelled, to=_ever_invited, entry=ENTRY)
def pitch_cancelled(db: Database, fact: PitchCancelled, to: Recipient) -> Values | None:
    values, pitch = words_of_pitch(db, fact.pitch_id, to), db.get(Pitch, fact.pitch_id)
    return values | {"reason": pitch.reason if pitch else ""} if values else None
