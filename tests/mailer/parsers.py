"""What four independent programs read in a calendar: icalendar and vobject here, ical.js and node-ical in Node."""

import json
import shutil
import subprocess
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from dateutil import rrule
from icalendar import Calendar

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "mailer" / "parsers.mjs"
NODE = shutil.which("node")
THERE = NODE is not None and all((ROOT / "node_modules" / name).is_dir() for name in ("ical.js", "node-ical"))
NO_NODE = "ical.js and node-ical are not here: run `npm ci` with a Node on the path"
needs_node = pytest.mark.skipif(not THERE, reason=NO_NODE)


def by_node(sources: list[bytes]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What ical.js and node-ical read in each."""
    run = subprocess.run(
        [NODE or "node", SCRIPT], input=json.dumps([one.decode() for one in sources]).encode(), cwd=ROOT,
        capture_output=True, timeout=170, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    return [tuple(pair) for pair in json.loads(run.stdout)]


def _iso(moment) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_icalendar(raw: bytes) -> dict[str, Any]:
    """What icalendar reads, the zone by the VTIMEZONE in the object and not by its name."""
    calendar = Calendar.from_ical(raw)
    zones = {str(one["TZID"]): one.to_tz(lookup_tzid=False) for one in calendar.walk("VTIMEZONE")}
    events = calendar.walk("VEVENT")
    first = next((one for one in events if "RECURRENCE-ID" not in one), events[0])

    def local(property_: Any) -> Any:
        zone = zones.get(property_.params.get("TZID", ""))
        return property_.dt.replace(tzinfo=zone) if zone is not None else property_.dt

    start, end = local(first["DTSTART"]), local(first["DTEND"])
    starts = {start}
    if "RRULE" in first:
        naive = rrule.rrulestr(first["RRULE"].to_ical().decode(), dtstart=start.replace(tzinfo=None))
        starts = {one.replace(tzinfo=start.tzinfo) for one in naive}
    exceptions = first.get("EXDATE", [])
    for each in exceptions if isinstance(exceptions, list) else [exceptions]:
        zone = zones.get(each.params.get("TZID", ""))
        starts -= {one.dt.replace(tzinfo=zone) if zone else one.dt for one in each.dts}
    for one in events:
        if one is not first:
            starts -= {local(one["RECURRENCE-ID"])}
            starts |= {local(one["DTSTART"])}
    attendee = first.get("ATTENDEE")
    return {
        "method": str(calendar.get("METHOD", "")), "uid": str(first["UID"]), "sequence": int(first["SEQUENCE"]),
        "status": str(first["STATUS"]), "summary": str(first.get("SUMMARY", "")),
        "place": str(first.get("LOCATION", "")), "description": str(first.get("DESCRIPTION", "")),
        "starts": sorted(_iso(one) for one in starts),
        "seconds": (end.astimezone(UTC) - start.astimezone(UTC)) // timedelta(seconds=1),
        "attendee": str(attendee or ""), "name": str(attendee.params.get("CN", "")) if attendee else "",
    }  # fmt: skip


def by_vobject(raw: bytes) -> dict[str, Any]:
    """What vobject reads, which works out zones from the VTIMEZONE with dateutil."""
    calendar = vobject.readOne(raw.decode())
    events = calendar.vevent_list
    first = next((one for one in events if not hasattr(one, "recurrence_id")), events[0])
    starts = {first.dtstart.value}
    if hasattr(first, "rrule"):
        starts = set(first.getrruleset(addRDate=True))
    for one in events:
        if one is not first:
            starts -= {one.recurrence_id.value}
            starts |= {one.dtstart.value}
    attendee = getattr(first, "attendee", None)
    said = {
        name: getattr(first, name).value if hasattr(first, name) else ""
        for name in ("summary", "location", "description")
    }
    return {
        "method": calendar.method.value, "uid": first.uid.value, "sequence": int(first.sequence.value),
        "status": first.status.value, "summary": said["summary"], "place": said["location"],
        "description": said["description"], "starts": sorted(_iso(one) for one in starts),
        "seconds": int((first.dtend.value.astimezone(UTC) - first.dtstart.value.astimezone(UTC)).total_seconds()),
        "attendee": attendee.value if attendee else "",
        "name": attendee.params.get("CN", [""])[0] if attendee else "",
    }  # fmt: skip
