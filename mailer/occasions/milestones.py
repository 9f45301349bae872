"""Letters to those who want the phases of an event in their calendar, each with its entry."""

from typing import Any

from events.core.database import Database
from events.events import Event
from events.phases import PHASE_NAMES, Phase
from mailer.entries import words_for_one
from mailer.letters import Recipient, Values, letter_for, recipients
from sessions.calendars import EntryKind, declined_by
from sessions.milestones import MilestoneFollowed, MilestoneLeft, MilestoneMoved, followers_of

ENTRY = (EntryKind.PHASE, "phase_id")


def _whose(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _followers(db: Database, fact: MilestoneMoved) -> list[Recipient]:
    return recipients(db, followers_of(db, fact.event_id) - declined_by(db, EntryKind.PHASE, fact.phase_id))


@words_for_one(EntryKind.PHASE)
def words_of_phase(db: Database, phase_id: int, to: Recipient) -> Values | None:
    phase = db.get(Phase, phase_id)
    event = db.get(Event, phase.event_id) if phase else None
    return {"event": event.name, "phase": PHASE_NAMES[phase.kind]} if event and phase else None


@letter_for(MilestoneFollowed, to=_whose, entry=ENTRY)
def milestone_followed(db: Database, fact: MilestoneFollowed, to: Recipient) -> Values | None:
    return words_of_phase(db, fact.phase_id, to)


@letter_for(MilestoneMoved, to=_followers, entry=ENTRY)
def milestone_moved(db: Database, fact: MilestoneMoved, to: Recipient) -> Values | None:
    return words_of_phase(db, fact.phase_id, to)


@letter_for(MilestoneLeft, to=_whose, entry=ENTRY, revision="taken_out")
def milestone_left(db: Database, fact: MilestoneLeft, to: Recipient) -> Values | None:
    return words_of_phase(db, fact.phase_id, to)
