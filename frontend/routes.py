"""Every address of Folkmoot on one page: path, page function, method, name."""

from typing import Any

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from frontend.assets import serve_asset
from frontend.pages import (
    agendas,
    arranging,
    asking,
    assessments,
    attendance,
    availability,
    blocks,
    board,
    board_actions,
    challenges,
    colleagues,
    control,
    desks,
    development,
    events,
    following,
    health,
    home,
    importing,
    letters,
    live,
    marketplace,
    meeting_rules,
    meetings,
    memberships,
    moving,
    no_thanks,
    on_behalf,
    organisations,
    outcomes,
    participants,
    profile,
    programmes,
    registrations,
    schedules,
    setup,
    signin,
    submissions,
    tables,
    teams,
    waiting,
)


class OurRoute(Route):
    """A route that sees by the beginning and the end of an address that it is not meant: of a hundred and fifty
    patterns, nearly all."""

    def __init__(self, path: str, *given: Any, **options: Any) -> None:
        super().__init__(path, *given, **options)
        self.begins, self.ends = path.partition("{")[0], path.rpartition("}")[2]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        if path.endswith(self.ends) and (path.startswith(self.begins) or scope.get("root_path")):
            return super().matches(scope)
        return Match.NONE, {}


def get(path: str, page: object, name: str) -> Route:
    """A page that only reads."""
    return OurRoute(path, page, methods=["GET"], name=name)


def post(path: str, page: object, name: str) -> Route:
    """Something that is done."""
    return OurRoute(path, page, methods=["POST"], name=name)


GROUND: list[BaseRoute] = [
    get("/healthz", health.alive, "healthz"),
    get("/readyz", health.ready, "readyz"),
    get("/static/{build}/{path:path}", serve_asset, "static"),
    get("/favicon.ico", health.favicon, "favicon"),
    get("/robots.txt", health.robots, "robots"),
]

PEOPLE: list[BaseRoute] = [
    get("/", home.show_home, "home"),
    get("/sign-in", signin.show_sign_in, "sign_in"),
    post("/sign-in", signin.ask_now, "ask_for_link"),
    get("/sign-in/sent", signin.show_sent, "link_sent"),
    post("/sign-in/password", signin.sign_in_now, "sign_in_by_password"),
    get("/sign-in/link/{token}", signin.show_link, "sign_in_link"),
    post("/sign-in/link/{token}", signin.use_link, "use_link"),
    get("/sign-up", signin.show_sign_up, "sign_up"),
    post("/sign-up", signin.sign_up_now, "sign_up_now"),
    post("/sign-out", signin.sign_out_now, "sign_out"),
    post("/language", signin.set_language, "set_language"),
]

