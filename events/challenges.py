"""Challenges: needs put to a hackathon's teams; a need that becomes one keeps its link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, false, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases, not_over, see_event, touch
from events.marketplace import Item, ItemKind, ItemState
from events.organisations import Organisation
from events.people import Person, PersonState
from events.roles import Role, Scope, give_role, organiser_of_event, role_in_event, tie_source, ties_as

SHORTEST_BRIEF = 40


class Challenge(SQLModel, table=True):
    """What teams are asked to solve, with who brings it and what there is to win."""

    __table_args__ = (UniqueConstraint("event_id", "need_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("c")
    event_id: int = Field(foreign_key="event.id", index=True)
    need_id: int | None = Field(default=None, foreign_key="item.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    title: str = Field(max_length=160)
    brief: str = Field(default="", max_length=6000)
    prize: str = Field(default="", max_length=300)
    published_at: datetime = moment()


personal_data(Challenge, "person_id", "who owns a challenge", "detach")


@dataclass(frozen=True)
class ChallengePublished(Fact):
    """A challenge was put to the teams."""

    event_id: int
    challenge_id: int


@dataclass(frozen=True)
class ChallengeChanged(Fact):
    """A challenge was written anew."""

    event_id: int
    challenge_id: int


class PromotedAlready(Conflict):
    """A need is a challenge of an event at most once."""

    def __init__(self) -> None:
        super().__init__(_("This need is a challenge of this event already."))


@tie_source
def _owns(person: int) -> Any:
    return ties_as("owner", "challenge", Challenge.id).where(col(Challenge.person_id) == person)


@dataclass(frozen=True)
class ChallengeInEvent:
    """A challenge with its event, as commands and rules need it."""

    challenge: Challenge
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The challenge's id."""
        assert self.challenge.id is not None
        return self.challenge.id


challenge_owner_of_event = role_in_event(Role.CHALLENGE_OWNER)


@rule
def own_challenge(actor: Actor, subject: ChallengeInEvent) -> bool:
    return actor.person is not None and actor.person == subject.challenge.person_id


@rule
def owner_of_its_challenge(actor: Actor, subject: Any) -> bool:
    """For what belongs to a challenge, or to none."""
    return subject.challenge is not None and actor.person is not None and actor.person == subject.challenge.person_id


@rule
def see_challenge(actor: Actor, subject: ChallengeInEvent) -> bool:
    return see_event(actor, subject.event) or own_challenge(actor, subject)


def takes_challenges(subject: EventWithPhases, now: datetime) -> None:
    """Refuse challenges in what is over or has no teams."""
    not_over(subject, now)
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon has challenges."))


def its_event_not_over(subject: Any, now: datetime) -> None:
    """Refuse what is asked of something in a closed event."""
    not_over(subject.event, now)


@command(organiser_of_event | challenge_owner_of_event, when=takes_challenges)
def publish_challenge(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    title: str,
    brief: str,
    prize: str = "",
    organisation_id: int | None = None,
    person_id: int | None = None,
) -> Challenge:
    """Put a challenge to the teams of a hackathon. Its owner is `person_id`, else whoever publishes it.

    Refuses an empty title, a brief of less than 40 characters, and, from a challenge owner, an organisation they do
    not belong to or another owner than themselves.
    """
    _refuse_strangers(actor, subject, organisation_id, person_id)
    _check_texts(title, brief)
    return _publish(
        db, actor, subject, None, title=title, brief=brief, prize=prize, organisation_id=organisation_id,
        person_id=person_id or actor.person,
    )  # fmt: skip


