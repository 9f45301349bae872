"""Fairness: what each person gets of what they asked for, how long they sit idle, how types and organisations fare."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from events.core.sheets import Cell
from events.core.translation import _
from sessions.blocks import Slot
from sessions.schedules.situation import Situation
from sessions.scheduling.plan import Plan


@dataclass(frozen=True)
class Share:
    """What a person gets. `asked` counts the meetings they want or agreed to, `idle` minutes between two meetings of
    a block that are long enough for another one."""

    registration: str
    asked: int
    placed: int
    target: int | None
    most: int | None
    breaks: int
    idle: int


@dataclass(frozen=True)
class Figures:
    """A plan's figures over all people. `fewest` is the least that anybody who asked gets."""

    breaks: int
    idle: int
    fewest: int
    short: int


@dataclass(frozen=True)
class Fared:
    """A share with whose it is."""

    share: Share
    name: str
    organisation: str
    type: str


@dataclass(frozen=True)
class Group:
    """How the people of a type or an organisation fare together; `average` is meetings per person."""

    name: str
    people: int
    asked: int
    placed: int
    fewest: int
    most: int
    idle: int

    @property
    def average(self) -> float:
        """Meetings per person."""
        return self.placed / self.people


def shares_of(situation: Situation, plan: Plan) -> list[Share]:
    """What everybody gets by a plan, in the order of people; who asked for nothing has a share of nothing."""
    asked: Counter[int] = Counter(person for one in situation.meetings for person in one.people)
    known = {one.public_id: one for one in situation.meetings}
    slots: dict[int, list[int]] = {}
    for placed in plan.meetings:
        for person in known[str(placed.request)].people:
            slots.setdefault(person, []).append(placed.slot)
    planned = plan.slot_of()
    for one in situation.meetings:
        if one.slot and one.fixed and one.public_id not in planned:
            asked.subtract(one.people)  # stands outside the plan: neither to be placed nor missing
    shares = []
    for place in situation.places:
        mine = sorted(slots.get(place.person, ()))
        gaps = _gaps(situation.slots, situation.blocks, mine)
        limit = situation.limits.get(place.type_id)
        shares.append(
            Share(
                place.public_id, asked[place.person], len(mine), limit.min_meetings if limit else None,
                limit.max_meetings if limit else None, len(gaps), sum(gaps),
            )
        )  # fmt: skip
    return shares


def _gaps(slots: Sequence[Slot], blocks: Sequence[int], mine: list[int]) -> list[int]:
    """The minutes of each break between two meetings of a block in which another meeting could have been."""
    found = []
    for before, after in pairwise(mine):
        if blocks[before] == blocks[after] and after > before + 1:
            found.append((slots[after].starts_at - slots[before].ends_at) // timedelta(minutes=1))
    return found


def figures_of(shares: Iterable[Share]) -> Figures:
    """The figures of all people together."""
    every = list(shares)
    return Figures(
        breaks=sum(one.breaks for one in every),
        idle=sum(one.idle for one in every),
        fewest=min((one.placed for one in every if one.asked), default=0),
        short=sum(1 for one in every if one.target is not None and one.placed < min(one.target, one.asked)),
    )


def by_type(people: Iterable[Fared]) -> list[Group]:
    """How participation types fare, by name."""
    return _grouped(people, lambda one: one.type)


def by_organisation(people: Iterable[Fared]) -> list[Group]:
    """How organisations fare, by name; people without one are left out."""
    return _grouped((one for one in people if one.organisation), lambda one: one.organisation)


def _grouped(people: Iterable[Fared], name_of: Callable[[Fared], str]) -> list[Group]:
    found: dict[str, list[Share]] = {}
    for one in people:
        found.setdefault(name_of(one), []).append(one.share)
    return [
        Group(
            name, len(shares), sum(one.asked for one in shares), sum(one.placed for one in shares),
            min(one.placed for one in shares), max(one.placed for one in shares), sum(one.idle for one in shares),
        )
        for name, shares in sorted(found.items(), key=lambda one: one[0].casefold())
    ]  # fmt: skip


def fairness_table(people: Iterable[Fared]) -> tuple[list[str], list[list[Cell]]]:
    """The shares as a table to take away: its header and its rows."""
    header = [
        str(one)
        for one in (
            _("Name"), _("Organisation"), _("Takes part as"), _("Asked"), _("Has a time"), _("At least"), _("At most"),
            _("Breaks"), _("Idle minutes"),
        )
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.name, one.organisation, one.type, one.share.asked, one.share.placed, one.share.target, one.share.most,
         one.share.breaks, one.share.idle]
        for one in people
    ]  # fmt: skip
    return header, rows


def packed(shares: Iterable[Share]) -> list[dict[str, Any]]:
    """Shares as JSON."""
    return [asdict(one) for one in shares]


def unpacked_share(values: Mapping[str, Any]) -> Share:
    """A share from its JSON."""
    return Share(**values)
