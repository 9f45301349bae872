"""An event's booking rules in words, as organisers preview them and participants read them before they ask."""

from events.core.translation import N_, Message, _
from sessions.booking_rules import Answering, BookingRules, Timing

COURSE: dict[tuple[Answering, Timing], Message] = {
    (Answering.APPROVAL, Timing.AT_REQUEST): _(
        "Whoever asks proposes a time; the meeting stands when the other accepts."
    ),
    (Answering.APPROVAL, Timing.AT_ACCEPTANCE): _(
        "Whoever asks proposes no time; whoever is asked chooses one when they accept."
    ),
    (Answering.APPROVAL, Timing.BY_ORGANISER): _(
        "Whoever is asked accepts or declines; the organisers choose the time of what was accepted."
    ),
    (Answering.AUTOMATIC, Timing.AT_REQUEST): _(
        "Whoever asks chooses a time at which both are free, and the meeting stands at once."
    ),
    (Answering.AUTOMATIC, Timing.AT_ACCEPTANCE): _(
        "A request counts as accepted at once; then either of the two chooses the time."
    ),
    (Answering.AUTOMATIC, Timing.BY_ORGANISER): _(
        "A request counts as accepted at once; the organisers choose the time."
    ),
}
TIMINGS: tuple[tuple[Timing, Message, Message], ...] = (
    (Timing.AT_REQUEST, _("The one who asks, with the request"), _("They see only times at which both are free.")),
    (
        Timing.AT_ACCEPTANCE,
        _("The one who is asked, when they accept"),
        _("Where nobody has to accept, either of the two chooses it afterwards."),
    ),
    (
        Timing.BY_ORGANISER,
        _("The organisers"),
        _("For all at once with the scheduler, or one by one. Participants see a time when you have set it."),
    ),
)
ANSWERINGS: tuple[tuple[Answering, Message, Message], ...] = (
    (Answering.APPROVAL, _("The one who is asked"), _("They accept or decline; without an answer a request expires.")),
    (
        Answering.AUTOMATIC,
        _("Nobody has to"),
        _("A request counts as accepted when it is sent. Either of the two can still cancel."),
    ),
)
HOLDS: tuple[tuple[str, Message, Message], ...] = (
    (
        "yes",
        _("Yes, until the answer"),
        _("Nobody else can take it. A short expiry then keeps times from staying blocked."),
    ),
    (
        "no",
        _("No, the first to be accepted gets it"),
        _("Several requests may aim at one time. Who accepts the second reads that it is taken."),
    ),
)


def lasting(minutes: int) -> Message:
    """A stretch of time in its largest whole unit: 90 minutes, 6 hours, 2 days."""
    if minutes % 1440 == 0:
        return N_("%(count)s day", "%(count)s days", minutes // 1440)
    if minutes % 60 == 0:
        return N_("%(count)s hour", "%(count)s hours", minutes // 60)
    return N_("%(count)s minute", "%(count)s minutes", minutes)


def how_it_goes(rules: BookingRules) -> list[Message]:
    """How meetings come about by these rules, in a few sentences."""
    return [COURSE[rules.answering, rules.timing], *_waiting(rules), _moving(rules), *_limits(rules), *_hours(rules)]


def _waiting(rules: BookingRules) -> list[Message]:
    if rules.answering is Answering.AUTOMATIC:
        return []
    time = lasting(rules.lasts_minutes)
    if rules.timing is not Timing.AT_REQUEST:
        return [_("A request waits %(time)s for an answer, then it expires.", time=time)]
    holds = (
        _("Until then its time is held for both.")
        if rules.requests_hold
        else _("It holds no time: of several requests for one time the first to be accepted gets it.")
    )
    return [
        _("A request waits %(time)s for an answer, at most until the meeting would begin; then it expires.", time=time),
        holds,
    ]


def _moving(rules: BookingRules) -> Message:
    if rules.participants_move:
        return _("Both can move or cancel what stands.")
    return _("Both can cancel what stands; only organisers and desks move it.")


def _limits(rules: BookingRules) -> list[Message]:
    found = []
    if rules.max_outgoing is not None:
        found.append(
            N_(
                "Everybody can ask for %(count)s meeting in all; what comes to nothing does not count.",
                "Everybody can ask for %(count)s meetings in all; what comes to nothing does not count.",
                rules.max_outgoing,
            )
        )
    if rules.max_pending is not None and rules.answering is Answering.APPROVAL:
        found.append(
            N_(
                "Everybody can have %(count)s open request at a time.",
                "Everybody can have %(count)s open requests at a time.",
                rules.max_pending,
            )
        )
    if rules.max_per_block is not None:
        found.append(
            N_(
                "Nobody has more than %(count)s meeting in a block.",
                "Nobody has more than %(count)s meetings in a block.",
                rules.max_per_block,
            )
        )
    return found


def _hours(rules: BookingRules) -> list[Message]:
    return [_("People meet only within the hours of their own time zone.")] if rules.windows else []
