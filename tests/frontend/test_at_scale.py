"""A hackathon's pages with 5 and with 300 teams: as many statements, and no list without pages.

One database is filled twice; what each page asked of it and what it names is noted both times.
"""

import re
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as engine_events
from sqlalchemy import insert
from sqlmodel import SQLModel, select

from events.challenge_annex import AnnexConsent, AnnexLook
from events.challenges import publish_challenge
from events.checkpoints import set_checkpoint
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, engines, forget_engines
from events.core.settings import settings, use_settings
from events.events import EventWithPhases
from events.help_queue import HelpRequest
from events.late_entries import LateEntry
from events.people import Person, PersonState
from events.programmes import Programme
from events.progress import ProgressEntry
from events.proposals.drafts import ProposalState, ProposedPlace, ProposedTeam, TeamProposal
from events.registration import Registration, RegistrationState, appoint
from events.roles import Role
from events.rounds.assigning import JudgingAssignment
from events.rounds.publishing import publish_result
from events.rounds.rounds import RoundInEvent, RoundState, RoundSubmission
from events.rounds.running import close_round, open_round, reopen_round
from events.rounds.votes import RoundVote, VoteKind
from events.seekers import Seeker
from events.submissions import Submission, SubmissionState, SubmissionVersion
from events.teams import Team, TeamMember
from tests.conftest import SECRET
from tests.events.makers_desks import make_desk
from tests.events.makers_rounds import Contest, fresh, make_contest, make_round, open_a_round
from tests.frontend.browser import Browser
from tests.makers import NOW, again, make_person

FEW, MANY, MOST_NAMED = 5, 300, 150
FIRST_ID = 10_000
ADA = "Ada"
PAGES = {
    "event": (ADA, "/e/food-hack"),
    "teams": (ADA, "/e/food-hack/teams"),
    "teams of a member": ("Lead", "/e/food-hack/teams"),
    "a team before the organiser": (ADA, "/e/food-hack/teams/{team}"),
    "page of a team to change": ("Lead", "/e/food-hack/teams/{team}/edit"),
    "who is in a team": (ADA, "/e/food-hack/teams/{team}/members"),
    "a team": ("Lead", "/e/food-hack/teams/{team}"),
    "team room": ("Lead", "/e/food-hack/teams/{team}/room"),
    "seekers": ("Lead", "/e/food-hack/teams/looking"),
    "seeking": ("Seeker", "/e/food-hack/teams/looking/me"),
    "progress": (ADA, "/e/food-hack/teams/progress"),
    "builder": (ADA, "/e/food-hack/teams/builder"),
    "proposal": (ADA, "/e/food-hack/teams/builder/{proposal}"),
    "help queue": (ADA, "/e/food-hack/help"),
    "mentoring": (ADA, "/e/food-hack/mentoring"),
    "challenges": (ADA, "/e/food-hack/challenges"),
    "challenge": ("Che", "/e/food-hack/challenges/{challenge}"),
    "challenge board": ("Che", "/e/food-hack/challenges/{challenge}/board"),
    "submissions": (ADA, "/e/food-hack/submissions"),
    "submissions of a challenge": ("Che", "/e/food-hack/submissions?challenge={challenge}"),
    "a submission": ("Lead", "/e/food-hack/submissions/{submission}"),
    "a submission to write": ("Lead", "/e/food-hack/teams/{team}/submission"),
    "what is handed in": (ADA, "/e/food-hack/set-up/submissions"),
    "annex": ("Che", "/e/food-hack/challenges/{challenge}/annex/edit"),
    "gallery": ("", "/e/food-hack/gallery"),
    "gallery set-up": (ADA, "/e/food-hack/set-up/gallery"),
    "prizes": (ADA, "/e/food-hack/set-up/prizes"),
    "certificates": (ADA, "/e/food-hack/set-up/certificates"),
    "rounds": (ADA, "/e/food-hack/judging"),
    "coverage board": (ADA, "/e/food-hack/judging/{round}"),
    "judges": (ADA, "/e/food-hack/judging/{round}/judges"),
    "own judging": ("Judge", "/e/food-hack/judging/{round}/mine"),
    "judging one": ("Judge", "/e/food-hack/judging/{round}/mine/{work}"),
    "result": (ADA, "/e/food-hack/judging/{over}/result"),
    "published": ("", "/e/food-hack/judging/{over}/published"),
    "ballot": ("Seeker", "/e/food-hack/judging/{audience}/vote"),
    "registrations": (ADA, "/e/food-hack/registrations"),
    "participants": (ADA, "/e/food-hack/participants"),
    "check-in": (ADA, "/e/food-hack/check-in"),
    "list for a phone at the door": (ADA, "/e/food-hack/check-in/people.json"),
    "somebody at the door": (ADA, "/e/food-hack/check-in?q=tapir"),
    "badges": (ADA, "/e/food-hack/badges"),
    "own participants": ("Ola", "/e/food-hack/desk"),
    "desk figures": (ADA, "/e/food-hack/desks"),
    "figures of the programme": ("Ola", "/p/green-food-network/figures"),
    "list of a desk": ("Ola", "/e/food-hack/desks/{desk}?show=in+a+team"),
    "set-up": (ADA, "/e/food-hack/set-up"),
    "home of the organiser": (ADA, "/"),
    "home of the desk": ("Ola", "/"),
    "home of a member": ("Lead", "/"),
    "exports": (ADA, "/e/food-hack/exports"),
    "table of annexes": (ADA, "/e/food-hack/exports/annexes.csv"),
    "table of teams": (ADA, "/e/food-hack/exports/teams.csv"),
    "table of submissions": (ADA, "/e/food-hack/exports/submissions.csv"),
    "table of registrations": (ADA, "/e/food-hack/exports/registrations.csv"),
    "table of scores": (ADA, "/e/food-hack/judging/{over}/tables/result.csv"),
}  # fmt: skip
# Who votes in the audience has all before them, and so has a file, and a phone at the door while the network is away.
WHOLE = {name for name in PAGES if name.startswith("table")} | {"ballot", "list for a phone at the door"}


