"""Calendar objects that go with letters: one meeting, one recipient, one revision (RFC 5545, 5546)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

from icalendar import Calendar, Event, Parameters, vCalAddress, vText, vUri

from mailer.cleaning import NAME_LIMIT, clean_address, clean_header, clean_text, clean_url, unlinked

Method = Literal["REQUEST", "CANCEL"]
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
    organiser_name: str
    organiser_address: str
    attendee_name: str
    attendee_address: str


def calendar_bytes(invitation: Invitation) -> bytes:
    """The iCalendar object of `invitation`: times in UTC, one attendee, CRLF, lines of at most 75 octets.

    The same invitation gives the same bytes, whenever and wherever it is written. Raises UnusableAddress where an
    address is none, and ValueError where the times or the uid cannot stand in a calendar.
    """
    _check(invitation)
    event = Event()
    event.add("uid", _Text(invitation.uid))
    event.add("sequence", invitation.sequence)
    for name, moment in _moments(invitation):
        event.add(name, moment.astimezone(UTC).replace(microsecond=0))
    for name, text in _texts(invitation):
        if text:
            event.add(name, text)
    event.add("organizer", _mailbox(invitation.organiser_name, invitation.organiser_address, {}))
    event.add("attendee", _attendee(invitation))
    event.add("status", _Text("CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED"))
    event.add("transp", _Text("OPAQUE"))

    calendar = Calendar()
    calendar.add("version", _Text("2.0"))
    calendar.add("prodid", _Text(PRODID))
    calendar.add("calscale", _Text("GREGORIAN"))
    calendar.add("method", _Text(invitation.method))
    calendar.add_component(event)
    return bytes(calendar.to_ical(sorted=False))


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
    asked = {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"} if invitation.method == "REQUEST" else {}
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
