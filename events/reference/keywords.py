"""What organisations offer and look for: our own two-level list of technologies and of fields with their problems.

Ids are stable, since rows, imports and the API hold them: labels may be reworded, ids never, and none is used again.
"""

from dataclasses import dataclass
from functools import cache

from events.core.translation import Message, _


@dataclass(frozen=True)
class Keyword:
    """One thing to tick. `id` is the group's id, a dot and a word: 'ai.vision'."""

    id: str
    label: Message


@dataclass(frozen=True)
class Group:
    """Keywords that belong together; the group's own id can be ticked too, when none of them fits."""

    id: str
    label: Message
    keywords: tuple[Keyword, ...]


def _group(group: str, label: Message, /, **keywords: Message) -> Group:
    return Group(group, label, tuple(Keyword(f"{group}.{word}", named) for word, named in keywords.items()))


TECHNOLOGIES: tuple[Group, ...] = (
    _group(
        "ai",
        _("Artificial intelligence"),
        assistants=_("Assistants and language models"),
        vision=_("Computer vision"),
        forecasting=_("Forecasting and optimisation"),
        trust=_("Trustworthy and explainable AI"),
    ),
    _group(
        "robotics",
        _("Robotics and automation"),
        cobots=_("Robots that work beside people"),
        logistics=_("Autonomous transport in plants and warehouses"),
        drones=_("Drones and inspection robots"),
        control=_("Control and retrofitting of machines"),
    ),
    _group(
        "iot",
        _("Sensors and connected things"),
        sensors=_("Sensors and measuring"),
        edge=_("Computing at the edge"),
        tracking=_("Tracking of goods and assets"),
        wearables=_("Wearables"),
    ),
    _group(
        "data",
        _("Data and cloud"),
        spaces=_("Data spaces and sharing"),
        analytics=_("Analytics and dashboards"),
        twins=_("Digital twins and simulation"),
        cloud=_("Cloud and computing infrastructure"),
    ),
    _group(
        "security",
        _("Cybersecurity and digital trust"),
        plants=_("Security of plants and machines"),
        identity=_("Digital identity"),
        ledgers=_("Distributed ledgers and product passports"),
        privacy=_("Privacy-preserving computing"),
    ),
    _group(
        "networks",
        _("Networks and communication"),
        mobile=_("5G, 6G and private networks"),
        satellite=_("Satellite communication and positioning"),
        lowpower=_("Low-power wide-area networks"),
    ),
    _group(
        "immersive",
        _("Virtual and augmented reality"),
        training=_("Immersive training"),
        guidance=_("Augmented guidance at work"),
        design=_("Virtual prototypes and showrooms"),
    ),
    _group(
        "additive",
        _("Additive manufacturing"),
        metal=_("3D printing of metal"),
        polymers=_("3D printing of polymers and composites"),
        large=_("Large-scale and construction printing"),
        bioprinting=_("Bioprinting"),
    ),
    _group(
        "materials",
        _("Advanced materials"),
        composites=_("Composites and lightweight materials"),
        biobased=_("Bio-based and biodegradable materials"),
        surfaces=_("Coatings and functional surfaces"),
        nano=_("Nanomaterials"),
    ),
    _group(
        "photonics",
        _("Photonics and microelectronics"),
        lasers=_("Lasers and laser processing"),
        imaging=_("Optical measuring and imaging"),
        chips=_("Chips and embedded systems"),
        quantum=_("Quantum technologies"),
    ),
    _group(
        "biotech",
        _("Biotechnology"),
        industrial=_("Industrial biotechnology and enzymes"),
        food=_("Fermentation and new proteins"),
        health=_("Biopharmaceuticals and diagnostics"),
        plants=_("Plant and soil biotechnology"),
    ),
    _group(
        "medtech",
        _("Medical and health technology"),
        devices=_("Medical devices"),
        digital=_("Digital health and telemedicine"),
        assistive=_("Assistive technology and ageing well"),
    ),
    _group(
        "energy",
        _("Energy technology"),
        storage=_("Batteries and storage"),
        hydrogen=_("Hydrogen"),
        renewables=_("Solar, wind and geothermal energy"),
        grids=_("Smart grids and flexible demand"),
    ),
    _group(
        "environment",
        _("Environmental technology"),
        water=_("Water treatment and reuse"),
        recycling=_("Sorting and recycling"),
        air=_("Air, emissions and carbon capture"),
        earth=_("Earth observation and monitoring"),
    ),
    _group(
        "processes",
        _("Manufacturing processes"),
        machining=_("Machining and forming"),
        joining=_("Welding, bonding and joining"),
        inspection=_("Quality inspection and testing"),
        packaging=_("Packaging technology"),
    ),
    _group(
        "software",
        _("Software and digital platforms"),
        commerce=_("Online trade and marketplaces"),
        planning=_("Planning and enterprise systems"),
        interfaces=_("Interfaces and integration"),
        games=_("Serious games and gamification"),
    ),
)
"""What people bring or look for."""

