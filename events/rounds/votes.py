"""Votes as rows: never overwritten. What is said anew gets the next number, and the highest counts.

A vote names the number that its sender has seen (0: none), so that nobody writes over what they do not know, and
carries an id of the sender's own: the same sent again under the same id changes nothing, however often and however
late; other words under an id that is known are refused. A page that got no answer and whose words were changed since
sends them as its next try: the id, a full stop and the number of the try. That follows what came of earlier tries.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import UniqueConstraint, func, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, Message, _

LONGEST = {"comment": 4000, "note": 2000}
WHOLE_LIST, BALLOT = "list", "ballot"


class VoteKind(StrEnum):
    """What a vote says. SKIP: that they do not judge it, and why; UNDONE: that what they said before is taken back."""

    SCORE = "score"
    LIST = "list"
    COMPARISON = "comparison"
    BALLOT = "ballot"
    SKIP = "skip"
    UNDONE = "undone"


class SkipReason(StrEnum):
    """Why a judge does not judge a submission."""

    CANNOT_OPEN = "cannot open"
    NOT_MY_FIELD = "not my field"
    LANGUAGE = "language"
    NO_TIME = "no time"
    OTHER = "other"


SKIP_REASONS: dict[SkipReason, Message] = {
    SkipReason.CANNOT_OPEN: _("There is nothing to see, or it cannot be opened"),
    SkipReason.NOT_MY_FIELD: _("I know too little of this field"),
    SkipReason.LANGUAGE: _("I do not read its language"),
    SkipReason.NO_TIME: _("I have no time left"),
    SkipReason.OTHER: _("Something else"),
}


class RoundVote(SQLModel, table=True):
    """What a judge, or somebody in the audience, said about one thing in a round, in one version.

    `about` is "s7" for submission 7 of the round, "p3-7" for a pair, "list", or "ballot"; `content` holds numbers of
    the round. `read` says which version of each submission they had before them, by number of the submission; it is
    empty where nobody knows. The comment is for the team, once comments are released; the note is for the organisers.
    """

    __tablename__ = "round_vote"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "about", "number"),
        UniqueConstraint("person_id", "client_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("v")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    about: str = Field(max_length=40)
    number: int
    client_id: str = Field(max_length=64)
    kind: VoteKind = word(VoteKind)
    content: dict[str, Any] = listing(default_factory=dict)
    read: dict[str, int] = listing(default_factory=dict)
    comment: str = Field(default="", max_length=LONGEST["comment"])
    note: str = Field(default="", max_length=LONGEST["note"])
    given_at: datetime = moment()


personal_data(RoundVote, "person_id", "votes as a judge or in the audience", "keep")


@dataclass(frozen=True)
class VoteGiven(Fact):
    """A judge scored, ordered, compared, skipped or took something back. What, the vote says."""

    event_id: int
    round_id: int
    vote_id: int


class Given(Protocol):
    """What a judge or a screener has said."""

    given_at: datetime


class ChangedElsewhere(Conflict):
    """The same person said something else about this in another window or on another device; `latest` is that."""

    def __init__(self, latest: Given) -> None:
        super().__init__(
            _("You said something else at %(time)s, in another window or on another device. Yours is still here; "
              "look at both, then send it again.", time=At(latest.given_at))
        )  # fmt: skip
        self.latest = latest


class SentOtherwise(ChangedElsewhere):
    """The same page has sent other words already, which are in; `latest` is the last version."""

    def __init__(self, latest: Given) -> None:
        super().__init__(latest)
        self.message = _(
            "What you sent from this page before is in since %(time)s, and says something else. Yours is still here; "
            "look at both, then send it again.", time=At(latest.given_at),
        )  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What somebody says about one thing, having read these versions of submissions (by number)."""

    about: str
    kind: VoteKind
    content: Mapping[str, Any]
    comment: str = ""
    note: str = ""
    read: Mapping[str, int] = field(default_factory=dict)


def about_submission(number: int) -> str:
    """What a vote about one submission of a round is kept under."""
    return f"s{number}"


def about_pair(first: int, second: int) -> str:
    """What a vote about two submissions is kept under, in whichever order they are named."""
    return f"p{min(first, second)}-{max(first, second)}"


def pair_of(vote: RoundVote) -> frozenset[int]:
    """The two submissions (by number) that a comparison is about."""
    return frozenset((int(vote.content["first"]), int(vote.content["second"])))