# Account, organisations, programmes, marketplace, import
NETWORK: list[BaseRoute] = [
    get("/account", profile.show_account, "account"),
    post("/account/profile", profile.change_profile_now, "change_profile"),
    post("/account/password", profile.set_password_now, "set_password"),
    post("/account/sign-out-everywhere", profile.sign_out_everywhere_now, "sign_out_everywhere"),
    get("/people/{person}", profile.show_person, "person"),
    get("/organisations", organisations.show_organisations, "organisations"),
    get("/organisations/new", organisations.new_organisation, "new_organisation"),
    post("/organisations/new", organisations.add_now, "add_organisation"),
    get("/organisations/{organisation}", organisations.show_organisation, "organisation"),
    get("/organisations/{organisation}/edit", organisations.edit_organisation, "edit_organisation"),
    post("/organisations/{organisation}/edit", organisations.change_now, "change_organisation"),
    post("/organisations/{organisation}/join", memberships.ask_now, "ask_to_join"),
    post("/organisations/{organisation}/take-back", memberships.take_back_now, "take_back_membership_request"),
    post(
        "/organisations/{organisation}/asking/{membership_request}/agree", memberships.agree_now, "agree_to_membership"
    ),
    post(
        "/organisations/{organisation}/asking/{membership_request}/turn-down",
        memberships.turn_down_now,
        "turn_down_membership",
    ),
    post("/organisations/{organisation}/leave", organisations.leave_now, "leave_organisation"),
    post("/organisations/{organisation}/members/remove", organisations.remove_now, "remove_member"),
    post("/organisations/{organisation}/members/contact", organisations.name_contact_now, "name_contact"),
    post("/organisations/{organisation}/cluster/add", organisations.add_to_cluster_now, "add_to_cluster"),
    post("/organisations/{organisation}/cluster/remove", organisations.remove_from_cluster_now, "remove_from_cluster"),
    get("/programmes", programmes.show_programmes, "programmes"),
    get("/programmes/new", programmes.new_programme, "new_programme"),
    post("/programmes/new", programmes.create_now, "create_programme"),
    get("/p/{programme}", programmes.show_programme, "programme"),
    get("/p/{programme}/edit", programmes.edit_programme, "edit_programme"),
    post("/p/{programme}/edit", programmes.change_now, "change_programme"),
    post("/p/{programme}/clusters/add", programmes.add_cluster_now, "add_cluster"),
    post("/p/{programme}/clusters/remove", programmes.remove_cluster_now, "remove_cluster"),
    get("/p/{programme}/desks", desks.show_desks, "desks"),
    post("/p/{programme}/desks", desks.add_now, "add_desk"),
    get("/p/{programme}/desks/{desk}", desks.show_desk, "desk"),
    post("/p/{programme}/desks/{desk}", desks.change_now, "change_desk"),
    post("/p/{programme}/desks/{desk}/remove", desks.remove_now, "remove_desk"),
    post("/p/{programme}/desks/{desk}/officers/add", desks.add_officer_now, "add_desk_officer"),
    post("/p/{programme}/desks/{desk}/officers/remove", desks.remove_officer_now, "remove_desk_officer"),
    post("/p/{programme}/desks/{desk}/gather", desks.gather_now, "gather_participants"),
    get("/marketplace", marketplace.show_marketplace, "marketplace"),
    get("/marketplace/new", marketplace.new_item, "new_item"),
    post("/marketplace/new", marketplace.publish_now, "publish_item"),
    get("/marketplace/{item}", marketplace.show_item, "item"),
    get("/marketplace/{item}/edit", marketplace.edit_item, "edit_item"),
    post("/marketplace/{item}/edit", marketplace.change_now, "change_item"),
    post("/marketplace/{item}/withdraw", marketplace.withdraw_now, "withdraw_item"),
    post("/marketplace/{item}/show", marketplace.show_in_event_now, "show_in_event"),
    post("/marketplace/{item}/hide", marketplace.hide_from_event_now, "hide_from_event"),
    get("/e/{event}/marketplace", marketplace.show_marketplace, "event_marketplace"),
    get("/e/{event}/import/participants", importing.choose_participants, "import_participants"),
    post("/e/{event}/import/participants", importing.look_at_participants, "preview_participants"),
    post("/e/{event}/import/participants/now", importing.import_participants_now, "confirm_participants"),
    get("/e/{event}/import/items", importing.choose_items, "import_items"),
    post("/e/{event}/import/items", importing.look_at_items, "preview_items"),
    post("/e/{event}/import/items/now", importing.import_items_now, "confirm_items"),
]

