"""The people of a review: asking them, their answers, who stands in for whom, and how a review ends early."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.people import Person, PersonState, find_by_public_id, find_person, people_by_id
from events.reference.countries import country_name
from frontend.buttons import NoForm
from frontend.pages.review_setup import organised_reviews
from frontend.pages.reviews import PLACE_STATES, STATES, the_review
from frontend.review_tabs import review_tabs
from frontend.review_words import reasons_in_words
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import Answer, EntryKind
from sessions.peer_choice.reasons import substitutes_for
from sessions.peer_reviews.agenda import agenda_of
from sessions.peer_reviews.attribution import set_attribution, words_of_host
from sessions.peer_reviews.boards import ShownPlace, host_of, shown_places
from sessions.peer_reviews.chasing import review_board
from sessions.peer_reviews.endings import (
    ask_substitute,
    cancel_review,
    stands_in_for,
    take_next_host,
    withdraw_as_host,
)
from sessions.peer_reviews.hosting import get_application
from sessions.peer_reviews.places import (
    accept_review_place,
    ask_into_review,
    decline_review_place,
    leave_review,
    take_out_of_review,
)
from sessions.peer_reviews.proposals import ask_peer, problem_of
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    Attribution,
    PlaceInReview,
    PlaceState,
    ReviewInEvent,
    ReviewRole,
    get_place,
    questions_of,
    runs_review,
)
from sessions.peer_reviews.selection import reserves_of
from sessions.peer_reviews.steps import all_steps, step_name


class ReasonForm(Form):
    """A reason."""

    reason: str = ""


class AskForm(Form):
    """Somebody who is asked, by their address or public id, and what they are told."""

    email: str = ""
    person: str = ""
    role: str = ""
    why: str = ""
    place: str = ""


class AttributionForm(Form):
    """Whether names are told outside."""

    attribution: str = ""


class NextHostForm(Form):
    """The application on reserve that takes a review's place."""

    application: str = ""
    reason: str = ""


@dataclass(frozen=True)
class StandIn:
    """Who could come in place of somebody, and what speaks for them."""

    person: Person
    country: str
    reasons: list[Message | str]


@dataclass(frozen=True)
class PlaceRow:
    """A place as who runs the review sees it; `is_free` waits for somebody to stand in, and `days` are the
    numbers of those that are in their calendar, with what it answered."""

    shown: ShownPlace
    may_end: bool
    is_free: bool
    stand_ins: list[StandIn]
    days: list[tuple[int, Answer]]


def _run_review(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInEvent]:
    actor, event, subject = the_review(db, request)
    if not runs_review(actor, subject):
        raise NotFound()
    return actor, event, subject


def _place_rows(db: Database, actor: Actor, subject: ReviewInEvent) -> list[PlaceRow]:
    problem = problem_of(db, subject.event)
    review = next((one for one in problem.reviews if one.id == subject.id), None)
    ranked = substitutes_for(problem, review)[:3] if review is not None else []
    people = people_by_id(db, {one.id for one, _reasons in ranked})
    stand_ins = [
        StandIn(people[one.id], country_name(one.country) if one.country else "", reasons_in_words(reasons, one))
        for one, reasons in ranked
    ]
    days = agenda_of(db, subject.id)
    calendars = in_calendars(db, EntryKind.REVIEW, [one.day.id or 0 for one in days])
    rows = []
    for shown in shown_places(db, actor, subject):
        place = PlaceInReview(shown.place, subject.review, subject.event)
        free = may(actor, "ask_substitute", place) and stands_in_for(db, shown.place) is None
        peer = shown.place.role is ReviewRole.PEER
        may_end = may(actor, "take_out_of_review", place)
        said = [
            (one.day.number, calendars[one.day.id or 0].answers[shown.place.person_id]) for one in days
            if shown.place.person_id in calendars.get(one.day.id or 0, NOWHERE).answers
        ]  # fmt: skip
        rows.append(PlaceRow(shown, may_end, free, stand_ins if free and peer else [], said))
    return rows


