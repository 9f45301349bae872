"""Guest judges: people without an account who judge in one round, by a link that an organiser gives them.

The link is a row with an end and a number of devices; what stands in a letter is a random token of which we keep the
hash. Signing in by it opens a sign-in of its own kind, with a cookie of its own, which only the pages of judging know:
for every other page a guest is a visitor.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, stop_timer
from events.core.tokens import Token, issue
from events.core.translation import Message, _
from events.people import Person, PersonState, clean_email, clean_name, find_person, new_person
from events.roles import organiser_of_event
from events.rounds.judges import RoundJudge, enter_judges, is_judging, when_judging_ends
from events.rounds.rounds import RoundInEvent, Scheme, not_published
from events.tombstones import NOBODYS_DOMAIN

PURPOSE = "guest judge"
MOST_DAYS, USUAL_DAYS = 60, 14
MOST_DEVICES, USUAL_DEVICES = 10, 3
FORGOTTEN_AFTER = timedelta(days=7)


class GuestLink(SQLModel, table=True):
    """That somebody judges in a round by a link, until `expires_at` and on so many devices; `used` counts these.

    `mailed` is whether the link goes out by letter, to the person's address, which then has to be typed.
    """

    __tablename__ = "guest_link"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("gl")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    mailed: bool
    most_devices: int
    used: int = 0
    made_at: datetime = moment()
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    expires_at: datetime = moment()
    last_used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


class GuestSignIn(SQLModel, table=True):
    """A browser in which a guest judges. The cookie holds a random id of 256 bits, the row only its hash."""

    __tablename__ = "guest_sign_in"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    link_id: int = Field(foreign_key="guest_link.id", index=True)
    made_at: datetime = moment()
    seen_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


personal_data(GuestLink, "person_id", "links by which a guest judges", "delete")
personal_data(GuestLink, "made_by_id", "who invited a guest judge", "detach")


@dataclass(frozen=True)
class GuestJudgeInvited(Fact):
    """A guest judges in a round by a link; `mailed` says that it goes out by letter, `again` that one was made anew.

    The writer of the letter issues the token, so that no readable one is ever stored.
    """

    event_id: int
    round_id: int
    link_id: int
    person_id: int
    mailed: bool
    again: bool


@dataclass(frozen=True)
class GuestLinkRevoked(Fact):
    """A guest's link works no more, nor any sign-in by it."""

    event_id: int
    round_id: int
    link_id: int


class LinkState(StrEnum):
    """Whether a guest's link lets somebody in."""

    WORKS = "works"
    USED_UP = "used up"
    EXPIRED = "expired"
    REVOKED = "revoked"


def takes_guests(subject: RoundInEvent, now: datetime) -> None:
    """Refuse guests where nobody judges, or nobody judges any more."""
    not_published(subject, now)
    if subject.round.scheme is Scheme.AUDIENCE:
        raise Conflict(_("The audience decides this round. It has no judges."))


def state_of(link: GuestLink) -> LinkState:
    """Whether a link lets somebody in now."""
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if link.expires_at <= clock.now():
        return LinkState.EXPIRED
    return LinkState.USED_UP if link.used >= link.most_devices else LinkState.WORKS


def usual_days(subject: RoundInEvent) -> int:
    """For how long a link is good unless somebody says otherwise: to the day after the round's phase ends."""
    phase = subject.event.phase(subject.round.phase) if subject.round.phase else None
    left = (phase.ends_at - clock.now()).days + 2 if phase else USUAL_DAYS
    return min(max(left, 1), MOST_DAYS)


@dataclass(frozen=True)
class LinkMade:
    """A link that was made, and its token where it is not mailed: the only time that it is seen."""

    link: GuestLink
    plain: str


@command(organiser_of_event, when=takes_guests)
def invite_guest_judge(
    db: Database, actor: Actor, subject: RoundInEvent, *, name: str, email: str = "", days: int = USUAL_DAYS,
    devices: int = USUAL_DEVICES, why: str = "",
) -> LinkMade:  # fmt: skip
    """Let somebody judge in this round by a link: mailed to their address, or handed over by the organiser.

    Refuses no name, what is no address, who judges in the round already, and what `enter_judges` refuses (`why`).
    """
    _refuse_wrong(days, devices)
    if not clean_name(name):
        raise Invalid({"name": _("Please write the guest's name.")})
    try:
        with db.begin_nested():
            link = _enter_guest(db, actor, subject, clean_name(name), email, why)
            return _give_out(db, actor, subject, link, days, devices)
    except IntegrityError as error:
        if is_broken(error, "uq_person_email") or is_broken(error, "uq_guest_link_round_id_person_id"):
            raise Conflict(_("Somebody else has just invited this guest. Reload the page.")) from error
        raise


