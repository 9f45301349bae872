"""What is sent to the addresses of peer reviews."""

from datetime import timedelta

from tests.makers import NOW
from tests.permissions.samples_review_meetings import review_meeting_samples
from tests.permissions.sampling import Sample
from tests.permissions.world import World

CSV = ("more.csv", b"year,members\n2026,81\n", "text/csv")
WHY = "We lose half of our members within three years and do not know why they go."


def wall(days: float) -> str:
    """So many days from now as a form's date and time."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def review_samples(world: World) -> dict[str, Sample]:
    """By the name of the route."""
    days = [(NOW + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M") for number in (40, 41)]
    ids, reviewing = world.ids, world.reviewing
    question = reviewing.before.ids["assessment_question"]
    revision = str(reviewing.before.application.application.revision)
    case = {"topic": "Members", "why": WHY, "revision": revision, "question-0": "a?", "question-1": "b?",
            "question-2": "c?"}  # fmt: skip
    answers = {f"answer-{question}": "In wood.", "revision": "2"}
    notes = {"doubts-general": "Fees?", "revision": "2"}
    moderator = {"place": reviewing.places["Dee"].public_id}
    return {
        "set_review_rules": Sample(
            {
                "peers_min": "2",
                "peers_max": "4",
                "countries_min": "1",
                "questions_min": "1",
                "questions_max": "3",
                "attribution": "named",
                "language": "en",
            }
        ),
        "change_review_step": Sample({"kind": "agenda", "starts_at": wall(3), "ends_at": wall(4), "is_on": "yes"}),
        "set_assessment_questions": Sample({"question-0": "Who are you?"}),
        "begin_application": Sample({"organisation": ids["applying_organisation"]}),
        "save_application": Sample(case),
        "autosave_application": Sample(case),
        "hand_in_application": Sample(case, files={"files": CSV}),
        "application_file": Sample(ids={"file": ids["application_file"]}),
        "remove_application_file": Sample(ids={"file": ids["application_file"]}),
        "decide_application": Sample({"which": ids["application"], "decision": "chosen", "why": "Fits."}),
        "move_up_application": Sample({"why": "A host withdrew."}),
        "offer_as_peer": Sample({"languages": ["en"], "most": "1"}),
        "say_stances": Sample({f"stance-{reviewing.subject.review.organisation_id}": "wish"}),
        "add_to_peer_proposal": Sample({"person": ids["other_peer"]}),
        "remove_from_peer_proposal": Sample({"person": ids["proposed_peer"]}),
        "ask_proposed_peers": Sample({"why": "You know it."}),
        "change_review_questions": Sample(
            {
                "question-0": "What?",
                "question-1": "Why?",
                "question-2": "How?",
                "version": str(reviewing.subject.review.version),
            }
        ),
        "ask_into_review": Sample({"email": "tam@example.org", "role": "stakeholder"}),
        "set_review_attribution": Sample({"attribution": "named"}),
        "cancel_review": Sample({"reason": "The host was merged."}),
        "take_next_host": Sample({"application": ids["application"], "reason": "The host withdrew."}),
        "decline_review_place": Sample({"reason": "No time."}),
        "leave_review": Sample({"reason": "Ill."}, ids=moderator),
        "withdraw_as_host": Sample({"reason": "We merge."}, ids={"place": reviewing.places["Cy"].public_id}),
        "take_out_of_review": Sample({"reason": "Ill."}),
        "ask_substitute": Sample({"email": "tam@example.org"}),
        "save_self_assessment": Sample(answers),
        "autosave_self_assessment": Sample(answers),
        "hand_in_self_assessment": Sample(answers, files={"files": CSV}),
        "review_file": Sample(ids={"file": ids["review_file"]}),
        "remove_review_file": Sample(ids={"file": ids["review_file"]}),
        "save_desk_notes": Sample(notes),
        "autosave_desk_notes": Sample(notes),
        "hand_in_desk_notes": Sample(notes),
    } | review_meeting_samples(world, days)
