"""Submissions as pages: writing by several hands, handing in, receipts, what comes late, and who fetches a file."""

import hashlib

import pytest
from sqlmodel import select

from events.challenges import publish_challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.files import StoredFile, make_ready
from events.core.translation import written_for
from events.handing_in import hand_in, keep_late_version
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.signin import form_token
from events.submission_files import add_file
from events.submissions import Submission, SubmissionVersion, save_draft
from events.teams import TeamInEvent, add_member
from tests.events.makers_hackathon import BRIEF, DONE, make_hackathon, make_team
from tests.frontend.browser import ADDRESS, Browser, Page
from tests.makers import again, open_phase, shut_phase

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
FIELDS = {"title": DONE.title, "summary": DONE.summary, "text": "We pressed **three** trays.", "links": "", "video": ""}


@pytest.fixture
def team(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor) -> TeamInEvent:
    """Bo and Cy in a team; Tam takes part too."""
    team = make_team(db, bo, make_hackathon(db, ada, bo, cy, tam))
    add_member(db, cy, team, cy.person or 0, leads=False)
    return team


def draft_of(team: TeamInEvent) -> str:
    return f"/e/food-hack/teams/{team.team.public_id}/submission"


def page_of(db: Database) -> str:
    return f"/e/food-hack/submissions/{db.exec(select(Submission.public_id)).one()}"


def upload(browser: Browser, path: str, fields: dict[str, str], files: list[tuple[str, bytes]]) -> Page:
    """Send a form with files, as a browser does."""
    browser.db.commit()
    sent = [("files", (name, content)) for name, content in files]
    answer = browser.client.post(
        path, data={"csrf_token": form_token(browser.cookie), **fields}, files=sent, headers={"origin": ADDRESS}
    )
    return Page(answer)


def autosave(browser: Browser, team: TeamInEvent, **fields: str):
    browser.db.commit()
    return browser.client.post(
        f"{draft_of(team)}/autosave",
        data={"csrf_token": form_token(browser.cookie), **fields},
        headers={"origin": ADDRESS, "accept": "application/json"},
    )


def saved(db: Database) -> Submission:
    db.commit()
    return db.exec(select(Submission).execution_options(populate_existing=True)).one()


def test_a_member_writes_a_draft_and_finds_it_again(db, bo, cy, team):
    page = Browser(db, bo).send(draft_of(team), revision="0", **FIELDS)

    assert (page.headline, "Nothing is handed in by saving" in page.text) == ("Your submission", True)
    html = Browser(db, cy).get(draft_of(team)).html
    assert f'value="{DONE.title}"' in html and 'name="revision" value="1"' in html


def test_only_members_write(db, ada, tam, eve, team):
    for person in (ada, tam, eve):
        browser = Browser(db, person)
        assert browser.get(draft_of(team)).status == 404
        assert browser.send(draft_of(team), revision="0", **FIELDS).status == 404
        assert browser.send(f"{draft_of(team)}/hand-in", revision="0", **FIELDS).status == 404
        assert autosave(browser, team, revision="0", **FIELDS).status_code == 404
    assert Browser(db).get(draft_of(team)).path == "/sign-in"


def test_two_who_write_at_once_see_both_texts_and_the_second_decides(db, bo, cy, team):
    browser = Browser(db, cy)
    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    mine = FIELDS | {"title": "Cy's title"}

    told = browser.send(draft_of(team), revision="0", **mine)
    kept = saved(db).title
    browser.send(draft_of(team), revision="1", **mine)

    assert (told.status, "Bo Berg saved another text at 10:00 while you were writing" in told.text) == (409, True)
    assert 'value="Cy&#39;s title"' in told.html and f">{DONE.title}</pre>" in told.html
    assert 'name="revision" value="1"' in told.html and "data-autosave" not in told.html
    assert (kept, saved(db).title) == (DONE.title, "Cy's title")


def test_a_form_that_is_wrong_in_itself_does_not_skip_what_others_wrote(db, bo, cy, team):
    save_draft(db, again(db, bo), team, written=DONE, revision=0)

    wrong = Browser(db, cy).send(draft_of(team), revision="0", **FIELDS | {"links": "ftp://example.org"})

    assert wrong.status == 422
    assert "starting with https://" in wrong.text and "We pressed three trays" in wrong.text


def test_autosave_answers_with_the_new_revision_and_keeps_unfinished_links_waiting(db, bo, team):
    answer = autosave(Browser(db, bo), team, revision="0", **FIELDS | {"links": "https://example.org/a\nhtt"})

    assert (answer.status_code, answer.json()["ok"], answer.json()["revision"]) == (200, True, 1)
    assert answer.json()["message"] == "Saved at 11:00"
    assert (saved(db).title, saved(db).links) == (DONE.title, ["https://example.org/a"])


def test_autosave_over_somebody_elses_text_is_refused_in_a_sentence(db, bo, cy, team):
    save_draft(db, again(db, bo), team, written=DONE, revision=0)

    answer = autosave(Browser(db, cy), team, revision="0", **FIELDS)

    assert (answer.status_code, "Bo Berg saved another text" in answer.json()["message"]) == (409, True)


