"""Signing in: by a mailed link that scanners cannot spend, or by password; sign-ins live on the server."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar, NamedTuple

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import String, bindparam, update
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col

from events.core import clock
from events.core.access import Actor, anybody, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record, version_of_facts
from events.core.prepared import Prepared
from events.core.refusals import Conflict, Invalid
from events.core.settings import settings
from events.core.timers import has_timer, set_timer, stop_timer, timer
from events.core.tokens import Token, digest, find_token, issue, new_token, same, signature, spend
from events.core.translation import _
from events.people import (
    Person,
    PersonJoined,
    PersonState,
    clean_email,
    clean_name,
    find_person,
    new_person,
    oneself,
    rename_person,
)
from events.tombstones import erase

LINK_LASTS = timedelta(minutes=30)
IDLE = timedelta(days=2)
LONGEST = timedelta(days=14)
FEWEST_LETTERS = 8
MOST_LETTERS = 128


class SignIn(SQLModel, table=True):
    """A signed-in browser. The cookie holds a random id of 256 bits, the row only its hash."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    made_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None, nullable=True)


personal_data(SignIn, "person_id", "signed-in browsers", "delete")


@dataclass(frozen=True)
class SignInLinkAsked(Fact):
    """Somebody asked for a link; `known` is whether the person had used one before.

    The writer of the letter issues the token (purpose 'sign in', bound to `browser`, a hash), so that no readable
    token is ever stored.
    """

    waited_for: ClassVar[bool] = True
    person_id: int
    known: bool
    registering: bool
    browser: str
    onward: str


@dataclass(frozen=True)
class SignedIn(Fact):
    """Somebody signed in."""

    person_id: int
    way: str


@dataclass(frozen=True)
class SignedOut(Fact):
    """Somebody signed out, or all their browsers were signed out."""

    person_id: int


@dataclass(frozen=True)
class PasswordSet(Fact):
    """Somebody chose a password."""

    person_id: int


class LinkNotValid(Conflict):
    """A sign-in link that was used, is too old, or never was."""

    def __init__(self) -> None:
        super().__init__(_("This link was used already or is too old. Ask for a new one; it takes a minute."))


@cache
def _hasher() -> PasswordHash:
    # OWASP's second recommendation: 19 MiB, two passes, one lane; 64 MiB at once would be our memory limit.
    return PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("a password that nobody has")


@command(anybody)
def ask_for_link(
    db: Database,
    actor: Actor,
    subject: None,
    *,
    email: str,
    name: str = "",
    registering: bool = False,
    browser: str = "",
    onward: str = "",
    locale: str = "en",
    zone: str = "Europe/Brussels",
) -> None:
    """Have a sign-in link mailed to an address, known or not: the answer is the same, the letter differs.

    `browser` is the hash of the asking browser's cookie, `onward` a path on our own site. Refuses what is no address.
    """
    address = clean_email(email)
    person = find_person(db, address)
    known = person is not None and person.state is PersonState.ACTIVE
    if person is None:
        person = new_person(db, email=address, name=name, locale=locale, zone=zone)
        set_timer(db, "forget unused address", person.id or 0, clock.now() + timedelta(days=7))
    elif not known and clean_name(name) and _may_be_renamed(db, person):
        person.name = clean_name(name)
        db.add(person)
    asked = SignInLinkAsked(
        person_id=person.id or 0, known=known, registering=registering, browser=browser, onward=safe_path(onward)
    )
    record(db, actor, asked)


def _may_be_renamed(db: Database, person: Person) -> bool:
    """Whether a name comes from who typed the address here, not from an organiser who knows them, as guests do."""
    return not person.name or has_timer(db, "forget unused address", person.id or 0)


@timer("forget unused address")
def _forget(db: Database, person_id: int) -> None:
    person = db.get(Person, person_id)
    if person is not None and person.state is PersonState.NEW:
        erase(db, person)


def forget_if_unused(db: Database, person: Person) -> bool:
    """Let go of an address that somebody only typed to sign in, and never used; False where more is known of them. The
    caller knows that another has it."""
    if person.state is not PersonState.NEW or not has_timer(db, "forget unused address", person.id or 0):
        return False
    stop_timer(db, "forget unused address", person.id or 0)
    erase(db, person)
    return True


