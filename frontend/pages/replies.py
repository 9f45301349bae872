"""Answers that wait for a click: replies that came in one's name, and other times that somebody proposes."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import Database, reading, transaction
from events.core.translation import Message, _
from events.people import get_person
from frontend.slots import choice, slot_called
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.calendars import latest_revision
from sessions.proposals import get_proposal, keep_time, nearest_free, take_proposal
from sessions.replies import ReplyOutcome, ReplyVerb, confirm_reply, disown_reply, get_held_reply, time_answered

SAID: dict[ReplyVerb, Message] = {
    ReplyVerb.ACCEPTED: _("Yes, you come"),
    ReplyVerb.TENTATIVE: _("You may come"),
    ReplyVerb.DECLINED: _("No, you do not come"),
    ReplyVerb.DELEGATED: _("Somebody comes in your place"),
    ReplyVerb.COUNTER: _("You propose another time"),
}
BECAME: dict[ReplyOutcome, Message] = {
    ReplyOutcome.APPLIED: _("Done as the answer says."),
    ReplyOutcome.NOTED: _("Noted."),
    ReplyOutcome.STALE: _("You have answered anew since, and that counts."),
    ReplyOutcome.OLDER_TIME: _("It answers a time that is not any more. Please answer the newer invitation."),
    ReplyOutcome.CANCELLED: _("It was called off already."),
    ReplyOutcome.NOT_ASKED: _("You are not asked to this any more."),
    ReplyOutcome.REFUSED: _("This is not possible any more. The page of the meeting says how it stands."),
}


class AnswerForm(Form):
    """A button."""


class TimeForm(Form):
    """One of the times offered."""

    slot: str = ""


@page(signed_in=True)
def show_held(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        subject = get_held_reply(db, actor, request.path_params["held"])
        revision = latest_revision(db, subject.of.entry)
    asked = time_answered(subject.held, revision) if revision is not None else None
    return render(request, "replies/held.html", held=subject.held, revision=revision, asked=asked, said=SAID, form=form)


@page(form=AnswerForm, again=show_held, signed_in=True)
def confirm_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        outcome = confirm_reply(db, actor, get_held_reply(db, actor, request.path_params["held"]))
    return redirect(request, "home", flash=BECAME[outcome])


@page(form=AnswerForm, again=show_held, signed_in=True)
def disown_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        disown_reply(db, actor, get_held_reply(db, actor, request.path_params["held"]))
    return redirect(request, "home", flash=_("Nothing comes of it."))


@page(signed_in=True)
def show_proposal(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        subject = get_proposal(db, actor, request.path_params["proposal"])
        asked_by = _name(db, subject.proposal.person_id)
        may_answer = may(actor, "take_proposal", subject)
        slots = nearest_free(db, subject) if may_answer else []
    return render(
        request, "replies/proposal.html", proposal=subject.proposal, meeting=subject.of.meeting, asked_by=asked_by,
        may_answer=may_answer, slots=[choice(slot) for slot in slots], form=form,
    )  # fmt: skip


def _name(db: Database, person: int) -> str:
    return get_person(db, person).name


@page(form=TimeForm, again=show_proposal, signed_in=True)
def take_now(request: Request, form: TimeForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        subject = get_proposal(db, actor, request.path_params["proposal"])
        take_proposal(db, actor, subject, slot=slot_called(db, subject.of.meeting.event_id, form.slot))
    said = _("Moved. Both calendars get the new time.")
    return redirect(request, "meeting", meeting=subject.of.meeting.public_id, flash=said)


@page(form=AnswerForm, again=show_proposal, signed_in=True)
def keep_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        subject = get_proposal(db, actor, request.path_params["proposal"])
        keep_time(db, actor, subject)
    said = _("The time stays. We have told them.")
    return redirect(request, "meeting", meeting=subject.of.meeting.public_id, flash=said)
