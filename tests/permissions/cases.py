"""For every command the states that its subject can be in: a command without a case here fails the suite.

A case is a sentence about the state and the subject in it. Rows in other states than the world's are copies.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from events.admission import Answerers
from events.challenges import ChallengeInEvent
from events.entrance import CodeInEvent
from events.events import EventState, EventWithPhases
from events.form_building import QuestionInEvent
from events.help_queue import HelpState
from events.join_requests import JoinRequestState
from events.judging.votes import Kind
from events.letter_choices import Subscription, Topic
from events.marketplace import ItemState
from events.membership_requests import MembershipRequestState
from events.page_sections import EntryInEvent
from events.phases import PhaseKind
from events.proposals.drafts import PlaceState, ProposalState
from events.registration import RegistrationState
from events.rounds.redress import RedressVerdict
from events.rounds.rounds import RoundState
from events.screening.screenings import ScreeningState
from events.submissions import SubmissionInEvent
from sessions.booking_rules import Timing
from sessions.meeting_notes import MeetingNote, NoteInMeeting
from sessions.meeting_rooms import EntryState, MeetingRoom, RoomInMeeting
from sessions.meetings import MeetingInEvent, MeetingState
from sessions.mentoring import MentoringState
from sessions.networking.rows import NetworkingState
from sessions.networking.rows import PlaceState as NetworkingPlaceState
from sessions.polls import PollState
from sessions.schedules.drafts import DraftState
from sessions.sides import SideInMeeting
from sessions.stages import StageState
from sessions.tables import TableInEvent
from sessions.timetable.rows import RoomInEvent, TrackInEvent
from sessions.waiting import WaitingPairInEvent
from tests.makers import NOW
from tests.permissions.world import World, changed, in_state, with_phase, with_state


@dataclass(frozen=True)
class Case:
    """A subject of a command, and what is special about it."""

    state: str
    subject: Any


CASES: dict[str, Callable[[World], list[Case]]] = {}
Cases = Callable[[World], list[Case]]
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


def cases_of(*commands: str) -> Callable[[Cases], Cases]:
    """These commands have subjects in these states."""

    def register(make: Cases) -> Cases:
        for name in commands:
            if name in CASES:
                raise ValueError(f"{name} has cases already")
            CASES[name] = make
        return make

    return register


def event_states(event: EventWithPhases) -> list[Case]:
    return [Case(f"{state} event", in_state(event, state)) for state in EventState]


def phase_states(event: EventWithPhases, kind: PhaseKind) -> list[Case]:
    return [
        Case(f"before {kind}", with_phase(event, kind, from_now=HOUR, lasts=WEEK)),
        Case(f"during {kind}", event),
        Case(f"after {kind}", with_phase(event, kind, from_now=-WEEK, lasts=WEEK)),
        Case(f"during {kind}, draft event", in_state(event, EventState.DRAFT)),
        Case(f"during {kind}, closed event", in_state(event, EventState.CLOSED)),
    ]


# --- people and sign-in ---------------------------------------------------------------------------


@cases_of(
    "give_calendar", "read_calendar_again", "forget_calendar",
    "make_feed", "end_feed", "ask_for_address", "change_address", "choose_invitations", "choose_digests",
    "trust_own_address", "change_profile",
    "set_password", "sign_out", "sign_guest_out", "sign_out_everywhere", "sign_in_by_password",
)  # fmt: skip
def a_person(world: World) -> list[Case]:
    return [Case("Bo", world.people["Bo"])]


@cases_of(
    "ask_for_link", "sign_in_by_link", "sign_in_by_guest_link", "create_programme", "add_organisation",
)  # fmt: skip
def nothing_yet(world: World) -> list[Case]:
    return [Case("", None)]


@cases_of("sign_in_as_cast")
def the_cast(world: World) -> list[Case]:
    bo = world.people["Bo"]
    return [Case("somebody of the demo", changed(bo, cast_as="participant")), Case("a real person", bo)]


# --- organisations, programmes, marketplace -------------------------------------------------------


@cases_of("change_organisation", "ask_to_join", "leave_organisation", "remove_member", "name_contact")
def an_organisation(world: World) -> list[Case]:
    return [Case("Bo's, Tam belongs to it", world.organisation)]


@cases_of("agree_to_membership", "turn_down_membership", "take_back_membership_request")
def a_membership_request(world: World) -> list[Case]:
    """Eve asks to join Bo's, to which Tam belongs. Where there is no contact, those answer whose event it concerns."""
    found = [
        Case(f"Eve's to Bo's, {state}", with_state(world.asking, request={"state": state}))
        for state in MembershipRequestState
    ]
    event = world.matchmaking
    concerned = Answerers(
        False, frozenset({event.id}), frozenset({event.programme_id}), frozenset({world.desk.id or 0})
    )
    without = replace(world.asking, organisation=changed(world.cluster, id=0))
    return [
        *found,
        Case("Eve's to one without contact, in Ada's event, by Ola's desk", replace(without, answerers=concerned)),
        Case("Eve's to one without contact, in no event", replace(without, answerers=Answerers(False))),
    ]


@cases_of("add_to_cluster", "remove_from_cluster")
def a_cluster(world: World) -> list[Case]:
    return [Case("Cy's cluster", world.cluster)]


@cases_of(
    "change_programme", "set_programme_logo", "remove_programme_logo", "add_cluster", "remove_cluster", "add_desk",
    "create_event", "create_event_from_template",
)  # fmt: skip
def a_programme(world: World) -> list[Case]:
    return [Case("Ada's", world.programme)]


@cases_of("change_desk", "remove_desk", "add_desk_officer", "remove_desk_officer", "gather_participants")
def a_desk(world: World) -> list[Case]:
    return [Case("Ola's", world.desk)]


@cases_of("publish_item")
def for_an_organisation(world: World) -> list[Case]:
    return [Case("for Bo's, Tam belongs to it", world.organisation)]


