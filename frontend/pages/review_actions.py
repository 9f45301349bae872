"""One action of a review's plan: what it is, how far it is, and what was reported of it in each follow-up."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.files import content_of, ready
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventKind, get_event
from events.people import people_by_id
from frontend.pages.review_plans import ActionForm, day_in, owner_of, words_of_plans
from frontend.review_tabs import review_tabs
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render
from sessions.peer_reviews.action_plans import (
    ActionInReview,
    ActionState,
    change_action,
    get_action,
    move_action,
    proof_of,
)
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.follow_ups import current_follow_up, report_on_action, reports_of
from sessions.peer_reviews.reviews import ReviewInEvent, find_review, inside_review, steps_of
from sessions.reports.naming import naming_for

TEXTS = ("action", "owner", "reason", "proof")


class StateForm(Form):
    """How far an action is."""

    state: str = ""
    note: str = ""
    reason: str = ""
    proof: str = ""
    file: list[Upload] = Field(default_factory=list)
    version: int = 0


def _the_action(db: Database, request: Request) -> tuple[Actor, ActionInReview]:
    """The action that is asked for. Who does it may open it without a place in the review."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    review = find_review(db, event.event, request.path_params["review"])
    if event.event.kind is not EventKind.PEER_REVIEW or review is None:
        raise NotFound()
    return actor, get_action(db, actor, ReviewInEvent(review, event.event), request.path_params["action"])


@page(signed_in=True)
def show_action(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _the_action(db, request)
        event = get_event(db, actor, request.path_params["event"])
        row = subject.action
        owner = people_by_id(db, {row.owner_id} if row.owner_id else set())
        reports = reports_of(db, subject.in_event.id).get(subject.id, [])
        follow_up = current_follow_up(steps_of(db, event.id), clock.now())
        inside = inside_review(actor, subject)
        naming, review_id = naming_for(db, actor, event.programme_id), subject.in_event.id
        said = {name: naming.with_links(getattr(row, name), review_id) for name in TEXTS}
        notes = {one.id: naming.with_links(one.note, review_id) for one in reports}
        topic = words_of_host(db, actor, subject.in_event)(subject.in_event.review.topic)
    person = owner.get(row.owner_id or 0)
    values = {"action": said["action"], "owner": said["owner"], "due_on": row.due_on.isoformat()}
    changing = (form if "action" in form.values else NOTHING).with_values(
        **values, owner_email=person.email if person else ""
    )
    state = (NOTHING if "action" in form.values else form).with_values(state=row.state.value, proof=said["proof"])
    return render(
        request, "peer_reviews/action.html", event=event, subject=subject, review=subject.review, action=row, said=said,
        notes=notes, topic=topic,
        owner=person.name if person else "", reports=reports, follow_up=follow_up, form=form, changing=changing,
        moving=state, inside=inside, may_change=may(actor, "change_action", subject),
        may_move=may(actor, "move_action", subject),
        tabs_of_review=review_tabs(actor, subject.in_event, "review_plan") if inside else [], **words_of_plans(),
    )  # fmt: skip


def _to_action(request: Request, subject: ActionInReview, told: Message) -> Response:
    ids = {"event": subject.event.slug, "review": subject.review.public_id, "action": subject.action.public_id}
    return redirect(request, "review_action", flash=told, **ids)


@page(form=ActionForm, again=show_action, signed_in=True)
def change_now(request: Request, form: ActionForm) -> Response:
    with transaction() as db:
        actor, subject = _the_action(db, request)
        change_action(
            db, actor, subject, action=form.action, due_on=day_in(form.due_on), owner=form.owner,
            owner_person=owner_of(db, form.owner_email), version=form.version,
        )  # fmt: skip
    return _to_action(request, subject, _("Saved."))


def _state(form: StateForm) -> ActionState:
    if form.state not in {one.value for one in ActionState}:
        raise Invalid({"state": _("Please choose how far it is.")})
    return ActionState(form.state)


@page(form=StateForm, again=show_action, signed_in=True)
def move_now(request: Request, form: StateForm) -> Response:
    with ready((one.name, one.content) for one in form.file[:1]) as files, transaction() as db:
        actor, subject = _the_action(db, request)
        move_action(
            db, actor, subject, state=_state(form), reason=form.reason, proof=form.proof,
            file=files[0] if files else None, version=form.version,
        )  # fmt: skip
    return _to_action(request, subject, _("Saved."))


@page(form=StateForm, again=show_action, signed_in=True)
def report_now(request: Request, form: StateForm) -> Response:
    with ready((one.name, one.content) for one in form.file[:1]) as files, transaction() as db:
        actor, subject = _the_action(db, request)
        report_on_action(
            db, actor, subject, state=_state(form), note=form.note, proof=form.proof,
            file=files[0] if files else None, version=form.version,
        )  # fmt: skip
    return _to_action(request, subject, _("Reported."))


@page(signed_in=True)
def send_proof(request: Request) -> Response:
    with reading() as db:
        _actor, subject = _the_action(db, request)
        stored = proof_of(db, subject)
    return attachment(content_of(stored), stored.name, stored.media_type)
