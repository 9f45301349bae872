"""The demo's peer reviews: one that was held in spring, and one that is prepared, with a host on reserve."""

from datetime import datetime, timedelta

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.core.files import ready
from events.events import EventWithPhases, publish_event
from events.people import Person
from events.planning import create_event_from_template
from events.programmes import Programme
from frontend.demo import World, step
from frontend.demo_events import event_called
from sessions.peer_choice.solving import choose_peers
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes, release_desk_notes
from sessions.peer_reviews.hosting import (
    Case,
    Choice,
    add_application_files,
    begin_application,
    get_application,
    hand_in_application,
    hosting_of,
    save_application,
)
from sessions.peer_reviews.peers import Offered, Stance, offer_as_peer, own_offer_in, peers_wanted_in, say_stances
from sessions.peer_reviews.places import accept_review_place, ask_into_review, decline_review_place
from sessions.peer_reviews.proposals import ask_proposed, keep_proposal, problem_of
from sessions.peer_reviews.reviews import (
    PlaceInReview,
    ReviewInEvent,
    ReviewRole,
    ReviewState,
    get_review,
    places_of,
    questions_of,
    reviews_of,
    start_review,
)
from sessions.peer_reviews.selection import decide_application, handed_in_to, release_selection
from sessions.peer_reviews.self_assessments import hand_in_self_assessment
from sessions.peer_reviews.steps import review_in_step
from sessions.peer_reviews.templates import StepKind

PREPARED = "Clusters Look at Clusters"
HELD = "Spring Peer Review"
ABOUT = (
    "A host lays a case open to managers of clusters from other countries, who read it, ask, and say what they would "
    "do. Everybody takes something home: the host a plan, the peers an idea or two."
)
TEXTILE = Case(
    "Members that stay",
    "Within three years half of our members are gone again, and nobody tells us why. We want to hear what others do.",
    "We have 64 members, most of them with fewer than fifty people. In 2025 eleven joined and nine left. Fees pay a "
    "third of what we cost.",
    "Textiles",
    ("How do you notice that a member is about to leave?", "Which service is worth a fee?", "Who pays in the end?"),
    ("textiles", "public"),
)  # fmt: skip
WOOD = Case(
    "Two clusters, one region",
    "Wood and furniture were two clusters until last year. We want to know how others have grown together.",
    "Two boards, one office, 81 members.",
    "",
    ("What should be decided first?", "How do members learn of it?", "What did you lose?"),
)
OFFERS: dict[str, tuple[str, ...]] = {
    "Dee Dumont": ("public", "materials"),
    "Marco Bianchi": ("robotics", "textiles"),
    "Ola Olsson": ("data", "public"),
    "Greta Lund": ("data",),
}
ANSWERS = (
    "In the north of Portugal: spinning, weaving, dyeing and finishing. Orders have become smaller and more urgent.",
    "Our region's strategy names sustainable textiles; we manage its working group on water.",
    "Members elect nine of the board's twelve; the general meeting decides on fees.",
    "Four people, three of them paid from projects.",
)


def reviews(world: World) -> None:
    """What was held in spring; and the case of the textile cluster, from its application to the first desk notes."""
    held_in_spring(world)
    start = world.start
    _event(world, PREPARED, start - timedelta(days=72), start + timedelta(days=20))
    with step(start - timedelta(days=50)) as db:
        _applications(db, world)
    _data_sheet(world, start - timedelta(days=49))
    with step(start - timedelta(days=30)) as db:
        _selection(db, world)
    with step(start - timedelta(days=22)) as db:
        _offers(db, world)
    with step(start - timedelta(days=20)) as db:
        _asked(db, world)
    with step(start - timedelta(days=18)) as db:
        _answers(db, world)
    with step(start - timedelta(days=12)) as db:
        _self_assessment(db, world, PREPARED, "Joana Pinto")
    with step(start - timedelta(days=2)) as db:
        _notes(db, world, PREPARED, "Dee Dumont", "How many of those who left had ever met another member?")
    with step(start - timedelta(days=1)) as db:
        actor, subject = _review(db, world, PREPARED, "Mel Meyer")
        release_desk_notes(db, actor, subject)