def test_handing_in_leads_to_a_receipt_with_number_both_times_and_hash(db, bo, team):
    browser = Browser(db, bo)

    page = upload(browser, f"{draft_of(team)}/hand-in", {"revision": "0", **FIELDS}, [("tray.pdf", PDF)])

    db.commit()
    version = db.exec(select(SubmissionVersion)).one()
    assert (page.status, page.headline) == (200, "Receipt for version 1")
    assert version.sha256 in page.text and hashlib.sha256(PDF).hexdigest() in page.text
    assert "Tue, 14 Apr 2026, 11:00 (Europe/Stockholm)" in page.text
    assert "Tue, 14 Apr 2026, 11:00 (Europe/Brussels)" in page.text


def test_the_saved_content_has_the_hash_of_the_receipt(db, bo, team):
    version = hand_in(db, again(db, bo), team, written=DONE, revision=0)

    page = Browser(db, bo).get(f"{page_of(db)}/versions/1/content.json")

    assert hashlib.sha256(page.content).hexdigest() == version.sha256
    assert page.headers["content-disposition"].startswith('attachment; filename="submission-1.json"')


def test_what_is_unfinished_comes_back_with_all_that_was_typed(db, bo, team):
    page = Browser(db, bo).send(f"{draft_of(team)}/hand-in", revision="0", **FIELDS | {"summary": "Short."})

    assert (page.status, "40 characters at least" in page.text) == (422, True)
    assert f'value="{DONE.title}"' in page.html and ">\nShort.</textarea>" in page.html


def test_a_file_that_is_not_what_its_name_says_is_refused_and_nothing_is_half_saved(db, bo, team):
    page = upload(Browser(db, bo), draft_of(team), {"revision": "0", **FIELDS}, [("tray.pdf", b"MZ not a pdf")])

    assert (page.status, "is not what its name says" in page.text) == (422, True)
    db.commit()
    assert db.exec(select(Submission)).all() == []
    assert f'value="{DONE.title}"' in page.html


def test_a_member_removes_a_file(db, bo, team):
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))

    page = Browser(db, bo).send(f"{draft_of(team)}/files/{stored.public_id}/remove")

    assert (page.status, "tray.pdf" in page.text) == (200, False)


@pytest.mark.parametrize("button", ["", "/hand-in"])
def test_when_the_phase_closes_while_somebody_types_nothing_is_lost(db, ada, bo, team, button):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    typed = {"revision": "0", **FIELDS, "links": "not a link", "title": "T" * 150}

    page = upload(Browser(db, bo), f"{draft_of(team)}{button}", typed, [("tray.pdf", PDF), ("bad.exe", b"MZ")])

    assert (page.status, page.headline) == (409, "Too late, but nothing is lost")
    assert "Submission closed on Tue, 14 Apr 2026, 10:00 (Europe/Stockholm)" in page.text
    assert "kept as version 1" in page.text and "could not be taken: bad.exe" in page.text
    db.commit()
    version = db.exec(select(SubmissionVersion)).one()
    assert (version.late, version.content["title"]) == (True, "T" * 150)
    assert version.content["text"].endswith("not a link")
    assert [one["name"] for one in version.content["files"]] == ["tray.pdf"]


def test_an_autosave_that_comes_too_late_is_kept_and_says_so(db, ada, bo, team):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)

    answer = autosave(Browser(db, bo), team, revision="0", **FIELDS)

    assert answer.status_code == 409
    assert answer.json()["message"].endswith("What you typed is kept as late version 1.")


def test_the_page_to_write_on_says_when_it_closed(db, ada, bo, team):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)

    page = Browser(db, bo).get(draft_of(team))

    assert (page.status, "Submission closed on" in page.text) == (409, True)


def test_an_organiser_admits_a_late_version_from_its_page(db, ada, bo, tam, team):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)
    keep_late_version(db, again(db, bo), team, written=DONE)
    here = page_of(db)
    organiser = Browser(db, ada)

    before = organiser.get("/e/food-hack/submissions")
    refused = Browser(db, bo).send(f"{here}/versions/1/admit", why="I would like it to count.")
    silent = organiser.send(f"{here}/versions/1/admit", why="So.")
    page = organiser.send(f"{here}/versions/1/admit", why="The line to their hall was cut.")
    receipt = Browser(db, bo).get(f"{here}/versions/1")

    assert "1 late version waits for you" in before.text
    assert refused.status == 403
    assert (silent.status, "it stays on record" in silent.text, ">\nSo.</textarea>" in silent.html) == (422, True, True)
    assert "The line to their hall was cut." in receipt.text and "Ada Adler" in receipt.text
    assert ("This version counts now" in page.text, page.headline) == (True, DONE.title)


