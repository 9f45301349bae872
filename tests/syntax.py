"""The syntax of our own files, for tests that look at how they are written."""

import ast
from contextlib import suppress
from functools import cache


@cache
def tree_of(text: str) -> ast.Module:
    """A file as its syntax, read once for all tests.

    Python 3.11 up to 3.11.7 loses count of its own recursion when, while it builds a tree, the collector finds
    something whose traceback is written down by reading code as well (cpython issue 106905): then it is read again.
    """
    for _try in range(5):
        with suppress(SystemError):
            return ast.parse(text)
    return ast.parse(text)
