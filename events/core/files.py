"""Files people hand in: stored under a random name with their hash; a row without its file cannot exist."""

import hashlib
import os
from datetime import datetime
from pathlib import Path, PurePath

import puremagic
from sqlmodel import Field, SQLModel

from events.core import clock
from events.core.access import Actor
from events.core.columns import moment, public_id, random_id
from events.core.database import Database
from events.core.refusals import Invalid, NotFound
from events.core.settings import settings
from events.core.translation import _

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


class StoredFile(SQLModel, table=True):
    """A file as it was handed in."""

    __tablename__ = "stored_file"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("f")
    place: str = Field(max_length=80)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    stored_at: datetime = moment()


def store_file(db: Database, actor: Actor, *, name: str, content: bytes) -> StoredFile:
    """Keep a file: refused when empty, too large, or not what its name says. Synced to disk before its row."""
    name = clean_name(name)
    media_type = _checked_type(name, content)
    place = random_id("file")
    folder = settings().files
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / place).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    kept = StoredFile(
        place=place,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
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


def _checked_type(name: str, content: bytes) -> str:
    ending = Path(name).suffix.lower()
    if not content:
        raise Invalid({"files": _("%(name)s is empty. Choose another file.", name=name)})
    if len(content) > settings().upload_limit:
        limit = settings().upload_limit // 1_000_000
        raise Invalid({"files": _("%(name)s is larger than %(limit)s MB.", name=name, limit=limit)})
    if ending not in ENDINGS:
        raise Invalid({"files": _("%(name)s cannot be taken. Hand in a PDF, an image, slides or a ZIP.", name=name)})
    if not _looks_like(ending, content):
        raise Invalid({"files": _("%(name)s is not what its name says. Save it again and retry.", name=name)})
    return ENDINGS[ending]


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
    path = settings().files / stored.place
    if not path.exists():
        raise NotFound(_("This file is not there any more. Ask the organiser."))
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise NotFound(_("This file was damaged in storage. Ask the organiser for a copy."))
    return content
