"""Seekers: people of a hackathon who look for a team, what they bring, and what they wish for.

What they bring is shown to everybody who sees teams. Wishes for people, and whom somebody would rather not work with,
are shown to nobody: only the team builder reads them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, delete, false, func, update
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import listing, moment, word
from events.core.database import Database
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.events import EventWithPhases
from events.joining import joining_open, send_invitation
from events.open_roles import lists
from events.people import Person, PersonState
from events.phases import PhaseNotOpen
from events.reference.languages import is_language
from events.reference.skills import known_skills
from events.registration import Registration, RegistrationState
from events.team_rules import has_teams, last_joining, refuse_locked
from events.teams import (
    InTeamAlready,
    TeamInEvent,
    TeamMember,
    judges_in,
    member_of_team,
    on_joined,
    participant_who_does_not_judge,
    see_teams,
    team_of,
)

MOST_SKILLS = 8
MOST_LANGUAGES = 6
MOST_WISHES = 3
ABOUT_LIMIT = 600


class WishKind(StrEnum):
    """What a wish is for: a challenge, to work with somebody, or not to."""

    CHALLENGE = "challenge"
    WITH = "with"
    NOT_WITH = "not with"


class Seeker(SQLModel, table=True):
    """What somebody brings to a team of an event; `looks` while they look for one."""

    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    looks: bool = True
    skills: list[str] = listing(default_factory=list)
    languages: list[str] = listing(default_factory=list)
    about: str = Field(default="", max_length=ABOUT_LIMIT)
    since: datetime = moment()


class TeamWish(SQLModel, table=True):
    """One wish of somebody in an event; `rank` counts from 1, the dearest. About one person there is one wish."""

    __tablename__ = "team_wish"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "challenge_id"),
        UniqueConstraint("event_id", "person_id", "other_id"),
        CheckConstraint("(challenge_id IS NULL) <> (other_id IS NULL)", name="challenge_or_person"),
        CheckConstraint("other_id IS NULL OR other_id <> person_id", name="somebody_else"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: WishKind = word(WishKind)
    rank: int
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    other_id: int | None = Field(default=None, foreign_key="person.id", index=True)


personal_data(Seeker, "person_id", "skills and wishes for a team", "delete")
personal_data(TeamWish, "person_id", "wishes for a team", "delete")
personal_data(TeamWish, "other_id", "whom somebody wishes to work with, or not", "delete")


@dataclass(frozen=True)
class TeamSought(Fact):
    """Somebody looks for a team, or says anew what they bring."""

    event_id: int
    person_id: int


@dataclass(frozen=True)
class TeamSearchEnded(Fact):
    """Somebody does not look for a team any more."""

    event_id: int
    person_id: int


@dataclass(frozen=True)
class Wishes:
    """What somebody wishes for, the dearest first: challenges and people by their ids."""

    challenges: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()


def seeking_open(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to look for a team when nobody can join one any more; before team forming it is possible."""
    has_teams(subject, now)
    refuse_locked(subject, now)
    last = last_joining(subject)
    if last is not None and now >= last:
        raise PhaseNotOpen(_("Teams have been fixed since %(when)s.", when=At(last, "when")))


@command(participant_who_does_not_judge, when=seeking_open)
def look_for_team(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    skills: Iterable[str],
    languages: Iterable[str],
    about: str = "",
    challenges: Sequence[str] = (),
    people: Sequence[str] = (),
    apart: Sequence[str] = (),
) -> Seeker:
    """Say that one looks for a team, what one brings, and what one wishes for, the dearest first: challenges and people
    by public ids. Replaces what was said before.

    Refuses who is in a team, no skill or no language, too many of anything, and somebody named twice.
    """
    assert actor.person is not None
    if team_of(db, actor.person, subject.id) is not None:
        raise InTeamAlready
    said, wishes = _checked(db, subject, actor.person, skills, languages, about), Wishes()
    wishes = Wishes(_challenges(db, subject, challenges), *_people(db, subject, actor.person, people, apart))
    row = find_seeker(db, subject.id, actor.person)
    if row is None:
        row = Seeker(event_id=subject.id, person_id=actor.person, since=clock.now())
    elif not row.looks:
        row.since = clock.now()
    row.looks, row.skills, row.languages, row.about = True, said[0], said[1], about.strip()
    db.add(row)
    _keep_wishes(db, subject.id, actor.person, wishes)
    record(db, actor, TeamSought(event_id=subject.id, person_id=actor.person))
    return row


