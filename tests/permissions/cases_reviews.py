"""The states that a peer review, and what stands in it, can be in when a command is about it."""

from dataclasses import replace

from events.events import EventState
from sessions.peer_reviews.asking import ReviewAsking
from sessions.peer_reviews.call_doors import ReviewInCall
from sessions.peer_reviews.findings import FindingState
from sessions.peer_reviews.hosting import ApplicationInEvent, ApplicationState, HostingOrganisation, Told
from sessions.peer_reviews.peers import PeersWanted
from sessions.peer_reviews.reviews import PlaceState, ReviewState, ReviewStep
from sessions.peer_reviews.setting_up import StepInEvent
from sessions.peer_reviews.steps import ReviewInStep
from sessions.peer_reviews.templates import StepKind
from tests.makers import NOW
from tests.permissions.cases import HOUR, WEEK, Case, cases_of, event_states
from tests.permissions.world import World, changed, in_state, with_state


@cases_of("start_review")
def an_event_of_reviews(world: World) -> list[Case]:
    return event_states(world.reviewing.event)


@cases_of("ask_into_review", "set_attribution")
def a_review(world: World) -> list[Case]:
    subject = world.reviewing.subject
    published = {"state": ReviewState.PUBLISHED, "published_at": NOW}
    closed = in_state(world.reviewing.event, EventState.CLOSED)
    return [
        *(
            Case(f"{state} review", with_state(subject, review={"state": state}))
            for state in ReviewState
            if state is not ReviewState.PUBLISHED
        ),
        Case("published review", with_state(subject, review=published)),
        Case("review of a closed event", type(subject)(subject.review, closed.event)),
    ]


@cases_of("change_review_questions", "correct_review_questions")
def the_questions_of_a_review(world: World) -> list[Case]:
    asking, found = world.reviewing.subject, a_review(world)
    begun = Case("of a meeting that has begun", ReviewAsking(asking.review, asking.event, begun=True))
    return [
        *(Case(f"of a {one.state}", ReviewAsking(one.subject.review, one.subject.event, False)) for one in found),
        begun,
    ]


@cases_of("accept_review_place", "decline_review_place", "leave_review", "take_out_of_review")
def a_place_in_a_review(world: World) -> list[Case]:
    asked = world.reviewing.place("Che")
    return [
        *(Case(f"Che's place as a peer, {state}", with_state(asked, place={"state": state})) for state in PlaceState),
        Case("asked into a review that was cancelled", with_state(asked, review={"state": ReviewState.CANCELLED})),
    ]


# Before the meeting: set-up, hosts, peers, what is written


@cases_of("set_review_rules", "set_assessment_questions", "release_selection", "keep_proposal", "ask_for_peers")
def an_event_whose_reviews_are_prepared(world: World) -> list[Case]:
    return event_states(world.reviewing.event)


@cases_of("change_step")
def a_step_of_reviews(world: World) -> list[Case]:
    event, step = world.reviewing.event, world.reviewing.before.steps[StepKind.CALL]
    return [
        Case(f"step of a {state} event", StepInEvent(step, in_state(event, state).event))
        for state in (EventState.DRAFT, EventState.PUBLISHED, EventState.CLOSED)
    ]


def _elsewhere(step: ReviewStep) -> list[tuple[str, ReviewStep | None]]:
    """A step that is to come, one that is on, one that is over, and none."""
    return [
        ("before the step", changed(step, starts_at=NOW + HOUR, ends_at=NOW + WEEK)),
        ("during the step", step),
        ("after the step", changed(step, starts_at=NOW - WEEK, ends_at=NOW - HOUR)),
        ("the step is left out", None),
    ]


@cases_of("begin_application")
def an_organisation_that_would_be_a_host(world: World) -> list[Case]:
    before = world.reviewing.before
    return [
        Case(f"Eve's cluster, {when}", HostingOrganisation(before.hosting.event, step, before.hosting.organisation))
        for when, step in _elsewhere(before.steps[StepKind.CALL])
    ]


@cases_of(
    "save_application", "hand_in_application", "add_application_files", "remove_application_file",
    "withdraw_application", "decide_application", "move_up",
)  # fmt: skip
def an_application_as_a_host(world: World) -> list[Case]:
    made, before = world.reviewing.before.application, world.reviewing.before
    found = [
        Case(f"handed in, {when}", ApplicationInEvent(made.application, made.event, step))
        for when, step in _elsewhere(before.steps[StepKind.CALL])
    ]
    on_call = {
        "draft": {"state": ApplicationState.DRAFT},
        "withdrawn": {"state": ApplicationState.WITHDRAWN},
        "on reserve": {"told": Told.RESERVE},
        "under review": {"told": Told.CHOSEN, "review_id": world.reviewing.subject.id},
    }
    return found + [Case(state, with_state(made, application=values)) for state, values in on_call.items()]


