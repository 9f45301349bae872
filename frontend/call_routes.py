"""The addresses of screening, and of what only evaluations of a call have: consensus, budget, a team's own result."""

from starlette.routing import BaseRoute

from frontend.pages import calls, consensus, redress, screening, screening_work
from frontend.routing import get, post

CALLS: list[BaseRoute] = [
    get("/e/{event}/screening", screening.show_board, "screening"),
    get("/e/{event}/screening/board", screening.board_fragment, "screening_fragment"),
    get("/e/{event}/screening/edit", screening.edit_screening, "edit_screening"),
    post("/e/{event}/screening/edit", screening.set_up_now, "set_screening_up"),
    post("/e/{event}/screening/remove", screening.remove_now, "remove_screening"),
    get("/e/{event}/screening/people", screening.show_people, "screening_people"),
    post("/e/{event}/screening/people", screening.name_now, "name_screener"),
    post("/e/{event}/screening/people/end", screening.end_now, "end_screener"),
    post("/e/{event}/screening/assign", screening.assign_now, "assign_screeners"),
    post("/e/{event}/screening/open", screening.open_now, "open_screening"),
    post("/e/{event}/screening/close", screening.close_now, "close_screening"),
    post("/e/{event}/screening/release", screening.release_now, "release_eligibility"),
    get("/e/{event}/screening.csv", screening.send_csv, "screening_table"),
    get("/e/{event}/screening.xlsx", screening.send_xlsx, "screening_xlsx"),
    get("/e/{event}/screening/works/{work}", screening.show_screened, "screened_work"),
    post("/e/{event}/screening/works/{work}/decide", screening.decide_now, "decide_eligibility"),
    get("/e/{event}/screening/mine", screening_work.show_mine, "my_screening"),
    get("/e/{event}/screening/mine/{work}", screening_work.show_work, "screen_work"),
    post("/e/{event}/screening/mine/{work}", screening_work.give_now, "give_verdict"),
    post("/e/{event}/screening/mine/{work}/undo", screening_work.undo_now, "undo_verdict"),
    post("/e/{event}/screening/mine/{work}/conflict", screening_work.declare_now, "declare_conflict_as_screener"),
    get("/e/{event}/judging/{round}/consensus", consensus.show_panels, "round_consensus"),
    get("/e/{event}/judging/{round}/consensus/{work}", consensus.show_panel, "consensus_work"),
    post("/e/{event}/judging/{round}/consensus/{work}", consensus.write_now, "write_consensus"),
    post("/e/{event}/judging/{round}/consensus/{work}/rapporteur", consensus.name_now, "name_rapporteur"),
    post("/e/{event}/judging/{round}/consensus/{work}/dissent", consensus.dissent_now, "record_dissent"),
    post("/e/{event}/judging/{round}/consensus/{work}/agree", consensus.withdraw_now, "withdraw_dissent"),
    get("/e/{event}/judging/{round}/budget", calls.show_budget, "round_budget"),
    post("/e/{event}/judging/{round}/budget", calls.set_now, "set_budget"),
    get("/e/{event}/judging/{round}/own", calls.show_own, "call_result"),
    post("/e/{event}/judging/{round}/own/redress", redress.ask_now, "ask_for_redress"),
    post("/e/{event}/judging/{round}/own/redress/take-back", redress.withdraw_now, "withdraw_redress"),
    get("/e/{event}/judging/{round}/redress", redress.show_requests, "round_redress"),
    get("/e/{event}/judging/{round}/redress.csv", redress.send_csv, "redress_table"),
    get("/e/{event}/judging/{round}/redress.xlsx", redress.send_xlsx, "redress_xlsx"),
    get("/e/{event}/judging/{round}/redress/{redress}", redress.show_request, "redress_request"),
    post("/e/{event}/judging/{round}/redress/{redress}", redress.decide_now, "decide_redress"),
]
