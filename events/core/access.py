"""Who may do what: actors, rules, and the registry of all commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from events.core import clock
from events.core.refusals import NotAllowed, Refusal

P = ParamSpec("P")
R = TypeVar("R")


class Tie(NamedTuple):
    """What somebody is to something: ('organiser', 'event', 12)."""

    role: str
    scope: str
    id: int


@dataclass(frozen=True)
class Actor:
    """Whoever acts, loaded once per request with everything rules ask about; a visitor has no person."""

    person: int | None = None
    ties: frozenset[Tie] = frozenset()
    system: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether we know who this is."""
        return self.person is not None

    def is_(self, role: str, scope: str, id: int | None) -> bool:
        """Whether the actor has this role there."""
        return id is not None and Tie(role, scope, id) in self.ties

    def ids(self, role: str, scope: str) -> set[int]:
        """Of which things of a scope the actor has this role."""
        return {tie.id for tie in self.ties if tie.role == role and tie.scope == scope}


VISITOR = Actor()
SYSTEM = Actor(system=True)


@dataclass(frozen=True)
class Rule:
    """A named yes/no question about an actor and a subject; never asks the database."""

    name: str
    test: Callable[[Actor, Any], bool]

    def __call__(self, actor: Actor, subject: Any) -> bool:
        return self.test(actor, subject)

    def __and__(self, other: "Rule") -> "Rule":
        return Rule(
            f"{self.name} and {other.name}", lambda actor, subject: self(actor, subject) and other(actor, subject)
        )

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(
            f"{self.name} or {other.name}", lambda actor, subject: self(actor, subject) or other(actor, subject)
        )


def rule(test: Callable[[Actor, Any], bool]) -> Rule:
    """Make a rule of a function; its name, with blanks, is the rule's name."""
    return Rule(test.__name__.strip("_").replace("_", " "), test)


@rule
def anybody(actor: Actor, subject: Any) -> bool:
    return True


@rule
def signed_in(actor: Actor, subject: Any) -> bool:
    return actor.signed_in


@rule
def the_system(actor: Actor, subject: Any) -> bool:
    return actor.system


When = Callable[[Any, datetime], None]


@dataclass(frozen=True)
class Command:
    """One thing that can be done: who may (rule), and whether it is possible now (when, which raises a refusal)."""

    name: str
    rule: Rule
    when: When | None
    run: Callable[..., Any]

    def check(self, actor: Actor, subject: Any) -> None:
        """Raise the refusal that stands in the way, if any."""
        if not self.rule(actor, subject):
            raise NotAllowed()
        if self.when is not None:
            self.when(subject, clock.now())


COMMANDS: dict[str, Command] = {}


def command(rule: Rule, *, when: When | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register a function `(db, actor, subject, ...)` that changes something, and guard it with exactly one rule.

    `when(subject, now)` says whether it is possible at the moment, by raising a refusal.
    """

    def register(run: Callable[P, R]) -> Callable[P, R]:
        name = run.__name__
        if name in COMMANDS:
            raise ValueError(f"two commands are called {name}")
        guard = COMMANDS[name] = Command(name, rule, when, run)

        @wraps(run)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            guard.check(args[1], args[2] if len(args) > 2 else None)  # type: ignore[arg-type]  # (db, actor, subject)
            return run(*args, **kwargs)

        return guarded

    return register


def may(actor: Actor, name: str, subject: Any) -> bool:
    """Whether a button for this command should be shown: the same questions that the command itself asks."""
    return why_not(actor, name, subject) is None


def why_not(actor: Actor, name: str, subject: Any) -> Refusal | None:
    """The refusal that this command would meet before it starts, or None."""
    try:
        COMMANDS[name].check(actor, subject)
    except Refusal as refusal:
        return refusal
    return None
