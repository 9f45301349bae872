"""Every command leaves a fact behind: pages that are kept go by nothing else."""

import ast
from functools import cache
from pathlib import Path

import frontend.registry  # noqa: F401 - imports every command
from events.core.access import COMMANDS
from tests.syntax import tree_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("events", "sessions", "realtime", "mailer", "frontend")
RECORDERS = {"events.core.journal.record", "events.core.journal.record_all"}

ROOM, WORK = "live rooms number their own changes", "submissions are worked on often; handing in is the fact"
PAPERS = "papers of a review are worked on often; handing in is the fact"
BALLOTS = "who votes when in an audience is nobody's business"
SET_UP = "the registration form is set up before booking"

# What leaves none, because no page that is kept shows it.
SILENT = {
    "add_file": WORK, "remove_file": WORK, "save_draft": WORK,
    "add_time": ROOM, "ask_question": ROOM, "hide_question": ROOM, "mark_answered": ROOM, "put_question_back": ROOM,
    "take_vote_back": ROOM, "vote_for_question": ROOM, "pin_question": ROOM, "write_message": ROOM,
    "draft_poll": ROOM, "open_poll": ROOM, "close_poll": ROOM, "show_poll_results": ROOM, "vote_in_poll": ROOM,
    "raise_hand": ROOM, "lower_hand": ROOM, "give_the_floor": ROOM, "lower_hand_of": ROOM, "react": ROOM,
    "report_message": ROOM, "report_question": ROOM, "pause_pitch": ROOM, "resume_pitch": ROOM,
    "wish_to_meet": ROOM, "take_wish_back": ROOM,
    "add_participation_type": SET_UP, "add_question": SET_UP, "set_consent_text": SET_UP,
    "cast_ballot": BALLOTS,
    "change_question": SET_UP, "move_question": SET_UP, "retire_question": SET_UP, "bring_back_question": SET_UP,
    "make_code": SET_UP, "end_code": SET_UP,
    "drop_phase": "drafts of events only",
    "add_application_files": PAPERS, "add_review_files": PAPERS, "save_application": PAPERS,
    "save_desk_notes": PAPERS, "save_self_assessment": PAPERS,
    "add_board_entry": ROOM, "open_dot_vote": ROOM, "write_on_board": ROOM,
    "choose_review_video": ROOM, "close_dot_vote": ROOM, "enter_review_call": ROOM, "give_dots": ROOM,
    "give_review_floor": ROOM,
    "join_agenda": ROOM, "lengthen_part": ROOM, "lower_review_hand": ROOM, "lower_review_hand_of": ROOM,
    "pause_part": ROOM, "raise_review_hand": ROOM,
    "read_calendar_again": "only asks for a reading; what was read is kept by the worker",
    "remove_application_file": PAPERS, "remove_review_file": PAPERS,
    "take_touch_back": "who wants to stay in touch with whom is told to nobody else",
}  # fmt: skip


@cache
def calls_by_function() -> dict[str, set[str]]:
    """What each function of ours calls: all as "module.function", as the module's own names and imports have it. What
    is called through a variable or a method is not followed."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            tree = tree_of(path.read_text(encoding="utf-8"))
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            names = {one.name: f"{module}.{one.name}" for one in tree.body if isinstance(one, ast.FunctionDef)}
            for one in ast.walk(tree):
                if isinstance(one, ast.ImportFrom):
                    names |= {each.asname or each.name: f"{one.module}.{each.name}" for each in one.names}
            for one in tree.body:
                if isinstance(one, ast.FunctionDef):
                    calls = (each.func for each in ast.walk(one) if isinstance(each, ast.Call))
                    found[names[one.name]] = {names.get(each.id, "") for each in calls if isinstance(each, ast.Name)}
    return found


def function_of(command: str) -> str:
    """The full name of a command's function."""
    run = COMMANDS[command].run
    return f"{run.__module__}.{run.__name__}"


def reaches_a_record(command: str) -> bool:
    seen, open_ones = set(), [function_of(command)]
    while open_ones:
        one = open_ones.pop()
        if one in RECORDERS:
            return True
        if one not in seen:
            seen.add(one)
            open_ones += calls_by_function().get(one, ())
    return False


def silent_commands() -> list[str]:
    return sorted(name for name in COMMANDS if not reaches_a_record(name))


def test_every_command_leaves_a_fact_or_says_why_not():
    assert silent_commands() == sorted(SILENT), "record a fact, or say here why no page that is kept shows it"


def test_a_command_without_a_fact_is_noticed(monkeypatch):
    monkeypatch.setitem(calls_by_function(), function_of("say_no_thanks"), {"clean_text", "refuse"})

    assert "say_no_thanks" in silent_commands()


def test_the_commands_are_found_by_their_names():
    assert [name for name in COMMANDS if function_of(name) not in calls_by_function()] == []
