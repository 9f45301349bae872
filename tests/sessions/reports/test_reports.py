"""Reports: what can stand in one, where it fits, and who publishes what."""

import pytest

from events.core.access import VISITOR
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.lessons import Wanted, lessons_in, withdraw_lesson
from sessions.peer_reviews.findings import FindingState, Level
from sessions.peer_reviews.reviews import ReviewRole, ReviewState
from sessions.reports.editing import (
    add_chapter,
    fill_report,
    move_chapter,
    move_in_report,
    put_into_report,
    remove_chapter,
    take_out_of_report,
    write_chapter,
    write_report,
)
from sessions.reports.material import not_used
from sessions.reports.naming import naming_for, naming_in
from sessions.reports.quotations import QuotationState, agreed_quotations, withdraw_quotation
from sessions.reports.reports import (
    ItemKind,
    ReportKind,
    chapters_of,
    items_of,
    name_report_editor,
    report_with_sources,
    start_review_report,
)
from sessions.reports.versions import (
    VersionState,
    approve_report,
    get_report,
    get_version,
    hand_report_in,
    reports_in,
    send_report_back,
    versions_of,
    withdraw_report,
)
from tests.makers import again, make_member, make_person, person_of
from tests.sessions.makers_reports import (
    hold,
    make_finding,
    make_lesson,
    make_quotation,
    make_report,
    make_second_review,
    name_all,
    programme_of,
    version_in,
)
from tests.sessions.makers_reviews import give_place, make_review


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found, ReviewState.PUBLISHED)
    return found


@pytest.fixture
def ada(db, review):
    return again(db, review.ada)


@pytest.fixture
def ed(db, review):
    """Ed edits the reports of the programme."""
    person = make_person(db, "Edda Egger")
    name_report_editor(db, again(db, review.ada), programme_of(db, review), person=person_of(db, person))
    return again(db, person)


def titles(db, report):
    names = {one.id: one.title for one in chapters_of(db, report.id)}
    return [(names[one.chapter_id], one.kind.value, one.subject_id) for one in items_of(db, report.id)]


def test_what_can_stand_in_a_report_over_all_is_agreed_shared_and_published(db, review, ada):
    agreed = make_finding(db, review)
    make_finding(db, review, 2, state=FindingState.DRAFT)
    make_finding(db, review, 3, state=FindingState.WITHDRAWN)
    lesson = make_lesson(db, ada, programme_of(db, review))
    make_lesson(db, ada, programme_of(db, review), shared=False)
    quotation = make_quotation(db, review)
    make_quotation(db, review, "cy", agreed=False)
    report = make_report(db, review)

    before = {(one.kind.value, one.id) for one in not_used(db, report)}
    hold(db, review, ReviewState.HELD)
    review.subject.review.published_at = None
    db.flush()
    after = {(one.kind.value, one.id) for one in not_used(db, report)}

    assert before == {("finding", agreed.id), ("lesson", lesson.id), ("quotation", quotation.id)}
    assert after == before - {("finding", agreed.id)}


def test_all_is_put_where_its_level_is_and_what_has_none_stays_unused(db, review, ada):
    region, state = make_finding(db, review), make_finding(db, review, 2, level=Level.STATE)
    host = make_finding(db, review, 3, level=Level.HOST)
    quotation = make_quotation(db, review)
    report = make_report(db, review, ReportKind.POLICY)

    count = fill_report(db, ada, report)

    assert count == 2
    assert sorted(titles(db, report)) == [("To regions", "finding", region.id), ("To states", "finding", state.id)]
    assert [(one.kind.value, one.id) for one in not_used(db, report)] == [
        ("finding", host.id), ("quotation", quotation.id)
    ]  # fmt: skip
    with pytest.raises(Conflict):
        fill_report(db, ada, report)


