"""What submissions have to hold and until when: fields, the grace of all, and late entries of single teams."""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.challenge_board import filled_in
from events.challenges import ChallengeInEvent, challenge_titles, get_challenge
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.paging import page_of
from events.core.refusals import NotAllowed, NotFound
from events.core.translation import Message, _
from events.core.wall import from_wall, to_wall
from events.deadlines import MOST_GRACE, grace_ends, hands_in_during, in_stages, set_grace
from events.events import EventKind, EventWithPhases, get_event
from events.late_entries import give_late_entry, late_entries_in, late_entries_of, take_late_entry_back
from events.page_limits import limits_of, set_page_limits
from events.phases import PhaseKind
from events.roles import organiser_of_event
from events.submission_fields import (
    Asking,
    FieldInEvent,
    FieldKind,
    SubmissionField,
    add_field,
    add_field_for_all,
    change_field,
    fields_for,
    get_field,
    move_field_up,
    remove_field,
)
from events.teams import TeamInEvent, get_team
from frontend.addresses import page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.setup.shared import organised_event
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

KINDS = (
    (FieldKind.SHORT, _("A short text")),
    (FieldKind.LONG, _("A longer text")),
    (FieldKind.CHOICE, _("A choice of answers")),
    (FieldKind.CHOICES, _("A choice of several answers")),
    (FieldKind.LINK, _("A link")),
    (FieldKind.NUMBER, _("A number")),
    (FieldKind.FUNDING, _("The funding asked for, in euros")),
)
STAGES = (("", _("In both stages")), ("1", _("In the concept note")), ("2", _("In the full proposal")))


class GraceForm(Form):
    what: str = ""
    minutes: int = Field(0, ge=0, le=MOST_GRACE)


class PagesForm(Form):
    """How long a PDF may be, by stage; empty for any length."""

    what: str = ""
    pages: str = ""
    note_pages: str = ""


class FieldForm(Form):
    """What is asked; the answers to choose from come one a line."""

    what: str = ""
    label: str = ""
    help: str = ""
    kind: FieldKind = FieldKind.SHORT
    choices: str = ""
    required: str = ""
    shown: str = ""
    category: str = ""
    stage: str = ""

    def asking(self) -> Asking:
        """The same for the domain."""
        choices = tuple(line.strip() for line in self.choices.splitlines() if line.strip())
        return Asking(self.label, self.kind, self.help, choices, bool(self.required), bool(self.shown),
                      int(self.stage) if self.stage in ("1", "2") else None, bool(self.category))  # fmt: skip


class LateForm(Form):
    until: str = ""
    why: str = ""


@page(signed_in=True)
def show_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        if event.event.kind is not EventKind.HACKATHON:
            raise NotFound()
        actor = actor_of(db, request)
        fields = fields_for(db, event.id, None)
        challenges = challenge_titles(db, event.id)
        late = page_of(late_entries_in(db, actor, event), page_number(request))
        limits = limits_of(db, event.id)
    sent = str(form.values.get("what", ""))
    refusal, of_grace = why_not(actor, "set_page_limits", event), why_not(actor, "set_grace", event)
    grace_form = form if sent == "grace" else NOTHING.with_values(minutes=event.event.grace_minutes)
    pages_form = form if sent == "pages" else NOTHING.with_values(
        pages=limits.pages or "", note_pages=limits.note_pages or ""
    )  # fmt: skip
    return render(
        request, "submission_rules/rules.html", event=event, form=form, fields=fields_shown(fields), kinds=KINDS,
        pages_form=pages_form, stages_asked=in_stages(event),
        challenges=challenges, late=late, base=page_base(request, {}),
        grace_form=grace_form, field_form=form if sent == "field" else None,
        changeable=refusal is None, refusal=refusal.message if refusal else "",
        grace_changeable=of_grace is None, grace_refusal=of_grace.message if of_grace and refusal is None else "",
        note_deadline=event.phase(PhaseKind.CONCEPT_NOTE), note_grace=grace_ends(event, PhaseKind.CONCEPT_NOTE),
        deadline=event.phase(PhaseKind.SUBMISSION), grace=grace_ends(event), stages=STAGES if in_stages(event) else (),
    )  # fmt: skip


def fields_shown(fields: list[SubmissionField]) -> list[dict[str, Any]]:
    """Fields as lists show them."""
    names = dict(KINDS)
    return [
        {"id": one.public_id, "label": one.label, "kind": names[one.kind], "choices": one.choices,
         "required": one.required, "shown": one.shown, "category": one.category, "first": number == 0,
         "stage": dict(STAGES)[str(one.stage or "")] if one.stage else ""}
        for number, one in enumerate(fields)
    ]  # fmt: skip


