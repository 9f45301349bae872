"""For every route an address and, where it is sent to, a form that would do what it is for.

Path parameters come from the world by their names; a new name fails the suite until it is given there or here.
"""

import re
from base64 import b64decode
from datetime import timedelta

from starlette.routing import BaseRoute, Route

from events.letter_choices import Topic, stop_token
from frontend.routes import DEVELOPMENT, MEETINGS, SCHEDULES, routes
from frontend.slots import value_of
from sessions.office_hours import slots_of_hours
from sessions.timetable.conflicts import ConflictKind
from tests.makers import NOW
from tests.permissions.samples_review_reports import review_report_samples
from tests.permissions.samples_reviews import review_samples
from tests.permissions.sampling import Sample
from tests.permissions.world import World

PDF = ("plan.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
PNG = ("logo.png", b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
), "image/png")  # fmt: skip
PROJECTS = ("projects.csv", b"Project Title,Submitter Email\nTrays,zed@example.org\n", "text/csv")
CSV = ("people.csv", b"e-mail,name\nzed@example.org,Zed Zander\n", "text/csv")

STOPS = ("stop_letters", "stop_letters_now", "resume_letters")


def all_routes() -> list[Route]:
    """Every route there is, demo included."""
    return [one for one in routes(demo=True) if isinstance(one, Route)]


def method_of(route: BaseRoute) -> str:
    """GET or POST."""
    assert isinstance(route, Route)
    return "POST" if "POST" in (route.methods or set()) else "GET"


def is_for_development(route: BaseRoute) -> bool:
    """Whether the route exists in the demo only."""
    return any(route is one for one in DEVELOPMENT)


def path_of(route: Route, world: World) -> str:
    """An address of the route that leads to something."""
    ids = world.ids | {"build": "0", "path": "css/base.css", "number": "1"}
    if route.path.startswith("/e/{event}/exports/"):
        ids |= {"table": "teams"}
    if any(route is one for one in MEETINGS):
        ids |= {"event": ids["matchmaking"], "registration": ids["participant"]}
    if any(route is one for one in SCHEDULES):
        ids |= {"event": ids["matchmaking"], "draft": ids["schedule_draft"]}
    if route.path.startswith("/e/{event}/reviews"):
        ids |= {"event": ids["review_event"], "place": ids["review_place"]}
    ids |= sample_of(route, world).ids
    if route.path.startswith("/team-invitations/"):
        ids["token"] = world.ids["invitation_token"]
    if route.path.startswith("/ballots/"):
        ids["token"] = world.ids["ballot_token"]
    if route.path.startswith("/judge-links/"):
        ids["token"] = world.ids["guest_token"]
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: ids[found[1]], route.path)


def sample_of(route: Route, world: World) -> Sample:
    """What is sent to the route; nothing where nobody has said it."""
    return (samples(world) | review_samples(world) | review_report_samples(world)).get(route.name, Sample())


