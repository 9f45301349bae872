"""How a guest judge comes in: the page behind their link, the sign-in of a browser, and all that they are there.

Their cookie is one of its own, which only the pages of judging know.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, anybody, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.tokens import Token, digest, new_token
from events.core.translation import N_, At, Message, _
from events.events import Event
from events.people import Person, PersonState, clean_email, oneself
from events.roles import BLIND_JUDGE, Scope, actor_for
from events.rounds.guests import PURPOSE, GuestLink, GuestSignIn
from events.rounds.judges import is_judging
from events.rounds.rounds import JudgingRound, RoundState


@dataclass(frozen=True)
class GuestSignedIn(Fact):
    """A guest signed in by their link, on one more device."""

    event_id: int
    round_id: int
    link_id: int


@dataclass(frozen=True)
class GuestSignedOut(Fact):
    """A guest ended the sign-in of a device."""

    person_id: int


class GuestLinkNotValid(Conflict):
    """A link that does not let anybody in (any more), with the reason."""


@dataclass(frozen=True)
class LinkForGuest:
    """What the page behind a guest's link may show: whom it is for, and which round."""

    link: GuestLink
    person: Person
    round: JudgingRound
    event: Event


def look_at_guest_link(db: Database, plain: str, *, cookie: str = "") -> LinkForGuest:
    """What a link is worth, without using it: what scanners do. Refuses one that lets nobody in, and says why.

    A browser that is signed in by this link already (`cookie`) may go on, however many devices there are.
    """
    token = db.exec(select(Token).where(Token.digest == digest(plain), Token.purpose == PURPOSE)).first()
    link = db.get(GuestLink, token.subject_id) if token else None
    person = db.get(Person, link.person_id) if link else None
    if token is None or link is None or person is None or person.state is PersonState.ERASED:
        raise GuestLinkNotValid(_("Nobody has given out this link. Look whether all of it is there."))
    if link.revoked_at is not None or not is_judging(db, link.round_id, link.person_id):
        raise GuestLinkNotValid(_("The organisers have ended this link. Ask them if you should still judge."))
    if token.revoked_at is not None:
        raise GuestLinkNotValid(_newer())
    if link.expires_at <= clock.now():
        ended = At(link.expires_at, "when")
        raise GuestLinkNotValid(_("This link was good until %(time)s. Ask the organisers for a new one.", time=ended))
    if link.used >= link.most_devices and not _holds(db, link, cookie):
        raise GuestLinkNotValid(_used_up(link.most_devices))
    row = db.get_one(JudgingRound, link.round_id)
    return LinkForGuest(link, person, row, db.get_one(Event, row.event_id))


def _newer() -> Message:
    return _("There is a newer link than this one. Look for it, or ask the organisers.")


def _used_up(most: int) -> Message:
    return N_(
        "This link was used on %(count)s device, and it is good for no more. Go on there, or ask the organisers for "
        "a new one.",
        "This link was used on %(count)s devices, and it is good for no more. Go on there, or ask the organisers for "
        "a new one.",
        most,
    )  # fmt: skip


def _holds(db: Database, link: GuestLink, cookie: str) -> bool:
    """Whether this browser is signed in by this link."""
    held = select(GuestSignIn.id).where(
        GuestSignIn.digest == digest(cookie), GuestSignIn.link_id == link.id, col(GuestSignIn.ended_at).is_(None)
    )
    return bool(cookie) and db.exec(held).first() is not None


