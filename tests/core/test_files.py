"""Files people hand in: only what their name says, under a name of ours, and given back as they came."""

import io
import zipfile

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.files import StoredFile, clean_name, content_of, store_file
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


def on_disk() -> list[str]:
    return [path.name for path in settings().files.iterdir()] if settings().files.exists() else []


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
    stored = store_file(db, somebody, name=name, content=content)

    assert (stored.name, stored.media_type, stored.size, stored.person_id) == (
        name, media_type, len(content), somebody.person,
    )  # fmt: skip
    assert content_of(stored) == content
    assert on_disk() == [stored.place]


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
        store_file(db, somebody, name=name, content=content)

    assert str(refusal.value) == f"{name} is not what its name says. Save it again and retry."
    assert (kept(db), on_disk()) == ([], [])


@pytest.mark.parametrize(
    "name",
    ["page.html", "drawing.svg", "run.exe", "run.sh", "page.htm", "macro.docm", "noending", ".pdf", "plan.pdf.exe",
     "plan.pdf ", "plan.pdf.", "page.xhtml", "run.js", "..", "", "x.php", "plan.pdf::$DATA", "\u202efdp.exe"],
)  # fmt: skip
def test_other_kinds_are_refused(db, somebody, name):
    with pytest.raises(Invalid, match=r"cannot be taken\. Hand in a PDF"):
        store_file(db, somebody, name=name, content=PDF)

    assert (kept(db), on_disk()) == ([], [])


def test_an_empty_file_is_refused(db, somebody):
    with pytest.raises(Invalid, match=r"plan\.pdf is empty\. Choose another file\."):
        store_file(db, somebody, name="plan.pdf", content=b"")


def test_a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger(db, somebody):
    use_settings(**settings().model_dump() | {"upload_limit": 2_000_000})

    store_file(db, somebody, name="a.pdf", content=PDF.ljust(2_000_000))
    with pytest.raises(Invalid, match=r"b\.pdf is larger than 2 MB\."):
        store_file(db, somebody, name="b.pdf", content=PDF.ljust(2_000_001))


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
        stored = store_file(db, somebody, name=hostile, content=PDF)
        assert (stored.name, on_disk()) == (clean, [stored.place])


def test_a_damaged_file_is_not_given_out(db, somebody):
    stored = store_file(db, somebody, name="plan.pdf", content=PDF)
    path = settings().files / stored.place

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
        store_file(db, somebody, name="plan.pdf", content=PDF)

    assert kept(db) == []
