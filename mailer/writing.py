"""Writing letters: from what a fact says to finished bytes, in the reader's language and time zone."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import CursorResult, update
from sqlmodel import col, select

from events.core import clock, translation
from events.core.claims import MOST_TRIES
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry, fact_of
from events.core.settings import settings
from events.events import Event
from events.letter_choices import has_stopped, stop_token
from events.letter_texts import passage_for
from events.people import Person, PersonState
from events.placeholders import filled
from events.programmes import Programme
from mailer.cleaning import NAME_LIMIT, address, clean_header, clean_text, unlinked
from mailer.invitations import Invitation, Method, calendar_bytes
from mailer.letters import (
    OCCASIONS,
    Letter,
    LetterState,
    Occasion,
    Page,
    Recipient,
    Values,
    closed,
    first_of_its_entry,
    page,
    page_at,
    put_off,
    recipient,
    told_revision,
    was_not_needed,
)
from mailer.rendering import message_bytes
from mailer.rhythms import otherwise_of, rhythm_of
from mailer.signing import signed
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    one_time_of,
    series_of,
    standing_answer,
)
from sessions.series_answers import answers_of

log = logging.getLogger("folkmoot.mail")

TEMPLATES = Path(__file__).parent / "templates"
SENDER = "Folkmoot"
# What stands around what a letter says; letters about no event have none of it.
NO_FRAME: Values = {"passage": [], "programme": "", "funding": "", "logo": ""}


@dataclass(frozen=True)
class Written:
    """A letter as it will be sent."""

    subject: str
    raw: bytes


class _WrittenByAnother(Exception):
    """Two workers wrote one letter; the first bytes stay."""


def write_next() -> bool:
    """Write one letter that is not written yet; False when there is none.

    A letter that cannot be written is tried again with growing pauses and stands still after eight tries; others go on.
    """
    with reading() as db:
        waiting = (col(Letter.raw).is_(None), col(Letter.done_at).is_(None), col(Letter.dead_at).is_(None))
        letter = db.exec(
            select(Letter)
            .where(*waiting, Letter.due_at <= clock.now())
            .order_by(col(Letter.urgent_at), col(Letter.due_at), col(Letter.id))
            .limit(1)
        ).first()
    if letter is None:
        return False
    try:
        _write(letter)
    except _WrittenByAnother:
        pass
    except Exception as error:
        log.exception("letter %s (%s) could not be written", letter.id, letter.kind)
        tries = letter.attempts + 1
        problem = f"It could not be written: {type(error).__name__}."
        put_off(letter, problem, attempts=tries, given_up=tries >= MOST_TRIES)
    return True


def write_letters(most: int = 10_000) -> int:
    """Write what is to be written; returns how many. For tests, the demo and the command line."""
    count = 0
    while count < most and write_next():
        count += 1
    return count


def _write(letter: Letter) -> None:
    if OCCASIONS[letter.kind].secret:
        with transaction() as db:
            _keep(db, letter, compose(db, letter))
        return
    with reading() as db:
        written = compose(db, letter)
    with transaction() as db:
        _keep(db, letter, written)


def _keep(db: Database, letter: Letter, written: Written | None) -> None:
    if written is None:
        change: dict[str, Any] = {"state": LetterState.NOT_NEEDED, "done_at": clock.now()}
    else:
        change = {"raw": closed(letter, written.raw), "subject": written.subject}
        change |= {"due_at": clock.now(), "attempts": 0, "problem": ""}
    unwritten = (col(Letter.id) == letter.id, col(Letter.raw).is_(None), col(Letter.done_at).is_(None))
    kept = cast("CursorResult[Any]", db.execute(update(Letter).where(*unwritten).values(**change)))
    if kept.rowcount != 1:
        raise _WrittenByAnother
    if written is None:
        was_not_needed(db, letter)
    db.info["tell"] = True


def compose(db: Database, letter: Letter) -> Written | None:
    """A letter's subject and bytes; None where there is nobody to write to or nothing to say any more.

    Reads the present once; what it returns is kept, and never made again.
    """
    occasion = OCCASIONS[letter.kind]
    to = _recipient_of(db, letter)
    stop = _stop_link(db, occasion, letter)
    if to is None or (occasion.topic is not None and stop is None):
        return None
    told = db.exec(select(JournalEntry).where(JournalEntry.id == letter.fact_id)).one()
    fact, to = fact_of(told), replace(to, doer=told.person_id)
    entry = revision_of(db, occasion, fact, letter)
    first = first_of_its_entry(db, letter)
    answer = standing_answer(db, *entry, letter.person_id) if entry else Answer.NONE
    alone = answers_of(db, *entry, letter.person_id) if entry and entry[1].series else {}
    with translation.written_for(to.locale, to.zone):
        values = occasion.say(db, fact, to)
        in_reply_to = first.message_id if first else None
        values = values if values is None else {**frame_of(db, letter.event_id, letter.kind, to), **values}
        return None if values is None else assemble(letter, to, values, entry, in_reply_to, answer, stop, alone)


def frame_of(db: Database, event_id: int | None, kind: str, to: Recipient, text: str | None = None) -> Values:
    """The programme behind a letter's event, and what its organisers let letters of this kind begin with: what they
    saved, or `text` where they only try it."""
    event = db.get(Event, event_id) if event_id is not None else None
    programme = db.get(Programme, event.programme_id) if event is not None else None
    if event is None or programme is None:
        return {}
    words = passage_for(db, event.id, kind, to.locale) if text is None else text
    placed = filled(words, {"name": to.name, "event": event.name, "programme": programme.name})
    passage = placed.split("\n\n") if placed else []
    # Its address holds nothing of the reader: showing it tells nobody who has read the letter.
    logo = page("programme_logo", programme=programme.slug) if programme.logo_id is not None else ""
    return {"passage": passage, "programme": programme.name, "funding": programme.funding, "logo": logo}


def _stop_link(db: Database, occasion: Occasion, letter: Letter) -> Page | None:
    """Where the reader stops letters of this kind; None for those that nobody can do without, or that they stopped."""
    person = db.get(Person, letter.person_id) if letter.person_id is not None else None
    if occasion.topic is None or person is None or has_stopped(db, person.id, occasion.topic):
        return None
    return page("stop_letters", token=stop_token(person, occasion.topic))


def assemble(
    letter: Letter,
    to: Recipient,
    values: Values,
    entry: tuple[CalendarEntry, CalendarRevision] | None,
    in_reply_to: str | None,
    answer: Answer = Answer.NONE,
    stop: Page | None = None,
    alone: Mapping[datetime, Answer] | None = None,
) -> Written:
    """Put subject, texts and calendar of a letter together, for the present reader. `alone` is what they answered to
    single times of a series, by their planned start; `values` may say which one time of it the letter is about, as
    `instance`. Refuses values that call the reader otherwise than they are called, but by no name at all."""
    if values.get("name"):
        raise ValueError(f"what {letter.kind} says calls somebody `name`, which is whom it is for")
    if entry and values.get("instance"):
        entry = entry[0], one_time_of(entry[1], values["instance"])
    values = {**NO_FRAME, "name": to.name, "stop": stop, **values, **(as_revised(entry[1]) if entry else {})}
    subject, text, html = texts(letter.kind, values)
    invitation = _invitation(letter, to, values, *entry, answer) if entry else None
    if invitation is not None and alone:
        invitation = replace(invitation, time_answers={start: one.value for start, one in alone.items()})
    raw = message_bytes(
        sender=address(sender_named(values["programme"]), settings().mail_from),
        reply_to=address(sender_named(values["programme"]), letter.reply_to) if letter.reply_to else None,
        to=address(values["name"], letter.address),
        subject=subject,
        text=text,
        html=html,
        message_id=letter.message_id,
        date=letter.made_at,
        in_reply_to=in_reply_to,
        invitation=calendar_bytes(invitation) if invitation else None,
        method=invitation.method if invitation else None,
        list_unsubscribe=stop,
    )
    return Written(subject, signed(raw))


def sender_named(programme: str) -> str:
    """As whom letters come: the programme behind the event, always at our one address, which receivers learn to know.
    Organisers of calendar entries keep their plain name, since calendars know an entry by its organiser."""
    known = clean_header(programme, NAME_LIMIT - 40)
    return str(translation._("%(programme)s via Folkmoot", programme=known)) if known else SENDER


def revision_of(
    db: Database, occasion: Occasion, fact: Any, letter: Letter
) -> tuple[CalendarEntry, CalendarRevision] | None:
    """The calendar entry and revision that a letter carries, if its kind carries one."""
    if occasion.entry is None or not letter.uid:
        return None
    kind, field = occasion.entry
    return told_revision(db, kind, getattr(fact, field), letter.sequence)


def as_revised(revision: CalendarRevision) -> Values:
    """The times and the place of a calendar part: texts say what it says, also when the meeting was moved again before
    the letter was written."""
    times: Values = {"starts_at": revision.starts_at, "ends_at": revision.ends_at}
    times |= {"rhythm": rhythm_of(revision), "otherwise": otherwise_of(revision)}
    return {**times, "place": revision.place, "url": page_at(revision.path)}


def _recipient_of(db: Database, letter: Letter) -> Recipient | None:
    if letter.person_id is None:
        return Recipient(letter.address, None, "", translation.SOURCE, "UTC")
    person = db.get(Person, letter.person_id)
    return recipient(person) if person is not None and person.state is not PersonState.ERASED else None


def _invitation(
    letter: Letter, to: Recipient, values: Values, entry: CalendarEntry, revision: CalendarRevision, answer: Answer
) -> Invitation:
    method: Method = "CANCEL" if revision.method is CalendarMethod.CANCEL else "REQUEST"
    if letter.method == "DECLINECOUNTER":
        method = "DECLINECOUNTER"
    return replace(
        invitation_of(entry, revision, rendered(f"{letter.kind}/calendar.txt", values)),
        method=method,
        # An answer to a proposal is no revision: it says when it was made.
        dtstamp=max(letter.made_at, revision.dtstamp) if method == "DECLINECOUNTER" else revision.dtstamp,
        organiser_name=SENDER,
        organiser_address=letter.reply_to,
        attendee_name=to.name,
        attendee_address=letter.address,
        answer=answer.value,
        instance=values.get("instance"),
    )


def invitation_of(entry: CalendarEntry, revision: CalendarRevision, description: str) -> Invitation:
    """What every calendar is told of a revision, whoever reads it and however it comes to them."""
    return Invitation(
        uid=entry.uid,
        sequence=revision.sequence,
        method="PUBLISH",
        dtstamp=revision.dtstamp,
        created=entry.created_at,
        starts_at=revision.starts_at,
        ends_at=revision.ends_at,
        summary=revision.summary,
        description=description,
        location=revision.place,
        url=page_at(revision.path),
        transparent=entry.kind is EntryKind.PHASE,
        join=revision.join_at,
        series=series_of(revision),
    )


def texts(kind: str, values: Values) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a kind of letter, for the present reader. Fails on a value that is missing."""
    subject = clean_header(rendered(f"{kind}/subject.txt", values))
    text = plain_text(f"{kind}/body.txt", values)
    return subject, text, rendered(f"{kind}/body.html", {**values, "subject": subject})


