"""Prizes: what there is to win, offered by organisers and owners, awarded and announced by organisers."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.challenge_board import filled_in, refuse_others
from events.challenges import ChallengeInEvent, get_challenge
from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.money import CURRENCIES, currency_name
from events.core.refusals import NotAllowed
from events.core.translation import Message, _
from events.events import EventWithPhases, get_event
from events.prizes import (
    MOST_WINNERS,
    Offered,
    PrizeCard,
    PrizeInEvent,
    add_challenge_prize,
    add_prize,
    announce_winners,
    award_prize,
    change_prize,
    finals_of,
    get_prize,
    prize_money,
    prizes_of,
    remove_prize,
    take_prize_back,
)
from events.roles import organiser_of_event
from frontend.buttons import NoForm
from frontend.pages.setup.shared import organised_event
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class PrizeForm(Form):
    """What a prize says."""

    what_is_it: str = ""
    name: str = ""
    amount: str = ""
    currency: str = "EUR"
    value: str = ""
    by_whom: str = ""
    winners: int = Field(1, ge=1, le=MOST_WINNERS)

    def offered(self) -> Offered:
        """The same for the domain."""
        return Offered(
            self.name, self.value, self.what_is_it, self.by_whom, self.winners, self.amount, self.currency
        )  # fmt: skip


class AwardForm(Form):
    """To whom a prize goes."""

    submission: str = ""


def _own(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    subject = get_challenge(db, actor, event, request.path_params["challenge"])
    refuse_others(actor, subject)
    return actor, subject


@page(signed_in=True)
def show_challenge_prizes(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _own(db, request)
        found = prizes_of(db, actor, subject.event, challenge=subject.challenge.public_id)
        filled = filled_in(db, subject)
    refusal = why_not(actor, "add_challenge_prize", subject)
    return render(
        request, "prizes/challenge.html", event=subject.event, title=subject.challenge.title, found=found, form=form,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id}, filled=filled,
        refusal=refusal.message if refusal else "", currencies=_currencies(),
    )  # fmt: skip


def _currencies() -> list[tuple[str, str]]:
    return [(one, currency_name(one)) for one in CURRENCIES]


@page(form=PrizeForm, again=show_challenge_prizes, signed_in=True)
def add_for_challenge_now(request: Request, form: PrizeForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        add_challenge_prize(db, actor, subject, offered=form.offered())
    return redirect(
        request, "challenge_prizes", event=subject.event.event.slug, challenge=subject.challenge.public_id,
        flash=_("Added."),
    )  # fmt: skip


@page(signed_in=True)
def show_prizes(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        found = prizes_of(db, actor, event)
        finals = finals_of(db, event.id)
    refusal = why_not(actor, "add_prize", event)
    announcing = why_not(actor, "announce_winners", event)
    return render(
        request, "prizes/prizes.html", event=event, found=found, form=form, changeable=refusal is None,
        choices={one.public_id: _choices(one, finals) for one in found}, announces=announcing is None,
        announced_at=event.event.winners_announced_at, awarded=any(one.winners for one in found),
        sent_for=request.path_params.get("prize", ""), handed_in=bool(finals),
        currencies=_currencies(), in_all=prize_money(found),
    )  # fmt: skip


def _choices(prize: PrizeCard, finals: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """The submissions to which a prize could go still."""
    there = {one.submission for one in prize.winners}
    return [
        (public, team)
        for public, team, challenge in finals
        if public not in there and prize.challenge_id in {"", challenge}
    ]


@page(form=PrizeForm, again=show_prizes, signed_in=True)
def add_now(request: Request, form: PrizeForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        add_prize(db, actor_of(db, request), event, offered=form.offered())
    return redirect(request, "prizes", event=event.event.slug, flash=_("Added."))


def _prize(db: Database, request: Request) -> tuple[Actor, PrizeInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return actor, get_prize(db, actor, event, request.path_params["prize"])


def _back(request: Request, actor: Actor, subject: PrizeInEvent, flash: Message) -> Response:
    slug = subject.event.event.slug
    if subject.challenge is None or organiser_of_event(actor, subject.event):
        return redirect(request, "prizes", event=slug, flash=flash)
    return redirect(request, "challenge_prizes", event=slug, challenge=subject.challenge.public_id, flash=flash)


@page(signed_in=True)
def edit_prize(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _prize(db, request)
        if not form.refused:
            only_if_may(actor, "change_prize", subject)
    row = subject.prize
    form = form.with_values(
        name=row.name,
        amount=row.amount or "",
        currency=row.currency or "EUR",
        value=row.value,
        what_is_it=row.what,
        by_whom=row.by_whom,
        winners=row.winners,
    )
    owned = subject.challenge is not None and not organiser_of_event(actor, subject.event)
    return render(
        request, "prizes/edit.html", event=subject.event, prize_id=row.public_id, name=row.name, form=form,
        challenge=subject.challenge.public_id if subject.challenge and owned else "", currencies=_currencies(),
    )  # fmt: skip


@page(form=PrizeForm, again=edit_prize, signed_in=True)
def change_now(request: Request, form: PrizeForm) -> Response:
    with transaction() as db:
        actor, subject = _prize(db, request)
        change_prize(db, actor, subject, offered=form.offered())
    return _back(request, actor, subject, _("Changed."))


@page(form=NoForm, again=edit_prize, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _prize(db, request)
        remove_prize(db, actor, subject)
    return _back(request, actor, subject, _("Removed."))


def _to_award(db: Database, request: Request) -> tuple[Actor, PrizeInEvent]:
    actor, subject = _prize(db, request)
    event: EventWithPhases = subject.event
    if not organiser_of_event(actor, event):
        raise NotAllowed(_("Prizes are awarded by the organisers."))
    return actor, subject


@page(form=AwardForm, again=show_prizes, signed_in=True)
def award_now(request: Request, form: AwardForm) -> Response:
    with transaction() as db:
        actor, subject = _to_award(db, request)
        award_prize(db, actor, subject, submission=form.submission)
    told = subject.event.event.winners_announced_at is not None
    said = _("Awarded. The team is told.") if told else _("Awarded. Only organisers see it until you announce it.")
    return redirect(request, "prizes", event=subject.event.event.slug, flash=said)


@page(form=AwardForm, again=show_prizes, signed_in=True)
def take_back_now(request: Request, form: AwardForm) -> Response:
    with transaction() as db:
        actor, subject = _to_award(db, request)
        take_prize_back(db, actor, subject, submission=form.submission)
    return redirect(request, "prizes", event=subject.event.event.slug, flash=_("Taken back."))


@page(form=NoForm, again=show_prizes, signed_in=True)
def announce_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        announce_winners(db, actor_of(db, request), event)
    return redirect(request, "prizes", event=event.event.slug, flash=_("Announced. The winning teams get a letter."))