@command(anybody)
def sign_in_by_guest_link(
    db: Database, actor: Actor, subject: None, *, plain: str, email: str = "", cookie: str = ""
) -> str:  # fmt: skip
    """Sign a guest in by their link; answers the cookie's value, the same where this browser (`cookie`) was already.

    A mailed link needs the address typed, which a scanner that presses buttons does not know. Refuses what
    `look_at_guest_link` refuses, also where two devices are the last one at the same moment.
    """
    seen = look_at_guest_link(db, plain, cookie=cookie)
    link = seen.link
    if _holds(db, link, cookie):
        return cookie
    if link.mailed and (not email or clean_email(email) != seen.person.email):
        raise Invalid({"email": _("Please type the address that this link was sent to.")})
    free = (col(GuestLink.id) == link.id, col(GuestLink.used) < col(GuestLink.most_devices))
    stands = (col(GuestLink.revoked_at).is_(None), col(GuestLink.expires_at) > clock.now())
    now = clock.now()
    taken = db.execute(
        update(GuestLink)
        .where(*free, *stands)
        .values(used=GuestLink.used + 1, last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", taken).rowcount != 1:  # an UPDATE always answers with a cursor
        raise GuestLinkNotValid(_used_up(link.most_devices))
    db.refresh(link)
    # The row of the link is ours now: a new link that was made a moment ago has voided this token meanwhile.
    if db.exec(select(Token.revoked_at).where(Token.digest == digest(plain))).one() is not None:
        raise GuestLinkNotValid(_newer())
    opened = new_token()
    db.add(GuestSignIn(digest=digest(opened), link_id=link.id or 0, made_at=now, seen_at=now))
    signed_in = GuestSignedIn(event_id=seen.round.event_id, round_id=link.round_id, link_id=link.id or 0)
    record(db, Actor(link.person_id), signed_in)
    return opened


@dataclass(frozen=True)
class GuestHere:
    """A guest in their browser: who they are, in which round, and the only ties they have there."""

    sign_in_id: int
    seen_at: datetime
    person: Person
    actor: Actor
    round: JudgingRound
    event: Event

    @property
    def waits(self) -> bool:
        """Whether the round is not open yet, so that there is nothing to see."""
        return self.round.state is RoundState.DRAFT


def find_guest(db: Database, cookie: str) -> GuestHere | None:
    """The guest of a cookie, if the sign-in and its link still hold and they still judge.

    Of all that ties the person to anything only this round is left, also where they have an account.
    """
    query = (
        select(GuestSignIn, GuestLink, Person, JudgingRound)
        .join(GuestLink, col(GuestLink.id) == col(GuestSignIn.link_id))
        .join(Person, col(Person.id) == col(GuestLink.person_id))
        .join(JudgingRound, col(JudgingRound.id) == col(GuestLink.round_id))
        .where(GuestSignIn.digest == digest(cookie), col(GuestSignIn.ended_at).is_(None))
    )
    found = db.exec(query).first() if cookie else None
    if found is None:
        return None
    sign_in, link, person, row = found
    over = link.revoked_at is not None or link.expires_at <= clock.now() or person.state is PersonState.ERASED
    actor = _only_judging(actor_for(db, person.id), row)
    if over or not actor.is_("judge", "round", row.id):
        return None
    return GuestHere(sign_in.id or 0, sign_in.seen_at, person, actor, row, db.get_one(Event, row.event_id))


def _only_judging(actor: Actor, row: JudgingRound) -> Actor:
    kept = {("judge", "round", row.id), (BLIND_JUDGE, Scope.EVENT.value, row.event_id)}
    return Actor(actor.person, frozenset(one for one in actor.ties if (one.role, one.scope, one.id) in kept))


def note_guest_seen(db: Database, sign_in_id: int) -> None:
    """Remember that a guest's sign-in is in use, and so its link."""
    now = clock.now()
    link = select(GuestSignIn.link_id).where(GuestSignIn.id == sign_in_id).scalar_subquery()
    db.execute(update(GuestSignIn).where(col(GuestSignIn.id) == sign_in_id).values(seen_at=now))
    db.execute(update(GuestLink).where(col(GuestLink.id) == link).values(last_used_at=now))


@command(oneself)
def sign_guest_out(db: Database, actor: Actor, person: Person, *, cookie: str) -> None:
    """End the sign-in of this browser; its cookie never works again, the link still does."""
    db.execute(update(GuestSignIn).where(col(GuestSignIn.digest) == digest(cookie)).values(ended_at=clock.now()))
    record(db, actor, GuestSignedOut(person_id=person.id or 0))
