"""Makers for rounds of judging: a hackathon with submissions handed in, judges, and rounds of every scheme."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from sqlmodel import col, select

from events.challenges import publish_challenge
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.handing_in import hand_in
from events.people import new_person
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.desk import get_work, works_for
from events.rounds.rounds import JudgingRound, RoundInEvent, Scheme
from events.rounds.running import open_round
from events.rounds.schemes import TEMPLATES, CriterionPlan, RoundPlan
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round
from events.rounds.standings import works_of
from events.rounds.votes import RoundVote
from events.submission_texts import Written
from events.submissions import Submission, counting_versions
from events.teams import Team, TeamInEvent
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.makers import again, make_event, make_person, make_registration, open_phase

TEAMS = ("Straw", "Husk", "Whey")
_ids = iter(range(10**9))


@dataclass
class Contest:
    """A hackathon whose teams have handed in, with Ada who organises it and its judges."""

    ada: Actor
    event: EventWithPhases
    judges: list[Actor]
    leads: dict[str, Actor]


def new_id() -> str:
    """A client's id that nobody has used."""
    return f"client-{next(_ids):08}"


def make_contest(
    db: Database, ada: Actor, *, judges: int = 2, teams: tuple[str, ...] = TEAMS, challenges: tuple[str, ...] = ()
) -> Contest:
    """Teams that handed in, perhaps for challenges of these titles, and judges who judge; the judging phase is open."""
    leads = {name: make_person(db, f"{name} Lead", email=f"{name.lower()}@example.org") for name in teams}
    event = make_hackathon(db, ada, *leads.values())
    brief = "A thing that rots when it should, and not a day before."
    taken = {
        title: publish_challenge(db, again(db, ada), event, title=title, brief=brief).public_id
        for title in dict.fromkeys(challenges)
    }
    for (name, lead), title in zip_longest(leads.items(), challenges[: len(leads)], fillvalue=""):
        team = make_team(db, lead, event, name, challenge=taken.get(title, ""))
        said = Written(title=f"Work of {name}", summary=f"What the team {name} built in two days, and for whom it is.")
        hand_in(db, again(db, lead), team, written=said, revision=0)
    event = open_phase(db, again(db, ada), event, PhaseKind.JUDGING)
    people = [make_person(db, f"Judge {n}", email=f"judge{n}@example.org") for n in range(1, judges + 1)]
    for one in people:
        appoint(db, again(db, ada), event, person_id=one.person or 0, role=Role.JUDGE)
    return Contest(again(db, ada), event, people, leads)


def enter_elsewhere(db: Database, contest: Contest, name: str, address: str) -> None:
    """Let somebody who has never signed in take part in another event, as an organiser does who imports them."""
    programme = db.get_one(Programme, contest.event.programme_id)
    event = make_event(db, contest.ada, programme, name="Fair")
    event = open_phase(db, contest.ada, event, PhaseKind.REGISTRATION)
    make_registration(db, Actor(new_person(db, email=address, name=name).id), event)


def plan(scheme: str = "rubric", **changes: Any) -> RoundPlan:
    """A round from its template, with a name and two criteria."""
    begun = replace(TEMPLATES[scheme].plan, name="Final", judges_each=2)
    if begun.scheme is Scheme.RUBRIC:
        begun = replace(begun, criteria=(CriterionPlan("Fit", weight=3), CriterionPlan("Novelty", weight=1)))
    return replace(begun, **changes)


def make_round(db: Database, contest: Contest, scheme: str = "rubric", **changes: Any) -> RoundInEvent:
    """A draft of a round."""
    return add_round(db, again(db, contest.ada), contest.event, plan=plan(scheme, **changes))


def open_a_round(db: Database, contest: Contest, scheme: str = "rubric", **changes: Any) -> RoundInEvent:
    """An open round, assigned where its scheme assigns."""
    made = make_round(db, contest, scheme, **changes)
    if made.round.scheme in (Scheme.RUBRIC, Scheme.RANKING):
        assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    return made


def number_of(db: Database, subject: RoundInEvent, team: str) -> int:
    """The number of a team's submission in a round."""
    return next(one.number for one in works_of(db, subject.id).values() if one.team.name == team)


def work_of(db: Database, subject: RoundInEvent, team: str) -> str:
    """The public id of a team's submission in a round."""
    return next(one.row.public_id for one in works_of(db, subject.id).values() if one.team.name == team)


def score(
    db: Database, judge: Actor, subject: RoundInEvent, team: str, *points: float | None, seen: int = 0,
    comment: str = "", client_id: str = "",
) -> RoundVote:  # fmt: skip
    """A judge gives points in the order of the criteria."""
    actor = again(db, judge)
    work = get_work(db, actor, subject, work_of(db, subject, team))
    given = dict(enumerate(points, 1))
    return score_submission(db, actor, work, points=given, comment=comment, seen=seen, client_id=client_id or new_id())


def teams_for(db: Database, judge: Actor, subject: RoundInEvent) -> list[str]:
    """The teams whose submissions a judge judges."""
    rows = {one.number for one in works_for(db, again(db, judge), subject)}
    return sorted(one.team.name for one in works_of(db, subject.id).values() if one.number in rows)


def hand_in_anew(db: Database, contest: Contest, team: str) -> int:
    """A team hands another version in while it is judged; answers the version's number."""
    row = db.exec(select(Submission).join(Team, col(Team.id) == col(Submission.team_id)).where(Team.name == team)).one()
    subject = TeamInEvent(db.get_one(Team, row.team_id), contest.event)
    said = Written(title=f"Work of {team}", summary=f"What the team {team} has built by now, after another night.")
    hand_in(db, again(db, contest.leads[team]), subject, written=said, revision=row.revision)
    return counting_versions(db, [row.id or 0])[row.id or 0].number


def fresh(db: Database, subject: RoundInEvent) -> RoundInEvent:
    """The round as it is now."""
    db.expire_all()
    return RoundInEvent(db.get_one(JudgingRound, subject.id), subject.event)


def later(seconds: int) -> Any:
    """The clock so much later."""
    return clock.frozen_at(clock.now() + timedelta(seconds=seconds))
