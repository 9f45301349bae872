"""The agenda in frab's words, as conference apps read it: schedule.xml and schedule.json.

After the schema that the video team of the Chaos Computer Club publishes: conference, then days, then rooms, then
events; guids are UUIDs that stay, and times have their offset.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from events.core.links import link
from events.events import EventWithPhases
from events.programmes import slug_from
from sessions.timetable.released import AgendaSession, Release

TIMESLOT = "00:05"
GENERATOR = "Folkmoot"


def guid_of(public_id: str) -> str:
    """The UUID of one of our things: always the same, and made of what its address says anyway."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"folkmoot:{public_id}"))


def hours_and_minutes(minutes: int) -> str:
    """'01:30' for ninety minutes; a day is '24:00'."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


Days = list[tuple[date, list[AgendaSession]]]


def _days(event: EventWithPhases, release: Release, agenda: Sequence[AgendaSession]) -> Days:
    """The days with sessions; an agenda without any has the day of its release, since there has to be one."""
    zone = ZoneInfo(event.zone)
    found = groupby(agenda, key=lambda one: one.starts_at.astimezone(zone).date())
    return [(day, list(group)) for day, group in found] or [(release.released_at.astimezone(zone).date(), [])]


def _rooms(agenda: Sequence[AgendaSession]) -> list[str]:
    return [name for _position, name in sorted({(one.room_position, one.room) for one in agenda})]


def _bounds(day: date, zone: str) -> tuple[str, str]:
    start = datetime.combine(day, time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return start.isoformat(), (end - timedelta(minutes=1)).isoformat()


def _clean(text: str) -> str:
    """Without the control characters that XML does not know."""
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))


def _slug(event: EventWithPhases, one: AgendaSession) -> str:
    return "-".join(part for part in (event.event.slug, str(one.session_id), slug_from(one.title)) if part)


def _particulars(event: EventWithPhases, one: AgendaSession) -> dict[str, Any]:
    starts = one.starts_at.astimezone(ZoneInfo(event.zone))
    return {
        "room": one.room,
        "title": one.title,
        "subtitle": "",
        "type": one.kind.value,
        "date": starts.isoformat(),
        "start": f"{starts:%H:%M}",
        "duration": hours_and_minutes(one.minutes),
        "abstract": one.abstract,
        "slug": _slug(event, one),
        "track": one.track,
    }


def _conference(event: EventWithPhases, days: Days) -> dict[str, Any]:
    return {
        "acronym": event.event.slug.replace("-", "_"),
        "title": event.event.name,
        "start": days[0][0].isoformat(),
        "end": days[-1][0].isoformat(),
        "days": len(days),
        "timeslot_duration": TIMESLOT,
    }


def as_frab_xml(event: EventWithPhases, release: Release, agenda: Sequence[AgendaSession]) -> bytes:
    """schedule.xml of a release."""
    root = ET.Element("schedule")
    _put(root, "version", release.name)
    conference = ET.SubElement(root, "conference")
    days = _days(event, release, agenda)
    for name, value in _conference(event, days).items():
        _put(conference, name, str(value))
    for index, (day, sessions) in enumerate(days, 1):
        start, end = _bounds(day, event.zone)
        of_day = ET.SubElement(root, "day", index=str(index), date=day.isoformat(), start=start, end=end)
        for room in _rooms(sessions):
            in_room = ET.SubElement(of_day, "room", name=_clean(room))
            for one in sessions:
                if one.room == room:
                    _put_session(in_room, event, one)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _put(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = _clean(text)


def _put_session(parent: ET.Element, event: EventWithPhases, one: AgendaSession) -> None:
    element = ET.SubElement(parent, "event", id=str(one.session_id), guid=guid_of(one.public_id))
    for name, value in _particulars(event, one).items():
        _put(element, name, value)
    persons = ET.SubElement(element, "persons")
    for speaker in one.speakers:
        _put(persons, "person", speaker.name)
    links = ET.SubElement(element, "links")
    address = link("agenda_session", event=event.event.slug, session=one.public_id)
    _put(links, "link", one.title, href=address)


def as_frab_json(event: EventWithPhases, release: Release, agenda: Sequence[AgendaSession]) -> dict[str, Any]:
    """schedule.json of a release."""
    days = _days(event, release, agenda)
    conference = _conference(event, days)
    conference["daysCount"] = conference.pop("days")
    conference |= {
        "time_zone_name": event.zone,
        "url": link("agenda", event=event.event.slug),
        "tracks": [{"name": name} for name in dict.fromkeys(one.track for one in agenda) if name],
        "rooms": [
            {"name": name, "guid": guid_of(f"{event.event.public_id} {name}"), "description": None, "capacity": None}
            for name in _rooms(agenda)
        ],
        "days": [_day_as_json(event, index, day, group) for index, (day, group) in enumerate(days, 1)],
    }
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": GENERATOR},
        "schedule": {
            "version": release.name, "base_url": link("agenda", event=event.event.slug), "conference": conference,
        },
    }  # fmt: skip


def _day_as_json(event: EventWithPhases, index: int, day: date, sessions: list[AgendaSession]) -> dict[str, Any]:
    start, end = _bounds(day, event.zone)
    rooms = {
        room: [_session_as_json(event, one) for one in sessions if one.room == room] for room in _rooms(sessions)
    }  # fmt: skip
    return {"index": index, "date": day.isoformat(), "day_start": start, "day_end": end, "rooms": rooms}


def _session_as_json(event: EventWithPhases, one: AgendaSession) -> dict[str, Any]:
    return _particulars(event, one) | {
        "id": one.session_id,
        "guid": guid_of(one.public_id),
        "url": link("agenda_session", event=event.event.slug, session=one.public_id),
        "language": "",
        "description": None,
        "persons": [
            {"name": speaker.name} | ({"guid": guid_of(speaker.public_id)} if speaker.public_id else {})
            for speaker in one.speakers
        ],
        "links": [],
    }
