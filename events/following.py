"""An event follows another: the matchmaking event that takes over a hackathon's people, challenges and submissions.

What is taken over is linked, not copied twice: a registration to the one it comes from, an item to its submission or
challenge, and a team is read where it was formed. Whoever comes over has not agreed to the new event yet: until they do
(events/consents.py), others read their name and organisation only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, Rule, command
from events.core.database import Database
from events.core.hooks import EVENT_COPIES
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import LANGUAGES, Message, _
from events.desks import desks_by_organisation
from events.events import Event, EventKind, EventState, EventWithPhases, follower_of
from events.marketplace import Item, ItemKind, ItemState, Wording, enter_in_event, enter_item
from events.organisations import Membership, Organisation, OrganisationAdded, OrganisationKind, enter_member, same_name
from events.people import Person, PersonState
from events.planning import create_event_from_template
from events.programmes import Programme
from events.reference.languages import is_language
from events.reference.regions import normalised
from events.registration import Registration, RegistrationState, participants_of, types_of
from events.roles import Role, Scope, organiser_of_programme, people_with_role
from events.submissions import Submission, SubmissionState, counting_versions
from events.teams import Team, TeamMember


class ItemSource(SQLModel, table=True):
    """Where an item comes from that was made of a submission or a challenge."""

    __tablename__ = "item_source"
    __table_args__ = (
        UniqueConstraint("item_id"),
        UniqueConstraint("submission_id"),
        UniqueConstraint("challenge_id"),
        CheckConstraint("(submission_id IS NULL) <> (challenge_id IS NULL)", name="one_source"),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id")
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id")


@dataclass(frozen=True)
class HackathonTakenOver(Fact):
    """A matchmaking event was made that follows a hackathon, with so many of its people and items."""

    event_id: int
    follows_id: int
    people: int
    offers: int
    needs: int


class FollowedAlready(Conflict):
    """A hackathon is taken over once."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s follows this hackathon already. You find it on the set-up page.", name=name))


LOOKS = {OrganisationKind.TRADITIONAL_SME, OrganisationKind.LARGE_COMPANY, OrganisationKind.PUBLIC_BODY}
SPEAKS_FOR_OTHERS = {OrganisationKind.CLUSTER_ORGANISATION, OrganisationKind.INVESTOR}


def type_for(kind: OrganisationKind | None) -> str:
    """As what somebody takes part who comes from an organisation of this kind; who has none built something."""
    if kind in LOOKS:
        return "traditional"
    return "intermediary" if kind in SPEAKS_FOR_OTHERS else "tech-savvy"


@dataclass(frozen=True)
class ComingPerson:
    """Somebody who comes over, with their desk; an owner of a challenge perhaps without a registration.

    `asked_organisation_id` is for whom they wanted to take part, which has not agreed that they belong to it.
    """

    person_id: int
    name: str
    organisation: Organisation | None
    registration_id: int | None
    type_code: str
    desk_id: int | None = None
    asked_organisation_id: int | None = None


@dataclass(frozen=True)
class ComingOffer:
    """What a team handed in, as it counts, and who answers for it. Without an organisation the team becomes one."""

    submission_id: int
    team: Team
    wording: Wording
    organisation: Organisation | None
    person_id: int
    members: tuple[int, ...]


@dataclass(frozen=True)
class ComingNeed:
    """A challenge: the need that it was made of, or a new one."""

    challenge_id: int
    title: str
    item: Item | None
    wording: Wording
    organisation: Organisation
    person_id: int | None


@dataclass(frozen=True)
class TakeOver:
    """What comes over from a hackathon, and what stays behind with the reason."""

    people: list[ComingPerson]
    offers: list[ComingOffer]
    needs: list[ComingNeed]
    left_behind: list[tuple[str, Message]] = field(default_factory=list)


def _organises_its_programme(actor: Actor, subject: EventWithPhases) -> bool:
    return actor.is_("organiser", "programme", subject.programme_id)


organiser_of_its_programme = Rule(organiser_of_programme.name, _organises_its_programme)


