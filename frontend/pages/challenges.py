"""Challenges: the list, one challenge with the teams that took it, and writing one, afresh or from a need."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.challenges import (
    ChallengeInEvent,
    card_of,
    challenges_of,
    change_challenge,
    get_challenge,
    needs_to_promote,
    organisations_to_name,
    promote_need,
    publish_challenge,
)
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid
from events.core.translation import _
from events.events import EventWithPhases, get_event
from events.people import PersonState, find_person
from events.roles import organiser_of_event
from events.team_lists import teams_of
from events.teams import TeamInEvent, see_teams, team_of
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class ChallengeForm(Form):
    """What a challenge says, and who brings it."""

    title: str = ""
    brief: str = ""
    prize: str = ""
    organisation: str = ""
    owner: str = ""


class NeedForm(Form):
    """A need that becomes a challenge; empty texts are taken from the need."""

    need: str = ""
    title: str = ""
    brief: str = ""
    prize: str = ""


class TextsForm(Form):
    """What a challenge says."""

    title: str = ""
    brief: str = ""
    prize: str = ""


def _asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


def _challenge(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent]:
    actor, event = _asked_for(db, request)
    return actor, get_challenge(db, actor, event, request.path_params["challenge"])


@page()
def show_challenges(request: Request) -> Response:
    with reading() as db:
        actor, event = _asked_for(db, request)
        found = challenges_of(db, actor, event, page=page_number(request))
        writes = may(actor, "publish_challenge", event)
        needs = len(needs_to_promote(db, actor, event)) if writes else 0
    return render(
        request, "challenges/list.html", event=event, found=found, writes=writes, needs=needs,
        base=f"{request.url.path}?page=",
    )  # fmt: skip


@page()
def show_challenge(request: Request) -> Response:
    with reading() as db:
        actor, subject = _challenge(db, request)
        card = card_of(db, subject)
        teams = teams_of(db, actor, subject.event, challenge=card.public_id, page=page_number(request))
        own = team_of(db, actor.person, subject.event.id)
    may_take = (
        own is not None and own.challenge_id != subject.id and may(actor, "save_draft", TeamInEvent(own, subject.event))
    )
    return render(
        request, "challenges/challenge.html", event=subject.event, subject=subject, card=card, teams=teams, own=own,
        taken=own is not None and own.challenge_id == subject.id, may_take=may_take,
        sees_teams=see_teams(actor, subject.event), base=f"{request.url.path}?page=",
    )  # fmt: skip


@page(signed_in=True)
def new_challenge(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _asked_for(db, request)
        only_if_may(actor, "publish_challenge", event)
        organisations = organisations_to_name(db, actor, event)
        needs = len(needs_to_promote(db, actor, event))
    organises = organiser_of_event(actor, event)
    if not organises and len(organisations) == 1:
        form = form.with_values(organisation=organisations[0].public_id)
    return render(
        request, "challenges/new.html", event=event, form=form, needs=needs, organises=organises,
        organisations=[(one.public_id, one.name) for one in organisations],
    )  # fmt: skip


@page(form=ChallengeForm, again=new_challenge, signed_in=True)
def publish_now(request: Request, form: ChallengeForm) -> Response:
    with transaction() as db:
        actor, event = _asked_for(db, request)
        only_if_may(actor, "publish_challenge", event)
        row = publish_challenge(
            db, actor, event, title=form.title, brief=form.brief, prize=form.prize,
            organisation_id=_organisation(db, actor, event, form.organisation), person_id=_owner(db, form.owner),
        )  # fmt: skip
    return redirect(request, "challenge", event=event.event.slug, challenge=row.public_id, flash=_("Published."))


def _organisation(db: Database, actor: Actor, event: EventWithPhases, public: str) -> int | None:
    if not public:
        return None
    known = {one.public_id: one.id for one in organisations_to_name(db, actor, event)}
    if public not in known:
        raise Invalid({"organisation": _("Please choose one of the organisations.")})
    return known[public]


def _owner(db: Database, email: str) -> int | None:
    if not email:
        return None
    try:
        person = find_person(db, email)
    except Invalid as refusal:
        raise Invalid({"owner": refusal.message}) from refusal
    if person is None or person.state is not PersonState.ACTIVE:
        raise Invalid({"owner": _("Nobody here uses this address. Ask them to make an account first.")})
    return person.id


@page(signed_in=True)
def choose_need(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _asked_for(db, request)
        only_if_may(actor, "promote_need", event)
        needs = needs_to_promote(db, actor, event)
    form = form.with_values(need=request.query_params.get("need", ""))
    return render(
        request, "challenges/promote.html", event=event, form=form,
        needs=[(item.public_id, f"{name}: {item.summary[:100]}") for item, name in needs],
    )  # fmt: skip


@page(form=NeedForm, again=choose_need, signed_in=True)
def promote_now(request: Request, form: NeedForm) -> Response:
    with transaction() as db:
        actor, event = _asked_for(db, request)
        only_if_may(actor, "promote_need", event)
        known = {item.public_id: item for item, _name in needs_to_promote(db, actor, event)}
        if form.need not in known:
            raise Invalid({"need": _("Please choose one of the needs.")})
        row = promote_need(
            db, actor, event, need=known[form.need], title=form.title, brief=form.brief, prize=form.prize
        )
    return redirect(
        request, "challenge", event=event.event.slug, challenge=row.public_id, flash=_("The need is a challenge now.")
    )


@page(signed_in=True)
def edit_challenge(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _challenge(db, request)
        only_if_may(actor, "change_challenge", subject)
    form = form.with_values(**_texts(subject))
    return render(request, "challenges/edit.html", event=subject.event, subject=subject, form=form)


def _texts(subject: ChallengeInEvent) -> dict[str, Any]:
    row = subject.challenge
    return {"title": row.title, "brief": row.brief, "prize": row.prize}


@page(form=TextsForm, again=edit_challenge, signed_in=True)
def change_now(request: Request, form: TextsForm) -> Response:
    with transaction() as db:
        actor, subject = _challenge(db, request)
        change_challenge(db, actor, subject, title=form.title, brief=form.brief, prize=form.prize)
    return redirect(
        request, "challenge", event=subject.event.event.slug, challenge=subject.challenge.public_id, flash=_("Changed.")
    )
