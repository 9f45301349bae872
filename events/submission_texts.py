"""What people write in a submission, and how it is cleaned before it is kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from events.core.refusals import Invalid
from events.core.translation import Message, _

MOST_LINKS = 10
MOST_KEYWORDS = 8
LONGEST = {"title": 160, "summary": 500, "text": 20_000, "video": 300, "repository": 300}


@dataclass(frozen=True)
class Written:
    """What people write in a submission; `answers` by the public ids of the fields, those left out stay as they are."""

    title: str = ""
    summary: str = ""
    text: str = ""
    links: tuple[str, ...] = ()
    video: str = ""
    keywords: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    repository: str = ""

    @classmethod
    def of(cls, row: Any) -> "Written":
        """What a submission says now."""
        return cls(
            row.title,
            row.summary,
            row.text,
            tuple(row.links),
            row.video,
            tuple(row.keywords),
            dict(row.answers),
            row.repository,
        )

    def over(self, row: Any) -> "Written":
        """The same with the answers of a submission that this says nothing about, and without empty ones."""
        answers = {public: text for public, text in {**row.answers, **self.answers}.items() if text}
        return replace(self, answers=answers)


def cleaned(
    *,
    title: str = "",
    summary: str = "",
    text: str = "",
    links: Iterable[str] = (),
    video: str = "",
    keywords: str = "",
    answers: Mapping[str, str] | None = None,
    repository: str = "",
) -> Written:
    """What was typed, as it can be kept: refuses what is too long, and links that do not start with https.

    Keywords are separated by commas; `answers` come cleaned (`submission_fields.typed_answers`).
    """
    wrong: dict[str, Message | str] = {}
    typed = {
        "title": title.strip(), "summary": summary.strip(), "text": text.strip(), "video": video.strip(),
        "repository": repository.strip(),
    }  # fmt: skip
    for name, value in typed.items():
        if len(value) > LONGEST[name]:
            wrong[name] = _("This is longer than %(most)s characters. Please shorten it.", most=LONGEST[name])
    clean = [clean_link(line) for line in links if line.strip()]
    video_link = clean_link(video) if typed["video"] else ""
    if None in clean:
        wrong["links"] = _("Write each link on its own line, starting with https://.")
    elif len(set(clean)) > MOST_LINKS:
        wrong["links"] = _("A submission takes ten links. Put the others in the text.")
    if video_link is None:
        wrong.setdefault("video", _("Please give the video's address, starting with https://."))
    repository_link = clean_link(repository) if typed["repository"] else ""
    if repository_link is None:
        wrong.setdefault("repository", _("Please give the repository's address, starting with https://."))
    words = split_keywords(keywords)
    if len(words) > MOST_KEYWORDS or any(len(word) > 40 for word in words):
        wrong["keywords"] = _("Please give at most eight keywords, each of a word or two, separated by commas.")
    if wrong:
        raise Invalid(wrong)
    kept = tuple(dict.fromkeys(link for link in clean if link))
    texts = (typed["title"], typed["summary"], typed["text"])
    return Written(*texts, kept, video_link or "", words, dict(answers or {}), repository_link or "")


def split_keywords(text: str) -> tuple[str, ...]:
    """Keywords that were typed with commas between them, each once whatever its capitals."""
    words = {" ".join(word.split()).casefold(): " ".join(word.split()) for word in re.split(r"[,;\n]", text)}
    return tuple(word for word in words.values() if word)


def clean_link(text: str) -> str | None:
    """An https address without a name or password in it, or None. 'example.org/x' is taken as https."""
    text = text.strip()
    if "://" not in text and not text.lower().startswith(("mailto:", "javascript:", "data:")):
        text = "https://" + text
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return None
    odd = any(not letter.isprintable() or letter in " <>\"'\\" for letter in text)
    if (
        parts.scheme != "https"
        or "." not in host.strip(".")
        or parts.username
        or parts.password
        or odd
        or len(text) > 300
    ):
        return None
    return urlunsplit(parts)


def as_far_as_possible(
    *,
    title: str,
    summary: str,
    text: str,
    links: Iterable[str],
    video: str,
    keywords: str = "",
    answers: Mapping[str, str] | None = None,
    repository: str = "",
) -> Written:
    """What was typed, kept without refusing anything: links that are none go to the end of the text."""
    lines = [line.strip() for line in [*links, video, repository] if line.strip()]
    good = [link for line in lines if (link := clean_link(line))]
    others = [line for line in lines if not clean_link(line)]
    whole = "\n".join([text.strip(), *others]).strip()
    video_link = clean_link(video) or "" if video.strip() else ""
    repository_link = clean_link(repository) or "" if repository.strip() else ""
    kept = tuple(dict.fromkeys(link for link in good if link not in {video_link, repository_link}))[:100]
    words = tuple(word[:40] for word in split_keywords(keywords)[:100])
    title, summary = title.strip()[:160], summary.strip()[:500]
    return Written(title, summary, whole[:40_000], kept, video_link, words, dict(answers or {}), repository_link)
