"""Which submission a judge is to look at next, where nobody has assigned any: all are seen, and met, about equally."""

from collections.abc import Collection, Iterable

from events.judging.rules import Round


def next_view(
    among: Round,
    seen: Iterable[tuple[int, int]],
    judge: int,
    *,
    skipped: Collection[int] = (),
    busy: Collection[int] = (),
    knows: Collection[int] = (),
) -> int | None:
    """The submission for this judge; None where none is left. `seen` holds pairs of judge and submission.

    Of those seen by fewest, one of what they know (`knows`), and of these the one that met fewest of what this judge
    has seen, so that duels spread. Nothing that
    they skipped, saw or have a conflict with; who is `busy` with another judge only where nobody else is left.
    """
    looks = set(seen)
    own = {one for who, one in looks if who == judge}
    out = own | set(skipped) | {one.submission for one in among.conflicts if one.judge == judge}
    if among.judges is not None and judge not in among.judges:
        return None
    left = among.submissions - out
    by_submission: dict[int, set[int]] = {one: set() for one in among.submissions}
    for who, one in looks:
        if one in by_submission:
            by_submission[one].add(who)

    def met(one: int) -> int:
        return sum(len(by_submission[one] & by_submission[other]) for other in own & among.submissions)

    order = sorted(left - set(busy) or left, key=lambda one: (len(by_submission[one]), one not in knows, met(one), one))
    return order[0] if order else None
