"""Offers, conflicts of interest, proposals by the rules, and who stands in for whom."""

import pytest

from events.clusters import add_to_cluster
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.organisations import OrganisationKind
from sessions.peer_choice.problem import Bar
from sessions.peer_choice.solving import choose_peers
from sessions.peer_reviews.attribution import protected_in, without_names
from sessions.peer_reviews.endings import ask_substitute
from sessions.peer_reviews.peers import (
    Offered,
    Stance,
    find_offer,
    offer_as_peer,
    offers_in,
    own_offer_in,
    peers_wanted_in,
    say_stances,
    stances_in,
    take_offer_back,
)
from sessions.peer_reviews.places import accept_review_place, ask_into_review, decline_review_place
from sessions.peer_reviews.proposals import (
    Barred,
    add_to_proposal,
    ask_peer,
    ask_proposed,
    keep_proposal,
    problem_of,
    proposed_in,
    remove_from_proposal,
)
from sessions.peer_reviews.reviews import PlaceState, ReviewNotOn, ReviewRole, peer_of_review, places_of
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_review_hosts import make_offer, open_step, place_of, shut_step
from tests.sessions.makers_reviews import make_review

OTHERS = (
    ("Fi Falk", "FI", "ai"),
    ("Pia Pinto", "PT", "agrifood"),
    ("Sam Sten", "SE", "ai"),
    ("Tea Tamm", "EE", "data"),
)


@pytest.fixture
def review(db):
    made = make_review(db, peers=0)
    made.subject.review.needs = ["ai", "data"]
    db.add(made.subject.review)
    open_step(db, made.ada, made.event, StepKind.PEERS)
    return made


@pytest.fixture
def offers(db, review):
    return {name: make_offer(db, review.event, name, *rest)[0] for name, *rest in OTHERS}


def propose(db, review):
    plan = choose_peers(problem_of(db, review.event.event))
    return keep_proposal(db, again(db, review.ada), review.event, places=plan.places)


def names_proposed(db, review):
    people = {one.person_id for one in proposed_in(db, {review.subject.id})}
    return sorted(name for name, in_ in {n: a.person for n, a in review.offers.items()}.items() if in_ in people)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"languages": ()}, "languages"), ({"languages": ("xx",)}, "languages"), ({"competences": ("magic",)},
      "competences"), ({"most": 9}, "most"), ({"organisation_id": 1}, "organisation")],
)  # fmt: skip
def test_offers_that_say_nothing_usable_are_refused(db, review, change, field):
    said = {"languages": ("en",), **change}

    with pytest.raises(Invalid) as refused:
        offer_as_peer(db, make_person(db, "Xi Xu"), peers_wanted_in(db, review.event.event), offered=Offered(**said))

    assert list(refused.value.fields) == [field]


def test_an_offer_is_changed_taken_back_and_made_again(db, review):
    xi = make_person(db, "Xi Xu")
    wanted = peers_wanted_in(db, review.event.event)
    offer_as_peer(db, xi, wanted, offered=Offered(languages=("en",)))
    offer_as_peer(db, xi, wanted, offered=Offered(languages=("en", "de"), most=2))
    take_offer_back(db, xi, own_offer_in(db, xi, review.event.event))
    gone = offers_in(db, review.event.id)

    offer_as_peer(db, xi, wanted, offered=Offered(languages=("de",)))

    assert gone == []
    assert [(one.languages, one.most) for one in offers_in(db, review.event.id)] == [(["de"], 1)]


def test_no_offers_are_taken_once_peers_are_found(db, review):
    shut_step(db, review.ada, review.event, StepKind.PEERS)

    with pytest.raises(ReviewNotOn):
        offer_as_peer(
            db, make_person(db, "Xi Xu"), peers_wanted_in(db, review.event.event), offered=Offered(languages=("en",))
        )


def test_a_conflict_of_interest_keeps_somebody_out_of_a_review(db, review, offers):
    fi = offers["Fi Falk"]
    subject = own_offer_in(db, fi, review.event.event)

    say_stances(db, fi, subject, stances={review.host.id: (Stance.COMPETITOR, "We bid for the same calls.")})

    problem = problem_of(db, review.event.event)
    assert problem.said[fi.person, review.subject.id] is Bar.COMPETITOR
    assert (fi.person, review.subject.id) not in choose_peers(problem).places
    with pytest.raises(Barred):
        ask_peer(db, review.ada, review.subject, person=person_of(db, fi))


def test_a_conflict_of_another_kind_needs_a_word_and_no_strange_host_is_named(db, review, offers):
    fi = offers["Fi Falk"]
    subject = own_offer_in(db, fi, review.event.event)

    with pytest.raises(Invalid) as refused:
        say_stances(db, fi, subject, stances={review.host.id: (Stance.OTHER, " ")})
    with pytest.raises(NotFound):
        say_stances(db, fi, subject, stances={9999: (Stance.WISH, "")})
    with pytest.raises(NotAllowed):
        say_stances(db, offers["Sam Sten"], subject, stances={})
    assert list(refused.value.fields) == [f"why-{review.host.id}"]
    assert stances_in(db, review.event.id) == []


def test_peers_are_proposed_by_the_rules_and_asked(db, review, offers):
    count = propose(db, review)

    asked = ask_proposed(db, again(db, review.ada), review.subject, why="You know it.")

    rows = [one for one in places_of(db, review.subject.id) if one.role is ReviewRole.PEER]
    assert (count, asked) == (4, 4)
    assert {one.person_id for one in rows} == {one.person for one in offers.values()}
    assert {(one.state, one.why) for one in rows} == {(PlaceState.ASKED, "You know it.")}
    assert proposed_in(db, {review.subject.id}) == []
    with pytest.raises(Conflict):
        ask_proposed(db, again(db, review.ada), review.subject)


