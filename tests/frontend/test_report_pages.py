"""Pages of reports: beginning one, arranging it, two who edit at once, versions, and who may see what of it."""

import re

import pytest

from events.signin import form_token
from sessions.peer_reviews.findings import Level
from sessions.peer_reviews.reviews import ReviewState
from sessions.reports.editing import fill_report, put_into_report, write_chapter, write_report
from sessions.reports.reports import (
    ReportKind,
    chapters_of,
    items_of,
    name_report_editor,
    report_of_review,
    report_with_sources,
    start_report,
    start_review_report,
)
from sessions.reports.versions import VersionState, approve_report, hand_report_in, versions_of, withdraw_report
from tests.frontend.browser import ADDRESS, Browser
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import (
    hold,
    make_finding,
    make_lesson,
    make_quotation,
    make_report,
    name_all,
    programme_of,
    version_in,
)
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERE = "/p/green-food-network/reports"


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found, ReviewState.PUBLISHED)
    return found


@pytest.fixture
def ada(db, review):
    return again(db, review.ada)


@pytest.fixture
def edda(db, review):
    person = make_person(db, "Edda Egger")
    name_report_editor(db, again(db, review.ada), programme_of(db, review), person=person_of(db, person))
    return again(db, person)


def address(report):
    return f"{HERE}/{report.report.public_id}"


def a_report(db, review, kind=ReportKind.LESSONS):
    """A report with a finding, a lesson and a quotation in it, and one finding that is not used."""
    make_finding(db, review)
    make_lesson(db, again(db, review.ada), programme_of(db, review))
    make_quotation(db, review)
    report = make_report(db, review, kind)
    fill_report(db, again(db, review.ada), report)
    make_finding(db, review, 2, level=Level.EU, recommendation="Pay for small steps too.")
    return report


def handed_in(db, report, actor):
    hand_report_in(db, actor, report)
    return f"{address(report)}/versions/{versions_of(db, report.id)[0].number}"


def fresh(db):
    db.expire_all()


# --- The list, and beginning one


def test_a_programme_without_reports_says_so_and_only_who_starts_them_can(db, review, ada):
    visitor, organiser = Browser(db).get(HERE), Browser(db, ada).get(HERE)

    assert (visitor.status, visitor.headline) == (200, "Reports")
    assert "No reports yet" in visitor.text
    assert HERE + "/new" not in visitor.links
    assert HERE + "/new" in organiser.links
    assert Browser(db, review.people["mo"]).get(HERE + "/new").status == 403
    assert "Sign in" in Browser(db).get(HERE + "/new").html


def test_beginning_a_report_asks_for_kind_and_title_and_keeps_the_rest(db, review, ada):
    page = Browser(db, ada)

    no_kind = page.send(HERE + "/new", title="What we know", language="de")
    of_review = page.send(HERE + "/new", kind=ReportKind.REVIEW.value, title="What we know", language="de")
    no_title = page.send(HERE + "/new", kind=ReportKind.POLICY.value, title=" ", language="de")
    strange = page.send(HERE + "/new", kind=ReportKind.POLICY.value, title="What we know", language="xx")
    begun = page.send(HERE + "/new", kind=ReportKind.POLICY.value, title="Was wir wissen", language="de")

    assert [one.status for one in (no_kind, of_review, no_title, strange, begun)] == [422, 422, 422, 422, 200]
    assert "Please choose one of the two reports." in no_kind.text
    assert 'value="What we know"' in no_kind.html
    assert '<option value="de" selected>' in no_kind.html
    assert "Please give the report a title." in no_title.text
    assert re.search(r'value="policy recommendations"[^>]* checked', no_title.html)
    assert "Please choose a language from the list." in strange.text
    assert begun.headline == "Was wir wissen"
    assert "An die Europäische Union" in begun.text
    assert "Everything that can stand in this report does." in begun.text


