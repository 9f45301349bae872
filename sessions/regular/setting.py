"""Setting regular sessions: their rhythm, their single times that are otherwise, their end. Calendars are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func
from sqlmodel import col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.clock import on_the_atom
from events.core.database import Database
from events.core.hooks import on_event_closed
from events.core.journal import record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.core.wall import to_wall
from events.events import Event, EventWithPhases, not_over
from events.roles import organiser_of_event
from sessions.calendars import EntryKind, cancel_entry, find_entry, forget_all_but, revise
from sessions.regular.rows import (
    DAYS,
    RegularChange,
    RegularInEvent,
    RegularSession,
    RegularSessionCalledOff,
    RegularSessionChanged,
    RegularSessionSet,
    RegularTime,
    RegularTimeCalledOff,
    RegularTimeMoved,
    Repeats,
    as_regular,
    changes_of,
    content_of_regular,
    guests_of,
    lock_regular_session,
    times_of,
)

MOST_SESSIONS, MOST_TIMES = 50, 100
LONGEST = timedelta(days=366)
TITLE, ABOUT, PLACE = 120, 1000, 200


@dataclass(frozen=True)
class RegularWords:
    """What a regular session says about itself; `place` is a room, or its address online."""

    title: str
    about: str = ""
    place: str = ""


@dataclass(frozen=True)
class Rhythm:
    """When something is held: its first start (aware), its length, how often, and either how many times, the first
    included, or until which day on the event's clock. What is held once needs neither."""

    starts_at: datetime
    minutes: int = 30
    repeats: Repeats = Repeats.WEEKLY
    times: int | None = None
    until: date | None = None


class OneTimeOver(Conflict):
    """What has been held cannot be changed."""

    def __init__(self) -> None:
        super().__init__(_("This time is over already."))


class CalledOffAlready(Conflict):
    """Nothing can be changed of what is called off as a whole."""

    def __init__(self) -> None:
        super().__init__(_("This session is called off. Hold it again first."))


def is_on(subject: RegularInEvent, now: datetime) -> None:
    """Refuse what is asked of a regular session that is called off, or of a closed event."""
    its_event_not_over(subject, now)
    if subject.regular.called_off_at is not None:
        raise CalledOffAlready


def is_called_off(subject: RegularInEvent, now: datetime) -> None:
    """Refuse to hold again what is held, or is of a closed event."""
    its_event_not_over(subject, now)
    if subject.regular.called_off_at is None:
        raise Conflict(_("This session is held as it is."))


@command(organiser_of_event, when=not_over)
def set_regular_session(
    db: Database, actor: Actor, event: EventWithPhases, *, words: RegularWords, rhythm: Rhythm
) -> RegularInEvent:
    """Offer something at the same hour of the event's clock each day or week; people join it by themselves.

    Refuses an empty title, texts that are too long, a first start in the past or beside the five minutes, more than
    100 times or a year of them, and a fifty-first session.
    """
    db.exec(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True)).one()
    there = db.exec(select(func.count()).where(RegularSession.event_id == event.id)).one()
    if there >= MOST_SESSIONS:
        raise Conflict(_("An event has at most %(most)s regular sessions.", most=MOST_SESSIONS))
    row = RegularSession(event_id=event.id, title="", first="", zone=event.zone, minutes=30, days=0)
    _write(row, event, words, rhythm)
    if rhythm.starts_at <= clock.now():
        raise Invalid({"starts_at": _("Choose a time that is to come.")})
    db.add(row)
    db.flush()
    record(db, actor, RegularSessionSet(event_id=event.id, regular_id=row.id or 0))
    # Nobody comes yet: what feeds and letters say later goes on from this number.
    revise(db, EntryKind.REGULAR, row.id or 0, set(), content_of_regular(db, row))
    return as_regular(db, row, event)