@cases_of("change_item", "withdraw_item")
def an_item(world: World) -> list[Case]:
    return [Case("published", world.item), Case("withdrawn", changed(world.item, state=ItemState.WITHDRAWN))]


@cases_of("show_in_event", "hide_from_event")
def an_item_for_an_event(world: World) -> list[Case]:
    there = world.item_for_event()
    return [
        Case("published", there),
        Case("withdrawn", with_state(there, item={"state": ItemState.WITHDRAWN})),
        Case("closed event", with_state(there, event={"state": EventState.CLOSED})),
    ]


# --- events and registration ----------------------------------------------------------------------


@cases_of(
    "change_event", "publish_event", "start_event", "close_event", "add_participation_type", "add_question",
    "set_consent_text", "appoint", "take_role_back", "move_phase", "clone_event", "drop_phase",
    "import_participants", "import_items",
    "publish_challenge", "promote_need", "plan_stage", "set_unwanted_words", "add_track", "add_room",
    "set_conflict_levels", "add_session", "release_agenda", "set_team_rules", "stop_looking", "make_code",
    "set_entrance", "ask_to_finish", "set_section", "ask_own_to_finish",
    "move_section", "add_entry", "import_projects", "set_checkpoint", "open_office_hours",
    "set_regular_session",
)  # fmt: skip
def a_hackathon(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("make_following_event")
def an_event_to_follow(world: World) -> list[Case]:
    return [*event_states(world.hackathon), Case("a matchmaking event", world.matchmaking)]


@cases_of(
    "add_block", "add_tables", "set_availability", "set_booking_rules", "set_type_limits", "set_type_rules",
    "ask_for_availability", "ask_own_for_availability", "say_no_thanks", "take_back_no_thanks",
)  # fmt: skip
def a_matchmaking_event(world: World) -> list[Case]:
    return event_states(world.matchmaking)


@cases_of("register")
def the_registration_phase(world: World) -> list[Case]:
    return phase_states(world.hackathon, PhaseKind.REGISTRATION)


@cases_of("change_question", "move_question", "retire_question", "bring_back_question")
def a_question_of_the_form(world: World) -> list[Case]:
    return [
        Case(case.state, QuestionInEvent(world.form_question, case.subject)) for case in event_states(world.hackathon)
    ]


@cases_of("change_entry", "move_entry", "remove_entry")
def an_entry_of_the_public_page(world: World) -> list[Case]:
    return [Case(case.state, EntryInEvent(world.entry, case.subject)) for case in event_states(world.hackathon)]


@cases_of("end_code")
def a_code(world: World) -> list[Case]:
    ended = changed(world.code, ended_at=NOW)
    return [Case("Ada's", CodeInEvent(world.code, world.hackathon)), Case("ended", CodeInEvent(ended, world.hackathon))]


@cases_of("confirm_place")
def an_offered_place(world: World) -> list[Case]:
    place = world.place("Bo", world.hackathon)
    offered = {"state": RegistrationState.OFFERED, "offer_ends_at": NOW + HOUR}
    return [
        Case("offered to Bo", with_state(place, registration=offered)),
        Case("lapsed", with_state(place, registration=offered | {"offer_ends_at": NOW - HOUR})),
        Case("accepted already", place),
        Case(
            "offered to Bo, closed event", with_state(place, registration=offered, event={"state": EventState.CLOSED})
        ),
    ]


@cases_of(
    "trust_participants_address",
    "accept_registration",
    "decline_registration",
    "answer_questions",
    "withdraw_registration",
    "agree_to_take_part",
)
def a_registration(world: World) -> list[Case]:
    """Bo is looked after by Ola's desk, Tam by none."""
    place, other = world.place("Bo", world.hackathon), world.place("Tam", world.hackathon)
    found = [Case(f"Bo's, {state}", with_state(place, registration={"state": state})) for state in RegistrationState]
    closed = {"registration": {"state": RegistrationState.APPLIED}, "event": {"state": EventState.CLOSED}}
    return [
        *found,
        Case("Tam's, applied", with_state(other, registration={"state": RegistrationState.APPLIED})),
        Case("Bo's, applied, closed event", with_state(place, **closed)),
    ]


@cases_of("set_availability_for")
def a_participant_to_act_for(world: World) -> list[Case]:
    """Bo is looked after by Ola's desk."""
    place = world.place("Bo", world.hackathon)
    found = [Case(f"Bo's, {state}", with_state(place, registration={"state": state})) for state in RegistrationState]
    return [*found, Case("Bo's, closed event", with_state(place, event={"state": EventState.CLOSED}))]


@cases_of("assign_desk")
def a_registration_to_be_looked_after(world: World) -> list[Case]:
    place = world.place("Bo", world.hackathon)
    return [Case(f"Bo's, {state} event", with_state(place, event={"state": state})) for state in EventState]


# --- challenges, teams, submissions ---------------------------------------------------------------


@cases_of("change_challenge", "add_field", "add_link", "add_challenge_file", "write_annex")
def a_challenge(world: World) -> list[Case]:
    subject = ChallengeInEvent(world.challenge, world.hackathon)
    return [Case(f"Che's, {state} event", with_state(subject, event={"state": state})) for state in EventState]


@cases_of("remove_resource")
def a_resource(world: World) -> list[Case]:
    return [Case(f"Che's, {state} event", with_state(world.resource, event={"state": state})) for state in EventState]


@cases_of("agree_to_terms", "open_annex", "fetch_from_annex")
def an_annex(world: World) -> list[Case]:
    """Tam's team has taken the challenge."""
    agreed = replace(world.annex, agreed=True)
    other = replace(agreed, team=changed(world.team.team, challenge_id=None))
    return [
        Case("not agreed to", world.annex),
        Case("agreed to", agreed),
        Case("agreed to, closed event", with_state(agreed, event={"state": EventState.CLOSED})),
        Case("agreed to, Tam's team has left the challenge", other),
    ]


@cases_of("ask_about_challenge")
def a_challenge_to_ask_about(world: World) -> list[Case]:
    subject = ChallengeInEvent(world.challenge, world.hackathon)
    return [replace_event(subject, case) for case in phase_states(world.hackathon, PhaseKind.SUBMISSION)]


@cases_of("answer_about_challenge", "hide_challenge_question", "take_question_back")
def a_question_about_a_challenge(world: World) -> list[Case]:
    """Tam has asked it."""
    asked = world.asked
    return [
        Case("open", asked),
        Case("answered", with_state(asked, question={"answer": "Yes.", "answered_at": NOW})),
        Case("taken away", with_state(asked, question={"hidden_at": NOW})),
        Case("open, closed event", with_state(asked, event={"state": EventState.CLOSED})),
    ]


@cases_of("add_prize", "announce_winners")
def an_event_with_prizes(world: World) -> list[Case]:
    announced = changed(world.hackathon.event, winners_announced_at=NOW)
    return [
        *event_states(world.hackathon),
        Case("winners announced", EventWithPhases(announced, world.hackathon.phases)),
        Case("a matchmaking event", world.matchmaking),
    ]


@cases_of("open_gallery", "close_gallery")
def an_event_with_a_gallery(world: World) -> list[Case]:
    over = with_phase(world.hackathon, PhaseKind.SUBMISSION, from_now=-2 * WEEK, lasts=WEEK)
    shown = EventWithPhases(changed(over.event, gallery_opened_at=NOW), over.phases)
    return [*event_states(over), Case("gallery open", shown), Case("during submission", world.hackathon)]


@cases_of("set_certificate_look", "set_certificate_logo", "remove_certificate_logo")
def an_event_with_certificates(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("issue_certificates", "hold_certificates_back")
def an_event_whose_certificates_are_issued(world: World) -> list[Case]:
    issued = changed(world.hackathon.event, certificates_issued_at=NOW, state=EventState.RUNNING)
    return [*event_states(world.hackathon), Case("issued", EventWithPhases(issued, world.hackathon.phases))]


@cases_of("hide_from_gallery", "show_in_gallery")
def a_submission_in_a_gallery(world: World) -> list[Case]:
    version = world.version
    return [Case("Tam's", SubmissionInEvent(version.submission, version.team, version.event, shown=True))]


@cases_of("agree_to_gallery", "take_gallery_agreement_back")
def a_team_to_be_shown(world: World) -> list[Case]:
    return [Case(f"Tam's, {state} event", with_state(world.team, event={"state": state})) for state in EventState]


@cases_of("add_challenge_prize")
def a_challenge_with_prizes(world: World) -> list[Case]:
    subject = ChallengeInEvent(world.challenge, world.hackathon)
    return [replace_event(subject, case) for case in an_event_with_prizes(world)[:-1]]


@cases_of("change_prize", "remove_prize", "award_prize", "take_prize_back")
def a_prize(world: World) -> list[Case]:
    found = [replace_event(world.prize, case) for case in an_event_with_prizes(world)[:-1]]
    return [*found, Case("for all teams", replace(world.prize, challenge=None))]


@cases_of("form_team")
def the_team_forming_phase(world: World) -> list[Case]:
    return phase_states(world.hackathon, PhaseKind.TEAM_FORMING)


@cases_of("change_team", "take_back_invitation", "hand_over_lead", "put_into_team", "take_out_of_team",
          "note_progress", "ask_for_help", "book_mentoring")  # fmt: skip
def a_team(world: World) -> list[Case]:
    return [Case(f"Tam's, {state} event", with_state(world.team, event={"state": state})) for state in EventState]


@cases_of("leave_team", "remove_from_team")
def a_team_to_go_out_of(world: World) -> list[Case]:
    return [*a_team(world), Case("Tam's, locked", replace(world.team, event=locked(world.hackathon)))]


@cases_of("invite_to_team", "invite_seeker", "send_invitation_again", "open_role", "close_role", "ask_to_join_team")
def a_team_that_looks_for_people(world: World) -> list[Case]:
    return [replace_event(world.team, case) for case in building_states(world.hackathon)]


@cases_of("look_for_team")
def looking_for_a_team(world: World) -> list[Case]:
    return [*building_states(world.hackathon), Case("a matchmaking event", world.matchmaking)]


@cases_of("agree_to_joining", "turn_down_joining", "take_back_joining")
def a_request_to_join(world: World) -> list[Case]:
    """Cy asks to join Tam's team."""
    found = [Case(f"Cy's, {state}", with_state(world.joining, request={"state": state})) for state in JoinRequestState]
    return [
        *found,
        Case("Cy's, locked", replace(world.joining, event=locked(world.hackathon))),
        Case("Cy's, closed event", with_state(world.joining, event={"state": EventState.CLOSED})),
    ]


@cases_of("ask_for_teams")
def an_event_to_make_teams_in(world: World) -> list[Case]:
    return looking_for_a_team(world)


@cases_of("cancel_teams", "discard_proposal", "move_in_proposal", "lock_proposed_team", "send_proposal")
def a_proposal(world: World) -> list[Case]:
    done = world.proposal
    found = [Case(f"{state}", with_state(done, proposal={"state": state})) for state in ProposalState]
    return [*found, Case("done, locked", replace(done, event=locked(world.hackathon)))]


@cases_of("accept_place", "decline_place")
def a_place_in_a_proposed_team(world: World) -> list[Case]:
    """Bo's."""
    found = [Case(f"{state}", with_state(world.offered, place={"state": state})) for state in PlaceState]
    return [
        *found,
        Case("asked, too late", with_state(world.offered, proposal={"answer_by": NOW})),
        Case("asked, locked", replace(world.offered, event=locked(world.hackathon))),
        Case("asked, closed event", with_state(world.offered, event={"state": EventState.CLOSED})),
    ]


def locked(event: EventWithPhases) -> EventWithPhases:
    """The event, with teams that are locked now."""
    return EventWithPhases(changed(event.event, teams_lock_at=NOW), event.phases)


@cases_of(
    "change_regular_session", "end_regular_session", "move_regular_time", "call_off_regular_time", "hold_regular_time",
    "call_off_regular_session", "reopen_regular_session", "join_regular_session", "leave_regular_session",
)  # fmt: skip
def a_regular_session(world: World) -> list[Case]:
    subject = world.rooms.regular
    off = with_state(subject, regular={"called_off_at": NOW})
    return [*in_event_states(subject, ""), Case("called off", off)]


@cases_of("change_checkpoint", "remove_checkpoint")
def a_checkpoint(world: World) -> list[Case]:
    return in_event_states(world.rooms.checkpoint, "")


@cases_of("take_back_entry")
def an_entry_of_a_log(world: World) -> list[Case]:
    return in_event_states(world.rooms.entry, "Tam's, ")


@cases_of("take_help_request", "give_back_help_request", "finish_help", "take_back_help_request")
def a_request_for_help(world: World) -> list[Case]:
    """Of Tam's team; Mel has taken it in all states but the first."""
    mel = world.actors["Mel"].person
    found = [
        Case(f"Tam's, {state}", with_state(world.rooms.help, request={"state": state, "taken_by_id": taken}))
        for state in HelpState
        for taken in [None if state is HelpState.OPEN else mel]
    ]
    return [*found, Case("Tam's, open, closed event", with_state(world.rooms.help, event={"state": EventState.CLOSED}))]


@cases_of("close_office_hours")
def office_hours(world: World) -> list[Case]:
    return in_event_states(world.rooms.hours, "Mel's, ")


@cases_of("move_mentoring", "cancel_mentoring", "leave_mentoring")
def a_mentoring(world: World) -> list[Case]:
    """Tam's team has booked Mel."""
    booked = world.rooms.mentoring
    return [
        *in_event_states(booked, "booked, "),
        Case("begun", with_state(booked, mentoring={"starts_at": NOW})),
        Case("cancelled", with_state(booked, mentoring={"state": MentoringState.CANCELLED})),
    ]


def in_event_states(subject: Any, name: str) -> list[Case]:
    return [Case(f"{name}{state} event", with_state(subject, event={"state": state})) for state in EventState]


@cases_of("accept_invitation")
def an_invitation_to_accept(world: World) -> list[Case]:
    return [replace_event(world.invitation, case) for case in building_states(world.hackathon)]


@cases_of("decline_invitation")
def an_invitation(world: World) -> list[Case]:
    return [Case(f"to Bo, {state} event", with_state(world.invitation, event={"state": state})) for state in EventState]


def building_states(event: EventWithPhases) -> list[Case]:
    """Members come and go from the beginning of team forming to the end of building."""
    return [
        Case("before team forming", with_phase(event, PhaseKind.TEAM_FORMING, from_now=HOUR, lasts=WEEK)),
        Case("until building ends", event),
        Case("after building", with_phase(event, PhaseKind.BUILDING, from_now=-WEEK, lasts=WEEK)),
        Case("after the lock date", locked(event)),
        Case("closed event", in_state(event, EventState.CLOSED)),
    ]


def replace_event(subject: Any, case: Case) -> Case:
    return Case(case.state, replace(subject, event=case.subject))


@cases_of("save_draft", "add_file", "remove_file", "hand_in", "keep_late_version")
def a_submission(world: World) -> list[Case]:
    return [replace_event(world.team, case) for case in phase_states(world.hackathon, PhaseKind.SUBMISSION)]


@cases_of("set_grace", "set_page_limits", "add_field_for_all")
def an_event_that_takes_submissions(world: World) -> list[Case]:
    return [*phase_states(world.hackathon, PhaseKind.SUBMISSION), Case("a matchmaking event", world.matchmaking)]


@cases_of("change_field", "remove_field", "move_field_up")
def a_field(world: World) -> list[Case]:
    found = [replace_event(world.field, case) for case in phase_states(world.hackathon, PhaseKind.SUBMISSION)]
    return [*found, Case("asked of all, during submission", replace(world.field, challenge=None))]


@cases_of("give_late_entry", "take_late_entry_back")
def a_team_that_is_late(world: World) -> list[Case]:
    late = with_state(world.team, team={"late_until": NOW + WEEK})
    return [
        Case("Tam's, without an exception", world.team),
        Case("Tam's, with one", late),
        Case("Tam's, with one, closed event", with_state(late, event={"state": EventState.CLOSED})),
    ]


@cases_of("admit_late_version")
def a_version(world: World) -> list[Case]:
    late = with_state(world.version, version={"late": True})
    return [
        Case("in time", world.version),
        Case("late", late),
        Case("late and admitted", with_state(late, version={"admitted_at": NOW})),
        Case("late, closed event", with_state(late, event={"state": EventState.CLOSED})),
    ]


# --- rounds of judging ----------------------------------------------------------------------------


@cases_of("add_round")
def an_event_to_judge_in(world: World) -> list[Case]:
    return [*event_states(world.hackathon), Case("a matchmaking event", world.matchmaking)]


@cases_of(
    "change_round", "describe_round", "remove_round", "take_in", "take_out", "put_back", "name_judge", "replace_judge",
    "assign_judges", "assign_by_hand", "take_from_judge", "open_round", "close_round", "reopen_round",
    "put_back_to_draft", "settle_flag", "dismiss_conflict", "publish_result", "show_result_now", "take_result_back",
    "release_comments", "decide_tie", "note_consensus", "invite_guest_judge", "renew_guest_link", "revoke_guest_link",
)  # fmt: skip
def a_round(world: World) -> list[Case]:
    """Points on criteria; Dee judges."""
    one, audience = world.judging.open, world.judging.audience
    return [
        *(Case(f"{state} round", with_state(one, round={"state": state})) for state in RoundState),
        Case("draft round, draft event", in_event(with_state(one, round={"state": "draft"}), EventState.DRAFT)),
        Case("open round, closed event", in_event(one, EventState.CLOSED)),
        Case("closed vote of the audience", with_state(audience, round={"state": RoundState.CLOSED})),
    ]


def in_event(subject: Any, state: EventState) -> Any:
    return replace(subject, event=in_state(subject.event, state))


def voting_states(subject: Any) -> list[Case]:
    """Whether votes are taken: by the round's state, and by its phase where it has one."""
    phased = with_state(subject, round={"phase": PhaseKind.JUDGING})
    judging = with_phase(subject.event, PhaseKind.JUDGING, from_now=-HOUR, lasts=WEEK)
    return [
        *(Case(f"{state} round", with_state(subject, round={"state": state})) for state in RoundState),
        Case("open round, closed event", in_event(subject, EventState.CLOSED)),
        *(
            Case(f"open round, {case.state}", replace(phased, event=case.subject))
            for case in phase_states(judging, PhaseKind.JUDGING)
        ),
    ]


@cases_of("score_submission", "skip_submission", "undo_last", "flag_submission", "declare_conflict")
def a_submission_before_a_judge(world: World) -> list[Case]:
    """Tam's, before Dee."""
    work = world.judging.work
    return [
        *voting_states(work),
        Case("not assigned", replace(work, assigned=False)),
        Case("with a conflict of interest", replace(work, kinds=frozenset({Kind.DECLARED}))),
    ]


@cases_of("order_submissions", "compare_submissions", "undo_comparison")
def a_round_to_judge_in(world: World) -> list[Case]:
    return voting_states(world.judging.open)


@cases_of("ask_for_one_more")
def a_round_with_more_to_give(world: World) -> list[Case]:
    more = with_state(world.judging.open, round={"judges_most": 5})
    return [*voting_states(more), Case("open round, nobody asks", world.judging.open)]


@cases_of("cast_ballot")
def a_vote_of_the_audience(world: World) -> list[Case]:
    return voting_states(world.judging.audience)


@cases_of("invite_voters", "revoke_voter")
def an_audience_to_invite(world: World) -> list[Case]:
    one = world.judging.audience
    return [
        *(Case(f"{state} round", with_state(one, round={"state": state})) for state in RoundState),
        Case("a round with judges", world.judging.open),
    ]


@cases_of("note_mentor")
def a_team_with_a_mentor(world: World) -> list[Case]:
    return a_team(world)


# --- meetings -------------------------------------------------------------------------------------


@cases_of("remove_block", "set_breaks")
def a_block(world: World) -> list[Case]:
    return [Case(f"{state} event", with_state(world.block(), event={"state": state})) for state in EventState]


@cases_of("change_table", "remove_table")
def a_table(world: World) -> list[Case]:
    table = TableInEvent(world.table, world.matchmaking.event)
    return [Case(f"{state} event", with_state(table, event={"state": state})) for state in EventState]


@cases_of("book_meeting")
def an_event_to_book_in(world: World) -> list[Case]:
    return event_states(world.matchmaking)


@cases_of("request_meeting_for")
def a_participant_to_ask_for(world: World) -> list[Case]:
    """Bo is looked after by Ola's desk, Cy by none."""
    place = world.place("Bo", world.matchmaking)
    found = [Case(f"Bo's, {state} event", with_state(place, event={"state": state})) for state in EventState]
    return [*found, Case("Cy's", world.place("Cy", world.matchmaking))]


@cases_of("ask_for_schedule")
def an_event_to_schedule(world: World) -> list[Case]:
    return [*event_states(world.matchmaking), Case("a hackathon", world.hackathon)]


@cases_of("cancel_schedule", "discard_draft", "publish_schedule")
def a_draft(world: World) -> list[Case]:
    done = world.draft
    found = [Case(f"{state}", with_state(done, draft={"state": state})) for state in DraftState]
    return [*found, Case("done, closed event", with_state(done, event={"state": EventState.CLOSED}))]


@cases_of("request_meeting")
def the_booking_phase(world: World) -> list[Case]:
    return phase_states(world.matchmaking, PhaseKind.BOOKING)


@cases_of("accept_meeting", "meet_now", "decline_meeting", "move_meeting", "cancel_meeting", "withdraw_request",
          "lock_meeting", "swap_meetings")  # fmt: skip
def a_meeting(world: World) -> list[Case]:
    """Bo has asked Cy."""
    meeting, gone = world.requested, {"starts_at": NOW - HOUR, "ends_at": NOW - HOUR / 2}
    found = [Case(f"{state}", with_state(meeting, meeting={"state": state})) for state in MeetingState]
    accepted = with_state(meeting, meeting={"state": MeetingState.SCHEDULED})
    return [
        *found,
        Case("requested, hold over", with_state(meeting, meeting={"expires_at": NOW})),
        Case("accepted, begun", with_state(accepted, meeting={"starts_at": NOW})),
        Case("accepted, over", with_state(accepted, meeting=gone)),
        Case("requested, closed event", with_state(meeting, event={"state": EventState.CLOSED})),
        Case("accepted, closed event", with_state(accepted, event={"state": EventState.CLOSED})),
    ]


@cases_of("move_to_table")
def a_meeting_and_its_table(world: World) -> list[Case]:
    return a_meeting(world)


@cases_of("schedule_meeting")
def a_meeting_without_a_time(world: World) -> list[Case]:
    """Bo has asked Cy, and the time is still to be chosen; by the organisers in some events."""
    untimed = {"starts_at": None, "ends_at": None}
    meeting = with_state(world.requested, meeting={**untimed, "state": MeetingState.ACCEPTED})
    return [
        Case("requested", with_state(world.requested, meeting=untimed)),
        Case("accepted", meeting),
        Case("accepted, time by the organisers", replace(meeting, timing=Timing.BY_ORGANISER)),
        Case("scheduled", with_state(world.requested, meeting={"state": MeetingState.SCHEDULED})),
        Case("accepted, closed event", with_state(meeting, event={"state": EventState.CLOSED})),
    ]


def side_of_bo(world: World, *, guests: bool = False) -> SideInMeeting:
    """Bo's side of his request to Cy; Ola looks after Bo, and Tam takes part for the same dairy."""
    bo, tam, home = world.actors["Bo"].person or 0, world.actors["Tam"].person or 0, world.organisation.id or 0
    meeting = replace(
        world.requested, desks={bo: world.desk.id}, homes={bo: home, tam: home},
        colleagues={home: frozenset({bo, tam})}, guests=(tam,) if guests else (),
    )  # fmt: skip
    return SideInMeeting(meeting, bo)


def states_of_side(side: SideInMeeting) -> list[Case]:
    found = [replace(side, of=with_state(side.of, meeting={"state": state})) for state in MeetingState]
    accepted = with_state(side.of, meeting={"state": MeetingState.SCHEDULED})
    return [
        *(Case(f"{state}", one) for state, one in zip(MeetingState, found, strict=True)),
        Case("requested, hold over", replace(side, of=with_state(side.of, meeting={"expires_at": NOW}))),
        Case("scheduled, begun", replace(side, of=with_state(accepted, meeting={"starts_at": NOW}))),
        Case("scheduled, closed event", replace(side, of=with_state(accepted, event={"state": EventState.CLOSED}))),
    ]


@cases_of("delegate_meeting", "take_over_meeting", "add_to_meeting", "remove_from_meeting")
def bos_side(world: World) -> list[Case]:
    return states_of_side(side_of_bo(world))


@cases_of("leave_meeting")
def with_tam_as_guest(world: World) -> list[Case]:
    return [Case(one.state, one.subject.of) for one in states_of_side(side_of_bo(world, guests=True))]


@cases_of("check_in_to_meeting", "check_in_somebody", "mark_no_show", "mark_held", "mark_technical_failure",
          "contradict_attendance", "contradict_attendance_for", "correct_attendance", "call_standby",
          "meet_request_now", "assess_meeting", "note_outcome")  # fmt: skip
def a_meeting_whose_time_has_come(world: World) -> list[Case]:
    """Bo, whom Ola looks after, meets Cy; it began six minutes ago and lasts twenty."""
    looked_after = replace(world.requested, desks={world.requested.meeting.asker_id: world.desk.id})
    times = {"starts_at": NOW - HOUR / 10, "ends_at": NOW + HOUR / 3 - HOUR / 10}
    running = with_state(looked_after, meeting={"state": MeetingState.SCHEDULED, **times})
    later = {"starts_at": NOW + HOUR, "ends_at": NOW + HOUR + HOUR / 3}
    just_begun = {"starts_at": NOW, "ends_at": NOW + HOUR / 3}
    gone = {"starts_at": NOW - HOUR, "ends_at": NOW - HOUR / 2}
    return [
        *(Case(f"{state}, running", with_state(running, meeting={"state": state})) for state in MeetingState),
        Case("scheduled, an hour before", with_state(running, meeting=later)),
        Case("scheduled, at its start", with_state(running, meeting=just_begun)),
        Case("scheduled, over", with_state(running, meeting=gone)),
        Case("no-show, over", with_state(running, meeting={"state": MeetingState.NO_SHOW, **gone})),
        Case("scheduled, running, closed event", with_state(running, event={"state": EventState.CLOSED})),
        Case("held, closed event", with_state(
            running, meeting={"state": MeetingState.HELD}, event={"state": EventState.CLOSED}
        )),
    ]  # fmt: skip


@cases_of("enter_meeting_room", "leave_meeting_room", "close_meeting_room", "extend_meeting", "knock_at_room",
          "answer_knock", "put_out_of_room", "let_back_into_meeting", "ask_to_mute",
          "choose_captioner", "choose_video", "write_meeting_note")  # fmt: skip
def a_meeting_room(world: World) -> list[Case]:
    """Bo, whom Ola looks after, meets Cy; it began twelve minutes ago and lasts twenty."""
    times = {"starts_at": NOW - HOUR / 5, "ends_at": NOW + HOUR / 3 - HOUR / 5}
    looked_after = replace(world.requested, desks={world.requested.meeting.asker_id: world.desk.id})
    running = with_state(looked_after, meeting={"state": MeetingState.SCHEDULED, **times})
    room, ada, cy = MeetingRoom(meeting_id=running.id), *(world.actors[one].person or 0 for one in ("Ada", "Cy"))

    def at(starts_in: timedelta) -> MeetingInEvent:
        return with_state(running, meeting={"starts_at": NOW + starts_in, "ends_at": NOW + starts_in + HOUR / 3})

    states = (MeetingState.REQUESTED, MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.CANCELLED)
    return [
        Case("running", RoomInMeeting(running, room)),
        *(Case(f"{one}", RoomInMeeting(with_state(running, meeting={"state": one}), room)) for one in states),
        Case("an hour before", RoomInMeeting(at(HOUR), room)),
        Case("ten minutes before", RoomInMeeting(at(HOUR / 6), room)),
        Case("just begun", RoomInMeeting(at(HOUR * 0), room)),
        Case("in its grace", RoomInMeeting(at(-HOUR / 3 - HOUR / 60), room)),
        Case("over", RoomInMeeting(at(-HOUR), room)),
        Case("ended early", RoomInMeeting(running, changed(room, ended_at=NOW))),
        Case("Ada was let in", RoomInMeeting(running, room, {ada: EntryState.ADMITTED})),
        Case("Cy was put out", RoomInMeeting(running, room, {cy: EntryState.REMOVED})),
        Case("closed event", RoomInMeeting(with_state(running, event={"state": EventState.CLOSED}), room)),
    ]


@cases_of("take_back_note")
def bos_note(world: World) -> list[Case]:
    note = MeetingNote(
        meeting_id=world.requested.id, person_id=world.actors["Bo"].person or 0, text="A line.", written_at=NOW
    )
    return [Case(one.state, NoteInMeeting(note, one.subject)) for one in a_meeting_room(world)]


@cases_of("set_video_rules")
def an_event_with_video(world: World) -> list[Case]:
    return event_states(world.matchmaking)


@cases_of("wait_for_time")
def when_times_are_offered(world: World) -> list[Case]:
    event = with_phase(world.matchmaking, PhaseKind.LIVE, from_now=WEEK, lasts=WEEK)
    over = with_phase(event, PhaseKind.BOOKING, from_now=-WEEK, lasts=WEEK)
    live = with_phase(over, PhaseKind.LIVE, from_now=-HOUR, lasts=WEEK)
    return [*phase_states(event, PhaseKind.BOOKING), Case("after booking, live", live)]


@cases_of("set_standby")
def standing_by(world: World) -> list[Case]:
    return event_states(world.matchmaking)


@cases_of("turn_wishes_into_requests")
def the_event_that_follows(world: World) -> list[Case]:
    return [Case(f"{state} event", in_state(world.matchmaking, state)) for state in EventState]


@cases_of("stop_waiting")
def a_waiting_pair(world: World) -> list[Case]:
    pair = WaitingPairInEvent(world.waiting, world.matchmaking.event)
    return [Case(f"Bo waits for Cy, {state} event", with_state(pair, event={"state": state})) for state in EventState]


# --- pitch rooms ----------------------------------------------------------------------------------


@cases_of("move_stage", "schedule_pitches", "reorder_pitch", "cancel_pitch", "put_pitch_back", "open_stage",
          "close_stage", "start_pitch", "end_pitch", "add_time", "ask_question", "skip_pitch", "pause_pitch",
          "resume_pitch", "write_message", "draft_poll", "raise_hand", "lower_hand", "react", "set_manners",
          "make_pass", "join_scoring", "join_agenda")  # fmt: skip
def a_room(world: World) -> list[Case]:
    return room_states(world.room())


@cases_of("vote_for_question", "take_vote_back", "mark_answered", "hide_question", "put_question_back",
          "pin_question", "report_question", "silence_hall_guest", "let_hall_guest_speak")  # fmt: skip
def a_question(world: World) -> list[Case]:
    return room_states(world.question)


@cases_of("take_message_off", "put_message_back", "report_message")
def a_message(world: World) -> list[Case]:
    return room_states(world.live.message)


@cases_of("settle_reports")
def a_thing_that_was_reported(world: World) -> list[Case]:
    return [Case("a message", world.live.message), Case("a question", world.question)]


@cases_of("open_poll", "close_poll", "show_poll_results", "vote_in_poll")
def a_poll(world: World) -> list[Case]:
    draft = with_state(world.live.poll, poll={"state": PollState.DRAFT})
    closed = with_state(world.live.poll, poll={"state": PollState.CLOSED})
    return [*room_states(world.live.poll), Case("a draft", draft), Case("a closed poll", closed)]


@cases_of("give_the_floor", "lower_hand_of")
def a_hand(world: World) -> list[Case]:
    return room_states(world.live.hand)


@cases_of("silence_person", "let_speak_again", "remove_from_room", "let_back_in")
def somebody_in_a_room(world: World) -> list[Case]:
    return room_states(world.live.somebody)


@cases_of("take_pass_back")
def a_pass(world: World) -> list[Case]:
    return room_states(world.live.hall)


@cases_of("wish_to_meet", "take_wish_back")
def a_pitch_to_wish_for(world: World) -> list[Case]:
    return room_states(world.live.pitch)


def room_states(subject: Any) -> list[Case]:
    return [
        *(Case(f"{state} room", with_state(subject, stage={"state": state})) for state in StageState),
        Case("open room, draft event", with_state(subject, event={"state": EventState.DRAFT})),
        Case("open room, closed event", with_state(subject, event={"state": EventState.CLOSED})),
    ]


# --- speed networking -----------------------------------------------------------------------------


@cases_of("plan_networking", "turn_connections_into_requests", "be_shown_in_lobby", "announce_in_lobby",
          "take_announcement_off")  # fmt: skip
def an_event_with_networking(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("change_networking", "weigh_types", "rule_on_pair", "drop_pair_rule", "start_networking",
          "pause_networking", "resume_networking", "lengthen_round", "cut_round", "end_networking",
          "take_out_of_networking", "join_networking", "enter_networking", "leave_networking", "stay_in_touch",
          "take_touch_back")  # fmt: skip
def a_networking(world: World) -> list[Case]:
    """Bo and Tam are there; in the last case Bo was taken out."""
    running, bo = world.evenings.running, world.actors["Bo"].person or 0
    planned = with_state(running, networking={"state": NetworkingState.PLANNED, "starts_at": NOW + HOUR / 6})
    return [
        Case("running", running),
        Case("planned, in an hour", with_state(planned, networking={"starts_at": NOW + HOUR})),
        Case("planned, in ten minutes", planned),
        Case("paused", with_state(running, networking={"state": NetworkingState.PAUSED})),
        Case("ended", with_state(running, networking={"state": NetworkingState.ENDED})),
        Case("running, draft event", with_state(running, event={"state": EventState.DRAFT})),
        Case("running, closed event", with_state(running, event={"state": EventState.CLOSED})),
        Case(
            "running, Bo was taken out", replace(running, places={**running.places, bo: NetworkingPlaceState.REMOVED})
        ),
    ]


# --- the agenda and the door ----------------------------------------------------------------------


@cases_of("change_room", "remove_room")
def a_room_of_the_programme(world: World) -> list[Case]:
    subject = RoomInEvent(world.agenda.studio, world.hackathon)
    return [Case(f"{state} event", with_state(subject, event={"state": state})) for state in EventState]


@cases_of("change_track", "remove_track")
def a_track_of_the_agenda(world: World) -> list[Case]:
    subject = TrackInEvent(world.agenda.track, world.hackathon)
    return [Case(f"{state} event", with_state(subject, event={"state": state})) for state in EventState]


@cases_of("change_session", "place_session", "swap_sessions", "take_session_off", "remove_session")
def a_session_of_the_draft(world: World) -> list[Case]:
    return [Case(f"{state} event", with_state(world.keynote, event={"state": state})) for state in EventState]


@cases_of("star_session", "unstar_session")
def a_session_of_the_agenda(world: World) -> list[Case]:
    return [Case("released", world.keynote)]


@cases_of("check_in", "check_in_by_kept_scan", "undo_check_in")
def somebody_at_the_door(world: World) -> list[Case]:
    place = world.place("Bo", world.hackathon)
    found = [Case(f"Bo's, {state}", with_state(place, registration={"state": state})) for state in RegistrationState]
    return [*found, *(Case(f"Bo's, {state} event", with_state(place, event={"state": state})) for state in EventState)]


# --- screening and calls --------------------------------------------------------------------------


@cases_of("set_screening_up")
def an_event_to_screen_in(world: World) -> list[Case]:
    return [*event_states(world.hackathon), Case("a matchmaking event", world.matchmaking)]


def screening_states(subject: Any) -> list[Case]:
    return [
        *(Case(f"{state} screening", with_state(subject, screening={"state": state})) for state in ScreeningState),
        Case("draft screening, draft event", in_event(
            with_state(subject, screening={"state": ScreeningState.DRAFT}), EventState.DRAFT)),
        Case("open screening, closed event", in_event(subject, EventState.CLOSED)),
    ]  # fmt: skip


@cases_of(
    "remove_screening", "name_screener", "end_screener", "assign_screeners", "open_screening", "close_screening",
    "release_eligibility",
)  # fmt: skip
def a_screening(world: World) -> list[Case]:
    """Dee and Pat screen."""
    return screening_states(world.calls.screening)


@cases_of("give_verdict", "undo_verdict", "declare_conflict_as_screener", "decide_eligibility")
def a_submission_before_a_screener(world: World) -> list[Case]:
    """Tam's, before Dee."""
    work = world.calls.screened
    return [
        *screening_states(work),
        Case("not assigned", replace(work, assigned=False)),
        Case("with a conflict of interest", replace(work, kinds=frozenset({Kind.DECLARED}))),
    ]


@cases_of("set_budget")
def an_evaluation(world: World) -> list[Case]:
    one = world.calls.evaluation
    return [
        *(Case(f"{state} evaluation", with_state(one, round={"state": state})) for state in RoundState),
        Case("a round with points on criteria", world.judging.open),
    ]


@cases_of("ask_for_redress", "withdraw_redress", "decide_redress")
def what_a_team_was_told(world: World) -> list[Case]:
    """Tam's team; in another evaluation it has asked for redress."""
    told, asked = world.calls.told, world.calls.redress
    without = changed(told.round, rule={**told.round.rule, "redress_days": 0})
    decided = changed(asked.request, verdict=RedressVerdict.DISMISSED)
    return [
        Case("told", told),
        Case("told, closed event", in_event(told, EventState.CLOSED)),
        Case("told two months ago", replace(told, fate=changed(told.fate, told_at=NOW - timedelta(days=60)))),
        Case("without redress", replace(told, round=without)),
        Case("asked", asked),
        Case("taken back", replace(asked, request=changed(asked.request, withdrawn_at=NOW))),
        Case("decided", replace(asked, request=decided)),
    ]


@cases_of("name_rapporteur", "write_consensus", "record_dissent", "withdraw_dissent")
def a_submission_before_its_evaluators(world: World) -> list[Case]:
    """Tam's, which Dee evaluates."""
    panel = world.calls.panel
    [dee] = panel.evaluators
    return [
        *(Case(f"{state} evaluation", with_state(panel, round={"state": state})) for state in RoundState),
        Case("closed evaluation, Dee is rapporteur", replace(panel, evaluators=(replace(dee, rapporteur=True),))),
        Case("closed evaluation, nobody evaluates it", replace(panel, evaluators=())),
        Case("closed evaluation, closed event", in_event(panel, EventState.CLOSED)),
    ]


# --- calendars and letters ------------------------------------------------------------------------


@cases_of("follow_milestones", "unfollow_milestones")
def an_event_with_dates(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("stop_letters", "resume_letters")
def a_kind_of_letters(world: World) -> list[Case]:
    return [Case("Bo's reminders", Subscription(world.people["Bo"], Topic.REMINDERS))]


@cases_of("answer_entry")
def an_entry_in_a_calendar(world: World) -> list[Case]:
    return [Case("Bo's", world.mail.of)]


@cases_of("confirm_reply", "disown_reply")
def a_reply_that_waits(world: World) -> list[Case]:
    return [Case("in Bo's name", world.mail.held)]


@cases_of("take_proposal", "keep_time")
def another_time(world: World) -> list[Case]:
    subject = world.mail.proposal
    settled = replace(subject, proposal=changed(subject.proposal, settled_at=NOW))
    return [Case("proposed to Bo", subject), Case("settled", settled)]


@cases_of("propose_time", "forward_text")
def a_meeting_of_two(world: World) -> list[Case]:
    return [
        Case(f"Bo's with Nia, {state}", with_state(world.accepted, meeting={"state": state}))
        for state in (MeetingState.SCHEDULED, MeetingState.CANCELLED)
    ]


@cases_of("set_letter_text", "send_notice")
def an_event_that_is_written_about(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("send_test_letter")
def an_event_with_own_words(world: World) -> list[Case]:
    return event_states(world.hackathon)


@cases_of("resend_letter", "trust_address")
def a_letter_of_an_event(world: World) -> list[Case]:
    return [Case("of the hackathon", world.mail.letter)]
