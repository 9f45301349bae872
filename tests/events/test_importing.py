"""Imports: what a file holds, what is wrong with its lines, and that twice is once."""

import json
from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlmodel import func, select

from events.admission import agree_to_membership, get_membership_request
from events.browsing import get_item, items_in
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.sheets import TableTooLarge, UnreadableTable
from events.core.timers import Timer
from events.directory import members_of, organisations_of
from events.events import EventWithPhases, close_event
from events.importing.items import first_sentence, import_items, preview_items
from events.importing.lines import Imported, Preview, read_lines
from events.importing.participants import import_participants, preview_participants
from events.marketplace import Item, ItemKind, withdraw_item
from events.membership_requests import MembershipRequest
from events.organisations import Membership, Organisation, OrganisationKind
from events.people import Person, PersonState, find_person
from events.programmes import create_programme
from events.registration import (
    Registration,
    RegistrationInEvent,
    RegistrationState,
    find_registration,
    participants_of,
    withdraw_registration,
)
from events.signin import ask_for_link
from tests.events.makers_network import FIXTURES, REAL, added, gathering
from tests.makers import again, make_event, make_person, make_registration, person_of

needs_real = pytest.mark.skipif(
    not REAL.exists(), reason="the development set for matching is not beside the repository (../shared/data)"
)


def lines_of(name: str):
    """The lines of a fixture."""
    return read_lines((FIXTURES / name).read_bytes(), name)


def csv(text: str):
    """The lines of a CSV text."""
    return read_lines(text.encode(), "lines.csv")


def said(preview: Preview) -> list[tuple[int, str, str]]:
    """The problems of a preview."""
    return [(problem.line, problem.field, str(problem.sentence)) for problem in preview.problems]


def people_in(db: Database, ada: Actor, event: EventWithPhases, sheet) -> Imported:
    """Look at participants, then import the good lines."""
    return import_participants(db, ada, event, rows=preview_participants(db, ada, event, sheet).rows)


def items_into(db: Database, ada: Actor, event: EventWithPhases, sheet, kind: ItemKind | None = None) -> Imported:
    """Look at items, then import the good lines."""
    return import_items(db, ada, event, rows=preview_items(db, ada, event, sheet, kind=kind).rows)


def counts(db: Database) -> list[int]:
    """How many rows there are of everything that an import writes."""
    kinds = (Person, Organisation, Membership, Registration, Item, JournalEntry)
    return [db.exec(select(func.count()).select_from(kind)).one() for kind in kinds]


# Participants