@command(organiser_of_event, when=is_on)
def change_regular_session(
    db: Database, actor: Actor, subject: RegularInEvent, *, words: RegularWords, rhythm: Rhythm
) -> None:
    """Write a regular session anew: what it is, where, how long, and until when; or move it as a whole.

    Moved as a whole it begins anew at a time to come, and what was said of single times holds no more; otherwise those
    stay, also the first where it is held only once from now on. A new length is that of all its times. Refuses what
    `set_regular_session` does, to end before today or with nothing held, and a time to come that begins before the one
    before it ends.
    """
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    before = as_regular(db, row, subject.event)
    _write(row, subject.event, words, rhythm)
    db.add(row)
    db.flush()
    now, after = clock.now(), as_regular(db, row, subject.event)
    shared = min(len(before.times), len(after.times))
    same = [one.planned_at for one in before.times[:shared]] == [one.planned_at for one in after.times[:shared]]
    if same:
        held = sum(1 for one in before.times if one.is_past(now))
        if row.times < held:
            raise Invalid({"times": _("It has been held %(held)s times already.", held=held)})
        _forget_changes(db, row, since=row.times)
        _refuse_without_any(after.times)
        if row.minutes > before.times[0].minutes or row.times > len(before.times):
            _check_moved(after.times, "minutes" if row.minutes > before.times[0].minutes else "times")
        if not row.days:
            _hold_as_it_stands(db, row, after.times[0])
    elif rhythm.starts_at <= now:
        raise Invalid({"starts_at": _("Choose a time that is to come, from which on it is held anew.")})
    else:
        _forget_changes(db, row, since=0)
    _tell_of_change(db, actor, row)


@command(organiser_of_event, when=is_on)
def end_regular_session(db: Database, actor: Actor, subject: RegularInEvent, *, number: int) -> None:
    """Let the time with this number be the last. Refuses one that is the last already, to end before today, and to
    leave nothing that is held."""
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    times = as_regular(db, row, subject.event).times
    _time(times, number)
    if number == len(times) - 1:
        raise Conflict(_("It ends with this time already."))
    if any(one.is_past(clock.now()) for one in times[number + 1 :]):
        raise OneTimeOver
    _refuse_without_any(times[: number + 1])
    row.times = number + 1
    db.add(row)
    _forget_changes(db, row, since=row.times)
    _tell_of_change(db, actor, row)


@command(organiser_of_event, when=is_on)
def move_regular_time(db: Database, actor: Actor, subject: RegularInEvent, *, number: int, starts_at: datetime) -> None:
    """Hold one time at another moment (aware), between the one before and the one after it; the others stay. What is
    off is on again. Refuses what has been held, and a moment that is past or beside the five minutes."""
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    times = as_regular(db, row, subject.event).times
    one = _time_to_come(row, times, number)
    if starts_at == one.starts_at:
        return
    _check_moment(times, one, starts_at)
    _forget_change(db, row, number)
    if starts_at != one.planned_at:
        db.add(RegularChange(regular_id=row.id or 0, number=number, starts_at=starts_at))
    ids = {"event_id": row.event_id, "regular_id": row.id or 0}
    record(db, actor, RegularTimeMoved(**ids, old_start=one.starts_at, new_start=starts_at, sequence=_said(db, row)))


@command(organiser_of_event, when=is_on)
def call_off_regular_time(db: Database, actor: Actor, subject: RegularInEvent, *, number: int) -> None:
    """Do not hold one time; the others stay. Refuses what has been held, and the last that is left; twice is once."""
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    times = as_regular(db, row, subject.event).times
    one = _time_to_come(row, times, number)
    if one.starts_at is None:
        return
    _refuse_without_any([other for other in times if other.number != number])
    _forget_change(db, row, number)
    db.add(RegularChange(regular_id=row.id or 0, number=number, starts_at=None))
    ids = {"event_id": row.event_id, "regular_id": row.id or 0}
    record(db, actor, RegularTimeCalledOff(**ids, old_start=one.starts_at, sequence=_said(db, row)))


@command(organiser_of_event, when=is_on)
def hold_regular_time(db: Database, actor: Actor, subject: RegularInEvent, *, number: int) -> None:
    """Hold one time as it was planned, whatever was said of it since; twice is once. Refuses what is past by then."""
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    times = as_regular(db, row, subject.event).times
    one = _time(times, number)
    if one.starts_at == one.planned_at:
        return
    if one.planned_at <= clock.now() or (one.starts_at is not None and one.starts_at <= clock.now()):
        raise OneTimeOver
    _check_moment(times, one, one.planned_at)
    _forget_change(db, row, number)
    ids = {"event_id": row.event_id, "regular_id": row.id or 0}
    was, now = one.starts_at, one.planned_at
    record(db, actor, RegularTimeMoved(**ids, old_start=was, new_start=now, sequence=_said(db, row)))