def can_be_followed(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to follow what is no hackathon, or one that nobody has seen yet."""
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon can be taken over by a matchmaking event."))
    if subject.event.state is EventState.DRAFT:
        raise Conflict(_("This hackathon is not published yet. Nobody could come over from it."))


@command(organiser_of_its_programme, when=can_be_followed)
def make_following_event(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    name: str,
    starts_at: datetime,
    zone: str = "",
    tagline: str = "",
    description: str = "",
) -> EventWithPhases:
    """Make the matchmaking event that follows a hackathon, in one step: a draft that starts at `starts_at` (aware).

    Its phases and types are the template's; the hackathon's participants and challenge owners have a place, typed by
    the kind of their organisation; what teams handed in are offers, challenges are needs (those they were made of,
    else new ones); it has blocks on its live days and video rooms. Refuses with FollowedAlready the second time.
    """
    hackathon = subject.event
    # Locks the row on PostgreSQL: of two who press the button at once, one makes the event and the other is told.
    db.exec(select(Event.id).where(Event.id == hackathon.id).with_for_update()).one()
    before = follower_of(db, subject.id)
    if before is not None:
        raise FollowedAlready(before.name)
    programme = db.exec(select(Programme).where(Programme.id == subject.programme_id)).one()
    event = create_event_from_template(
        db, actor, programme, template="matchmaking", name=name, zone=zone or hackathon.zone, starts_at=starts_at,
        tagline=tagline or hackathon.tagline, description=description or hackathon.description,
        follows_id=subject.id,
    )  # fmt: skip
    coming = what_comes_over(db, actor, subject)
    own = {team.id or 0: _organisation_of_team(db, actor, team) for team in _without_organisation(coming)}
    _register(db, event, coming, own)
    for offer in coming.offers:
        _list_offer(db, actor, event, offer, offer.organisation or own[offer.team.id or 0])
    for need in coming.needs:
        _list_need(db, actor, event, need)
    for step in EVENT_COPIES:
        step(db, actor, subject.id, event.id)
    counts = {"people": len(coming.people), "offers": len(coming.offers), "needs": len(coming.needs)}
    record(db, actor, HackathonTakenOver(event_id=event.id, follows_id=subject.id, **counts))
    return event


def _without_organisation(coming: TakeOver) -> list[Team]:
    return [offer.team for offer in coming.offers if offer.organisation is None]


def _organisation_of_team(db: Database, actor: Actor, team: Team) -> Organisation:
    """A team of people without organisations brings its offer as one of its own."""
    row = Organisation(
        name=team.name,
        kind=OrganisationKind.OTHER,
        about=team.idea,
        same_name=same_name(team.name),
        searchable=normalised(f"{team.name} {team.idea}"),
        added_at=clock.now(),
    )
    db.add(row)
    db.flush()
    record(db, actor, OrganisationAdded(organisation_id=row.id or 0))
    members = select(TeamMember).where(TeamMember.team_id == team.id)
    leader_first = members.order_by(col(TeamMember.leads).desc(), col(TeamMember.joined_at), col(TeamMember.id))
    for member in db.exec(leader_first).all():
        enter_member(db, actor, row, person_id=member.person_id)
    return row


def _register(db: Database, event: EventWithPhases, coming: TakeOver, own: dict[int, Organisation]) -> None:
    types = {one.code: one.id or 0 for one in types_of(db, event.id)}
    by_member = {
        person: own[offer.team.id or 0] for offer in coming.offers if offer.team.id in own for person in offer.members
    }
    homes = {one.person_id: one.organisation or by_member.get(one.person_id) for one in coming.people}
    desks = desks_by_organisation(db, event.programme_id, [home.id for home in homes.values() if home])
    for person in coming.people:
        home = homes[person.person_id]
        home_id = home.id if home else None
        db.add(
            Registration(
                event_id=event.id,
                person_id=person.person_id,
                organisation_id=home_id,
                asked_organisation_id=person.asked_organisation_id,
                desk_id=person.desk_id or desks.get(home_id or 0),
                type_id=types[person.type_code],
                state=RegistrationState.ACCEPTED,
                taken_over_from_id=person.registration_id,
                registered_at=clock.now(),
                decided_at=clock.now(),
            )
        )
    db.flush()


def _list_offer(db: Database, actor: Actor, event: EventWithPhases, offer: ComingOffer, owner: Organisation) -> None:
    item = enter_item(db, actor, offer.wording, organisation_id=owner.id or 0, person_id=offer.person_id)
    db.add(ItemSource(item_id=item.id or 0, submission_id=offer.submission_id))
    enter_in_event(db, actor, item_id=item.id or 0, event=event)


def _list_need(db: Database, actor: Actor, event: EventWithPhases, need: ComingNeed) -> None:
    item = need.item
    if item is None:
        owner = need.organisation.id or 0
        item = enter_item(db, actor, need.wording, organisation_id=owner, person_id=need.person_id)
        db.add(ItemSource(item_id=item.id or 0, challenge_id=need.challenge_id))
    enter_in_event(db, actor, item_id=item.id or 0, event=event)


def what_comes_over(db: Database, actor: Actor, subject: EventWithPhases) -> TakeOver:
    """What a following event would take over now, for the organisers of the programme; NotFound for others."""
    if not organiser_of_its_programme(actor, subject):
        raise NotFound()
    people = _people(db, subject)
    homes = {person.person_id: person.organisation for person in people}
    offers, waiting = _offers(db, subject.id, homes)
    needs, homeless = _needs(db, subject.id, homes)
    return TakeOver(people, offers, needs, waiting + homeless)


def _people(db: Database, subject: EventWithPhases) -> list[ComingPerson]:
    places = {row.person_id: row for row in participants_of(db, subject.id)}
    ids = list(places) + _owners_without_place(db, subject, set(places))
    known = {row.id: row for row in db.exec(select(Person).where(col(Person.id).in_(ids)))}
    homes = _homes(db, ids)
    named = {row.organisation_id for row in places.values()} - {None}
    organisations = {row.id: row for row in db.exec(select(Organisation).where(col(Organisation.id).in_(named)))}
    coming = []
    for person in ids:
        if known[person].state is PersonState.ERASED:
            continue
        place = places.get(person)
        home = (organisations.get(place.organisation_id) if place else None) or homes.get(person)
        code = type_for(home.kind if home else None)
        registration_id, desk_id = (place.id, place.desk_id) if place else (None, None)
        asked = place.asked_organisation_id if place else None
        coming.append(ComingPerson(person, known[person].name, home, registration_id, code, desk_id, asked))
    return coming


def _owners_without_place(db: Database, subject: EventWithPhases, placed: set[int]) -> list[int]:
    """Owners of challenges who never registered; not those who withdrew, nor organisers who entered it for others."""
    owners = set(db.exec(select(Challenge.person_id).where(Challenge.event_id == subject.id)))
    known = set(db.exec(select(Registration.person_id).where(Registration.event_id == subject.id)))
    here = people_with_role(db, Role.ORGANISER, Scope.EVENT, subject.id)
    organisers = {*here, *people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, subject.programme_id)}
    return sorted(owner for owner in owners if owner is not None and owner not in placed | known | organisers)


def _homes(db: Database, people: list[int]) -> dict[int, Organisation]:
    """The organisation that each of `people` joined first."""
    query = (
        select(Membership.person_id, Organisation)
        .where(Organisation.id == Membership.organisation_id, col(Membership.person_id).in_(people))
        .order_by(col(Membership.joined_at).desc(), col(Membership.id).desc())
    )
    return dict(db.exec(query).all())


Behind = list[tuple[str, Message]]


def _offers(db: Database, event_id: int, homes: dict[int, Organisation | None]) -> tuple[list[ComingOffer], Behind]:
    query = select(Submission, Team).where(Submission.event_id == event_id, Team.id == Submission.team_id)
    rows = db.exec(query.order_by(col(Team.name), col(Team.id))).all()
    final = [(row, team) for row, team in rows if row.state is SubmissionState.FINAL]
    versions = counting_versions(db, [row.id or 0 for row, _team in final])
    members = _members(db, [team.id or 0 for _row, team in final])
    offers, behind = (
        [],
        [(team.name, _("Not handed in.")) for row, team in rows if row.state is not SubmissionState.FINAL],
    )
    for row, team in final:
        crew = [one for one in members.get(team.id or 0, []) if one.id in homes]
        if not crew:
            behind.append((team.name, _("Nobody of the team comes over.")))
            continue
        said = versions[row.id or 0].content if row.id in versions else row.model_dump()
        home = next((home for one in crew if (home := homes[one.id or 0]) is not None), None)
        wording = _offered(team, said, crew, home)
        ids = tuple(one.id or 0 for one in crew)
        offers.append(ComingOffer(row.id or 0, team, wording, home, ids[0], ids))
    return offers, behind


def _members(db: Database, team_ids: list[int]) -> dict[int, list[Person]]:
    """The people of each team, its leader first."""
    query = (
        select(TeamMember.team_id, Person)
        .where(col(TeamMember.team_id).in_(team_ids), Person.id == TeamMember.person_id)
        .order_by(col(TeamMember.leads).desc(), col(TeamMember.joined_at), col(TeamMember.id))
    )
    found: dict[int, list[Person]] = {}
    for team_id, person in db.exec(query):
        found.setdefault(team_id, []).append(person)
    return found


def _offered(team: Team, said: dict[str, str], crew: list[Person], home: Organisation | None) -> Wording:
    """A submission as an offer, in the language of the team's leader: we have not asked which it is written in."""
    language = crew[0].locale if crew[0].locale in LANGUAGES else "en"
    text = "\n\n".join(part for part in (said["summary"], said["text"]) if part)[:6000]
    keywords = [code for one in crew for code in one.keywords] + (list(home.keywords) if home else [])
    speaks = [code for one in crew for code in one.languages if is_language(code)]
    return Wording(
        kind=ItemKind.OFFER,
        summary=(said["title"] or team.name)[:300],
        language=language,
        text=text,
        text_en=text if language == "en" else "",
        keywords=tuple(dict.fromkeys(keywords))[:12],
        country=home.country if home else "",
        speaks=tuple(dict.fromkeys(speaks)),
    )


def _needs(db: Database, event_id: int, homes: dict[int, Organisation | None]) -> tuple[list[ComingNeed], Behind]:
    query = (
        select(Challenge, Item, Organisation)
        .join(Item, col(Item.id) == col(Challenge.need_id), isouter=True)
        .join(Organisation, col(Organisation.id) == col(Challenge.organisation_id), isouter=True)
        .where(Challenge.event_id == event_id)
        .order_by(col(Challenge.published_at), col(Challenge.id))
    )
    needs: list[ComingNeed] = []
    behind: Behind = []
    rows: Any = db.exec(query).all()  # SQLModel does not know that an outer join may leave a place empty
    for challenge, item, named in rows:
        home: Organisation | None = named or homes.get(challenge.person_id or 0)
        if item is not None and item.state is ItemState.WITHDRAWN:
            behind.append((challenge.title, _("Its need was withdrawn from the marketplace.")))
        elif home is None:
            behind.append((challenge.title, _("It belongs to no organisation. Give it one, then it comes over.")))
        elif item is None or item.id not in {need.item.id for need in needs if need.item}:
            needs.append(
                ComingNeed(
                    challenge.id or 0, challenge.title, item, _needed(challenge, home), home, challenge.person_id
                )
            )
    return needs, behind


def _needed(challenge: Challenge, home: Organisation) -> Wording:
    return Wording(
        kind=ItemKind.NEED,
        summary=challenge.title,
        text=challenge.brief,
        text_en=challenge.brief,
        keywords=tuple(home.keywords)[:12],
        country=home.country,
    )