def test_a_file_is_fetched_only_by_those_who_may_see_its_submission(db, ada, bo, cy, tam, dee, eve, team):
    stored = add_file(db, again(db, bo), team, file=make_ready('träy ".pdf', PDF))
    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    address = f"{page_of(db)}/files/{stored.public_id}"
    cast = {"ada": ada, "bo": bo, "cy": cy, "dee": dee, "tam": tam, "eve": eve, "visitor": None}

    def who_gets_it() -> set[str]:
        return {name for name, person in cast.items() if Browser(db, person).get(address).content == PDF}

    as_draft = who_gets_it()
    hand_in(db, again(db, bo), team, written=DONE, revision=1)
    as_final = who_gets_it()
    open_phase(db, again(db, ada), team.event, PhaseKind.JUDGING)
    in_gallery = who_gets_it()

    assert as_draft == {"ada", "bo", "cy"}
    assert as_final == {"ada", "bo", "cy", "dee"}
    assert in_gallery == {"ada", "bo", "cy", "dee", "tam"}
    assert Browser(db, eve).get(address).status == 404


def test_a_file_is_only_ever_saved_and_never_run(db, bo, team):
    stored = add_file(db, again(db, bo), team, file=make_ready('träy ".pdf', PDF))

    headers = Browser(db, bo).get(f"{page_of(db)}/files/{stored.public_id}").headers

    assert headers["content-disposition"] == (
        "attachment; filename=\"tr_y__.pdf\"; filename*=UTF-8''tr%C3%A4y%20%22.pdf"
    )
    assert headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "private, no-store")


def test_a_file_is_not_found_through_another_submission_or_event(db, bo, tam, team):
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    other = make_team(db, tam, team.event, "Husk")
    theirs = save_draft(db, again(db, tam), other, written=DONE, revision=0)
    browser = Browser(db, tam)

    assert browser.get(f"/e/food-hack/submissions/{theirs.public_id}/files/{stored.public_id}").status == 404
    assert browser.get(f"/e/nowhere/submissions/{theirs.public_id}/files/{stored.public_id}").status == 404


def test_the_gallery_opens_with_judging_and_says_so_before(db, ada, bo, tam, team):
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    browser = Browser(db, tam)

    before = browser.get("/e/food-hack/submissions")
    open_phase(db, again(db, ada), team.event, PhaseKind.JUDGING)
    after = browser.get("/e/food-hack/submissions")

    assert DONE.title not in before.text and "sees what was handed in from" in before.text
    assert DONE.title in after.text
    assert DONE.title not in Browser(db).get("/e/food-hack/submissions").text


def test_receipts_are_for_the_team_and_the_organisers(db, ada, bo, tam, team):
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    open_phase(db, again(db, ada), team.event, PhaseKind.JUDGING)
    here = page_of(db)

    assert [Browser(db, one).get(f"{here}/versions/1").status for one in (ada, bo, tam)] == [200, 200, 404]
    assert Browser(db, bo).get(f"{here}/versions/9").status == 404
    assert Browser(db, bo).get(f"{here}/versions/x").status == 404


def test_what_was_handed_in_is_shown_and_not_the_later_draft(db, ada, bo, tam, team):
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    save_draft(db, again(db, bo), team, written=DONE.__class__(title="Not yet"), revision=1)
    open_phase(db, again(db, ada), team.event, PhaseKind.JUDGING)

    assert "Not yet" not in Browser(db, tam).get(page_of(db)).html
    assert "has written something since it handed in" in Browser(db, bo).get(page_of(db)).text


def test_links_lead_out_without_telling_where_from_and_markup_stays_text(db, bo, team):
    written = DONE.__class__(title="<i>T</i>", summary=DONE.summary, text="<script>x</script>", links=DONE.links)
    hand_in(db, again(db, bo), team, written=written, revision=0)

    html = Browser(db, bo).get(page_of(db)).html

    assert '<a href="https://example.org/trays" rel="noopener nofollow ugc">' in html
    assert "<script>x" not in html and "<i>T</i>" not in html


def test_the_pages_speak_the_readers_language_and_zone(db, ada, bo, team):
    shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION)

    page = Browser(db, bo).get(draft_of(team))

    with written_for("en", "Europe/Stockholm"):
        assert "(Europe/Stockholm)" in page.text


def test_the_stored_name_of_a_file_is_nobodys_choice(db, bo, team):
    upload(Browser(db, bo), draft_of(team), {"revision": "0", **FIELDS}, [("../../etc/passwd.pdf", PDF)])

    db.commit()
    stored = db.exec(select(StoredFile)).one()
    assert (stored.name, "/" in stored.place, "passwd" in stored.place) == ("passwd.pdf", False, False)


def test_submissions_are_filtered_by_challenge(db, ada, bo, team):
    wax = publish_challenge(db, again(db, ada), team.event, title="Wax", brief=BRIEF)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    organiser = Browser(db, ada)

    every = organiser.get("/e/food-hack/submissions")
    none = organiser.get(f"/e/food-hack/submissions?challenge={wax.public_id}")

    assert (DONE.title in every.text, DONE.title in none.text) == (True, False)
    assert f'<option value="{wax.public_id}" selected' in none.html
    assert "Nothing has been handed in for this challenge" in none.text