def test_the_order_goes_by_buttons(db, review, ada):
    findings = [make_finding(db, review, number) for number in (1, 2, 3)]
    report = make_report(db, review)
    fill_report(db, ada, report)
    last = items_of(db, report.id)[-1]

    move_in_report(db, ada, report, item=last.public_id, earlier=True)
    move_in_report(db, ada, report, item=last.public_id, earlier=True)
    move_in_report(db, ada, report, item=last.public_id, earlier=True)
    chapter = add_chapter(db, ada, report, title="More")
    move_chapter(db, ada, report, chapter=chapter.public_id, earlier=True)

    assert [one.subject_id for one in items_of(db, report.id)] == [findings[2].id, findings[0].id, findings[1].id]
    assert [one.title for one in chapters_of(db, report.id)] == [
        "What we learned", "More", "Practices that can be transferred"
    ]  # fmt: skip


def test_what_is_taken_out_and_what_stood_in_a_removed_chapter_is_unused_again(db, review, ada):
    make_finding(db, review)
    make_finding(db, review, 2)
    report = make_report(db, review)
    fill_report(db, ada, report)
    first, second = items_of(db, report.id)

    take_out_of_report(db, ada, report, item=first.public_id)
    one = len(not_used(db, report))
    remove_chapter(db, ada, report, chapter=chapters_of(db, report.id)[0].public_id)

    assert (one, len(not_used(db, report)), second.subject_id in [each.id for each in not_used(db, report)]) == (
        1, 2, True
    )  # fmt: skip


def test_one_moves_to_another_chapter_and_stands_once(db, review, ada):
    finding = make_finding(db, review).finding
    report = make_report(db, review)
    first, second = chapters_of(db, report.id)
    code = f"finding:{finding.public_id}"

    put_into_report(db, ada, report, chapter=first.public_id, material=[code, code])
    put_into_report(db, ada, report, chapter=second.public_id, material=[code])
    with pytest.raises(Invalid):
        put_into_report(db, ada, report, chapter=second.public_id, material=["finding:nothing"])
    with pytest.raises(Invalid):
        put_into_report(db, ada, report, chapter="another", material=[code])

    assert titles(db, report) == [(second.title, "finding", finding.id)]


def test_somebody_other_than_the_author_publishes(db, review, ada, ed):
    make_finding(db, review)
    report = make_report(db, review)
    fill_report(db, ada, report)
    hand_report_in(db, ed, report)

    with pytest.raises(NotAllowed):
        approve_report(db, ed, version_in(db, ed, report))
    with pytest.raises(Conflict):
        hand_report_in(db, ada, report)
    with pytest.raises(NotFound):
        get_version(db, VISITOR, report, 1)
    approve_report(db, ada, version_in(db, ada, report))

    assert get_version(db, VISITOR, report, 1).version.state is VersionState.PUBLISHED
    assert [one.number for one in reports_in(db, VISITOR, programme_of(db, review))] == [1]


def test_a_published_version_stays_as_it_is_and_a_new_one_takes_its_place(db, review, ada, ed):
    finding = make_finding(db, review).finding
    report = make_report(db, review)
    fill_report(db, ada, report)
    hand_report_in(db, ed, report)
    approve_report(db, ada, version_in(db, ada, report))
    before = dict(versions_of(db, report.id)[0].content)
    finding.recommendation = "Something else."
    db.add(finding)
    write_report(db, ed, report, title="Anew", lead="", language="de", version=1)

    hand_report_in(db, ada, report)
    approve_report(db, ed, version_in(db, ed, report, 2))

    second, first = versions_of(db, report.id)
    assert (first.state, second.state) == (VersionState.SUPERSEDED, VersionState.PUBLISHED)
    assert first.content == before
    assert (first.content["title"], second.content["title"]) == ("What we know", "Anew")


