"""People who come in from a file: they take part at once and are written to; profiles stay their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.sheets import Sheet
from events.core.timers import stop_timer
from events.core.translation import LANGUAGES, _
from events.desks import desks_by_organisation
from events.events import Event, EventState, EventWithPhases
from events.importing.lines import Imported, Line, Preview, Problem
from events.membership_requests import ask_for, led_by_others
from events.organisations import (
    Membership,
    Organisation,
    OrganisationJoined,
    OrganisationKind,
    Portrait,
    enter_member,
    enter_organisation,
    organisations_like,
    problems_of,
)
from events.people import Person, PersonState, clean_email, clean_name
from events.reference.zones import zones_of
from events.registration import (
    ParticipationType,
    Registration,
    RegistrationReceived,
    RegistrationState,
    places_taken,
    types_of,
)
from events.roles import organiser_of_event

COLUMNS = (
    "email", "name", "organisation", "kind", "country", "region", "languages", "keywords", "participation_type"
)  # fmt: skip


@dataclass(frozen=True)
class ParticipantRow:
    """One person of a file, checked. Without an organisation, `organisation` is None."""

    line: int
    email: str
    name: str
    organisation: Portrait | None
    country: str
    languages: tuple[str, ...]
    keywords: tuple[str, ...]
    type_code: str
    type_name: str


@dataclass(frozen=True)
class ParticipantsImported(Fact):
    """An organiser brought people in from a file."""

    event_id: int
    added: int


def takes_people(subject: EventWithPhases, now: object) -> None:
    """Refuse an event that is over, and a draft: whoever comes in is written to at once."""
    if subject.event.state is EventState.CLOSED:
        raise Conflict(_("This event is over. Its pages stay, but nothing can be changed any more."))
    if subject.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first: people you import are written to at once."))


def preview_participants(db: Database, actor: Actor, event: EventWithPhases, sheet: Sheet) -> Preview[ParticipantRow]:
    """What importing these lines would do; writes nothing. For the event's organisers only.

    Columns: e-mail and name; organisation, kind, country, region (NUTS), languages, keywords and participation type
    may be left out. A person without a participation type gets the event's first.
    """
    if not organiser_of_event(actor, event):
        raise NotAllowed
    types = types_of(db, event.id)
    rows: list[ParticipantRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line in map(Line, sheet.rows):
        row = _row(line, types, seen)
        problems += line.problems
        if row is not None and not line.problems:
            rows.append(row)
    known = _registered(db, event, [row.email for row in rows])
    return Preview(tuple(rows), tuple(problems), sum(row.email in known for row in rows))


def _row(line: Line, types: Sequence[ParticipationType], seen: dict[str, int]) -> ParticipantRow | None:
    email = _email(line, seen)
    name = clean_name(line["name"] or f"{line['first_name']} {line['last_name']}")
    if not name:
        line.wrong("name", _("Please give this person's name."))
    chosen = _type(line, types)
    row = ParticipantRow(
        line.number,
        email,
        name,
        _organisation(line),
        line.country(),
        line.languages("languages"),
        line.keywords(),
        chosen.code if chosen else "",
        chosen.name if chosen else "",
    )
    return row if chosen else None


def _email(line: Line, seen: dict[str, int]) -> str:
    try:
        email = clean_email(line["email"])
    except Invalid as refusal:
        line.refused(refusal)
        return ""
    if email in seen:
        line.wrong("email", _("This address stands on line %(line)s already.", line=seen[email]))
    seen.setdefault(email, line.number)
    return email


def _type(line: Line, types: Sequence[ParticipationType]) -> ParticipationType | None:
    wanted = line["participation_type"].casefold()
    found = next((one for one in types if wanted in {one.code.casefold(), one.name.casefold()}), None)
    if found is None and not wanted:
        found = next(iter(types), None)
    if found is None:
        names = ", ".join(one.name for one in types)
        line.wrong(
            "participation_type", _("This event has no such participation type. It has: %(names)s.", names=names)
        )
    return found


KINDS = {kind.value.casefold().replace("-", " "): kind for kind in OrganisationKind} | {
    "sme": OrganisationKind.TRADITIONAL_SME
}


def kind_called(text: str, default: OrganisationKind) -> OrganisationKind | None:
    """The kind of organisation that is written there; the default for an empty cell, None for what is no kind."""
    plain = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    return KINDS.get(plain) if plain else default


def _organisation(line: Line) -> Portrait | None:
    if not line["organisation"]:
        return None
    kind = kind_called(line["organisation_kind"] or line["kind"], OrganisationKind.OTHER)
    if kind is None:
        line.wrong("kind", _("This is no kind of organisation that we know. Write, for example: technology centre."))
    portrait = Portrait(
        name=line["organisation"],
        kind=kind or OrganisationKind.OTHER,
        country=line.country(),
        region=line["region"].upper(),
    )
    line.all_wrong(problems_of(portrait), name="organisation")
    return portrait


def _registered(db: Database, event: EventWithPhases, emails: Sequence[str]) -> set[str]:
    """Which of these addresses have a registration for the event, in whatever state."""
    query = select(Person.email).where(Registration.event_id == event.id, Registration.person_id == Person.id)
    return set(db.exec(query)) & set(emails)


@command(organiser_of_event, when=takes_people)
def import_participants(
    db: Database, actor: Actor, subject: EventWithPhases, *, rows: Sequence[ParticipantRow]
) -> Imported:
    """Let the people of these lines take part, all of them or, when something fails, none.

    They are accepted while there are places and wait after that. Who is unknown becomes a person who has yet to sign
    in, and belongs to the organisation named; where that has a contact with an account, the contact is asked first.
    Who has an account keeps profile and memberships as they are. Who has a registration for this event, even a
    withdrawn one, is left alone, so that the same file twice changes nothing.
    """
    # Locks the event's row on PostgreSQL, so that two imports of one file wait for each other; SQLite has one writer.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    known = _registered(db, subject, [row.email for row in rows])
    fresh = [row for row in rows if row.email not in known]
    people = _people(db, fresh)
    organisations = {
        row.organisation: find_or_enter(db, actor, row.organisation) for row in fresh if row.organisation is not None
    }
    newcomers = [
        (organisations[row.organisation], people[row.email])
        for row in fresh
        if row.organisation is not None and people[row.email].state is PersonState.NEW
    ]
    asking = _belong(db, actor, newcomers)
    _register(db, actor, subject, fresh, people, organisations, asking)
    if fresh:
        record(db, actor, ParticipantsImported(event_id=subject.id, added=len(fresh)))
    return Imported(len(fresh), len(rows) - len(fresh))


def _people(db: Database, rows: Sequence[ParticipantRow]) -> dict[str, Person]:
    """The people of these lines by address, those whom nobody knew entered."""
    found: dict[str, Person] = {}
    for start in range(0, len(rows), 500):
        query = select(Person).where(col(Person.email).in_([row.email for row in rows[start : start + 500]]))
        found |= {person.email: person for person in db.exec(query)}
    for person in found.values():
        if person.state is PersonState.NEW:
            stop_timer(db, "forget unused address", person.id or 0)  # they are expected now
    unknown = [_person(row) for row in rows if row.email not in found]
    db.add_all(unknown)
    db.flush()
    return found | {person.email: person for person in unknown}


def _person(row: ParticipantRow) -> Person:
    return Person(
        email=row.email,
        name=row.name,
        locale=next((code for code in row.languages if code in LANGUAGES), "en"),
        zone=next(iter(zones_of(row.country)), "Europe/Brussels"),
        languages=list(row.languages),
        keywords=list(row.keywords),
        joined_at=clock.now(),
    )


def _register(
    db: Database,
    actor: Actor,
    event: EventWithPhases,
    rows: Sequence[ParticipantRow],
    people: Mapping[str, Person],
    organisations: Mapping[Portrait, Organisation],
    asking: Collection[tuple[int | None, int | None]],
) -> None:
    types = {one.code: one for one in types_of(db, event.id)}
    places = None if event.event.capacity is None else event.event.capacity - places_taken(db, event.id)
    homes = [organisations[row.organisation].id if row.organisation else None for row in rows]
    desks = desks_by_organisation(db, event.programme_id, homes)
    registrations = [
        Registration(
            event_id=event.id,
            person_id=people[row.email].id or 0,
            organisation_id=None if (home, people[row.email].id) in asking else home,
            asked_organisation_id=home if (home, people[row.email].id) in asking else None,
            desk_id=desks.get(home or 0),
            type_id=types[row.type_code].id or 0,
            state=RegistrationState.ACCEPTED if places is None or count < places else RegistrationState.WAITING,
            registered_at=clock.now(),
            decided_at=clock.now(),
        )
        for count, (row, home) in enumerate(zip(rows, homes, strict=True))
    ]
    db.add_all(registrations)
    db.flush()
    for one in registrations:
        fact = RegistrationReceived(event_id=event.id, registration_id=one.id or 0, state=one.state)
        record(db, actor, fact)


def _belong(
    db: Database, actor: Actor, newcomers: Sequence[tuple[Organisation, Person]]
) -> set[tuple[int | None, int | None]]:
    """Let people who have yet to sign in belong to organisations, the first of each as its contact if it has none. For
    organisations that others lead they ask; these are returned, as (organisation, person)."""
    ids = {organisation.id for organisation, _who in newcomers}
    held = list(db.exec(select(Membership).where(col(Membership.organisation_id).in_(ids))))
    together = {(one.organisation_id, one.person_id) for one in held}
    led = {one.organisation_id for one in held if one.is_contact}
    others = led_by_others(db, actor, [organisation.id or 0 for organisation, _who in newcomers])
    rows, asking = [], set[tuple[int | None, int | None]]()
    for organisation, person in newcomers:
        place, who = organisation.id or 0, person.id or 0
        if (place, who) in together:
            continue
        if place in others:
            ask_for(db, actor, place, who)
            asking.add((place, who))
            continue
        is_first = place not in led
        rows.append(Membership(organisation_id=place, person_id=who, is_contact=is_first, joined_at=clock.now()))
        led.add(place)
    db.add_all(rows)
    db.flush()
    for row in rows:
        record(db, actor, OrganisationJoined(organisation_id=row.organisation_id, person_id=row.person_id))
    return asking


def find_or_enter(db: Database, actor: Actor, portrait: Portrait) -> Organisation:
    """The organisation of this name in this country, entered if there is none; part of imports."""
    known = organisations_like(db, portrait.name, portrait.country)
    return known[0] if known else enter_organisation(db, actor, portrait)


def belong(db: Database, actor: Actor, organisation: Organisation, person: Person) -> bool:
    """Let somebody who has yet to sign in belong to an organisation, once, or ask where others lead it; part of
    imports. Whether they belong to it now."""
    query = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organisation_id == organisation.id
    )
    if db.exec(query).first() is None:
        if led_by_others(db, actor, [organisation.id or 0]):
            ask_for(db, actor, organisation.id or 0, person.id or 0)
            return False
        enter_member(db, actor, organisation, person_id=person.id or 0)
    return True