def _enter_guest(db: Database, actor: Actor, subject: RoundInEvent, name: str, email: str, why: str) -> GuestLink:
    person = _guest(db, subject, name, email)
    if is_judging(db, subject.id, person.id):
        raise Conflict(_("%(name)s judges in this round already.", name=person.name or person.email))
    enter_judges(db, actor, subject, [person.id or 0], why=why)
    now = clock.now()
    link = _link_of(db, subject, person) or GuestLink(
        round_id=subject.id, person_id=person.id or 0, mailed=bool(email), most_devices=1, made_at=now, expires_at=now
    )
    link.mailed, link.made_by_id = bool(email), actor.person
    return link


def _refuse_wrong(days: int, devices: int) -> None:
    wrong: dict[str, Message | str] = {}
    if not 1 <= days <= MOST_DAYS:
        wrong["days"] = _("Please write a number from 1 to %(most)s.", most=MOST_DAYS)
    if not 1 <= devices <= MOST_DEVICES:
        wrong["devices"] = _("Please write a number from 1 to %(most)s.", most=MOST_DEVICES)
    if wrong:
        raise Invalid(wrong)


def _guest(db: Database, subject: RoundInEvent, name: str, email: str) -> Person:
    """The person with this address, known or not; somebody without one where the link is handed over."""
    found = find_person(db, email) if email else None
    if found is None:
        address = clean_email(email) if email else f"guest-{secrets.token_hex(8)}{NOBODYS_DOMAIN}"
        return new_person(db, email=address, name=name, zone=subject.event.zone)
    if found.state is PersonState.NEW:  # who invites vouches for the address, so that it is not forgotten
        stop_timer(db, "forget unused address", found.id or 0)
        found.name = found.name or name
        db.add(found)
    return found


def _link_of(db: Database, subject: RoundInEvent, person: Person) -> GuestLink | None:
    return db.exec(
        select(GuestLink).where(GuestLink.round_id == subject.id, GuestLink.person_id == person.id)
    ).first()  # fmt: skip


def _give_out(
    db: Database, actor: Actor, subject: RoundInEvent, link: GuestLink, days: int, devices: int
) -> LinkMade:  # fmt: skip
    """Let a link be good from now on, and no token or sign-in from before."""
    again = link.id is not None
    if again:
        _end_everything(db, link)
    link.most_devices, link.used, link.revoked_at = devices, 0, None
    link.expires_at = clock.now() + timedelta(days=days)
    db.add(link)
    db.flush()
    set_timer(db, "forget unused guest", link.id or 0, link.expires_at + FORGOTTEN_AFTER)
    fact = GuestJudgeInvited(
        event_id=subject.event.id, round_id=subject.id, link_id=link.id or 0, person_id=link.person_id,
        mailed=link.mailed, again=again,
    )  # fmt: skip
    record(db, actor, fact)
    return LinkMade(link, "" if link.mailed else issue_guest_token(db, link))


def issue_guest_token(db: Database, link: GuestLink) -> str:
    """One more token for a link, for a letter or for the organiser to hand over; good as long as the link is."""
    return issue(db, PURPOSE, link.id or 0, lasts=link.expires_at - clock.now())


