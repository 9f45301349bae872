"""Voters by mail: organisers invite them; they vote by the link in their letter, without an account."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Invalid, NotFound
from events.core.tokens import digest
from events.core.translation import N_, _
from events.rounds.audience import ballot_said, cast_ballot, is_audience_vote, poll_for
from events.rounds.guests import MOST_DAYS, usual_days
from events.rounds.rounds import RoundInEvent
from events.rounds.voters import (
    MOST_AT_ONCE,
    BallotLinkNotValid,
    get_voter,
    invite_voters,
    revoke_voter,
    voters_by_mail,
)
from events.rounds.votes import find_replayed
from frontend.buttons import NoForm
from frontend.pages.audience import VOTED, BallotForm, ballot_page, choices_in
from frontend.pages.events import page_number
from frontend.pages.judging import taken
from frontend.pages.rounds import organised_round, to_round, words
from frontend.web import NOTHING, Filled, Form, actor_of, page, render


class InviteForm(Form):
    """Whom to invite, and for how long their links are good."""

    addresses: str = ""
    days: str = ""


def _audience(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = organised_round(db, request)
    if not is_audience_vote(subject):
        raise NotFound()
    return actor, subject


@page(signed_in=True)
def show_voters(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _audience(db, request)
        found = voters_by_mail(db, actor, subject, page_number(request))
    refusal = why_not(actor, "invite_voters", subject)
    return render(
        request, "audience/voters.html", event=subject.event, subject=subject, found=found, most_days=MOST_DAYS,
        base=f"{request.url.path}?page=", form=form.with_values(days=usual_days(subject)), most=MOST_AT_ONCE,
        refusal=refusal.message if refusal else "", **words(),
    )  # fmt: skip


@page(form=InviteForm, again=show_voters, signed_in=True)
def invite_now(request: Request, form: InviteForm) -> Response:
    if not (form.days.isascii() and form.days.isdecimal() and len(form.days) < 4):
        raise Invalid({"days": _("Please write a whole number.")})
    with transaction() as db:
        actor, subject = _audience(db, request)
        made = invite_voters(db, actor, subject, addresses=form.addresses, days=int(form.days))
    told = N_("%(count)s letter is on its way.", "%(count)s letters are on their way.", made.invited)
    if made.take_part:
        told = N_(
            "%(invited)s invited by letter. %(count)s takes part in the event and votes there.",
            "%(invited)s invited by letter. %(count)s take part in the event and vote there.",
            made.take_part, invited=made.invited,
        )  # fmt: skip
    return to_round(request, subject, told, "round_voters")


@page(form=NoForm, again=show_voters, signed_in=True)
def revoke_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _audience(db, request)
        revoke_voter(db, actor, subject, voter=request.path_params["voter"])
    return to_round(request, subject, _("Ended. A vote that was given stays in the count."), "round_voters")


@page()
def show_ballot(request: Request, form: Filled = NOTHING) -> Response:
    token = request.path_params["token"]
    with reading() as db:
        reader = actor_of(db, request)
        try:
            voter, subject = get_voter(db, token)
            poll = poll_for(db, voter, subject, reader=reader)
        except BallotLinkNotValid as refusal:
            return render(request, "audience/ended.html", status=409, sentence=refusal.message)
    return ballot_page(request, voter, subject, poll, form, link_token=token)


@page(form=BallotForm, again=show_ballot)
def vote_now(request: Request, form: BallotForm) -> Response:
    token = request.path_params["token"]
    take_turn(f"ballot {digest(token)}", times=60, per=timedelta(minutes=30))
    with transaction() as db:
        reader = actor_of(db, request)
        voter, subject = get_voter(db, token)
        choices = choices_in(subject, form)
        vote = find_replayed(db, subject.id, voter.person, ballot_said(choices), form.client_id)
        if vote is None:
            poll_for(db, voter, subject, reader=reader)  # refuses who may not read what they would vote about
            vote = cast_ballot(
                db, voter, subject, choices=choices, seen=form.seen, client_id=form.client_id, read=form.having_read()
            )  # fmt: skip
    return taken(request, vote.given_at, vote.number, VOTED, "ballot_by_link", token=token)
