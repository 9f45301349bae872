"""Meeting rules: the organiser's page on how meetings come about, how many there may be, and who may ask whom."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.core.wall import minutes_of_day
from events.events import EventWithPhases
from events.reference.zones import zone_called, zone_groups
from events.registration import ParticipationType, types_of
from events.type_rules import PairRule, set_type_rules, type_rules_of
from frontend.pages.setup.shared import organised_event
from frontend.rows import Row, beside, filled_rows, numbers_shown
from frontend.rules_in_words import ANSWERINGS, HOLDS, TIMINGS, how_it_goes, lasting
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.booking_rules import (
    LASTS_MINUTES,
    Answering,
    BookingRules,
    Timing,
    Window,
    limits_of_types,
    rules_of,
    set_booking_rules,
    set_type_limits,
)
from sessions.meeting_lists import open_in

LIMITS = ("max_pending", "max_outgoing", "max_per_block")
A_NUMBER = _("Please write a number from 1 to 1000, or leave it empty for no limit.")


@dataclass(frozen=True)
class Cell:
    """What participants of one type may with those of another, as two boxes; `errors` belong to asking."""

    name: str
    other: str
    see: bool
    ask: bool
    errors: list[Message | str]


@page(signed_in=True)
def show_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        rules, types = rules_of(db, event.id), types_of(db, event.id)
        sent, under_way = str(form.values.get("what", "")), open_in(db, event.id)
        rules_form = (form if sent == "rules" else NOTHING).with_values(**_kept(rules))
        matrix = _matrix(db, event, types, form if sent == "types" else NOTHING)
        limits_form = (form if sent == "limits" else NOTHING).with_values(**_kept_limits(db, event, types))
        refusal = why_not(actor_of(db, request), "set_booking_rules", event)
    return render(
        request, "meeting_rules/rules.html", event=event, form=form, rules_form=rules_form, limits_form=limits_form,
        types=[(one.id, one.name) for one in types], matrix=matrix, course=how_it_goes(rules), under_way=under_way,
        answerings=ANSWERINGS, timings=TIMINGS, holds=HOLDS, lasts=[(one, lasting(one)) for one in LASTS_MINUTES],
        numbers=numbers_shown(rules_form.values, "opens", len(rules.windows)), refusal=refusal,
        zones=[zone for group in zone_groups() for zone in group.zones],
    )  # fmt: skip


def _kept(rules: BookingRules) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(rules, name) or "" for name in LIMITS}
    found |= {"answering": rules.answering, "timing": rules.timing, "lasts_minutes": rules.lasts_minutes}
    found |= {"requests_hold": "yes" if rules.requests_hold else "no"}
    if rules.participants_move:
        found["participants_move"] = "yes"
    for number, one in enumerate(rules.windows):
        found[f"zone-{number}"] = one["zone"]
        found[f"opens-{number}"], found[f"closes-{number}"] = _clock(one["opens"]), _clock(one["closes"])
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _matrix(
    db: Database, event: EventWithPhases, types: list[ParticipationType], form: Filled
) -> list[tuple[str, list[Cell]]]:
    kept = type_rules_of(db, event.id)

    def cell(one: ParticipationType, other: ParticipationType) -> Cell:
        name, rule = f"{one.id}-{other.id}", kept.get((one.id or 0, other.id or 0))
        see, ask = (rule is None or rule.may_see, rule is None or rule.may_ask)
        if form.refused:
            see, ask = (name in _several(form.values.get(box, [])) for box in ("see", "ask"))
        return Cell(name, other.name, see, ask, form.errors.get(f"ask-{name}", []))

    return [(one.name, [cell(one, other) for other in types]) for one in types]


def _several(typed: Any) -> list[str]:
    return [typed] if isinstance(typed, str) else list(typed)


def _kept_limits(db: Database, event: EventWithPhases, types: list[ParticipationType]) -> dict[str, Any]:
    kept, found = limits_of_types(db, event.id), {}
    for one in types:
        row = kept.get(one.id or 0)
        found[f"min_meetings-{one.id}"] = row.min_meetings or "" if row else ""
        found[f"max_meetings-{one.id}"] = row.max_meetings or "" if row else ""
    return found


class RulesForm(Form):
    """How meetings come about; the rows of hours are in `answers`."""

    takes_answers: ClassVar[bool] = True
    what: str = ""
    answering: Answering
    timing: Timing
    requests_hold: str = ""
    lasts_minutes: str = ""
    participants_move: str = ""
    max_pending: str = ""
    max_outgoing: str = ""
    max_per_block: str = ""
    answers: dict[str, str] = Field(default_factory=dict)


@page(form=RulesForm, again=show_rules, signed_in=True)
def set_rules_now(request: Request, form: RulesForm) -> Response:
    rows = filled_rows(form.answers, "zone", "opens", "closes")
    numbers, wrong = _numbers({name: getattr(form, name) for name in LIMITS})
    windows = _windows(rows, wrong)
    if wrong:
        raise Invalid(wrong)
    with transaction() as db, beside(rows):
        event = organised_event(db, request)
        set_booking_rules(
            db, actor_of(db, request), event, answering=form.answering, timing=form.timing,
            requests_hold=form.requests_hold == "yes", participants_move=bool(form.participants_move),
            lasts_minutes=int(form.lasts_minutes) if form.lasts_minutes.isdecimal() else 0, windows=windows, **numbers,
        )  # fmt: skip
    return redirect(request, "meeting_rules", event=event.event.slug, flash=_("Saved. It holds from now on."))


def _numbers(typed: dict[str, str]) -> tuple[dict[str, int | None], dict[str, Message | str]]:
    """Numbers or nothing, by field, and what is wrong with those that are neither."""
    good = {name: text for name, text in typed.items() if not text or (text.isascii() and text.isdecimal())}
    found = {name: int(text[:6]) if text else None for name, text in good.items()}
    return found, {name: A_NUMBER for name in typed if name not in good}


def _windows(rows: list[Row], wrong: dict[str, Message | str]) -> list[Window]:
    """The hours of each row; what cannot be read is added to `wrong`. 00:00 as an end is the end of the day."""
    windows = []
    for row in rows:
        minutes = []
        for name in ("opens", "closes"):
            try:
                minutes.append(minutes_of_day(row.typed[name], f"{name}-{row.number}"))
            except Invalid as refusal:
                wrong |= refusal.fields
                minutes.append(0)
        zone = row.typed["zone"]
        windows.append(Window(zone_called(zone) or zone, minutes[0], minutes[1] or 1440))
    return windows


class TypesForm(Form):
    """The boxes that are ticked, each '<from>-<to>' by the ids of two types."""

    what: str = ""
    see: list[str] = Field(default_factory=list)
    ask: list[str] = Field(default_factory=list)


@page(form=TypesForm, again=show_rules, signed_in=True)
def set_types_now(request: Request, form: TypesForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        types = types_of(db, event.id)
        rules = [
            PairRule(one, other, f"{one.id}-{other.id}" in form.see, f"{one.id}-{other.id}" in form.ask)
            for one in types
            for other in types
        ]
        set_type_rules(db, actor_of(db, request), event, rules=rules)
    said = _("Saved. What was asked and agreed before stays.")
    return redirect(request, "meeting_rules", event=event.event.slug, flash=said)


class LimitsForm(Form):
    """The least and the most for each type: 'min_meetings-<id>' and 'max_meetings-<id>' in `answers`."""

    takes_answers: ClassVar[bool] = True
    what: str = ""
    answers: dict[str, str] = Field(default_factory=dict)


@page(form=LimitsForm, again=show_rules, signed_in=True)
def set_limits_now(request: Request, form: LimitsForm) -> Response:
    wrong: dict[str, Message | str] = {}
    with transaction() as db:
        event, actor = organised_event(db, request), actor_of(db, request)
        for one in types_of(db, event.id):
            names = {name: f"{name}-{one.id}" for name in ("min_meetings", "max_meetings")}
            numbers, mistyped = _numbers({name: form.answers.get(typed, "").strip() for name, typed in names.items()})
            wrong |= {names[name]: why for name, why in mistyped.items()}
            if mistyped:
                continue
            try:
                set_type_limits(db, actor, event, type=one, **numbers)
            except Invalid as refusal:
                wrong |= {names.get(name, name): why for name, why in refusal.fields.items()}
        if wrong:
            raise Invalid(wrong)
    return redirect(request, "meeting_rules", event=event.event.slug, flash=_("Saved. It holds from now on."))
