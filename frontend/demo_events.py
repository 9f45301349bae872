"""The demo's events: a hackathon that has just ended, its pitch room live now, its matchmaking event running today."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.challenges import Challenge, promote_need
from events.core.access import Actor
from events.core.database import Database
from events.entrance import make_code
from events.events import Event, EventWithPhases, event_by_id, publish_event, start_event
from events.form_building import AskedWhen, add_question
from events.handing_in import hand_in
from events.joining import accept_invitation, get_invitation, invitations_of, invite_to_team
from events.marketplace import Item
from events.page_sections import SectionKind, add_entry
from events.people import Person
from events.phases import PhaseKind
from events.planning import create_event_from_template, move_phase
from events.programmes import Programme, create_programme
from events.questions import QuestionKind, questions_of
from events.registration import appoint, participants_of, register
from events.roles import Role, actor_for
from events.submission_texts import Written
from events.submissions import save_draft, submission_of_team
from events.teams import Team, TeamInEvent, form_team
from frontend.demo import CAST, World, document, step
from sessions.pitches import plan_stage, schedule_pitches
from sessions.running import end_pitch, open_stage, start_pitch
from sessions.stages import ask_question, get_question, get_stage, vote_for_question

HACKATHON = "Green Shift Hackathon"

DESCRIPTION = """Six makers of food, metal, wood and cloth put what keeps them awake in front of mixed teams: people
from the shop floor beside people who write software or build sensors.

### What happens

- a week of **team forming** across four clusters
- two and a half days of **building**, online, with mentors on call
- **pitches** of three minutes each in a live room, with questions from everybody
- on the next day one-to-one **meetings** between those who built and those who need it

### What it costs

