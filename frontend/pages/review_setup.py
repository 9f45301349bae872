"""Setting up peer reviews: rules, steps with their dates, and what hosts are asked about themselves."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.core.wall import from_wall, to_wall
from events.events import EventKind, EventState, EventWithPhases
from frontend import choices
from frontend.pages.setup.shared import WholeNumber, organised_event
from frontend.rows import beside, filled_rows, numbers_shown, typed_over
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.peer_reviews.assessment_questions import (
    AskedOfHosts,
    assessment_questions_of,
    set_assessment_questions,
)
from sessions.peer_reviews.reviews import Attribution
from sessions.peer_reviews.setting_up import (
    RulesPlan,
    StepInEvent,
    change_step,
    get_step,
    has_reviews,
    set_review_rules,
)
from sessions.peer_reviews.steps import all_steps
from sessions.peer_reviews.templates import STEP_NAMES

ATTRIBUTIONS = (
    (Attribution.PRIVATE, _("Nobody outside learns who said what"), _("The Chatham House rule: inside names are "
     "known, outside there are only roles.")),
    (Attribution.NAMED, _("Names are told outside"), _("The report says which peer said what.")),
)  # fmt: skip


class RulesForm(Form):
    """How reviews are held."""

    peers_min: WholeNumber = None
    peers_max: WholeNumber = None
    countries_min: str = ""
    questions_min: WholeNumber = None
    questions_max: WholeNumber = None
    attribution: str = ""
    language: str = ""


class StepForm(Form):
    """A step, by its kind; moments are on the event's clock."""

    kind: str = ""
    starts_at: str = ""
    ends_at: str = ""
    title: str = ""
    what: str = ""
    is_on: str = ""


class QuestionsForm(Form):
    """The whole list ('question-0', 'section-0', 'help-0', 'which-0') in `answers`."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class StepRow:
    """A step as its organiser edits it; `form` holds what was typed for it and refused. What is due after the meetings
    can be changed in an event that is over."""

    id: str
    kind: str
    name: Message
    title: str
    what: str
    starts: str
    ends: str
    is_on: bool
    form: Filled | None
    may_change: bool


def organised_reviews(db: Database, request: Request) -> EventWithPhases:
    """The peer review event of this page, for its organisers."""
    event = organised_event(db, request)
    if event.event.kind is not EventKind.PEER_REVIEW:
        raise NotFound()
    return event


@page(signed_in=True)
def show_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_reviews(db, request)
        rules, steps = has_reviews(db, event.id), all_steps(db, event.id)
        actor = actor_of(db, request)
    kind = str(form.values.get("kind", ""))
    rows = [
        StepRow(
            one.kind.value.replace(" ", "-"), one.kind.value, STEP_NAMES[one.kind], one.title, one.what,
            to_wall(one.starts_at, event.zone), to_wall(one.ends_at, event.zone), one.is_on,
            form if kind == one.kind.value else None,
            may(actor, "change_step", StepInEvent(one, event.event)),
        )
        for one in steps
    ]  # fmt: skip
    kept: dict[str, Any] = rules.model_dump() | {"language": (rules.languages or ["en"])[0]}
    refusal = why_not(actor, "set_review_rules", event)
    return render(
        request, "peer_reviews/rules.html", event=event, form=form, rows=rows, sent_for=kind.replace(" ", "-"),
        rules_form=Filled(kept) if kind or not form.refused else form, attributions=ATTRIBUTIONS,
        languages=choices.languages(), refusal=refusal.message if refusal else "",
        is_draft=event.event.state is EventState.DRAFT,
    )  # fmt: skip


@page(form=RulesForm, again=show_rules, signed_in=True)
def set_rules_now(request: Request, form: RulesForm) -> Response:
    countries = int(form.countries_min) if form.countries_min.isdecimal() else -1
    with transaction() as db:
        event = organised_reviews(db, request)
        known = set(Attribution)
        plan = RulesPlan(
            form.peers_min or 0, form.peers_max or 0, countries, form.questions_min or 0, form.questions_max or 0,
            Attribution(form.attribution) if form.attribution in known else Attribution.PRIVATE, (form.language,),
        )  # fmt: skip
        set_review_rules(db, actor_of(db, request), event, plan=plan)
    return redirect(request, "review_rules", event=event.event.slug, flash=_("Saved."))


@page(form=StepForm, again=show_rules, signed_in=True)
def change_step_now(request: Request, form: StepForm) -> Response:
    with transaction() as db:
        event = organised_reviews(db, request)
        change_step(
            db, actor_of(db, request), get_step(db, event, form.kind),
            starts_at=from_wall(form.starts_at, event.zone), ends_at=from_wall(form.ends_at, event.zone, "ends_at"),
            title=form.title, what=form.what, is_on=bool(form.is_on),
        )  # fmt: skip
    return redirect(request, "review_rules", event=event.event.slug, flash=_("Saved."))


@page(signed_in=True)
def edit_questions(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_reviews(db, request)
        asked = assessment_questions_of(db, event.id)
        refusal = why_not(actor_of(db, request), "set_assessment_questions", event)
    values: dict[str, Any] = {}
    for number, one in enumerate(asked):
        values |= {f"question-{number}": one.text, f"section-{number}": one.section, f"help-{number}": one.help}
        values[f"which-{number}"] = one.public_id
    typed = typed_over(form, values, "question", "section", "help")
    form = form.with_values(**values)
    return render(
        request, "peer_reviews/questions.html", event=event, form=form,
        numbers=numbers_shown(form.values, "question", len(asked)), refusal=refusal.message if refusal else "",
        asked=asked, typed=typed,
    )  # fmt: skip


@page(form=QuestionsForm, again=edit_questions, signed_in=True)
def set_questions_now(request: Request, form: QuestionsForm) -> Response:
    rows = filled_rows(form.answers, "question", "section", "help", "which")
    with transaction() as db:
        event = organised_reviews(db, request)
        with beside(rows):
            questions = [
                AskedOfHosts(one.typed["question"], one.typed["section"], one.typed["help"], one.typed["which"])
                for one in rows
            ]
            set_assessment_questions(db, actor_of(db, request), event, questions=questions)
    return redirect(request, "assessment_questions", event=event.event.slug, flash=_("Saved."))