def test_an_editor_is_named_by_address_and_ended(db, review, ada):
    page, nia = Browser(db, ada), make_person(db, "Nia Novak")

    unknown = page.send(HERE + "/editors", email="nobody@example.org")
    named = page.send(HERE + "/editors", email="nia@example.org")
    twice = page.send(HERE + "/editors", email="nia@example.org")
    writes = Browser(db, again(db, nia)).get(HERE + "/new")
    not_theirs = Browser(db, again(db, nia)).send(HERE + "/editors", email="mo@example.org")
    ended = page.send(HERE + "/editors/end", person=person_of(db, nia).public_id)

    assert unknown.status == 422
    assert "Nobody here has this address." in unknown.text
    assert 'value="nobody@example.org"' in unknown.html
    assert "Nia Novak" in named.text
    assert (twice.status, "They edit the reports of this programme already." in twice.text) == (409, True)
    assert (writes.status, not_theirs.status) == (200, 403)
    assert "Nia Novak" not in ended.text
    assert Browser(db, again(db, nia)).get(HERE + "/new").status == 403
    assert page.send(HERE + "/editors/end", person=person_of(db, nia).public_id).status == 404


def test_the_list_tells_editors_of_drafts_and_what_waits_and_others_what_is_published(db, review, ada, edda):
    report = a_report(db, review)
    draft = Browser(db, edda).get(HERE).text, Browser(db).get(HERE).text
    handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report))
    handed_in(db, report, edda)

    editor, visitor = Browser(db, edda).get(HERE).text, Browser(db).get(HERE).text

    assert ("Draft" in draft[0], "What we know" in draft[1]) == (True, False)
    assert "Waits for approval Version 1" in editor
    assert "Waits for approval" not in visitor
    assert "What we know" in visitor
    assert "Version 1" in visitor


def test_the_list_has_pages_and_asks_as_often_for_thirty_as_for_one(db, review, ada, queries):
    programme, counts, page = programme_of(db, review), [], None
    browser = Browser(db, ada)
    for number in range(30):
        start_report(db, ada, programme, kind=ReportKind.LESSONS, title=f"Report {number:02}")
        if number in (0, 29):
            browser.get(HERE)
            queries.clear()
            page = browser.get(HERE)
            counts.append(len(queries))

    second = browser.get(HERE + "?page=2")
    beyond = browser.get(HERE + "?page=99")

    assert counts == [9, 9]
    assert "Report 29" in page.text
    assert "Report 05" not in page.text
    assert HERE + "?page=2" in page.links
    assert "Report 05" in second.text
    assert beyond.text == second.text


# --- Editing


def test_only_editors_see_the_draft_and_its_editor(db, review, ada, edda):
    report = a_report(db, review)
    people = {"ada": ada, "edda": edda, "mo": review.people["mo"], "bo": review.people["bo"]}

    seen = {
        name: [Browser(db, one).get(address(report) + path).status for path in ("", "/edit", "/draft")]
        for name, one in people.items()
    }

    assert seen == {"ada": [200] * 3, "edda": [200] * 3, "mo": [404] * 3, "bo": [404] * 3}
    assert Browser(db).get(address(report)).status == 404
    assert Browser(db, review.people["mo"]).send(address(report) + "/hand-in").status == 404


def test_the_editor_shows_what_stands_where_and_what_is_not_used(db, review, edda):
    report = a_report(db, review)

    page = Browser(db, edda).get(address(report) + "/edit")

    used, _mark, unused = page.text.partition("Not used yet")
    assert "Call before they leave" in used
    assert "We lost a third of them." in used
    assert "Pay for small steps too." in unused
    assert "Finding 2 of Straw (European Union)" in unused
    assert "Call before they leave" not in unused
    assert "Up : Call before they leave" in used
    assert "Chapter down : What we learned" in used


def test_texts_of_a_report_are_saved_and_a_title_is_needed(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)
    there = {"title": "Anew", "lead": "**Short**", "language": "fr", "version": "1"}

    refused = page.send(address(report) + "/edit", **there | {"title": ""})
    saved = page.send(address(report) + "/edit", **there)

    assert refused.status == 422
    assert "Please give the report a title." in refused.text
    assert "**Short**" in refused.html
    assert '<option value="fr" selected>' in refused.html
    assert "What stands there now" not in refused.text
    assert saved.headline == "Anew"
    assert "**Short**" in saved.html