@dataclass(frozen=True)
class Seen:
    """What a page answered, what it asked of the database, and how many of the teams it names, but in menus."""

    status: int
    statements: int
    named: int


@dataclass
class Hall:
    """The hackathon with everybody who looks at it."""

    db: Database
    contest: Contest
    rounds: dict[str, RoundInEvent]
    people: dict[str, Actor]
    ids: dict[str, str]
    rows: dict[str, int]
    content: dict[str, object]
    count: int = 0
    added: dict[type[SQLModel], list[dict[str, object]]] = field(default_factory=dict)

    @property
    def event(self) -> EventWithPhases:
        """The hackathon."""
        return self.contest.event

    def fill(self, teams: int) -> None:
        """More teams until there are so many: each has two people, has handed in and is judged, and asks for help;
        with each comes somebody who looks for a team and is proposed one."""
        for number in range(self.count, teams):
            _one_more(self, number)
        for model, rows in self.added.items():
            self.db.execute(insert(model), rows)
        self.count, self.added = teams, {}
        self.db.commit()

    def add(self, model: type[SQLModel], **values: object) -> None:
        """One row more, to be written with all others of its kind."""
        row = model(**values).model_dump()
        self.added.setdefault(model, []).append(row if row["id"] else {k: v for k, v in row.items() if k != "id"})


def _one_more(hall: Hall, number: int) -> None:
    """Rows with ids of their own, so that all are written at once at the end."""
    event, now, id = hall.event.id, clock.now(), FIRST_ID + number
    lead, member, seeker = people = [FIRST_ID + 3 * number + each for each in range(3)]
    for person, name in zip(people, ("lead", "member", "seeker"), strict=True):
        hall.add(Person, id=person, email=f"{name}{number}@scale.example", name=f"Tapir{number:03} {name}",
                 state=PersonState.ACTIVE, zone="Europe/Vienna", locale="en", joined_at=now)  # fmt: skip
        hall.add(Registration, event_id=event, person_id=person, type_id=hall.rows["type"], registered_at=now,
                 state=RegistrationState.ACCEPTED, desk_id=hall.rows["desk"])  # fmt: skip
    hall.add(Team, id=id, event_id=event, name=f"Quoll{number:03}", formed_at=now, challenge_id=hall.rows["challenge"])
    hall.add(TeamMember, event_id=event, team_id=id, person_id=lead, leads=True, joined_at=now)
    hall.add(TeamMember, event_id=event, team_id=id, person_id=member, joined_at=now)
    hall.add(Seeker, event_id=event, person_id=seeker, skills=["law"], languages=["en"], since=now)
    hall.add(HelpRequest, event_id=event, team_id=id, topic="Glue", asked_by_id=lead, asked_at=now)
    hall.add(LateEntry, event_id=event, team_id=id, until=now + timedelta(hours=9), why="Their line was cut.",
             given_at=now)  # fmt: skip
    for person in (lead, member):
        hall.add(AnnexConsent, challenge_id=hall.rows["challenge"], team_id=id, person_id=person, agreed_at=now,
                 terms_version=1, terms="Tell nobody.")  # fmt: skip
        hall.add(AnnexLook, challenge_id=hall.rows["challenge"], team_id=id, person_id=person, looked_at=now,
                 revision=1)  # fmt: skip
    hall.add(ProgressEntry, event_id=event, team_id=id, person_id=lead, body="Pressed", at=now)
    proposal = hall.rows["proposal"]
    hall.add(ProposedTeam, id=id, event_id=event, proposal_id=proposal, number=number + 1, team_id=id, fills=True)
    hall.add(ProposedPlace, event_id=event, proposal_id=proposal, proposed_team_id=id, person_id=seeker)
    _handed_in(hall, id, number)


