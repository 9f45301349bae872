"""Templates of peer reviews: four models that differ in their steps, dates and numbers, and in nothing else.

The models and their figures are those of programmes that hold such meetings (Interreg Europe, the S3 Platform,
TAIEX-REGIO Peer2Peer, Metropolis and Eurocities); an organiser may change each of them afterwards.
"""

from dataclasses import dataclass
from enum import StrEnum

from events.core.translation import Message, _


class ReviewModel(StrEnum):
    """After which model a peer review is held."""

    LIGHT = "light"
    ONLINE = "online"
    VISIT = "visit"
    ROUND = "round"


class StepKind(StrEnum):
    """The steps of a review, in the order in which they are taken."""

    CALL = "call for hosts"
    SELECTION = "selection"
    PEERS = "peers"
    SELF_ASSESSMENT = "self-assessment"
    DESK_NOTES = "desk notes"
    AGENDA = "agenda"
    MEETING = "meeting"
    FEEDBACK = "feedback"
    REPORT = "report"
    RESPONSE = "response"
    FOLLOW_UP_3 = "follow-up after 3 months"
    FOLLOW_UP_6 = "follow-up after 6 months"
    FOLLOW_UP_12 = "follow-up after 12 months"


# What is due after a meeting outlives its event.
AFTER_THE_MEETING = (
    StepKind.FEEDBACK, StepKind.REPORT, StepKind.RESPONSE, StepKind.FOLLOW_UP_3, StepKind.FOLLOW_UP_6,
    StepKind.FOLLOW_UP_12,
)  # fmt: skip


class PartKind(StrEnum):
    """The parts of a review's meeting; those of a question are held once for each."""

    PRESENT = "present"
    CLARIFY = "clarify"
    ANALYSE = "analyse"
    IDEAS = "ideas"
    RECOMMEND = "recommend"
    PLENARY = "plenary"
    REACTION = "reaction"
    BREAK = "break"


STEP_NAMES: dict[StepKind, Message] = {
    StepKind.CALL: _("Call for hosts"),
    StepKind.SELECTION: _("Selection of hosts"),
    StepKind.PEERS: _("Peers"),
    StepKind.SELF_ASSESSMENT: _("Self-assessment"),
    StepKind.DESK_NOTES: _("Desk notes"),
    StepKind.AGENDA: _("Agenda"),
    StepKind.MEETING: _("Meeting"),
    StepKind.FEEDBACK: _("Feedback"),
    StepKind.REPORT: _("Review report"),
    StepKind.RESPONSE: _("Host's response and action plan"),
    StepKind.FOLLOW_UP_3: _("Follow-up after 3 months"),
    StepKind.FOLLOW_UP_6: _("Follow-up after 6 months"),
    StepKind.FOLLOW_UP_12: _("Follow-up after 12 months"),
}

PART_NAMES: dict[PartKind, Message] = {
    PartKind.PRESENT: _("The host presents the case"),
    PartKind.CLARIFY: _("Clarify"),
    PartKind.ANALYSE: _("Analyse"),
    PartKind.IDEAS: _("Ideas"),
    PartKind.RECOMMEND: _("Recommend"),
    PartKind.PLENARY: _("Plenary: feedback without debate"),
    PartKind.REACTION: _("The host's reaction"),
    PartKind.BREAK: _("Break"),
}

OF_A_QUESTION = (PartKind.CLARIFY, PartKind.ANALYSE, PartKind.IDEAS, PartKind.RECOMMEND)


@dataclass(frozen=True)
class StepPlan:
    """A step from `begins` to `ends`, in days from the first day of the meeting."""

    kind: StepKind
    begins: float
    ends: float


@dataclass(frozen=True)
class PartPlan:
    """A part of the meeting that lasts `minutes` (those of a question: for each), on its `day` from 1."""

    kind: PartKind
    minutes: int
    day: int = 1


@dataclass(frozen=True)
class ReviewTemplate:
    """What the reviews of a model begin with; its name and phases are those of the event's template."""

    steps: tuple[StepPlan, ...]
    parts: tuple[PartPlan, ...]
    days: int
    peers: tuple[int, int]
    questions: tuple[int, int] = (3, 5)
    countries: int = 2


def _steps(before: float, days: int, after: float, *left_out: StepKind) -> tuple[StepPlan, ...]:
    """All steps but those left out: `before` is how many days before the meeting the call opens, `days` how long
    it lasts, `after` how long the report may take."""
    plans = (
        StepPlan(StepKind.CALL, -before, -before * 0.6),
        StepPlan(StepKind.SELECTION, -before * 0.6, -before * 0.5),
        StepPlan(StepKind.PEERS, -before * 0.5, -before * 0.35),
        StepPlan(StepKind.SELF_ASSESSMENT, -before * 0.5, -min(28, before * 0.3)),
        StepPlan(StepKind.DESK_NOTES, -min(28, before * 0.3), -min(14, before * 0.15)),
        StepPlan(StepKind.AGENDA, -min(14, before * 0.15), -1),
        StepPlan(StepKind.MEETING, 0, days),
        StepPlan(StepKind.FEEDBACK, 0, 14),
        StepPlan(StepKind.REPORT, 0, after),
        StepPlan(StepKind.RESPONSE, after, after + 30),
        StepPlan(StepKind.FOLLOW_UP_3, 91, 105),
        StepPlan(StepKind.FOLLOW_UP_6, 182, 196),
        StepPlan(StepKind.FOLLOW_UP_12, 365, 379),
    )
    return tuple(one for one in plans if one.kind not in left_out)


def _parts(
    minutes: tuple[int, int, int, int, int, int, int], *, days: int = 1, analysed_on: int = 1
) -> tuple[PartPlan, ...]:  # fmt: skip
    """All parts: the case on the first day, what to do about it on the last, and the analysis on the first, or on a
    day of its own."""
    present, clarify, analyse, ideas, recommend, plenary, reaction = minutes
    return (
        PartPlan(PartKind.PRESENT, present),
        PartPlan(PartKind.CLARIFY, clarify),
        PartPlan(PartKind.ANALYSE, analyse, analysed_on),
        PartPlan(PartKind.IDEAS, ideas, days),
        PartPlan(PartKind.RECOMMEND, recommend, days),
        PartPlan(PartKind.PLENARY, plenary, days),
        PartPlan(PartKind.REACTION, reaction, days),
    )


TEMPLATES: dict[ReviewModel, ReviewTemplate] = {
    ReviewModel.LIGHT: ReviewTemplate(
        _steps(42, 1, 14, StepKind.FOLLOW_UP_12),
        _parts((15, 5, 5, 5, 10, 15, 10)),
        days=1,
        peers=(2, 4),
        questions=(1, 3),
    ),
    ReviewModel.ONLINE: ReviewTemplate(
        _steps(90, 2, 30),
        _parts((45, 10, 20, 20, 20, 40, 30), days=2),
        days=2,
        peers=(3, 6),
    ),
    ReviewModel.VISIT: ReviewTemplate(
        _steps(120, 3, 30),
        # The second day is for talks and visits, on which an analysis on site rests: ninety minutes a question.
        _parts((60, 30, 90, 30, 30, 60, 45), days=3, analysed_on=2),
        days=3,
        peers=(3, 6),
    ),
    ReviewModel.ROUND: ReviewTemplate(
        _steps(90, 14, 30),
        _parts((20, 5, 10, 10, 10, 20, 10)),
        days=1,
        peers=(2, 6),
    ),
}
