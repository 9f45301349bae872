"""The demo's call in two stages: concept notes are screened and evaluated, and one full proposal has come in."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.deadlines import FIRST_STAGE, SECOND_STAGE
from events.events import publish_event
from events.handing_in import hand_in
from events.joining import accept_invitation, get_invitation, invitations_of, invite_to_team
from events.people import Person
from events.phases import PhaseKind
from events.planning import create_event_from_template, move_phase
from events.programmes import Programme
from events.registration import appoint, register
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.calls import set_budget
from events.rounds.consensus import get_panel_work, record_dissent, write_consensus
from events.rounds.desk import desk_of, get_work
from events.rounds.judges import name_judge
from events.rounds.publishing import publish_result
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.running import close_round, open_round
from events.rounds.scoring import score_submission
from events.rounds.setting_up import describe_round, plan_of, take_in
from events.rounds.standings import works_of
from events.screening.assigning import assign_screeners, close_screening, open_screening
from events.screening.boards import lines_for_screener
from events.screening.decisions import release_eligibility
from events.screening.rows import Verdict
from events.screening.screenings import ScreeningInEvent, get_screening, name_screener, questions_of
from events.screening.verdicts import get_work_to_screen, give_verdict
from events.submission_fields import FieldKind, fields_for
from events.submission_texts import Written
from events.submissions import save_draft, submission_of_team
from events.teams import Team, TeamInEvent, form_team
from frontend.demo import World, document, step
from frontend.demo_events import days, event_called, to_the_hour

CALL = "Green Shift Pilot Call"
PHASES = (
    (PhaseKind.REGISTRATION, days(-56), days(-36)),
    (PhaseKind.TEAM_FORMING, days(-56), days(-36)),
    (PhaseKind.CONCEPT_NOTE, days(-56), days(-36)),
    (PhaseKind.FIRST_EVALUATION, days(-36), days(-18)),
    (PhaseKind.SUBMISSION, days(-18), days(2)),
    (PhaseKind.JUDGING, days(2), days(20)),
    (PhaseKind.RESULTS, days(24), days(54)),
)  # fmt: skip


def pilot_call(world: World) -> None:
    """Of four concept notes one is not eligible and one is below a threshold; of the two invited one has written."""
    told, start = document("call.json"), world.start
    with step(start - timedelta(days=56)) as db:
        _set_up(db, world, told)
    with step(start - timedelta(days=50)) as db:
        for team in told["teams"]:
            _found(db, world, team)
    with step(start - timedelta(days=36, hours=2)) as db:
        for team in told["teams"]:
            _write(db, world, team, team["note"])
    _screen(world, told)
    _evaluate(world, told)
    with step(start - timedelta(days=2)) as db:
        for team in told["teams"]:
            if "proposal" in team:
                _write(db, world, team, team["proposal"])


def _set_up(db: Database, world: World, told: dict[str, Any]) -> None:
    ada, hour = world.actor(db, "Ada Adler"), to_the_hour(world.start)
    programme = db.exec(select(Programme).where(Programme.name == "Green Shift Network")).one()
    event = create_event_from_template(
        db, ada, programme, template="call", name=CALL, zone="Europe/Vienna",
        starts_at=world.start - timedelta(days=56), tagline=told["tagline"], description=told["description"],
    )  # fmt: skip
    for kind, first, last in PHASES:
        event = move_phase(db, ada, event, kind=kind, starts_at=hour + first, ends_at=hour + last)
    publish_event(db, ada, event)
    for name in told["experts"]:
        appoint(db, ada, event, person_id=world.people[name], role=Role.JUDGE)


def _found(db: Database, world: World, told: dict[str, Any]) -> None:
    """A lead and a partner apply together."""
    event, lead, partner = event_called(db, CALL), told["lead"], told["partner"]
    for name in (lead, partner):
        home = world.organisations[world.organisation_of[name]]
        register(
            db, world.actor(db, name), event, type_code="applicant", answers={}, consent=True, organisation_id=home.id
        )
    form_team(db, world.actor(db, lead), event, name=told["name"])
    email = db.exec(select(Person.email).where(Person.id == world.people[partner])).one()
    invite_to_team(db, world.actor(db, lead), _team(db, told), email=email)
    actor = world.actor(db, partner)
    accept_invitation(db, actor, get_invitation(db, actor, invitations_of(db, _team(db, told))[0].public_id))


def _team(db: Database, told: dict[str, Any]) -> TeamInEvent:
    event = event_called(db, CALL)
    row = db.exec(select(Team).where(Team.event_id == event.id, Team.name == told["name"])).one()
    return TeamInEvent(row, event)


def _write(db: Database, world: World, told: dict[str, Any], says: dict[str, str]) -> None:
    """Hand in what is a team's turn; a proposal that is not finished stays a draft."""
    team, lead = _team(db, told), world.actor(db, told["lead"])
    fields = fields_for(db, team.event.id, None, team.team.stage)
    answers = {one.public_id: told["funding"] if one.kind is FieldKind.FUNDING else says[one.label] for one in fields}
    written = Written(title=told["title"], summary=told["summary"], answers=answers)
    there = submission_of_team(db, team.id)
    revision = there.revision if there else 0
    if all(answers.values()):
        hand_in(db, lead, team, written=written, revision=revision)
    else:
        save_draft(db, lead, team, written=written, revision=revision)


