"""Who would be a peer, and the proposal of peers that organisers make of it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _
from events.directory import organisations_of
from events.organisations import Organisation
from events.people import Person, find_by_public_id, people_by_id
from events.reference.countries import country_name
from events.reference.keywords import keyword_label
from frontend import choices
from frontend.buttons import NoForm
from frontend.pages.review_setup import organised_reviews
from frontend.pages.reviews import review_event
from frontend.review_words import lack_in_words, not_in_words, reasons_in_words
from frontend.web import NOTHING, Filled, Form, actor_of, page, person_of, redirect, render
from sessions.peer_choice.problem import Candidate, Problem
from sessions.peer_choice.reasons import NotNeeded, lack_of, reasons_for
from sessions.peer_choice.reasons import why_not as why_not_chosen
from sessions.peer_reviews.attribution import topics_for
from sessions.peer_reviews.peers import (
    STANCE_NAMES,
    Offered,
    Stance,
    find_offer,
    hosts_to_review,
    offer_as_peer,
    own_offer_in,
    peers_wanted_in,
    say_stances,
    stances_in,
    take_offer_back,
)
from sessions.peer_reviews.proposals import (
    add_to_proposal,
    ask_proposed,
    problem_of,
    proposed_in,
    remove_from_proposal,
)
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, get_review
from sessions.peer_reviews.searches import ask_for_peers, last_search


class OfferForm(Form):
    """What somebody offers who would be a peer; the organisation by public id."""

    organisation: str = ""
    competences: list[str] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    available: str = ""
    about: str = ""
    most: str = ""


class StancesForm(Form):
    """How somebody stands to hosts: 'stance-ID' and 'why-ID' by ids of organisations in `answers`."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


class PersonForm(Form):
    """Somebody, by public id; `why` is what they are told."""

    person: str = ""
    why: str = ""


@dataclass(frozen=True)
class ProposedLine:
    """Somebody in a proposal or in the review, with what speaks for them."""

    person: Person
    country: str
    reasons: list[Message | str]
    stands: bool


@dataclass(frozen=True)
class OtherLine:
    """Somebody who is not proposed, why, and whether they could be added by hand."""

    person: Person
    country: str
    why: Message | str
    addable: bool


@dataclass(frozen=True)
class ReviewLine:
    """A review in the page of proposals."""

    review: PeerReview
    host: Organisation
    lines: list[ProposedLine]
    others: list[OtherLine]
    lacks: list[Message | str]
    needs: list[Message | str]
    proposed: int


