"""Naming: what a document may tell of who said what, asked anew each time a document is made
or shown to who edits it.

Where a review is private, names of whoever it protects are taken out of all that stands in the document: out of its own
texts, and out of what editors wrote around them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import or_
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from events.rounds.blanking import BLANK, Blanker, blanker
from sessions.peer_reviews.attribution import PROTECTED, names_shown, protected_in
from sessions.peer_reviews.reviews import Attribution, PeerReview, PlaceState, ReviewInEvent, ReviewPlace, ReviewRole

LEFT_OUT = "[…]"
WEB = re.compile(r"https?://[^\s)>\]]+", re.I)


@dataclass
class Naming:
    """For the documents of a programme, or those of one review in it (`of`): which reviews are private to whoever reads
    them, and whom these protect."""

    db: Database
    programme_id: int
    private: frozenset[int]
    of: int | None = None
    _known: dict[int, Blanker] = field(default_factory=dict)
    _all: list[Blanker] = field(default_factory=list)

    def of_review(self, text: str, review_id: int | None) -> str:
        """A text of a review, or of none, as it may be read."""
        if review_id is None:
            return self.written(text)
        if review_id not in self.private or not text:
            return text
        return self._of_one(review_id)(text).replace(BLANK, LEFT_OUT)

    def with_links(self, text: str, review_id: int) -> str:
        """The same of what is read by who works with it: addresses of the web stay, unless a name is in them."""
        if review_id not in self.private or not text:
            return text
        return "\n".join(_without(self._of_one(review_id), one) for one in text.splitlines())

    def _of_one(self, review_id: int) -> Blanker:
        if review_id not in self._known:
            self._known[review_id] = blanker(protected_in(self.db, review_id))
        return self._known[review_id]

    def written(self, text: str) -> str:
        """What editors wrote, line by line, which may be about any review: addresses of the web stay, unless a name is
        in them."""
        if not self.private or not text:
            return text
        return "\n".join(_without(self._of_all(), one) for one in text.splitlines())

    def kept(self, said: str, before: str) -> str:
        """What somebody saves who read `before` as it may be read: lines that they left alone stay as they were, with
        the names in them."""
        return _kept(said, before, self.written) if self.private else said

    def kept_with_links(self, said: str, before: str, review_id: int) -> str:
        """The same of a text of a review that they read `with_links`."""
        if review_id not in self.private:
            return said
        return _kept(said, before, partial(self.with_links, review_id=review_id))

    def _of_all(self) -> Blanker:
        if not self._all:
            # Who hosts a review that was published is known, also where their people are peers of others.
            query = select(PeerReview.organisation_id).join(Event, col(Event.id) == col(PeerReview.event_id))
            told = or_(col(PeerReview.published_at).is_not(None), col(PeerReview.id) == (self.of or 0))
            hosts = self.db.exec(query.where(Event.programme_id == self.programme_id, told)).all()
            self._all.append(blanker(protected_in(self.db, *self.private, known=hosts)))
        return self._all[0]

    def practices(self, places: Iterable[int]) -> dict[int, str]:
        """By place, whose practice it is; nothing where the review is private."""
        query = select(ReviewPlace.id, ReviewPlace.review_id, Person.name, Organisation.name)
        query = query.join(Person, col(Person.id) == col(ReviewPlace.person_id))
        query = query.join(Organisation, col(Organisation.id) == col(ReviewPlace.organisation_id), isouter=True)
        rows = self.db.exec(query.where(col(ReviewPlace.id).in_(list(places)))).all()
        return {
            place or 0: ", ".join(one for one in (name, home) if one)
            for place, review, name, home in rows
            if review not in self.private
        }

    def owners(self, ids: Iterable[int], review_id: int) -> dict[int, str]:
        """By person, who does something of a plan; nothing of those whom a private review protects."""
        hidden: set[int] = set()
        if review_id in self.private:
            query = select(ReviewPlace.person_id).where(ReviewPlace.review_id == review_id)
            hidden = set(self.db.exec(query.where(col(ReviewPlace.role).in_(PROTECTED))))
        people = self.db.exec(select(Person.id, Person.name).where(col(Person.id).in_(list(ids)))).all()
        return {id or 0: name for id, name in people if id not in hidden}

    def people(self, review_id: int) -> list[tuple[ReviewRole, str, str]]:
        """Who took part in a review: role, name and organisation, '' for what may not be told."""
        query = select(ReviewPlace.role, Person.name, Organisation.name)
        query = query.join(Person, col(Person.id) == col(ReviewPlace.person_id))
        query = query.join(Organisation, col(Organisation.id) == col(ReviewPlace.organisation_id), isouter=True)
        query = query.where(ReviewPlace.review_id == review_id, ReviewPlace.state == PlaceState.ACCEPTED)
        hidden = PROTECTED if review_id in self.private else frozenset()
        return [
            (ReviewRole(role), "", "") if role in hidden else (ReviewRole(role), name, home or "")
            for role, name, home in self.db.exec(query.order_by(col(ReviewPlace.id)))
        ]


def _kept(said: str, before: str, read: Callable[[str], str]) -> str:
    known: dict[str, list[str]] = {}
    for one in before.splitlines():
        known.setdefault(read(one), []).append(one)
    # Two lines in which only the names differ are read alike: each is taken once, in their order.
    kept = ((there.pop(0) if len(there) > 1 else there[0]) if (there := known.get(one)) else one
            for one in said.splitlines())  # fmt: skip
    return "\n".join(kept) if known else said


def _without(take_out: Blanker, line: str) -> str:
    found, end = [], 0
    for match in WEB.finditer(line):
        named = take_out.names is not None and take_out.names.search(match[0].casefold())
        found += [take_out(line[end : match.start()]), BLANK if named else match[0]]
        end = match.end()
    return "".join((*found, take_out(line[end:]))).replace(BLANK, LEFT_OUT)


def naming_in(db: Database, programme_id: int, of: int | None = None) -> Naming:
    """What anybody may be told in the documents of a programme now, or in those `of` one of its reviews."""
    return Naming(db, programme_id, frozenset(one.id or 0 for one, _event in _private_in(db, programme_id)), of)


def naming_for(db: Database, actor: Actor, programme_id: int, of: int | None = None) -> Naming:
    """What somebody may be told who writes for a programme: the names of those private reviews that they are inside of.
    What is `of` one review is written by who is inside it, who may be told all of it."""
    found = _private_in(db, programme_id) if of is None else []
    outside = (one.id or 0 for one, event in found if not names_shown(actor, ReviewInEvent(one, event)))
    return Naming(db, programme_id, frozenset(outside), of)


def _private_in(db: Database, programme_id: int) -> Sequence[tuple[PeerReview, Event]]:
    query = select(PeerReview, Event).join(Event, col(Event.id) == col(PeerReview.event_id))
    return db.exec(query.where(Event.programme_id == programme_id, PeerReview.attribution == Attribution.PRIVATE)).all()
