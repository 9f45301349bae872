"""Files people hand in: kept under a random name with their hash. No row is without its file, no file without its row.

A file is written and synced before the transaction that makes its row, for a disk may take its time and SQLite has one
writer. Until then it lies among those that arrive; once its row stands it moves to its place. Where somebody pulls the
plug in between, the row still finds it, and the sweep moves it, or takes it away when no row came within a day.
"""

import hashlib
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePath

import puremagic
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor
from events.core.columns import moment, public_id, random_id
from events.core.database import Database, in_parts, in_transaction, reading
from events.core.pdf_pages import count_pages
from events.core.refusals import Invalid, NotFound, Refusal
from events.core.settings import settings
from events.core.translation import Message, _

# What may be handed in, by the ending of its name; whatever it is, it is only ever sent as an attachment.
ENDINGS = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
PLAIN_TEXT = {".txt", ".md", ".csv"}
ARRIVING = "arriving"
log = logging.getLogger("folkmoot.files")
# No transaction lasts nearly as long.
SAFE_AGE = timedelta(days=1)


class StoredFile(SQLModel, table=True):
    """A file as it was handed in. `pages` of a PDF are counted only where they are limited (`core/pdf_pages.py`)."""

    __tablename__ = "stored_file"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("f")
    place: str = Field(max_length=80)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    pages: int | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    stored_at: datetime = moment()


@dataclass(frozen=True)
class ReadyFile:
    """A file that is checked, and on the disk for certain, but has no row yet; or the sentence why it is refused."""

    name: str
    media_type: str
    size: int
    sha256: str
    place: str
    refused: Message | None = None
    pages: int | None = None


def make_ready(name: str, content: bytes, *, count: bool = False) -> ReadyFile:
    """Check a file, write it among those that arrive and sync it; never inside a transaction.

    What is empty, too large or not what its name says is not written, and refused once it is to be stored. With `count`
    the pages of a PDF are counted.
    """
    if in_transaction():
        raise RuntimeError("files are made ready before the transaction opens, so that no disk keeps others waiting")
    name, digest, place = clean_name(name), hashlib.sha256(content).hexdigest(), random_id("file")
    refused = _what_is_wrong(name, content)
    media_type = ENDINGS.get(Path(name).suffix.lower(), "")
    pages = count_pages(content) if count and refused is None and media_type == ENDINGS[".pdf"] else None
    if refused is None:
        _write_down(place, content)
    return ReadyFile(name, media_type, len(content), digest, place, refused, pages)


def _write_down(place: str, content: bytes) -> None:
    folder = settings().files / ARRIVING
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / place).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)  # else the file is there, but not its name
    finally:
        os.close(entries)


@contextmanager
def ready(files: Iterable[tuple[str, bytes]], *, count: bool = False) -> Iterator[list[ReadyFile]]:
    """Around the transaction that stores them: these files (name, bytes) made ready, and cleared up behind it."""
    made = [make_ready(name, content, count=count) for name, content in files]
    with cleared_up(made):
        yield made


@contextmanager
def cleared_up(files: Iterable[ReadyFile]) -> Iterator[None]:
    """Around a transaction: behind it, files that have a row now move to their place, and the others go."""
    try:
        yield
    except Refusal:
        _try_to_settle(files)
        raise
    else:
        _try_to_settle(files)
    # After any other error nobody knows whether the commit came through: the sweep looks again.


def _try_to_settle(files: Iterable[ReadyFile]) -> None:
    places = [one.place for one in files if one.refused is None]
    try:
        if places:
            _settle(places, places)
    except Exception:  # what was done is done; nobody is told otherwise for this
        log.exception("%s files are left to the sweep", len(places))


def _settle(places: Collection[str], over: Collection[str]) -> None:
    """Of the files that arrive under these names: move what has a row, take away what has none and is `over`."""
    folder, known = settings().files, set[str]()
    with reading() as db:
        for part in in_parts(list(places)):
            known |= set(db.exec(select(StoredFile.place).where(col(StoredFile.place).in_(part))))
    for place in places:
        with suppress(FileNotFoundError):  # somebody else was quicker
            if place in known:
                (folder / ARRIVING / place).rename(folder / place)
            elif place in over:
                (folder / ARRIVING / place).unlink()


def sweep_files() -> None:
    """Clear up what a crash left among the files that arrive: what has a row moves to its place, what has none after a
    day goes. A file in its place is never touched, so that an older copy of the database takes nothing away."""
    folder, limit = settings().files / ARRIVING, (clock.now() - SAFE_AGE).timestamp()
    if folder.exists():
        ages = {path.name: path.stat().st_mtime for path in folder.iterdir()}
        _settle(list(ages), {place for place, written in ages.items() if written < limit})


def store_file(db: Database, actor: Actor, file: ReadyFile) -> StoredFile:
    """Give a file that is ready its row. Refused when empty, too large, or not what its name says."""
    if file.refused is not None:
        raise Invalid({"files": file.refused})
    if not (settings().files / ARRIVING / file.place).exists():
        raise RuntimeError(f"file {file.place} is not ready any more")
    kept = StoredFile(
        place=file.place,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        person_id=actor.person,
        stored_at=clock.now(),
    )
    db.add(kept)
    db.flush()
    return kept


def clean_name(name: str) -> str:
    """The last part of a file's name without control characters or direction marks, at most 120 characters."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(
        letter for letter in last if letter.isprintable() and letter not in "\u202a\u202b\u202c\u202d\u202e"
    )
    stem, dot, ending = plain.rpartition(".")
    return (stem[:100] + dot + ending[:12]) if dot else plain[:100] or "file"


def _what_is_wrong(name: str, content: bytes) -> Message | None:
    ending = Path(name).suffix.lower()
    if not content:
        return _("%(name)s is empty. Choose another file.", name=name)
    if len(content) > settings().upload_limit:
        limit = settings().upload_limit // 1_000_000
        return _("%(name)s is larger than %(limit)s MB.", name=name, limit=limit)
    if ending not in ENDINGS:
        return _("%(name)s cannot be taken. Hand in a PDF, an image, slides or a ZIP.", name=name)
    if not _looks_like(ending, content):
        return _("%(name)s is not what its name says. Save it again and retry.", name=name)
    return None


def _looks_like(ending: str, content: bytes) -> bool:
    if ending in PLAIN_TEXT:
        return b"\0" not in content[:4096]
    try:
        found = {match.extension.lower() for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return False
    if ending in {".pptx", ".docx", ".xlsx", ".odp", ".odt", ".zip"}:
        return content[:2] == b"PK"
    return ending in found or (ending in {".jpg", ".jpeg"} and bool(found & {".jpg", ".jpeg"}))


def content_of(stored: StoredFile) -> bytes:
    """The bytes of a file; refused when they are not what was handed in."""
    content = _bytes_of(stored)
    if content is None:
        raise NotFound(_("This file is not there any more. Ask the organiser."))
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise NotFound(_("This file was damaged in storage. Ask the organiser for a copy."))
    return content


def _bytes_of(stored: StoredFile) -> bytes | None:
    at_home, arriving = settings().files / stored.place, settings().files / ARRIVING / stored.place
    for path in (at_home, arriving, at_home):  # it may move between two looks
        with suppress(FileNotFoundError):
            return path.read_bytes()
    return None


def damaged_files(db: Database) -> tuple[int, int]:
    """How many files there are, and how many of them are missing or are not what was handed in. Reads them all."""
    every = list(db.exec(select(StoredFile)))
    bad = sum(hashlib.sha256(_bytes_of(one) or b"").hexdigest() != one.sha256 for one in every)
    return len(every), bad
