"""The addresses of the lobby and of speed networking."""

from starlette.routing import BaseRoute

from frontend.pages import lobby, networking, networking_control, wishes
from frontend.routing import get, post

HERE = "/e/{event}/networking/{networking}"

NETWORKING: list[BaseRoute] = [
    get("/e/{event}/lobby", lobby.show_lobby, "lobby"),
    get("/e/{event}/lobby/fragment", lobby.lobby_fragment, "lobby_fragment"),
    post("/e/{event}/lobby/shown", lobby.be_shown_now, "be_shown_in_lobby"),
    post("/e/{event}/lobby/announcements", lobby.announce_now, "announce_in_lobby"),
    post("/e/{event}/lobby/announcements/{announcement}/take-off", lobby.take_off_now, "take_announcement_off"),
    get("/e/{event}/networking", networking_control.show_networkings, "networkings"),
    post("/e/{event}/networking", networking_control.plan_now, "plan_networking"),
    get(HERE, networking.show_networking, "networking"),
    get(f"{HERE}/room/fragment", networking.networking_fragment, "networking_fragment"),
    post(f"{HERE}/room/here", networking.join_now, "join_networking"),
    post(f"{HERE}/room/leave", networking.leave_now, "leave_networking"),
    post(f"{HERE}/room/touch", networking.stay_now, "stay_in_touch"),
    post(f"{HERE}/room/touch/take-back", networking.take_back_now, "take_touch_back"),
    get(f"{HERE}/control", networking_control.show_control, "networking_control"),
    get(f"{HERE}/control/fragment", networking_control.control_fragment, "networking_control_fragment"),
    post(f"{HERE}/control/start", networking_control.start_now, "start_networking"),
    post(f"{HERE}/control/pause", networking_control.pause_now, "pause_networking"),
    post(f"{HERE}/control/go-on", networking_control.resume_now, "resume_networking"),
    post(f"{HERE}/control/longer", networking_control.lengthen_now, "lengthen_round"),
    post(f"{HERE}/control/next", networking_control.cut_now, "cut_round"),
    post(f"{HERE}/control/end", networking_control.end_now, "end_networking"),
    post(f"{HERE}/control/take-out", networking_control.take_out_now, "take_out_of_networking"),
    get(f"{HERE}/rules", networking_control.show_rules, "networking_rules"),
    post(f"{HERE}/rules", networking_control.change_now, "change_networking"),
    post(f"{HERE}/rules/types", networking_control.weigh_now, "weigh_types"),
    post(f"{HERE}/rules/pairs", networking_control.rule_now, "rule_on_pair"),
    post("/e/{event}/wishes/connections", wishes.turn_connections_now, "turn_connections"),
    post(f"{HERE}/rules/pairs/{{rule}}/take-away", networking_control.drop_rule_now, "drop_pair_rule"),
]
