"""The entrance of an event: its codes, whether one is needed, and how long an offered place is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from events.check_in import standing_scan
from events.codes import RegistrationCode, give_code_back, new_code
from events.core import clock
from events.core.access import Actor, Rule, command
from events.core.database import Database
from events.core.hooks import on_withdrawn
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventChanged, EventWithPhases, not_over, touch
from events.registration import Registration, types_of
from events.roles import organiser_of_event

MOST_USES = 100_000
MOST_CODES = 500
LONGEST_HOURS = 24 * 14


@dataclass(frozen=True)
class CodeInEvent:
    """A code with its event, as commands and rules need it."""

    code: RegistrationCode
    event: EventWithPhases


organiser_of_its_entrance = Rule(
    organiser_of_event.name, lambda actor, subject: organiser_of_event(actor, subject.event)
)


@command(organiser_of_event, when=not_over)
def make_code(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    name: str,
    most_uses: int | None = None,
    valid_until: datetime | None = None,
    type_code: str = "",
    skips_approval: bool = False,
    skips_capacity: bool = False,
) -> RegistrationCode:
    """Make a code that nobody guesses, for any type or one, to be used so often and until then; None is no limit."""
    wrong: dict[str, Message | str] = {}
    if not name.strip():
        wrong["name"] = _("Please say for whom this code is.")
    if len(name.strip()) > 80:
        wrong["name"] = _("Please write at most %(most)s characters.", most=80)
    if most_uses is not None and not 1 <= most_uses <= MOST_USES:
        wrong["most_uses"] = _("Choose between 1 and %(most)s uses, or leave this empty for no limit.", most=MOST_USES)
    if valid_until is not None and valid_until <= clock.now():
        wrong["valid_until"] = _("Choose a moment to come, or leave this empty.")
    types = {one.code: one.id for one in types_of(db, subject.id)}
    if type_code and type_code not in types:
        wrong["type"] = _("Please choose a participation type of this event.")
    if len(db.exec(select(RegistrationCode.id).where(RegistrationCode.event_id == subject.id)).all()) >= MOST_CODES:
        wrong[""] = _("An event has at most %(most)s codes. One code can be used by many.", most=MOST_CODES)
    if wrong:
        raise Invalid(wrong)
    row = RegistrationCode(
        event_id=subject.id, code=new_code(), name=name.strip(), type_id=types.get(type_code), most_uses=most_uses,
        valid_until=valid_until, skips_approval=skips_approval, skips_capacity=skips_capacity, made_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def is_not_ended(subject: CodeInEvent, now: datetime) -> None:
    """Refuse to end a code twice."""
    if subject.code.ended_at is not None:
        raise Conflict(_("This code was ended already."))


@command(organiser_of_its_entrance, when=is_not_ended)
def end_code(db: Database, actor: Actor, subject: CodeInEvent) -> None:
    """Let a code let in nobody any more; who came in with it stays."""
    ended = db.execute(
        update(RegistrationCode)
        .where(col(RegistrationCode.id) == subject.code.id, col(RegistrationCode.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("This code was ended already."))


@command(organiser_of_event, when=not_over)
def set_entrance(
    db: Database, actor: Actor, subject: EventWithPhases, *, by_code_only: bool, confirm_hours: int | None
) -> None:
    """Say whether a code is needed to register, and for how many hours a place that became free is kept for the next
    in line until they confirm it (None: it is theirs at once). Offers that stand keep their end."""
    if confirm_hours is not None and not 1 <= confirm_hours <= LONGEST_HOURS:
        raise Invalid({"confirm_hours": _("Choose between 1 and %(most)s hours, or leave this empty.",
                                          most=LONGEST_HOURS)})  # fmt: skip
    event = subject.event
    if (event.by_code_only, event.confirm_hours) == (by_code_only, confirm_hours):
        return
    event.by_code_only, event.confirm_hours = by_code_only, confirm_hours
    touch(db, event)
    record(db, actor, EventChanged(event_id=subject.id))


def get_code(db: Database, actor: Actor, event: EventWithPhases, public: str) -> CodeInEvent:
    """A code of this event for its organisers; NotFound for others."""
    query = select(RegistrationCode).where(
        RegistrationCode.event_id == event.id, col(RegistrationCode.public_id) == public
    )
    found = db.exec(query).first()
    if found is None or not organiser_of_event(actor, event):
        raise NotFound()
    return CodeInEvent(found, event)


@on_withdrawn
def _return_the_code(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves before they came gives their code's use back; coming back they need one again. A registration ends
    once (`change_state` compares and sets), so that no use is given back twice."""
    row = db.get_one(Registration, registration_id)
    if row.code_id is None or standing_scan(db, registration_id) is not None:
        return
    code_id, row.code_id = row.code_id, None
    db.add(row)
    db.flush()
    give_code_back(db, code_id)
