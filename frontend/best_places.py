"""Who is best in each challenge and in each category of a result, as pages show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from events.rounds.inputs import Best, Line, best_by_category, best_by_challenge
from events.rounds.rounds import RoundInEvent, Scheme


@dataclass(frozen=True)
class BestPlaces:
    """Who is best in each challenge, and in each category by what is asked."""

    challenges: list[Best]
    categories: dict[str, list[Best]]


def best_places(subject: RoundInEvent, lines: Sequence[Line], shown: Collection[int] | None = None) -> BestPlaces:
    """The best of those shown (None: all); in a call nobody but whoever passes is told of."""
    if subject.round.scheme is Scheme.CALL:
        return BestPlaces([], {})
    by_category = {asked: _shown(found, shown) for asked, found in best_by_category(lines).items()}
    found = {asked: best for asked, best in by_category.items() if best}
    return BestPlaces(_shown(best_by_challenge(lines), shown), found)


def _shown(found: list[Best], shown: Collection[int] | None) -> list[Best]:
    left = [
        replace(one, places=tuple(each for each in one.places if shown is None or each[1].number in shown))
        for one in found
    ]
    return [one for one in left if one.places]
