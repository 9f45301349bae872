"""Previews: how a letter of a kind reads for one real person of an event, before organisers save their words. Nothing
is written down and nothing is sent.

What the letter says is made again from the last thing that happened about which this person would get one. That is
shown only of letters that hold nothing but what organisers know anyway: of all others, such as requests with their
notes or what came of networking, they see their own words in the letter's frame, and not what is between others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from events.core import translation
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry, fact_of
from events.core.refusals import Invalid, NotAllowed
from events.core.translation import _
from events.events import EventWithPhases
from events.letter_texts import TEXT_LIMIT, passage_tried, refuse_unknown
from events.people import Person, PersonState
from events.placeholders import checked_text
from events.registration import Registration
from events.roles import RoleGrant, Scope, organiser_of_event
from mailer.cleaning import clean_header
from mailer.letters import OCCASIONS, Letter, Occasion, Recipient, Values, page, recipient, told_revision
from mailer.writing import NO_FRAME, as_revised, frame_of, plain_text, rendered, texts

# Letters that say nothing that one participant wrote to another, and nothing that organisers have no page for. Digests
# are none: who is missing in one may be somebody to whom its reader said no thanks.
OPEN = frozenset({
    "attendance_corrected", "availability_asked", "certificates_issued", "checkpoint_near", "gallery_opened",
    "kept_notice",
    "late_entry_taken_back", "late_version_admitted", "late_version_kept", "meeting_accepted", "meeting_agreed",
    "meeting_delegated", "meeting_expired", "meeting_failed", "meeting_grown", "meeting_handed_over", "meeting_joined",
    "meeting_left", "meeting_moved", "meeting_place_renamed", "meeting_scheduled", "meeting_without",
    "mentoring_booked", "mentoring_left", "mentoring_moved", "mentoring_without", "milestone_followed",
    "milestone_left", "milestone_moved", "no_show_marked", "notice", "phase_moved", "pitch_cancelled", "pitch_joined",
    "pitch_left", "pitch_moved",
    "pitch_scheduled", "place_lapsed", "place_offered", "prize_won", "prizes_won", "registration_accepted",
    "registration_approved_waiting", "registration_confirmed", "registration_declined", "registration_promoted",
    "registration_received", "registration_unfinished", "registration_waiting", "registration_withdrawn",
    "regular_session_called_off", "regular_session_changed", "regular_session_joined", "regular_session_left",
    "regular_time_called_off", "regular_time_moved", "reminder",
    "session_called_off", "session_moved", "session_scheduled", "submission_receipt", "taken_out_of_team",
})  # fmt: skip
# How far back we look for something that happened to this person.
MOST_LOOKED_AT = 100


@dataclass(frozen=True)
class Preview:
    """A letter as it would be. `about` is when that happened which it tells; None where it shows only the organisers'
    words: nothing such has happened to this person yet, or (`is_open` False) the rest is none of the organisers'."""

    reader: Recipient
    subject: str
    text: str
    html: str
    is_open: bool
    about: datetime | None


def preview_letter(
    db: Database, actor: Actor, event: EventWithPhases, *, kind: str, locale: str, text: str, reader: str
) -> Preview:
    """How a letter of this kind reads for `reader` (a name or an address of somebody in this event) if `text` were
    saved for readers of `locale`. For organisers; refuses what saving refuses, and who is not of this event."""
    if not organiser_of_event(actor, event):
        raise NotAllowed()
    refuse_unknown(kind, locale)
    clean = checked_text("text", text, most=TEXT_LIMIT)
    to = recipient(_person_called(db, event, reader))
    passage = passage_tried(db, event.id, kind, to.locale, tried=locale, text=clean)
    with translation.written_for(to.locale, to.zone):
        frame = {**NO_FRAME, "name": to.name, "stop": None, **frame_of(db, event.id, kind, to, passage)}
        found = _last_told(db, OCCASIONS[kind], event, to) if kind in OPEN else None
        if found is None:
            return _of_words(to, kind, {**frame, "event": event.event.name})
        # The link in the letter stops letters of whoever follows it; here it leads to one's own choices.
        stop = page("own_calendar") if OCCASIONS[kind].topic else None
        return Preview(to, *texts(kind, {**frame, "stop": stop, **found[1]}), is_open=True, about=found[0])