Nothing. Bring a day and a half of your time, and somebody who knows the machines."""


def event_called(db: Database, name: str) -> EventWithPhases:
    """An event of the demo as it is now."""
    found = db.exec(select(Event).where(Event.name == name)).one()
    return event_by_id(db, found.id or 0)


def call_for_teams(world: World) -> None:
    """The hackathon is set up and published; sixty-odd people register, and challenges are made from needs."""
    start = world.start
    with step(start - timedelta(days=40)) as db:
        ada = world.actor(db, "Ada Adler")
        programme = db.exec(select(Programme).where(Programme.name == "Green Shift Network")).one()
        event = create_event_from_template(
            db, ada, programme, template="hackathon", name=HACKATHON, zone="Europe/Vienna",
            starts_at=start - timedelta(days=4), tagline="Six problems from the shop floor, one long weekend",
            description=DESCRIPTION, capacity=72,
        )  # fmt: skip
        for kind, first, last in HACKATHON_PHASES:
            event = move_phase(
                db, ada, event, kind=kind, starts_at=to_the_hour(start) + first, ends_at=to_the_hour(start) + last
            )
        add_question(db, ada, event, label="What can you do?", kind=QuestionKind.LONG, required=True)
        add_question(
            db, ada, event, label="How did you hear of us?", kind=QuestionKind.CHOICE,
            choices=["From my cluster", "From a colleague", "On the web"],
        )  # fmt: skip
        _form_and_page(db, ada, event)
        publish_event(db, ada, event)
        for name, role in (
            ("Ola Olsson", Role.HOST), ("Dee Dumont", Role.JUDGE), ("Stefan Kurz", Role.JUDGE),
            ("Bram Kok", Role.JUDGE), ("Mel Meyer", Role.MENTOR), ("Matteo Galli", Role.MENTOR),
            ("Che Caruso", Role.CHALLENGE_OWNER),
        ):  # fmt: skip
            appoint(db, ada, event, person_id=world.people[name], role=role)
    _registrations(world)
    _challenges(world)


def _form_and_page(db: Database, ada: Actor, event: EventWithPhases) -> None:
    """A question that is asked after another, one of mentors only, a code for latecomers, and the public page."""
    stays = add_question(db, ada, event, label="Do you come to the closing dinner?", kind=QuestionKind.YES_NO)
    add_question(
        db, ada, event, label="What do you not eat?", kind=QuestionKind.MULTIPLE, choices=["Meat", "Milk", "Gluten"],
        when=AskedWhen(question=stays.public_id, answer="yes"),
    )  # fmt: skip
    add_question(
        db, ada, event, label="When can you be on call first?", kind=QuestionKind.DATE,
        when=AskedWhen(types=["mentor"]),
    )  # fmt: skip
    make_code(db, ada, event, name="Students of the technical school", most_uses=12, skips_capacity=True)
    for title, text in (
        ("Do I need to know how to program?", "No. Every team needs somebody who knows the machines."),
        ("Who owns what we build?", "Your team. The challenge owner asks you first, and nothing more."),
    ):
        add_entry(db, ada, event, section=SectionKind.FAQ, title=title, text=text)
    add_entry(db, ada, event, section=SectionKind.PRIZES, title="A pilot on the shop floor",
              text="Three months with the challenge owner, **paid by the programme**.")  # fmt: skip


def days(number: float) -> timedelta:
    """So many days, to the hour."""
    return timedelta(hours=round(number * 24))


def to_the_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0)


HACKATHON_PHASES = (
    (PhaseKind.REGISTRATION, days(-30), days(-5)),
    (PhaseKind.TEAM_FORMING, days(-12), days(-3.5)),
    (PhaseKind.BUILDING, days(-4), days(-1.5)),
    (PhaseKind.SUBMISSION, days(-3), days(-1)),
    (PhaseKind.JUDGING, days(-1), days(1)),
    (PhaseKind.LIVE, days(-0.125), days(0.25)),
)

SKILLS = ("Machine learning and a little welding.", "I know our line and its moods.", "Mechanics, sensors, patience.",
          "Sales, and I read balance sheets.", "Chemistry of surfaces.", "Data engineering.")  # fmt: skip


def _registrations(world: World) -> None:
    staying_away = {"Pat Petrov", "Eve Ek"}
    names = [name for name in world.people if name not in staying_away]
    story = document("hackathon.json")
    needed = {name for team in story["teams"] for name in (team["lead"], *team["members"])}
    needed |= {name for _turn, name, _body, _votes in story["questions"]} | set(CAST)
    first = [name for name in names if name in needed]
    names = first + [name for name in names if name not in first]
    for day in range(4):
        with step(world.start - timedelta(days=28 - 4 * day)) as db:
            event = event_called(db, HACKATHON)
            for number, name in enumerate(names[day * 19 : (day + 1) * 19]):
                register_somebody(db, world, event, name, SKILLS[number % len(SKILLS)], "team member")


def register_somebody(db: Database, world: World, event: EventWithPhases, name: str, said: str, type_code: str) -> None:
    asked = questions_of(db, event.id)
    answers = {str(one.id): said if one.required else (one.choices or [""])[0] for one in asked}
    roles = {"Dee Dumont": "jury", "Stefan Kurz": "jury", "Bram Kok": "jury", "Mel Meyer": "mentor",
             "Matteo Galli": "mentor", "Che Caruso": "challenge owner"}  # fmt: skip
    organisation = world.organisations[world.organisation_of[name]]
    code = roles.get(name, type_code) if type_code == "team member" else type_code
    register(
        db, world.actor(db, name), event, type_code=code, answers=answers, consent=True, organisation_id=organisation.id
    )


def _challenges(world: World) -> None:
    with step(world.start - timedelta(days=20)) as db:
        event = event_called(db, HACKATHON)
        ada = world.actor(db, "Ada Adler")
        for one in document("hackathon.json")["challenges"]:
            need = db.exec(select(Item).where(Item.id == world.needs[one["need"]])).one()
            promote_need(db, ada, event, need=need, title=one["title"], brief=one["brief"], prize=one["prize"])


def weekend(world: World) -> None:
    """Teams form by invitation, build, and hand in before the end; one does not make it."""
    from frontend.demo_handing import questions

    story = document("hackathon.json")
    with step(world.start - timedelta(days=9)) as db:
        for team in story["teams"]:
            _form(db, world, team, story["challenges"])
    with step(world.start - timedelta(days=8)) as db:
        for team in story["teams"]:
            _join(db, world, team)
    questions(world)
    for number, team in enumerate(story["teams"]):
        with step(to_the_hour(world.start) - timedelta(days=1, minutes=15 + 35 * number)) as db:
            _write(db, world, team)


def _form(db: Database, world: World, told: dict[str, Any], challenges: list[dict[str, Any]]) -> None:
    event = event_called(db, HACKATHON)
    title = challenges[told["challenge"]]["title"]
    challenge = db.exec(select(Challenge).where(Challenge.event_id == event.id, Challenge.title == title)).one()
    lead = world.actor(db, told["lead"])
    form_team(
        db,
        lead,
        event,
        name=told["name"],
        challenge=challenge.public_id,
        idea=told["idea"],
        looking_for=told["looking"],
    )
    lead = world.actor(db, told["lead"])
    for name in told["members"]:
        person = db.exec(select(Person).where(Person.id == world.people[name])).one()
        invite_to_team(db, lead, _team(db, told["name"]), email=person.email)


def _team(db: Database, name: str) -> TeamInEvent:
    event = event_called(db, HACKATHON)
    row = db.exec(select(Team).where(Team.event_id == event.id, Team.name == name)).one()
    return TeamInEvent(row, event)


def _join(db: Database, world: World, told: dict[str, Any]) -> None:
    asked = {one.email: one.public_id for one in invitations_of(db, _team(db, told["name"]))}
    for name in told["members"]:
        person = db.exec(select(Person).where(Person.id == world.people[name])).one()
        actor = world.actor(db, name)
        accept_invitation(db, actor, get_invitation(db, actor, asked[person.email]))


def _write(db: Database, world: World, told: dict[str, Any]) -> None:
    lead, team = world.actor(db, told["lead"]), _team(db, told["name"])
    from frontend.demo_handing import answers_for

    written = Written(
        answers=answers_for(db, team), keywords=tuple(told.get("keywords", ())),
        title=told["title"], summary=told["summary"], text=told["text"],
        links=(f"https://code.example/{told['name'].split()[0].lower()}",) if told["final"] else (),
    )  # fmt: skip
    row = save_draft(db, lead, team, written=written, revision=0)
    if told["final"]:
        hand_in(db, lead, team, written=written, revision=row.revision)


def pitch_room(world: World) -> None:
    """The pitch room is open: two teams have pitched, the third is on stage, the audience asks."""
    with step(world.start - timedelta(days=1) + timedelta(hours=1)) as db:
        ola, event = world.actor(db, "Ola Olsson"), event_called(db, HACKATHON)
        start_event(db, world.actor(db, "Ada Adler"), event)
        stage = plan_stage(db, ola, event, name="Final pitches", opens_at=world.start - timedelta(minutes=20))
        public = stage.public_id
        told = document("hackathon.json")
        order = [_submission(db, team["name"]) for team in told["teams"] if team["final"]]
        schedule_pitches(db, ola, get_stage(db, ola, public), submissions=order)
    asked = told["questions"]
    with step(world.start - timedelta(minutes=20)) as db:
        open_stage(db, world.actor(db, "Ola Olsson"), get_stage(db, world.actor(db, "Ola Olsson"), public))
    for turn, minutes in enumerate((15, 9, 1)):
        with step(world.start - timedelta(minutes=minutes)) as db:
            ola = world.actor(db, "Ola Olsson")
            pitch = start_pitch(db, ola, get_stage(db, ola, public))
            pitch_id = pitch.id
        with step(world.start - timedelta(minutes=minutes) + timedelta(seconds=45)) as db:
            for number, name, body, votes in asked:
                if number == turn:
                    _ask(db, world, public, pitch_id, name, body, votes)
        if turn < 2:
            with step(world.start - timedelta(minutes=minutes - 4)) as db:
                ola = world.actor(db, "Ola Olsson")
                end_pitch(db, ola, get_stage(db, ola, public))


def _submission(db: Database, team: str) -> int:
    found = submission_of_team(db, _team(db, team).id)
    assert found is not None
    return found.id or 0


def _ask(db: Database, world: World, stage: str, pitch_id: int | None, name: str, body: str, votes: int) -> None:
    asker = world.actor(db, name)
    question = ask_question(db, asker, get_stage(db, asker, stage), body=body, pitch_id=pitch_id)
    event = event_called(db, HACKATHON)
    there = [one.person_id for one in participants_of(db, event.id)]
    for person in world.chance.sample([one for one in there if one != asker.person], votes):
        voter = actor_of_person(db, person)
        seen = get_stage(db, voter, stage)
        vote_for_question(db, voter, get_question(db, voter, seen, question.public_id))


def actor_of_person(db: Database, person: int) -> Actor:
    return actor_for(db, person)


def draft_of_ada(world: World) -> None:
    """A draft with something missing, for the checklist."""
    with step(world.start - timedelta(days=2)) as db:
        ada = world.actor(db, "Ada Adler")
        programme = db.exec(select(Programme).where(Programme.name == "Green Shift Network")).one()
        create_event_from_template(
            db, ada, programme, template="pitch", name="Packaging Pitch Night", zone="Europe/Rome",
            starts_at=world.start + timedelta(days=40), tagline="Ten ideas for less plastic",
        )  # fmt: skip


def elsewhere(world: World) -> None:
    """Another programme, which Eve organises: its event opens for registration next week."""
    with step(world.start - timedelta(days=5)) as db:
        eve = world.actor(db, "Eve Ek")
        programme = create_programme(
            db, eve, None, name="Nordic Robot Weeks", summary="Robots for firms with ten people."
        )
        eve = world.actor(db, "Eve Ek")
        event = create_event_from_template(
            db, eve, programme, template="hackathon", name="Robots in Small Halls", zone="Europe/Helsinki",
            starts_at=world.start + timedelta(days=28), tagline="Teach an arm in an afternoon",
            description="A weekend in Tampere and online: bring a task that hurts somebody's back, and teach a "
            "second-hand robot arm to do it. Arms, grippers and coffee are there.",
        )  # fmt: skip
        publish_event(db, eve, event)