def plain_text(template: str, values: Values) -> str:
    """A template of plain text filled in, with one empty line between paragraphs."""
    return re.sub(r"\n{3,}", "\n\n", rendered(template, values)).strip() + "\n"


def rendered(template: str, values: Values) -> str:
    """One template filled in. Whatever is plain text was typed by somebody: cleaned, and never a link."""
    frame = {"language": translation.reader().locale, "home": page("home")}
    return _environment().get_template(template).render({**frame, **{key: _safe(one) for key, one in values.items()}})


def _safe(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_safe(one) for one in value]
    if isinstance(value, str) and not isinstance(value, Page):
        return said(value)
    return value


def said(text: str) -> str:
    """What somebody typed, to be read in a letter: no control characters, and nothing that mail programs link."""
    return unlinked(clean_text(text))


def span(start: datetime | None, end: datetime | None, zone: str | None = None) -> str:
    """From when to when, with the zone's name: 'Tue, 14 Apr 2026, 11:00–11:20 (Europe/Brussels)', or over days.

    Nothing for what has no time yet.
    """
    if start is None or end is None:
        return ""
    day, clock_, label = (
        translation.day_of(start, zone),
        translation.clock_of(start, zone),
        translation.zone_label(zone),
    )
    last_day, last_clock = translation.day_of(end, zone), translation.clock_of(end, zone)
    till = last_clock if day == last_day else f" {last_day}, {last_clock}"
    return f"{day}, {clock_}{'–' if day == last_day else ' –'}{till} ({label})"


def _counted(one: str, many: str, count: int) -> str:
    return translation.ngettext(one, many, count) % {"num": count}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.globals.update(_=translation._, ngettext=_counted, span=span)
    environment.filters.update(
        when=translation.when, day=translation.day_of, clock=translation.clock_of, zone=translation.zone_label
    )
    return environment
