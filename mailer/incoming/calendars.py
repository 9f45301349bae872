"""Answers of calendars as they come: read with patience, since each program has its own way of writing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from events.core import clock
from mailer.cleaning import UnusableAddress, clean_address, clean_text
from sessions.replies import CalendarReply, ReplyVerb

MOST_EVENTS = 50


class NoReply(ValueError):
    """This calendar answers nothing that we asked."""


@dataclass(frozen=True)
class Attendance:
    """Who says what: the address of the ATTENDEE, and the reply."""

    attendee: str
    reply: CalendarReply


def read_replies(raw: bytes, *, prefer: str, zone: str) -> list[Attendance]:
    """The answers in a calendar, which may answer the whole of a series and single times of it at once (RFC 5546
    section 3.2.3): all by one attendee about one uid, those of the first answer, which stands first. Of several
    attendees the one that `prefer` is, else the first.

    Raises NoReply with a word about why where there is none. Patient with what is missing or odd: no ORGANIZER, no
    PRODID, methods in lower case, zones by Windows names, several attendees. Floating times are in `zone`.
    """
    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise NoReply("no calendar") from error
    if calendar.name != "VCALENDAR":
        raise NoReply("no calendar")
    events = [one for one in calendar.subcomponents if one.name == "VEVENT"]
    if not 0 < len(events) <= MOST_EVENTS:
        raise NoReply("no event, or too many")
    method = str(calendar.get("METHOD", "")).strip().upper()
    first = _attendance(events[0], method, prefer, zone)
    more = (_beside(one, first, method, prefer, zone) for one in events[1:])
    return [first, *(one for one in more if one is not None)]


def _beside(event: Component, first: Attendance, method: str, prefer: str, zone: str) -> Attendance | None:
    """What another part of the same answer says; None for what is none, of another, or about something else."""
    try:
        found = _attendance(event, method, prefer, zone)
    except NoReply:
        return None
    is_other_time = found.reply.instance != first.reply.instance
    return found if is_other_time and (found.attendee, found.reply.uid) == (first.attendee, first.reply.uid) else None


def _attendance(event: Component, method: str, prefer: str, zone: str) -> Attendance:
    attendees = _attendees(event)
    if not attendees:
        raise NoReply("no attendee")
    chosen = next((one for one in attendees if same_mailbox(one.address, prefer)), attendees[0])
    verb = _verb(method, chosen.says)
    start, end = (_moment(event, name, zone) for name in ("DTSTART", "DTEND"))
    reply = CalendarReply(
        verb=verb,
        uid=str(event.get("UID", ""))[:255],
        sequence=_number(event.get("SEQUENCE", 0)),
        stamp=_moment(event, "DTSTAMP", zone) or clock.now().replace(microsecond=0),
        comment=_comment(event),
        instance=_moment(event, "RECURRENCE-ID", zone),
        starts_at=start if verb is ReplyVerb.COUNTER else None,
        ends_at=end if verb is ReplyVerb.COUNTER else None,
        delegate=chosen.delegate if verb is ReplyVerb.DELEGATED else "",
    )
    return Attendance(chosen.address, reply)


def _verb(method: str, partstat: str) -> ReplyVerb:
    if method in {"COUNTER", "REFRESH"}:
        return ReplyVerb(method)
    if method != "REPLY" or partstat not in {"ACCEPTED", "TENTATIVE", "DECLINED", "DELEGATED"}:
        raise NoReply("no answer that we know")
    return ReplyVerb(partstat)


@dataclass(frozen=True)
class _Attendee:
    """One line about somebody who was asked; `delegate` is whom they name to come instead."""

    address: str
    says: str
    delegate: str


def _attendees(event: Component) -> list[_Attendee]:
    found: Any = event.get("ATTENDEE", [])
    rows = found if isinstance(found, list) else [found]
    return [_attendee(_address(str(one)), getattr(one, "params", {})) for one in rows]


def _attendee(addr: str, parameters: Mapping[str, Any]) -> _Attendee:
    named = parameters.get("DELEGATED-TO", "")
    first = str(next(iter(named), "")) if isinstance(named, list | tuple) else str(named)
    return _Attendee(addr, str(parameters.get("PARTSTAT", "NEEDS-ACTION")).upper(), _delegate(first))


def _delegate(text: str) -> str:
    """The address of a delegate; empty for what is none, which is to be read by people all the same."""
    try:
        return clean_address(_address(text.strip('"')))
    except UnusableAddress:
        return ""


def _address(text: str) -> str:
    bare = text.strip()
    return unquote(bare[7:] if bare[:7].lower() == "mailto:" else bare).strip().lower()


def _number(value: Any) -> int:
    try:
        return max(0, min(int(value), 2**31 - 1))
    except (TypeError, ValueError):
        return 0


def _comment(event: Component) -> str:
    found: Any = event.get("COMMENT", "")
    texts = found if isinstance(found, list) else [found]
    return clean_text("\n".join(str(one) for one in texts))[:1000]


def _moment(event: Component, name: str, zone: str) -> datetime | None:
    found: Any = event.get(name)
    value = getattr(found, "dt", None)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    if not isinstance(value, datetime):
        return None
    aware = value.replace(tzinfo=ZoneInfo(zone)) if value.tzinfo is None else value
    return aware.astimezone(UTC)


def same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses are one person's mailbox: case, plus-tags and Google's two names and dots do not count."""
    return bool(one) and _mailbox(one) == _mailbox(other)


def _mailbox(addr: str) -> str:
    local, _at, domain = addr.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
