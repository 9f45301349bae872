"""The addresses of live rooms: for whoever is in one, for who runs it, and for the hall."""

from starlette.routing import BaseRoute

from frontend.pages import control, hall, live, moderating, taking_part, wishes
from frontend.routing import get, post

ROOMS: list[BaseRoute] = [
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
    post(
        "/e/{event}/stages/{stage}/questions/{question}/silence-hall-guest",
        moderating.silence_hall_guest_now,
        "silence_hall_guest",
    ),
    post(
        "/e/{event}/stages/{stage}/questions/{question}/let-hall-guest-speak",
        moderating.hall_guest_speaks_now,
        "let_hall_guest_speak",
    ),
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
    post("/e/{event}/stages/{stage}/pitches/{pitch}/put-back", control.put_pitch_back_now, "put_pitch_back"),
    get("/e/{event}/stages/{stage}/speaker", live.show_confidence, "stage_confidence"),
    post("/e/{event}/stages/{stage}/pause", control.pause_now, "pause_pitch"),
    post("/e/{event}/stages/{stage}/resume", control.resume_now, "resume_pitch"),
    post("/e/{event}/stages/{stage}/pitches/{pitch}/skip", control.skip_now, "skip_pitch"),
    post("/e/{event}/stages/{stage}/questions/{question}/pin", control.pin_now, "pin_question"),
]

TAKING_PART: list[BaseRoute] = [
    post("/e/{event}/stages/{stage}/chat", taking_part.write_now, "write_message"),
    post("/e/{event}/stages/{stage}/chat/{message}/report", taking_part.report_message_now, "report_message"),
    post("/e/{event}/stages/{stage}/questions/{question}/report", taking_part.report_question_now, "report_question"),
    post("/e/{event}/stages/{stage}/polls/{poll}/vote", taking_part.choose_now, "vote_in_poll"),
    post("/e/{event}/stages/{stage}/reactions", taking_part.react_now, "react"),
    post("/e/{event}/stages/{stage}/hand", taking_part.raise_now, "raise_hand"),
    post("/e/{event}/stages/{stage}/hand/down", taking_part.lower_now, "lower_hand"),
    post("/e/{event}/stages/{stage}/pitches/{pitch}/wish", taking_part.wish_now, "wish_to_meet"),
]

MODERATING: list[BaseRoute] = [
    get("/e/{event}/stages/{stage}/moderation", moderating.show_moderation, "stage_moderation"),
    get("/e/{event}/stages/{stage}/moderation/now", moderating.moderation_fragment, "stage_moderation_fragment"),
    post("/e/{event}/stages/{stage}/manners", moderating.manners_now, "set_manners"),
    post("/e/{event}/stages/{stage}/agenda", moderating.join_agenda_now, "join_agenda"),
    post("/e/{event}/stages/{stage}/words", moderating.words_now, "set_unwanted_words"),
    post("/e/{event}/stages/{stage}/scoring", moderating.join_scoring_now, "join_scoring"),
    post("/e/{event}/stages/{stage}/polls", moderating.draft_now, "draft_poll"),
    post("/e/{event}/stages/{stage}/polls/{poll}/open", moderating.open_poll_now, "open_poll"),
    post("/e/{event}/stages/{stage}/polls/{poll}/close", moderating.close_poll_now, "close_poll"),
    post("/e/{event}/stages/{stage}/polls/{poll}/results", moderating.results_now, "show_poll_results"),
    post("/e/{event}/stages/{stage}/hands/{hand}/floor", moderating.floor_now, "give_the_floor"),
    post("/e/{event}/stages/{stage}/hands/{hand}/lower", moderating.lower_now, "lower_hand_of"),
    post("/e/{event}/stages/{stage}/chat/{message}/hide", moderating.message_off_now, "take_message_off"),
    post("/e/{event}/stages/{stage}/chat/{message}/put-back", moderating.message_back_now, "put_message_back"),
    post("/e/{event}/stages/{stage}/chat/{message}/settle", moderating.settle_message_now, "settle_message"),
    post("/e/{event}/stages/{stage}/questions/{question}/settle", moderating.settle_question_now, "settle_question"),
    post("/e/{event}/stages/{stage}/people/{person}/silence", moderating.silence_now, "silence_person"),
    post("/e/{event}/stages/{stage}/people/{person}/speak", moderating.speak_again_now, "let_speak_again"),
    post("/e/{event}/stages/{stage}/people/{person}/remove", moderating.remove_now, "remove_from_room"),
    post("/e/{event}/stages/{stage}/people/{person}/back", moderating.let_in_now, "let_back_in"),
    post("/e/{event}/stages/{stage}/passes", moderating.make_pass_now, "make_pass"),
    post("/e/{event}/stages/{stage}/passes/{code}/revoke", moderating.take_pass_back_now, "take_pass_back"),
]

# Without signing in: whoever is in the hall, with a link from the big screen.
HALL: list[BaseRoute] = [
    get("/r/{code}", hall.show_hall, "hall"),
    get("/r/{code}/now", hall.hall_fragment, "hall_fragment"),
    post("/r/{code}", hall.come_in_now, "come_in"),
    post("/r/{code}/questions", hall.ask_now, "hall_ask"),
    post("/r/{code}/questions/{question}/vote", hall.vote_now, "hall_vote"),
    post("/r/{code}/polls/{poll}/vote", hall.choose_now, "hall_choose"),
    post("/r/{code}/reactions", hall.react_now, "hall_react"),
]

# In the matchmaking event that follows
WISHES: list[BaseRoute] = [
    get("/e/{event}/wishes", wishes.show_wishes, "wishes"),
    post("/e/{event}/wishes", wishes.turn_now, "turn_wishes"),
]

LIVE = ROOMS + TAKING_PART + MODERATING + HALL + WISHES
