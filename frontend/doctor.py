"""The doctor: looks at settings, database, Redis, mail and this Python, and says what is wrong in a sentence."""

import asyncio
import os
import platform
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from events.core.database import database_answers, reading
from events.core.files import damaged_files
from events.core.settings import settings
from mailer.cleaning import header_folding_is_vulnerable

MOUNTS = Path("/proc/mounts")
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    sentence: str


def examine() -> Iterator[Finding]:
    """Look at everything; each finding is a sentence, with the way out where something is wrong."""
    complaints = settings().complaints()
    yield from (Finding(False, sentence) for sentence in complaints)
    if not complaints:
        yield Finding(True, "The settings can be used.")
    yield _database()
    yield from _where_sqlite_lies()
    yield asyncio.run(_redis())
    yield _mail()
    yield _files()
    yield _python()


def _database() -> Finding:
    kind = "SQLite" if settings().sqlite else "PostgreSQL"
    if database_answers():
        return Finding(True, f"{kind} answers and has our relations.")
    return Finding(
        False, f"{kind} does not answer, or is empty. Check FOLKMOOT_DATABASE_URL, then run `folkmoot migrate`."
    )


def _where_sqlite_lies() -> Iterator[Finding]:
    if not settings().sqlite or not MOUNTS.exists():
        return
    here = Path(settings().database_url.removeprefix("sqlite:///")).resolve()
    best, kind = "", ""
    for line in MOUNTS.read_text(encoding="utf-8").splitlines():
        _device, point, system, *_rest = line.split()
        if here.is_relative_to(point) and len(point) > len(best):
            best, kind = point, system
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding(False, f"The SQLite file lies on a network file system ({kind}), where locks cannot be trusted.")


async def _redis() -> Finding:
    if not settings().redis_url:
        return Finding(True, "No Redis is set; one web process needs none.")
    from redis.asyncio import Redis

    try:
        client = Redis.from_url(settings().redis_url, socket_timeout=3, socket_connect_timeout=3, retry=None)
    except ValueError:
        return Finding(False, "Redis cannot be asked. Write FOLKMOOT_REDIS_URL as redis://host:6379/0.")
    try:
        await client.ping()
    except Exception as error:
        return Finding(False, f"Redis does not answer ({type(error).__name__}). Check FOLKMOOT_REDIS_URL.")
    finally:
        await client.aclose()
    return Finding(True, "Redis answers.")


def _mail() -> Finding:
    url = urlsplit(settings().mail_url)
    if not settings().mail_url:
        return Finding(settings().demo, "No mail server is set: letters are written and kept. Set FOLKMOOT_MAIL_URL.")
    if url.scheme == "file":
        folder = Path(settings().mail_url.removeprefix("file:").removeprefix("//"))
        if _can_be_written(folder):
            return Finding(True, "Letters are written as files.")
        return Finding(False, "The directory for letters cannot be written. Check FOLKMOOT_MAIL_URL.")
    try:
        port = url.port or (465 if url.scheme == "smtps" else 25)
        socket.create_connection((url.hostname or "", port), timeout=5).close()
    except (OSError, ValueError) as error:
        return Finding(False, f"The mail server does not answer ({type(error).__name__}). Check FOLKMOOT_MAIL_URL.")
    return Finding(True, "The mail server answers.")


def _files() -> Finding:
    if not _can_be_written(settings().files):
        return Finding(False, "The directory for uploaded files cannot be written. Check FOLKMOOT_FILES.")
    if not database_answers():
        return Finding(True, "Uploaded files can be kept.")
    with reading() as db:
        every, bad = damaged_files(db)
    if bad:
        lost = f"{bad} of {every} uploaded files are missing or damaged."
        return Finding(False, f"{lost} Check FOLKMOOT_FILES, or take them from the backup.")
    return Finding(True, f"Uploaded files can be kept; the {every} that are there are what was handed in.")


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _python() -> Finding:
    version = platform.python_version()
    if header_folding_is_vulnerable():
        return Finding(
            False,
            f"This Python ({version}) has CVE-2024-6923: the standard library can be made to write extra mail headers. "
            "Folkmoot cleans every header value, which makes it harmless here; upgrade Python all the same.",
        )
    return Finding(True, f"This Python ({version}) folds mail headers safely.")