CLIENT_ID = re.compile(r"(?=.{8,64}$)([A-Za-z0-9_-]+)(?:\.([1-9][0-9]{0,3}))?")


class OutOfDate(Invalid):
    """What no page of ours would send as it stands now."""

    def __init__(self) -> None:
        super().__init__(_("This page is out of date. Reload it and send it again."))


def checked_client_id(text: str) -> str:
    """The sender's id for a vote; refuses none, and what no page of ours would send."""
    if CLIENT_ID.fullmatch(text) is None:
        raise OutOfDate()
    return text


def _page_and_try(client_id: str) -> tuple[str, int]:
    """The page's own id in a client id, and which of its tries this is."""
    found = CLIENT_ID.fullmatch(client_id)
    return (found[1], int(found[2] or 1)) if found else (client_id, 1)


def is_same_page(client_id: str, other: str) -> bool:
    """Whether these are ids of tries of one page."""
    return _page_and_try(client_id)[0] == _page_and_try(other)[0]


def find_vote(db: Database, person_id: int | None, client_id: str) -> RoundVote | None:
    """What came with this id from this sender before."""
    query = select(RoundVote).where(RoundVote.person_id == person_id, RoundVote.client_id == client_id)
    return db.exec(query).first()


def find_replayed(
    db: Database, round_id: int, person_id: int | None, said: Said, client_id: str
) -> RoundVote | None:  # fmt: skip
    """What came with this id before, if it is what is said now: sent again, it is in already, whatever has happened
    since. None for other words, and for the same about something else, of which nothing is in."""
    there = find_vote(db, person_id, client_id)
    if there is None or (there.round_id, there.about) != (round_id, said.about):
        return None
    return there if _same(there, said) else None


