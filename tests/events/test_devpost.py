"""Devpost's list of projects: read by the names of its columns, looked at line by line, imported once."""

import pytest
from sqlmodel import select

from events.challenges import ChallengeInEvent
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.events import EventWithPhases, close_event
from events.handing_in import version_that_counts
from events.importing.devpost import ProjectRow, import_projects, preview_projects, with_members_named
from events.importing.lines import Preview, read_lines
from events.prizes import Offered, add_challenge_prize
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from events.submissions import Submission, SubmissionState, get_submission
from events.teams import Team, members_of
from tests.events.makers_hackathon import make_team
from tests.events.test_submission_fields import with_challenge
from tests.makers import again

HEADER = (
    "Project Title,Submission Url,Project Status,Judging Status,Highest Step Completed,About The Project,"
    '"""Try it out"" Links",Video Demo Link,Opt-In Prizes,Built With,Notes,Submitter First Name,Submitter Last Name,'
    "Submitter Email,Additional Team Member Count,Team Member 1 First Name,Team Member 1 Last Name,"
    "Team Member 1 Email,..."
)
STRAW = (
    "Straw tray,https://devpost.com/software/straw,Submitted (Gallery/Visible),Pending,Submit,"
    '"We pressed trays. They hold for ten days.","https://straw.example, http://plain.example",https://video.example,'
    '"Audience, Trays","python, wax",,Zoe,Zander,Zoe@Example.org,2,Yan,Yilmaz,yan@example.org,Xia,Xu,xia@example.org'
)
HUSK = "Husk bowl,https://devpost.com/software/husk,Draft,,Project overview,,,,,,,Will,Wu,will@example.org,0"


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor) -> ChallengeInEvent:
    """Che's challenge 'Trays', in a hackathon in which Bo takes part."""
    return with_challenge(db, ada, che, bo)[1]


def looked_at(db: Database, ada: Actor, event: EventWithPhases, *lines: str) -> Preview[ProjectRow]:
    content = "\n".join([HEADER, *lines]).encode()
    sheet = read_lines(content, "projects.csv", complete=with_members_named)
    return preview_projects(db, again(db, ada), event, sheet)


def imported(db: Database, ada: Actor, event: EventWithPhases, *lines: str) -> str:
    return str(import_projects(db, again(db, ada), event, rows=looked_at(db, ada, event, *lines).rows))


def problems(preview: Preview[ProjectRow]) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, str(one.sentence)) for one in preview.problems]


def test_projects_become_teams_with_their_people_and_what_was_submitted_is_handed_in(db, ada, challenge):
    said = imported(db, ada, challenge.event, STRAW, HUSK)

    teams = {team.name: team for team in db.exec(select(Team))}
    rows = {row.team_id: row for row in db.exec(select(Submission))}
    straw = rows[teams["Straw tray"].id]
    assert said == "2 lines were imported. 0 were here already."
    assert (straw.state, rows[teams["Husk bowl"].id].state) == (SubmissionState.FINAL, SubmissionState.DRAFT)
    assert teams["Straw tray"].challenge_id == challenge.id
    assert [(one.name, one.leads) for one in members_of(db, teams["Straw tray"].id)] == [
        ("Zoe Zander", True), ("Yan Yilmaz", False), ("Xia Xu", False),
    ]  # fmt: skip
    version = version_that_counts(db, get_submission(db, again(db, ada), challenge.event, straw.public_id))
    assert version is not None
    assert (version.content["links"], version.content["video"], version.content["keywords"]) == (
        ["https://straw.example"], "https://video.example", ["python", "wax"],
    )  # fmt: skip
    assert version.content["text"].endswith("http://plain.example")
    zoe = members_of(db, teams["Straw tray"].id)[0].person_id
    assert find_registration(db, challenge.event.id, zoe) is not None


def test_the_same_file_twice_changes_nothing(db, ada, challenge):
    imported(db, ada, challenge.event, STRAW, HUSK)

    preview = looked_at(db, ada, challenge.event, STRAW, HUSK)

    assert (preview.known, preview.fresh, problems(preview)) == (2, 0, [])
    assert imported(db, ada, challenge.event, STRAW, HUSK) == "0 lines were imported. 2 were here already."
    assert len(db.exec(select(Team)).all()) == 2


