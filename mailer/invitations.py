"""Calendar objects that go with letters: one meeting, one recipient, one revision (RFC 5545, 5546)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Parameters, Timezone, vCalAddress, vDDDTypes, vRecur, vText, vUri

from mailer.cleaning import NAME_LIMIT, clean_address, clean_header, clean_text, clean_url, unlinked
from mailer.zones import vtimezone
from sessions.series import Series

Method = Literal["REQUEST", "CANCEL", "DECLINECOUNTER", "PUBLISH"]
PRODID = "-//Folkmoot//Calendar 1.0//EN"
DESCRIPTION_LIMIT = 8_000


@dataclass(frozen=True)
class Invitation:
    """What one person's calendar is told about one revision of a meeting; all moments aware.

    `uid`, `created` and the organiser's address stay the same over all revisions; `sequence` and `dtstamp` grow.
    """

    uid: str
    sequence: int
    method: Method
    dtstamp: datetime
    created: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    url: str
    # Nobody in particular in a feed.
    organiser_name: str = ""
    organiser_address: str = ""
    attendee_name: str = ""
    attendee_address: str = ""
    # Once answered, an update that changes neither time nor place leaves the answer as it was given.
    answer: str = "NEEDS-ACTION"
    transparent: bool = False
    join: str = ""
    series: Series | None = None
    # The planned start of the one instance of a series that is meant.
    instance: datetime | None = None
    # What was answered to single times of a series otherwise than to the whole, by their planned start.
    time_answers: Mapping[datetime, str] = field(default_factory=dict)
    # What it is where the method does not say so: in a feed.
    status: str = ""


def calendar_bytes(invitation: Invitation) -> bytes:
    """The iCalendar object of `invitation`: times in UTC, one attendee, CRLF, lines of at most 75 octets.

    A series has its times in its zone, with a VTIMEZONE made of that zone's rule; where the zone has none that holds,
    in UTC, with an exception for each instance that the clock moves. The same invitation gives the same bytes,
    whenever and wherever it is written. Raises UnusableAddress where an address is none, and ValueError where the
    times or the uid cannot stand in a calendar.
    """
    _check(invitation)
    calendar = Calendar()
    calendar.add("version", _Text("2.0"))
    calendar.add("prodid", _Text(PRODID))
    calendar.add("calscale", _Text("GREGORIAN"))
    calendar.add("method", _Text(invitation.method))
    for component in _components(invitation):
        calendar.add_component(component)
    return bytes(calendar.to_ical(sorted=False))


def _components(invitation: Invitation) -> Sequence[Event | Timezone]:
    series = invitation.series
    if series is None or invitation.instance is not None:
        once = _event(invitation, invitation.starts_at.astimezone(UTC))
        if invitation.instance is not None:
            once.add("recurrence-id", invitation.instance.astimezone(UTC))
        return [once]
    planned = series.starts_from(invitation.starts_at)
    zone = ZoneInfo(series.zone)
    said = vtimezone(series.zone, planned) if all(_is_plain(one, zone) for one in planned) else None
    # What a program works out from the first start alone: at one hour of the zone, or of UTC.
    first = planned[0].astimezone(zone if said is not None else UTC)
    worked_out = [(first + timedelta(days=series.days * number)) for number in range(series.count)]
    held = dict(series.changed)
    whole = _event(invitation, first)
    rule = {"freq": "DAILY", "interval": series.days, "count": series.count}
    if series.days % 7 == 0:
        rule |= {"freq": "WEEKLY", "interval": series.days // 7}
    whole.add("rrule", vRecur(rule))
    found: list[Event | Timezone] = [said, whole] if said is not None else [whole]
    for expected, start in zip(worked_out, planned, strict=True):
        now = held.get(start.astimezone(UTC), start)
        answer = invitation.time_answers.get(start.astimezone(UTC), invitation.answer)
        if now is None:
            whole.add("exdate", expected)
        elif now != expected or answer != invitation.answer:
            found.append(_instance(replace(invitation, answer=answer), expected, now.astimezone(first.tzinfo)))
    return found


def _is_plain(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether an hour of the clock is there once that day; programs differ about those that are left out or doubled."""
    local = moment.astimezone(zone)
    return local.replace(fold=1 - local.fold).utcoffset() == local.utcoffset()


def _instance(invitation: Invitation, expected: datetime, start: datetime) -> Event:
    event = _event(invitation, start)
    event.add("recurrence-id", expected)
    return event


