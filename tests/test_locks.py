"""Rows that a command locks: one, named by its key, or several in an order. Two commands that lock the same rows in
different orders wait for each other on PostgreSQL, until it ends one of them."""

import ast
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import UniqueConstraint, inspect
from sqlmodel import SQLModel

from tests.syntax import tree_of
from tests.test_architecture import sources

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign


def keys_by_relation() -> dict[str, list[frozenset[str]]]:
    """The columns that name one row of a relation, each way that there is, by the name of its class. Of a key that
    holds for some rows only, the columns of its condition are part."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        table = inspect(mapper.class_).local_table
        keys = [table.primary_key, *(one for one in table.constraints if isinstance(one, UniqueConstraint))]
        named = [frozenset(column.name for column in one.columns) for one in keys]
        for index in (one for one in table.indexes if one.unique):
            words = re.findall(r"\w+", str(index.dialect_options["sqlite"]["where"]))
            named.append(frozenset(one.name for one in index.columns) | (set(words) & set(table.columns.keys())))
        found[mapper.class_.__name__] = named
    return found


def scopes_of(text: str) -> Iterator[Scope]:
    """Every function of a file, and every statement that is made once and used often."""
    tree = tree_of(text)
    yield from (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    yield from (one for one in tree.body if isinstance(one, ast.Assign))


def parts_of(statement: ast.expr, scope: Scope) -> list[ast.AST]:
    """All that a statement is made of, with what the names in it were given in the same function."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                given.setdefault(target.id, []).append(node.value)
    found: list[ast.AST] = []
    waiting, known = [statement], set[str]()
    while waiting:
        for node in ast.walk(waiting.pop()):
            found.append(node)
            if isinstance(node, ast.Name) and node.id not in known:
                known.add(node.id)
                waiting += given.get(node.id, [])
    return found


def column_of(node: ast.expr) -> tuple[str, str]:
    """The relation and column that are named here as `Team.id` or `col(Team.id)`; '' where there are none."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "col":
        node = node.args[0]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    return (node.id, "") if isinstance(node, ast.Name) else ("", "")


def is_in_order(parts: list[ast.AST], keys: dict[str, list[frozenset[str]]]) -> bool:
    """Whether a statement has an order, or asks for one row by its key."""
    called = [one for one in parts if isinstance(one, ast.Call)]
    if any(isinstance(one.func, ast.Attribute) and one.func.attr == "order_by" for one in called):
        return True
    asked = {column_of(one.args[0])[0] for one in called if ast.unparse(one.func) == "select" and one.args}
    given: dict[str, set[str]] = {}
    for one in parts:
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq):
            relation, column = column_of(one.left)
            given.setdefault(relation, set()).add(column)
    return any(key <= given.get(each, set()) for each in asked for key in keys.get(each, ()))


def locks_without_order(text: str, keys: dict[str, list[frozenset[str]]]) -> list[str]:
    """The functions of a file that lock rows of which there may be several, in whatever order they come."""
    found = []
    for scope in scopes_of(text):
        for node in ast.walk(scope):
            if not (isinstance(node, ast.Attribute) and node.attr == "with_for_update"):
                continue
            if not is_in_order(parts_of(node.value, scope), keys):
                found.append(getattr(scope, "name", "a statement"))
    return found


def test_several_rows_are_locked_in_an_order():
    keys = keys_by_relation()

    found = {str(path): locks_without_order(text, keys) for path, text in sources().items() if "for_update" in text}

    assert {path: names for path, names in found.items() if names} == {}
    assert len(found) > 50


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("db.exec(select(Team).where(Team.event_id == 1).with_for_update()).all()", True),
        ("query = select(Team).where(Team.event_id == 1)\n    db.exec(query.with_for_update())", True),
        ("db.exec(select(Team).join(Event).where(Event.id == 1).with_for_update()).first()", True),
        ("db.exec(select(Team).where(Team.event_id == 1).order_by(col(Team.id)).with_for_update()).all()", False),
        ("query = select(Team).order_by(col(Team.id))\n    db.exec(query.with_for_update())", False),
        ("db.exec(select(Team.id).where(col(Team.id) == 1).with_for_update()).one()", False),
        ("mine = (Seat.person_id == 1, Seat.atom == 2)\n    select(Seat).where(*mine).with_for_update()", False),
    ],
)
def test_a_lock_without_order_is_noticed(written, found):
    keys = {"Team": [frozenset({"id"})], "Seat": [frozenset({"id"}), frozenset({"person_id", "atom"})]}

    assert bool(locks_without_order(f"def lock(db):\n    {written}\n", keys)) is found