def safe_path(text: str) -> str:
    """`text` if it is a path on our own site, else ''. Guards every redirect that somebody else can name."""
    odd = any(ord(letter) < 33 or letter == "\\" for letter in text)
    return text if text.startswith("/") and not text.startswith("//") and not odd and len(text) <= 300 else ""


def issue_link_token(db: Database, fact: SignInLinkAsked) -> str:
    """The token for the letter that answers a wish for a link."""
    return issue(db, "sign in", fact.person_id, lasts=LINK_LASTS, bound_to=fact.browser)


@dataclass(frozen=True)
class LinkSeen:
    """What the page behind a link may show: whose it is only in the browser that asked for it."""

    token: Token
    person: Person
    same_browser: bool


def look_at_link(db: Database, plain: str, *, browser: str) -> LinkSeen:
    """What a link is worth, without spending it: what scanners do. Refuses a used or old one."""
    token = find_token(db, "sign in", plain)
    person = db.get(Person, token.subject_id) if token else None
    if token is None or person is None or person.state is PersonState.ERASED:
        raise LinkNotValid
    return LinkSeen(token, person, bool(token.bound_to) and same(token.bound_to, browser))


@command(anybody)
def sign_in_by_link(
    db: Database, actor: Actor, subject: None, *, plain: str, browser: str, email: str = "", name: str = ""
) -> tuple[Person, str]:
    """Spend a link and sign in; answers the person and the new cookie's value.

    Needs the browser that asked for it, or the address typed again: a scanner that clicks has neither.
    """
    seen = look_at_link(db, plain, browser=browser)
    if not seen.same_browser and (not email or clean_email(email) != seen.person.email):
        raise Invalid({"email": _("Please type the address that this link was sent to.")})
    person = seen.person
    if not (person.name or clean_name(name)):
        raise Invalid({"name": _("Please say how you want to be called.")})
    if not spend(db, seen.token):
        raise LinkNotValid
    _void_other_links(db, seen.token)
    if person.state is PersonState.NEW:
        person.state = PersonState.ACTIVE
        rename_person(db, person, clean_name(name) or person.name)
        record(db, Actor(person.id), PersonJoined(person_id=person.id or 0))
    db.add(person)
    return person, open_sign_in(db, person, way="link")


def _void_other_links(db: Database, token: Token) -> None:
    db.execute(
        update(Token)
        .where(
            col(Token.purpose) == token.purpose, col(Token.subject_id) == token.subject_id, col(Token.used_at).is_(None)
        )
        .values(revoked_at=clock.now())
    )


def password_matches(stored: str, typed: str) -> bool:
    """Whether `typed` is the password; takes as long for somebody without one. Call it outside a transaction."""
    return _hasher().verify(typed[:MOST_LETTERS], stored or _nobodys_hash()) and bool(stored)


def stored_password_of(db: Database, email: str) -> tuple[Person | None, str]:
    """The person with this address and what we keep of the password; (None, '') if there is none."""
    try:
        person = find_person(db, email)
    except Invalid:
        return None, ""
    return (person, person.password_hash) if person and person.state is PersonState.ACTIVE else (None, "")


def open_sign_in(db: Database, person: Person, *, way: str) -> str:
    """A new sign-in for a person who has proved who they are; answers the cookie's value, which is kept nowhere."""
    cookie = new_token()
    now = clock.now()
    db.add(SignIn(digest=digest(cookie), person_id=person.id or 0, made_at=now, seen_at=now, expires_at=now + LONGEST))
    record(db, Actor(person.id), SignedIn(person_id=person.id or 0, way=way))
    return cookie


@command(anybody)
def sign_in_by_password(db: Database, actor: Actor, subject: Person) -> str:
    """Sign somebody in whose password was found right; answers the cookie's value."""
    return open_sign_in(db, subject, way="password")


def hash_password(plain: str) -> str:
    """What we keep of a password; refuses short and common ones. Slow: call it outside a transaction."""
    if len(plain) < FEWEST_LETTERS or len(plain) > MOST_LETTERS:
        raise Invalid({"password": _("A password has 8 to 128 characters. A short sentence is a good one.")})
    if plain.casefold() in COMMON or len(set(plain)) < 4:
        raise Invalid({"password": _("This password is among the first that anybody would try. Choose another.")})
    return _hasher().hash(plain)


