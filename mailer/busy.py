"""Busy: people's own calendars are read when they are due, and what they say is kept."""

import base64
import logging
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from events.core import clock
from events.core.children import child, next_line
from events.core.claims import claim_one
from events.core.database import Database, reading, transaction
from events.people import Person, PersonState
from mailer.fetching import Fetched, NotRead, Outside, fetch
from mailer.letters import Letter
from sessions.calendars import CalendarEntry, CalendarInvitee
from sessions.own_calendars import (
    AHEAD,
    BEHIND,
    CalendarTrouble,
    OwnCalendar,
    address_of_calendar,
    is_to_be_read_anew,
    keep_read,
    keep_trouble,
    keep_unchanged,
)

log = logging.getLogger("folkmoot.busy")

LEASE = timedelta(minutes=3)
CHILD_SECONDS = 45.0


def read_next_calendar(outside: Outside | None = None) -> bool:
    """Claim one calendar that is due, read it, and keep what it says; False when none is due.

    No transaction is open while others answer. Whatever goes wrong, what was read before stays, and it is tried again.
    """
    row = claim_one(OwnCalendar, lease=LEASE)
    if row is None:
        return False
    try:
        etag, modified = ("", "") if is_to_be_read_anew(row) else (row.etag, row.last_modified)
        fetched = fetch(address_of_calendar(row), etag=etag, last_modified=modified, outside=outside)
        said = None if fetched.content is None else _understood(row, fetched.content)
    except NotRead as fault:
        log.info("calendar %s not read: %s", row.id, fault.trouble)
        _keep(row, fault.trouble)
    except Exception:
        log.exception("calendar %s could not be read", row.id)
        _keep(row, CalendarTrouble.BROKEN)
    else:
        _keep(row, CalendarTrouble.NONE, fetched, said)
    return True


def _understood(row: OwnCalendar, content: bytes) -> dict[str, Any]:
    """What a calendar says, worked out in a child, which a hostile one may take down with it."""
    with reading() as db:
        asked = _asked(db, row.person_id)
    with child("mailer.busy_reading", {**asked, "content": base64.b64encode(content).decode()}) as lines:
        said = next_line(lines, CHILD_SECONDS) or {"gone": None}
    if "trouble" in said:
        raise NotRead(CalendarTrouble(said["trouble"]))
    if "busy" not in said:  # killed by a limit
        raise NotRead(CalendarTrouble.TOO_LABORIOUS)
    return said


def _asked(db: Database, person_id: int) -> dict[str, Any]:
    person = db.get(Person, person_id)
    if person is None or person.state is PersonState.ERASED:
        raise NotRead(CalendarTrouble.GONE)
    ours = (
        select(CalendarEntry.uid)
        .join(CalendarInvitee, col(CalendarInvitee.entry_id) == col(CalendarEntry.id))
        .where(CalendarInvitee.person_id == person_id)
    )
    # What they were taken out of is ours too: their calendar may never have read that.
    told = select(Letter.uid).where(Letter.person_id == person_id, Letter.uid != "").distinct()
    uids = sorted({*db.exec(ours), *db.exec(told)})
    now = clock.now()
    return {
        "zone": person.zone, "mailboxes": [person.email.lower()], "uids": uids,
        "start": (now - BEHIND).isoformat(), "end": (now + AHEAD).isoformat(),
    }  # fmt: skip


def _keep(
    claimed: OwnCalendar, trouble: CalendarTrouble, fetched: Fetched | None = None, said: dict[str, Any] | None = None
) -> None:
    with transaction() as db:
        query = select(OwnCalendar).where(OwnCalendar.id == claimed.id, OwnCalendar.given_at == claimed.given_at)
        row = db.exec(query.with_for_update()).first()
        if row is None:  # forgotten or replaced meanwhile
            return
        if trouble is not CalendarTrouble.NONE:
            keep_trouble(db, row, trouble)
            return
        if fetched is None or said is None:
            keep_unchanged(db, row)
            return
        row.etag, row.last_modified = fetched.etag, fetched.last_modified
        keep_read(db, row, busy=said["busy"], perhaps=said["perhaps"], left_out=said["left_out"])