def test_who_comes_second_keeps_their_text_and_sees_what_the_first_wrote(db, review, ada, edda):
    report, page = a_report(db, review), Browser(db, edda)
    write_report(db, ada, report, title="By Ada", lead="From Ada.", language="en", version=1)

    refused = page.send(address(report) + "/edit", title="By Edda", lead="From Edda.", language="en", version="1")
    again_now = page.send(address(report) + "/edit", title="By Edda", lead="From both.", language="en", version="2")

    assert refused.status == 409
    assert "Somebody else has just changed this." in refused.text
    assert "From Edda." in refused.html
    assert "What stands there now By Ada From Ada." in refused.text
    assert 'name="version" value="2"' in refused.html
    assert again_now.headline == "By Edda"


def chapter_of(db, report, number=0):
    row = chapters_of(db, report.id)[number]
    return f"{address(report)}/chapters/{row.public_id}", row


def test_a_chapter_is_written_and_needs_a_title(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)
    here, row = chapter_of(db, report)
    texts = {"title": "Learned", "text": "A *few* words.", "level": "region", "by_ecosystem": "yes", "version": "1"}

    shown = page.get(here)
    refused = page.send(here, **texts | {"title": " "})
    long = page.send(here, **texts | {"text": "x" * 20_001})
    saved = page.send(here, **texts | {"by_ecosystem": ""})

    assert 'value="What we learned"' in shown.html
    assert (refused.status, long.status, saved.status) == (422, 422, 200)
    assert "Please give the chapter a title." in refused.text
    assert "A *few* words." in refused.html
    assert '<option value="region" selected>' in refused.html
    assert "at most 20000 characters" in long.text or "at most 20,000 characters" in long.text
    assert "A few words." in saved.text
    fresh(db)
    assert (row.title, row.level, row.by_ecosystem, row.version) == ("Learned", Level.REGION, False, 2)


def test_two_who_write_one_chapter_do_not_write_over_each_other(db, review, ada, edda):
    report, page = a_report(db, review), Browser(db, edda)
    here, row = chapter_of(db, report)
    write_chapter(db, ada, report, chapter=row.public_id, title="By Ada", text="From Ada.")

    refused = page.send(here, title="By Edda", text="From Edda.", version="1")
    fresh(db)
    kept = (row.title, row.text)
    merged = page.send(here, title="By both", text="From both.", version="2")

    assert refused.status == 409
    assert "Somebody else has just changed this." in refused.text
    assert "What stands there now By Ada From Ada." in refused.text
    assert "From Edda." in refused.html
    assert kept == ("By Ada", "From Ada.")
    assert "By both" in merged.text


def test_what_somebody_writes_into_a_chapter_that_was_removed_is_not_lost(db, review, ada, edda):
    report = a_report(db, review)
    here, _row = chapter_of(db, report)

    Browser(db, ada).send(here + "/remove")
    refused = Browser(db, edda).send(here, title="By Edda", text="From Edda.", version="1")

    assert refused.status == 409
    assert "Somebody has removed this chapter." in refused.text
    assert "From Edda." in refused.html
    assert Browser(db, edda).get(here).status == 404


def test_chapters_are_added_moved_and_removed(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)

    bare = page.send(address(report) + "/chapters", chapter_title=" ")
    page.send(address(report) + "/chapters", chapter_title="More")
    last, _row = chapter_of(db, report, -1)
    page.send(last + "/move", way="up")
    fresh(db)
    order = [one.title for one in chapters_of(db, report.id)]
    removed = page.send(chapter_of(db, report, 0)[0] + "/remove")

    assert (bare.status, "Please give the chapter a title." in bare.text) == (422, True)
    assert order == ["What we learned", "More", "Practices that can be transferred"]
    assert "Removed. What stood in it is not used any more." in removed.html
    assert "Call before they leave" in removed.text.partition("Not used yet")[2]