def test_what_is_sent_back_or_withdrawn_says_why(db, review, ada, ed):
    make_finding(db, review)
    report = make_report(db, review)
    with pytest.raises(Conflict):
        hand_report_in(db, ed, report)
    fill_report(db, ada, report)
    hand_report_in(db, ed, report)
    with pytest.raises(Invalid):
        send_report_back(db, ada, version_in(db, ada, report), reason=" ")
    send_report_back(db, ada, version_in(db, ada, report), reason="Too long.")
    hand_report_in(db, ed, report)
    approve_report(db, ada, version_in(db, ada, report, 2))
    withdraw_report(db, ada, version_in(db, ada, report, 2), reason="A wrong figure.")

    assert [(one.state, one.reason) for one in versions_of(db, report.id)] == [
        (VersionState.WITHDRAWN, "A wrong figure."),
        (VersionState.SENT_BACK, "Too long."),
    ]
    assert reports_in(db, VISITOR, programme_of(db, review)) == []
    assert get_report(db, VISITOR, programme_of(db, review), report.report.public_id).id == report.id


def test_with_its_report_a_review_is_published(db):
    review = make_review(db)
    hold(db, review)
    make_finding(db, review)
    mo, ria = review.people["mo"], review.people["ria"]
    row = start_review_report(db, ria, review.subject, title="Members that stay", language="en")
    report = report_with_sources(db, row, programme_of(db, review))
    with pytest.raises(Conflict):
        start_review_report(db, mo, review.subject, title="Again", language="en")
    with pytest.raises(NotAllowed):
        hand_report_in(db, review.people["bo"], report)
    fill_report(db, ria, report)
    hand_report_in(db, ria, report)

    approve_report(db, mo, version_in(db, mo, report))

    assert review.subject.review.state is ReviewState.PUBLISHED
    assert review.subject.review.published_at is not None


def test_a_quotation_is_shown_between_yes_and_no_longer(db, review):
    asked = make_quotation(db, review, agreed=False)
    agreed = make_quotation(db, review, "cy")
    nameless = make_quotation(db, review, "di", named=False)
    name_all(db, review)
    ids = [asked.id, agreed.id, nameless.id]

    shown = {id: str(one.by) for id, one in agreed_quotations(db, ids).items()}
    with pytest.raises(NotAllowed):
        withdraw_quotation(db, review.ada, agreed)
    withdraw_quotation(db, review.people["cy"], agreed)

    assert shown == {agreed.id: "Cy Costa", nameless.id: "Peer"}
    assert set(agreed_quotations(db, ids)) == {nameless.id}
    assert (agreed.quotation.state, agreed.quotation.text) == (QuotationState.WITHDRAWN, "")


def test_the_words_of_another_never_take_the_place_of_somebody_who_was_erased(db, review, ada):
    first = make_quotation(db, review, text="Of somebody who is gone.")
    report = make_report(db, review)
    fill_report(db, ada, report)
    db.delete(first.quotation)
    db.flush()

    second = make_quotation(db, review, "cy", text="Of another.")

    assert [one.id for one in not_used(db, report) if one.kind is ItemKind.QUOTATION] == [second.id]


def test_a_private_review_overrules_the_wish_to_be_named(db, review):
    quotation = make_quotation(db, review, named=True)

    private = str(agreed_quotations(db, [quotation.id])[quotation.id].by)
    name_all(db, review)

    assert (private, str(agreed_quotations(db, [quotation.id])[quotation.id].by)) == ("Peer", "Bo Berg")


def test_a_lesson_is_its_authors_until_it_is_shared_and_then_found_by_its_words(db, review, ada):
    programme = programme_of(db, review)
    make_lesson(db, ada, programme, shared=False, title="Mine")
    shared = make_lesson(db, ada, programme, title="Fees_50% of turnover")

    def found(actor, **wanted):
        return [one.texts["title"] for one in lessons_in(db, actor, programme, Wanted(**wanted)).rows]

    assert found(VISITOR) == ["Fees_50% of turnover"]
    assert sorted(found(ada)) == ["Fees_50% of turnover", "Mine"]
    assert found(VISITOR, words="turnover QUARTER") == ["Fees_50% of turnover"]
    assert (found(VISITOR, words="50%"), found(VISITOR, words="5%0"), found(VISITOR, words="Fees%50")) == (
        ["Fees_50% of turnover"], [], []
    )  # fmt: skip
    assert found(VISITOR, tag="data.analytics") == ["Fees_50% of turnover"]
    assert found(VISITOR, tag="data.cloud") == []
    with pytest.raises(Invalid):
        withdraw_lesson(db, ada, shared)
    withdraw_lesson(db, ada, shared, why="It was wrong.")
    assert found(VISITOR) == []