@cases_of("offer_as_peer")
def peers_who_are_looked_for(world: World) -> list[Case]:
    event, before = world.reviewing.event, world.reviewing.before
    return [
        *(Case(when, PeersWanted(event.event, step)) for when, step in _elsewhere(before.steps[StepKind.PEERS])),
        Case("in a draft event", PeersWanted(in_state(event, EventState.DRAFT).event, before.steps[StepKind.PEERS])),
    ]


@cases_of("take_offer_back", "say_stances")
def an_offer_of_a_peer(world: World) -> list[Case]:
    offer = world.reviewing.before.offer
    return [Case("Bo's", offer), Case("Bo's, taken back", with_state(offer, offer={"taken_back_at": NOW}))]


@cases_of(
    "add_to_proposal", "remove_from_proposal", "ask_peer", "ask_proposed", "release_desk_notes", "cancel_review",
    "withdraw_as_host", "take_next_host",
)  # fmt: skip
def a_review_that_is_prepared(world: World) -> list[Case]:
    return a_review(world)


@cases_of("ask_substitute")
def a_place_to_be_taken_over(world: World) -> list[Case]:
    return a_place_in_a_review(world)


@cases_of("save_self_assessment", "hand_in_self_assessment", "add_review_files", "remove_review_file")
def a_review_during_its_self_assessment(world: World) -> list[Case]:
    return _review_in(world, StepKind.SELF_ASSESSMENT)


@cases_of("save_desk_notes", "hand_in_desk_notes")
def a_review_during_desk_notes(world: World) -> list[Case]:
    return _review_in(world, StepKind.DESK_NOTES)


def _review_in(world: World, kind: StepKind) -> list[Case]:
    subject, step = world.reviewing.subject, world.reviewing.before.steps[kind]
    cancelled = changed(subject.review, state=ReviewState.CANCELLED)
    return [
        *(Case(when, ReviewInStep(subject.review, subject.event, each)) for when, each in _elsewhere(step)),
        Case("of a review that was cancelled", ReviewInStep(cancelled, subject.event, step)),
    ]


# --- the meeting of a review -----------------------------------------------------------------------


@cases_of(
    "plan_agenda", "move_days", "choose_review_video", "start_next_part", "hold_review_meeting", "raise_review_hand",
    "lower_review_hand", "write_on_board", "add_board_entry", "open_dot_vote", "record_finding",
)  # fmt: skip
def a_review_that_meets(world: World) -> list[Case]:
    return a_review(world)


@cases_of(
    "enter_review_call", "leave_review_call", "put_out_of_review_call", "let_back_into_review_call",
    "ask_to_mute_in_review",
)  # fmt: skip
def the_call_of_a_review(world: World) -> list[Case]:
    """Bo is in it; in the last case Bo was put out."""
    bo = frozenset({world.actors["Bo"].person or 0})
    found = [Case(one.state, ReviewInCall(one.subject.review, one.subject.event)) for one in a_review(world)]
    return [*found, Case("Bo was put out", replace(world.review_meeting.call, put_out=bo))]


@cases_of("change_part_length", "move_part", "add_break_after", "drop_part", "start_part")
def a_part_of_a_meeting(world: World) -> list[Case]:
    waits, on = world.review_meeting.waits, world.review_meeting.on
    return [
        Case("a part that waits", waits),
        Case("a part that is on", on),
        Case("a part that waits, of a review that was cancelled",
             with_state(waits, review={"state": ReviewState.CANCELLED})),
    ]  # fmt: skip


@cases_of("end_part", "pause_part", "lengthen_part")
def a_part_that_is_on(world: World) -> list[Case]:
    waits, on = world.review_meeting.waits, world.review_meeting.on
    return [
        Case("a part that is on", on),
        Case("a part that waits", waits),
        Case("a part that was held", with_state(on, part={"ended_at": NOW})),
    ]


@cases_of("give_review_floor", "lower_review_hand_of")
def a_hand_in_a_review(world: World) -> list[Case]:
    hand = world.review_meeting.hand
    over = with_state(hand, review={"state": ReviewState.CLOSED})
    return [Case("Bo's hand", hand), Case("Bo's hand, the review is closed", over)]


@cases_of("give_dots", "close_dot_vote")
def a_vote_by_dots(world: World) -> list[Case]:
    vote = world.review_meeting.vote
    return [
        Case("an open vote", vote),
        Case("a vote that was closed", with_state(vote, vote={"closed_at": NOW})),
        Case("a vote whose time is over", with_state(vote, vote={"closes_at": NOW})),
    ]


@cases_of("change_finding", "agree_finding", "withdraw_finding")
def a_finding(world: World) -> list[Case]:
    finding = world.review_meeting.finding
    published = {"state": ReviewState.PUBLISHED, "published_at": NOW}
    return [
        *(Case(f"Bo's finding, {state}", with_state(finding, finding={"state": state})) for state in FindingState),
        Case("Bo's finding, the report is published", with_state(finding, review=published)),
    ]