def test_things_are_put_into_a_chapter_and_what_was_ticked_is_kept(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)
    second = make_finding(db, review, 3)
    codes = [f"finding:{second.finding.public_id}"]
    _here, target = chapter_of(db, report, 1)

    nothing = page.send(address(report) + "/put", chapter=target.public_id)
    gone = page.send(address(report) + "/put", chapter="rc_gone", material=codes)
    put = page.send(address(report) + "/put", chapter=target.public_id, material=codes)

    assert nothing.status == 422
    assert "Please choose what is to stand there." in nothing.text
    assert f'<option value="{target.public_id}" selected>' in nothing.html
    assert gone.status == 422
    assert "Please choose a chapter." in gone.text
    assert f'value="{codes[0]}" checked' in gone.html
    assert "1 stands there now." in put.html
    fresh(db)
    assert [one.subject_id for one in items_of(db, report.id) if one.chapter_id == target.id] == [second.id]


def test_what_fits_nowhere_stays_and_a_second_filling_says_so(db, review, edda):
    report, page = a_report(db, review, ReportKind.POLICY), Browser(db, edda)

    filled = page.send(address(report) + "/fill")
    again_so = page.send(address(report) + "/fill")

    assert "1 was put in place." in filled.html
    assert (again_so.status, "Nothing that is not used fits into a chapter." in again_so.text) == (409, True)


def test_an_item_is_moved_and_taken_out_once(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)
    last = items_of(db, report.id)[-1]

    page.send(f"{address(report)}/items/{last.public_id}/move", way="up")
    fresh(db)
    order = [one.public_id for one in items_of(db, report.id)]
    out = page.send(f"{address(report)}/items/{last.public_id}/remove")

    assert order.index(last.public_id) == len(order) - 2
    assert "Taken out. It is not used any more." in out.html
    assert page.send(f"{address(report)}/items/{last.public_id}/remove").status == 404


def test_after_each_step_an_editor_is_where_it_was_done(db, review, edda):
    report, page = a_report(db, review), Browser(db, edda)
    _here, row = chapter_of(db, report)
    item = next(one for one in items_of(db, report.id) if one.chapter_id == row.id)
    texts = {"title": "Anew", "lead": "", "language": "en", "version": "1"}
    db.commit()

    there = {
        path: page.client.post(
            address(report) + path, data={"csrf_token": form_token(page.cookie), **fields},
            headers={"origin": ADDRESS}, follow_redirects=False,
        ).headers["location"].partition("#")[2]
        for path, fields in (
            ("/edit", texts), ("/fill", {}), (f"/items/{item.public_id}/move", {"way": "up"}),
            (f"/items/{item.public_id}/remove", {}), (f"/chapters/{row.public_id}", {"title": "Anew"}),
        )
    }  # fmt: skip

    assert list(there.values()) == ["texts", "unused", row.public_id, row.public_id, row.public_id]
    shown = page.get(address(report) + "/edit").html
    assert [one for one in there.values() if f'id="{one}"' not in shown] == []


def test_the_editor_asks_as_often_for_twenty_findings_as_for_three(db, review, edda, queries):
    report, page, counts = a_report(db, review), Browser(db, edda), []
    for number in range(3, 23):
        made = make_finding(db, review, number)
        put_into_report(
            db, edda, report, chapter=chapters_of(db, report.id)[0].public_id,
            material=[f"finding:{made.finding.public_id}"],
        )  # fmt: skip
        if number in (3, 22):
            page.get(address(report) + "/edit")
            queries.clear()
            page.get(address(report) + "/edit")
            counts.append(len(queries))

    assert counts == [15, 15]


# --- Versions


