"""The doctor says what is wrong in a sentence that names the way out."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from events.core.settings import settings, use_settings
from frontend import doctor
from frontend.cli import cli

CLOSED = socket.socket()
CLOSED.bind(("127.0.0.1", 0))
NOBODY = f"127.0.0.1:{CLOSED.getsockname()[1]}"  # bound and not listening: every connection is refused


def examined(**values: object) -> dict[str, bool]:
    use_settings(**settings().model_dump() | values)
    return {finding.sentence: finding.good for finding in doctor.examine()}


def wrong(**values: object) -> list[str]:
    return [sentence for sentence, good in examined(**values).items() if not good]


@pytest.fixture(autouse=True)
def healthy(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up in which nothing is wrong."""
    monkeypatch.setattr(doctor, "header_folding_is_vulnerable", lambda: False)
    use_settings(**settings().model_dump() | {"mail_url": f"file:{tmp_path}/mail", "files": tmp_path / "files"})


def test_a_healthy_house_has_nothing_wrong():
    assert wrong() == []
    assert list(examined())[:2] == ["The settings can be used.", "SQLite answers and has our relations."]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"secret": "short"}, "FOLKMOOT_SECRET is shorter than 32 characters. Set it to a long random text."),
        ({"mail_url": ""}, "No mail server is set: letters are written and kept. Set FOLKMOOT_MAIL_URL."),
        ({"mail_url": f"smtp://{NOBODY}"},
         "The mail server does not answer (ConnectionRefusedError). Check FOLKMOOT_MAIL_URL."),
        ({"redis_url": f"redis://{NOBODY}/0"}, "Redis does not answer (ConnectionError). Check FOLKMOOT_REDIS_URL."),
        ({"database_url": "sqlite:////nowhere/at/all.db"},
         "SQLite does not answer, or is empty. Check FOLKMOOT_DATABASE_URL, then run `folkmoot migrate`."),
        ({"database_url": f"postgresql://nobody@{NOBODY}/nothing"},
         "PostgreSQL does not answer, or is empty. Check FOLKMOOT_DATABASE_URL, then run `folkmoot migrate`."),
        ({"public_url": "folkmoot"},
         "FOLKMOOT_PUBLIC_URL is not a web address. Write it as https://folkmoot.example."),
    ],
)  # fmt: skip
def test_each_broken_thing_has_its_sentence(values, sentence):
    assert wrong(**values) == [sentence]


@pytest.mark.parametrize("values", [{"mail_url": "smtp://mail.example:many"}, {"redis_url": "localhost"}])
def test_the_doctor_looks_at_everything_although_an_address_cannot_be_read(values):
    complaint, sentence = wrong(**values)

    assert [text.rpartition("FOLKMOOT_")[2].split("_")[0] for text in (complaint, sentence)] == [
        next(iter(values)).split("_")[0].upper()
    ] * 2


def test_an_empty_database_is_sent_to_migrate(tmp_path):
    (sentence,) = wrong(database_url=f"sqlite:///{tmp_path}/empty.db")

    assert sentence.endswith("then run `folkmoot migrate`.")


def test_a_directory_that_cannot_be_used_for_files_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file stands where the directory should be")

    assert wrong(files=tmp_path / "taken") == [
        "The directory for uploaded files cannot be written. Check FOLKMOOT_FILES."
    ]


def test_letters_that_cannot_be_written_as_files_are_noticed(tmp_path):
    (tmp_path / "taken").write_text("a file stands where the directory should be")

    assert wrong(mail_url=f"file:{tmp_path}/taken") == [
        "The directory for letters cannot be written. Check FOLKMOOT_MAIL_URL."
    ]


def test_sqlite_on_a_network_file_system_is_refused(monkeypatch, tmp_path, sqlite_folder):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"tmpfs / tmpfs rw 0 0\nserver:/x {sqlite_folder} nfs4 rw 0 0\n")
    monkeypatch.setattr(doctor, "MOUNTS", mounts)

    assert wrong() == ["The SQLite file lies on a network file system (nfs4), where locks cannot be trusted."]


def test_a_vulnerable_python_is_named_with_what_we_do_about_it(monkeypatch):
    monkeypatch.setattr(doctor, "header_folding_is_vulnerable", lambda: True)

    (sentence,) = wrong()

    assert "CVE-2024-6923" in sentence
    assert sentence.endswith(
        "Folkmoot cleans every header value, which makes it harmless here; upgrade Python all the same."
    )


def test_no_secret_stands_in_what_the_doctor_says():
    said = " ".join(examined(mail_url=f"smtp://me:hunter2@{NOBODY}", redis_url=f"redis://:hunter2@{NOBODY}"))

    assert "hunter2" not in said


def test_the_command_fails_when_something_is_wrong(monkeypatch):
    monkeypatch.setenv("FOLKMOOT_SECRET", "x" * 32)
    monkeypatch.setenv("FOLKMOOT_DATABASE_URL", "sqlite:////nowhere/at/all.db")

    answer = CliRunner().invoke(cli, ["doctor"])

    assert answer.exit_code == 1
    assert "WRONG SQLite does not answer, or is empty." in answer.output