@command(organiser_of_event, when=is_on)
def call_off_regular_session(db: Database, actor: Actor, subject: RegularInEvent) -> None:
    """Take a regular session out of the calendars of all who come. It can be held again."""
    row = lock_regular_session(db, subject.id)
    _is_still_on(row)
    _call_off(db, actor, row)


@command(organiser_of_event, when=is_called_off)
def reopen_regular_session(db: Database, actor: Actor, subject: RegularInEvent) -> None:
    """Hold what was called off after all, with all its times that are to come; who came is asked anew. Refuses what
    would be over."""
    row = lock_regular_session(db, subject.id)
    if row.called_off_at is None:
        return
    if not any(one.starts_at is not None and not one.is_past(clock.now()) for one in subject.times):
        raise Conflict(_("All its times are over. Set a new session instead."))
    row.called_off_at = None
    db.add(row)
    entry = find_entry(db, EntryKind.REGULAR, row.id or 0)
    if entry is not None:  # who left meanwhile was told already
        forget_all_but(db, entry, guests_of(db, row.id or 0))
    _tell_of_change(db, actor, row)


@on_event_closed
def _end_with_its_event(db: Database, actor: Actor, event_id: int) -> None:
    """What is to come when an event ends is not held: after that nobody could call it off."""
    here = (RegularSession.event_id == event_id, col(RegularSession.called_off_at).is_(None))
    for id in db.exec(select(RegularSession.id).where(*here).order_by(col(RegularSession.id))).all():
        row = lock_regular_session(db, id or 0)
        now, times = clock.now(), times_of(row, changes_of(db, [id or 0]).get(id or 0, {}))
        held = [one for one in times if one.starts_at is not None]
        if row.called_off_at is not None or all(one.is_past(now) for one in held):
            continue
        if not any(one.is_past(now) for one in held):
            _call_off(db, actor, row)
            continue
        row.times = 1 + max(one.number for one in times if one.is_past(now))
        db.add(row)
        _forget_changes(db, row, since=row.times)
        _tell_of_change(db, actor, row)


def _call_off(db: Database, actor: Actor, row: RegularSession) -> None:
    row.called_off_at = clock.now()
    db.add(row)
    db.flush()
    sequence = cancel_entry(db, EntryKind.REGULAR, row.id or 0)
    assert sequence is not None  # said when it was set, and on until now
    record(db, actor, RegularSessionCalledOff(event_id=row.event_id, regular_id=row.id or 0, sequence=sequence))


def _write(row: RegularSession, event: EventWithPhases, words: RegularWords, rhythm: Rhythm) -> None:
    title, about, place = " ".join(words.title.split()), words.about.strip(), " ".join(words.place.split())
    wrong: dict[str, Message | str] = {}
    if not title or len(title) > TITLE:
        wrong["title"] = _("Please write a title of at most %(most)s characters.", most=TITLE)
    for name, text, most in (("about", about, ABOUT), ("place", place, PLACE)):
        if len(text) > most:
            wrong[name] = _("Please write at most %(most)s characters.", most=most)
    if not on_the_atom(rhythm.starts_at):
        wrong["starts_at"] = _("A session starts at a multiple of five minutes.")
    if rhythm.minutes % 5 or not 5 <= rhythm.minutes <= 24 * 60:
        wrong["minutes"] = _("A session lasts from five minutes to a day, in steps of five minutes.")
    days = DAYS[rhythm.repeats]
    times = _counted(rhythm, event.zone, wrong)
    if "minutes" not in wrong and 0 < days * 24 * 60 < rhythm.minutes:
        wrong["minutes"] = _("It would not be over before the next time.")
    if wrong:
        raise Invalid(wrong)
    row.title, row.about, row.place = title, about, place
    row.first, row.zone = to_wall(rhythm.starts_at, event.zone), event.zone
    row.minutes, row.days, row.times = rhythm.minutes, days, times


