"""A report as page, PDF and DOCX, read by tools that did not write it: its structure, its links, and its silence."""

import io
import re
import zipfile
from itertools import pairwise

import docx
import pypdf
import pytest
from defusedxml import ElementTree

from events.core.access import VISITOR
from frontend.report_files.docx import report_docx
from frontend.report_files.pdf import report_pdf
from sessions.peer_reviews.action_plans import actions_of
from sessions.peer_reviews.findings import Level, Response
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import Attribution, ReviewState
from sessions.reports.documents import Document, Heading, headings, links_in, numbered
from sessions.reports.editing import fill_report, put_into_report, write_chapter, write_report
from sessions.reports.markdown import blocks_of
from sessions.reports.quotations import (
    QuotationInProgramme,
    QuotingPlace,
    agree_to_quotation,
    ask_for_quotation,
    decline_quotation,
    withdraw_quotation,
)
from sessions.reports.reports import ReportKind, chapters_of, report_with_sources, start_review_report
from sessions.reports.versions import approve_report, get_version, hand_report_in, version_document
from tests.frontend.browser import Browser
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import (
    hold,
    make_action,
    make_finding,
    make_lesson,
    make_quotation,
    make_report,
    name_all,
    programme_of,
    version_in,
)
from tests.sessions.makers_reviews import make_review

PEERS = ("Berg", "Costa", "Dahl", "Esser", "Olin", "bo@example.org")
LEAD = """# Why

Bo Berg (bo@example.org) says **fees fell**; see [our page](https://brussels.test/a?b=1&c=2) and
https://brussels.test/bo-berg and [this](javascript:alert(1)) <b>now</b>.

### What follows

1. First, as *Cy Costa* said
   - and within
2. Second

> Dahl wrote this.

| Who | What |
|-----|------|
| Ed Esser | Fees |
"""


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found, ReviewState.PUBLISHED)
    programme = programme_of(db, found)
    programme.funding = "Funded by the European Union under grant 101000000."
    db.add(programme)
    Browser(db)  # so that addresses of pages are known
    return found


def published(db, review, *, language="en", kind=ReportKind.LESSONS):
    """A published version with two findings, a lesson and a quotation in it, and names in all that people wrote."""
    ada, mo = again(db, review.ada), review.people["mo"]
    first = make_finding(db, review)
    make_finding(db, review, 2, level=Level.EU, addressee="Bo Berg's ministry")
    respond_to_finding(db, review.people["hal"], first, response=Response.ADAPT, why="As Bo Berg said, but later.")
    make_action(db, review, first, action="Ask Cy Costa how.", owner="Di Dahl")
    make_lesson(db, review.people["hal"], programme_of(db, review), review=review)
    quotation = make_quotation(db, review, text="A third of them left, I told Ed Esser.")
    if kind is ReportKind.REVIEW:
        row = start_review_report(db, mo, review.subject, title="The case, for Bo Berg", language=language)
        report = report_with_sources(db, row, programme_of(db, review))
    else:
        report = make_report(db, review, kind)
    write_report(db, ada, report, title="What Bo Berg taught us", lead=LEAD, language=language, version=1)
    fill_report(db, ada, report)
    chapter = next(one for one in chapters_of(db, report.id) if one.part == "items")
    code = f"quotation:{quotation.quotation.public_id}"
    put_into_report(db, ada, report, chapter=chapter.public_id, material=[code])
    write_chapter(
        db, ada, report, chapter=chapter.public_id, title="Learned from Cy Costa", text="Ole Olin agrees.",
        by_ecosystem=True,
    )  # fmt: skip
    hand_report_in(db, ada, report)
    other = make_person(db, "Otto Otter")
    _let_edit(db, review, other)
    approve_report(db, again(db, other), version_in(db, again(db, other), report))
    db.commit()
    return report, quotation


def _let_edit(db, review, actor):
    from events.roles import Role, Scope, give_role

    programme = programme_of(db, review)
    give_role(db, review.ada, person_id=actor.person, role=Role.ORGANISER, scope=Scope.PROGRAMME, scope_id=programme.id)


def address(db, review, report, number=1):
    return f"/p/{programme_of(db, review).slug}/reports/{report.report.public_id}/versions/{number}"


def pdf_words(content):
    return " ".join(" ".join(one.extract_text().split()) for one in pypdf.PdfReader(io.BytesIO(content)).pages)