def _screen(world: World, told: dict[str, Any]) -> None:
    """Two people look at each note; where it keeps all conditions it is evaluated."""
    with step(world.start - timedelta(days=35)) as db:
        ada, subject = _screening(db, world, "Ada Adler")
        for name in told["screeners"]:
            name_screener(db, ada, subject, person_id=world.people[name])
        assign_screeners(db, ada, subject)
        open_screening(db, ada, subject)
    teams = {one["name"]: one for one in told["teams"]}
    for number, name in enumerate(told["screeners"]):
        with step(world.start - timedelta(days=34 - number)) as db:
            actor, subject = _screening(db, world, name)
            asked = [one.position for one in questions_of(db, subject.id)]
            for line in lines_for_screener(db, actor, subject):
                team = teams[line.team]
                answers = dict.fromkeys(asked, "yes") | ({} if team["eligible"] else {asked[-1]: "no"})
                give_verdict(
                    db, actor, get_work_to_screen(db, actor, subject, line.public_id),
                    verdict=Verdict.ELIGIBLE if team["eligible"] else Verdict.NOT_ELIGIBLE, answers=answers,
                    reason=team.get("because", ""), seen=0, client_id=f"demo-screen-{number}-{line.public_id}",
                )  # fmt: skip
    with step(world.start - timedelta(days=32)) as db:
        ada, subject = _screening(db, world, "Ada Adler")
        release_eligibility(db, ada, subject)
        close_screening(db, ada, subject)


def _screening(db: Database, world: World, name: str) -> tuple[Actor, ScreeningInEvent]:
    actor = world.actor(db, name)
    return actor, get_screening(db, actor, event_called(db, CALL))


def _round(db: Database, stage: int) -> RoundInEvent:
    event = event_called(db, CALL)
    query = select(JudgingRound).where(JudgingRound.event_id == event.id, JudgingRound.stage == stage)
    return RoundInEvent(db.exec(query).one(), event)


def _evaluate(world: World, told: dict[str, Any]) -> None:
    """Each expert gives points alone, then they agree; one dissents, and the result invites."""
    with step(world.start - timedelta(days=31)) as db:
        ada, subject = world.actor(db, "Ada Adler"), _round(db, FIRST_STAGE)
        set_budget(db, ada, _round(db, SECOND_STAGE), available=told["budget"])
        for name in told["experts"]:
            name_judge(db, ada, subject, person_id=world.people[name])
        describe_round(db, ada, subject, plan=replace(plan_of(db, subject.round), judges_each=2))
        take_in(db, ada, subject)
        assign_judges(db, ada, subject)
        open_round(db, ada, subject)
    given: Counter[str] = Counter()
    for number, name in enumerate(told["experts"]):
        with step(world.start - timedelta(days=28 - 2 * number)) as db:
            _assess(db, world, told, name, given)
    with step(world.start - timedelta(days=20)) as db:
        close_round(db, world.actor(db, "Ada Adler"), _round(db, FIRST_STAGE))
    with step(world.start - timedelta(days=19)) as db:
        _agree(db, world, told)
    with step(world.start - timedelta(days=18)) as db:
        publish_result(db, world.actor(db, "Ada Adler"), _round(db, FIRST_STAGE))


def _assess(db: Database, world: World, told: dict[str, Any], name: str, given: Counter[str]) -> None:
    expert, subject = world.actor(db, name), _round(db, FIRST_STAGE)
    teams = {one["title"]: one for one in told["teams"]}
    for line in desk_of(db, expert, subject).lines:
        points = teams[line.title]["points"][given[line.title]]
        given[line.title] += 1
        score_submission(
            db, expert, get_work(db, expert, subject, line.public_id), points=dict(enumerate(points, 1)),
            comment="", seen=0, client_id=f"demo-call-{name.split(maxsplit=1)[0].lower()}-{line.public_id}",
        )  # fmt: skip


def _agree(db: Database, world: World, told: dict[str, Any]) -> None:
    """Ada writes down what was agreed on; whoever gave the lower points on one has their dissent put on record."""
    ada, subject = world.actor(db, "Ada Adler"), _round(db, FIRST_STAGE)
    works = {one.team.name: one.row.public_id for one in works_of(db, subject.id).values()}
    for team in (one for one in told["teams"] if one["name"] in works and one["eligible"]):
        panel = get_panel_work(db, ada, subject, works[team["name"]])
        write_consensus(
            db, ada, panel, points=dict(enumerate(team["agreed"], 1)), words=dict(enumerate(team["words"], 1)),
            summary=team["says"], seen=0,
        )  # fmt: skip
        if "dissent" in team:
            record_dissent(db, ada, panel, person_id=panel.evaluators[-1].person_id, text=team["dissent"])