def test_an_empty_report_and_a_second_version_while_one_waits_are_refused(db, review, edda):
    empty, page = make_report(db, review), Browser(db, edda)
    bare = page.send(address(empty) + "/hand-in")
    report = a_report(db, review)

    handed = page.send(address(report) + "/hand-in")
    twice = page.send(address(report) + "/hand-in")

    assert (bare.status, "The report is empty." in bare.text) == (409, True)
    assert "Version 1: Waits for approval" in handed.text
    assert "Approve and publish" not in handed.text
    assert "Send it back" in handed.text
    assert (twice.status, "A version waits for approval already." in twice.text) == (409, True)


def test_somebody_else_approves_and_nobody_twice(db, review, ada, edda):
    report = a_report(db, review)
    version = handed_in(db, report, edda)

    own = Browser(db, edda).send(version + "/approve")
    hidden = [Browser(db, one).get(version).status for one in (review.people["mo"], None)]
    approved = Browser(db, ada).send(version + "/approve")
    twice = Browser(db, ada).send(version + "/approve")

    assert own.status == 403
    assert hidden == [404, 404]
    assert "Published. Everybody can read it." in approved.html
    assert (twice.status, "This version does not wait for approval any more." in twice.text) == (409, True)
    assert Browser(db).get(address(report)).headline == "What we know"


def test_sending_back_needs_a_reason_which_only_editors_read(db, review, ada, edda):
    report = a_report(db, review)
    version, page = handed_in(db, report, edda), Browser(db, ada)

    bare = page.send(version + "/send-back", reason=" ")
    long = page.send(version + "/send-back", reason="x" * 1001)
    back = page.send(version + "/send-back", reason="Too long.")

    assert (bare.status, "Please say why." in bare.text) == (422, True)
    assert (long.status, "x" * 1001 in long.html) == (422, True)
    assert "This version was sent back: Too long." in back.text
    assert "Too long." in Browser(db, edda).get(address(report) + "/edit").text
    assert Browser(db).get(version).status == 404
    assert versions_of(db, report.id)[0].state is VersionState.SENT_BACK


def test_a_version_that_is_withdrawn_leaves_its_reason_and_nothing_else(db, review, ada, edda):
    report = a_report(db, review)
    version = handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report))

    bare = Browser(db, ada).send(version + "/withdraw", reason="")
    Browser(db, ada).send(version + "/withdraw", reason="A figure is wrong.")
    visitor = Browser(db).get(address(report))

    assert (bare.status, "Please say why." in bare.text) == (422, True)
    assert "This version was withdrawn: A figure is wrong." in visitor.text
    assert "Call before they leave" not in visitor.text
    assert [Browser(db).get(version + ending).status for ending in ("", "/pdf", "/docx")] == [200, 404, 404]
    assert "Call before they leave" not in Browser(db).get(version).text


def test_the_version_before_stays_readable_and_leads_to_the_new_one(db, review, ada, edda):
    report = a_report(db, review)
    first = handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report, 1))
    handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report, 2))

    old, now = Browser(db).get(first), Browser(db).get(address(report))

    assert "There is a newer version of this report." in old.text
    assert address(report) in old.links
    assert "Version 2: Published" in now.text
    assert "There is a newer version" not in now.text


@pytest.mark.parametrize("number", ["0", "9", "x", "-1", "1" * 9, "²"])
def test_a_version_that_is_not_there_is_not_found(db, review, ada, edda, number):
    report = a_report(db, review)
    handed_in(db, report, edda)

    assert Browser(db, ada).get(f"{address(report)}/versions/{number}").status == 404


# --- The report of a review


def here_of(review):
    return f"/e/peer-days/reviews/{review.subject.review.public_id}/report"


def test_the_report_of_a_review_is_begun_by_who_writes_it_up(db, review):
    make_finding(db, review)
    ria, bo = Browser(db, review.people["ria"]), Browser(db, review.people["bo"])

    offered, empty = ria.get(here_of(review)), bo.get(here_of(review))
    refused = ria.send(here_of(review), title=" ", language="de")
    not_theirs = bo.send(here_of(review), title="Mine", language="en")
    begun = ria.send(here_of(review), title="The case", language="en")
    twice = ria.send(here_of(review), title="Another", language="en")

    assert 'value="Peer review of Straw"' in offered.html
    assert "No report yet" in empty.text
    assert (refused.status, not_theirs.status, twice.status) == (422, 403, 409)
    assert "Please give the report a title." in refused.text
    assert '<option value="de" selected>' in refused.html
    assert begun.headline == "The case"
    assert "No report yet" in bo.get(here_of(review)).text
    assert "Edit the report" in ria.get(here_of(review)).text


