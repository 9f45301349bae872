"""Naming: what a document may tell of who said what, asked anew each time a document is made.

Where a review is private, names of whoever it protects are taken out of all that stands in the document: out of its own
texts, and out of what editors wrote around them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import col, select

from events.core.database import Database
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from events.rounds.blanking import BLANK, Blanker, Identity, blanker
from sessions.peer_reviews.attribution import PROTECTED, protected_in
from sessions.peer_reviews.reviews import Attribution, PeerReview, PlaceState, ReviewPlace, ReviewRole

LEFT_OUT = "[…]"
WEB = re.compile(r"https?://[^\s)>\]]+", re.I)


@dataclass
class Naming:
    """For the documents of a programme: which of its reviews are private, and whom these protect."""

    db: Database
    private: frozenset[int]
    _known: dict[int, Blanker] = field(default_factory=dict)
    _all: list[Blanker] = field(default_factory=list)

    def of_review(self, text: str, review_id: int | None) -> str:
        """A text of a review, or of none, as anybody may read it."""
        if review_id is None:
            return self.written(text)
        if review_id not in self.private or not text:
            return text
        if review_id not in self._known:
            self._known[review_id] = blanker(protected_in(self.db, review_id))
        return self._known[review_id](text).replace(BLANK, LEFT_OUT)

    def written(self, text: str) -> str:
        """What editors wrote, which may be about any review: addresses of the web stay, unless a name is in them."""
        if not self.private or not text:
            return text
        take_out, found, end = self._of_all(), [], 0
        for match in WEB.finditer(text):
            named = take_out.names is not None and take_out.names.search(match[0].casefold())
            found += [take_out(text[end : match.start()]), BLANK if named else match[0]]
            end = match.end()
        return "".join((*found, take_out(text[end:]))).replace(BLANK, LEFT_OUT)

    def _of_all(self) -> Blanker:
        if not self._all:
            people: list[str] = []
            emails: list[str] = []
            for review_id in sorted(self.private):
                one = protected_in(self.db, review_id)
                people += one.people
                emails += one.emails
            self._all.append(blanker(Identity(people=tuple(people), emails=tuple(emails))))
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


def naming_in(db: Database, programme_id: int) -> Naming:
    """What may be told in the documents of a programme now."""
    query = select(PeerReview.id).join(Event, col(Event.id) == col(PeerReview.event_id))
    query = query.where(Event.programme_id == programme_id, PeerReview.attribution == Attribution.PRIVATE)
    return Naming(db, frozenset(one or 0 for one in db.exec(query)))
