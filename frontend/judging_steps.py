"""What somebody's home asks of them in rounds of judging."""

from collections.abc import Iterable
from typing import Protocol

from events.core.access import Actor
from events.core.database import Database
from events.core.links import path
from events.core.translation import N_, _
from events.events import EventWithPhases
from events.roles import screener_of_event
from events.rounds.rounds import RoundInEvent, Scheme
from events.rounds.waiting import ballots_to_give, rounds_to_judge
from events.screening.boards import lines_for_screener
from events.screening.screenings import ScreeningInEvent, ScreeningState, find_screening
from frontend.steps import Step, Urgency


class HasEvents(Protocol):
    """Whose home it is, and which events are theirs."""

    @property
    def actor(self) -> Actor:
        """Who looks."""

    @property
    def mine(self) -> list[EventWithPhases]:
        """The events in which they have a place or a role."""


def _deadline(subject: RoundInEvent) -> dict[str, object]:
    phase = subject.event.phase(subject.round.phase) if subject.round.phase else None
    return {"deadline": phase.ends_at, "deadline_label": _("Closes in")} if phase else {}


def judging_to_do(db: Database, look: HasEvents) -> Iterable[Step]:
    """Submissions that wait for a judge."""
    for subject, desk in rounds_to_judge(db, look.actor, look.mine):
        count = len(desk.lines) - desk.done
        headline = N_("Judge %(count)s submission", "Judge %(count)s submissions", count)
        if subject.round.scheme is Scheme.PAIRWISE:
            headline = _("Compare submissions")
        yield Step(
            headline, _("%(round)s is open.", round=subject.round.name), _("Go to your submissions"),
            path("my_judging", event=subject.event.event.slug, round=subject.round.public_id),
            urgency=Urgency.CLOSES, where=subject.event.event.name, **_deadline(subject),  # type: ignore[arg-type]  # a moment and its label
        )  # fmt: skip


def screening_to_do(db: Database, look: HasEvents) -> Iterable[Step]:
    """Submissions of which somebody is to say whether they are eligible."""
    for event in look.mine:
        row = find_screening(db, event.id) if screener_of_event(look.actor, event) else None
        if row is None or row.state is not ScreeningState.OPEN:
            continue
        lines = lines_for_screener(db, look.actor, ScreeningInEvent(row, event))
        count = sum(1 for one in lines if one.verdict is None)
        if count:
            yield Step(
                N_("Screen %(count)s submission", "Screen %(count)s submissions", count),
                _("Say whether each is eligible, before it is judged."), _("Go to your submissions"),
                path("my_screening", event=event.event.slug), urgency=Urgency.TO_DO, where=event.event.name,
            )  # fmt: skip


def votes_to_give(db: Database, look: HasEvents) -> Iterable[Step]:
    """A vote of the audience that is open."""
    for subject in ballots_to_give(db, look.actor, look.mine):
        yield Step(
            _("Vote: %(round)s", round=subject.round.name), _("Everybody who takes part has one ballot."),
            _("See what there is"),
            path("audience_vote", event=subject.event.event.slug, round=subject.round.public_id),
            urgency=Urgency.TO_DO, where=subject.event.event.name, **_deadline(subject),  # type: ignore[arg-type]  # as above
        )  # fmt: skip
