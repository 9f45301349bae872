"""What stood at an event's entrance as tables: codes, who was let in late, and who was checked in."""

from typing import Any

from sqlmodel import col, select

from events.check_in import Scan
from events.codes import codes_of
from events.core.access import Actor
from events.core.database import Database
from events.core.sheets import Cell
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases
from events.exports import add_table
from events.late_entries import late_entries_in
from events.people import Person
from events.registration import Registration, types_of


def _codes(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    types = {one.id: one.name for one in types_of(db, event.id)}
    header: list[Message | str] = [
        _("Code"), _("For whom"), _("Takes part as"), _("Used"), _("At most"), _("Valid until"), _("Spares approval"),
        _("Spares capacity"), _("Made at"), _("Ended at"),
    ]  # fmt: skip
    return header, [
        [one.code, one.name, types.get(one.type_id, ""), one.used, one.most_uses, one.valid_until, one.skips_approval,
         one.skips_capacity, one.made_at, one.ended_at]
        for one in codes_of(db, event.id)
    ]  # fmt: skip


def _late(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    header: list[Message | str] = [
        _("Team"), _("May hand in until"), _("Reason"), _("Let in by"), _("Let in at"), _("Ended at"),
    ]  # fmt: skip
    return header, [
        [one.team, one.until, one.why, one.by, one.given_at, one.ended_at] for one in late_entries_in(db, actor, event)
    ]


def _check_ins(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    query: Any = (
        select(Scan, Person)
        .join(Registration, col(Registration.id) == col(Scan.registration_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(Scan.event_id == event.id, col(Scan.counts).is_(True))
        .order_by(col(Scan.scanned_at), col(Scan.id))
    )
    header: list[Message | str] = [_("Name"), _("E-mail"), _("Checked in at"), _("Undone at")]
    return header, [[person.name, person.email, scan.scanned_at, scan.undone_at] for scan, person in db.exec(query)]


add_table("codes", _("Codes"), None, _codes)
add_table("late-entries", _("Late entries"), EventKind.HACKATHON, _late)
add_table("check-ins", _("Check-ins"), None, _check_ins)
