"""Both tables as they are in the code, and as they are in docs/."""

from pathlib import Path

from events.core.access import COMMANDS, Actor, Command
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from tests.permissions import cases_person_reports, cases_review_reports, cases_reviews  # noqa: F401 - say their cases
from tests.permissions.cases import CASES
from tests.permissions.world import CAST, World

DOCS = Path(__file__).parents[2] / "docs"
REWRITE = "If the change is right, run: python -m tests.permissions"
ANSWERS: dict[type[Refusal], str] = {NotAllowed: "no", Conflict: "not now", NotFound: "not there", Invalid: "invalid"}
SHOWN = {"yes": "**yes**", "no": "·", "not now": "*not now*"}

PERMISSIONS_HEAD = """# Who may do what

Made by `python -m tests.permissions` from the registry of commands; `tests/permissions/test_commands.py` compares.
Each line is a command on a subject in some states, each column somebody of the cast:
**yes**, *not now* (they may, but it is not possible in this state), or · (they may not).
In brackets stands the command's rule. What a command refuses for what was typed stands with the command.

"""


def answer(command: Command, actor: Actor, subject: object) -> str:
    """What somebody meets who tries."""
    try:
        command.check(actor, subject)
    except Refusal as refusal:
        return next(word for kind, word in ANSWERS.items() if isinstance(refusal, kind))
    return "yes"


def permission_lines(world: World) -> dict[str, list[tuple[str, list[str]]]]:
    """For each command its states, and what everybody meets there."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for name, command in COMMANDS.items():
        cases = CASES[name](world) if name in CASES else []
        found[name] = [
            (case.state, [answer(command, actor, case.subject) for actor in world.actors.values()]) for case in cases
        ]
    return found


def permissions_page(world: World) -> str:
    """docs/permissions.md as it should be."""
    lines = permission_lines(world)
    parts = [PERMISSIONS_HEAD, cast_list(list(CAST))]
    # By name, not as modules happen to be imported: another import somewhere is no change of who may do what.
    for module in sorted({command.run.__module__ for command in COMMANDS.values()}):
        parts.append(f"\n## {module}\n\n{head(list(CAST), 'command')}")
        for name in (one.name for one in COMMANDS.values() if one.run.__module__ == module):
            for number, (answers, states) in enumerate(grouped(lines[name]).items()):
                first = f"`{name}` ({COMMANDS[name].rule.name})" if number == 0 else ""
                cells = " | ".join(
                    {"yes": "**yes**", "no": "·", "not now": "*not now*"}.get(one, one) for one in answers
                )
                parts.append(f"| {first} | {'; '.join(states)} | {cells} |\n")
    return "".join(parts)


def grouped(lines: list[tuple[str, list[str]]]) -> dict[tuple[str, ...], list[str]]:
    """States in which everybody meets the same share a line."""
    found: dict[tuple[str, ...], list[str]] = {}
    for state, answers in lines:
        found.setdefault(tuple(answers), []).append(state)
    return found


def cast_list(names: list[str]) -> str:
    """Who is who."""
    return "".join(f"- {name}: {CAST[name]}\n" for name in names)


def head(names: list[str], what: str) -> str:
    """The first two lines of a table."""
    columns = [what, "when", *names] if what == "command" else [what, *names]
    return "| " + " | ".join(columns) + " |\n|" + "---|" * len(columns) + "\n"