EVENTS: list[BaseRoute] = [
    get("/events", events.show_events, "events"),
    get("/p/{programme}/events/new", setup.new_event, "new_event"),
    post("/p/{programme}/events/new", setup.create_now, "create_event"),
    get("/e/{event}", events.show_event, "event"),
    get("/e/{event}/calendar.ics", events.event_calendar, "event_calendar"),
    get("/e/{event}/set-up", setup.show_set_up, "set_up"),
    get("/e/{event}/set-up/clone", setup.clone_form, "clone_form"),
    post("/e/{event}/set-up/clone", setup.clone_now, "clone_event"),
    get("/e/{event}/set-up/texts", setup.edit_texts, "edit_event"),
    post("/e/{event}/set-up/texts", setup.change_texts, "change_event"),
    get("/e/{event}/set-up/phases", setup.edit_phases, "edit_phases"),
    post("/e/{event}/set-up/phases", setup.move_phase_now, "move_phase"),
    post("/e/{event}/set-up/phases/drop", setup.drop_phase_now, "drop_phase"),
    get("/e/{event}/set-up/registration", setup.edit_registration, "edit_registration"),
    post("/e/{event}/set-up/types", setup.add_type_now, "add_participation_type"),
    post("/e/{event}/set-up/questions", setup.add_question_now, "add_question"),
    post("/e/{event}/set-up/consent", setup.set_consent_now, "set_consent_text"),
    get("/e/{event}/set-up/roles", setup.edit_roles, "edit_roles"),
    post("/e/{event}/set-up/roles", setup.appoint_now, "appoint"),
    post("/e/{event}/publish", setup.publish_now, "publish_event"),
    post("/e/{event}/start", setup.start_now, "start_event"),
    post("/e/{event}/close", setup.close_now, "close_event"),
    get("/e/{event}/register", registrations.show_form, "register"),
    post("/e/{event}/register", registrations.register_now, "register_now"),
    get("/e/{event}/registration", registrations.show_mine, "my_registration"),
    post("/e/{event}/registration/agree", registrations.agree_now, "agree_to_take_part"),
    get("/e/{event}/registrations", registrations.show_all, "registrations"),
    get("/e/{event}/registrations.csv", registrations.export_all, "registrations_csv"),
    post("/e/{event}/registrations/{registration}/accept", registrations.accept_now, "accept_registration"),
    post("/e/{event}/registrations/{registration}/decline", registrations.decline_now, "decline_registration"),
    post("/e/{event}/registrations/{registration}/withdraw", registrations.withdraw_now, "withdraw_registration"),
    post("/e/{event}/registrations/{registration}/desk", registrations.assign_desk_now, "assign_desk"),
    get("/e/{event}/desk", desks.show_own, "own_participants"),
    post("/e/{event}/desk/{registration}/accept", desks.accept_now, "accept_own"),
    post("/e/{event}/desk/{registration}/decline", desks.decline_now, "decline_own"),
    get("/e/{event}/letters", letters.show_letters, "letters"),
]

# Challenges, teams and submissions
HACKATHONS: list[BaseRoute] = [
    get("/e/{event}/challenges", challenges.show_challenges, "challenges"),
    get("/e/{event}/challenges/new", challenges.new_challenge, "new_challenge"),
    post("/e/{event}/challenges/new", challenges.publish_now, "publish_challenge"),
    get("/e/{event}/challenges/from-need", challenges.choose_need, "choose_need"),
    post("/e/{event}/challenges/from-need", challenges.promote_now, "promote_need"),
    get("/e/{event}/challenges/{challenge}", challenges.show_challenge, "challenge"),
    get("/e/{event}/challenges/{challenge}/edit", challenges.edit_challenge, "edit_challenge"),
    post("/e/{event}/challenges/{challenge}/edit", challenges.change_now, "change_challenge"),
    get("/e/{event}/teams", teams.show_teams, "teams"),
    get("/e/{event}/teams/new", teams.new_team, "new_team"),
    post("/e/{event}/teams/new", teams.form_now, "form_team"),
    get("/e/{event}/teams/{team}", teams.show_team, "team"),
    get("/e/{event}/teams/{team}/edit", teams.edit_team, "edit_team"),
    post("/e/{event}/teams/{team}/edit", teams.change_now, "change_team"),
    post("/e/{event}/teams/{team}/invite", teams.invite_now, "invite_to_team"),
    post("/e/{event}/teams/{team}/invitations/{invitation}", teams.take_back_now, "take_back_invitation"),
    post("/e/{event}/teams/{team}/leave", teams.leave_now, "leave_team"),
    post("/e/{event}/teams/{team}/members/{person}/remove", teams.remove_now, "remove_from_team"),
    get("/team-invitations/{token}", teams.show_invitation, "team_invitation"),
    post("/team-invitations/{token}/accept", teams.accept_now, "accept_invitation"),
    post("/team-invitations/{token}/decline", teams.decline_now, "decline_invitation"),
    post("/e/{event}/invitations/{invitation}/accept", teams.accept_own_now, "accept_own_invitation"),
    post("/e/{event}/invitations/{invitation}/decline", teams.decline_own_now, "decline_own_invitation"),
    get("/e/{event}/teams/{team}/submission", submissions.edit_submission, "edit_submission"),
    post("/e/{event}/teams/{team}/submission", submissions.save_now, "save_draft"),
    post("/e/{event}/teams/{team}/submission/autosave", submissions.autosave, "autosave"),
    post("/e/{event}/teams/{team}/submission/hand-in", submissions.hand_in_now, "hand_in"),
    post("/e/{event}/teams/{team}/submission/files/{file}/remove", submissions.remove_file_now, "remove_file"),
    get("/e/{event}/submissions", submissions.show_submissions, "submissions"),
    get("/e/{event}/submissions/{submission}", submissions.show_submission, "submission"),
    get("/e/{event}/submissions/{submission}/versions/{number}", submissions.show_receipt, "receipt"),
    get("/e/{event}/submissions/{submission}/versions/{number}/content.json", submissions.show_content, "content"),
    post("/e/{event}/submissions/{submission}/versions/{number}/admit", submissions.admit_now, "admit_late_version"),
    get("/e/{event}/submissions/{submission}/files/{file}", submissions.send_file, "submission_file"),
]