def _event(world: World, name: str, made: datetime, live: datetime) -> None:
    with step(made) as db:
        ada = world.actor(db, "Ada Adler")
        programme = db.exec(select(Programme).where(Programme.name == "Green Shift Network")).one()
        event = create_event_from_template(
            db, ada, programme, template="peer review online", name=name, zone="Europe/Vienna", starts_at=live,
            tagline="Critical friends for one case", description=ABOUT,
        )  # fmt: skip
        publish_event(db, ada, event)


def _review(db: Database, world: World, event: str, name: str) -> tuple[Actor, ReviewInEvent]:
    actor, found = world.actor(db, name), event_called(db, event)
    [row] = reviews_of(db, actor, found.event)
    return actor, get_review(db, actor, found.event, row.public_id)


def _applications(db: Database, world: World) -> None:
    event = event_called(db, PREPARED)
    for name, case in (("Joana Pinto", TEXTILE), ("Kristjan Kask", WOOD), ("Matteo Galli", Case("Fees that hold"))):
        actor, cluster = world.actor(db, name), world.organisations[world.organisation_of[name]]
        made = begin_application(db, actor, hosting_of(db, event.event, cluster))
        write = hand_in_application if case.questions else save_application
        write(db, actor, made, case=case, revision=made.application.revision)


def _data_sheet(world: World, moment: datetime) -> None:
    with (
        ready([("members.csv", b"year,joined,left\n2023,14,10\n2024,12,11\n2025,11,9\n")]) as files,
        step(moment) as db,
    ):
        joana, event = world.actor(db, "Joana Pinto"), event_called(db, PREPARED)
        card = next(one for one in handed_in_to(db, event.id) if one.application.topic == TEXTILE.topic)
        subject = get_application(db, joana, event.event, card.application.public_id)
        add_application_files(db, joana, subject, files=files)


def _selection(db: Database, world: World) -> None:
    ada, event = world.actor(db, "Ada Adler"), event_called(db, PREPARED)
    said = {
        TEXTILE.topic: (Choice.CHOSEN, "A case that most clusters know, with figures that can be talked about."),
        WOOD.topic: (Choice.RESERVE, "A good case for few others; we would take it if a place becomes free."),
    }
    for card in handed_in_to(db, event.id):
        subject = get_application(db, ada, event.event, card.application.public_id)
        decision, why = said[card.application.topic]
        decide_application(db, ada, subject, decision=decision, why=why)
    release_selection(db, ada, event)


def _offers(db: Database, world: World) -> None:
    event = event_called(db, PREPARED)
    for name, knows in OFFERS.items():
        actor, whose = world.actor(db, name), world.organisations[world.organisation_of[name]]
        offered = Offered(whose.id, knows, ("en",), "Any day but Fridays.")
        offer_as_peer(db, actor, peers_wanted_in(db, event.event), offered=offered)
    greta, host = world.actor(db, "Greta Lund"), world.organisations["Iberian Textile Alliance"]
    stances = {host.id or 0: (Stance.PARTNER, "We share a project until June.")}
    say_stances(db, greta, own_offer_in(db, greta, event.event), stances=stances)


def _asked(db: Database, world: World) -> None:
    ada, event = world.actor(db, "Ada Adler"), event_called(db, PREPARED)
    keep_proposal(db, ada, event, places=choose_peers(problem_of(db, event.event)).places)
    _ada, subject = _review(db, world, PREPARED, "Ada Adler")
    ask_proposed(db, ada, subject, why="You know how a cluster pays for itself.")
    others = {"Mel Meyer": ReviewRole.MODERATOR, "Julien Faure": ReviewRole.RAPPORTEUR, "Bo Berg": ReviewRole.OBSERVER}
    for name, role in others.items():
        ask_into_review(db, ada, subject, person=_person(db, world, name), role=role)


def _person(db: Database, world: World, name: str) -> Person:
    return db.get_one(Person, world.people[name])


