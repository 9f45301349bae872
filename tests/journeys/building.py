"""Chapters in which a need becomes a challenge, people a team, and what they built a submission."""

import json
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.story import HACKATHON, Story

NEED = "We look for a tray for soft cheese that rots within sixty days and does not go limp in the cold room."
MORE = "We tried starch, which softens, and paper with a coat, which nobody wants to compost."
CHALLENGE = "A tray that rots"
TEAM = "The Composters"
SUMMARY = "A tray of pressed bran with a thin coat of casein, which keeps soft cheese dry for three weeks."
PLAN = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def publish_a_need(story: Story) -> None:
    """Che says what the dairy looks for."""
    che = story["Che"]
    che.open("/marketplace/new")
    che.tick("Need")
    che.write("In one line", NEED).write("More about it", MORE).press("Publish")
    che.sees(NEED)
    story.places["need"] = che.path


def make_a_challenge_from_it(story: Story) -> None:
    """Ada puts the need to the teams; it keeps its link to where it came from."""
    ada = story["Ada"]
    ada.open(story.places["hackathon"]).follow("Challenges", within=ada.page.get_by_role("navigation"))
    ada.follow("Take one from a need")
    ada.field("Need").select_option(index=1)
    ada.write("Title", CHALLENGE).press("Make it a challenge")
    ada.arrives_at(CHALLENGE)
    assert (
        ada.main.get_by_role("link", name="The need that it comes from").get_attribute("href") == story.places["need"]
    )
    story.places["challenge"] = ada.path


def form_a_team(story: Story) -> None:
    """Tam forms a team for the challenge and asks Cy in by mail; Cy's letter leads into the team."""
    tam, cy = story["Tam"], story["Cy"]
    tam.open(story.places["challenge"]).follow("Form a team for it")
    tam.write("Name of the team", TEAM).write("Your idea", "Bran and casein.").press("Form the team")
    tam.arrives_at(TEAM)
    story.places["team"] = tam.path
    tam.write("E-mail address", cy.email).press("Send the invitation")
    tam.sees("Waits for an answer")

    letter = story.house.post.wait_for(cy.email, TEAM)
    [link] = [one for one in letter.links if "/team-invitations/" in one]
    cy.open(link).press(f"Join {TEAM}")

    cy.sees("You are in the team.").sees("Tam Tamm").sees("Cy Costa")


def a_draft_is_saved_while_tam_types(story: Story) -> None:
    """Nobody presses anything; a reload shows what was written."""
    tam = story["Tam"]
    tam.open(story.places["team"]).follow("Write the submission")
    story.places["submission"] = tam.path
    tam.field("Title").press_sequentially("Bran tray", delay=10)
    expect(tam.main.locator("[data-autosave]")).to_contain_text("Saved at")

    tam.open(tam.path)

    assert tam.field("Title").input_value() == "Bran tray"


def a_draft_is_saved_by_its_button(story: Story) -> None:
    """Without JavaScript a draft is saved when one says so."""
    tam = story["Tam"]
    tam.open(story.places["team"]).follow("Write the submission")
    story.places["submission"] = tam.path
    tam.write("Title", "Bran tray").write("Summary", "So far a sketch that is long enough to be kept.").press("Save")

    tam.sees("Nothing is handed in by saving.")
    assert tam.field("Title").input_value() == "Bran tray"


def hand_in(story: Story) -> None:
    """Tam adds a file and hands in; the receipt stands on the page and in the mail, and the file can be fetched."""
    tam = story["Tam"]
    tam.open(story.places["submission"])
    tam.write("Title", "Bran tray").write("Summary", SUMMARY)
    tam.field("Add files").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PLAN})
    tam.press("Hand in")
    tam.arrives_at("Receipt for version 1")
    story.places["receipt"] = tam.path

    letter = story.house.post.wait_for(tam.email, "receipt")
    fingerprint = tam.main.locator("code.fingerprint").first.inner_text()
    assert fingerprint in letter.text
    fetched = tam.page.request.get(tam.main.get_by_role("link", name="plan.pdf").get_attribute("href"))
    assert fetched.body() == PLAN
    assert fetched.headers["content-disposition"].startswith("attachment")
    kept = tam.page.request.get(tam.main.get_by_role("link", name="Save the content").get_attribute("href"))
    assert json.loads(kept.body())["title"] == "Bran tray"

    outsider = story.enter("Outsider", javascript=story.javascript)
    refused = outsider.page.request.get(f"{story.house.address}{story.places['receipt']}")
    assert refused.status == 404


def the_end_comes_while_cy_types(story: Story, closing: datetime) -> None:
    """Nothing is lost: what came after the grace is kept, said to be late, and counts once Ada says why."""
    cy, ada = story["Cy"], story["Ada"]
    cy.faults.spoken.add(f"{story.house.address}{story.places['submission']}/autosave")
    cy.open(story.places["submission"])
    cy.field("Description").fill("It was tested in a cold room for nine days. " * 20 + "The end.")
    story.go_to(closing + timedelta(minutes=5))

    cy.press("Hand in again")

    cy.sees("Too late, but nothing is lost").sees("The end.")
    cy.follow("Go to the submission")
    story.places["shown"] = cy.path
    cy.sees("Version 2").sees("Late")
    ada.open(cy.path)
    ada.follow("Look at it and admit it")
    ada.write("Why", "The line to their hall was cut.").press("Admit this version")
    ada.sees("The end.")
    story.house.post.wait_for(story["Tam"].email, HACKATHON)
