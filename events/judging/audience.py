"""The audience's vote: one person, one ballot; nothing but the turnout is known until voting is closed."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from events.judging.results import Heap, Outcome, Result
from events.judging.rules import Audience, ByDecision, Round, Way
from events.judging.ties import decision, ranked
from events.judging.votes import BadVotes, Ballot, Door, latest


class NotClosed(BadVotes):
    """Results were asked for while people still vote."""


@dataclass(frozen=True)
class Turnout:
    """What may be known while people vote: how many ballots there are, of how many who may vote."""

    ballots: int
    voters: int | None = None


def turnout(among: Round, ballots: Iterable[Ballot]) -> Turnout:
    """How many have voted so far."""
    may_vote = [one for one in latest(ballots) if among.judges is None or one.voter in among.judges]
    return Turnout(len(may_vote), None if among.judges is None else len(among.judges))


def count_ballots(among: Round, ballots: Iterable[Ballot], *, closed: bool) -> Outcome:
    """The submissions of a round by the sum of what the ballots gave them.

    Refused before voting is closed, and for ballots that the rule does not allow. Choices that came to be against a
    conflict (their own team) or outside of the round are left out; the rest of the ballot counts.
    """
    rule = among.rule
    if not isinstance(rule, Audience):
        raise BadVotes("Ballots can only be counted in a round that the audience decides.")
    if not closed:
        raise NotClosed("People still vote. The result is worked out when voting is closed.")
    door = Door(among.submissions, among.judges, among.conflicts)
    heaps: dict[int, Counter[int]] = {one: Counter() for one in among.submissions}
    for ballot in latest(ballots):
        check_ballot(rule, ballot)
        for submission, amount in ballot.choices:
            if door.lets_in(ballot.voter, submission):
                heaps[submission][amount] += 1
    sums = {one: float(sum(amount * count for amount, count in heap.items())) for one, heap in heaps.items()}
    chairs = [decision(one) for one in among.ties if isinstance(one, ByDecision)]
    return Outcome(
        rule,
        tuple(
            Result(
                one,
                rank.rank,
                value=sums[one],
                raw=sums[one],
                adjusted=None,
                votes=heaps[one].total(),
                tied_with=rank.tied_with,
                decided_by=rank.decided_by,
                why=tuple(Heap(amount, count) for amount, count in sorted(heaps[one].items(), reverse=True)),
            )
            for one, rank in ranked(sums, chairs).items()
        ),
        left_out=door.left_out(),
    )


def check_ballot(rule: Audience, ballot: Ballot, own: Collection[int] = ()) -> None:
    """Refuse a ballot that breaks the rule, or that is for one of the voter's `own` submissions."""
    chosen = [submission for submission, _amount in ballot.choices]
    amounts = [amount for _submission, amount in ballot.choices]
    if len(set(chosen)) < len(chosen):
        raise BadVotes("A submission is on the ballot twice. Name each once.")
    if any(one in own for one in chosen):
        raise BadVotes("Nobody votes for their own team. Choose another submission.")
    if any(amount < 1 for amount in amounts):
        raise BadVotes("A vote of less than 1 is none. Leave that submission out.")
    match rule.way:
        case Way.ONE:
            if chosen and amounts != [1]:
                raise BadVotes("This ballot has one vote for one submission.")
        case Way.APPROVAL:
            if any(amount != 1 for amount in amounts):
                raise BadVotes("A submission is approved or not. Give it 1, or leave it out.")
            if rule.most is not None and len(chosen) > rule.most:
                raise BadVotes(f"This ballot approves {len(chosen)} submissions. It may approve {rule.most}.")
        case Way.ALLOCATION:
            _check_allocation(rule, amounts)


def _check_allocation(rule: Audience, amounts: list[int]) -> None:
    if sum(amounts) > rule.points:
        raise BadVotes(f"This ballot gives {sum(amounts)} points. There are {rule.points} to give.")
    if amounts and len(amounts) < rule.over:
        raise BadVotes(
            f"This ballot gives points to {len(amounts)} submissions. Divide them among {rule.over} or more."
        )
    if rule.most is not None and any(amount > rule.most for amount in amounts):
        raise BadVotes(f"One submission gets {max(amounts)} points. {rule.most} is the most for one.")