def _checked(
    db: Database, event: EventWithPhases, person: int, skills: Iterable[str], languages: Iterable[str], about: str
) -> tuple[list[str], list[str]]:
    wrong: dict[str, Message | str] = {}
    known = known_skills(skills)
    spoken = [code for code in dict.fromkeys(languages) if is_language(code)]
    if not 1 <= len(known) <= MOST_SKILLS:
        wrong["skills"] = _("Please choose one to %(most)s skills.", most=MOST_SKILLS)
    if not 1 <= len(spoken) <= MOST_LANGUAGES:
        wrong["languages"] = _("Please choose one to %(most)s languages in which you can work.", most=MOST_LANGUAGES)
    if len(about.strip()) > ABOUT_LIMIT:
        wrong["about"] = _("Please write at most %(most)s characters.", most=ABOUT_LIMIT)
    if wrong:
        raise Invalid(wrong)
    return known, spoken


def _challenges(db: Database, event: EventWithPhases, publics: Sequence[str]) -> tuple[int, ...]:
    named = [public for public in publics if public]
    query = select(Challenge.public_id, Challenge.id).where(
        Challenge.event_id == event.id, col(Challenge.public_id).in_(named)
    )
    ids = dict(db.exec(query).all())
    if len(set(named)) < len(named) or len(named) > MOST_WISHES or set(named) - set(ids):
        raise Invalid({"challenge_1": _("Choose up to three different challenges of this event.")})
    return tuple(ids[public] or 0 for public in named)