# Participants and their meetings, what is needed for those, and the event that follows
MEETINGS: list[BaseRoute] = [
    get("/e/{event}/participants", participants.show_participants, "participants"),
    get("/e/{event}/participants/{registration}", participants.show_participant, "participant"),
    get("/e/{event}/participants/{registration}/ask", asking.ask_for_meeting, "ask_for_meeting"),
    post("/e/{event}/participants/{registration}/ask", asking.request_now, "request_meeting"),
    get("/e/{event}/participants/{registration}/times", asking.times_of_both, "times_of_both"),
    get("/e/{event}/no-thanks", no_thanks.show_turned_down, "turned_down"),
    post("/e/{event}/participants/{registration}/no-thanks", no_thanks.say_now, "say_no_thanks"),
    post("/e/{event}/no-thanks/{registration}/take-back", no_thanks.take_back_now, "take_back_no_thanks"),
    get("/e/{event}/participants/{registration}/ask-for", on_behalf.show_asking_for, "ask_for_them"),
    post("/e/{event}/participants/{registration}/ask-for", on_behalf.ask_for_them_now, "request_meeting_for"),
    get("/e/{event}/board", board.show_board, "board"),
    get("/e/{event}/board/fragment", board.board_fragment, "board_fragment"),
    get("/e/{event}/board/counts", board.board_counts, "board_counts"),
    get("/e/{event}/board/book", on_behalf.show_booking, "book_for_others"),
    post("/e/{event}/board/book", on_behalf.book_now, "book_meeting"),
    get("/e/{event}/board/meetings/{meeting}", board_actions.show_on_board, "board_meeting"),
    post("/e/{event}/board/meetings/{meeting}/move", board_actions.move_now, "board_move"),
    post("/e/{event}/board/meetings/{meeting}/swap", board_actions.swap_now, "board_swap"),
    post("/e/{event}/board/meetings/{meeting}/accept", board_actions.accept_now, "board_accept"),
    post("/e/{event}/board/meetings/{meeting}/decline", board_actions.decline_now, "board_decline"),
    post("/e/{event}/board/meetings/{meeting}/withdraw", board_actions.withdraw_now, "board_withdraw"),
    post("/e/{event}/board/meetings/{meeting}/cancel", board_actions.cancel_now, "board_cancel"),
    post("/e/{event}/board/meetings/{meeting}/lock", board_actions.lock_now, "board_lock"),
    get("/e/{event}/meetings/all", board.show_all_meetings, "all_meetings"),
    get("/e/{event}/meetings", meetings.show_meetings, "meetings"),
    get("/e/{event}/agenda", agendas.show_agenda, "agenda"),
    get("/e/{event}/agenda/fragment", agendas.agenda_fragment, "agenda_fragment"),
    get("/e/{event}/agendas", agendas.show_agendas, "agendas"),
    get("/e/{event}/tables/agendas", agendas.show_table_agendas, "table_agendas"),
    get("/e/{event}/meetings/fragment", meetings.meetings_fragment, "meetings_fragment"),
    get("/meetings/{meeting}", meetings.show_meeting, "meeting"),
    get("/meetings/{meeting}/fragment", meetings.meeting_fragment, "meeting_fragment"),
    post("/meetings/{meeting}/accept", meetings.accept_now, "accept_meeting"),
    post("/meetings/{meeting}/decline", meetings.decline_now, "decline_meeting"),
    post("/meetings/{meeting}/withdraw", meetings.withdraw_now, "withdraw_request"),
    post("/meetings/{meeting}/cancel", meetings.cancel_now, "cancel_meeting"),
    get("/meetings/{meeting}/move", moving.choose_other_time, "choose_other_time"),
    post("/meetings/{meeting}/move", moving.move_now, "move_meeting"),
    get("/meetings/{meeting}/times", moving.times_of_meeting, "times_of_meeting"),
    get("/meetings/{meeting}/time", arranging.choose_first_time, "choose_first_time"),
    post("/meetings/{meeting}/time", arranging.schedule_now, "schedule_meeting"),
    post("/meetings/{meeting}/instead", arranging.meet_instead_now, "meet_instead"),
    get("/e/{event}/meetings/organisation", colleagues.show_organisation_meetings, "organisation_meetings"),
    get("/meetings/{meeting}/hand-over", colleagues.choose_colleague, "choose_colleague"),
    post("/meetings/{meeting}/hand-over", colleagues.hand_over_now, "delegate_meeting"),
    post("/meetings/{meeting}/take-over", colleagues.take_over_now, "take_over_meeting"),
    get("/meetings/{meeting}/add", colleagues.choose_guest, "choose_guest"),
    post("/meetings/{meeting}/add", colleagues.add_now, "add_to_meeting"),
    post("/meetings/{meeting}/leave", colleagues.leave_now, "leave_meeting"),
    post("/meetings/{meeting}/remove", colleagues.remove_now, "remove_from_meeting"),
    post("/meetings/{meeting}/check-in", attendance.check_in_now, "check_in_to_meeting"),
    post("/meetings/{meeting}/check-in-somebody", attendance.check_in_somebody_now, "check_in_somebody"),
    post("/meetings/{meeting}/no-show", attendance.mark_no_show_now, "mark_no_show"),
    post("/meetings/{meeting}/held", attendance.mark_held_now, "mark_held"),
    post("/meetings/{meeting}/failure", attendance.mark_failure_now, "mark_technical_failure"),
    post("/meetings/{meeting}/correct", attendance.correct_now, "correct_attendance"),
    post("/meetings/{meeting}/standby", attendance.call_standby_now, "call_standby"),
    get("/meetings/{meeting}/assessment", assessments.show_assessment, "assessment"),
    post("/meetings/{meeting}/assessment", assessments.assess_now, "assess_meeting"),
    get("/meetings/{meeting}/what-came-of-it", outcomes.show_outcome, "outcome"),
    post("/meetings/{meeting}/what-came-of-it", outcomes.note_now, "note_outcome"),
    post("/e/{event}/meetings/standby", attendance.set_standby_now, "set_standby"),
    post("/e/{event}/participants/{registration}/wait", waiting.wait_now, "wait_for_time"),
    post("/e/{event}/meetings/waiting/{pair}/leave", waiting.stop_waiting_now, "stop_waiting"),
    get("/e/{event}/availability", availability.show_availability, "availability"),
    post("/e/{event}/availability", availability.set_availability_now, "set_availability"),
    get("/e/{event}/participants/{registration}/availability", availability.show_availability_for, "availability_for"),
    post(
        "/e/{event}/participants/{registration}/availability",
        availability.set_availability_for_now,
        "set_availability_for",
    ),
    get("/e/{event}/set-up/blocks", blocks.show_blocks, "blocks"),
    post("/e/{event}/set-up/blocks", blocks.add_block_now, "add_block"),
    get("/e/{event}/set-up/blocks/{block}", blocks.show_block, "block"),
    post("/e/{event}/set-up/blocks/{block}", blocks.set_breaks_now, "set_breaks"),
    post("/e/{event}/set-up/blocks/{block}/remove", blocks.remove_block_now, "remove_block"),
    post("/e/{event}/set-up/tables", tables.add_tables_now, "add_tables"),
    get("/e/{event}/set-up/tables/{table}", tables.show_table, "table"),
    post("/e/{event}/set-up/tables/{table}", tables.change_table_now, "change_table"),
    post("/e/{event}/set-up/tables/{table}/remove", tables.remove_table_now, "remove_table"),
    get("/e/{event}/meeting-rules", meeting_rules.show_rules, "meeting_rules"),
    post("/e/{event}/meeting-rules", meeting_rules.set_rules_now, "set_booking_rules"),
    post("/e/{event}/meeting-rules/types", meeting_rules.set_types_now, "set_type_rules"),
    post("/e/{event}/meeting-rules/limits", meeting_rules.set_limits_now, "set_type_limits"),
    post("/e/{event}/set-up/ask-for-availability", blocks.ask_for_availability_now, "ask_for_availability"),
    get("/e/{event}/set-up/follow", following.show_following, "follow"),
    post("/e/{event}/set-up/follow", following.follow_now, "follow_now"),
]

