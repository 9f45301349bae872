"""The demo's second hackathon: teams are forming, people look for one, mentors are there, and the builder proposes."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.challenges import Challenge, publish_challenge
from events.checkpoints import checkpoints_of, set_checkpoint
from events.core.database import Database
from events.events import EventWithPhases, publish_event
from events.help_queue import ask_for_help, finish_help, get_help_request, take_help_request
from events.join_requests import ask_to_join_team
from events.joining import accept_invitation, get_invitation, invitations_of, invite_to_team
from events.open_roles import open_role, roles_of
from events.people import Person
from events.phases import PhaseKind
from events.planning import create_event_from_template, move_phase
from events.programmes import Programme
from events.progress import note_progress
from events.proposals.drafts import Asked, ProposalInEvent, ask_for_teams
from events.proposals.places import accept_place, decline_place, open_places_of, send_proposal
from events.registration import appoint, register
from events.roles import Role
from events.seekers import look_for_team
from events.team_pages import change_team
from events.team_rules import set_team_rules
from events.teams import Team, TeamInEvent, form_team
from frontend.demo import World, document, step
from frontend.demo_events import days, event_called, to_the_hour
from sessions.blocks import Slot
from sessions.mentoring import book_mentoring
from sessions.mentoring_lists import offered_to
from sessions.office_hours import HoursInEvent, open_office_hours

REPAIR = "Repair Weekend"
MENTORS = ("Mel Meyer", "Matteo Galli")

PHASES = (
    (PhaseKind.REGISTRATION, days(-20), days(3)),
    (PhaseKind.TEAM_FORMING, days(-6), days(5)),
    (PhaseKind.BUILDING, days(-1), days(5)),
    (PhaseKind.SUBMISSION, days(3), days(5)),
    (PhaseKind.JUDGING, days(5), days(6)),
    (PhaseKind.LIVE, days(6), days(6.25)),
)


def repair_weekend(world: World) -> None:
    """The event is set up, people register, teams form and write, mentors help, and a proposal waits for answers."""
    told = document("repair.json")
    with step(world.start - timedelta(days=21)) as db:
        _set_up(db, world, told)
    with step(world.start - timedelta(days=10)) as db:
        _registrations(db, world, told)
    with step(world.start - timedelta(days=5)) as db:
        for team in told["teams"]:
            _form(db, world, team)
    with step(world.start - timedelta(days=4)) as db:
        for team in told["teams"]:
            _join(db, world, team)
    _seek(world, told)
    _propose(world, told)
    _work(world, told)
    _mentoring(world, told["teams"])
    leads = {team["name"]: team["lead"] for team in told["teams"]}
    for state, hours in (("done", 20.0), ("taken", 0.75), ("open", 0.25)):
        _help(world, leads, told["help"][state], hours, state)


def _set_up(db: Database, world: World, told: dict[str, Any]) -> None:
    ada, hour = world.actor(db, "Ada Adler"), to_the_hour(world.start)
    programme = db.exec(select(Programme).where(Programme.name == "Green Shift Network")).one()
    event = create_event_from_template(
        db, ada, programme, template="hackathon", name=REPAIR, zone="Europe/Vienna",
        starts_at=world.start + timedelta(days=1), tagline=told["tagline"], description=told["description"],
    )  # fmt: skip
    for kind, first, last in PHASES:
        event = move_phase(db, ada, event, kind=kind, starts_at=hour + first, ends_at=hour + last)
    set_team_rules(db, ada, event, size_min=2, size_max=5, solo_allowed=False, lock_at=hour + days(4))
    publish_event(db, ada, event)
    for one in told["challenges"]:
        publish_challenge(db, ada, event, title=one["title"], brief=one["brief"])
    for one in told["checkpoints"]:
        set_checkpoint(db, ada, event, name=one["name"], what=one["what"], due_at=hour + days(one["due"]))
    for name in MENTORS:
        appoint(db, ada, event, person_id=world.people[name], role=Role.MENTOR)


def _registrations(db: Database, world: World, told: dict[str, Any]) -> None:
    event = event_called(db, REPAIR)
    names = [name for team in told["teams"] for name in (team["lead"], *team["members"])]
    names += [one["name"] for one in (*told["seekers"], *told["later"])] + [told["asks"]["who"]]
    for name in names:
        home = world.organisations[world.organisation_of[name]]
        register(
            db, world.actor(db, name), event, type_code="team member", answers={}, consent=True,
            organisation_id=home.id,
        )  # fmt: skip


def _challenge(db: Database, event: EventWithPhases, number: int) -> str:
    query = select(Challenge.public_id).where(Challenge.event_id == event.id).order_by(Challenge.id)  # type: ignore[arg-type]
    return db.exec(query).all()[number]


def _team(db: Database, name: str) -> TeamInEvent:
    event = event_called(db, REPAIR)
    row = db.exec(select(Team).where(Team.event_id == event.id, Team.name == name)).one()
    return TeamInEvent(row, event)


def _form(db: Database, world: World, told: dict[str, Any]) -> None:
    event, name = event_called(db, REPAIR), told["name"]
    own = {"name": name, "challenge": _challenge(db, event, told["challenge"]), "idea": told["idea"]}
    form_team(db, world.actor(db, told["lead"]), event, **own)
    lead = world.actor(db, told["lead"])
    if told["room"]:
        change_team(db, lead, _team(db, name), **own, looking_for="", room=told["room"])
    for member in told["members"]:
        invite_to_team(db, lead, _team(db, name), email=_person(db, world, member).email)


def _person(db: Database, world: World, name: str) -> Person:
    return db.exec(select(Person).where(Person.id == world.people[name])).one()


def _join(db: Database, world: World, told: dict[str, Any]) -> None:
    asked = {one.email: one.public_id for one in invitations_of(db, _team(db, told["name"]))}
    for name in told["members"]:
        actor = world.actor(db, name)
        accept_invitation(db, actor, get_invitation(db, actor, asked[_person(db, world, name).email]))
    if told["role"]:
        open_role(db, world.actor(db, told["lead"]), _team(db, told["name"]), **told["role"])


def _seek(world: World, told: dict[str, Any]) -> None:
    """People say what they bring, and one asks to join a team."""
    for one in told["seekers"]:
        with step(world.start - timedelta(days=3)) as db:
            _looks(db, world, one)
    with step(world.start - timedelta(hours=3)) as db:
        asks = told["asks"]
        team = _team(db, asks["team"])
        role = roles_of(db, team.id)[0]
        ask_to_join_team(db, world.actor(db, asks["who"]), team, note=asks["note"], role=role.public_id)


def _looks(db: Database, world: World, one: dict[str, Any]) -> None:
    event = event_called(db, REPAIR)
    look_for_team(
        db, world.actor(db, one["name"]), event, skills=one["skills"], languages=one["languages"], about=one["about"],
        challenges=[_challenge(db, event, number) for number in one["challenges"]],
        people=[_person(db, world, name).public_id for name in one["people"]],
    )  # fmt: skip


def _propose(world: World, told: dict[str, Any]) -> None:
    """Teams are proposed to those who look for one; most accept. A second proposal, for those who came later, can be
    looked at and changed."""
    with step(world.start - timedelta(days=1)) as db:
        sent = _proposal(db, world, fills_teams=False)
        send_proposal(db, world.actor(db, "Ada Adler"), sent, answer_by=to_the_hour(world.start) + days(1.5))
    with step(world.start - timedelta(hours=20)) as db:
        for one in told["seekers"]:
            if one["name"] != "Cy Costa":
                actor = world.actor(db, one["name"])
                answer = decline_place if one["name"] == told["declines"] else accept_place
                for place in open_places_of(db, actor):
                    answer(db, actor, place)
    with step(world.start - timedelta(hours=2)) as db:
        for one in told["later"]:
            _looks(db, world, one)
    with step(world.start - timedelta(hours=1)) as db:
        _proposal(db, world, fills_teams=True)


def _proposal(db: Database, world: World, *, fills_teams: bool) -> ProposalInEvent:
    from events.proposals.here import make_here  # the solver, which nothing but the demo needs in this process

    event = event_called(db, REPAIR)
    asked = Asked(size_wanted=3, zone_hours=3, fills_teams=fills_teams)
    row = ask_for_teams(db, world.actor(db, "Ada Adler"), event, asked=asked)
    make_here(db, event, row)
    return ProposalInEvent(row, event)


def _work(world: World, told: dict[str, Any]) -> None:
    """Teams write what they have done; those who have written have reached the first checkpoint, one of them late."""
    for number, team in enumerate(told["teams"]):
        for turn, body in enumerate(team["log"]):
            with step(world.start - timedelta(hours=12 - 8 * number - 4 * turn)) as db:
                point = checkpoints_of(db, event_called(db, REPAIR).id)[0].public_id if turn == 0 else ""
                note_progress(db, world.actor(db, team["lead"]), _team(db, team["name"]), body=body, checkpoint=point)


def _mentoring(world: World, teams: list[dict[str, Any]]) -> None:
    """Both mentors have office hours, and two teams have booked."""
    hour = to_the_hour(world.start)
    topics = (
        ("Money, contracts, and how to ask for both", "https://meet.example/mel"),
        ("Sensors and motors", "Room 2"),
    )
    for name, (about, place), first, team in zip(MENTORS, topics, (26, 3), teams, strict=False):
        with step(world.start - timedelta(hours=10)) as db:
            mentor, start = world.actor(db, name), hour + timedelta(hours=first)
            event = event_called(db, REPAIR)
            row = open_office_hours(
                db, mentor, event, starts_at=start, ends_at=start + timedelta(hours=2), slot_minutes=20, topics=about,
                place=place,
            )  # fmt: skip
            subject = _team(db, team["name"])
            slot = _free_slot(db, HoursInEvent(row, event), subject)
            if slot is not None:
                lead = world.actor(db, team["lead"])
                book_mentoring(db, lead, subject, hours=row, slot=slot, topic="What we should ask next")


def _free_slot(db: Database, hours: HoursInEvent, team: TeamInEvent) -> Slot | None:
    """A slot in which all are free: some have meetings."""
    return next((one.slot for one in offered_to(db, hours, team) if one.is_free and not one.away), None)


def _help(world: World, leads: dict[str, str], told: dict[str, str], hours: float, state: str) -> None:
    """A team asks for help so many hours ago; unless it waits, a mentor comes soon after."""
    with step(world.start - timedelta(hours=hours)) as db:
        lead, team = world.actor(db, leads[told["team"]]), _team(db, told["team"])
        public = ask_for_help(db, lead, team, topic=told["topic"], details=told.get("details", "")).public_id
    if state != "open":
        _helped(world, told["mentor"], public, world.start - timedelta(hours=hours - 0.1), ends=state == "done")


def _helped(world: World, name: str, public: str, at: datetime, *, ends: bool) -> None:
    with step(at) as db:
        mentor = world.actor(db, name)
        take_help_request(db, mentor, get_help_request(db, mentor, event_called(db, REPAIR), public))
    if ends:
        with step(at + timedelta(minutes=30)) as db:
            finish_help(db, mentor, get_help_request(db, mentor, event_called(db, REPAIR), public))
