"""How long a PDF may be: refused when it comes and when it is handed in, and nothing is lost by it."""

from io import BytesIO

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

from events.cloning import clone_event
from events.core import clock
from events.core.files import make_ready
from events.core.pdf_pages import UNCOUNTABLE, count_pages
from events.core.refusals import Conflict, Invalid
from events.handing_in import hand_in, keep_late_version
from events.page_limits import limits_of, most_pages, set_page_limits
from events.phases import PhaseKind
from events.submission_files import add_file, files_of, files_to_count
from events.submissions import save_draft, submission_of_team
from tests.events.makers_calls import close_concept_notes, make_call, open_full_proposals
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.makers import again, make_event, shut_phase


def pdf(pages: int) -> bytes:
    """A PDF with so many empty pages."""
    made = FPDF()
    for _number in range(pages):
        made.add_page()
    return bytes(made.output())


def locked(content: bytes, *, reading: str) -> bytes:
    """The same PDF, encrypted; with a password for reading or without."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(user_password=reading, owner_password="owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.fixture
def team(db, ada, bo):
    return make_team(db, bo, make_hackathon(db, ada, bo))


def limit(db, ada, event, pages, note_pages=None):
    set_page_limits(db, again(db, ada), event, pages=pages, note_pages=note_pages)


def counted(name: str, pages: int):
    return make_ready(name, pdf(pages), count=True)


def test_pages_are_counted_by_walking_through_them():
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(7))))
    writer.root_object["/Pages"].get_object()[NameObject("/Count")] = NumberObject(2)
    liar = BytesIO()
    writer.write(liar)

    assert [count_pages(one) for one in (pdf(1), pdf(12), liar.getvalue())] == [1, 12, 7]


def test_a_pdf_without_a_password_for_readers_is_counted_and_others_cannot_be():
    found = [count_pages(one) for one in (locked(pdf(3), reading=""), locked(pdf(3), reading="no"), b"%PDF-1.7 no")]

    assert found == [3, UNCOUNTABLE, UNCOUNTABLE]


def test_a_pdf_that_is_too_long_is_refused_with_its_length_and_the_limit(db, ada, bo, team):
    limit(db, ada, team.event, 10)
    add_file(db, again(db, bo), team, file=counted("short.pdf", 10))

    with pytest.raises(Invalid) as refused:
        add_file(db, again(db, bo), team, file=counted("long.pdf", 11))

    assert str(refused.value.fields["files"]) == (
        "long.pdf has 11 pages, and the limit is 10. Shorten it and add it again."
    )
    row = submission_of_team(db, team.id)
    assert [(one.name, one.pages) for one in files_of(db, row.id)] == [("short.pdf", 10)]


def test_without_a_limit_nothing_is_counted_and_anything_is_taken(db, bo, team):
    add_file(db, again(db, bo), team, file=make_ready("long.pdf", pdf(30)))

    row = submission_of_team(db, team.id)
    assert ([one.pages for one in files_of(db, row.id)], files_to_count(db, team, row.id)) == ([None], [])


def test_other_files_have_no_pages(db, ada, bo, team):
    limit(db, ada, team.event, 1)

    add_file(db, again(db, bo), team, file=make_ready("table.csv", b"a,b\n", count=True))
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    assert submission_of_team(db, team.id).handed_in_at is not None


def test_what_came_before_the_limit_is_counted_when_it_is_handed_in(db, ada, bo, team):
    row = save_draft(db, again(db, bo), team, written=DONE, revision=0)
    stored = add_file(db, again(db, bo), team, file=make_ready("long.pdf", pdf(3)))
    limit(db, ada, team.event, 2)
    assert [one.name for one in files_to_count(db, team, row.id)] == ["long.pdf"]

    with pytest.raises(Invalid) as unknown:
        hand_in(db, again(db, bo), team, written=DONE, revision=1)
    with pytest.raises(Invalid) as known:
        hand_in(db, again(db, bo), team, written=DONE, revision=1, pages={stored.public_id: 3})
    limit(db, ada, team.event, 3)
    version = hand_in(db, again(db, bo), team, written=DONE, revision=1, pages={stored.public_id: 3})

    assert "no time to count the pages of long.pdf" in str(unknown.value.fields["files"])
    assert "has 3 pages, and the limit is 2" in str(known.value.fields["files"])
    assert [one["name"] for one in version.content["files"]] == ["long.pdf"]


def test_what_comes_late_is_kept_however_long(db, ada, bo, team):
    limit(db, ada, team.event, 1)
    event = shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    late = type(team)(team.team, event)

    with clock.frozen_at(event.phase(PhaseKind.SUBMISSION).ends_at.replace(hour=23)):
        version = keep_late_version(db, again(db, bo), late, written=DONE, files=[counted("long.pdf", 4)])

    assert [one["name"] for one in version.content["files"]] == ["long.pdf"]


def test_a_call_has_a_limit_for_each_stage(db, ada):
    call = make_call(db, ada)
    before = most_pages(db, call.team(db, "Straw"))
    close_concept_notes(db, call)
    team = call.team(db, "Straw")
    team.team.stage = 2
    open_full_proposals(db, call)

    assert (before, most_pages(db, call.team(db, "Straw")), most_pages(db, call.team(db, "Husk"))) == (10, 50, 10)


def test_an_event_like_another_has_the_same_limits(db, ada, team):
    limit(db, ada, team.event, 12)

    twin = clone_event(db, again(db, ada), team.event, name="Once more", starts_on=clock.now().date())

    assert (limits_of(db, twin.id).pages, limits_of(db, twin.id).note_pages) == (12, None)


@pytest.mark.parametrize("pages", [0, -1, 1001])
def test_a_limit_is_a_number_of_pages(db, ada, team, pages):
    with pytest.raises(Invalid) as refused:
        limit(db, ada, team.event, pages)

    assert set(refused.value.fields) == {"pages"}


def test_where_nothing_is_handed_in_there_is_no_limit(db, ada):
    call = make_call(db, ada)
    fair = make_event(db, again(db, ada), programme_of(db, call), template="matchmaking", name="Fair")

    with pytest.raises(Conflict):
        limit(db, ada, fair, 10)


def programme_of(db, call):
    from events.programmes import Programme

    return db.get_one(Programme, call.event.programme_id)
