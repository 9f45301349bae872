"""The command line says in a sentence what is wrong before anything starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from frontend.cli import cli

EMPTY = "The database does not answer, or is empty. Check FOLKMOOT_DATABASE_URL, then run `folkmoot migrate`.\n"


@pytest.fixture(autouse=True)
def a_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings with which every command could begin, and no database yet."""
    monkeypatch.setenv("FOLKMOOT_SECRET", "x" * 32)
    monkeypatch.setenv("FOLKMOOT_DATABASE_URL", f"sqlite:///{tmp_path}/folkmoot.db")


def said_by(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(cli, list(arguments))
    return answer.exit_code, answer.output


@pytest.mark.parametrize("command", ["serve", "worker", "demo", "clocks"])
def test_nothing_starts_on_an_empty_database(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_PUBLIC_URL", "http://localhost:8000")

    assert said_by(command) == (2, EMPTY)


@pytest.mark.parametrize("command", ["serve", "worker", "demo", "migrate", "clocks", "doctor"])
def test_a_setting_of_the_wrong_kind_is_named_by_every_command(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_WEB_PROCESSES", "many")

    code, said = said_by(command)

    wrong = (
        "FOLKMOOT_WEB_PROCESSES cannot be used: Input should be a valid integer, unable to parse string as an integer."
    )
    assert (code, said.splitlines()) == (2, [wrong])


def test_a_database_that_cannot_be_opened_is_not_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    assert said_by("migrate") == (2, "The database cannot be opened. Check FOLKMOOT_DATABASE_URL.\n")


SEVERAL = """
import os, time
from frontend import cli
def serve_one():
    os.write(1, f"{os.getpid()}\\n".encode())  # in one piece, whoever else writes
    time.sleep(60)
    os._exit(0)
cli._keep_running(2, serve_one)
"""


def test_a_web_process_that_dies_is_replaced_and_none_outlives_the_first() -> None:
    with subprocess.Popen([sys.executable, "-c", SEVERAL], stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            one, _other = int(first.stdout.readline()), int(first.stdout.readline())

            os.kill(one, signal.SIGKILL)
            _third = int(first.stdout.readline())
            first.send_signal(signal.SIGTERM)

            left = first.stdout.read()  # ends when the last of them has gone
            assert (left, first.wait(10)) == ("", 0)
        finally:
            first.terminate()