def _handed_in(hall: Hall, id: int, number: int) -> None:
    now, place, title = clock.now(), number + FEW + 1, f"Work of Quoll{number:03}"
    says = {**hall.content, "title": title, "team": f"Quoll{number:03}"}
    hall.add(Submission, id=id, event_id=hall.event.id, team_id=id, state=SubmissionState.FINAL, title=title,
             saved_at=now, handed_in_at=now, gallery_agreed_at=now, revision=1,
             counts_for_id=hall.rows["challenge"])  # fmt: skip
    hall.add(SubmissionVersion, submission_id=id, number=1, content=says, sha256="0" * 64, kept_at=now)
    judges = [hall.contest.judges[each].person for each in (0, 1 + number % 3)]
    for name, subject in hall.rounds.items():
        hall.add(RoundSubmission, round_id=subject.id, submission_id=id, number=place, taken_in_at=now)
        for judge in judges if name != "audience" else ():
            hall.add(JudgingAssignment, round_id=subject.id, person_id=judge, submission_id=id, assigned_at=now)
            points = {str(each): 1 + (37 * place * each + 11 * (judge or 0)) % 97 % 9 / 2 for each in (1, 2)}
            hall.add(RoundVote, round_id=subject.id, person_id=judge, about=f"s{place}", number=1, given_at=now,
                     kind=VoteKind.SCORE, content={"points": points}, client_id=f"{name}-{place}-{judge}")  # fmt: skip


def _opened(db: Database, ada: Actor) -> Hall:
    """The hackathon before it is filled: five teams whose works are in three rounds, of which one is over."""
    contest = make_contest(db, ada, judges=4, teams=tuple(f"First{number}" for number in range(FEW)))
    event, ada = contest.event, contest.ada
    che, ola, mel = (make_person(db, name) for name in ("Che Caruso", "Ola Olsen", "Mel Meyer"))
    appoint(db, ada, event, person_id=mel.person or 0, role=Role.MENTOR)
    challenge = publish_challenge(db, ada, event, title="A tray", brief="One that rots in sixty days, not in six.",
                                  person_id=che.person)  # fmt: skip
    desk = make_desk(db, ada, db.exec(select(Programme)).one(), officer=ola)
    set_checkpoint(db, ada, event, name="A plan", due_at=clock.now() + timedelta(hours=4))
    proposal = TeamProposal(event_id=event.id, number=1, state=ProposalState.DONE, size_min=1, size_max=5,
                            size_wanted=3, asked_at=clock.now(), done_at=clock.now(), due_at=clock.now())  # fmt: skip
    db.add(proposal)
    rounds = {"open": open_a_round(db, contest), "over": open_a_round(db, contest, name="First look")}
    rounds["audience"] = make_round(db, contest, "audience")
    open_round(db, ada, rounds["audience"])
    close_round(db, ada, rounds["over"])
    event.event.gallery_opened_at = clock.now()
    db.flush()
    ids = {
        "challenge": challenge.public_id, "desk": desk.public_id,
        "proposal": proposal.public_id,
        "round": rounds["open"].round.public_id, "over": rounds["over"].round.public_id,
        "audience": rounds["audience"].round.public_id,
    }  # fmt: skip
    people = {ADA: ada, "Che": che, "Ola": ola, "Judge": contest.judges[0]}
    kind = db.exec(select(Registration.type_id).limit(1)).one()
    rows = {"challenge": challenge.id or 0, "desk": desk.id or 0, "proposal": proposal.id or 0, "type": kind}
    content = db.exec(select(SubmissionVersion).limit(1)).one().content
    return Hall(db, contest, rounds, people, ids, rows, content)


