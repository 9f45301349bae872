"""What is sent to the addresses of the meetings of peer reviews."""

import base64

from starlette.routing import Route

from frontend.review_meeting_routes import REVIEW_MEETINGS
from sessions.peer_reviews.board_updates import board_of, new_entry
from tests.permissions.sampling import Sample
from tests.permissions.world import World

WORDING = {
    "finding": "Half of the members leave.", "recommendation": "Visit them.", "level": "host", "effort": "S",
    "impact": "4", "horizon": "1 year",
}  # fmt: skip


def _update() -> str:
    board = board_of()
    new_entry(board, "be_sample", kind="finding", question=1, at=1.0, text="By a script")
    return base64.b64encode(board.get_update()).decode()


def review_meeting_samples(world: World, wall: list[str]) -> dict[str, Sample]:
    """By the name of the route; `wall` are two days to come, as a form's dates and times."""
    ids = world.review_meeting.ids
    on = ids | {"part": world.review_meeting.on.part.public_id}
    bo = {"person": world.people["Bo"].public_id}
    forms = {
        "put_out_of_review_call": bo, "let_back_into_review_call": bo, "ask_to_mute_in_review": bo,
        "plan_review_agenda": {"starts": wall}, "move_review_days": {"starts": wall},
        "change_review_part": {"minutes": "25"}, "move_review_part": {"up": ""}, "add_review_break": {"minutes": "10"},
        "start_next_review_part": {"after": on["part"]}, "pause_review_part": {"still": "yes"},
        "lengthen_review_part": {"seconds": "60"}, "choose_review_video": {"way": "off"},
        "write_on_review_board": {"update": _update()},
        "add_review_entry": {"kind": "finding", "question": "1", "text": "By a form"},
        "open_dot_vote": {"about": "board", "dots": "3", "minutes": "5"}, "give_dots": {"dots_1": "2"},
        "record_review_finding": WORDING, "change_review_finding": WORDING | {"version": "1"},
        "agree_review_finding": {"version": "1"}, "withdraw_review_finding": {"version": "1"},
    }  # fmt: skip
    about_what_is_on = {"end_review_part", "pause_review_part", "lengthen_review_part"}
    return {
        route.name: Sample(forms.get(route.name, {}), ids=on if route.name in about_what_is_on else ids)
        for route in REVIEW_MEETINGS
        if isinstance(route, Route)
    }