def _answers(db: Database, world: World) -> None:
    """Everybody accepts but Bo, who has not answered, and Ola, who cannot."""
    _ada, subject = _review(db, world, PREPARED, "Ada Adler")
    names = {id: name for name, id in world.people.items()}
    for place in places_of(db, subject.id):
        actor, mine = world.actor(db, names[place.person_id]), PlaceInReview(place, subject.review, subject.event)
        if names[place.person_id] == "Ola Olsson":
            decline_review_place(db, actor, mine, reason="I open a fair on that day.")
        elif names[place.person_id] != "Bo Berg" and place.role is not ReviewRole.HOST:
            accept_review_place(db, actor, mine)


def _self_assessment(db: Database, world: World, event: str, name: str) -> None:
    actor, subject = _review(db, world, event, name)
    questions = assessment_questions_of(db, subject.event.id or 0)
    answers = {one.public_id: text for one, text in zip(questions, ANSWERS, strict=False)}
    case = review_in_step(db, subject, StepKind.SELF_ASSESSMENT)
    hand_in_self_assessment(db, actor, case, answers=answers, revision=1)


def _notes(db: Database, world: World, event: str, name: str, doubt: str) -> None:
    actor, subject = _review(db, world, event, name)
    question = questions_of(db, subject.id)[0].public_id
    texts = {
        question: {"strengths": "They know each member by name.", "doubts": doubt, "questions": "Who calls them?"},
        GENERAL: {"strengths": "The figures are honest.", "doubts": "", "questions": ""},
    }
    hand_in_desk_notes(db, actor, review_in_step(db, subject, StepKind.DESK_NOTES), texts=texts, revision=1)


# In spring


def held_in_spring(world: World) -> None:
    """A review without a call: Ada asked a host and peers whom she knew; it was held two months ago."""
    live = world.start - timedelta(days=60)
    _event(world, HELD, live - timedelta(days=46), live)
    with step(live - timedelta(days=44)) as db:
        _started(db, world, event_called(db, HELD))
    with step(live - timedelta(days=30)) as db:
        _self_assessment(db, world, HELD, "Kristjan Kask")
    for name, doubt in (
        ("Dee Dumont", "Does the board meet too often to decide?"), ("Joana Pinto", "Who speaks for the carpenters?"),
        ("Marco Bianchi", "Is one office enough for two towns?"),
    ):  # fmt: skip
        with step(live - timedelta(days=20)) as db:
            _notes(db, world, HELD, name, doubt)
    with step(live - timedelta(days=14)) as db:
        mel, subject = _review(db, world, HELD, "Mel Meyer")
        release_desk_notes(db, mel, subject)
    with step(live + timedelta(days=2)) as db:
        _mel, subject = _review(db, world, HELD, "Mel Meyer")
        subject.review.state, subject.review.starts_at, subject.review.ends_at = (
            ReviewState.HELD, live, live + timedelta(days=2),
        )  # fmt: skip
        db.add(subject.review)


def _started(db: Database, world: World, event: EventWithPhases) -> None:
    ada = world.actor(db, "Ada Adler")
    host = world.organisations["Baltic Wood & Furniture Cluster"]
    subject = start_review(
        db, ada, event, organisation=host, topic="A board that decides", case_text=WOOD.case_text,
        questions=("Who should sit on it?", "What should it leave to the office?", "How do members hear of it?"),
    )  # fmt: skip
    people = {
        "Kristjan Kask": ReviewRole.HOST, "Mel Meyer": ReviewRole.MODERATOR, "Julien Faure": ReviewRole.RAPPORTEUR,
        "Dee Dumont": ReviewRole.PEER, "Joana Pinto": ReviewRole.PEER, "Marco Bianchi": ReviewRole.PEER,
    }  # fmt: skip
    for name, role in people.items():
        place = ask_into_review(db, ada, subject, person=_person(db, world, name), role=role)
        accept_review_place(db, world.actor(db, name), PlaceInReview(place, subject.review, subject.event))
