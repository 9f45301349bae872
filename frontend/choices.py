"""What people choose from in forms: the reference lists, as options in the reader's language."""

from dataclasses import dataclass

from events.core.translation import LANGUAGES, Message, own_name
from events.organisations import KIND_NAMES
from events.reference.countries import COUNTRIES, countries_by_name
from events.reference.keywords import FIELDS, TECHNOLOGIES, Group
from events.reference.languages import languages_by_name
from events.reference.regions import regions_of
from events.reference.sectors import SECTORS
from events.reference.zones import zone_groups

Option = tuple[str, str]


@dataclass(frozen=True)
class KeywordGroup:
    """A group of keywords as forms fold it: its own id first."""

    label: str
    options: list[Option]

    def chosen(self, values: "list[str] | tuple[str, ...]") -> int:
        """How many of its keywords are among `values`."""
        return sum(code in values for code, _label in self.options)


def countries() -> list[Option]:
    """Countries by name."""
    return list(countries_by_name())


def languages() -> list[Option]:
    """Languages that people speak, by name."""
    return list(languages_by_name())


def kinds() -> list[Option]:
    """Kinds of organisations."""
    return [(kind.value, str(name)) for kind, name in KIND_NAMES.items()]


def sectors() -> list[Option]:
    """Sections of NACE with their letters."""
    return [(letter, f"{letter} {label}") for letter, label in SECTORS.items()]


def regions() -> list[Option]:
    """Regions of NUTS level 2, by code: what people choose from when they do not know a code of level 3."""
    found = [region for country in sorted(COUNTRIES) for region in regions_of(country, 2)]
    return [(region.code, region.label) for region in found]


def keyword_groups() -> list[KeywordGroup]:
    """Technologies, then fields with their problems."""
    return [_group(group) for group in (*TECHNOLOGIES, *FIELDS)]


def _group(group: Group) -> KeywordGroup:
    options = [(group.id, str(group.label)), *((keyword.id, str(keyword.label)) for keyword in group.keywords)]
    return KeywordGroup(str(group.label), options)


def keyword_options() -> list[tuple[Message, list[Option]]]:
    """Keywords for a menu with groups."""
    return [(group.label, _group(group).options) for group in (*TECHNOLOGIES, *FIELDS)]


def zones() -> list[tuple[Message, list[Option]]]:
    """Time zones by continent, for a menu with groups; UTC is not among them."""
    return [(group.label, [(zone, zone.replace("_", " ")) for zone in group.zones]) for group in zone_groups()]


def interface_languages() -> list[Option]:
    """Languages that Folkmoot itself speaks, each in its own name."""
    return [(code, own_name(code)) for code in LANGUAGES]


def words_in(text: str) -> list[str]:
    """Own keywords as somebody typed them: 'Leather; tanning' is two, in small letters."""
    parts = text.replace(";", ",").replace("\n", ",").split(",")
    return list(dict.fromkeys(" ".join(part.split()).casefold() for part in parts if part.strip()))