def test_a_preview_says_line_by_line_what_is_wrong_and_writes_nothing(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    before = counts(db)

    preview = preview_participants(db, ada, event, lines_of("participants.csv"))

    assert said(preview) == [
        (6, "email", "This is not an e-mail address. Write it as name@example.org."),
        (7, "email", "This address stands on line 2 already."),
        (8, "name", "Please give this person's name."),
        (9, "kind", "This is no kind of organisation that we know. Write, for example: technology centre."),
        (9, "country", "Please choose a country."),
        (9, "region", "AT13 is not a region of this country. Choose one from the list."),
        (9, "languages", "klingon is not a language we know. Write it as two letters: de."),
        (
            10,
            "participation_type",
            "This event has no such participation type. It has: Looks for technology, Offers technology, Intermediary.",
        ),
        (10, "region", "DK01 is not a region of this country. Choose one from the list."),
    ]
    assert (len(preview.rows), preview.wrong_lines, preview.known, preview.fresh) == (3, 5, 0, 3)
    assert counts(db) == before


def test_imported_people_take_part_and_have_yet_to_sign_in(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    done = people_in(db, ada, event, lines_of("participants.csv"))

    ina = find_person(db, "ina@example.org")
    assert ina is not None
    assert (done, ina.state, ina.name, ina.zone) == (
        Imported(3, 0),
        PersonState.NEW,
        "Ina Iversen",
        "Europe/Copenhagen",
    )
    assert (ina.languages, ina.keywords) == (["da", "en"], ["agrifood.waste"])
    assert [row.state for row in participants_of(db, event.id)] == [RegistrationState.ACCEPTED] * 3


def test_two_people_of_one_organisation_enter_it_once_and_the_first_is_its_contact(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    people_in(db, ada, event, lines_of("participants.csv"))

    organisations = db.exec(select(Organisation).order_by(Organisation.name)).all()
    ina = Actor(find_person(db, "ina@example.org").id)  # type: ignore[union-attr]
    assert [one.name for one in organisations] == ["Fjordmejeriet ApS", "Sensorwerk"]
    assert [(one.name, one.is_contact) for one in members_of(db, again(db, ina), organisations[0])] == [
        ("Ina Iversen", True),
        ("Ola Øst", False),
    ]


def test_the_same_file_twice_changes_nothing(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    people_in(db, ada, event, lines_of("participants.csv"))
    before = counts(db)

    done = people_in(db, ada, event, lines_of("participants.csv"))

    assert (done, counts(db)) == (Imported(0, 3), before)
    assert preview_participants(db, ada, event, lines_of("participants.csv")).fresh == 0


def test_letters_go_to_everybody_who_came_in(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    people_in(db, ada, event, lines_of("participants.csv"))

    kinds = [entry.kind for entry in db.exec(select(JournalEntry).where(JournalEntry.event_id == event.id))]
    assert kinds.count("RegistrationReceived") == 3
    assert kinds.count("ParticipantsImported") == 1


def test_who_has_an_account_keeps_profile_and_memberships(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    file = csv("email,name,organisation,country\nbo@example.org,Robert,Elsewhere,SE\n")

    people_in(db, ada, event, file)

    registration = find_registration(db, event.id, bo.person)
    assert person_of(db, bo).name == "Bo Berg"
    assert organisations_of(db, bo.person) == []
    assert registration is not None
    assert registration.state is RegistrationState.ACCEPTED


def test_a_file_makes_nobody_a_member_where_a_contact_can_be_asked(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    mill = added(db, bo, "Nordmühle", country="SE")
    file = csv("email,name,organisation,country\nnew@example.org,New One,Nordmühle,SE\n")

    people_in(db, ada, event, file)
    people_in(db, ada, event, file)

    person = find_person(db, "new@example.org")
    assert person is not None
    registration = find_registration(db, event.id, person.id)
    assert registration is not None
    assert (registration.organisation_id, registration.asked_organisation_id) == (None, mill.id)
    assert organisations_of(db, person.id) == []
    open_ones = db.exec(select(MembershipRequest)).all()
    assert [(one.person_id, one.organisation_id) for one in open_ones] == [(person.id, mill.id)]

    agree_to_membership(db, again(db, bo), get_membership_request(db, again(db, bo), open_ones[0].public_id))
    assert registration.organisation_id == mill.id


def test_a_contact_who_imports_need_not_ask_themselves(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    mill = added(db, ada, "Nordmühle", country="SE")

    people_in(db, again(db, ada), event, csv("email,name,organisation,country\nnew@example.org,New,Nordmühle,SE\n"))

    person = find_person(db, "new@example.org")
    assert person is not None
    assert [one.id for one in organisations_of(db, person.id)] == [mill.id]


def test_who_withdrew_is_not_brought_back(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    registration = make_registration(db, bo, event)
    withdraw_registration(db, bo, RegistrationInEvent(registration, event.event))

    done = people_in(db, ada, event, csv("email,name\nbo@example.org,Bo Berg\n"))

    assert (done, registration.state) == (Imported(0, 1), RegistrationState.WITHDRAWN)


def test_who_comes_in_beyond_the_last_place_waits(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    event.event.capacity = 2

    people_in(db, ada, event, csv("email,name\na@example.org,A\nb@example.org,B\nc@example.org,C\n"))

    states = [row.state for row in participants_of(db, event.id, *RegistrationState)]
    assert states == [RegistrationState.ACCEPTED, RegistrationState.ACCEPTED, RegistrationState.WAITING]


def test_an_expected_person_is_not_forgotten_for_never_having_signed_in(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    ask_for_link(db, VISITOR, None, email="new@example.org")

    people_in(db, ada, event, csv("email,name\nnew@example.org,New Person\n"))

    assert db.exec(select(Timer).where(Timer.kind == "forget unused address")).all() == []


def test_people_come_in_from_a_workbook(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    book = Workbook()
    book.active.append(["E-Mail", "Full name", "Company", "Country"])  # type: ignore[union-attr]
    book.active.append(["uma@example.org", "Uma Urban", "Urbanwerk", "Germany"])  # type: ignore[union-attr]
    file = BytesIO()
    book.save(file)

    done = people_in(db, ada, event, read_lines(file.getvalue(), "people.xlsx"))

    assert done == Imported(1, 0)


def test_only_organisers_look_at_files_and_import(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    rows = preview_participants(db, ada, event, lines_of("participants.csv")).rows

    for attempt in (
        lambda: preview_participants(db, bo, event, lines_of("participants.csv")),
        lambda: import_participants(db, bo, event, rows=rows),
        lambda: preview_items(db, bo, event, lines_of("items.json")),
        lambda: import_items(db, bo, event, rows=()),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_nobody_is_imported_into_a_draft_or_an_event_that_is_over(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    programme = create_programme(db, ada, None, name="Another")
    draft = make_event(db, again(db, ada), programme, name="Draft", published=False)

    with pytest.raises(Conflict, match="Publish the event first"):
        import_participants(db, again(db, ada), draft, rows=())
    close_event(db, ada, event)
    with pytest.raises(Conflict, match="event is over"):
        import_participants(db, ada, event, rows=())
    with pytest.raises(Conflict, match="event is over"):
        import_items(db, ada, event, rows=())


# Items


def test_items_come_in_with_their_words_and_a_neutral_organisation(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    done = items_into(db, ada, event, lines_of("items.json"))

    card = items_in(db, VISITOR, event, query="szlam").rows[0]
    shown = get_item(db, VISITOR, card.public_id)
    assert done == Imported(2, 0)
    assert (shown.item.kind, shown.item.language, shown.item.budget_eur) == (ItemKind.NEED, "pl", 30000)
    assert shown.item.summary == "Galwanizernia chce odzyskiwać nikiel."
    assert (shown.item.text_en, shown.item.keywords) == (
        "Electroplating shop wants to recover nickel. Now it pays for sludge.",
        ["metal", "waste"],
    )
    assert (shown.organisation.name, shown.organisation.kind) == ("Need N1 (PL)", OrganisationKind.TRADITIONAL_SME)
    assert shown.person is None


def test_an_offer_keeps_whom_it_serves(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    items_into(db, ada, event, lines_of("items.json"))

    card = items_in(db, VISITOR, event, kind=ItemKind.OFFER).rows[0]

    item = get_item(db, VISITOR, card.public_id).item
    assert (item.countries, item.sectors, item.budget_eur, item.keywords) == (["AT", "PL"], [], 0, ["iot.sensors"])


def test_items_twice_change_nothing_even_when_they_were_changed_since(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    items_into(db, ada, event, lines_of("items.json"))
    before = counts(db)

    done = items_into(db, ada, event, lines_of("items.json"))

    assert (done, counts(db)) == (Imported(0, 2), before)


def test_a_withdrawn_item_does_not_come_back(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    items_into(db, ada, event, lines_of("items.csv"))
    item = get_item(db, VISITOR, items_in(db, VISITOR, query="boulangerie").rows[0].public_id).item
    withdraw_item(db, again(db, Actor(item.person_id)), item)

    items_into(db, ada, event, lines_of("items.csv"))

    assert items_in(db, VISITOR, event, query="boulangerie").rows == []


def test_another_event_of_the_programme_shows_the_same_items(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    items_into(db, ada, event, lines_of("items.json"))
    programme_id = event.programme_id
    from events.programmes import Programme  # only here

    second = make_event(db, ada, db.get(Programme, programme_id), name="Next", template="matchmaking")  # type: ignore[arg-type]

    done = items_into(db, ada, second, lines_of("items.json"))

    assert (done, items_in(db, VISITOR, second).count, items_in(db, VISITOR).count) == (Imported(0, 2), 2, 2)


def test_wrong_items_are_named_line_by_line(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    preview = preview_items(db, ada, event, lines_of("items.csv"))

    assert said(preview) == [
        (4, "id", "This id stands on line 3 already."),
        (5, "id", "Each line needs an id of letters and digits, such as N008, so that it is imported once."),
        (6, "kind", "Say whether this is a need or an offer."),
        (7, "budget_eur", "Please write a whole number."),
        (7, "text", "Please say in one line what this is about."),
        (7, "language", "Please choose the language that this is written in."),
        (7, "country", "XX is not a country we know. Write it as two letters, such as AT."),
        (7, "email", "This is not an e-mail address. Write it as name@example.org."),
        (7, "contact_name", "Please name the person whose address this is."),
    ]
    assert [row.id for row in preview.rows] == ["B1", "B2"]


def test_a_contact_in_the_file_stands_behind_the_item(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    items_into(db, ada, event, lines_of("items.csv"))

    shown = get_item(db, VISITOR, items_in(db, VISITOR, query="boulangerie").rows[0].public_id)
    assert shown.person is not None
    assert (shown.person.email, shown.person.state) == ("lou@example.org", PersonState.NEW)
    assert [one.name for one in organisations_of(db, shown.person.id)] == ["Boulangerie Blanche"]


def test_nobody_with_an_account_is_made_to_speak_for_a_company(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    lou = make_person(db, "Lou Lambert", email="lou@example.org")

    items_into(db, ada, event, lines_of("items.csv"))

    shown = get_item(db, VISITOR, items_in(db, VISITOR, query="boulangerie").rows[0].public_id)
    assert (shown.person, organisations_of(db, lou.person)) == (None, [])


def test_nobody_new_is_made_to_speak_for_a_company_that_has_a_contact(db: Database, ada: Actor, bo: Actor) -> None:
    ada, event = gathering(db, ada)
    added(db, bo, "Boulangerie Blanche", country="FR")

    items_into(db, ada, event, lines_of("items.csv"))

    shown = get_item(db, VISITOR, items_in(db, VISITOR, query="boulangerie").rows[0].public_id)
    lou = find_person(db, "lou@example.org")
    assert lou is not None
    assert (shown.person, organisations_of(db, lou.id)) == (None, [])
    assert [one.person_id for one in db.exec(select(MembershipRequest))] == [lou.id]


def test_a_member_with_an_account_stands_behind_the_item(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    lou = make_person(db, "Lou Lambert", email="lou@example.org")
    added(db, lou, "Boulangerie Blanche", country="FR")

    items_into(db, ada, event, lines_of("items.csv"))

    shown = get_item(db, VISITOR, items_in(db, VISITOR, query="boulangerie").rows[0].public_id)
    assert shown.person == person_of(db, lou)


def test_the_chosen_kind_holds_for_the_whole_file(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    file = csv("id,country,text\nX1,AT,We mend pumps.\n")

    kinds = [preview_items(db, ada, event, file, kind=kind).wrong_lines for kind in (None, ItemKind.OFFER)]

    assert kinds == [1, 0]


def test_a_later_failure_leaves_nothing_of_the_lines_before(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    rows = preview_items(db, ada, event, lines_of("items.json")).rows
    spoiled = rows[1].__class__(**{**rows[1].__dict__, "wording": rows[1].wording.__class__(ItemKind.OFFER, "")})
    before = counts(db)

    with pytest.raises(Invalid), db.begin_nested():  # as the page's transaction does
        import_items(db, ada, event, rows=[rows[0], spoiled])

    assert counts(db) == before


@needs_real
def test_the_sixty_items_of_the_network_come_in_and_are_found(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    for name in ("needs.json", "offers.json"):
        preview = preview_items(db, ada, event, read_lines((REAL / name).read_bytes(), name))
        assert said(preview) == []
        import_items(db, ada, event, rows=preview.rows)

    found = [items_in(db, VISITOR, event, kind=kind).count for kind in (None, ItemKind.NEED, ItemKind.OFFER)]
    bakery = items_in(db, VISITOR, event, query="Filialbackerei").rows[0]
    vibration = items_in(db, VISITOR, event, query="vibration bearings").count
    polish = items_in(db, VISITOR, event, language="pl").count

    assert found == [60, 30, 30]
    assert get_item(db, VISITOR, bakery.public_id).organisation.name == "Need N008 (AT)"
    assert (vibration, polish) == (1, 11)


@needs_real
def test_the_demo_carries_the_same_sixty_items() -> None:
    own = FIXTURES.parents[2] / "frontend" / "demo_network"

    for name in ("needs.json", "offers.json"):
        assert json.loads((own / name).read_text("utf-8")) == json.loads((REAL / name).read_text("utf-8"))


# Files


@pytest.mark.parametrize(
    "content",
    [
        b"{}", b"[1]", b"[{}", b'[{"id": "A"} {"id": "B"}]', b"\xff\xfe[", b"", b"[" * 5000, b'[{"id": 1' + b"0" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_list_of_entries_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableTable, match="not a list of entries in JSON"):
        read_lines(content, "items.json")


def test_an_empty_list_says_so() -> None:
    with pytest.raises(UnreadableTable, match="no lines in this file"):
        read_lines(b"[]", "items.json")


def test_a_file_of_too_many_lines_is_to_be_split() -> None:
    with pytest.raises(TableTooLarge, match="more than 1000 lines"):
        read_lines(b"email\n" + b"a@example.org\n" * 1001, "people.csv")


def test_a_json_file_of_more_than_two_megabytes_is_refused() -> None:
    with pytest.raises(TableTooLarge):
        read_lines(b" " * 2_000_001, "items.json")


def test_entries_of_json_stand_on_the_line_where_they_begin() -> None:
    sheet = read_lines(b'[\n {"id": "A"},\n {"id":\n "B"}, {"id": "C"}\n]', "items.json")

    assert [(row.line, row.cells["id"]) for row in sheet.rows] == [(2, "A"), (3, "B"), (4, "C")]


def test_characters_that_no_database_takes_are_left_out(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    file = read_lines(rb'[{"id": "N1", "country": "AT", "budget_eur": 1, "text": "a\u0000b\ud800c\u202e"}]', "x.json")

    items_into(db, ada, event, file)

    assert items_in(db, VISITOR, event).rows[0].summary == "a b c"


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("One. Two.", "One."),
        ("No stop", "No stop"),
        ("word " * 60, "word " * 30 + "word…"),
        ("x" * 200, "x" * 158 + "…"),
        ("", ""),
    ],
)
def test_the_beginning_of_a_text_stands_in_lists(text: str, beginning: str) -> None:
    assert first_sentence(text) == beginning


def test_an_import_counts_in_sentences() -> None:
    assert str(Imported(1, 2)) == "1 line was imported. 2 were here already."
