"""What organisers write themselves: notices to a part of their event's people, and tests of their own texts."""

from events.core.database import Database
from events.core.translation import LANGUAGES
from events.events import Event
from events.letter_texts import LetterTested, find_letter_text
from events.people import Person
from events.placeholders import filled
from events.programmes import Programme
from mailer.kinds import kind_names
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients
from sessions.digests import KeptNoticeSent
from sessions.notices import Notice, NoticeSent, people_told_at_once


def placeholder_values(db: Database, event: Event, name: str) -> dict[str, str]:
    """What placeholders in an event's texts stand for, for one reader."""
    programme = db.get(Programme, event.programme_id)
    return {"name": name, "event": event.name, "programme": programme.name if programme is not None else ""}


def _segment(db: Database, fact: NoticeSent) -> list[Recipient]:
    notice = db.get_one(Notice, fact.notice_id)
    return recipients(db, people_told_at_once(db, notice))


@letter_for(NoticeSent, to=_segment, topic=Topic.ANNOUNCEMENTS)
def notice(db: Database, fact: NoticeSent, to: Recipient) -> Values | None:
    return _values(db, fact, to)


@letter_for(KeptNoticeSent, to=lambda db, fact: recipients(db, {fact.person_id}), topic=Topic.ANNOUNCEMENTS)
def kept_notice(db: Database, fact: KeptNoticeSent, to: Recipient) -> Values | None:
    return _values(db, fact, to)


def _values(db: Database, fact: NoticeSent | KeptNoticeSent, to: Recipient) -> Values | None:
    row, event = db.get(Notice, fact.notice_id), db.get(Event, fact.event_id)
    if row is None or event is None:
        return None
    values = placeholder_values(db, event, to.name)
    return {
        "event": event.name,
        "title": filled(row.subject, values),
        "paragraphs": filled(row.text, values).split("\n\n"),
        "url": page("event", event=event.slug),
    }


@letter_for(LetterTested, to=lambda db, fact: recipients(db, {fact.person_id}))
def letter_tested(db: Database, fact: LetterTested, to: Recipient) -> Values | None:
    event, person = db.get(Event, fact.event_id), db.get(Person, fact.person_id)
    row = find_letter_text(db, fact.event_id, fact.what, fact.code)
    if event is None or person is None or row is None or fact.code not in LANGUAGES:
        return None
    return {
        "event": event.name,
        "kind": kind_names().get(fact.what, ""),
        "paragraphs": filled(row.text, placeholder_values(db, event, to.name)).split("\n\n"),
    }