def wall(days: float) -> str:
    """So many days from now as a form's date and time."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def samples(world: World) -> dict[str, Sample]:
    """By the name of the route."""
    ids = world.ids
    fair = {"event": ids["matchmaking"]}
    tam_on_stage = {"where": "stage", "spot": ids["stage"], "person": ids["tam"]}
    free = slots_of_hours(world.rooms.hours.hours)[0]
    cys = world.place("Cy", world.matchmaking).registration.public_id
    bos = {"registration": world.place("Bo", world.matchmaking).registration.public_id}
    regular = {"title": "Stand-up", "starts_at": wall(2), "minutes": "30", "repeats": "daily", "times": "3"}
    phase = {"kind": "building", "starts_at": wall(0), "ends_at": wall(3)}
    texts = {"name": "Food Hack", "description": "A description that is long enough to say something.",
             "zone": "Europe/Brussels"}  # fmt: skip
    portrait = {"name": "Senf Werk GmbH", "kind": "start-up", "country": "AT"}
    item = {"organisation": ids["organisation"], "kind": "need", "summary": "A pump that hears itself", "country": "AT"}
    brief = {"title": "A tray that rots", "brief": "Find one material that rots in time and holds for ten days."}
    work = {"revision": "1", "title": "Trays from straw", "summary": "A tray pressed from straw, sealed with wax."}
    return {
        "ask_for_link": Sample({"email": "bo@example.org"}),
        "sign_in_by_password": Sample({"email": "bo@example.org", "password": "not the one"}),
        "use_link": Sample({"email": "bo@example.org"}),
        "sign_up_now": Sample({"email": "new@example.org", "name": "Nia"}),
        "set_language": Sample({"language": "de"}),
        "change_profile": Sample({"name": "Bo Berg", "zone": "Europe/Stockholm"}),
        "set_password": Sample({"password": "a short sentence", "repeated": "a short sentence"}),
        "add_organisation": Sample(portrait),
        "change_organisation": Sample(portrait),
        "turn_down_membership": Sample({"answer": "We do not know you."}),
        "remove_member": Sample({"person": ids["tam"]}),
        "name_contact": Sample({"person": ids["tam"]}),
        "add_to_cluster": Sample({"organisation": ids["other_organisation"]}, ids={"organisation": ids["cluster"]}),
        "remove_from_cluster": Sample({"organisation": ids["organisation"]}, ids={"organisation": ids["cluster"]}),
        "create_programme": Sample({"name": "Sea and Salt"}),
        "set_programme_logo": Sample(files={"logo": PNG}),
        "change_programme": Sample({"name": "Green Food Network"}),
        "add_cluster": Sample({"cluster": ids["other_cluster"]}),
        "remove_cluster": Sample({"cluster": ids["cluster"]}),
        "add_desk": Sample({"name": "Nordic desk", "countries": ["SE", "NO"]}),
        "change_desk": Sample({"name": "Alps", "countries": ["AT", "CH"]}),
        "add_desk_officer": Sample({"email": "eve@example.org"}),
        "remove_desk_officer": Sample({"person": ids["ola"]}),
        "assign_desk": Sample({"desk": ""}),
        "publish_item": Sample(item),
        "change_item": Sample(item),
        "show_in_event": Sample({"event": ids["matchmaking"]}),
        "hide_from_event": Sample({"event": ids["matchmaking"]}),
        "event_marketplace": Sample(ids=fair),
        "import_items": Sample(ids=fair),
        "preview_participants": Sample({"kind": "participants"}, files={"file": CSV}),
        "preview_items": Sample({"kind": "need"}, files={"file": CSV}, ids=fair),
        "preview_devpost": Sample(files={"file": PROJECTS}),
        "confirm_devpost": Sample({"carried": "forged"}),
        "confirm_participants": Sample({"carried": "forged", "kind": ""}),
        "confirm_items": Sample({"carried": "forged", "kind": "need"}, ids=fair),
        "create_event": Sample(texts | {"template": "matchmaking", "starts_at": wall(30)}),
        "change_event": Sample(texts),
        "clone_event": Sample({"name": "Food Hack II", "starts_on": wall(300)[:10]}),
        "move_phase": Sample(phase),
        "drop_phase": Sample({"kind": "building"}, ids={"event": ids["draft"]}),
        "add_participation_type": Sample({"name": "Investor"}),
        "add_question": Sample({"label": "What do you eat?", "kind": "short text"}),
        "change_question": Sample({"label": "What will you build?"}),
        "move_question": Sample({"by": "1"}),
        "set_section": Sample({"shown": "yes"}),
        "move_section": Sample({"by": "-1"}),
        "add_entry": Sample({"title": "Senf Werk"}),
        "change_entry": Sample({"title": "Berg Dairy GmbH"}),
        "move_entry": Sample({"by": "1"}),
        "make_code": Sample({"name": "Partners"}),
        "set_entrance": Sample({"confirm_hours": "24"}),
        "set_consent_text": Sample({"consent": "I agree to everything that is written here."}),
        "appoint": Sample({"email": "eve@example.org", "role": "judge"}),
        "take_role_back": Sample({"person": ids["che"], "role": "challenge owner"}),
        "publish_event": Sample(ids={"event": ids["draft"]}),
        "register": Sample(ids=fair),
        "register_now": Sample({"type": "traditional", "consent": "yes"}, ids=fair),
        "publish_challenge": Sample(brief),
        "promote_need": Sample({"need": ids["item"]} | brief),
        "change_challenge": Sample(brief),
        "set_grace": Sample({"what": "grace", "minutes": "10"}),
        "set_page_limits": Sample({"what": "pages", "pages": "12", "note_pages": ""}),
        "add_field_for_all": Sample({"what": "field", "label": "How far is it?", "kind": "long text"}),
        "add_field": Sample({"label": "How far is it?", "kind": "long text"}),
        "change_field": Sample({"label": "What would it cost?", "kind": "number"}),
        "add_challenge_link": Sample({"what": "link", "title": "A film", "url": "https://example.org/film"}),
        "add_challenge_file": Sample({"what": "file"}, files={"file": PDF}),
        "write_annex": Sample({"what": "annex", "terms": "You keep to yourself what you read here, for years."}),
        "agree_to_terms": Sample({"version": "1", "agree": "yes"}),
        "fetch_from_annex": Sample(ids={"resource": ids["secret"]}),
        "remove_from_annex": Sample(ids={"resource": ids["secret"]}),
        "ask_about_challenge": Sample({"body": "May it be brown?"}),
        "answer_about_challenge": Sample({"answer": "Yes."}, ids={"question": ids["challenge_question"]}),
        "hide_challenge_question": Sample(ids={"question": ids["challenge_question"]}),
        "take_question_back": Sample(ids={"question": ids["challenge_question"]}),
        "own_certificate": Sample(ids={"certificate": "participant"}),
        "set_certificate_look": Sample({"what": "look", "colour": "#1b4965", "signed_by": "Ada Adler"}),
        "set_certificate_logo": Sample({"what": "logo"}, files={"logo": PNG}),
        "add_prize": Sample({"name": "Audience's prize", "winners": "1"}),
        "add_challenge_prize": Sample({"name": "Second place", "winners": "1"}),
        "change_prize": Sample({"name": "Second place", "winners": "1"}),
        "award_prize": Sample({"submission": ids["submission"]}),
        "take_prize_back": Sample({"submission": ids["submission"]}),
        "give_late_entry": Sample({"until": wall(9), "why": "Their line was cut for an hour."}),
        "form_team": Sample({"name": "Millstone"}),
        "change_team": Sample({"name": "Straw and Wax"}),
        "invite_to_team": Sample({"email": "nobody@example.org"}),
        "remove_from_team": Sample(ids={"person": ids["max"]}),
        "hand_over_lead": Sample(ids={"person": ids["max"]}),
        "put_into_team": Sample({"what": "in", "person": ids["liv"], "reason": "She came late."}),
        "take_out_of_team": Sample({"what": "out", "person": ids["max"], "reason": "He is ill."}),
        "invite_seeker": Sample({"person": ids["liv"]}),
        "open_role": Sample({"title": "A lawyer", "how_many": "1", "skills": ["law"]}),
        "look_for_team": Sample({"skills": ["law"], "languages": ["en"]}),
        "ask_to_join_team": Sample({"note": "I know straw."}),
        "turn_down_joining": Sample({"answer": "We are enough."}),
        "ask_for_teams": Sample({"size_wanted": "3", "zone_hours": "3", "whom": "seekers", "seconds": "5"}),
        "move_in_proposal": Sample({"place": ids["bos_draft"], "team": "new"}),
        "lock_proposed_team": Sample({"team": ids["proposed"], "locked": "yes"}),
        "send_proposal": Sample({"answer_by": wall(1)}),
        "set_team_rules": Sample({"size_min": "2", "size_max": "5", "lock_at": wall(3)}),
        "set_checkpoint": Sample({"name": "A working part", "due_at": wall(2)}),
        "set_regular_session": Sample(regular),
        "change_regular_session": Sample(regular),
        "move_regular_time": Sample({"starts_at": wall(1.25), "which": "0"}, ids={"number": "0"}),
        "call_off_regular_time": Sample(ids={"number": "0"}),
        "hold_regular_time": Sample(ids={"number": "0"}),
        "end_regular_session": Sample(ids={"number": "0"}),
        "change_checkpoint": Sample({"name": "A first draft", "due_at": wall(2)}),
        "note_progress": Sample({"body": "We pressed another."}),
        "ask_for_help": Sample({"topic": "Where is the glue?"}),
        "open_office_hours": Sample({"starts_at": wall(3), "ends_at": "12:00", "slot_minutes": "20"}),
        "book_mentoring": Sample({"slot": value_of(free), "people": [ids["tam"]]}),
        "move_mentoring": Sample({"slot": value_of(free)}),
        "save_draft": Sample(work),
        "autosave": Sample(work),
        "hand_in": Sample(work, files={"files": PDF}),
        "admit_late_version": Sample({"why": "Their line was cut for an hour."}),
        "request_meeting": Sample({"slot": value_of(world.fair.slots[2]), "note": "About straw."}),
        "cancel_meeting": Sample({"reason": "The train is late."}, ids={"meeting": ids["accepted"]}),
        "choose_other_time": Sample(ids={"meeting": ids["accepted"]}),
        "move_meeting": Sample({"slot": value_of(world.fair.slots[3])}, ids={"meeting": ids["accepted"]}),
        "ask_for_them": Sample(ids=bos),
        "request_meeting_for": Sample({"invitee": ids["participant"], "slot": value_of(world.fair.slots[3])}, ids=bos),
        "book_meeting": Sample({"person": [ids["participant"], cys], "slot": value_of(world.fair.slots[3])}),
        "board_move": Sample({"slot": value_of(world.fair.slots[3])}, ids={"meeting": ids["accepted"]}),
        "board_swap": Sample({"other": ids["meeting"]}, ids={"meeting": ids["accepted"]}),
        "board_cancel": Sample({"reason": "The hall is closed."}, ids={"meeting": ids["accepted"]}),
        "board_lock": Sample({"locked": "yes"}, ids={"meeting": ids["accepted"]}),
        "board_decline": Sample({"reason": "Cy is ill."}),
        "choose_first_time": Sample(ids={"meeting": ids["accepted"]}),
        "schedule_meeting": Sample({"slot": value_of(world.fair.slots[3])}, ids={"meeting": ids["accepted"]}),
        "meet_instead": Sample({"other": ids["untimed"]}, ids={"meeting": ids["cancelled"]}),
        "choose_colleague": Sample(ids={"meeting": ids["accepted"]}),
        "delegate_meeting": Sample({"side": ids["bos_place"], "who": ids["lea"]}, ids={"meeting": ids["accepted"]}),
        "take_over_meeting": Sample({"side": ids["bos_place"]}, ids={"meeting": ids["accepted"]}),
        "choose_guest": Sample(ids={"meeting": ids["accepted"]}),
        "add_to_meeting": Sample({"side": ids["bos_place"], "who": ids["lea"]}, ids={"meeting": ids["accepted"]}),
        "leave_meeting": Sample(ids={"meeting": ids["accepted"]}),
        "remove_from_meeting": Sample({"side": ids["bos_place"], "who": ids["ivo"]}, ids={"meeting": ids["accepted"]}),
        "check_in_to_meeting": Sample(ids={"meeting": ids["accepted"]}),
        "check_in_somebody": Sample({"person": ids["person"]}, ids={"meeting": ids["accepted"]}),
        "mark_no_show": Sample({"person": ids["person"]}, ids={"meeting": ids["accepted"]}),
        "mark_held": Sample(ids={"meeting": ids["accepted"]}),
        "mark_technical_failure": Sample(ids={"meeting": ids["accepted"]}),
        "contradict_attendance": Sample({"says": "held", "reason": "We met."}, ids={"meeting": ids["past"]}),
        "contradict_attendance_for": Sample(
            {"person": ids["person"], "says": "held", "reason": "We met."}, ids={"meeting": ids["past"]}
        ),
        "correct_attendance": Sample({"end": "technical failure"}, ids={"meeting": ids["past"]}),
        "call_standby": Sample({"registration": ids["participant"]}, ids={"meeting": ids["past"]}),
        "meet_request_now": Sample({"request": ids["meeting"]}, ids={"meeting": ids["past"]}),
        "assessment": Sample(ids={"meeting": ids["past"]}),
        "assess_meeting": Sample({"usefulness": "4", "next_step": "visit"}, ids={"meeting": ids["past"]}),
        "outcome": Sample(ids={"meeting": ids["past"]}),
        "note_outcome": Sample({"result": "going on"}, ids={"meeting": ids["past"]}),
        **meeting_room_samples(world),
        "set_standby": Sample({"ready": "yes"}),
        "wait_for_time": Sample({"note": "About straw."}),
        "set_availability": Sample({"free": [value_of(slot) for slot in world.fair.slots[:3]]}),
        "set_availability_for": Sample({"free": [value_of(slot) for slot in world.fair.slots[:3]]}),
        "times_of_meeting": Sample(ids={"meeting": ids["accepted"]}),
        "add_block": Sample({"starts_at": wall(2), "ends_at": wall(2.125)}),
        "add_tables": Sample({"count": "2"}),
        "set_breaks": Sample({"break_starts-0": "12:20", "break_ends-0": "12:35"}),
        "change_table": Sample({"name": "Window", "chairs": "6"}),
        "set_booking_rules": Sample(
            {"answering": "approval", "timing": "at acceptance", "requests_hold": "yes", "lasts_minutes": "60"}
        ),
        "set_type_limits": Sample({}),
        "ask_for_schedule": Sample({"freedom": "few", "seconds": "5"}),
        "follow": Sample(ids={"event": ids["event"]}),
        "follow_now": Sample({"name": "Food Match II", "starts_at": wall(30)}, ids={"event": ids["event"]}),
        **judging_samples(world),
        **call_samples(world),
        "plan_stage": Sample({"name": "Side stage", "opens_at": wall(1)}),
        "add_session": Sample({"title": "Welcome", "minutes": "30"}),
        "change_session": Sample({"title": "Keynote", "minutes": "45"}),
        "place_session": Sample({"room": ids["room"], "starts_at": wall(0.5)}),
        "swap_sessions": Sample({"other": ids["lunch"]}),
        "add_room": Sample({"what": "room", "name": "Loft"}),
        "change_room": Sample({"what": ids["room"], "name": "Attic"}),
        "add_track": Sample({"what": "track", "name": "Trays"}),
        "change_track": Sample({"what": ids["track"], "name": "Boxes", "tone": "moss"}),
        "set_conflict_levels": Sample({kind.value: "warn" for kind in ConflictKind}),
        "release_agenda": Sample({"name": "2.0"}),
        "star_session": Sample({"back": "agenda"}),
        "check_in_now": Sample({"code": ids["code"]}),
        "send_scans": Sample({"scan": [f"a-phone-1|1|{ids['code']}"]}),
        "ask_question": Sample({"body": "Who pays for the straw?"}),
        "move_stage": Sample({"opens_at": wall(1)}, ids={"stage": ids["planned_stage"]}),
        "open_stage": Sample(ids={"stage": ids["planned_stage"]}),
        "write_message": Sample({"said": "Good evening."}),
        "vote_in_poll": Sample({"choice": "pc_none"}),
        "react": Sample({"kind": "applause"}),
        "set_manners": Sample({"chat": "yes", "slow_seconds": "5"}),
        "join_agenda": Sample({"room": "", "session": ""}),
        "set_unwanted_words": Sample({"words": "wax"}),
        "draft_poll": Sample({"question": "Which one?", "choices": "Straw\nWax"}),
        "open_poll": Sample(ids={"poll": ids["draft_poll"]}),
        "show_poll_results": Sample({"results": "live"}),
        "make_pass": Sample({"most": "50"}),
        **{
            name: Sample(ids={"code": ids["pass"]})
            for name in ("take_pass_back", "hall", "hall_fragment", "come_in", "hall_vote")
        },
        "hall_ask": Sample({"body": "Who pays?"}, ids={"code": ids["pass"]}),
        "hall_choose": Sample({"choice": "pc_none"}, ids={"code": ids["pass"]}),
        "hall_react": Sample({"kind": "heart"}, ids={"code": ids["pass"]}),
        **networking_samples(world),
        "person_to_report": Sample(ids=tam_on_stage),
        "report_person": Sample({"reason": "Rude."}, ids=tam_on_stage),
        "let_back_into_meeting": Sample(ids=fair | {"meeting": ids["running"], "person": ids["tam"]}),
        "wishes": Sample(ids={"event": ids["matchmaking"]}),
        "turn_wishes": Sample(ids={"event": ids["matchmaking"]}),
        "demo_switch": Sample({"person": ids["person"]}),
    }


def meeting_room_samples(world: World) -> dict[str, Sample]:
    """Of the room of a meeting that is on."""
    here, cy = {"meeting": world.ids["running"]}, {"person": world.people["Cy"].public_id}
    return {
        "meeting_room": Sample(ids=here),
        "meeting_room_fragment": Sample(ids=here),
        "meeting_notes_fragment": Sample(ids=here),
        "write_meeting_note": Sample({"text": "They press a hundred."}, ids=here),
        "take_back_note": Sample(ids=here),
        "leave_meeting_room": Sample(ids=here),
        "close_meeting_room": Sample(ids=here),
        "extend_meeting": Sample(ids=here),
        "knock_at_room": Sample(ids=here),
        "answer_knock": Sample({"person": world.people["Ada"].public_id, "admit": "yes"}, ids=here),
        "put_out_of_room": Sample({"person": world.people["Ada"].public_id}, ids=here),
        "ask_to_mute": Sample(cy, ids=here),
        "choose_captioner": Sample(cy | {"writes": "yes"}, ids=here),
        "choose_video": Sample({"way": "off"}, ids=here),
        "video_rules": Sample(ids={"event": world.ids["matchmaking"]}),
        "set_video_rules": Sample({"way": "off"}, ids={"event": world.ids["matchmaking"]}),
    }


def networking_samples(world: World) -> dict[str, Sample]:
    """Of speed networking: one is planned, in the other Bo talks with Tam."""
    ids, tam = world.ids, {"person": world.people["Tam"].public_id}
    places = [world.places[name, ids["event"]].public_id for name in ("Bo", "Tam")]
    planned = {"networking": ids["planned_networking"]}
    kind = str(types_of_world(world))
    held = {
        "title": "Late greet", "starts_at": wall(1), "round_minutes": "4", "pause_seconds": "30", "rounds": "0",
        "odd": "three", "languages": "any",
    }  # fmt: skip
    return {
        "plan_networking": Sample(held),
        "change_networking": Sample(held, ids=planned),
        "start_networking": Sample(ids=planned),
        "join_networking": Sample(ids=planned),
        "resume_networking": Sample(ids=planned),
        "stay_in_touch": Sample(tam),
        "take_touch_back": Sample(tam),
        "take_out_of_networking": Sample(tam),
        "weigh_types": Sample({"one": kind, "other": kind, "weight": "never"}),
        "rule_on_pair": Sample({"one": places[0], "other": places[1], "must": "no"}),
        "turn_connections": Sample(ids={"event": ids["matchmaking"]}),
        "be_shown_in_lobby": Sample({"shown": "yes"}),
        "announce_in_lobby": Sample({"text": "Lunch is served."}),
    }


def types_of_world(world: World) -> int:
    """The id of a participation type of the hackathon."""
    return world.places["Bo", world.ids["event"]].type_id


def judging_samples(world: World) -> dict[str, Sample]:
    """Of rounds of judging; the world's own round is open."""
    ids = world.ids
    draft = {"round": ids["draft_round"], "work": ids["draft_work"]}
    closed = {"round": ids["closed_round"], "work": ids["closed_work"]}
    published = {"round": ids["published_round"]}
    pairwise, audience = {"round": ids["pairwise_round"]}, {"round": ids["audience_round"]}
    dee, vote = world.people["Dee"].public_id, {"seen": "1", "client_id": "client-0001"}
    number = str(world.judging.work.row.number)
    plan = {"scheme": "rubric", "name": "Final", "judges_each": "2", "least": "1", "most": "5", "step": "1",
            "average": "mean", "by": "raw", "border": "all", "criterion-0": "Fit", "weight-0": "1"}  # fmt: skip
    of_event = {"letter": world.mail.letter.letter.public_id}
    proposed = {"proposal": world.mail.proposal.proposal.public_id}
    return {
        "add_round": Sample(plan),
        "change_round": Sample(plan, ids=draft),
        "remove_round": Sample(ids=draft),
        "open_round": Sample(ids=draft),
        "reopen_round": Sample(ids=closed),
        "take_out": Sample(ids=draft),
        "put_back": Sample(ids=draft),
        "name_judge": Sample({"person": dee, "most": "3"}),
        "invite_guest_judge": Sample({"name": "Una Urban", "email": "una@example.org", "days": "3", "devices": "2"}),
        "renew_guest_link": Sample({"days": "3", "devices": "2"}),
        "replace_judge": Sample({"person": dee, "counts": "yes"}),
        "assign_by_hand": Sample({"person": dee, "work": ids["work"]}),
        "take_from_judge": Sample({"person": dee, "work": ids["work"]}),
        "dismiss_conflict": Sample({"conflict": "dc_none"}),
        "note_mentor": Sample({"person": dee, "work": ids["work"]}),
        "note_consensus": Sample({"text": "Both have seen it now."}),
        "decide_tie": Sample({"numbers": ["1", "2"], "order": ["1", "2"], "reason": "By lot."}, ids=closed),
        "publish_result": Sample({"detail": "places"}, ids=closed),
        "show_result_now": Sample(ids=closed),
        "take_result_back": Sample(ids=closed),
        "release_comments": Sample(ids=closed),
        "published_result": Sample(ids=published),
        "result_version": Sample(ids=published),
        "team_comments": Sample(ids=published),
        "order_submissions": Sample(vote | {"seen": "0", f"place-{number}": "1"}, ids={"round": ids["ranking_round"]}),
        "compare_submissions": Sample(vote | {"first": "1", "second": "2", "better": "first"}, ids=pairwise),
        "undo_comparison": Sample(vote, ids=pairwise),
        "score_submission": Sample(vote | {"points-1": "5", "points-2": "5"}),
        "skip_submission": Sample(vote | {"reason": "language"}),
        "feed": Sample(ids={"token": world.mail.feed}),
        "calendar_entry": Sample(ids={"entry": world.mail.of.entry.uid}),
        "new_address": Sample(ids={"token": world.mail.address_token}),
        "change_address": Sample(ids={"token": world.mail.address_token}),
        "ask_for_address": Sample({"email": "elsewhere@example.org"}),
        "give_calendar": Sample({"address": "https://calendar.example/secret.ics"}),
        "resend_letter": Sample(ids=of_event),
        "trust_address": Sample({"why": "She told us."}, ids=of_event),
        "trust_participant": Sample({"why": "She told us."}),
        "set_letter_text": Sample({"kind": "phase_moved", "locale": "en", "text": "Dear {name}"}),
        "send_test_letter": Sample({"kind": "phase_moved", "locale": "en"}),
        **{
            name: Sample({"kind": "phase_moved", "locale": "en", "text": "Dear {name}", "reader": "Bo Berg"})
            for name in ("look_at_letter_text", "show_letter_page")
        },
        "look_at_notice": Sample({"title": "News", "text": "Text", "segment": "participants"}),
        "send_notice": Sample({"title": "News", "text": "Text", "segment": "participants", "counted": "2"}),
        "take_proposal": Sample({"slot": value_of(world.fair.slots[3])}, ids=proposed),
        **{
            name: Sample(ids={"proposal": world.mail.proposal.proposal.public_id})
            for name in ("time_proposal", "keep_time")
        },
        **{name: Sample(ids={"token": stop_token(world.people["Bo"], Topic.REMINDERS)}) for name in STOPS},
        "undo_last": Sample(vote),
        "flag_submission": Sample({"flag_reason": "rules"}),
        "declare_conflict": Sample({"reason": "My sister works there."}),
        "audience_vote": Sample(ids=audience),
        "round_voters": Sample(ids=audience),
        "invite_voters": Sample({"addresses": "vic@example.org, vic@example.com", "days": "7"}, ids=audience),
        "revoke_voter": Sample(ids=audience),
        "vote_by_link": Sample(vote | {"seen": "0", "choices": ["1"]}),
        "cast_ballot": Sample(vote | {"seen": "0", "choices": ["1"]}, ids=audience),
    }