FIELDS: tuple[Group, ...] = (
    _group(
        "agrifood",
        _("Food and farming"),
        waste=_("Less food waste"),
        traceability=_("Traceability from field to table"),
        precision=_("Precise use of water, feed and fertiliser"),
        shelf=_("Longer shelf life"),
    ),
    _group(
        "construction",
        _("Construction and housing"),
        renovation=_("Faster renovation"),
        circular=_("Reuse of building materials"),
        digital=_("Digital planning and building sites"),
    ),
    _group(
        "mobility",
        _("Mobility and vehicles"),
        electric=_("Switch to electric drives"),
        freight=_("Cleaner freight and last-mile delivery"),
        rail=_("Rail, ships and aviation"),
    ),
    _group(
        "health",
        _("Health and care"),
        staff=_("Relief for care staff"),
        prevention=_("Prevention and early detection"),
        supply=_("Secure supply of medical products"),
    ),
    _group(
        "textiles",
        _("Textiles, clothing and footwear"),
        fibres=_("Reuse of fibres"),
        demand=_("Production on demand"),
        technical=_("Technical and smart textiles"),
    ),
    _group(
        "tourism",
        _("Tourism and hospitality"),
        flows=_("Visitor flows and seasons"),
        sustainable=_("Sustainable stays"),
        accessible=_("Accessible travel"),
    ),
    _group(
        "culture",
        _("Culture, media and design"),
        heritage=_("Digitising heritage"),
        audiences=_("New audiences and formats"),
        rights=_("Rights and income of creators"),
    ),
    _group(
        "retail",
        _("Trade and retail"),
        local=_("Local shops online"),
        returns=_("Fewer returns"),
        reuse=_("Repair, rental and second-hand"),
    ),
    _group(
        "industry",
        _("Industry and machinery"),
        downtime=_("Less downtime"),
        skills=_("Passing on skills"),
        energyuse=_("Less energy in production"),
        supply=_("Resilient supply chains"),
    ),
    _group(
        "renewables",
        _("Energy supply"),
        communities=_("Energy communities"),
        heat=_("Waste heat and heating networks"),
        stability=_("Stable grids"),
    ),
    _group(
        "public",
        _("Public services and social economy"),
        inclusion=_("Inclusion and accessibility"),
        services=_("Simpler public services"),
        rural=_("Rural areas and small towns"),
    ),
    _group(
        "maritime",
        _("Sea, space and security"),
        blue=_("Sustainable blue economy"),
        space=_("Use of space data"),
        crisis=_("Civil protection and crisis response"),
    ),
)
"""Where the problems are: the ecosystems of European industry, each with some of its own."""


def is_keyword(code: str) -> bool:
    """Whether `code` is the id of a keyword or of a group of either list."""
    return code in _labels()


def keyword_label(code: str) -> Message | str:
    """The label of a keyword or group; an id that we do not know, or no longer, is shown as it is."""
    return _labels().get(code, code)


def group_of(code: str) -> Group | None:
    """The group that a keyword's or group's id belongs to; None for an unknown id."""
    if not is_keyword(code):
        return None
    return next(group for group in (*TECHNOLOGIES, *FIELDS) if group.id == code.partition(".")[0])


@cache
def _labels() -> dict[str, Message]:
    groups = (*TECHNOLOGIES, *FIELDS)
    inside = {keyword.id: keyword.label for group in groups for keyword in group.keywords}
    return {group.id: group.label for group in groups} | inside