@page(signed_in=True)
def show_people(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _run_review(db, request)
        rows = _place_rows(db, actor, subject)
        board = review_board(db, actor, event.event, subject.id)
        refusal = why_not(actor, "ask_into_review", subject)
        next_hosts = reserves_of(db, event.id) if may(actor, "take_next_host", subject) else []
        steps = [(step_name(one), one) for one in all_steps(db, event.id) if one.is_on]
    without_host = not any(
        one.shown.place.role is ReviewRole.HOST and one.shown.place.state in (PlaceState.ASKED, PlaceState.ACCEPTED)
        for one in rows
    )
    return render(
        request, "peer_reviews/people.html", event=event, subject=subject, review=subject.review, rows=rows, form=form,
        role_names=ROLE_NAMES, place_states=PLACE_STATES, states=STATES, board=board[0] if board else None,
        roles=[(one.value, ROLE_NAMES[one]) for one in (*list(ReviewRole)[1:], ReviewRole.HOST)],
        refusal=refusal.message if refusal else "", next_hosts=next_hosts, without_host=without_host, steps=steps,
        may_cancel=may(actor, "cancel_review", subject), is_private=subject.review.attribution is Attribution.PRIVATE,
        tabs_of_review=review_tabs(actor, subject, "review_people"),
    )  # fmt: skip


def _somebody(db: Database, form: AskForm) -> Person:
    if form.person:
        person = find_by_public_id(db, form.person)
    else:
        person = find_person(db, form.email)
    if person is None or person.state is PersonState.ERASED:
        sentence = _("Nobody here has this address. Ask them to sign in once, then ask them here.")
        raise Invalid({"email": sentence})
    return person


def _back(request: Request, subject: ReviewInEvent, told: Message) -> Response:
    return redirect(
        request, "review_people", event=subject.event.slug, review=subject.review.public_id, flash=told
    )  # fmt: skip


@page(form=AskForm, again=show_people, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_review(db, request)
        if form.role not in set(ReviewRole):
            raise Invalid({"role": _("Please choose a role.")})
        person, role = _somebody(db, form), ReviewRole(form.role)
        if role is ReviewRole.PEER:
            ask_peer(db, actor, subject, person=person, why=form.why)
        else:
            ask_into_review(db, actor, subject, person=person, role=role, why=form.why)
    return _back(request, subject, _("Asked. They get a letter and answer themselves."))


@page(form=AskForm, again=show_people, signed_in=True)
def ask_substitute_now(request: Request, form: AskForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_review(db, request)
        place = get_place(db, actor, subject, request.path_params["place"])
        ask_substitute(db, actor, place, person=_somebody(db, form), why=form.why)
    return _back(request, subject, _("Asked. They get a letter and answer themselves."))


@page(form=ReasonForm, again=show_people, signed_in=True)
def take_out_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_review(db, request)
        take_out_of_review(
            db, actor, get_place(db, actor, subject, request.path_params["place"]), reason=form.reason
        )  # fmt: skip
    return _back(request, subject, _("Their place has ended. They are told by letter."))


@page(form=AttributionForm, again=show_people, signed_in=True)
def set_attribution_now(request: Request, form: AttributionForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_review(db, request)
        if form.attribution not in set(Attribution):
            raise NotFound()
        set_attribution(db, actor, subject, attribution=Attribution(form.attribution))
    return _back(request, subject, _("Saved. Everybody in the review is told by letter."))


@page(form=ReasonForm, again=show_people, signed_in=True)
def cancel_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_review(db, request)
        cancel_review(db, actor, subject, reason=form.reason)
    return _back(request, subject, _("Cancelled. Everybody in the review is told by letter."))


@page(form=NextHostForm, again=show_people, signed_in=True)
def take_next_host_now(request: Request, form: NextHostForm) -> Response:
    with transaction() as db:
        actor, event, subject = _run_review(db, request)
        application = get_application(db, actor, event.event, form.application)
        started = take_next_host(db, actor, subject, application=application, reason=form.reason)
    return _back(request, started, _("This review has begun. Its host is told by letter; its peers are to be found."))


# One's own place


def _own_place(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInEvent, PlaceInReview]:
    actor, event, subject = the_review(db, request)
    place = get_place(db, actor, subject, request.path_params["place"])
    if place.place.person_id != actor.person:
        raise NotFound()
    return actor, event, subject, place


@page(signed_in=True)
def show_place(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject, place = _own_place(db, request)
        host, questions = host_of(db, subject), questions_of(db, subject.id)
        said = words_of_host(db, actor, subject)
        steps = [(step_name(one), one) for one in all_steps(db, event.id) if one.is_on]
    accepting, leaving = why_not(actor, "accept_review_place", place), why_not(actor, "leave_review", place)
    may_decline = may(actor, "decline_review_place", place)
    return render(
        request, "peer_reviews/place.html", event=event, subject=subject, review=subject.review, place=place.place,
        host=host, questions=questions, said=said, form=form, role_names=ROLE_NAMES, place_states=PLACE_STATES,
        steps=steps, may_accept=accepting is None, may_decline=may_decline,
        too_late=accepting.message if accepting is not None and may_decline else "",
        may_leave=leaving is None and place.place.state is PlaceState.ACCEPTED,
        is_private=subject.review.attribution is Attribution.PRIVATE,
        may_withdraw=may(actor, "withdraw_as_host", subject),
        tabs_of_review=review_tabs(actor, subject, "review_place"),
    )  # fmt: skip


@page(form=NoForm, again=show_place, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject, place = _own_place(db, request)
        accept_review_place(db, actor, place)
    return redirect(
        request, "peer_review", event=event.event.slug, review=subject.review.public_id,
        flash=_("Thank you. You take part in this review."),
    )  # fmt: skip


@page(form=ReasonForm, again=show_place, signed_in=True)
def decline_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, event, _subject, place = _own_place(db, request)
        decline_review_place(db, actor, place, reason=form.reason)
    return redirect(request, "reviews", event=event.event.slug, flash=_("Declined. Somebody else will be asked."))


@page(form=ReasonForm, again=show_place, signed_in=True)
def leave_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, event, _subject, place = _own_place(db, request)
        leave_review(db, actor, place, reason=form.reason)
    told = _("You have left the review. Who runs it is told, with your reason.")
    return redirect(request, "reviews", event=event.event.slug, flash=told)


@page(form=ReasonForm, again=show_place, signed_in=True)
def withdraw_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, event, subject, _place = _own_place(db, request)
        withdraw_as_host(db, actor, subject, reason=form.reason)
    told = _("You have withdrawn your case. The organisers are told, with your reason.")
    return redirect(request, "reviews", event=event.event.slug, flash=told)


@page(signed_in=True)
def show_board(request: Request) -> Response:
    """Who owes what, for organisers: every review of the event."""
    with reading() as db:
        actor, event = actor_of(db, request), organised_reviews(db, request)
        rows = review_board(db, actor, event.event)
    return render(request, "peer_reviews/board.html", event=event, rows=rows, states=STATES)
