"""What is sent to the addresses of what comes after a peer review."""

from starlette.routing import Route

from frontend.review_report_routes import REVIEW_REPORTS
from tests.permissions.sampling import Sample
from tests.permissions.world import World

LESSON = {"title": "Call early", "context": "A cluster.", "advice": "Call each member once a quarter."}


def review_report_samples(world: World) -> dict[str, Sample]:
    """By the name of the route."""
    found = world.review_reports
    ids = found.ids | {"finding": found.record.finding.public_id}
    forms = {
        "respond_to_finding": {"response": "accept", "version": str(found.record.finding.version)},
        "plan_action": {"action": "Call each member.", "owner": "The secretary", "due_on": "2026-07-01"},
        "change_action": {"action": "Call them.", "owner": "The secretary", "due_on": "2026-07-01",
                          "version": str(found.action.action.version)},
        "move_action": {"state": "in work", "version": str(found.action.action.version)},
        "report_on_action": {"state": "in work", "note": "Half are called.",
                             "version": str(found.action.action.version)},
        "give_feedback": {"score": "4", "kept": "The talks."},
        "note_lesson": LESSON | {"event": world.reviewing.event.event.slug,
                                 "review": world.reviewing.subject.review.public_id},
        "change_lesson": LESSON | {"version": str(found.draft.lesson.version)},
        "withdraw_lesson": {"why": "It was wrong."},
        "ask_for_quotation": {"email": "bo@example.org", "text": "We lost them."},
        "start_report": {"kind": "policy recommendations", "title": "What states can do", "language": "en"},
        "start_review_report": {"title": "What we saw", "language": "en"},
        "name_report_editor": {"email": "pat@example.org"},
        "end_report_editor": {"person": world.people["Mel"].public_id},
        "write_report": {"title": "What we know", "lead": "In short.", "language": "en",
                         "version": str(found.report.report.version)},
        "put_into_report": {"chapter": found.chapter.public_id, "material": "none"},
        "add_chapter": {"chapter_title": "More"},
        "write_chapter": {"title": "More", "text": "In words."},
        "move_chapter": {"way": "up"}, "move_in_report": {"way": "up"},
        "send_report_back": {"reason": "A figure is wrong."}, "withdraw_report": {"reason": "A figure is wrong."},
    }  # fmt: skip
    return {
        route.name: Sample(
            forms.get(route.name, {}), ids=ids | ({"item": found.item.public_id} if "/items/" in route.path else {})
        )
        for route in REVIEW_REPORTS
        if isinstance(route, Route)
    }
