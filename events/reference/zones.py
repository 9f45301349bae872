"""Time zones people can choose, grouped, and those likely for a country."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from events.core.translation import Message, _

CONTINENTS = {
    "Europe": _("Europe"),
    "Atlantic": _("Atlantic"),
    "Asia": _("Asia"),
    "Africa": _("Africa"),
    "America": _("America"),
    "Australia": _("Australia"),
    "Pacific": _("Pacific"),
    "Indian": _("Indian Ocean"),
    "Arctic": _("Arctic"),
    "Antarctica": _("Antarctica"),
}

WITHOUT_OWN = {"XK": "RS"}
"""Countries that the IANA list does not have, and where to look instead, as CLDR does."""


@dataclass(frozen=True)
class ZoneGroup:
    """The zones of one continent or ocean, as IANA names by alphabet."""

    label: Message
    zones: tuple[str, ...]


def is_zone(name: str) -> bool:
    """Whether `name` can be chosen: a place of the IANA list, or UTC. Aliases cannot; see `zone_called`."""
    return name == "UTC" or name in _all_zones()


def zone_called(name: str) -> str | None:
    """The zone meant by what a browser or calendar calls one: 'Europe/Kyiv' by 'Europe/Kiev'; None if there is none."""
    if is_zone(name):
        return name
    meant = "UTC" if name in ("Etc/UTC", "Etc/GMT", "GMT", "UCT", "Zulu") else _aliases().get(name, "")
    return meant if is_zone(meant) else None


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The zones of a country (ISO code), the likeliest first; none for a country we do not know."""
    where = WITHOUT_OWN.get(country, country)
    return tuple(zone for zone, place in _places() if place == where)


@cache
def zone_groups() -> tuple[ZoneGroup, ...]:
    """All zones that can be chosen, but UTC, by continent, ours first."""
    return tuple(
        ZoneGroup(label, tuple(sorted(zone for zone in _all_zones() if zone.startswith(f"{continent}/"))))
        for continent, label in CONTINENTS.items()
    )


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(zone for zone, _country in _places())


@cache
def _places() -> tuple[tuple[str, str], ...]:
    # zone.tab, not zone1970.tab: there Oslo, Stockholm and Copenhagen are Berlin, and people look for their capital.
    lines = _table("zone.tab")
    known = available_timezones()
    columns = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((zone, country) for country, _where, zone, *_comment in columns if zone in known)


@cache
def _aliases() -> dict[str, str]:
    links = (line.split() for line in _table("tzdata.zi") if line.startswith("L "))
    return {alias: zone for _link, zone, alias in links}


def _table(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()
