"""Speed networking for those who run it: planning, the rules, and the control page while it is on."""

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.core.translation import _
from events.core.wall import from_wall, to_wall
from events.events import EventWithPhases, get_event
from events.registration import types_of
from frontend.buttons import NoForm, button
from frontend.networking_shown import LANGUAGE_RULES, ODD_RULES, WEIGHTS, countdown_to, networking_of
from frontend.pages.networking import PersonForm, done, person_named
from frontend.reported import reports_context
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.networking.rows import (
    Languages,
    NetworkingInEvent,
    OddOne,
    TypeWeight,
    last_round,
    networkings_of,
    run_networking,
    see_networking,
)
from sessions.networking.running import (
    cut_round,
    end_networking,
    lengthen_round,
    pause_networking,
    resume_networking,
    start_networking,
)
from sessions.networking.setting_up import (
    Settings,
    change_networking,
    choosable,
    drop_pair_rule,
    pair_rules_of,
    plan_networking,
    rule_on_pair,
    type_weights_of,
    weigh_types,
)
from sessions.networking.shown import moments_of, networking_figures, people_in
from sessions.networking.visits import take_out_of_networking
from sessions.person_reports import Place


class SettingsForm(Form):
    """How a speed networking is held; the start is on the event's clock."""

    title: str = ""
    starts_at: str = ""
    round_minutes: float = 4
    pause_seconds: int = 30
    rounds: int = 0
    odd: str = ""
    languages: str = ""
    avoid_met: str = ""
    apart: str = ""


class TypesForm(Form):
    """How participants of two types are put together."""

    one: int = 0
    other: int = 0
    weight: str = ""


class PairForm(Form):
    """Whether two participants, by their registrations, have to meet or must not."""

    one: str = ""
    other: str = ""
    must: str = ""


def _settings(form: SettingsForm, event: EventWithPhases) -> Settings:
    odd, languages = set(OddOne), set(Languages)
    if form.odd not in odd or form.languages not in languages:
        raise Invalid(
            {"odd": _("Please choose one.")} if form.odd not in odd else {"languages": _("Please choose one.")}
        )
    return Settings(
        form.title, from_wall(form.starts_at, event.zone, "starts_at"), round(form.round_minutes * 60),
        form.pause_seconds, form.rounds, OddOne(form.odd), Languages(form.languages), bool(form.avoid_met),
        bool(form.apart),
    )  # fmt: skip


def _choices() -> dict[str, Any]:
    return {
        "odds": [(one.value, words) for one, words in ODD_RULES.items()],
        "languages": [(one.value, words) for one, words in LANGUAGE_RULES.items()],
        "weights": [(one.value, words) for one, words in WEIGHTS.items()],
    }


def _usual(event: EventWithPhases) -> dict[str, object]:
    return {
        "starts_at": to_wall(clock.now().replace(second=0, microsecond=0), event.zone), "round_minutes": 4,
        "pause_seconds": 30, "rounds": 0, "odd": OddOne.THREE.value, "languages": Languages.WANTED.value,
        "avoid_met": "yes", "apart": "yes",
    }  # fmt: skip