def _of_words(to: Recipient, kind: str, values: Values) -> Preview:
    subject = clean_header(kind.replace("_", " ").capitalize())
    text, html = plain_text("words_only.txt", values), rendered("words_only.html", {**values, "subject": subject})
    return Preview(to, subject, text, html, is_open=kind in OPEN, about=None)


def _person_called(db: Database, event: EventWithPhases, reader: str) -> Person:
    """Who of an event's people is meant."""
    asked = " ".join(reader.split()).lower()
    if not asked:
        raise Invalid({"reader": _("Please say who reads it: a name or an address of somebody in this event.")})
    registered = select(Registration.person_id).where(Registration.event_id == event.id)
    here = and_(col(RoleGrant.scope) == Scope.EVENT, col(RoleGrant.scope_id) == event.id)
    above = and_(col(RoleGrant.scope) == Scope.PROGRAMME, col(RoleGrant.scope_id) == event.event.programme_id)
    with_role = select(RoleGrant.person_id).where(or_(here, above))
    query = (
        select(Person)
        .where(or_(col(Person.id).in_(registered), col(Person.id).in_(with_role)))
        .where(Person.state != PersonState.ERASED)
        .where(or_(col(Person.email) == asked, func.lower(col(Person.name)).contains(asked, autoescape=True)))
    )
    found = list(db.exec(query.order_by(col(Person.name), col(Person.id)).limit(6)))
    exact = [one for one in found if asked in {one.email, one.name.lower()}]
    if not found:
        raise Invalid({"reader": _("Nobody in this event is called so. Write a name or an address as on your lists.")})
    if len(exact or found) > 1:
        several = ", ".join(f"{one.name} ({one.email})" for one in exact or found)
        raise Invalid({"reader": _("Several are called so: %(names)s. Write the address of one.", names=several)})
    return (exact or found)[0]


def _last_told(
    db: Database, occasion: Occasion, event: EventWithPhases, to: Recipient
) -> tuple[datetime, Values] | None:
    """What the last such letter to this person says now, and when that happened."""
    for entry in _candidates(db, occasion, event.id, to):
        fact: Any = fact_of(entry)
        values = occasion.say(db, fact, replace(to, doer=entry.person_id))
        if values is not None:
            return entry.at, {**values, **_revised(db, occasion, fact)}
    return None


def _candidates(db: Database, occasion: Occasion, event_id: int, to: Recipient) -> Iterator[JournalEntry]:
    """What happened in the event of which this person was told so, latest first; then what they would be told now."""
    theirs = select(Letter.fact_id).where(
        Letter.event_id == event_id, Letter.kind == occasion.kind, Letter.person_id == to.person_id
    )
    happened = select(JournalEntry).order_by(col(JournalEntry.id).desc()).limit(MOST_LOOKED_AT)
    yield from db.exec(happened.where(col(JournalEntry.id).in_(theirs)))
    here = happened.where(JournalEntry.event_id == event_id, JournalEntry.kind == occasion.fact.kind)
    for entry in db.exec(here):
        people = {one.person_id for one in occasion.to(db, fact_of(entry))}
        if to.person_id in people and occasion.is_for(to, entry.person_id):
            yield entry


def _revised(db: Database, occasion: Occasion, fact: Any) -> Values:
    number = occasion.number(fact)
    if occasion.entry is None or number is None:
        return {}
    kind, field = occasion.entry
    return as_revised(told_revision(db, kind, getattr(fact, field), number)[1])