def test_nobody_of_the_hosts_own_organisation_or_cluster_is_proposed_or_asked(db, review, offers):
    colleague = make_member(db, make_person(db, "Col League"), review.host)
    offer_as_peer(db, colleague, peers_wanted_in(db, review.event.event), offered=Offered(review.host.id, (), ("en",)))
    member, offer = make_offer(db, review.event, "Mem Ber", "AT", "ai", "data")
    from events.directory import find_organisation

    organisation = find_organisation(db, offer.organisation_id)
    assert organisation is not None
    add_to_cluster(db, again(db, review.people["hal"]), review.host, organisation=organisation)

    problem = problem_of(db, review.event.event)
    places = choose_peers(problem).places

    assert not {(colleague.person, review.subject.id), (member.person, review.subject.id)} & places
    for one in (colleague, member):
        with pytest.raises(Barred):
            ask_peer(db, review.ada, review.subject, person=person_of(db, one))
        with pytest.raises(Barred):
            add_to_proposal(db, again(db, review.ada), review.subject, person=person_of(db, one))


def test_who_is_taken_out_is_not_proposed_again_unless_by_hand(db, review, offers):
    propose(db, review)
    fi = person_of(db, offers["Fi Falk"])
    ada = again(db, review.ada)

    remove_from_proposal(db, ada, review.subject, person=fi)
    propose(db, review)
    without = {one.person_id for one in proposed_in(db, {review.subject.id})}
    add_to_proposal(db, ada, review.subject, person=fi)

    assert fi.id not in without
    assert len(without) == 3
    assert fi.id in {one.person_id for one in proposed_in(db, {review.subject.id})}


def test_whoever_declines_is_replaced_by_the_next_best(db, review, offers):
    for name in ("Fi Falk", "Pia Pinto", "Tea Tamm"):
        ask_peer(db, review.ada, review.subject, person=person_of(db, offers[name]))
    tea = place_of(db, review.subject, offers["Tea Tamm"])
    decline_review_place(db, offers["Tea Tamm"], tea, reason="No time.")

    made = ask_substitute(
        db, again(db, review.ada), place_of(db, review.subject, offers["Tea Tamm"]),
        person=person_of(db, offers["Sam Sten"]),
    )  # fmt: skip

    accept_review_place(db, again(db, offers["Sam Sten"]), place_of(db, review.subject, offers["Sam Sten"]))
    assert made.stands_in_for_id == tea.place.id
    assert peer_of_review(again(db, offers["Sam Sten"]), review.subject)
    with pytest.raises(Conflict):
        ask_substitute(
            db, again(db, review.ada), place_of(db, review.subject, offers["Tea Tamm"]),
            person=person_of(db, make_person(db, "Xi Xu")),
        )  # fmt: skip


def test_nobody_stands_in_for_who_has_not_gone_and_a_host_is_of_the_host(db, review):
    with pytest.raises(Conflict):
        ask_substitute(
            db, again(db, review.ada), place_of(db, review.subject, review.people["mo"]),
            person=person_of(db, make_person(db, "Xi Xu")),
        )  # fmt: skip


def test_a_review_takes_no_more_peers_than_the_rules_say(db, review):
    for number in range(6):
        actor, _offer = make_offer(db, review.event, f"P{number} Peer{number}", "FI")
        ask_peer(db, review.ada, review.subject, person=person_of(db, actor))
    actor, _offer = make_offer(db, review.event, "One More", "PT")

    with pytest.raises(Invalid) as refused:
        ask_peer(db, review.ada, review.subject, person=person_of(db, actor))
    assert "at most 6" in str(refused.value)


def test_only_organisers_propose(db, review, offers):
    with pytest.raises(NotAllowed):
        keep_proposal(db, offers["Fi Falk"], review.event, places=set())
    assert find_offer(db, review.event.event, review.ada.person) is None


@pytest.fixture
def two_homes(db, review):
    """Somebody of two clusters, who would come for the one that they joined last."""
    first, last = (
        make_organisation(db, name, kind=OrganisationKind.CLUSTER_ORGANISATION, country=country)
        for name, country in (("Aland Hub", "FI"), ("Brabant Hub", "NL"))
    )
    tom = make_member(db, make_member(db, make_person(db, "Tom Tesar"), first), last)
    offered = Offered(last.id, (), ("en",))
    offer_as_peer(db, tom, peers_wanted_in(db, review.event.event), offered=offered)
    return tom, first, last


def test_a_peer_comes_from_the_organisation_that_they_offered_for(db, review, two_homes):
    tom, _first, last = two_homes

    ask_peer(db, review.ada, review.subject, person=person_of(db, tom))

    assert place_of(db, review.subject, tom).place.organisation_id == last.id


def test_whoever_is_asked_again_comes_from_where_they_offer_for_now_and_from_before(db, review, two_homes):
    tom, first, last = two_homes
    ask_into_review(db, review.ada, review.subject, person=person_of(db, tom), role=ReviewRole.PEER)
    decline_review_place(db, tom, place_of(db, review.subject, tom))

    ask_peer(db, review.ada, review.subject, person=person_of(db, tom))

    place = place_of(db, review.subject, tom).place
    assert (place.organisation_id, place.came_from, place.state) == (last.id, [first.name], PlaceState.ASKED)


def test_where_a_peer_belongs_to_several_organisations_none_of_them_is_told(db, review, two_homes):
    tom, _first, _last = two_homes
    ask_peer(db, review.ada, review.subject, person=person_of(db, tom))

    protected = protected_in(db, review.subject.id)

    said = "Aland Hub and Brabant Hub visit members; Straw does not."
    assert without_names(said, protected, shown=False) == "▒▒▒ and ▒▒▒ visit members; Straw does not."