def _end_everything(db: Database, link: GuestLink) -> None:
    """No token and no sign-in of this link works from now on."""
    now = clock.now()
    db.execute(
        update(Token)
        .where(col(Token.purpose) == PURPOSE, col(Token.subject_id) == link.id, col(Token.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    db.execute(
        update(GuestSignIn)
        .where(col(GuestSignIn.link_id) == link.id, col(GuestSignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


def _get_link(db: Database, subject: RoundInEvent, public: str) -> GuestLink:
    found = db.exec(
        select(GuestLink).where(GuestLink.public_id == public, GuestLink.round_id == subject.id).with_for_update()
    ).first()
    if found is None:
        raise NotFound()
    return found


@command(organiser_of_event, when=takes_guests)
def renew_guest_link(
    db: Database, actor: Actor, subject: RoundInEvent, *, link: str, days: int, devices: int
) -> LinkMade:  # fmt: skip
    """Give a guest (public id of the link) a new link; the old one and all sign-ins by it end at once.

    Refuses who does not judge in the round any more.
    """
    _refuse_wrong(days, devices)
    row = _get_link(db, subject, link)
    if not is_judging(db, subject.id, row.person_id):
        raise Conflict(_("This guest does not judge in the round any more. Invite them again."))
    return _give_out(db, actor, subject, row, days, devices)


@command(organiser_of_event)
def revoke_guest_link(db: Database, actor: Actor, subject: RoundInEvent, *, link: str) -> None:
    """End a guest's link (public id) and all sign-ins by it at once. What they gave is kept, and counts."""
    row = _get_link(db, subject, link)
    if row.revoked_at is not None:
        raise Conflict(_("This link was ended already."))
    _revoke_link(db, actor, row, subject.event.id)


def _revoke_link(db: Database, actor: Actor, row: GuestLink, event_id: int) -> None:
    _end_everything(db, row)
    row.revoked_at = clock.now()
    db.add(row)
    record(db, actor, GuestLinkRevoked(event_id=event_id, round_id=row.round_id, link_id=row.id or 0))


@when_judging_ends
def _link_ends_too(db: Database, actor: Actor, subject: RoundInEvent, person_id: int) -> None:
    row = db.exec(
        select(GuestLink).where(
            GuestLink.round_id == subject.id, GuestLink.person_id == person_id, col(GuestLink.revoked_at).is_(None)
        )
    ).first()
    if row is not None:
        _revoke_link(db, actor, row, subject.event.id)


@dataclass(frozen=True)
class GuestCard:
    """A guest judge's link as organisers see it; `email` is '' where it was handed over."""

    public_id: str
    person_id: int
    name: str
    email: str
    state: LinkState
    used: int
    most_devices: int
    expires_at: datetime
    last_used_at: datetime | None
    judges: bool


def guests_of(db: Database, round_id: int) -> list[GuestCard]:
    """The guest judges of a round with their links, in the order in which they were invited."""
    query = (
        select(GuestLink, Person, RoundJudge.ended_at)
        .join(Person, col(Person.id) == col(GuestLink.person_id))
        .join(RoundJudge, (col(RoundJudge.round_id) == col(GuestLink.round_id))
              & (col(RoundJudge.person_id) == col(GuestLink.person_id)))
        .where(GuestLink.round_id == round_id)
        .order_by(col(GuestLink.id))
    )  # fmt: skip
    return [
        GuestCard(
            link.public_id, link.person_id, person.name or person.email, person.email if link.mailed else "",
            state_of(link), link.used, link.most_devices, link.expires_at, link.last_used_at, ended is None,
        )
        for link, person, ended in db.exec(query)
    ]  # fmt: skip


def comes_by_link_only(db: Database, round_id: int, person_id: int) -> bool:
    """Whether somebody has nothing but a guest's link to judge in a round by: they never signed in by themselves."""
    person = db.get(Person, person_id)
    there = select(GuestLink.id).where(GuestLink.round_id == round_id, GuestLink.person_id == person_id)
    return person is not None and person.state is PersonState.NEW and db.exec(there).first() is not None


def mailed_link(db: Database, round_id: int, person_id: int) -> GuestLink | None:
    """The link of a guest without an account to whom letters about a round go, while it is good."""
    if not comes_by_link_only(db, round_id, person_id):
        return None
    there = select(GuestLink).where(GuestLink.round_id == round_id, GuestLink.person_id == person_id)
    link = db.exec(there).one()
    return link if link.mailed and state_of(link) in (LinkState.WORKS, LinkState.USED_UP) else None


def remove_guests(db: Database, round_id: int) -> None:
    """Take away the links of a round that is removed, with all sign-ins by them; part of commands."""
    for link in db.exec(select(GuestLink).where(GuestLink.round_id == round_id)).all():
        _end_everything(db, link)
        stop_timer(db, "forget unused guest", link.id or 0)
        db.execute(delete(GuestSignIn).where(col(GuestSignIn.link_id) == link.id))
        db.delete(link)
    db.flush()