# The whole event's schedule: drafts, compared and published
SCHEDULES: list[BaseRoute] = [
    get("/e/{event}/schedule", schedules.show_schedule, "schedule"),
    post("/e/{event}/schedule", schedules.ask_now, "ask_for_schedule"),
    get("/e/{event}/schedule/fragment", schedules.drafts_fragment, "drafts_fragment"),
    get("/e/{event}/schedule/compare", schedules.compare_drafts, "compare_drafts"),
    get("/e/{event}/schedule/{draft}", schedules.show_draft, "draft"),
    get("/e/{event}/schedule/{draft}/fragment", schedules.draft_fragment, "draft_fragment"),
    get("/e/{event}/schedule/{draft}/problem.json", schedules.send_problem, "draft_problem"),
    get("/e/{event}/schedule/{draft}/plan.json", schedules.send_plan, "draft_plan"),
    get("/e/{event}/schedule/{draft}/fairness.csv", schedules.send_fairness, "draft_fairness"),
    post("/e/{event}/schedule/{draft}/cancel", schedules.cancel_now, "cancel_schedule"),
    post("/e/{event}/schedule/{draft}/discard", schedules.discard_now, "discard_draft"),
    post("/e/{event}/schedule/{draft}/publish", schedules.publish_now, "publish_schedule"),
]