def _look(hall: Hall) -> dict[str, Seen]:
    """Every page, as whoever looks at it; the first look at each compiles statements and is not counted."""
    browsers = {name: Browser(hall.db, again(hall.db, actor)) for name, actor in hall.people.items()}
    browsers[""] = Browser(hall.db)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine, found = engines().read, {}
    engine_events.listen(engine, "before_cursor_execute", note)
    try:
        for name, (who, address) in PAGES.items():
            asked.clear()
            page = browsers[who].get(address.format_map(hall.ids))
            named = {*re.findall(r"(?:Quoll|Tapir)(\d{3})", re.sub(r"<select.*?</select>", "", page.html, flags=re.S))}
            found[name] = Seen(page.status, len(asked), len(named))
    finally:
        engine_events.remove(engine, "before_cursor_execute", note)
    return found


@pytest.fixture(scope="module")
def looks(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Seen], ...]:
    """What all pages answered with few teams and with many."""
    before, folder = settings(), tmp_path_factory.mktemp("scale")
    shutil.copy(sqlite_template, folder / "folkmoot.db")
    use_settings(
        database_url=f"sqlite:///{folder}/folkmoot.db", secret=SECRET, files=folder / "files",
        public_url="http://folkmoot.example",
    )  # fmt: skip
    with clock.frozen_at(NOW), Database(engines().write, expire_on_commit=False) as db:
        hall = _opened(db, make_person(db, "Ada Adler", zone="Europe/Vienna"))
        found = []
        for count in (FEW, MANY):
            hall.fill(count)
            _publish(hall)
            found.append(_look(hall))
    forget_engines()
    use_settings(**dict(before))
    return tuple(found)


def _publish(hall: Hall) -> None:
    """Show the result as it is now, and let somebody of the filled teams look too."""
    db, ada = hall.db, again(hall.db, hall.contest.ada)
    over = fresh(db, hall.rounds["over"])
    if over.round.state is RoundState.PUBLISHED:
        reopen_round(db, ada, over)
        close_round(db, ada, over)
    publish_result(db, ada, over, reason="More have been judged.")
    lead, seeker = (
        db.exec(select(Person.id).where(Person.email == f"{who}0@scale.example")).one() for who in ("lead", "seeker")
    )
    hall.people |= {"Lead": Actor(lead), "Seeker": Actor(seeker)}
    place = select(RoundSubmission.public_id).where(RoundSubmission.round_id == hall.rounds["open"].id)
    hall.ids["work"] = db.exec(place.where(RoundSubmission.number == FEW + 1)).one()
    quoll = select(Submission.public_id).where(Submission.title == "Work of Quoll000")
    hall.ids["submission"] = db.exec(quoll).one()
    hall.ids["team"] = db.exec(select(Team.public_id).where(Team.name == "Quoll000")).one()
    db.commit()


Looks = tuple[dict[str, Seen], dict[str, Seen]]


def test_pages_ask_the_database_as_often_with_300_teams_as_with_5(looks: Looks) -> None:
    few, many = looks

    assert {name: one.status for name, one in many.items() if one.status != 200} == {}
    assert {name: one.statements for name, one in many.items()} == {name: one.statements for name, one in few.items()}


def test_pages_of_results_work_everything_out_once(looks: Looks) -> None:
    most = {"result": 25, "published": 5, "coverage board": 32}

    assert {name: looks[1][name].statements for name in most} == most


def test_no_page_names_all_teams(looks: Looks) -> None:
    assert {name: one.named for name, one in looks[1].items() if name not in WHOLE and one.named > MOST_NAMED} == {}


def test_a_file_names_them_all(looks: Looks) -> None:
    """The look at pages would be worth nothing if the many were not there."""
    assert {name: looks[1][name].named for name in WHOLE} == dict.fromkeys(WHOLE, MANY)
