"""Files people hand in: only what their name says, under a name of ours, and given back as they came."""

import io
import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock, files
from events.core.access import Actor
from events.core.database import transaction
from events.core.files import (
    ARRIVING,
    ReadyFile,
    StoredFile,
    clean_name,
    content_of,
    damaged_files,
    make_ready,
    ready,
    store_file,
    sweep_files,
)
from events.core.refusals import Invalid, NotFound
from events.core.settings import settings, use_settings
from tests.makers import make_person

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364600000000600023081d02f"
    "0000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + b"\x01" * 64 + b"\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_SCRIPT = b"GIF89a/*\x00\x00*/=1;alert(1)"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def packed(**files: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return box.getvalue()


@pytest.fixture
def somebody(db) -> Actor:
    """Whoever hands in."""
    return make_person(db, "Tam Tamm")


def kept(db) -> list[StoredFile]:
    return list(db.exec(select(StoredFile)))


def in_place() -> list[str]:
    """The files that are where they stay."""
    return [path.name for path in settings().files.glob("*") if path.is_file()]


def arriving() -> list[str]:
    """The files that have yet to get there."""
    return [path.name for path in (settings().files / ARRIVING).glob("*")]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("mark.PNG", PNG, "image/png"),
        ("photo.jpg", JPEG, "image/jpeg"),
        ("photo.jpeg", JPEG, "image/jpeg"),
        ("photo.webp", WEBP, "image/webp"),
        ("readme.md", "# Für alle".encode(), "text/markdown"),
        ("figures.csv", b"a;b\n1;2\n", "text/csv"),
        ("code.zip", packed(a=b"1"), "application/zip"),
        ("slides.odp", packed(mimetype=b"x"), "application/vnd.oasis.opendocument.presentation"),
    ],
)
def test_a_file_comes_back_as_it_was_handed_in(db, somebody, name, content, media_type):
    stored = store_file(db, somebody, make_ready(name, content))

    assert (stored.name, stored.media_type, stored.size, stored.person_id) == (
        name, media_type, len(content), somebody.person,
    )  # fmt: skip
    assert content_of(stored) == content
    assert (arriving(), in_place()) == ([stored.place], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", HTML),
        ("page.pdf", HTML),
        ("page.jpg", HTML),
        ("page.webp", HTML),
        ("page.mp4", HTML),
        ("page.zip", HTML),
        ("page.docx", HTML),
        ("script.png", GIF_SCRIPT),
        ("drawing.png", SVG),
        ("plan.png", PDF),
        ("picture.pdf", PNG),
        ("box.png", packed(a=b"1")),
        ("binary.txt", b"MZ\x90\x00\x03\x00"),
        ("binary.csv", PNG),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(db, somebody, name, content):
    with pytest.raises(Invalid) as refusal:
        store_file(db, somebody, make_ready(name, content))

    assert str(refusal.value) == f"{name} is not what its name says. Save it again and retry."
    assert (kept(db), arriving()) == ([], [])


@pytest.mark.parametrize(
    "name",
    ["page.html", "drawing.svg", "run.exe", "run.sh", "page.htm", "macro.docm", "noending", ".pdf", "plan.pdf.exe",
     "plan.pdf ", "plan.pdf.", "page.xhtml", "run.js", "..", "", "x.php", "plan.pdf::$DATA", "\u202efdp.exe"],
)  # fmt: skip
def test_other_kinds_are_refused(db, somebody, name):
    with pytest.raises(Invalid, match=r"cannot be taken\. Hand in a PDF"):
        store_file(db, somebody, make_ready(name, PDF))

    assert (kept(db), arriving()) == ([], [])


def test_an_empty_file_is_refused(db, somebody):
    with pytest.raises(Invalid, match=r"plan\.pdf is empty\. Choose another file\."):
        store_file(db, somebody, make_ready("plan.pdf", b""))


def test_a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger(db, somebody):
    use_settings(**settings().model_dump() | {"upload_limit": 2_000_000})

    store_file(db, somebody, make_ready("a.pdf", PDF.ljust(2_000_000)))
    with pytest.raises(Invalid, match=r"b\.pdf is larger than 2 MB\."):
        store_file(db, somebody, make_ready("b.pdf", PDF.ljust(2_000_001)))


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("/abs/olute.pdf", "olute.pdf"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("pl\0an.pdf", "plan.pdf"),
        ("pl\r\nan.pdf", "plan.pdf"),
        ("plan\u202efdp.exe.pdf", "planfdp.exe.pdf"),
        ("plan\u2066\u200b.pdf", "plan.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("plan." + "y" * 300, "plan." + "y" * 12),
        ("Übersicht – Größe.pdf", "Übersicht – Größe.pdf"),
        ("\ud800plan.pdf", "plan.pdf"),
        ('"; rm -rf".pdf', '"; rm -rf".pdf'),
    ],
)
def test_a_name_is_only_a_label(db, somebody, hostile, clean):
    assert clean_name(hostile) == clean
    if clean.endswith(".pdf"):
        stored = store_file(db, somebody, make_ready(hostile, PDF))
        assert (stored.name, arriving()) == (clean, [stored.place])


def test_a_damaged_file_is_not_given_out(db, somebody):
    stored = store_file(db, somebody, make_ready("plan.pdf", PDF))
    path = settings().files / ARRIVING / stored.place

    path.write_bytes(PDF[:-1] + b"!")
    with pytest.raises(NotFound, match="damaged in storage"):
        content_of(stored)
    path.unlink()
    with pytest.raises(NotFound, match="not there any more"):
        content_of(stored)


def test_a_row_never_stands_without_its_file(db, somebody, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        store_file(db, somebody, make_ready("plan.pdf", PDF))

    assert kept(db) == []


# Before, inside and behind the transaction


class PlugPulled(BaseException):
    """The process ends here."""


@pytest.fixture
def tam(db) -> Actor:
    """Whoever hands in, seen by other transactions."""
    actor = make_person(db, "Tam Tamm")
    db.commit()
    return actor


def rows() -> list[str]:
    with transaction() as db:
        return list(db.exec(select(StoredFile.place)))


def written_at(place: str, ago: timedelta) -> None:
    moment = (clock.now() - ago).timestamp()
    os.utime(settings().files / ARRIVING / place, (moment, moment))


def test_a_file_moves_to_its_place_once_its_row_stands(tam):
    with ready([("plan.pdf", PDF), ("not.png", HTML)]) as handed, transaction() as db:
        stored = store_file(db, tam, handed[0])

    assert (arriving(), in_place(), content_of(stored)) == ([], [stored.place], PDF)


def test_a_transaction_that_refuses_leaves_no_file_behind(tam):
    with suppress(NotFound), ready([("plan.pdf", PDF)]) as handed, transaction() as db:
        store_file(db, tam, handed[0])
        raise NotFound

    assert (rows(), arriving(), in_place()) == ([], [], [])


def test_a_file_that_nobody_stored_goes(tam):
    with ready([("plan.pdf", PDF)]), transaction():
        pass

    assert (rows(), arriving(), in_place()) == ([], [], [])


def crash_before_the_commit(tam: Actor, _monkeypatch) -> None:
    with suppress(PlugPulled), ready([("plan.pdf", PDF)]) as handed, transaction() as db:
        store_file(db, tam, handed[0])
        raise PlugPulled


def crash_after_the_commit(tam: Actor, monkeypatch) -> None:
    def pulled(*_names: object) -> None:
        raise PlugPulled

    with monkeypatch.context() as patched, suppress(PlugPulled), ready([("plan.pdf", PDF)]) as handed:
        patched.setattr(files, "_settle", pulled)
        with transaction() as db:
            store_file(db, tam, handed[0])


def test_after_a_crash_before_the_commit_the_file_goes_in_a_day_and_not_before(tam, monkeypatch):
    crash_before_the_commit(tam, monkeypatch)
    [place] = arriving()

    written_at(place, timedelta(hours=23))
    sweep_files()
    young = arriving()
    written_at(place, timedelta(hours=25))
    sweep_files()

    assert (rows(), young, arriving(), in_place()) == ([], [place], [], [])


def lost_after_a_crash(tam: Actor, monkeypatch, sweep: Callable[[], None]) -> bool:
    """Whether a file is lost whose row was committed in the moment before the plug was pulled."""
    crash_after_the_commit(tam, monkeypatch)
    [place] = arriving()
    written_at(place, timedelta(days=30))
    with transaction() as db:
        stored = db.exec(select(StoredFile)).one()
        assert content_of(stored) == PDF
    sweep()
    try:
        return content_of(stored) != PDF
    except NotFound:
        return True


def test_after_a_crash_behind_the_commit_the_row_has_its_file_and_the_sweep_brings_it_to_its_place(tam, monkeypatch):
    assert not lost_after_a_crash(tam, monkeypatch, sweep_files)
    assert (in_place(), arriving()) == (rows(), [])


def test_a_sweep_that_asks_for_the_age_alone_would_lose_it(tam, monkeypatch):
    def careless() -> None:
        for path in (settings().files / ARRIVING).iterdir():
            path.unlink()

    assert lost_after_a_crash(tam, monkeypatch, careless)


def test_a_file_in_its_place_is_never_swept_away(tam):
    settings().files.mkdir(parents=True)
    (settings().files / "file_of_another_copy_of_the_database").write_bytes(PDF)

    with clock.frozen_at(clock.now() + timedelta(days=400)):
        sweep_files()

    assert in_place() == ["file_of_another_copy_of_the_database"]


def test_no_disk_is_waited_for_while_others_wait_for_the_database(tam):
    with transaction(), pytest.raises(RuntimeError, match="before the transaction opens"):
        make_ready("plan.pdf", PDF)

    assert arriving() == []


def test_a_row_is_not_made_for_a_file_that_is_gone(tam):
    gone = ReadyFile("plan.pdf", "application/pdf", 1, "0" * 64, "file_gone")

    with pytest.raises(RuntimeError, match="not ready"), transaction() as db:
        store_file(db, tam, gone)


def test_files_that_are_missing_or_damaged_are_counted(tam):
    with ready([(f"{n}.pdf", PDF) for n in range(3)]) as handed, transaction() as db:
        first, second, _third = (store_file(db, tam, one) for one in handed)
    (settings().files / first.place).unlink()
    (settings().files / second.place).write_bytes(PDF + b"!")

    with transaction() as db:
        assert damaged_files(db) == (3, 2)