# Stages, pitches, live rooms
LIVE: list[BaseRoute] = [
    get("/e/{event}/stages", live.show_stages, "stages"),
    post("/e/{event}/stages", live.plan_now, "plan_stage"),
    get("/e/{event}/stages/{stage}", live.show_stage, "stage"),
    get("/e/{event}/stages/{stage}/snapshot", live.snapshot, "stage_snapshot"),
    get("/e/{event}/stages/{stage}/changes", live.changes, "stage_changes"),
    get("/e/{event}/stages/{stage}/beamer", live.show_beamer, "stage_beamer"),
    post("/e/{event}/stages/{stage}/questions", live.ask_now, "ask_question"),
    post("/e/{event}/stages/{stage}/questions/{question}/vote", live.vote_now, "vote_for_question"),
    post("/e/{event}/stages/{stage}/questions/{question}/answered", control.answered_now, "mark_answered"),
    post("/e/{event}/stages/{stage}/questions/{question}/hide", control.hide_now, "hide_question"),
    post("/e/{event}/stages/{stage}/questions/{question}/put-back", control.put_back_now, "put_question_back"),
    get("/e/{event}/stages/{stage}/control", control.show_control, "stage_control"),
    post("/e/{event}/stages/{stage}/open", control.open_now, "open_stage"),
    post("/e/{event}/stages/{stage}/close", control.close_now, "close_stage"),
    post("/e/{event}/stages/{stage}/next", control.next_now, "start_pitch"),
    post("/e/{event}/stages/{stage}/end", control.end_now, "end_pitch"),
    post("/e/{event}/stages/{stage}/time", control.add_time_now, "add_time"),
    post("/e/{event}/stages/{stage}/schedule", control.schedule_now, "schedule_pitches"),
    post("/e/{event}/stages/{stage}/move", control.move_now, "move_stage"),
    post("/e/{event}/stages/{stage}/pitches/{pitch}/order", control.reorder_now, "reorder_pitch"),
    post("/e/{event}/stages/{stage}/pitches/{pitch}/cancel", control.cancel_now, "cancel_pitch"),
]

DEVELOPMENT: list[BaseRoute] = [
    post("/dev/person", development.switch_person, "demo_switch"),
    get("/dev/mail", development.show_mail, "dev_mail"),
    get("/dev/mail/{letter}", development.show_letter, "dev_letter"),
    get("/styleguide", development.show_styleguide, "styleguide"),
]


def routes(*, demo: bool) -> list[BaseRoute]:
    """All routes; the switcher, the mailbox and the style guide exist in the demo only."""
    found = GROUND + PEOPLE + NETWORK + EVENTS + HACKATHONS + MEETINGS + SCHEDULES + LIVE
    return found + DEVELOPMENT if demo else found
