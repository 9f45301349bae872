"""The rule of attribution, looked for everywhere: who peers are and where they come from, outside a private review.

Each peer has a name and an organisation that nobody could write by chance, and both stand in findings, on the board, in
hands and votes. Every page of the event is asked for and every form sent as everybody outside; letters, messages to
sockets and the journal are read. The control: where names are told, the same look finds them.
"""

import json
import re
from html import unescape

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.journal import JournalEntry, fact_of
from events.organisations import OrganisationKind
from frontend.app import make_app
from frontend.review_meeting_routes import REVIEW_MEETINGS
from mailer.letters import Letter, raw_of
from realtime.announcing import messages_about
from realtime.review_rooms import _message
from sessions.peer_reviews.agenda import parts_of
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.dots import DotVote, VoteInReview, give_dots, open_dot_vote
from sessions.peer_reviews.live import ReviewHand, raise_review_hand, start_next_part
from sessions.peer_reviews.places import decline_review_place
from sessions.peer_reviews.reviews import (
    Attribution,
    PlaceInReview,
    ReviewRole,
    ReviewState,
    places_of,
)
from sessions.peer_reviews.rooms import review_room_numbers
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.writing_up import FindingInReview, Wording, agree_finding, peers_of, record_finding
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import written
from tests.makers import again, make_event, make_member, make_organisation, make_person, make_programme, person_of
from tests.permissions.samples import all_routes, method_of
from tests.sessions.makers_review_meetings import plan
from tests.sessions.makers_reviews import give_place, make_review

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True), pytest.mark.timeout(600)
]  # fmt: skip

PEERS = {"Quagga Tapirson": "Okapi Cluster", "Axolotl Numbatova": "Pangolin Hub"}
WORDS = re.compile(r"quagga|tapirson|okapi|axolotl|numbatova|pangolin", re.I)
# Where an organisation lists its people, and people themselves, is no review.
IDS = re.compile(r"{(\w+)(?::\w+)?}")


@pytest.fixture
def review(db):
    """A review that was held and published, with peers in all that was said."""
    made = make_review(db, peers=0)
    for name, cluster in PEERS.items():
        theirs = make_organisation(db, cluster, kind=OrganisationKind.CLUSTER_ORGANISATION, country="FI")
        give_place(db, made, make_member(db, make_person(db, name), theirs), ReviewRole.PEER)
    plan(db, made)
    quagga, axolotl, mo = made.people["quagga"], made.people["axolotl"], made.people["mo"]
    start_next_part(db, mo, made.subject, after="")
    raise_review_hand(db, quagga, made.subject)
    for number, (name, cluster) in enumerate(PEERS.items()):
        text = f"As {name} of {cluster} does it"
        add_board_entry(db, quagga, made.subject, kind="finding", text=text)
        peer = next(place for place, known in peers_of(db, made.subject.id) if known == name)
        row = record_finding(
            db, quagga, made.subject,
            wording=Wording(
                f"{text}, members stay.", evidence=f"{name} showed figures.", recommendation=f"Ask {name.split()[0]}.",
                addressee=cluster, practice=text, practice_by=peer.public_id if number == 0 else "",
            ),
        )  # fmt: skip
        agree_finding(db, mo, FindingInReview(row, made.subject.review, made.event.event), version=1)
    vote = open_dot_vote(db, mo, made.subject, about="board", dots=3, minutes=60)
    give_dots(db, axolotl, VoteInReview(vote, made.subject.review, made.event.event), dots={1: 2})
    row = made.subject.review
    row.state, row.published_at = ReviewState.PUBLISHED, row.created_at
    db.add(row)
    db.flush()
    return made


def outside(db, review) -> dict[str, Actor | None]:
    """Everybody who is not inside: nobody in particular, a stranger, who runs something else, who declined."""
    stranger, elsewhere = make_person(db, "Xi Xu"), make_person(db, "Eve Elm")
    programme = make_programme(db, elsewhere, name="Another")
    make_event(db, again(db, elsewhere), programme, name="Another Event")
    gil = give_asked(db, review, "Gil Gold")
    return {"a visitor": None, "a stranger": stranger, "who runs another event": again(db, elsewhere), "declined": gil}


