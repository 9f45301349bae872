"""`folkmoot import`: the same import as on the page, for a file on this machine."""

from collections.abc import Callable
from pathlib import Path

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound, Refusal
from events.core.sheets import Sheet
from events.core.translation import N_, Message, _
from events.events import EventWithPhases, get_event
from events.importing.devpost import ProjectRow, import_projects, preview_projects, with_members_named
from events.importing.items import ItemRow, import_items, preview_items
from events.importing.lines import Imported, Preview, read_lines
from events.importing.participants import ParticipantRow, import_participants, preview_participants
from events.marketplace import ItemKind
from events.people import PersonState, find_person
from events.roles import actor_for

KINDS: dict[str, ItemKind | None] = {"needs": ItemKind.NEED, "offers": ItemKind.OFFER, "items": None}
Looked = Preview[ParticipantRow] | Preview[ItemRow] | Preview[ProjectRow]


class NoSuchImport(Refusal):
    """Something was to be imported that nobody can."""


def import_file(path: Path, *, event_slug: str, what: str, as_email: str, say: Callable[[str], None] = print) -> bool:
    """Import participants, needs, offers or items (each line says which), or Devpost's list of projects into an event,
    as one of its organisers.

    Says what is wrong line by line, leaves those lines out and imports the others, all of them or none. True when
    every line was good; the same file twice changes nothing.
    """
    try:
        if what not in {"participants", "devpost", *KINDS}:
            raise NoSuchImport(
                _("There is no import of %(what)s. Choose participants, needs, offers, items or devpost.", what=what)
            )
        naming = with_members_named if what == "devpost" else None
        sheet = read_lines(path.read_bytes(), path.name, complete=naming)
        with reading() as db:
            preview = _look(db, *_who_and_where(db, as_email, event_slug), sheet, what)
        for problem in preview.problems:
            say(_line(problem.line, problem.field, problem.sentence))
        with transaction() as db:
            actor, event = _who_and_where(db, as_email, event_slug)
            done = _import(db, actor, event, sheet, what)
    except Refusal as refusal:
        say(str(refusal.message))
        return False
    say(str(done))
    if preview.wrong_lines:
        say(str(N_("%(count)s line was left out.", "%(count)s lines were left out.", preview.wrong_lines)))
    return not preview.problems


def _who_and_where(db: Database, as_email: str, event_slug: str) -> tuple[Actor, EventWithPhases]:
    person = find_person(db, as_email)
    if person is None or person.state is not PersonState.ACTIVE:
        raise NotFound(_("Nobody signs in here with the address %(email)s.", email=as_email))
    actor = actor_for(db, person.id)
    try:
        return actor, get_event(db, actor, event_slug)
    except NotFound as refusal:
        raise NotFound(_("There is no event at the address %(slug)s.", slug=event_slug)) from refusal


def _look(db: Database, actor: Actor, event: EventWithPhases, sheet: Sheet, what: str) -> Looked:
    if what == "participants":
        return preview_participants(db, actor, event, sheet)
    if what == "devpost":
        return preview_projects(db, actor, event, sheet)
    return preview_items(db, actor, event, sheet, kind=KINDS[what])


def _import(db: Database, actor: Actor, event: EventWithPhases, sheet: Sheet, what: str) -> Imported:
    if what == "participants":
        return import_participants(db, actor, event, rows=preview_participants(db, actor, event, sheet).rows)
    if what == "devpost":
        return import_projects(db, actor, event, rows=preview_projects(db, actor, event, sheet).rows)
    return import_items(db, actor, event, rows=preview_items(db, actor, event, sheet, kind=KINDS[what]).rows)


def _line(line: int, field: str, sentence: Message | str) -> str:
    return str(_("line %(line)s, %(field)s: %(sentence)s", line=line, field=field or "-", sentence=sentence))
