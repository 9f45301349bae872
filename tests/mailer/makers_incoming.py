"""Answers as the programs of the field write them: what of theirs differs, and nothing else."""

import uuid
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage

from events.core import clock
from mailer.letters import Letter
from tests.mailer.makers_letters import calendar_event_of, parsed

SERVER = "mx.folkmoot.example"
PROGRAMS = {
    "Gmail": {"prodid": "-//Google Inc//Google Calendar 70.9054//EN", "file": "application/ics"},
    "Outlook": {"prodid": "Microsoft Exchange Server 2010", "zone": "W. Europe Standard Time", "auto": True},
    "outlook.com": {"prodid": "Microsoft CDO for Microsoft Exchange", "organiser": False},
    "Apple": {"prodid": "-//Apple Inc.//macOS 14.5//EN", "case": str.upper},
    "Thunderbird": {"prodid": "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "zone": "Europe/Berlin"},
    "KDE": {"prodid": "-//K Desktop Environment//NONSGML KOrganizer//EN", "method_parameter": False},
    "no PRODID, lower-case method": {"prodid": "", "lower": True},
}


def vouched(address: str, result: str = "dmarc=pass") -> str:
    """What our mail server writes of a message that is from where it says."""
    return f"{SERVER}; {result} header.from={address.rpartition('@')[2]}; spf=pass smtp.mailfrom={address}"


def answer_to(
    letter: Letter,
    *,
    says: str = "ACCEPTED",
    method: str = "REPLY",
    program: str = "Gmail",
    attendee: str = "",
    sender: str = "",
    results: str | None = "",
    at: datetime | None = None,
    sequence: int | None = None,
    uid: str = "",
    comment: str = "",
    start: datetime | None = None,
    extra: str = "",
) -> bytes:
    """The message with which a person answers an invitation from their calendar."""
    how = PROGRAMS[program]
    event = calendar_event_of(letter)
    attendee = attendee or letter.address
    sender = sender or letter.address
    begins = start or event["DTSTART"].dt
    stamp = at or clock.now()
    organiser = f"ORGANIZER:{event['ORGANIZER']}\r\n" if how.get("organiser", True) else ""
    zone = how.get("zone")
    local = f";TZID={zone}:{begins.astimezone():%Y%m%dT%H%M%S}" if zone == "floating" else f":{begins:%Y%m%dT%H%M%SZ}"
    mailto = how.get("case", str)("mailto:")
    state = "" if method == "REFRESH" else f";PARTSTAT={says}"
    lines = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{'PRODID:' + how['prodid'] + chr(13) + chr(10) if how['prodid'] else ''}"
        f"METHOD:{method.lower() if how.get('lower') else method}\r\nBEGIN:VEVENT\r\n{organiser}"
        f"ATTENDEE{state};CN=Somebody:{mailto}{attendee}\r\n{extra}"
        f"UID:{uid or event['UID']}\r\nDTSTAMP:{stamp:%Y%m%dT%H%M%SZ}\r\nDTSTART{local}\r\n"
        f"DTEND:{begins + timedelta(minutes=20):%Y%m%dT%H%M%SZ}\r\n"
        f"SEQUENCE:{int(event['SEQUENCE']) if sequence is None else sequence}\r\n"
        f"{'COMMENT:' + comment + chr(13) + chr(10) if comment else ''}"
        "STATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = sender, reply_to_of(letter)
    message["Subject"], message["Message-ID"] = f"{says.title()}: meeting", f"<{uuid.uuid4().hex}@theirs.example>"
    message["In-Reply-To"] = letter.message_id
    if results is not None:
        message["Authentication-Results"] = results or vouched(sender)
    if how.get("auto"):
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{says.title()}")
    parameters = {"charset": "utf-8"} | ({"method": method} if how.get("method_parameter", True) else {})
    kind = "application/ics" if how.get("file") else "text/calendar"
    maintype, subtype = kind.split("/")
    if maintype == "application":
        message.add_attachment(lines.encode(), maintype=maintype, subtype=subtype, filename="invite.ics")
    else:
        message.add_alternative(lines.encode(), maintype=maintype, subtype=subtype, params=parameters)
    return message.as_bytes()


def text_answer(letter: Letter, text: str, *, sender: str = "", results: str | None = "", **headers: str) -> bytes:
    """A message that a person typed in answer to a letter."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = sender or letter.address, reply_to_of(letter)
    message["Subject"], message["Message-ID"] = f"Re: {letter.subject}", f"<{uuid.uuid4().hex}@theirs.example>"
    message["In-Reply-To"] = letter.message_id
    if results is not None:
        message["Authentication-Results"] = results or vouched(sender or letter.address)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def reply_to_of(letter: Letter) -> str:
    """Where an answer to a letter goes."""
    return parsed(letter)["Reply-To"].addresses[0].addr_spec


DSN = """From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

{text}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Original-Envelope-Id: 1

Final-Recipient: rfc822; bo@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}

--b--
"""


def dsn(
    to: str, *, action: str = "failed", status: str = "5.1.1", code: str = "550 5.1.1 nobody", text: str = "Sorry"
) -> bytes:
    """What a mail server sends back about a letter."""
    subject = "Undelivered Mail Returned to Sender"
    filled = DSN.format(to=to, subject=subject, text=text, action=action, status=status, code=code)
    return filled.replace("\n", "\r\n").encode()