def call_samples(world: World) -> dict[str, Sample]:
    """Of screening, which is open, and of evaluations: one is closed, of another the result is shown."""
    ids, dee = world.ids, world.people["Dee"].public_id
    work, says = {"work": ids["screened_work"]}, {"seen": "1", "client_id": "client-0002"}
    panel = {"round": ids["evaluation"], "work": ids["panel_work"]}
    asked = {"round": ids["asked_evaluation"], "redress": ids["redress"]}
    return {
        "set_screening_up": Sample({"question-0": "Is it there?"}),
        "name_screener": Sample({"email": "mel@example.org"}),
        "end_screener": Sample({"person": dee}),
        "screened_work": Sample(ids=work),
        "decide_eligibility": Sample({"eligible": "yes", "reason": "It is there."}, ids=work),
        "screen_work": Sample(ids=work),
        "give_verdict": Sample(says | {"verdict": "unsure", "reason": "Is it?"}, ids=work),
        "undo_verdict": Sample(says, ids=work),
        "declare_conflict_as_screener": Sample({"conflict_reason": "My sister works there."}, ids=work),
        "round_consensus": Sample(ids=panel),
        "consensus_work": Sample(ids=panel),
        "write_consensus": Sample({"seen": "1", "points-1": "4.5", "words-1": "Clear."}, ids=panel),
        "name_rapporteur": Sample({"person": dee}, ids=panel),
        "record_dissent": Sample({"person": dee, "dissent": "I do not agree."}, ids=panel),
        "withdraw_dissent": Sample({"person": dee}, ids=panel),
        "round_budget": Sample(ids=panel),
        "set_budget": Sample({"available": "100000", "aim": "3", "least_times": "2.5"}, ids=panel),
        "call_result": Sample(ids={"round": ids["published_evaluation"]}),
        "ask_for_redress": Sample({"reason": "The annex was not read."}, ids={"round": ids["published_evaluation"]}),
        "withdraw_redress": Sample(ids=asked),
        "round_redress": Sample(ids=asked),
        "redress_table": Sample(ids=asked),
        "redress_xlsx": Sample(ids=asked),
        "redress_request": Sample(ids=asked),
        "decide_redress": Sample({"verdict": "dismissed", "decision": "It was read."}, ids=asked),
    }