@command(organiser_of_event | challenge_owner_of_event, when=takes_challenges)
def promote_need(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    need: Item,
    title: str = "",
    brief: str = "",
    prize: str = "",
) -> Challenge:
    """Make a published need a challenge, owned by who published it; `need_id` keeps the link. At most once per event.

    Without `title` and `brief` it takes the need's own words. A challenge owner can promote needs of their own
    organisations only.
    """
    if need.kind is not ItemKind.NEED or need.state is not ItemState.PUBLISHED:
        raise Conflict(_("Only a need that is on the marketplace can become a challenge."))
    _refuse_strangers(actor, subject, need.organisation_id, None)
    title, brief = title or need.summary[:160], brief or need.text_en or need.text
    _check_texts(title, brief)
    return _publish(
        db, actor, subject, need.id, title=title, brief=brief, prize=prize, organisation_id=need.organisation_id,
        person_id=need.person_id,
    )  # fmt: skip


def _refuse_strangers(actor: Actor, event: EventWithPhases, organisation: int | None, person: int | None) -> None:
    if organiser_of_event(actor, event):
        return
    if organisation is not None and not actor.is_("member", "organisation", organisation):
        raise NotAllowed(_("You can bring challenges of your own organisations. Ask the organiser for others."))
    if person is not None and person != actor.person:
        raise NotAllowed(_("Only an organiser can name somebody else as the owner of a challenge."))


def _check_texts(title: str, brief: str) -> None:
    wrong: dict[str, Message | str] = {}
    if not title.strip() or len(title.strip()) > 160:
        wrong["title"] = _("Please give the challenge a title of at most 160 characters.")
    if not SHORTEST_BRIEF <= len(brief.strip()) <= 6000:
        wrong["brief"] = _("Please say in 40 to 6000 characters what is to be solved, and for whom.")
    if wrong:
        raise Invalid(wrong)


def _publish(
    db: Database, actor: Actor, subject: EventWithPhases, need_id: int | None, *, title: str, brief: str, prize: str,
    organisation_id: int | None, person_id: int | None,
) -> Challenge:  # fmt: skip
    row = Challenge(
        event_id=subject.id,
        need_id=need_id,
        organisation_id=organisation_id,
        person_id=person_id,
        title=title.strip(),
        brief=brief.strip(),
        prize=prize.strip()[:300],
        published_at=clock.now(),
    )
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_challenge_event_id_need_id"):
            raise PromotedAlready from error
        raise
    if person_id is not None:
        give_role(db, actor, person_id=person_id, role=Role.CHALLENGE_OWNER, scope=Scope.EVENT, scope_id=subject.id)
    touch(db, subject.event)
    record(db, actor, ChallengePublished(event_id=subject.id, challenge_id=row.id or 0))
    return row


@command(own_challenge | organiser_of_event, when=its_event_not_over)
def change_challenge(
    db: Database, actor: Actor, subject: ChallengeInEvent, *, title: str, brief: str, prize: str = ""
) -> Challenge:
    """Write a challenge anew; its teams, its need and its owner stay. Refuses what `publish_challenge` refuses."""
    _check_texts(title, brief)
    row = subject.challenge
    row.title, row.brief, row.prize = title.strip(), brief.strip(), prize.strip()[:300]
    db.add(row)
    touch(db, subject.event.event)
    record(db, actor, ChallengeChanged(event_id=subject.event.id, challenge_id=subject.id))
    return row


def get_challenge(db: Database, actor: Actor, event: EventWithPhases, public: str) -> ChallengeInEvent:
    """A challenge of this event; NotFound for those who may not see the event."""
    row = db.exec(select(Challenge).where(Challenge.public_id == public, Challenge.event_id == event.id)).first()
    if row is None or not see_challenge(actor, found := ChallengeInEvent(row, event)):
        raise NotFound()
    return found


@dataclass(frozen=True)
class ChallengeCard:
    """A challenge as lists and its page show it: who brings it, and how many teams took it."""

    public_id: str
    title: str
    brief: str
    prize: str
    organisation: str
    organisation_id: str
    country: str
    owner: str
    need_id: str
    teams: int


