"""What an assignment could not meet, in words for the organiser."""

from collections.abc import Callable

from events.core.translation import N_, Message, _
from events.judging.assignment import Shortage
from events.judging.votes import Kind

KINDS: dict[Kind, Callable[[int], Message]] = {
    Kind.SAME_ORGANISATION: lambda count: N_(
        "%(count)s judge belongs to the same organisation.", "%(count)s judges belong to the same organisation.", count
    ),
    Kind.SAME_CLUSTER: lambda count: N_(
        "%(count)s judge belongs to the same cluster.", "%(count)s judges belong to the same cluster.", count
    ),
    Kind.MENTOR: lambda count: N_("%(count)s judge has mentored it.", "%(count)s judges have mentored it.", count),
    Kind.MEMBER: lambda count: N_("%(count)s judge takes part in it.", "%(count)s judges take part in it.", count),
    Kind.COUNTRY: lambda count: N_(
        "%(count)s judge comes from the same country.", "%(count)s judges come from the same country.", count
    ),
    Kind.DECLARED: lambda count: N_(
        "%(count)s judge has declared a conflict of interest.",
        "%(count)s judges have declared a conflict of interest.",
        count,
    ),
}


def shortage_in_words(shortage: Shortage, name: str, language: str | None = None) -> tuple[Message, ...]:
    """What is missing, why, and the way out: a few sentences. `name` is the submission's, `language` its language's."""
    said = [
        _(
            "%(name)s has %(has)s of the %(wanted)s judges it should have; there are %(judges)s in all.",
            name=name,
            has=shortage.has,
            wanted=shortage.wanted,
            judges=shortage.judges,
        )
    ]
    said += [KINDS[kind](count) for kind, count in shortage.conflicted]
    spoken = language or shortage.language
    if shortage.strangers:
        said.append(
            N_(
                "%(count)s judge does not read %(language)s.",
                "%(count)s judges do not read %(language)s.",
                shortage.strangers,
                language=spoken,
            )
        )
    if shortage.full:
        said.append(
            N_(
                "%(count)s judge has as many submissions as they may have.",
                "%(count)s judges have as many submissions as they may have.",
                len(shortage.full),
            )
        )
    said.append(_way_out(shortage, spoken))
    return tuple(said)


def _way_out(shortage: Shortage, language: str | None) -> Message:
    lack = shortage.wanted - shortage.has
    if shortage.most >= shortage.wanted:
        return _("Allow judges more submissions, or invite more judges.")
    if language is None:
        return N_(
            "Invite %(count)s more judge without a conflict of interest.",
            "Invite %(count)s more judges without a conflict of interest.",
            lack - len(shortage.full),
        )
    return N_(
        "Invite %(count)s more judge who reads %(language)s and has no conflict of interest.",
        "Invite %(count)s more judges who read %(language)s and have no conflict of interest.",
        lack - len(shortage.full),
        language=language,
    )
