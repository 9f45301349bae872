"""The audience's ballot: one person, one ballot, changed as often as one likes until voting is closed."""

from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.tokens import digest
from events.core.translation import _
from events.judging.rules import Way
from events.registration import participant_of_event
from events.rounds.audience import Poll, audience_rule, ballot_said, cast_ballot, is_audience_vote, poll_for
from events.rounds.rounds import RoundInEvent
from events.rounds.votes import find_replayed
from frontend.pages.judging import VoteForm, new_client_id, read_by, taken
from frontend.pages.rounds import the_round, words
from frontend.web import NOTHING, Filled, page, render

VOTED = _("Thank you, your vote is in. You can change it until voting is closed.")


class BallotForm(VoteForm):
    """Numbers that were chosen; points by number ('points-7') in `answers`."""

    takes_answers: ClassVar[bool] = True
    choices: list[str] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)


def _vote(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = the_round(db, request)
    if not is_audience_vote(subject) or not participant_of_event(actor, subject):
        raise NotFound()
    return actor, subject


@page(signed_in=True)
def show_ballot(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _vote(db, request)
        poll = poll_for(db, actor, subject)
    return ballot_page(request, actor, subject, poll, form)


def ballot_page(
    request: Request, actor: Actor, subject: RoundInEvent, poll: Poll, form: Filled, *, link_token: str = ""
) -> Response:
    """The ballot of somebody who takes part, or who came by a link with this token."""
    closed = why_not(actor, "cast_ballot", subject)
    given = poll.choices
    form = form.with_values(
        choices=[str(number) for number in given], **{f"points-{number}": one for number, one in given.items()}
    )
    seen = poll.latest.number if poll.latest else 0
    stale = bool(given) and form.refused and str(form.values.get("seen", "")) != str(seen)
    return render(
        request, "audience/vote.html", event=subject.event, subject=subject, poll=poll, form=form, seen=seen,
        client_id=new_client_id(), closed=closed.message if closed is not None else "", way=poll.rule.way.value,
        given=given, link_token=link_token, me=digest(link_token)[:16] if link_token else actor.person,
        stale=stale, read=read_by(poll.works), changed=poll.changed,
        titles={one.number: one.title for one in poll.works}, **words(),
    )  # fmt: skip


@page(form=BallotForm, again=show_ballot, signed_in=True)
def vote_now(request: Request, form: BallotForm) -> Response:
    with transaction() as db:
        actor, subject = _vote(db, request)
        choices = choices_in(subject, form)
        vote = find_replayed(db, subject.id, actor.person, ballot_said(choices), form.client_id)
        if vote is None:
            vote = cast_ballot(
                db, actor, subject, choices=choices, seen=form.seen, client_id=form.client_id, read=form.having_read()
            )  # fmt: skip
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    return taken(request, vote.given_at, vote.number, VOTED, "audience_vote", **here)


def choices_in(subject: RoundInEvent, form: BallotForm) -> list[tuple[int, int]]:
    """What was chosen, as numbers and amounts."""
    allocation = audience_rule(subject).way is Way.ALLOCATION
    return _points(form) if allocation else [(_number(one), 1) for one in form.choices]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Invalid({"choices": _("Choose at least one submission.")})
    return int(text)


def _points(form: BallotForm) -> list[tuple[int, int]]:
    found = []
    for name, text in form.answers.items():
        field, _dash, number = name.partition("-")
        if field == "points" and text.strip():
            given = text.strip()
            if not (given.isascii() and given.isdecimal() and len(given) < 6):
                raise Invalid({"choices": _("Please write whole numbers, or leave fields empty.")})
            found.append((_number(number), int(given)))
    return found