def keep_vote(
    db: Database, round_id: int, person_id: int, said: Said, *, seen: int, client_id: str
) -> tuple[RoundVote, bool]:
    """Write a vote down, and say whether it is new; part of commands that asked their own rule.

    The same words under an id that came before, and the same as the last about the same versions, change nothing.
    SentOtherwise for other words under an id that came before, and ChangedElsewhere where the last version is neither
    the one that the sender has seen nor came of an earlier try of the same page.
    """
    client_id = checked_client_id(client_id)
    _refuse_longer(said)
    there = find_vote(db, person_id, client_id)
    if there is not None:
        return _sent_before(db, there, round_id, said), False
    last = last_about(db, round_id, person_id, said.about)
    if last is not None and _same(last, said) and last.read == dict(said.read):
        return last, False
    number = last.number if last else 0
    if number != seen and not _follows_tries(db, last, seen, client_id):
        if last is None:  # a number that we never gave
            raise OutOfDate()
        raise ChangedElsewhere(last)
    row = RoundVote(
        round_id=round_id, person_id=person_id, about=said.about, number=number + 1, client_id=client_id,
        kind=said.kind, content=dict(said.content), read=dict(said.read), comment=said.comment.strip(),
        note=said.note.strip(), given_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        return _overtaken(db, error, row, said), False
    return row, True


def _sent_before(db: Database, there: RoundVote, round_id: int, said: Said) -> RoundVote:
    """What came under the same id, if it said the same; else nothing is written down, and the sender is told."""
    if (there.round_id, there.about) != (round_id, said.about):
        raise OutOfDate()
    if not _same(there, said):
        raise SentOtherwise(last_about(db, round_id, there.person_id, there.about) or there)
    return there


def _follows_tries(db: Database, last: RoundVote | None, seen: int, client_id: str) -> bool:
    """Whether all that was said since the sender looked came of earlier tries of the same page: it got no answer, and
    says now what counts. A try that comes after a later one has been overtaken by it."""
    if last is None or last.number <= seen:
        return False
    query = select(RoundVote.client_id).where(
        RoundVote.round_id == last.round_id, RoundVote.person_id == last.person_id, RoundVote.about == last.about,
        RoundVote.number > seen,
    )  # fmt: skip
    page, own = _page_and_try(client_id)
    tries = [_page_and_try(one) for one in db.exec(query)]
    return all(other == page and number < own for other, number in tries)


def _refuse_longer(said: Said) -> None:
    for name, text in (("comment", said.comment), ("note", said.note)):
        if len(text.strip()) > LONGEST[name]:
            raise Invalid({name: _("Please write at most %(most)s characters.", most=LONGEST[name])})


def _same(last: RoundVote, said: Said) -> bool:
    return (last.kind, last.content, last.comment, last.note) == (
        said.kind, dict(said.content), said.comment.strip(), said.note.strip(),
    )  # fmt: skip


def _overtaken(db: Database, error: IntegrityError, row: RoundVote, said: Said) -> RoundVote:
    """What another window sent at the same moment: the same thing, or something else."""
    there = find_vote(db, row.person_id, row.client_id)
    if there is not None:
        return _sent_before(db, there, row.round_id, said)
    if is_broken(error, "uq_round_vote_round_id_person_id_about_number"):
        last = last_about(db, row.round_id, row.person_id, row.about)
        if last is not None:
            raise ChangedElsewhere(last) from error
    raise error


def last_about(db: Database, round_id: int, person_id: int, about: str) -> RoundVote | None:
    """The latest version of what somebody said about one thing."""
    query = select(RoundVote).where(
        RoundVote.round_id == round_id, RoundVote.person_id == person_id, RoundVote.about == about
    )
    return db.exec(query.order_by(col(RoundVote.number).desc()).limit(1)).first()


def last_of_page(db: Database, round_id: int, person_id: int | None, client_id: str) -> RoundVote | None:
    """The latest that came of any try of the page which made this id; None where nothing of it arrived."""
    page, _own = _page_and_try(client_id)
    query = select(RoundVote).where(
        RoundVote.round_id == round_id, RoundVote.person_id == person_id,
        or_(col(RoundVote.client_id) == page, col(RoundVote.client_id).startswith(f"{page}.", autoescape=True)),
    )  # fmt: skip
    return db.exec(query.order_by(col(RoundVote.id).desc()).limit(1)).first()


def versions_about(db: Database, round_id: int, *abouts: str) -> list[RoundVote]:
    """Every version of what was said about these things, in order of time."""
    query = select(RoundVote).where(RoundVote.round_id == round_id, col(RoundVote.about).in_(abouts))
    return list(db.exec(query.order_by(col(RoundVote.given_at), col(RoundVote.id))))


def all_versions(db: Database, round_id: int) -> list[RoundVote]:
    """Every version of everything that was said in a round, in order of time."""
    query = select(RoundVote).where(RoundVote.round_id == round_id)
    return list(db.exec(query.order_by(col(RoundVote.given_at), col(RoundVote.id))))


def latest_votes(db: Database, round_id: int, person_id: int | None = None) -> list[RoundVote]:
    """The latest version of everything that was said in a round, or by one person, in order of their ids."""
    newest = (
        select(RoundVote.person_id, RoundVote.about, func.max(RoundVote.number).label("number"))
        .where(RoundVote.round_id == round_id)
        .group_by(col(RoundVote.person_id), col(RoundVote.about))
        .subquery()
    )
    query = (
        select(RoundVote)
        .join(
            newest,
            (newest.c.person_id == col(RoundVote.person_id))
            & (newest.c.about == col(RoundVote.about))
            & (newest.c.number == col(RoundVote.number)),
        )
        .where(RoundVote.round_id == round_id)
        .order_by(col(RoundVote.id))
    )
    if person_id is not None:
        query = query.where(RoundVote.person_id == person_id)
    return list(db.exec(query))


def newest_of(rows: Iterable[RoundVote]) -> list[RoundVote]:
    """Of several versions the last one about each thing by each person."""
    found: dict[tuple[int, str], RoundVote] = {}
    for row in sorted(rows, key=lambda one: one.number):
        found[row.person_id, row.about] = row
    return list(found.values())


def has_votes(db: Database, round_id: int) -> bool:
    """Whether anybody has said anything in a round."""
    return db.exec(select(RoundVote.id).where(RoundVote.round_id == round_id).limit(1)).first() is not None


def voters_in(db: Database, round_ids: Collection[int]) -> dict[int, int]:
    """How many people have said something in each of these rounds."""
    query = select(RoundVote.round_id, func.count(func.distinct(RoundVote.person_id))).where(
        col(RoundVote.round_id).in_(round_ids)
    )
    return {round_id: int(count) for round_id, count in db.exec(query.group_by(col(RoundVote.round_id)))}


def vote_in_words(kind: VoteKind) -> Message:
    """What a version is called on pages."""
    return {
        VoteKind.SCORE: _("Points"),
        VoteKind.LIST: _("List"),
        VoteKind.COMPARISON: _("Comparison"),
        VoteKind.BALLOT: _("Ballot"),
        VoteKind.SKIP: _("Skipped"),
        VoteKind.UNDONE: _("Taken back"),
    }[kind]