def add_entries(calendar: Calendar, invitations: Iterable[Invitation]) -> None:
    """Put entries into a feed or a file as `calendar_bytes` writes them, each zone once; refuses what that refuses."""
    zones: set[str] = set()
    for invitation in invitations:
        _check(invitation)
        for component in _components(invitation):
            if not isinstance(component, Timezone) or str(component["TZID"]) not in zones:
                calendar.add_component(component)
            if isinstance(component, Timezone):
                zones.add(str(component["TZID"]))


def _event(invitation: Invitation, start: datetime) -> Event:
    """The event with its first start; `start` says in which zone the times are written."""
    event = Event()
    event.add("uid", _Text(invitation.uid))
    event.add("sequence", invitation.sequence)
    lasts = invitation.ends_at - invitation.starts_at
    shown = replace(invitation, starts_at=start, ends_at=(start.astimezone(UTC) + lasts).astimezone(start.tzinfo))
    for name, moment in _moments(shown):
        own_zone = name in {"dtstart", "dtend"}
        event.add(name, vDDDTypes((moment if own_zone else moment.astimezone(UTC)).replace(microsecond=0)))
    for name, text in _texts(invitation):
        if text:
            event.add(name, text)
    if invitation.join and clean_url(invitation.join):
        join = vUri(clean_url(invitation.join), params={"VALUE": "URI", "FEATURE": "AUDIO,VIDEO", "LABEL": "Join"})
        event.add("conference", join)
    if invitation.organiser_address:
        event.add("organizer", _mailbox(invitation.organiser_name, invitation.organiser_address, {}))
    if invitation.attendee_address:
        event.add("attendee", _attendee(invitation))
    cancelled = "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED"
    event.add("status", _Text(invitation.status or cancelled))
    event.add("transp", _Text("TRANSPARENT" if invitation.transparent else "OPAQUE"))
    return event


def _check(invitation: Invitation) -> None:
    if any(moment.tzinfo is None for _name, moment in _moments(invitation)):
        raise ValueError("an invitation needs aware moments")
    if not re.fullmatch(r"[A-Za-z0-9@._-]{1,120}", invitation.uid):
        raise ValueError("a uid is made of letters, digits and hyphens")
    if not 0 <= invitation.sequence < 2**31:
        raise ValueError("a sequence lies between 0 and 2^31")
    if not invitation.starts_at < invitation.ends_at:
        raise ValueError("an invitation ends after it starts")
    if not invitation.created <= invitation.dtstamp:
        raise ValueError("a revision is not older than its meeting")


def _moments(invitation: Invitation) -> list[tuple[str, datetime]]:
    return [
        ("dtstamp", invitation.dtstamp),
        ("created", invitation.created),
        ("last-modified", invitation.dtstamp),
        ("dtstart", invitation.starts_at),
        ("dtend", invitation.ends_at),
    ]


def _texts(invitation: Invitation) -> list[tuple[str, vText | vUri]]:
    return [
        ("summary", _Text(unlinked(clean_header(invitation.summary)))),
        ("location", _Text(unlinked(clean_header(invitation.location)))),
        ("url", vUri(clean_url(invitation.url))),
        ("description", _Text(clean_text(invitation.description)[:DESCRIPTION_LIMIT])),
    ]


def _attendee(invitation: Invitation) -> vCalAddress:
    asked = {}
    if invitation.method == "REQUEST":
        open_still = invitation.answer == "NEEDS-ACTION"
        asked = {"PARTSTAT": invitation.answer} | ({"RSVP": "TRUE"} if open_still else {})
    role = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", **asked}
    return _mailbox(invitation.attendee_name, invitation.attendee_address, role)


def _mailbox(name: str, addr: str, parameters: dict[str, str]) -> vCalAddress:
    # RFC 6868 escapes are right on paper, but node-ical and ts-ics cut or show them: such characters go instead.
    shown = " ".join(re.sub(r'[";:,^\\]', " ", clean_header(name, NAME_LIMIT)).split())
    mailbox = vCalAddress("mailto:" + quote(clean_address(addr), safe="@!$'*+-._~=/&"))
    mailbox.params = _Quoted({**parameters, **({"CN": shown} if shown else {})})
    return mailbox


class _Text(vText):
    r"""A vText that keeps a backslash before an N, as in C:\New, which icalendar 7.3 takes for a line break."""

    def to_ical(self) -> bytes:
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return text.encode("utf-8")


class _Quoted(Parameters):
    """Parameters whose CN always stands in quotes."""

    always_quoted = ("CN",)  # type: ignore[assignment]  # a tuple of another length, only searched