@page(signed_in=True)
def show_networkings(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not see_networking(actor, event):
            raise NotFound()
        found = networkings_of(db, actor, event)
    return render(
        request, "networking/list.html", event=event, networkings=found, form=form.with_values(**_usual(event)),
        runs=run_networking(actor, event), **_choices(),
    )  # fmt: skip


@page(form=SettingsForm, again=show_networkings, signed_in=True)
def plan_now(request: Request, form: SettingsForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        row = plan_networking(db, actor, event, wish=_settings(form, event))
    ids = {"event": event.event.slug, "networking": row.public_id}
    return redirect(request, "networking_control", flash=_("Planned. It begins by itself at its time."), **ids)


def _run_here(db: Database, request: Request) -> tuple[Actor, EventWithPhases, NetworkingInEvent]:
    actor, event, subject = networking_of(db, request)
    if not run_networking(actor, subject):
        raise NotAllowed(_("This page is for those who run the speed networking."))
    return actor, event, subject


def _control(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _run_here(db, request)
        found = last_round(db, subject.id)
        reports = reports_context(db, actor, event, Place.NETWORKING, subject.public_id)
        people, figures = people_in(db, subject, found), networking_figures(db, subject.id)
    now = clock.now()
    moments = moments_of(subject.networking, found, now)
    return render(
        request, template, event=event, form=form, subject=subject, networking=subject.networking, people=people,
        figures=figures, moments=moments, now=now,
        countdown=countdown_to(moments.until, moments.since if moments.phase == "round" else now),
        ids={"event": event.event.slug, "networking": subject.public_id}, **reports,
    )  # fmt: skip


@page(signed_in=True)
def show_control(request: Request, form: Filled = NOTHING) -> Response:
    return _control(request, "networking/control.html", form)


@page(signed_in=True)
def control_fragment(request: Request) -> Response:
    return _control(request, "networking/control_fragment.html")


_done = partial(done, to="networking_control")

start_now = button(
    start_networking,
    finds=_run_here,
    again=show_control,
    answers=_done,
    said=_("It has begun. The first round starts in ten seconds."),
)
pause_now = button(
    pause_networking,
    finds=_run_here,
    again=show_control,
    answers=_done,
    said=_("It is paused. The clock stands still until you go on."),
)
resume_now = button(resume_networking, finds=_run_here, again=show_control, answers=_done, said=_("It goes on."))
lengthen_now = button(lengthen_round, finds=_run_here, again=show_control, answers=_done, said=_("One minute more."))
cut_now = button(
    cut_round,
    finds=_run_here,
    again=show_control,
    answers=_done,
    said=_("The round is over. The next one starts in ten seconds."),
)
end_now = button(
    end_networking, finds=_run_here, again=show_control, answers=_done, said=_("It is over for everybody.")
)


@page(form=PersonForm, again=show_control, signed_in=True)
def take_out_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_here(db, request)
        take_out_of_networking(db, actor, subject, person=person_named(db, form.person))
    return done(request, _("They are out, and do not come back in."), to="networking_control")


@page(signed_in=True)
def show_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, event, subject = _run_here(db, request)
        types, weights = types_of(db, event.id), type_weights_of(db, subject)
        pairs, participants = pair_rules_of(db, subject), choosable(db, subject)
    names = {one.id: one.name for one in types}
    row = subject.networking
    kept = {
        "title": row.title, "starts_at": to_wall(row.starts_at, event.zone), "round_minutes": row.round_seconds / 60,
        "pause_seconds": row.pause_seconds, "rounds": row.rounds, "odd": row.odd.value,
        "languages": row.languages.value, **({"avoid_met": "yes"} if row.avoid_met else {}),
        **({"apart": "yes"} if row.apart else {}),
    }  # fmt: skip
    return render(
        request, "networking/rules.html", event=event, form=form.with_values(**kept), subject=subject, networking=row,
        types=[(one.id, one.name) for one in types], pairs=pairs, participants=participants,
        type_rules=[(one, other, names[one], names[other], WEIGHTS[w]) for (one, other), w in weights.items()],
        ids={"event": event.event.slug, "networking": subject.public_id}, **_choices(),
    )  # fmt: skip


@page(form=SettingsForm, again=show_rules, signed_in=True)
def change_now(request: Request, form: SettingsForm) -> Response:
    with transaction() as db:
        actor, event, subject = _run_here(db, request)
        wish = _settings(form, event)
        if subject.is_on:
            wish = replace(wish, starts_at=subject.networking.starts_at)
        change_networking(db, actor, subject, wish=wish)
    return done(request, _("Saved. It counts from the next round on."), to="networking_rules")


@page(form=TypesForm, again=show_rules, signed_in=True)
def weigh_now(request: Request, form: TypesForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_here(db, request)
        if form.weight not in set(TypeWeight):
            raise Invalid({"weight": _("Please choose one.")})
        weigh_types(db, actor, subject, one=form.one, other=form.other, weight=TypeWeight(form.weight))
    return done(request, _("Saved. It counts from the next round on."), to="networking_rules")


@page(form=PairForm, again=show_rules, signed_in=True)
def rule_now(request: Request, form: PairForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_here(db, request)
        rule_on_pair(db, actor, subject, one=form.one, other=form.other, must=form.must == "yes")
    return done(request, _("Saved. It counts from the next round on."), to="networking_rules")


@page(form=NoForm, again=show_rules, signed_in=True)
def drop_rule_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _run_here(db, request)
        drop_pair_rule(db, actor, subject, rule=request.path_params["rule"])
    return done(request, _("Taken away."), to="networking_rules")
