"""The call for hosts, applying, and choosing among those who applied."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import ReadyFile, content_of, ready
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _
from events.directory import find_organisation, organisations_of
from frontend import choices
from frontend.buttons import NoForm
from frontend.pages.review_setup import organised_reviews
from frontend.pages.reviews import review_event
from frontend.rows import typed_over
from frontend.sent_files import attachment
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render, saved
from sessions.peer_reviews.hosting import (
    ApplicationInEvent,
    ApplicationState,
    Case,
    Choice,
    Told,
    add_application_files,
    applications_by,
    begin_application,
    get_application,
    hand_in_application,
    hosting_of,
    remove_application_file,
    save_application,
    withdraw_application,
    writes_application,
)
from sessions.peer_reviews.papers import files_of_application, find_paper
from sessions.peer_reviews.reviews import ReviewNotOn, rules_of
from sessions.peer_reviews.selection import (
    CHOICE_NAMES,
    decide_application,
    handed_in_to,
    move_up,
    release_selection,
    reserves_of,
)
from sessions.peer_reviews.steps import event_in_step, is_now, refuse_outside
from sessions.peer_reviews.templates import StepKind

APPLICATION_STATES: dict[ApplicationState, tuple[Message, str, str]] = {
    ApplicationState.DRAFT: (_("Draft"), "square", "plain"),
    ApplicationState.HANDED_IN: (_("Handed in"), "check", "ok"),
    ApplicationState.WITHDRAWN: (_("Withdrawn"), "bar", "plain"),
}
CHOICE_MARKS = {
    Choice.NONE: ("ring", "plain"),
    Choice.CHOSEN: ("check", "ok"),
    Choice.RESERVE: ("half", "warn"),
    Choice.NOT_CHOSEN: ("bar", "plain"),
}


class BeginForm(Form):
    """The organisation that applies, by public id."""

    organisation: str = ""


class CaseForm(Form):
    """An application; the questions come as 'question-0' in `answers`."""

    takes_answers: ClassVar[bool] = True
    topic: str = ""
    why: str = ""
    case_text: str = ""
    ecosystem: str = ""
    needs: list[str] = Field(default_factory=list)
    revision: int = 0
    answers: dict[str, str] = Field(default_factory=dict)
    files: list[Upload] = Field(default_factory=list)

    def case(self) -> Case:
        """The same for the domain."""
        named = sorted(one for one in self.answers if one.startswith("question-"))
        asked = tuple(self.answers[one] for one in sorted(named, key=lambda name: (len(name), name)))
        return Case(self.topic, self.why, self.case_text, self.ecosystem, asked, tuple(self.needs))


class DecisionForm(Form):
    """What becomes of an application, by its public id."""

    which: str = ""
    decision: str = ""
    why: str = ""
    rank: str = ""


class ReasonForm(Form):
    """A reason."""

    why: str = ""


@page()
def show_call(request: Request, form: Filled = NOTHING) -> Response:
    """The call for hosts, for everybody: what it is about, until when, and for whom the actor may apply."""
    with reading() as db:
        actor, event = review_event(db, request)
        subject, rules = event_in_step(db, event.event, StepKind.CALL), rules_of(db, event.id)
        mine = applications_by(db, actor, event.id) if actor.signed_in else []
        whose = {one.organisation_id for one in mine if one.state is not ApplicationState.WITHDRAWN}
        own = organisations_of(db, actor.person) if actor.signed_in else []
        names = {one.id: one.name for one in own}
    closed: Message | str = ""
    try:
        refuse_outside(subject, clock.now())
    except ReviewNotOn as refusal:
        closed = refusal.message
    return render(
        request, "peer_reviews/call.html", event=event, step=subject.step, rules=rules, form=form, closed=closed,
        is_on=is_now(subject.step, clock.now()), own=[one for one in own if one.id not in whose], mine=mine,
        names=names, states=APPLICATION_STATES, signed_in=actor.signed_in,
    )  # fmt: skip


@page(form=BeginForm, again=show_call, signed_in=True)
def begin_now(request: Request, form: BeginForm) -> Response:
    with transaction() as db:
        actor, event = review_event(db, request)
        own = {one.public_id: one for one in organisations_of(db, actor.person)}
        if form.organisation not in own:
            raise NotFound()
        made = begin_application(db, actor, hosting_of(db, event.event, own[form.organisation]))
    return redirect(
        request, "host_application", event=event.event.slug, application=made.application.public_id,
        flash=_("Begun. Nothing is handed in yet."),
    )  # fmt: skip


def _asked_for(db: Database, request: Request) -> tuple[Actor, Any, ApplicationInEvent]:
    actor, event = review_event(db, request)
    return actor, event, get_application(db, actor, event.event, request.path_params["application"])


@page(signed_in=True)
def show_application(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _asked_for(db, request)
        row, rules = subject.application, rules_of(db, event.id)
        files = files_of_application(db, subject.id)
        organisation = find_organisation(db, row.organisation_id)
        writes, refusal = writes_application(actor, subject), why_not(actor, "save_application", subject)
    most = rules.questions_max if rules else 5
    values: dict[str, Any] = {
        "topic": row.topic, "why": row.why, "case_text": row.case_text, "ecosystem": row.ecosystem,
        "needs": list(row.needs), "revision": row.revision,
        **{f"question-{number}": text for number, text in enumerate(row.questions)},
    }  # fmt: skip
    drafted = (row.topic, row.why, row.case_text, row.ecosystem, tuple(row.questions), tuple(row.needs))
    handed = subject.handed
    changed = row.state is ApplicationState.HANDED_IN and drafted != (
        handed.topic, handed.why, handed.case_text, handed.ecosystem, handed.questions, handed.needs
    )  # fmt: skip
    return render(
        request, "peer_reviews/application.html", event=event, subject=subject, row=row, rules=rules, files=files,
        organisation=organisation, writes=writes, refusal=refusal.message if refusal else "",
        typed=typed_over(form, values, "topic", "why", "case_text", "ecosystem", "question"),
        form=form.with_values(**values), numbers=range(most), states=APPLICATION_STATES, changed=changed,
        groups=choices.keyword_groups(), choice_names=CHOICE_NAMES, choice_marks=CHOICE_MARKS, handed=handed,
        may_withdraw=may(actor, "withdraw_application", subject), told=row.told is not Told.NONE,
    )  # fmt: skip


@contextmanager
def _files(request: Request, form: CaseForm) -> Iterator[list[ReadyFile]]:
    """Around the transaction: the files that came along, written down only for who may add them."""
    if form.files:
        with reading() as db:
            actor, _event, subject = _asked_for(db, request)
            only_if_may(actor, "add_application_files", subject)
    with ready((one.name, one.content) for one in form.files) as files:
        yield files


@page(form=CaseForm, again=show_application, signed_in=True)
def save_now(request: Request, form: CaseForm) -> Response:
    with _files(request, form) as files, transaction() as db:
        actor, event, subject = _asked_for(db, request)
        save_application(db, actor, subject, case=form.case(), revision=form.revision)
        if files:
            add_application_files(db, actor, subject, files=files)
    return redirect(
        request, "host_application", event=event.event.slug, application=subject.application.public_id,
        flash=_("Saved. Nothing is handed in by saving."),
    )  # fmt: skip


@page(form=CaseForm, again=show_application, signed_in=True)
def hand_in_now(request: Request, form: CaseForm) -> Response:
    with _files(request, form) as files, transaction() as db:
        actor, event, subject = _asked_for(db, request)
        hand_in_application(db, actor, subject, case=form.case(), revision=form.revision)
        if files:
            add_application_files(db, actor, subject, files=files)
    return redirect(
        request, "host_application", event=event.event.slug, application=subject.application.public_id,
        flash=_("Handed in. You get a letter about it."),
    )  # fmt: skip


@page(form=CaseForm, signed_in=True)
def autosave(request: Request, form: CaseForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _asked_for(db, request)
        row = save_application(db, actor, subject, case=form.case(), revision=form.revision)
    return saved(row.saved_at, row.revision)


@page(form=NoForm, again=show_application, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _asked_for(db, request)
        withdraw_application(db, actor, subject)
    return redirect(request, "host_call", event=event.event.slug, flash=_("Withdrawn."))


@page(form=NoForm, again=show_application, signed_in=True)
def remove_file_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _asked_for(db, request)
        file = find_paper(files_of_application(db, subject.id), request.path_params["file"])
        remove_application_file(db, actor, subject, file=file)
    return redirect(
        request, "host_application", event=event.event.slug, application=subject.application.public_id,
        flash=_("Removed."),
    )  # fmt: skip


@page(signed_in=True)
def send_file(request: Request) -> Response:
    with reading() as db:
        _actor, _event, subject = _asked_for(db, request)
        stored = find_paper(files_of_application(db, subject.id), request.path_params["file"])
    return attachment(content_of(stored), stored.name, stored.media_type)


# Choosing


@page(signed_in=True)
def show_selection(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        cards = handed_in_to(db, event.id)
        reserves = reserves_of(db, event.id)
    waiting = sum(one.waits_to_be_told for one in cards)
    return render(
        request, "peer_reviews/selection.html", event=event, form=form, cards=cards, waiting=waiting,
        which=str(form.values.get("which", "")), choice_names=CHOICE_NAMES, choice_marks=CHOICE_MARKS,
        options=[(one.value, CHOICE_NAMES[one]) for one in Choice if one is not Choice.NONE],
        may_release=waiting > 0 and may(actor, "release_selection", event), reserves=reserves,
        changeable=may(actor, "release_selection", event),
    )  # fmt: skip


@page(form=DecisionForm, again=show_selection, signed_in=True)
def decide_now(request: Request, form: DecisionForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        subject = get_application(db, actor, event.event, form.which)
        decision = Choice(form.decision) if form.decision in set(Choice) else Choice.NONE
        rank = int(form.rank) if form.rank.isdecimal() and len(form.rank) < 4 else 0
        decide_application(db, actor, subject, decision=decision, why=form.why, rank=rank)
    told = _("Decided. The applicant is told when you release the decisions.")
    return redirect(request, "host_selection", event=event.event.slug, flash=told)


@page(form=NoForm, again=show_selection, signed_in=True)
def release_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        count = release_selection(db, actor_of(db, request), event)
    told = N_("%(count)s applicant is told by letter.", "%(count)s applicants are told by letter.", count)
    return redirect(request, "host_selection", event=event.event.slug, flash=told)


@page(form=ReasonForm, again=show_selection, signed_in=True)
def move_up_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        actor = actor_of(db, request)
        move_up(db, actor, get_application(db, actor, event.event, request.path_params["application"]), why=form.why)
    told = _("They are a host now, and are told by letter. Their review has begun.")
    return redirect(request, "host_selection", event=event.event.slug, flash=told)
