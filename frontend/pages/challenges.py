"""Challenges: the list, one with its teams and questions, its owner's board, and writing one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.beside_teams import takes_part_as
from events.challenge_annex import find_annex
from events.challenge_board import board_of, filled_in, opens_board
from events.challenge_questions import (
    QuestionInEvent,
    answer_about_challenge,
    ask_about_challenge,
    get_challenge_question,
    hide_challenge_question,
    questions_about,
    take_question_back,
)
from events.challenge_resources import resources_of
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
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.events import EventWithPhases, get_event
from events.people import PersonState, find_person
from events.prizes import prizes_of
from events.roles import organiser_of_event
from events.team_lists import teams_of
from events.teams import Team, TeamInEvent, see_teams, team_of
from frontend.buttons import NoForm
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
        waits = not writes and actor.signed_in and takes_part_as(db, event.id, actor.person, "challenge owner")
    return render(
        request, "challenges/list.html", event=event, found=found, writes=writes, needs=needs, waits_for_role=waits,
        base=f"{request.url.path}?page=",
    )  # fmt: skip


@page()
def show_challenge(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _challenge(db, request)
        card = card_of(db, subject)
        questions = questions_about(db, actor, subject)
        resources = resources_of(db, subject.id)
        prizes = prizes_of(db, actor, subject.event, challenge=card.public_id)
        annex = find_annex(db, subject.id) is not None
        teams = teams_of(db, actor, subject.event, challenge=card.public_id, page=page_number(request))
        own = team_of(db, actor.person, subject.event.id)
    may_take = (
        own is not None and own.challenge_id != subject.id and may(actor, "save_draft", TeamInEvent(own, subject.event))
    )
    return render(
        request, "challenges/challenge.html", event=subject.event, subject=subject, card=card, teams=teams, own=own,
        taken=own is not None and own.challenge_id == subject.id, may_take=may_take,
        sees_teams=see_teams(actor, subject.event), base=f"{request.url.path}?page=", form=form, questions=questions,
        resources=resources, prizes=prizes, annex=annex, sent_for=request.path_params.get("question", ""),
        answers=may(actor, "change_challenge", subject), asks=may(actor, "ask_about_challenge", subject),
        why_not_ask=_why_not(actor, subject), reads_annex=_reads_annex(actor, subject, own),
        sees_board=opens_board(actor, subject),
    )  # fmt: skip


def _why_not(actor: Actor, subject: ChallengeInEvent) -> Message | str:
    """Why somebody who could ask cannot now; '' for all others."""
    refusal = why_not(actor, "ask_about_challenge", subject)
    return refusal.message if isinstance(refusal, Conflict) else ""


def _reads_annex(actor: Actor, subject: ChallengeInEvent, own: Team | None) -> bool:
    took = own is not None and own.challenge_id == subject.id
    return took or may(actor, "change_challenge", subject)


class QuestionForm(Form):
    """A question about a challenge."""

    body: str = ""


class AnswerForm(Form):
    """Its answer, for everybody."""

    answer: str = ""


def _to_challenge(request: Request, subject: ChallengeInEvent, flash: Message) -> Response:
    slug, public = subject.event.event.slug, subject.challenge.public_id
    return redirect(request, "challenge", event=slug, challenge=public, flash=flash)


@page(form=QuestionForm, again=show_challenge, signed_in=True)
def ask_now(request: Request, form: QuestionForm) -> Response:
    with transaction() as db:
        actor, subject = _challenge(db, request)
        ask_about_challenge(db, actor, subject, body=form.body)
    return _to_challenge(request, subject, _("Asked. Everybody reads the answer, and you get a letter."))


def _question(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent, QuestionInEvent]:
    actor, subject = _challenge(db, request)
    return actor, subject, get_challenge_question(db, subject, request.path_params["question"])


@page(form=AnswerForm, again=show_challenge, signed_in=True)
def answer_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor, subject, question = _question(db, request)
        answer_about_challenge(db, actor, question, answer=form.answer)
    return _to_challenge(request, subject, _("Answered. All teams that took the challenge get a letter."))


@page(form=NoForm, again=show_challenge, signed_in=True)
def hide_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject, question = _question(db, request)
        hide_challenge_question(db, actor, question)
    return _to_challenge(request, subject, _("Taken away."))


@page(form=NoForm, again=show_challenge, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject, question = _question(db, request)
        take_question_back(db, actor, question)
    return _to_challenge(request, subject, _("Taken back."))


@page(signed_in=True)
def show_board(request: Request) -> Response:
    with reading() as db:
        actor, subject = _challenge(db, request)
        board = board_of(db, actor, subject, page=page_number(request))
    here = {"event": subject.event.event.slug, "challenge": subject.challenge.public_id}
    return render(
        request, "challenges/board.html", event=subject.event, title=subject.challenge.title, board=board, here=here,
        shown=board.teams, base=f"{path('challenge_board', **here)}?page=",
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
    told = _("Published. Next: give the teams something to work with.")
    return redirect(request, "challenge_resources", event=event.event.slug, challenge=row.public_id, flash=told)


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
        filled = filled_in(db, subject)
    form = form.with_values(**_texts(subject))
    return render(
        request, "challenges/edit.html", event=subject.event, title=subject.challenge.title, form=form, filled=filled,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id},
    )  # fmt: skip


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