def test_the_challenge_is_known_by_the_name_of_its_prize_too(db, ada, che, challenge):
    add_challenge_prize(db, again(db, che), challenge, offered=Offered("Audience"))

    assert (
        looked_at(db, ada, challenge.event, STRAW.replace("Audience, Trays", "audience")).rows[0].challenge == "Trays"
    )


def test_what_is_wrong_is_said_line_by_line(db, ada, bo, challenge):
    make_team(db, bo, challenge.event, "Husk bowl")
    lines = [
        ",https://devpost.com/software/none,Draft,,,,,,,,,A,B,a@example.org,0",
        STRAW.replace("Zoe@Example.org", "zoe at example"),
        HUSK.replace("will@example.org", "bo@example.org"),
        HUSK.replace("Husk bowl", "Again").replace("software/husk", "software/again"),
        HUSK.replace("Husk bowl", "Twice").replace("software/husk", "software/twice"),
        STRAW.replace("yan@example.org", "").replace("Zoe@", "other@").replace("xia@", "xib@"),
    ]

    found = problems(looked_at(db, ada, challenge.event, *lines))

    assert [(line, field) for line, field, _sentence in found] == [
        (2, "project_title"), (3, "submitter_email"), (4, ""), (6, ""), (7, "team_member_1_email"),
    ]  # fmt: skip
    assert found[2][2] == "Will Wu is in another team of this event, or has left it."
    assert found[3][2] == "Will Wu is in the team on line 5 already."


def test_who_has_left_the_event_is_not_brought_back(db, ada, bo, challenge):
    place = find_registration(db, challenge.event.id, bo.person)
    assert place is not None
    withdraw_registration(db, again(db, bo), RegistrationInEvent(place, challenge.event.event))

    found = problems(looked_at(db, ada, challenge.event, HUSK.replace("will@example.org", "bo@example.org")))

    assert [sentence for _line, _field, sentence in found] == [
        "Will Wu is in another team of this event, or has left it."
    ]


def test_a_team_whose_name_is_taken_gets_a_number(db, ada, bo, challenge):
    make_team(db, bo, challenge.event, "Husk bowl")

    imported(db, ada, challenge.event, HUSK)

    assert sorted(db.exec(select(Team.name))) == ["Husk bowl", "Husk bowl (2)"]


def test_members_without_named_columns_are_found_in_threes():
    titles = ["Project Title", "Additional Team Member Count", "Team Member 1 First Name", "Team Member 1 Last Name",
              "Team Member 1 Email", "..."]  # fmt: skip

    assert with_members_named(titles, 8)[5:] == [
        "Team Member 2 First Name", "Team Member 2 Last Name", "Team Member 2 Email",
    ]  # fmt: skip
    assert with_members_named(titles[:2], 5)[2:] == [
        "Team Member 1 First Name", "Team Member 1 Last Name", "Team Member 1 Email",
    ]  # fmt: skip


def test_columns_may_stand_in_any_order_and_others_are_left_out(db, ada, challenge):
    content = b"Submitter Email,Table Number,Project Title\nzoe@example.org,12,Straw tray\n"
    sheet = read_lines(content, "projects.csv", complete=with_members_named)

    rows = preview_projects(db, again(db, ada), challenge.event, sheet).rows

    assert [(row.name, row.members, row.final) for row in rows] == [("Straw tray", (("zoe@example.org", "zoe"),), True)]


def test_another_file_is_refused_as_a_whole(db, ada, challenge):
    sheet = read_lines(b"e-mail,name\nzoe@example.org,Zoe\n", "people.csv", complete=with_members_named)

    with pytest.raises(Invalid, match="no list of projects"):
        preview_projects(db, again(db, ada), challenge.event, sheet)


def test_only_organisers_import_and_not_into_what_is_over(db, ada, che, challenge):
    rows = looked_at(db, ada, challenge.event, HUSK).rows

    with pytest.raises(NotAllowed):
        import_projects(db, again(db, che), challenge.event, rows=rows)
    close_event(db, again(db, ada), challenge.event)
    with pytest.raises(Conflict):
        import_projects(db, again(db, ada), challenge.event, rows=rows)