def _cards(event_id: int) -> Any:
    from events.teams import Team, TeamMember  # teams know challenges; here they are only counted

    peopled = select(TeamMember.id).where(TeamMember.team_id == Team.id).exists()
    teams = select(func.count(col(Team.id))).where(Team.challenge_id == Challenge.id, peopled).scalar_subquery()
    owner = (col(Person.id) == col(Challenge.person_id)) & (col(Person.state) == PersonState.ACTIVE)
    return (
        select(Challenge, Organisation, Person, col(Item.public_id))
        .add_columns(teams)
        .join(Organisation, col(Organisation.id) == col(Challenge.organisation_id), isouter=True)
        .join(Person, owner, isouter=True)
        .join(Item, col(Item.id) == col(Challenge.need_id), isouter=True)
        .where(col(Challenge.event_id) == event_id)
    )


def _card(row: Any) -> ChallengeCard:
    challenge, organisation, owner, need, teams = row
    return ChallengeCard(
        challenge.public_id,
        challenge.title,
        challenge.brief,
        challenge.prize,
        organisation.name if organisation else "",
        organisation.public_id if organisation else "",
        organisation.country if organisation else "",
        owner.name if owner else "",
        need or "",
        int(teams),
    )


def challenges_of(db: Database, actor: Actor, event: EventWithPhases, *, page: int = 1) -> Paged[ChallengeCard]:
    """One page of an event's challenges, in the order in which they came; empty for those who may not see the event."""
    query = _cards(event.id).order_by(col(Challenge.published_at), col(Challenge.id))
    return paged(db, query if see_event(actor, event) else query.where(false()), page, _card)


def card_of(db: Database, subject: ChallengeInEvent) -> ChallengeCard:
    """A challenge that the reader may see, as its page shows it."""
    return _card(db.exec(_cards(subject.event.id).where(Challenge.id == subject.id)).one())


def challenge_titles(db: Database, event_id: int) -> list[tuple[str, str]]:
    """(public id, title) of each challenge, for a team's choice; at most 200."""
    query = select(Challenge.public_id, Challenge.title).where(Challenge.event_id == event_id)
    return [(public, title) for public, title in db.exec(query.order_by(col(Challenge.title)).limit(200))]


def owners_of_challenges(db: Database, event_id: int) -> set[int]:
    """The ids of those whose challenges an event has, with a role in it or without."""
    found = db.exec(select(Challenge.person_id).where(Challenge.event_id == event_id))
    return {one for one in found if one is not None}


def find_challenge(db: Database, event_id: int, public: str) -> Challenge | None:
    """The challenge of this event with this public id."""
    return db.exec(select(Challenge).where(Challenge.public_id == public, Challenge.event_id == event_id)).first()


def needs_to_promote(db: Database, actor: Actor, event: EventWithPhases) -> list[tuple[Item, str]]:
    """Published needs that the actor could make a challenge of this event, each with its organisation's name.

    The newest first, at most 200. Organisers choose from all, challenge owners from needs of their own organisations.
    """
    query: Any = (
        select(Item, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Item.organisation_id))
        .where(
            Item.kind == ItemKind.NEED,
            Item.state == ItemState.PUBLISHED,
            ~select(Challenge.id).where(Challenge.event_id == event.id, Challenge.need_id == Item.id).exists(),
        )
        .order_by(col(Item.published_at).desc(), col(Item.id).desc())
        .limit(200)
    )
    if not organiser_of_event(actor, event):
        query = query.where(col(Item.organisation_id).in_(actor.ids("member", "organisation")))
    return [(item, name) for item, name in db.exec(query)]


def organisations_to_name(db: Database, actor: Actor, event: EventWithPhases) -> list[Organisation]:
    """Organisations that the actor can name as bringing a challenge, by name; at most 500."""
    query = select(Organisation).order_by(col(Organisation.name), col(Organisation.id)).limit(500)
    if not organiser_of_event(actor, event):
        query = query.where(col(Organisation.id).in_(actor.ids("member", "organisation")))
    return list(db.exec(query))