def test_the_report_of_a_review_that_was_cancelled_is_edited_and_approved_no_more(db, review, ada):
    make_finding(db, review)
    ria, mo = review.people["ria"], Browser(db, review.people["mo"])
    row = start_review_report(db, ria, review.subject, title="The case", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, ria, report)
    version = handed_in(db, report, ria)
    hold(db, review, ReviewState.CANCELLED)

    page, approved = mo.get(address(report) + "/edit"), mo.send(version + "/approve")

    assert page.status == 200
    assert "This review was cancelled." in page.text
    assert (approved.status, "This review was cancelled." in approved.text) == (409, True)
    assert mo.send(address(report) + "/fill").status == 409
    assert report_of_review(db, review.subject.id).public_id == row.public_id


# --- Names of a private review in what others edit


def test_an_editor_outside_a_private_review_reads_no_names_and_saving_takes_none_out(db, review, ada, edda):
    report, page = a_report(db, review), Browser(db, edda)
    here, row = chapter_of(db, report)
    write_chapter(db, ada, report, chapter=row.public_id, title="By Bo Berg", text="Bo Berg began.\n\nFees fell.")
    write_report(db, ada, report, title="From Cy Costa", lead="Cy Costa says so.", language="en", version=1)

    shown = page.get(here), page.get(address(report) + "/edit")
    page.send(here, title="By […]", text="[…] began.\r\n\r\nFees rose.", version="2")
    page.send(address(report) + "/edit", title="From […]", lead="In short.", language="en", version="2")
    fresh(db)

    assert [name for one in shown for name in ("Bo", "Berg", "Costa") if name in one.text] == []
    assert "[…] began." in shown[0].html
    assert (row.title, row.text) == ("By Bo Berg", "Bo Berg began.\n\nFees rose.")
    assert (report.report.title, report.report.lead) == ("From Cy Costa", "In short.")
    assert "Bo Berg began." in Browser(db, ada).get(here).html


def test_in_the_list_of_quotations_an_editor_reads_who_it_is_only_where_it_may_be_told(db, review, ada, edda):
    make_quotation(db, review)

    private = Browser(db, edda).get("/p/green-food-network/quotations").text
    inside = Browser(db, ada).get("/p/green-food-network/quotations").text
    name_all(db, review)
    named = Browser(db, edda).get("/p/green-food-network/quotations").text

    assert ["Bo Berg" in one for one in (private, inside, named)] == [False, True, True]
    assert "Peer" in private


def test_others_read_the_title_of_the_version_that_is_published_and_not_that_of_the_draft(db, review, ada, edda):
    report = a_report(db, review)
    handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report))
    write_report(db, ada, report, title="What Bo Berg hid", lead="", language="en", version=1)

    visitor, editor, organiser = (Browser(db, one).get(HERE).text for one in (None, edda, ada))

    assert ("What we know" in visitor, "hid" in visitor) == (True, False)
    assert ("What […] hid" in editor, "What Bo Berg hid" in organiser) == (True, True)


def test_a_reason_is_told_without_the_names_of_a_private_review(db, review, ada, edda):
    report = a_report(db, review)
    first = handed_in(db, report, edda)
    approve_report(db, ada, version_in(db, ada, report))
    withdraw_report(db, ada, version_in(db, ada, report), reason="Bo Berg objects.")

    read = {name: Browser(db, one).get(first).text for name, one in {"visitor": None, "edda": edda, "ada": ada}.items()}

    assert {name: "Bo Berg objects." in text for name, text in read.items()} == {
        "visitor": False, "edda": False, "ada": True
    }  # fmt: skip
    assert "[…] objects." in read["visitor"]