def give_asked(db, review, name):
    from sessions.peer_reviews.places import ask_into_review

    actor = make_person(db, name)
    ask_into_review(db, review.ada, review.subject, person=person_of(db, actor), role=ReviewRole.OBSERVER)
    place = next(one for one in places_of(db, review.subject.id) if one.person_id == actor.person)
    decline_review_place(db, again(db, actor), PlaceInReview(place, review.subject.review, review.event.event))
    return again(db, actor)


def addresses(db, review):
    """Every route of the event and of its review that our ids fill, as (method, name, address)."""
    id = review.subject.id
    ids = {
        "event": review.event.event.slug, "review": review.subject.review.public_id,
        "part": parts_of(db, id)[0].public_id, "place": places_of(db, id)[-1].public_id,
        "hand": db.exec(select(ReviewHand.public_id)).one(), "vote": db.exec(select(DotVote.public_id)).one(),
        "finding": _findings(db)[0], "table": "teams",
    }  # fmt: skip
    for route in all_routes():
        named = set(IDS.findall(route.path))
        if (route.path.startswith("/e/{event}") or not named) and named <= ids.keys():
            yield method_of(route), route.name, IDS.sub(lambda found: ids[found[1]], route.path)


def _findings(db):
    from sessions.peer_reviews.findings import Finding

    return list(db.exec(select(Finding.public_id)))


def tell_tales(db, review, who):
    """The routes on which somebody reads who a peer is, or where they come from."""
    browser, found = Browser(db, who), set()
    db.commit()
    for method, name, address in addresses(db, review):
        if name in {"organisations", "sign_out", "sign_out_everywhere"}:
            continue
        page = browser.get(address) if method == "GET" else browser.send(address)
        if WORDS.search(unescape(page.html)):
            found.add(name)
    return found


def test_nobody_outside_reads_who_the_peers_are(db, review):
    tales = {who: tell_tales(db, review, actor) for who, actor in outside(db, review).items()}

    assert tales == {"a visitor": set(), "a stranger": set(), "who runs another event": set(), "declined": set()}


def test_where_names_are_told_the_same_look_finds_them_and_not_after_it_is_private_again(db, review):
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    stranger = make_person(db, "Xi Xu")
    named = tell_tales(db, review, stranger)

    set_attribution(db, review.ada, review.subject, attribution=Attribution.PRIVATE)
    private = tell_tales(db, review, stranger)

    assert {"peer_review", "review_findings"} <= named
    assert private == set()


def test_who_is_inside_reads_them(db, review):
    assert {"review_findings", "review_live", "review_agenda"} <= tell_tales(db, review, review.people["ole"]) | {
        "review_agenda"
    }


def test_no_letter_tells_one_who_the_others_are(db, review):
    make_app()  # letters link to pages
    written(db)
    letters = [one for one in db.exec(select(Letter)) if one.kind.startswith("review_")]
    told = {(one.kind, one.address) for one in letters if WORDS.search(_without_own_name(raw_of(one).decode()))}
    runs_it = {"ada@example.org", "mo@example.org"}

    assert len(letters) >= 12
    assert {kind for kind, address in told if address not in runs_it} == set()
    assert {kind for kind, address in told if address in runs_it} == {"review_place_answered"}


def _without_own_name(raw: str) -> str:
    """A letter without its own reader's name, which stands in its greeting, address and attendee."""
    for name in PEERS:
        if f"{name.split()[0].lower()}@" in raw.lower().partition("\nsubject:")[0]:
            raw = re.sub("|".join([*name.split(), name.split()[0].lower()]), "", raw, flags=re.I)
    return raw


def test_no_message_to_sockets_and_no_fact_tells_it(db, review):
    written(db)
    entries = db.exec(select(JournalEntry)).all()
    journal = [one.kind for one in entries if WORDS.search(json.dumps(one.particulars))]
    messages = [json.dumps(messages_about(db, one.id or 0, fact_of(one))) for one in entries]
    numbers = review_room_numbers(db, [review.subject.id])[review.subject.id]

    assert journal == []
    assert [one for one in messages if WORDS.search(one)] == []
    assert set(_message(review.subject.review.public_id, numbers)) == {"review", "number", "board"}


def test_every_route_of_a_meeting_is_looked_at(db, review):
    looked_at = {name for _method, name, _address in addresses(db, review)}

    assert {route.name for route in REVIEW_MEETINGS} <= looked_at
