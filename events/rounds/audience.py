"""The audience's vote: everybody who takes part has one ballot, and nobody knows how it stands before it is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.refusals import Conflict, Invalid
from events.core.translation import N_, Message, _
from events.judging.audience import check_ballot
from events.judging.rules import Audience, Way
from events.judging.votes import BadVotes, Ballot
from events.registration import Registration, RegistrationState, participant_of_event
from events.roles import actor_for
from events.rounds.desk import ReadWork, changed_since, having_read, read_works
from events.rounds.rounds import RoundInEvent, RoundSubmission, Scheme, lock_open_round, submissions_in, takes_votes
from events.rounds.schemes import engine_rule
from events.rounds.standings import own_numbers, works_of
from events.rounds.voters import VOTER, voters_without_a_place
from events.rounds.votes import BALLOT, RoundVote, Said, VoteKind, keep_vote, last_about
from events.submissions import kept_from


@dataclass(frozen=True)
class Poll:
    """A ballot as its voter sees it: what can be voted for, what may be given, and what they have given."""

    works: tuple[ReadWork, ...]
    own: frozenset[int]
    rule: Audience
    latest: RoundVote | None

    @property
    def choices(self) -> dict[int, int]:
        """What they have given, by number."""
        return dict(self.latest.content["choices"]) if self.latest is not None else {}

    @property
    def changed(self) -> set[int]:
        """What they have chosen and was changed since, by number."""
        now = {one.number: one.version for one in self.works}
        return changed_since([self.latest], now) if self.latest is not None else set()


@dataclass(frozen=True)
class Turnout:
    """How many have voted, of how many who may."""

    ballots: int
    voters: int


@rule
def voter_of_round(actor: Actor, subject: Any) -> bool:
    return actor.is_(VOTER, "round", subject.round.id)


def audience_rule(subject: RoundInEvent) -> Audience:
    """What a ballot may hold."""
    rule = engine_rule(subject.round.scheme, subject.round.rule, ())
    assert isinstance(rule, Audience)
    return rule


def is_audience_vote(subject: RoundInEvent) -> bool:
    """Whether everybody who takes part votes in this round."""
    return subject.round.scheme is Scheme.AUDIENCE


def poll_for(db: Database, actor: Actor, subject: RoundInEvent, *, reader: Actor | None = None) -> Poll:
    """The ballot of somebody who takes part or has a link; with another who is signed in, `reader`, only what they may
    read too."""
    rows = _shown_to(db, subject, actor, *([reader] if reader is not None and reader.signed_in else []))
    read = read_works(db, subject, rows)
    own = own_numbers(db, works_of(db, subject.id), {actor.person or 0})
    latest = last_about(db, subject.id, actor.person or 0, BALLOT)
    return Poll(
        tuple(read[one.number] for one in rows), frozenset(own.get(actor.person or 0, ())), audience_rule(subject),
        latest,
    )  # fmt: skip


def _shown_to(db: Database, subject: RoundInEvent, *people: Actor) -> list[RoundSubmission]:
    """What stands on a ballot: nothing that is kept from one of these because they judge. Refuses an empty one."""
    rows = submissions_in(db, subject.id)
    hidden = {
        each for one in people for each in kept_from(db, actor_for(db, one.person), subject.event)
    }  # fmt: skip
    shown = [one for one in rows if one.submission_id not in hidden]
    if rows and not shown:
        raise Conflict(
            _("You judge in this event without knowing whose work it is, so you cannot read this ballot until that is "
              "over.")
        )  # fmt: skip
    return shown


# Many vote at once, and who voted when is nobody's business: a ballot is no fact.
@command(participant_of_event | voter_of_round, when=takes_votes)
def cast_ballot(
    db: Database, actor: Actor, subject: RoundInEvent, *, choices: Sequence[tuple[int, int]], seen: int, client_id: str,
    read: Mapping[int, int] | None = None,
) -> RoundVote:  # fmt: skip
    """Give one's ballot, or change it: pairs of a submission's number and an amount; the last one counts. `read` are
    the versions of the submissions that were on the page, by number (None: what counts now).

    Refuses what the round's rule does not allow, votes for the own team, and what is not in the round.
    """
    if not is_audience_vote(subject):
        raise Conflict(_("This round is decided by its judges."))
    assert actor.person is not None
    works = works_of(db, subject.id)
    given = sorted((number, amount) for number, amount in choices if amount)
    shown = {one.number for one in _shown_to(db, subject, actor)}
    if {number for number, _amount in given} - (set(works) & shown):
        raise Invalid(_("Something on your ballot is not in the round any more. Reload the page and look again."))
    own = own_numbers(db, works, {actor.person}).get(actor.person, set())
    _refuse_ballot(audience_rule(subject), given, own)
    lock_open_round(db, subject)
    named = {number for number, _amount in given}
    chosen = [one for one in submissions_in(db, subject.id) if one.number in named]
    said = having_read(db, subject, chosen, ballot_said(choices), read)
    vote, _new = keep_vote(db, subject.id, actor.person, said, seen=seen, client_id=client_id)
    return vote


def ballot_said(choices: Sequence[tuple[int, int]]) -> Said:
    """What a ballot says as a vote: pairs of a submission's number and an amount, without those of 0."""
    given = sorted((number, amount) for number, amount in choices if amount)
    return Said(BALLOT, VoteKind.BALLOT, {"choices": [list(one) for one in given]})


def _refuse_ballot(rule: Audience, given: list[tuple[int, int]], own: set[int]) -> None:
    """Our own sentences first, for they are translated; the engine has the last word."""
    if any(number in own for number, _amount in given):
        raise Invalid({"choices": _("Nobody votes for their own team. Choose another submission.")})
    if not given:
        raise Invalid({"choices": _("Choose at least one submission.")})
    if wrong := _wrong_amounts(rule, [amount for _number, amount in given]):
        raise Invalid({"choices": wrong})
    try:
        check_ballot(rule, Ballot(0, tuple(given)), own)
    except BadVotes as refused:
        raise Invalid({"choices": str(refused)}) from refused


def _wrong_amounts(rule: Audience, amounts: list[int]) -> Message | None:
    if any(amount < 1 for amount in amounts):
        return _("Give 1 point or more, or leave the field empty.")
    if rule.way is Way.APPROVAL and rule.most is not None and len(amounts) > rule.most:
        return N_("You can choose %(count)s submission.", "You can choose at most %(count)s submissions.", rule.most)
    if rule.way is not Way.ALLOCATION:
        return None
    if sum(amounts) > rule.points:
        return _("You gave %(given)s points. There are %(points)s to give.", given=sum(amounts), points=rule.points)
    if len(amounts) < rule.over:
        return _("Divide your points among %(over)s submissions or more.", over=rule.over)
    if rule.most is not None and max(amounts) > rule.most:
        return _("One submission can get %(most)s points at most.", most=rule.most)
    return None


def turnout_of(db: Database, subject: RoundInEvent) -> Turnout:
    """How many have voted so far: all that is known while people vote. Whoever voted and has left since, or whose link
    was ended, is one of those who might still: their ballot counts."""
    accepted = select(Registration.person_id).where(
        Registration.event_id == subject.event.id, Registration.state == RegistrationState.ACCEPTED
    )
    voted = set(db.exec(select(RoundVote.person_id).where(RoundVote.round_id == subject.id).distinct()))
    return Turnout(len(voted), len({*db.exec(accepted), *voters_without_a_place(db, subject), *voted}))