@pytest.mark.parametrize("private", [True, False])
def test_a_search_does_not_tell_whose_name_stands_in_a_lesson_of_a_private_review(db, review, private):
    hal, programme = review.people["hal"], programme_of(db, review)
    make_lesson(db, hal, programme, review=review)
    if not private:
        name_all(db, review)

    found = [len(lessons_in(db, VISITOR, programme, Wanted(words=one)).rows) for one in ("Berg", "ber", "member")]
    text = lessons_in(db, VISITOR, programme).rows[0].texts["worked"]

    # "ber" stands in "member" too, which may be found.
    assert found == ([0, 1, 1] if private else [1, 1, 1])
    assert ("Berg" in text) is not private
    assert "Berg" in lessons_in(db, review.people["cy"], programme).rows[0].texts["worked"]


def test_only_who_was_there_writes_a_lesson_down(db, review):
    stranger = make_person(db, "Xi Xu")

    with pytest.raises(NotAllowed):
        make_lesson(db, stranger, programme_of(db, review))
    with pytest.raises(NotAllowed):
        make_lesson(db, stranger, programme_of(db, review), review=review)
    make_lesson(db, review.people["ole"], programme_of(db, review), review=review)


def test_two_who_write_one_chapter_do_not_write_over_each_other(db, review, ada, ed):
    report = make_report(db, review)
    row = chapters_of(db, report.id)[0]

    write_chapter(db, ada, report, chapter=row.public_id, title="By Ada", text="", version=1)
    with pytest.raises(Conflict):
        write_chapter(db, ed, report, chapter=row.public_id, title="By Ed", text="", version=1)
    write_chapter(db, ed, report, chapter=row.public_id, title="After Ada", text="", version=2)

    assert (row.title, row.version) == ("After Ada", 3)


def test_nothing_is_written_into_a_chapter_that_was_removed_or_is_of_another_report(db, review, ada, ed):
    report, other = make_report(db, review), make_report(db, review, ReportKind.POLICY)
    row = chapters_of(db, report.id)[0]

    remove_chapter(db, ada, report, chapter=row.public_id)
    for subject in (report, other):
        with pytest.raises(Conflict):
            write_chapter(db, ed, subject, chapter=row.public_id, title="By Ed", text="")

    assert "By Ed" not in [one.title for each in (report, other) for one in chapters_of(db, each.id)]


def test_lines_that_are_read_alike_keep_each_its_own_names(db, review, ada, ed):
    report = make_report(db, review)
    [row, *_rest] = chapters_of(db, report.id)
    lines = ("Bo Berg left.", "They came back.", "Cy Costa left.")
    write_chapter(db, ada, report, chapter=row.public_id, title="Who left", text="\n".join(lines))

    read = naming_for(db, ed, review.event.programme_id).written(row.text)
    write_chapter(db, ed, report, chapter=row.public_id, title="Who left", text=read + "\nNobody else.")

    assert read == "[…] left.\nThey came back.\n[…] left."
    assert row.text.splitlines() == [*lines, "Nobody else."]


def test_what_editors_write_does_not_tell_where_peers_come_from_but_who_hosts(db, review):
    second = make_second_review(db, review)
    give_place(db, second, again(db, review.people["hal"]), ReviewRole.PEER)
    olga = make_member(db, make_person(db, "Olga Orlow", email="olga@straw.example"), review.host)
    give_place(db, review, olga, ReviewRole.OBSERVER)
    said = "Straw and Berg Cluster agree."

    private = naming_in(db, review.event.programme_id).written(said)
    name_all(db, review)
    name_all(db, second)

    assert private == "Straw and […] agree."
    assert naming_in(db, review.event.programme_id).written(said) == said
