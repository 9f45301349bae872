"""Needs and offers that come in from a file, each with an organisation, and stand in an event at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotAllowed
from events.core.sheets import Sheet
from events.core.translation import _
from events.events import Event, EventWithPhases, not_over
from events.importing.lines import Imported, Line, Preview, Problem, language_called
from events.importing.participants import belong, find_or_enter, kind_called
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState, Wording, enter_in_event, enter_item
from events.marketplace import problems_of as problems_of_item
from events.organisations import Membership, Organisation, OrganisationKind, Portrait
from events.organisations import problems_of as problems_of_organisation
from events.people import Person, PersonState, clean_email, clean_name, find_person, new_person
from events.roles import organiser_of_event

COLUMNS = (
    "id", "kind", "language", "summary", "text", "text_en", "keywords", "sector", "country", "budget_eur", "speaks",
    "serves_countries", "serves_sectors", "min_project_eur", "organisation", "email", "contact_name",
)  # fmt: skip

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
USUAL_OWNER = {
    ItemKind.NEED: OrganisationKind.TRADITIONAL_SME,
    ItemKind.OFFER: OrganisationKind.TECH_SAVVY_SME,
}


@dataclass(frozen=True)
class ItemRow:
    """One item of a file, checked. Without an e-mail address its organisation answers."""

    line: int
    id: str
    wording: Wording
    organisation: Portrait
    email: str
    name: str


@dataclass(frozen=True)
class ItemsImported(Fact):
    """An organiser brought needs and offers in from a file."""

    event_id: int
    added: int


def preview_items(
    db: Database, actor: Actor, event: EventWithPhases, sheet: Sheet, *, kind: ItemKind | None = None
) -> Preview[ItemRow]:
    """What importing these lines would do; writes nothing. For the event's organisers only.

    Columns: id, country and text; the others may be left out. Whether a line is a need or an offer says `kind`, else
    its column 'kind', else what it speaks of: a budget makes it a need, whom it serves an offer.
    """
    if not organiser_of_event(actor, event):
        raise NotAllowed
    rows: list[ItemRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line in map(Line, sheet.rows):
        row = _row(line, kind, seen)
        problems += line.problems
        if row is not None and not line.problems:
            rows.append(row)
    known = _imported(db, event, rows)
    return Preview(tuple(rows), tuple(problems), sum(mark(event, row) in known for row in rows))


def _row(line: Line, kind: ItemKind | None, seen: dict[str, int]) -> ItemRow | None:
    chosen = kind or _kind(line)
    if chosen is None:
        line.wrong("kind", _("Say whether this is a need or an offer."))
        return None
    _check_id(line, chosen, seen)
    wording = _wording(line, chosen)
    line.all_wrong(problems_of_item(wording), summary="text")
    return ItemRow(line.number, line["id"], wording, _organisation(line, chosen), _email(line), _contact(line))


def _kind(line: Line) -> ItemKind | None:
    written = line["kind"].casefold()
    if written:
        return next((kind for kind in ItemKind if kind == written), None)
    if line["serves_countries"] or line["serves_sectors"] or line["min_project_eur"]:
        return ItemKind.OFFER
    return ItemKind.NEED if line["budget_eur"] else None


def _check_id(line: Line, kind: ItemKind, seen: dict[str, int]) -> None:
    if not ID.fullmatch(line["id"]):
        line.wrong("id", _("Each line needs an id of letters and digits, such as N008, so that it is imported once."))
        return
    key = f"{kind}:{line['id']}"
    if key in seen:
        line.wrong("id", _("This id stands on line %(line)s already.", line=seen[key]))
    seen.setdefault(key, line.number)


def _wording(line: Line, kind: ItemKind) -> Wording:
    money = "budget_eur" if kind is ItemKind.NEED else "min_project_eur"
    text = line["text"]
    return Wording(
        kind=kind,
        summary=line["summary"] or first_sentence(text),
        language=language_called(line["language"]) or "en",
        text=text,
        text_en=line["text_en"],
        keywords=line.keywords(),
        sector=line["sector"],
        country=line.country(),
        countries=_unless_any(tuple(code.upper() for code in line.several("serves_countries"))),
        sectors=_unless_any(tuple(line.several("serves_sectors"))),
        speaks=line.languages("speaks"),
        budget_eur=line.number_in(money),
    )


def _unless_any(values: tuple[str, ...]) -> tuple[str, ...]:
    return () if any(value.casefold() in {"any", "all"} for value in values) else values


def first_sentence(text: str) -> str:
    """The beginning of a text that can stand in a list: its first sentence, cut between words at 160 letters."""
    plain = " ".join(text.split())
    sentence = re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0]
    if len(sentence) <= 160:
        return sentence
    return sentence[:158].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _organisation(line: Line, kind: ItemKind) -> Portrait:
    country = line.country()
    words = {ItemKind.NEED: "Need", ItemKind.OFFER: "Offer"}
    # A file without names: neutral ones, the same at each import, so that people can be imported to them.
    name = line["organisation"] or line["name"] or f"{words[kind]} {line['id']} ({country})"
    wanted = kind_called(line["organisation_kind"], USUAL_OWNER[kind]) or USUAL_OWNER[kind]
    portrait = Portrait(name=name, kind=wanted, country=country)
    line.all_wrong(problems_of_organisation(portrait), name="organisation")
    return portrait


def _email(line: Line) -> str:
    if not line["email"]:
        return ""
    try:
        return clean_email(line["email"])
    except Invalid as refusal:
        line.refused(refusal)
        return ""


def _contact(line: Line) -> str:
    name = clean_name(line["contact_name"])
    if line["email"] and not name:
        line.wrong("contact_name", _("Please name the person whose address this is."))
    return name


def mark(event: EventWithPhases, row: ItemRow) -> str:
    """By which an item is known again: the same id in the same programme is the same item."""
    return f"{event.programme_id}:{row.wording.kind}:{row.id}"


def _imported(db: Database, event: EventWithPhases, rows: Sequence[ItemRow]) -> dict[str, Item]:
    marks = [mark(event, row) for row in rows]
    found: dict[str, Item] = {}
    for start in range(0, len(marks), 500):
        query = select(Item).where(col(Item.imported_as).in_(marks[start : start + 500]))
        found |= {item.imported_as: item for item in db.exec(query)}
    return found


@command(organiser_of_event, when=not_over)
def import_items(db: Database, actor: Actor, subject: EventWithPhases, *, rows: Sequence[ItemRow]) -> Imported:
    """Publish the items of these lines and show them in the event, all of them or, when something fails, none.

    An id that was imported in this programme before is left as it is now, even if it was changed or withdrawn since,
    so that the same file twice changes nothing; in another event of the programme it is only shown.
    """
    # Locks the programme's events on PostgreSQL, so that two imports of one file wait for each other.
    db.exec(
        select(Event.id).where(Event.programme_id == subject.programme_id).order_by(col(Event.id)).with_for_update()
    ).all()
    known = _imported(db, subject, rows)
    shown = set(db.exec(select(ItemInEvent.item_id).where(ItemInEvent.event_id == subject.id)))
    added = 0
    for row in rows:
        item = known.get(mark(subject, row))
        if item is None:
            item = _import_one(db, actor, subject, row)
            added += 1
        if item.id not in shown and item.state is ItemState.PUBLISHED:
            enter_in_event(db, actor, item_id=item.id or 0, event=subject)
    if added:
        record(db, actor, ItemsImported(event_id=subject.id, added=added))
    return Imported(added, len(rows) - added)


def _import_one(db: Database, actor: Actor, event: EventWithPhases, row: ItemRow) -> Item:
    organisation = find_or_enter(db, actor, row.organisation)
    person = _keeper(db, actor, organisation, row)
    return enter_item(
        db,
        actor,
        row.wording,
        organisation_id=organisation.id or 0,
        person_id=person.id if person else None,
        imported_as=mark(event, row),
    )


def _keeper(db: Database, actor: Actor, organisation: Organisation, row: ItemRow) -> Person | None:
    """Who stands behind an item: a newcomer of the file, or somebody who belongs to its organisation already.

    Nobody is made to speak for an organisation whose contacts have not agreed, and nobody with an account for one
    that they never joined.
    """
    if not row.email:
        return None
    person = find_person(db, row.email) or new_person(db, email=row.email, name=row.name)
    if person.state is PersonState.NEW:
        return person if belong(db, actor, organisation, person) else None
    query = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organisation_id == organisation.id
    )
    return person if db.exec(query).first() else None