@page(signed_in=True)
def show_offer(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = review_event(db, request)
        person = person_of(request)
        wanted, found = peers_wanted_in(db, event.event), find_offer(db, event.event, actor.person)
        own = organisations_of(db, actor.person)
        stands = found is not None and found.offer.taken_back_at is None
        hosts = hosts_to_review(db, event.id) if stands else []
        topics = topics_for(db, actor, [ReviewInEvent(one, event.event) for one, _host in hosts])
        said = {one.organisation_id: one for one in stances_in(db, event.id, actor.person or 0)}
        refusal = why_not(actor, "offer_as_peer", wanted)
    offer = found.offer if found is not None else None
    names = {one.id: one.public_id for one in own}
    values: dict[str, Any] = {
        "organisation": names.get(offer.organisation_id, "") if offer else (own[0].public_id if own else ""),
        "competences": list(offer.competences) if offer else list(person.keywords if person else []),
        "languages": list(offer.languages) if offer else list(person.languages if person else []),
        "available": offer.available if offer else "", "about": offer.about if offer else "",
        "most": str(offer.most) if offer else "1",
    }  # fmt: skip
    stances: dict[str, Any] = {}
    for organisation, one in said.items():
        stances |= {f"stance-{organisation}": one.stance.value, f"why-{organisation}": one.why}
    about_hosts = any(name.startswith("stance-") for name in form.values)
    return render(
        request, "peer_reviews/offer.html", event=event, stands=stands, hosts=hosts, step=wanted.step, form=form,
        topics=topics,
        offer_form=Filled(values) if about_hosts or not form.refused else form,
        stance_form=form if about_hosts else Filled(stances), refusal=refusal.message if refusal else "",
        own=[(one.public_id, one.name) for one in own], languages=choices.languages(),
        groups=choices.keyword_groups(), stances=[(one.value, name) for one, name in STANCE_NAMES.items()],
    )  # fmt: skip


@page(form=OfferForm, again=show_offer, signed_in=True)
def offer_now(request: Request, form: OfferForm) -> Response:
    with transaction() as db:
        actor, event = review_event(db, request)
        own = {one.public_id: one.id for one in organisations_of(db, actor.person)}
        if form.organisation and form.organisation not in own:
            raise NotFound()
        offered = Offered(
            organisation_id=own.get(form.organisation), competences=tuple(form.competences),
            languages=tuple(form.languages), available=form.available, about=form.about,
            most=int(form.most) if form.most.isdecimal() and len(form.most) < 4 else 0,
        )  # fmt: skip
        offer_as_peer(db, actor, peers_wanted_in(db, event.event), offered=offered)
    told = _("Thank you. The organisers see your offer; you get a letter when you are asked.")
    return redirect(request, "be_a_peer", event=event.event.slug, flash=told)


@page(form=NoForm, again=show_offer, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = review_event(db, request)
        take_offer_back(db, actor, own_offer_in(db, actor, event.event))
    return redirect(request, "be_a_peer", event=event.event.slug, flash=_("Taken back. You are not proposed any more."))


@page(form=StancesForm, again=show_offer, signed_in=True)
def say_stances_now(request: Request, form: StancesForm) -> Response:
    stances = {}
    for name, value in form.answers.items():
        kind, _dash, id = name.partition("-")
        if kind == "stance" and id.isdecimal() and len(id) < 18 and value in set(Stance):
            stances[int(id)] = (Stance(value), form.answers.get(f"why-{id}", ""))
    with transaction() as db:
        actor, event = review_event(db, request)
        say_stances(db, actor, own_offer_in(db, actor, event.event), stances=stances)
    told = _("Saved. You are not proposed where you have a conflict of interest.")
    return redirect(request, "be_a_peer", event=event.event.slug, flash=told)


# The proposal


def _lines(db: Database, problem: Problem, reviews: list[tuple[PeerReview, Organisation]]) -> list[ReviewLine]:
    people = people_by_id(db, {one.id for one in problem.candidates})
    proposed = {(one.person_id, one.review_id) for one in proposed_in(db, {one.id for one in problem.reviews})}
    places = problem.taken | {pair for pair in proposed if pair[0] in people}
    rows = {review.id or 0: (review, host) for review, host in reviews}
    found = []
    for one in problem.reviews:
        there = [each for each in problem.candidates if (each.id, one.id) in places]
        lines = [
            ProposedLine(
                people[each.id], _from(each), reasons_in_words(reasons_for(problem, places, each, one), each),
                (each.id, one.id) in problem.taken,
            )
            for each in there
        ]  # fmt: skip
        others = []
        for each in problem.candidates:
            if (each.id, one.id) not in places and each.most:
                why = why_not_chosen(problem, places, each, one)
                addable = isinstance(why, NotNeeded) or why.value == "taken out"
                others.append(OtherLine(people[each.id], _from(each), not_in_words(why), addable))
        review, host = rows[one.id]
        lacks = lack_in_words(lack_of(problem, places, one), problem.rules)
        needs = [keyword_label(word) for word in review.needs]
        found.append(ReviewLine(review, host, lines, others, lacks, needs, sum(not line.stands for line in lines)))
    return found


def _from(one: Candidate) -> str:
    return country_name(one.country) if one.country else ""


@page(signed_in=True)
def show_proposal(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_reviews(db, request)
        problem = problem_of(db, event.event)
        lines = _lines(db, problem, hosts_to_review(db, event.id))
        refusal, search = why_not(actor_of(db, request), "ask_for_peers", event), last_search(db, event.id)
    return render(
        request, "peer_reviews/proposal.html", search=search, event=event, lines=lines, form=form, rules=problem.rules,
        offers=sum(1 for one in problem.candidates if one.most), refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(signed_in=True)
def search_fragment(request: Request) -> Response:
    with reading() as db:
        search = last_search(db, organised_reviews(db, request).id)
    return render(request, "peer_reviews/search.html", search=search)


@page(form=NoForm, again=show_proposal, signed_in=True)
def propose_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        ask_for_peers(db, actor_of(db, request), event)
    told = _("Peers are looked for. The proposal appears here in a minute or two; nobody is asked yet.")
    return redirect(request, "peer_proposal", event=event.event.slug, flash=told)


@page(form=PersonForm, again=show_proposal, signed_in=True)
def add_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        subject = get_review(db, actor, event.event, request.path_params["review"])
        add_to_proposal(db, actor, subject, person=_person(db, form.person))
    return redirect(request, "peer_proposal", event=event.event.slug, flash=_("Proposed."))


def _person(db: Database, public: str) -> Person:
    person = find_by_public_id(db, public) if public else None
    if person is None:
        raise NotFound()
    return person


@page(form=PersonForm, again=show_proposal, signed_in=True)
def remove_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        subject = get_review(db, actor, event.event, request.path_params["review"])
        remove_from_proposal(db, actor, subject, person=_person(db, form.person))
    return redirect(request, "peer_proposal", event=event.event.slug, flash=_("Taken out of the proposal."))


@page(form=PersonForm, again=show_proposal, signed_in=True)
def ask_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        subject = get_review(db, actor, event.event, request.path_params["review"])
        count = ask_proposed(db, actor, subject, why=form.why)
    told = N_("%(count)s person is asked by letter.", "%(count)s people are asked by letter.", count)
    return redirect(request, "peer_proposal", event=event.event.slug, flash=told)