def docx_words(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return " ".join(
            " ".join(ElementTree.fromstring(archive.read(name)).itertext()) + archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        )


def outputs(db, review, report, number=1):
    """What a visitor reads of a version on the page, in the PDF and in the DOCX."""
    visitor, base = Browser(db), address(db, review, report, number)
    page, pdf, word = visitor.get(base), visitor.get(f"{base}/pdf"), visitor.get(f"{base}/docx")
    assert (page.status, pdf.status, word.status) == (200, 200, 200)
    return {"page": page.html, "PDF": pdf_words(pdf.content), "DOCX": docx_words(word.content)}


def found_in(texts, *words):
    return {name: sorted(one for one in words if one.casefold() in text.casefold()) for name, text in texts.items()}


@pytest.mark.parametrize("kind", [ReportKind.LESSONS, ReportKind.REVIEW])
def test_nothing_tells_the_peers_of_a_private_review_also_when_it_was_made_so_later(db, review, kind):
    name_all(db, review)
    report, _quotation = published(db, review, kind=kind)
    named = found_in(outputs(db, review, report), *PEERS)

    name_all(db, review, Attribution.PRIVATE)
    db.commit()
    private = found_in(outputs(db, review, report), *PEERS)

    # The control: where names are told, the same look finds every one of them.
    assert named == dict.fromkeys(("page", "PDF", "DOCX"), sorted(PEERS))
    assert private == {one: [] for one in ("page", "PDF", "DOCX")}


def test_what_is_written_about_a_private_review_keeps_its_addresses_but_those_with_a_name(db, review):
    report, _quotation = published(db, review)

    document = version_document(db, VISITOR, get_version(db, VISITOR, report, 1))

    assert "https://brussels.test/a?b=1&c=2" in links_in(document)
    assert "bo-berg" not in repr(document)
    assert "javascript" not in "".join(links_in(document))


def test_words_that_somebody_takes_back_are_gone_from_every_version(db, review):
    report, quotation = published(db, review)
    ada, hal = again(db, review.ada), review.people["hal"]
    make_lesson(db, hal, programme_of(db, review), review=review, title="A second one")
    fill_report(db, ada, report)
    hand_report_in(db, ada, report)
    words = "A third of them left"
    record = f"/p/{programme_of(db, review).slug}/quotations/{quotation.quotation.public_id}"
    before = [found_in(outputs(db, review, report), words), words in Browser(db).get(record).text]

    withdraw_quotation(db, review.people["bo"], quotation)
    db.commit()
    after = found_in(outputs(db, review, report), words)
    editor = Browser(db, ada)
    pages = [editor.get(address(db, review, report, 2)).html, editor.get(address(db, review, report, 1)).html]
    pages += [editor.get(f"/p/{programme_of(db, review).slug}/{one}").html for one in ("quotations", "reports")]
    pages.append(editor.get(address(db, review, report).rpartition("/versions")[0] + "/edit").html)

    assert before == [{one: [words] for one in ("page", "PDF", "DOCX")}, True]
    assert after == {one: [] for one in ("page", "PDF", "DOCX")}
    assert [words in one for one in pages] == [False] * 5
    assert Browser(db).get(record).status == 404


@pytest.mark.parametrize("answer", ["declined", "withdrawn"])
def test_with_the_words_goes_what_they_were_about(db, review, answer):
    ada, about = again(db, review.ada), "Why the millers of Straw left in spring"
    place = QuotingPlace(programme_of(db, review), review.subject.review, review.event.event)
    row = ask_for_quotation(
        db, ada, place, person=person_of(db, review.people["bo"]), text="A third of them left.", about=about
    )
    quotation = QuotationInProgramme(row, place.programme)
    editor, here = Browser(db, ada), f"/p/{place.programme.slug}/quotations/{row.public_id}"
    if answer == "withdrawn":
        agree_to_quotation(db, review.people["bo"], quotation, named=True)
    before = about in editor.get(here).text

    leave = withdraw_quotation if answer == "withdrawn" else decline_quotation
    leave(db, review.people["bo"], quotation)

    assert (before, about in editor.get(here).text) == (True, False)
    assert (row.text, row.about) == ("", "")


def test_words_that_somebody_has_not_agreed_to_stand_nowhere(db, review):
    ada = again(db, review.ada)
    make_finding(db, review)
    asked = make_quotation(db, review, text="Not yet agreed to.", agreed=False)
    report = make_report(db, review)
    fill_report(db, ada, report)
    hand_report_in(db, ada, report)

    document = version_document(db, ada, version_in(db, ada, report))

    assert "Not yet agreed to." not in repr(document)
    assert Browser(db).get(f"/p/green-food-network/quotations/{asked.quotation.public_id}").status == 404


def test_a_pdf_is_tagged_and_says_its_language_title_and_what_pictures_show(db, review):
    report, _quotation = published(db, review, language="de")
    content = Browser(db).get(f"{address(db, review, report)}/pdf").content

    reader = pypdf.PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    tags = structure_of(root["/StructTreeRoot"])

    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("de", True)
    assert b"pdfuaid" in content or "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata.title == "What […] taught us"
    levels = [int(kind[2:]) for kind, _alt in tags if re.fullmatch(r"/H\d", kind)]
    assert levels[0] == 1
    assert all(next_ - one <= 1 for one, next_ in pairwise(levels))
    alts = [alt for kind, alt in tags if kind == "/Figure"]
    assert [("Region: 1" in one, "Europäische Union: 1" in one) for one in alts] in ([(True, True)], [(True, False)])
    assert {"/Table", "/TH", "/L", "/LI", "/Link", "/TOC"} <= {kind for kind, _alt in tags}
    assert "Funded by the European Union" in pdf_words(content)


def structure_of(node):
    """The kinds of all elements below one, each with what stands for it in words, as they are read."""
    found, children = [], node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        one = child.get_object()
        if isinstance(one, dict) and "/S" in one:
            found += [(str(one["/S"]), str(one.get("/Alt", ""))), *structure_of(one)]
    return found


def test_a_docx_has_headings_contents_links_a_language_and_words_for_its_pictures(db, review):
    report, _quotation = published(db, review, language="fr")
    content = Browser(db).get(f"{address(db, review, report)}/docx").content

    found = docx.Document(io.BytesIO(content))
    levels = [int(one.style.name[-1]) for one in found.paragraphs if re.fullmatch(r"Heading \d", one.style.name)]
    xml = found.element.xml
    marks = set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', xml))
    entries = set(re.findall(r'<w:hyperlink [^>]*w:anchor="([^"]+)"', xml))

    assert found.paragraphs[0].style.name == "Title"
    assert (found.core_properties.title, found.core_properties.language) == ("What […] taught us", "fr")
    assert levels[0] == 1
    assert all(next_ - one <= 1 for one, next_ in pairwise(levels))
    assert "TOC \\o" in xml
    assert entries
    assert entries <= marks
    assert [one._inline.docPr.get("descr") != "" for one in found.inline_shapes] == [True]
    assert 'w:lang w:val="fr-FR"' in found.styles.element.xml
    assert [one.text for one in found.tables[0].rows[0].cells] == ["Who", "What"]
    targets = {one.target_ref for one in found.part.rels.values() if one.is_external}
    assert "https://brussels.test/a?b=1&c=2" in targets


@pytest.mark.parametrize("kind", list(ReportKind))
def test_every_statement_leads_to_its_record(db, review, kind):
    report, _quotation = published(db, review, kind=kind)
    visitor = Browser(db)

    document = version_document(db, VISITOR, get_version(db, VISITOR, report, 1))
    own = [one.removeprefix("http://folkmoot.example") for one in links_in(document) if "folkmoot.example" in one]

    assert len(set(own)) >= 3
    assert {one: visitor.get(one).status for one in set(own)} == dict.fromkeys(own, 200)
    assert found_in({one: visitor.get(one).html for one in set(own)}, *PEERS) == {one: [] for one in set(own)}


@pytest.mark.parametrize("kind", list(ReportKind))
def test_no_heading_is_left_out(db, review, kind):
    report, _quotation = published(db, review, kind=kind)

    levels = [1, *(one.level for one in headings(version_document(db, VISITOR, get_version(db, VISITOR, report, 1))))]

    assert all(next_ - one <= 1 for one, next_ in pairwise(levels))
    assert levels.count(1) == 1


def test_a_report_speaks_its_own_language_to_every_reader(db, review):
    german, _quotation = published(db, review, language="en")

    page = Browser(db, make_person(db, "Uli Uhl", locale="de")).get(address(db, review, german))

    assert "Recommendation:" in page.text
    assert 'lang="en"' in page.html.partition("<article")[2][:200]


def test_what_people_write_is_never_markup_of_ours():
    words = '#read("/etc/passwd") $x$ <w:p/> & "q" \\ */ {{ 7*7 }} \x07 \ud800'.encode("utf-8", "surrogatepass").decode(
        "utf-8", "surrogatepass"
    )
    text = f"{words}\n\n`{words}`\n"
    document = Document(
        "T & <T>", "en", "A", ("x",), "Contents",
        numbered([Heading(2, "One #two"), *blocks_of(text, below=2, table_name="Table")]),
    )  # fmt: skip

    pdf, word = pdf_words(report_pdf(document)), docx.Document(io.BytesIO(report_docx(document)))

    assert '#read("/etc/passwd")' in pdf.replace("“", '"').replace("”", '"')
    assert "root:" not in pdf
    assert any('#read("/etc/passwd") $x$ <w:p/> & "q"' in one.text for one in word.paragraphs)


def test_a_plan_leaves_the_review_without_the_names_of_a_private_one(db, review):
    published(db, review)
    base, bo = f"/e/peer-days/reviews/{review.subject.review.public_id}/plan", Browser(db, review.people["bo"])
    assert len(actions_of(db, review.subject.id)) == 1

    private = found_in({"CSV": bo.get(f"{base}.csv").content.decode()}, *PEERS)
    name_all(db, review)
    db.commit()
    named = found_in({"CSV": bo.get(f"{base}.csv").content.decode()}, *PEERS)

    assert (private["CSV"], named["CSV"]) == ([], ["Costa", "Dahl"])
    assert bo.get(f"{base}.xlsx").content[:2] == b"PK"
    assert Browser(db, make_person(db, "Xi Xu")).get(f"{base}.csv").status == 404
