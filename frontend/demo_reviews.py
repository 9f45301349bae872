"""The demo's peer reviews: the one that is prepared, with a host on reserve, and what all of them begin with."""

from datetime import datetime, timedelta

from events.core.database import Database
from events.core.files import ready
from frontend.demo import World, step
from frontend.demo_events import event_called
from frontend.demo_review_steps import assess, note, person_called, review_event, review_seen_by
from sessions.peer_choice.solving import choose_peers
from sessions.peer_reviews.desk_notes import release_desk_notes
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
    ReviewRole,
    places_of,
)
from sessions.peer_reviews.selection import decide_application, handed_in_to, release_selection

PREPARED = "Clusters Look at Clusters"
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


NOTE = {
    "strengths": "They know each member by name.",
    "doubts": "How many of those who left had ever met another member?",
    "questions": "Who calls them?",
}


def reviews(world: World) -> None:
    """The case of the textile cluster, from its application to the first desk notes."""
    start = world.start
    review_event(world, PREPARED, start - timedelta(days=72), start + timedelta(days=20))
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
        assess(db, world, PREPARED, "Joana Pinto", ANSWERS)
    with step(start - timedelta(days=2)) as db:
        note(db, world, PREPARED, "Dee Dumont", NOTE)
    with step(start - timedelta(days=1)) as db:
        actor, subject = review_seen_by(db, world, PREPARED, "Mel Meyer")
        release_desk_notes(db, actor, subject)


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
    _ada, subject = review_seen_by(db, world, PREPARED, "Ada Adler")
    ask_proposed(db, ada, subject, why="You know how a cluster pays for itself.")
    others = {"Mel Meyer": ReviewRole.MODERATOR, "Julien Faure": ReviewRole.RAPPORTEUR, "Bo Berg": ReviewRole.OBSERVER}
    for name, role in others.items():
        ask_into_review(db, ada, subject, person=person_called(db, world, name), role=role)


def _answers(db: Database, world: World) -> None:
    """Everybody accepts but Bo, who has not answered, and Ola, who cannot."""
    _ada, subject = review_seen_by(db, world, PREPARED, "Ada Adler")
    names = {id: name for name, id in world.people.items()}
    for place in places_of(db, subject.id):
        actor, mine = world.actor(db, names[place.person_id]), PlaceInReview(place, subject.review, subject.event)
        if names[place.person_id] == "Ola Olsson":
            decline_review_place(db, actor, mine, reason="I open a fair on that day.")
        elif names[place.person_id] != "Bo Berg" and place.role is not ReviewRole.HOST:
            accept_review_place(db, actor, mine)
