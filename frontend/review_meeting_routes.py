"""The addresses of the meetings of peer reviews: agenda, live room, board, dots, findings."""

from starlette.routing import BaseRoute

from frontend.pages import review_agendas, review_boards, review_calls, review_findings, review_meetings
from frontend.routing import get, post

AT = "/e/{event}/reviews/{review}"

REVIEW_MEETINGS: list[BaseRoute] = [
    get(f"{AT}/agenda", review_agendas.show_agenda, "review_agenda"),
    post(f"{AT}/agenda", review_agendas.plan_now, "plan_review_agenda"),
    post(f"{AT}/agenda/days", review_agendas.move_days_now, "move_review_days"),
    post(f"{AT}/agenda/parts/{{part}}/length", review_agendas.length_now, "change_review_part"),
    post(f"{AT}/agenda/parts/{{part}}/move", review_agendas.move_now, "move_review_part"),
    post(f"{AT}/agenda/parts/{{part}}/break", review_agendas.break_now, "add_review_break"),
    post(f"{AT}/agenda/parts/{{part}}/drop", review_agendas.drop_now, "drop_review_part"),
    get(f"{AT}/live", review_meetings.show_live, "review_live"),
    get(f"{AT}/live/now", review_meetings.now_fragment, "review_live_now"),
    get(f"{AT}/live/here", review_meetings.here_fragment, "review_live_here"),
    get(f"{AT}/live/votes", review_meetings.votes_fragment, "review_live_votes"),
    post(f"{AT}/live/next", review_meetings.next_now, "start_next_review_part"),
    post(f"{AT}/live/parts/{{part}}/start", review_meetings.start_now, "start_review_part"),
    post(f"{AT}/live/parts/{{part}}/end", review_meetings.end_now, "end_review_part"),
    post(f"{AT}/live/parts/{{part}}/pause", review_meetings.pause_now, "pause_review_part"),
    post(f"{AT}/live/parts/{{part}}/time", review_meetings.time_now, "lengthen_review_part"),
    post(f"{AT}/live/held", review_meetings.held_now, "hold_review_meeting"),
    post(f"{AT}/live/hand", review_meetings.raise_now, "raise_review_hand"),
    post(f"{AT}/live/hand/down", review_meetings.lower_now, "lower_review_hand"),
    post(f"{AT}/live/hands/{{hand}}/floor", review_meetings.floor_now, "give_review_floor"),
    post(f"{AT}/live/hands/{{hand}}/lower", review_meetings.lower_hand_now, "lower_review_hand_of"),
    get(f"{AT}/live/call", review_calls.call_fragment, "review_live_call"),
    post(f"{AT}/live/call/leave", review_calls.leave_now, "leave_review_call"),
    post(f"{AT}/live/call/put-out", review_calls.put_out_now, "put_out_of_review_call"),
    post(f"{AT}/live/call/let-back", review_calls.let_back_now, "let_back_into_review_call"),
    post(f"{AT}/live/call/mute", review_calls.ask_to_mute_now, "ask_to_mute_in_review"),
    post(f"{AT}/live/video", review_meetings.video_now, "choose_review_video"),
    get(f"{AT}/board", review_boards.board_updates, "review_board"),
    post(f"{AT}/board", review_boards.write_now, "write_on_review_board"),
    post(f"{AT}/board/entries", review_boards.add_now, "add_review_entry"),
    post(f"{AT}/dots", review_boards.open_vote_now, "open_dot_vote"),
    post(f"{AT}/dots/{{vote}}", review_boards.give_dots_now, "give_dots"),
    post(f"{AT}/dots/{{vote}}/close", review_boards.close_vote_now, "close_dot_vote"),
    get(f"{AT}/findings", review_findings.show_findings, "review_findings"),
    get(f"{AT}/findings/new", review_findings.show_new, "new_review_finding"),
    post(f"{AT}/findings/new", review_findings.record_now, "record_review_finding"),
    get(f"{AT}/findings/{{finding}}", review_findings.show_finding, "review_finding"),
    post(f"{AT}/findings/{{finding}}", review_findings.change_now, "change_review_finding"),
    post(f"{AT}/findings/{{finding}}/agree", review_findings.agree_now, "agree_review_finding"),
    post(f"{AT}/findings/{{finding}}/withdraw", review_findings.withdraw_now, "withdraw_review_finding"),
]
