"""Sending again: the same bytes once more, when a calendar asks for them or an organiser does."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.reachability import LetterSentAgain, checked_why, trouble_of, trust_again
from events.roles import organiser_of_event
from mailer.letters import Letter, LetterState, has_newer


class StillThere(Conflict):
    """A letter that waits, was put aside, or has a newer one about the same calendar entry is not sent again."""

    def __init__(self) -> None:
        super().__init__(_("This letter waits to be sent, or a newer one has taken its place."))


class AddressTakesNone(Conflict):
    """Letters to an address come back."""

    def __init__(self) -> None:
        super().__init__(_("Letters to this address come back. Ask them for another one, or say that it works again."))


@dataclass(frozen=True)
class LetterInEvent:
    """A letter of an event, as rules need it."""

    letter: Letter
    event: EventWithPhases


def get_letter(db: Database, event: EventWithPhases, public: str) -> LetterInEvent:
    """A letter of an event; NotFound for another's. The caller has asked who may."""
    found = db.exec(select(Letter).where(Letter.public_id == public, Letter.event_id == event.id)).first()
    if found is None:
        raise NotFound()
    return LetterInEvent(found, event)


@command(organiser_of_event)
def resend_letter(db: Database, actor: Actor, subject: LetterInEvent) -> None:
    """Let a letter go once more, the same bytes; refuses with StillThere one that waits or that a newer one has
    replaced, also one that went out, and with AddressTakesNone where letters come back."""
    if trouble_of(db, subject.letter.address) is not None:
        raise AddressTakesNone
    if not send_again(db, subject.letter):
        raise StillThere
    record(db, actor, LetterSentAgain(event_id=subject.event.id, letter_id=subject.letter.id or 0))


@command(organiser_of_event)
def trust_address(db: Database, actor: Actor, subject: LetterInEvent, *, why: str) -> None:
    """Say that the address of a letter takes letters again, and how one knows; twice is once. Refuses no reason."""
    trust_again(db, actor, subject.letter.address, checked_why(why))


def send_again(db: Database, letter: Letter, *, pause: timedelta = timedelta(0)) -> bool:
    """Let a letter go once more as it was written; False for one that waits, was put aside, was not written, went
    within the last `pause`, or is about a calendar entry of which this address was told more since: an invitation
    after its cancellation would revive it. Part of commands that have asked their own rule."""
    ended = letter.done_at or letter.dead_at
    if letter.state not in {LetterState.SENT, LetterState.UNDELIVERABLE} or ended is None:
        return False
    if letter.raw is None and letter.state is LetterState.SENT:
        return False
    if letter.state is LetterState.SENT and clock.now() - ended < pause:
        return False
    same = (col(Letter.id) == letter.id, col(Letter.state) == letter.state, col(Letter.attempts) == letter.attempts)
    anew: dict[str, Any] = {"state": LetterState.WAITING, "done_at": None, "dead_at": None, "due_at": clock.now()}
    again = update(Letter).where(*same, ~has_newer(Letter)).values(**anew)
    changed = cast("CursorResult[Any]", db.execute(again, execution_options={"synchronize_session": False}))
    db.expire(letter)
    db.info["tell"] = True
    return changed.rowcount == 1