def _counted(rhythm: Rhythm, zone: str, wrong: dict[str, Message | str]) -> int:
    """How many times, by the number or by the last day; 1 with a reason in `wrong` where neither can be."""
    days = DAYS[rhythm.repeats]
    if not days:
        return 1
    if (rhythm.times is None) == (rhythm.until is None):
        wrong["times"] = _("Say either how many times or until which day, and not both.")
        return 1
    most = min(MOST_TIMES, LONGEST.days // days + 1)
    first = rhythm.starts_at.astimezone(ZoneInfo(zone)).date()
    named = "times" if rhythm.until is None else "until"
    times = rhythm.times if rhythm.until is None else (rhythm.until - first).days // days + 1
    if times is None or not 2 <= times <= most:
        wrong[named] = _("Such a session is held from two to %(most)s times.", most=most)
        return 1
    return times


def _is_still_on(row: RegularSession) -> None:
    if row.called_off_at is not None:
        raise CalledOffAlready


def _time(times: Sequence[RegularTime], number: int) -> RegularTime:
    if not 0 <= number < len(times):
        raise NotFound()
    return times[number]


def _time_to_come(row: RegularSession, times: Sequence[RegularTime], number: int) -> RegularTime:
    one = _time(times, number)
    if not row.days:
        raise Conflict(_("It is held only once. Change the session itself."))
    if one.is_past(clock.now()):
        raise OneTimeOver
    return one


def _check_moment(times: Sequence[RegularTime], one: RegularTime, starts_at: datetime) -> None:
    """Refuse a moment that is past, or that lies over or beyond a neighbour: Outlook refuses that too."""
    if starts_at <= clock.now():
        raise Invalid({"starts_at": _("Choose a time that is to come.")})
    if not on_the_atom(starts_at):
        raise Invalid({"starts_at": _("A session starts at a multiple of five minutes.")})
    before = [other.ends_at for other in times if other.number < one.number]
    after = [other.starts_at or other.planned_at for other in times if other.number > one.number]
    lasts = timedelta(minutes=one.minutes)
    if before and starts_at < max(before):
        told = _("The time before ends only on %(when)s. Choose a later one.", when=At(max(before), "when"))
        raise Invalid({"starts_at": told})
    if after and starts_at + lasts > min(after):
        told = _("The time after begins on %(when)s. Choose an earlier one.", when=At(min(after), "when"))
        raise Invalid({"starts_at": told})


def _check_moved(times: Sequence[RegularTime], field: str) -> None:
    """Refuse what would let a moved time last into the next one, or the one before it last into a moved one."""
    for one, following in pairwise(times):
        begins, ends = following.starts_at or following.planned_at, one.ends_at
        if (one.is_moved or following.is_moved) and ends > begins > clock.now():
            when = At(one.starts_at or one.planned_at, "when")
            raise Invalid({field: _("The time on %(when)s would not be over before the next.", when=when)})


def _hold_as_it_stands(db: Database, row: RegularSession, only: RegularTime) -> None:
    """What is held once has no time that is otherwise: it is held when its only time was moved to."""
    row.first = to_wall(only.starts_at or only.planned_at, row.zone)
    _forget_changes(db, row, since=0)


def _refuse_without_any(times: Sequence[RegularTime]) -> None:
    """Refuse to let only these times stay where none of them is held."""
    if not any(one.starts_at is not None for one in times):
        raise Conflict(_("No other time is left. Call the whole session off instead."))


def _forget_changes(db: Database, row: RegularSession, *, since: int) -> None:
    gone = (col(RegularChange.regular_id) == row.id, col(RegularChange.number) >= since)
    db.execute(delete(RegularChange).where(*gone))


def _forget_change(db: Database, row: RegularSession, number: int) -> None:
    gone = (col(RegularChange.regular_id) == row.id, col(RegularChange.number) == number)
    db.execute(delete(RegularChange).where(*gone))


def _said(db: Database, row: RegularSession) -> int:
    """Tell calendars what stands: the number of the revision."""
    db.flush()
    people = guests_of(db, row.id or 0)
    sequence = revise(db, EntryKind.REGULAR, row.id or 0, people, content_of_regular(db, row))
    assert sequence is not None  # asked only where something is new
    return sequence


def _tell_of_change(db: Database, actor: Actor, row: RegularSession) -> None:
    """Tell calendars what stands, where it is new to them; what only the page shows is worth no letter."""
    db.flush()
    people = guests_of(db, row.id or 0)
    sequence = revise(db, EntryKind.REGULAR, row.id or 0, people, content_of_regular(db, row))
    if sequence is not None:
        record(db, actor, RegularSessionChanged(event_id=row.event_id, regular_id=row.id or 0, sequence=sequence))
