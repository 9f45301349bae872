"""The addresses of peer reviews."""

from starlette.routing import BaseRoute

from frontend.pages import review_cases, review_hosting, review_peers, review_people, review_setup, reviews
from frontend.routing import get, post

HERE = "/e/{event}/reviews"
ONE = HERE + "/{review}"
APPLICATION = HERE + "/hosts/{application}"

REVIEWS: list[BaseRoute] = [
    get(HERE, reviews.show_reviews, "reviews"),
    get(HERE + "/rules", review_setup.show_rules, "review_rules"),
    post(HERE + "/rules", review_setup.set_rules_now, "set_review_rules"),
    post(HERE + "/steps", review_setup.change_step_now, "change_review_step"),
    get(HERE + "/questions", review_setup.edit_questions, "assessment_questions"),
    post(HERE + "/questions", review_setup.set_questions_now, "set_assessment_questions"),
    get(HERE + "/hosts", review_hosting.show_call, "host_call"),
    post(HERE + "/hosts", review_hosting.begin_now, "begin_application"),
    get(HERE + "/selection", review_hosting.show_selection, "host_selection"),
    post(HERE + "/selection", review_hosting.decide_now, "decide_application"),
    post(HERE + "/selection/release", review_hosting.release_now, "release_selection"),
    get(APPLICATION, review_hosting.show_application, "host_application"),
    post(APPLICATION, review_hosting.save_now, "save_application"),
    post(APPLICATION + "/autosave", review_hosting.autosave, "autosave_application"),
    post(APPLICATION + "/hand-in", review_hosting.hand_in_now, "hand_in_application"),
    post(APPLICATION + "/withdraw", review_hosting.withdraw_now, "withdraw_application"),
    post(APPLICATION + "/move-up", review_hosting.move_up_now, "move_up_application"),
    get(APPLICATION + "/files/{file}", review_hosting.send_file, "application_file"),
    post(APPLICATION + "/files/{file}/remove", review_hosting.remove_file_now, "remove_application_file"),
    get(HERE + "/peers", review_peers.show_offer, "be_a_peer"),
    post(HERE + "/peers", review_peers.offer_now, "offer_as_peer"),
    post(HERE + "/peers/back", review_peers.take_back_now, "take_offer_back"),
    post(HERE + "/peers/hosts", review_peers.say_stances_now, "say_stances"),
    get(HERE + "/proposal", review_peers.show_proposal, "peer_proposal"),
    post(HERE + "/proposal", review_peers.propose_now, "propose_peers"),
    get(HERE + "/proposal/search", review_peers.search_fragment, "peer_search_fragment"),
    get(HERE + "/board", review_people.show_board, "owed_in_reviews"),
    get(ONE, reviews.show_review, "peer_review"),
    post(ONE + "/proposal/add", review_peers.add_now, "add_to_peer_proposal"),
    post(ONE + "/proposal/remove", review_peers.remove_now, "remove_from_peer_proposal"),
    post(ONE + "/proposal/ask", review_peers.ask_now, "ask_proposed_peers"),
    get(ONE + "/people", review_people.show_people, "review_people"),
    post(ONE + "/people", review_people.ask_now, "ask_into_review"),
    post(ONE + "/attribution", review_people.set_attribution_now, "set_review_attribution"),
    post(ONE + "/cancel", review_people.cancel_now, "cancel_review"),
    post(ONE + "/next-host", review_people.take_next_host_now, "take_next_host"),
    get(ONE + "/places/{place}", review_people.show_place, "review_place"),
    post(ONE + "/places/{place}/accept", review_people.accept_now, "accept_review_place"),
    post(ONE + "/places/{place}/decline", review_people.decline_now, "decline_review_place"),
    post(ONE + "/places/{place}/leave", review_people.leave_now, "leave_review"),
    post(ONE + "/places/{place}/withdraw", review_people.withdraw_now, "withdraw_as_host"),
    post(ONE + "/places/{place}/end", review_people.take_out_now, "take_out_of_review"),
    post(ONE + "/places/{place}/substitute", review_people.ask_substitute_now, "ask_substitute"),
    get(ONE + "/self-assessment", review_cases.show_assessment, "self_assessment"),
    post(ONE + "/self-assessment", review_cases.save_assessment_now, "save_self_assessment"),
    post(ONE + "/self-assessment/autosave", review_cases.autosave_assessment, "autosave_self_assessment"),
    post(ONE + "/self-assessment/hand-in", review_cases.hand_in_assessment_now, "hand_in_self_assessment"),
    get(ONE + "/self-assessment/versions/{number}", review_cases.show_version, "self_assessment_version"),
    get(ONE + "/files/{file}", review_cases.send_file, "review_file"),
    post(ONE + "/files/{file}/remove", review_cases.remove_file_now, "remove_review_file"),
    get(ONE + "/desk-notes", review_cases.show_notes, "desk_notes"),
    post(ONE + "/desk-notes/release", review_cases.release_notes_now, "release_desk_notes"),
    get(ONE + "/desk-notes/mine", review_cases.show_own_notes, "own_desk_notes"),
    post(ONE + "/desk-notes/mine", review_cases.save_notes_now, "save_desk_notes"),
    post(ONE + "/desk-notes/mine/autosave", review_cases.autosave_notes, "autosave_desk_notes"),
    post(ONE + "/desk-notes/mine/hand-in", review_cases.hand_in_notes_now, "hand_in_desk_notes"),
]