def _people(
    db: Database, event: EventWithPhases, person: int, wanted: Sequence[str], apart: Sequence[str]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids of wished and unwished people of the event."""
    with_, without = [one for one in wanted if one], [one for one in apart if one]
    named = with_ + without
    query = (
        select(Person.public_id, Person.id)
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(col(Person.public_id).in_(named), Person.id != person)
    )
    ids = {public: id or 0 for public, id in db.exec(query)}
    if len(set(named)) < len(named):
        raise Invalid({"person_1": _("You have named somebody twice. Choose each person once.")})
    if len(with_) > MOST_WISHES or len(without) > MOST_WISHES or set(named) - set(ids):
        raise Invalid({"person_1": _("Choose up to three people who take part in this event.")})
    return tuple(ids[one] for one in with_), tuple(ids[one] for one in without)


def _keep_wishes(db: Database, event_id: int, person: int, wishes: Wishes) -> None:
    db.execute(delete(TeamWish).where(col(TeamWish.event_id) == event_id, col(TeamWish.person_id) == person))
    base = {"event_id": event_id, "person_id": person}
    for kind, ids in (
        (WishKind.CHALLENGE, wishes.challenges), (WishKind.WITH, wishes.people), (WishKind.NOT_WITH, wishes.apart),
    ):  # fmt: skip
        column = "challenge_id" if kind is WishKind.CHALLENGE else "other_id"
        db.add_all(TeamWish(**base, kind=kind, rank=rank, **{column: id}) for rank, id in enumerate(ids, 1))
    db.flush()


@command(participant_who_does_not_judge, when=has_teams)
def stop_looking(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Not look for a team any more; what one brings and wishes is kept for later."""
    if _end_search(db, subject.id, actor.person):
        record(db, actor, TeamSearchEnded(event_id=subject.id, person_id=actor.person or 0))


def _end_search(db: Database, event_id: int, person: int | None) -> bool:
    theirs = (col(Seeker.event_id) == event_id, col(Seeker.person_id) == person, col(Seeker.looks).is_(True))
    ended = db.execute(update(Seeker).where(*theirs).values(looks=False))
    return bool(ended.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


@on_joined
def _found_one(db: Database, actor: Actor, team: TeamInEvent, person_id: int) -> None:
    _end_search(db, team.event.id, person_id)


@on_withdrawn
def _gone(db: Database, actor: Actor, registration_id: int) -> None:
    row = db.exec(select(Registration).where(Registration.id == registration_id)).one()
    _end_search(db, row.event_id, row.person_id)


@command(member_of_team, when=joining_open)
def invite_seeker(db: Database, actor: Actor, subject: TeamInEvent, *, person: str) -> str:
    """Ask somebody (public id) into the team who looks for one, without learning their address: their name.

    Refuses who does not look any more, and what `invite_to_team` refuses.
    """
    found = db.exec(
        select(Person)
        .join(Seeker, col(Seeker.person_id) == col(Person.id))
        .where(Person.public_id == person, Seeker.event_id == subject.event.id, col(Seeker.looks).is_(True))
    ).first()
    if found is None:
        raise Conflict(_("This person does not look for a team any more."))
    send_invitation(db, actor, subject, found.email, invited=found.id)
    return found.name


def find_seeker(db: Database, event_id: int, person_id: int | None) -> Seeker | None:
    """What somebody has said that they bring to a team of an event."""
    query = select(Seeker).where(Seeker.event_id == event_id, Seeker.person_id == person_id)
    return db.exec(query).first() if person_id is not None else None


def wishes_in(db: Database, event_id: int) -> dict[int, Wishes]:
    """The wishes of all people of an event, by person: for the team builder alone, and one's own for oneself."""
    found: dict[int, dict[WishKind, list[int]]] = {}
    query = select(TeamWish).where(TeamWish.event_id == event_id)
    for one in db.exec(query.order_by(col(TeamWish.person_id), col(TeamWish.rank))):
        ids = found.setdefault(one.person_id, {}).setdefault(WishKind(one.kind), [])
        ids.append(one.challenge_id or one.other_id or 0)
    return {
        person: Wishes(*(tuple(kinds.get(kind, ())) for kind in (WishKind.CHALLENGE, WishKind.WITH, WishKind.NOT_WITH)))
        for person, kinds in found.items()
    }


@dataclass(frozen=True)
class OwnWishes:
    """One's own wishes as the form shows them: public ids, the dearest first."""

    challenges: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


def own_wishes(db: Database, actor: Actor, event: EventWithPhases) -> OwnWishes:
    """What the actor themselves wish for."""
    query = (
        select(TeamWish.kind, Challenge.public_id, Person.public_id)
        .join(Challenge, col(Challenge.id) == col(TeamWish.challenge_id), isouter=True)
        .join(Person, col(Person.id) == col(TeamWish.other_id), isouter=True)
        .where(TeamWish.event_id == event.id, TeamWish.person_id == actor.person)
        .order_by(col(TeamWish.rank))
    )
    found: dict[WishKind, list[str]] = {}
    for kind, challenge, person in db.exec(query):
        found.setdefault(WishKind(kind), []).append(challenge or person or "")
    return OwnWishes(*(tuple(found.get(kind, ())) for kind in (WishKind.CHALLENGE, WishKind.WITH, WishKind.NOT_WITH)))


@dataclass(frozen=True)
class SeekerCard:
    """Somebody who looks for a team, as lists show them."""

    public_id: str
    name: str
    job_title: str
    zone: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    about: str
    wished: tuple[str, ...]


def seekers_of(
    db: Database, actor: Actor, event: EventWithPhases, *, skill: str = "", language: str = "", page: int = 1
) -> Paged[SeekerCard]:
    """One page of those who look for a team, the latest first, perhaps with a skill (code) or a language (ISO 639).

    Each with the challenges that they wish for, never with their wishes for people. Empty for those who may not see
    teams.
    """
    wanted: list[Any] = [Seeker.event_id == event.id if see_teams(actor, event) else false()]
    if skill:
        wanted.append(lists(Seeker.skills, skill))
    if language:
        wanted.append(lists(Seeker.languages, language))
    query = (
        select(Seeker, Person)
        .join(Person, col(Person.id) == col(Seeker.person_id))
        .where(*wanted, col(Seeker.looks).is_(True), Person.state != PersonState.ERASED)
        .order_by(col(Seeker.since).desc(), col(Seeker.id).desc())
    )
    found = paged(db, query, page, tuple)
    wished = _wished_titles(db, event.id, [seeker.person_id for seeker, _person in found.rows])
    cards = [
        SeekerCard(
            person.public_id, person.name, person.job_title, person.zone, tuple(seeker.skills),
            tuple(seeker.languages), seeker.about, wished.get(seeker.person_id, ()),
        )
        for seeker, person in found.rows
    ]  # fmt: skip
    return Paged(cards, found.page, found.count)


def _wished_titles(db: Database, event_id: int, people: list[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(TeamWish.person_id, Challenge.title)
        .join(Challenge, col(Challenge.id) == col(TeamWish.challenge_id))
        .where(TeamWish.event_id == event_id, col(TeamWish.person_id).in_(people))
        .order_by(col(TeamWish.rank))
    )
    found: dict[int, tuple[str, ...]] = {}
    for person, title in db.exec(query):
        found[person] = (*found.get(person, ()), title)
    return found


def skills_in_teams(db: Database, team_id: int) -> dict[int, tuple[str, ...]]:
    """What the members of a team have said that they bring, by person."""
    query = (
        select(Seeker.person_id, Seeker.skills)
        .join(TeamMember, col(TeamMember.person_id) == col(Seeker.person_id))
        .where(TeamMember.team_id == team_id, Seeker.event_id == TeamMember.event_id)
    )
    return {person: tuple(skills) for person, skills in db.exec(query)}


def languages_of_seekers(db: Database, event_id: int) -> set[str]:
    """The languages of those who look for a team: what a filter offers."""
    query = select(Seeker.languages).where(Seeker.event_id == event_id, col(Seeker.looks).is_(True))
    return {code for codes in db.exec(query) for code in codes}


def people_to_wish_for(db: Database, actor: Actor, event: EventWithPhases) -> list[tuple[str, str]]:
    """(public id, name) of the others who take part in an event and do not judge, by name; at most 500.

    NotFound for those who do not take part.
    """
    if not participant_who_does_not_judge(actor, event):
        raise NotFound()
    query = (
        select(Person.public_id, Person.name)
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(Person.id != actor.person, col(Person.id).not_in(judges_in(event)))
        .order_by(func.lower(col(Person.name)), col(Person.id))
        .limit(500)
    )
    return [(public, name) for public, name in db.exec(query)]