COMMON = frozenset(
    "password password1 password123 passw0rd 12345678 123456789 1234567890 qwertyui qwertyuiop qwerty123 11111111 "
    "iloveyou sunshine princess football baseball welcome1 welcome123 admin123 administrator letmein1 abc12345 "
    "monkey123 dragon123 trustno1 superman whatever passwort passwort1 hallo123 motdepasse azertyuiop folkmoot "
    "folkmoot1 hackathon hackathon1 changeme starwars computer internet 87654321 00000000 asdfghjk asdfghjkl".split()
)


@command(oneself)
def set_password(db: Database, actor: Actor, person: Person, *, hashed: str, keep: str = "") -> None:
    """Keep a password made by `hash_password`; every other browser is signed out (`keep` is this one's cookie)."""
    person.password_hash = hashed
    db.add(person)
    _revoke(db, person, keep=keep)
    record(db, actor, PasswordSet(person_id=person.id or 0))


def _revoke(db: Database, person: Person, *, keep: str = "") -> None:
    others = [col(SignIn.person_id) == person.id, col(SignIn.revoked_at).is_(None)]
    if keep:
        others.append(col(SignIn.digest) != digest(keep))
    db.execute(update(SignIn).where(*others).values(revoked_at=clock.now()))


@command(oneself)
def sign_out(db: Database, actor: Actor, person: Person, *, cookie: str) -> None:
    """End this browser's sign-in; its cookie never works again."""
    db.execute(update(SignIn).where(col(SignIn.digest) == digest(cookie)).values(revoked_at=clock.now()))
    record(db, actor, SignedOut(person_id=person.id or 0))


@command(oneself)
def sign_out_everywhere(db: Database, actor: Actor, person: Person) -> None:
    """End all sign-ins of a person."""
    _revoke(db, person)
    record(db, actor, SignedOut(person_id=person.id or 0))


# Asked for by every page, so it is built once, and of the sign-in it asks for what is looked at.
_BY_COOKIE = sql_select(
    Person, version_of_facts(), col(SignIn.id), col(SignIn.revoked_at), col(SignIn.expires_at), col(SignIn.seen_at)
).where(col(SignIn.digest) == bindparam("digest"), col(Person.id) == col(SignIn.person_id))


_HOLDER = Prepared(
    sql_select(
        col(SignIn.id), col(Person.id), col(SignIn.revoked_at), col(SignIn.expires_at), col(SignIn.seen_at),
        col(Person.state),
    ).where(col(SignIn.digest) == bindparam("digest", type_=String), col(Person.id) == col(SignIn.person_id))
)  # fmt: skip


class FoundSignIn(NamedTuple):
    """A sign-in that holds, its person, and the version of the facts at that moment."""

    id: int
    seen_at: datetime
    person: Person
    version: int


def find_sign_in(db: Database, cookie: str) -> FoundSignIn | None:
    """The sign-in of a cookie and its person, if it still holds: not revoked, not idle for long, not too old."""
    row = db.execute(_BY_COOKIE, {"digest": digest(cookie)}).first()
    if row is None:
        return None
    person, version, id, revoked_at, expires_at, seen_at = row
    holds = _holds(revoked_at, expires_at, seen_at, person.state)
    return FoundSignIn(id or 0, seen_at, person, int(version)) if holds else None


def find_holder(db: Database, cookie: str) -> tuple[int, int] | None:
    """(sign-in id, person id) of a cookie that still holds, as `find_sign_in`, without loading either: a thousand who
    come back at once ask for no more."""
    for id, person_id, *when in _HOLDER.rows(db, digest=digest(cookie)):
        return (id, person_id) if _holds(*when) else None
    return None


def _holds(revoked_at: datetime | None, expires_at: datetime, seen_at: datetime, state: PersonState) -> bool:
    now = clock.now()
    return revoked_at is None and now < expires_at and now < seen_at + IDLE and state is PersonState.ACTIVE


def note_seen(db: Database, sign_in_id: int) -> None:
    """Remember that a sign-in is in use."""
    db.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=clock.now()))


def form_token(cookie: str) -> str:
    """What forms of a signed-in browser carry against forgery: derived from its cookie, the same in all its tabs."""
    return signature("form", digest(cookie)) if cookie else ""


@command(anybody)
def sign_in_as_cast(db: Database, actor: Actor, subject: Person) -> str:
    """Sign in as a member of the demo's cast; refused outside the demo and for real people."""
    if not settings().demo or not subject.cast_as:
        raise Invalid(_("This works in the demo only."))
    return open_sign_in(db, subject, way="demo")