@page(form=GraceForm, again=show_rules, signed_in=True)
def set_grace_now(request: Request, form: GraceForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_grace(db, actor_of(db, request), event, minutes=form.minutes)
    return redirect(request, "submission_rules", event=event.event.slug, flash=_("Saved. It holds for every team."))


@page(form=PagesForm, again=show_rules, signed_in=True)
def set_pages_now(request: Request, form: PagesForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_page_limits(
            db, actor_of(db, request), event, pages=_pages(form.pages), note_pages=_pages(form.note_pages)
        )  # fmt: skip
    return redirect(request, "submission_rules", event=event.event.slug, flash=_("Saved. It holds for every team."))


def _pages(text: str) -> int | None:
    """A number of pages, None where nothing was typed; what is none is refused as 0 is."""
    plain = text.strip()
    if not plain:
        return None
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 7 else 0


@page(form=FieldForm, again=show_rules, signed_in=True)
def add_for_all_now(request: Request, form: FieldForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        add_field_for_all(db, actor_of(db, request), event, asking=form.asking())
    return redirect(request, "submission_rules", event=event.event.slug, flash=_("Added."))


def _challenge(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    subject = get_challenge(db, actor, event, request.path_params["challenge"])
    refusal = why_not(actor, "add_field", subject)
    if isinstance(refusal, NotAllowed):
        raise refusal
    return actor, subject


@page(signed_in=True)
def show_challenge_fields(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _challenge(db, request)
        found = fields_for(db, subject.event.id, subject.id)
        filled = filled_in(db, subject)
    refusal = why_not(actor, "add_field", subject)
    of_all = [one for one in found if one.challenge_id is None]
    own = [one for one in found if one.challenge_id is not None]
    return render(
        request, "submission_rules/challenge.html", event=subject.event, title=subject.challenge.title, form=form,
        kinds=KINDS, filled=filled,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id},
        of_all=fields_shown(of_all), own=fields_shown(own), changeable=refusal is None,
        refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(form=FieldForm, again=show_challenge_fields, signed_in=True)
def add_for_challenge_now(request: Request, form: FieldForm) -> Response:
    with transaction() as db:
        actor, subject = _challenge(db, request)
        add_field(db, actor, subject, asking=form.asking())
    return redirect(
        request, "challenge_fields", event=subject.event.event.slug, challenge=subject.challenge.public_id,
        flash=_("Added."),
    )  # fmt: skip


def _field(db: Database, request: Request) -> tuple[Actor, FieldInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return actor, get_field(db, actor, event, request.path_params["field"])


def _back(request: Request, subject: FieldInEvent, flash: Message) -> Response:
    slug = subject.event.event.slug
    if subject.challenge is None:
        return redirect(request, "submission_rules", event=slug, flash=flash)
    return redirect(request, "challenge_fields", event=slug, challenge=subject.challenge.public_id, flash=flash)


@page(signed_in=True)
def edit_field(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _field(db, request)
        if not form.refused:
            only_if_may(actor, "change_field", subject)
    row = subject.field
    form = form.with_values(
        label=row.label, help=row.help, kind=row.kind, choices="\n".join(row.choices),
        required="yes" if row.required else "", shown="yes" if row.shown else "",
        category="yes" if row.category else "",
        stage=str(row.stage or ""),
    )  # fmt: skip
    return render(
        request, "submission_rules/field.html", event=subject.event, field_id=row.public_id, label=row.label, form=form,
        kinds=KINDS, challenge=subject.challenge.public_id if subject.challenge else "",
        stages=STAGES if in_stages(subject.event) else (),
    )  # fmt: skip


@page(form=FieldForm, again=edit_field, signed_in=True)
def change_field_now(request: Request, form: FieldForm) -> Response:
    with transaction() as db:
        actor, subject = _field(db, request)
        change_field(db, actor, subject, asking=form.asking())
    return _back(request, subject, _("Changed."))


@page(form=NoForm, again=edit_field, signed_in=True)
def remove_field_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _field(db, request)
        remove_field(db, actor, subject)
    return _back(request, subject, _("Removed. What was handed in keeps its answers."))


@page(form=NoForm, again=edit_field, signed_in=True)
def move_field_up_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _field(db, request)
        move_field_up(db, actor, subject)
    return _back(request, subject, _("Moved up."))


# Late entries


def _team(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    """A team, for the event's organisers."""
    actor = actor_of(db, request)
    event: EventWithPhases = get_event(db, actor, request.path_params["event"])
    team = get_team(db, actor, event, request.path_params["team"])
    if not organiser_of_event(actor, event):
        raise NotAllowed(_("Only an organiser can let a team hand in late."))
    return actor, team


@page(signed_in=True)
def show_late_entry(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, team = _team(db, request)
        entries = late_entries_of(db, team.id)
    refusal = why_not(actor, "give_late_entry", team)
    until = team.team.late_until
    form = form.with_values(until=to_wall(until, team.event.zone) if until else "")
    return render(
        request, "submission_rules/late_entry.html", event=team.event, team_name=team.team.name,
        team_id=team.team.public_id, form=form, entries=entries, refusal=refusal.message if refusal else "",
        standing=may(actor, "take_late_entry_back", team), grace=grace_ends(team.event, hands_in_during(team)),
        deadline=team.event.phase(hands_in_during(team)),
    )  # fmt: skip


@page(form=LateForm, again=show_late_entry, signed_in=True)
def give_late_entry_now(request: Request, form: LateForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        until = from_wall(form.until, team.event.zone, "until")
        give_late_entry(db, actor, team, until=until, why=form.why)
    return redirect(
        request, "late_entry", event=team.event.event.slug, team=team.team.public_id,
        flash=_("They can hand in late. The team is told, and it stands on the record."),
    )  # fmt: skip


@page(form=NoForm, again=show_late_entry, signed_in=True)
def take_late_entry_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        take_late_entry_back(db, actor, team)
    return redirect(
        request, "late_entry", event=team.event.event.slug, team=team.team.public_id,
        flash=_("The late entry has ended. The team is told."),
    )  # fmt: skip
