"""Conflicts of interest as data: where judges and teams belong, who mentored whom, and what judges declare.

They are worked out anew whenever they are asked for. Whoever has one with a submission is not assigned it, does not
see it, neither on its own page nor in any list, and what they gave it does not count.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import UniqueConstraint, union_all
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.help_queue import HelpRequest
from events.judging.votes import Conflict as Interest
from events.judging.votes import Kind, Links, conflicts_between
from events.organisations import ClusterMembership, Membership, Organisation, OrganisationKind
from events.people import Person
from events.registration import Registration, RegistrationState
from events.roles import judge_in_the_event, organiser_of_event
from events.rounds.judges import RoundJudge
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundSubmission
from events.rounds.schemes import kinds_counted
from events.submissions import Submission, SubmissionVersion, hides_submissions
from events.teams import Team, TeamInEvent, TeamMember

LONGEST_REASON = 500

KIND_NAMES: dict[Kind, Message] = {
    Kind.SAME_ORGANISATION: _("Same organisation"),
    Kind.SAME_CLUSTER: _("Same cluster"),
    Kind.COUNTRY: _("Same country"),
    Kind.MENTOR: _("Mentor of the team"),
    Kind.MEMBER: _("In the team"),
    Kind.DECLARED: _("Declared"),
}


class DeclaredConflict(SQLModel, table=True):
    """That a judge says that they have a conflict of interest with a submission, in every round of the event."""

    __tablename__ = "declared_conflict"
    __table_args__ = (UniqueConstraint("submission_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("dc")
    event_id: int = Field(foreign_key="event.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    declared_at: datetime = moment()
    declared_by_id: int | None = Field(default=None, foreign_key="person.id")
    dismissed_at: datetime | None = moment(default=None, nullable=True)


class TeamMentor(SQLModel, table=True):
    """That somebody mentors, or mentored, a team."""

    __tablename__ = "team_mentor"
    __table_args__ = (UniqueConstraint("team_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    noted_at: datetime = moment()


personal_data(DeclaredConflict, "person_id", "conflicts of interest of a judge", "keep")
personal_data(DeclaredConflict, "declared_by_id", "who noted a conflict of interest", "detach")
personal_data(TeamMentor, "person_id", "mentoring a team", "keep")


@dataclass(frozen=True)
class ConflictDeclared(Fact):
    """A judge has a conflict of interest with a submission; `scored` says that they had given it something before."""

    event_id: int
    submission_id: int
    person_id: int
    scored: bool


@dataclass(frozen=True)
class ConflictDismissed(Fact):
    """An organiser found that there is no conflict of interest."""

    event_id: int
    submission_id: int
    person_id: int


@dataclass(frozen=True)
class MentorNoted(Fact):
    """Somebody mentors a team."""

    event_id: int
    team_id: int
    person_id: int


Mentorings = Callable[[Database, Collection[int]], Iterable[tuple[int, int]]]
MENTORINGS: list[Mentorings] = []


def mentor_source(source: Mentorings) -> Mentorings:
    """Register `(db, team ids) -> pairs of team and person`: who mentored whom, from whoever holds such rows."""
    MENTORINGS.append(source)
    return source


@mentor_source
def _noted(db: Database, team_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    query = select(TeamMentor.team_id, TeamMentor.person_id).where(col(TeamMentor.team_id).in_(team_ids))
    return [(team, person) for team, person in db.exec(query)]


@mentor_source
def _helped(db: Database, team_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    """Who came to help a team that had asked for it; who gave it back did not."""
    query = select(HelpRequest.team_id, HelpRequest.taken_by_id).where(
        col(HelpRequest.team_id).in_(team_ids), col(HelpRequest.taken_by_id).is_not(None)
    )
    return [(team, person) for team, person in db.exec(query.distinct()) if person is not None]


def conflicts_of(db: Database, row: JudgingRound) -> frozenset[Interest]:
    """The conflicts of interest that count in a round: engine's conflicts of person ids and submission ids."""
    judges = list(db.exec(select(RoundJudge.person_id).where(RoundJudge.round_id == row.id)))
    works = list(db.exec(select(RoundSubmission.submission_id).where(RoundSubmission.round_id == row.id)))
    return conflicts_among(db, row.event_id, judges, works, row.kinds)


def conflicts_among(
    db: Database, event_id: int, people: Collection[int], submissions: Collection[int], kinds: Collection[str]
) -> frozenset[Interest]:
    """The conflicts of interest between these people and submissions, by person id and submission id."""
    if not people or not submissions:
        return frozenset()
    behind = people_behind(db, submissions)
    homes = _homes_of(db, event_id, {*people, *(person for team in behind.values() for person in team)})
    mentors, declared = _mentors_of(db, submissions), _declared_about(db, submissions)
    judges = {one: _links({one}, homes) for one in people}
    works = {
        one: replace(
            _links(behind.get(one, ()), homes),
            mentors=frozenset(mentors.get(one, ())),
            declared=frozenset(declared.get(one, ())),
        )
        for one in submissions
    }
    return conflicts_between(judges, works, kinds_counted(list(kinds)))


def _links(people: Collection[int], homes: Mapping[int, Links]) -> Links:
    """What all of these belong to."""
    own = [homes[one] for one in people if one in homes]
    return Links(
        frozenset[int]().union(*(one.organisations for one in own)),
        frozenset[int]().union(*(one.clusters for one in own)),
        frozenset[str]().union(*(one.countries for one in own)),
        frozenset(people),
    )


def _homes_of(db: Database, event_id: int, people: Collection[int]) -> dict[int, Links]:
    """Where each of these belongs; a cluster is in itself, as its people run it."""
    homes = _organisations_of(db, event_id, people)
    clusters: dict[int, set[int]] = {}
    countries: dict[int, str] = {}
    ids = {one for places in homes.values() for one in places}
    query = select(Organisation.id, Organisation.country, Organisation.kind, ClusterMembership.cluster_id).join(
        ClusterMembership, col(ClusterMembership.organisation_id) == col(Organisation.id), isouter=True
    )
    for organisation, country, kind, cluster in db.execute(query.where(col(Organisation.id).in_(ids))) if ids else ():
        countries[organisation] = country
        own = {organisation} if kind is OrganisationKind.CLUSTER_ORGANISATION else set()
        clusters.setdefault(organisation, set()).update(own | ({cluster} if cluster else set()))
    return {
        person: Links(
            organisations=frozenset(places),
            clusters=frozenset(cluster for one in places for cluster in clusters.get(one, ())),
            countries=frozenset(countries[one] for one in places if countries.get(one)),
        )
        for person, places in homes.items()
    }


def people_behind(db: Database, submissions: Collection[int]) -> dict[int, set[int]]:
    """Who is in the team of a submission, or handed a version of it in."""
    members = (
        select(Submission.id, TeamMember.person_id)
        .join(TeamMember, col(TeamMember.team_id) == col(Submission.team_id))
        .where(col(Submission.id).in_(submissions))
    )
    handed_in = select(SubmissionVersion.submission_id, SubmissionVersion.person_id).where(
        col(SubmissionVersion.submission_id).in_(submissions), col(SubmissionVersion.person_id).is_not(None)
    )
    found: dict[int, set[int]] = {}
    for submission, person in db.execute(union_all(members, handed_in)):
        found.setdefault(submission, set()).add(person)
    return found


def _organisations_of(db: Database, event_id: int, people: Collection[int]) -> dict[int, set[int]]:
    """For whom people take part in the event, and where they belong besides."""
    takes_part = select(Registration.person_id, Registration.organisation_id).where(
        Registration.event_id == event_id,
        col(Registration.person_id).in_(people),
        col(Registration.organisation_id).is_not(None),
        Registration.state == RegistrationState.ACCEPTED,
    )
    belongs = select(Membership.person_id, Membership.organisation_id).where(col(Membership.person_id).in_(people))
    found: dict[int, set[int]] = {}
    for person, organisation in db.execute(union_all(takes_part, belongs)):
        found.setdefault(person, set()).add(organisation)
    return found


def _mentors_of(db: Database, submissions: Collection[int]) -> dict[int, set[int]]:
    query = select(Submission.team_id, Submission.id).where(col(Submission.id).in_(submissions))
    work = {team: submission or 0 for team, submission in db.exec(query)}
    found: dict[int, set[int]] = {}
    for source in MENTORINGS:
        for team, person in source(db, list(work)):
            found.setdefault(work[team], set()).add(person)
    return found


def _declared_about(db: Database, submissions: Collection[int]) -> dict[int, set[int]]:
    query = select(DeclaredConflict.submission_id, DeclaredConflict.person_id).where(
        col(DeclaredConflict.submission_id).in_(submissions), col(DeclaredConflict.dismissed_at).is_(None)
    )
    found: dict[int, set[int]] = {}
    for submission, person in db.exec(query):
        found.setdefault(submission, set()).add(person)
    return found


@hides_submissions
def _hidden_from_judges(db: Database, actor: Actor, event: EventWithPhases) -> Collection[int]:
    """A judge sees nothing of what they have a conflict of interest with, in any round of the event."""
    if not judge_in_the_event(actor, event):
        return ()
    query = (
        select(RoundSubmission.submission_id, JudgingRound.id, JudgingRound.kinds)
        .join(JudgingRound, col(JudgingRound.id) == col(RoundSubmission.round_id))
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(JudgingRound.event_id == event.id, RoundJudge.person_id == actor.person)
    )
    rounds: dict[tuple[str, ...], set[int]] = {}
    for submission, _round, kinds in db.exec(query):
        rounds.setdefault(tuple(kinds), set()).add(submission)
    me = {actor.person or 0}
    return {
        one.submission
        for kinds, works in rounds.items()
        for one in conflicts_among(db, event.id, me, works, kinds)
    }  # fmt: skip


def note_declared(
    db: Database, actor: Actor, event: EventWithPhases, *, submission_id: int, person_id: int, reason: str, scored: bool
) -> None:
    """Write down that a judge has a conflict of interest; again after it was dismissed. Part of commands that asked
    their own rule; refuses a reason that is too long."""
    if len(reason.strip()) > LONGEST_REASON:
        raise Invalid({"reason": _("Please write at most %(most)s characters.", most=LONGEST_REASON)})
    of_both = select(DeclaredConflict).where(
        DeclaredConflict.submission_id == submission_id, DeclaredConflict.person_id == person_id
    )
    row = db.exec(of_both).first()
    if row is None:
        row = DeclaredConflict(
            event_id=event.id, submission_id=submission_id, person_id=person_id, declared_at=clock.now()
        )
    elif row.dismissed_at is None:
        return
    row.reason, row.declared_at, row.dismissed_at = reason.strip(), clock.now(), None
    row.declared_by_id = actor.person
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_declared_conflict_submission_id_person_id"):
            return  # the other window was quicker
        raise
    record(
        db, actor, ConflictDeclared(event_id=event.id, submission_id=submission_id, person_id=person_id, scored=scored)
    )


@command(organiser_of_event, when=its_event_not_over)
def dismiss_conflict(db: Database, actor: Actor, subject: RoundInEvent, *, conflict: str) -> None:
    """Find that a declared conflict of interest (public id) is none: what the judge gave counts again."""
    row = db.exec(
        select(DeclaredConflict).where(
            DeclaredConflict.public_id == conflict, DeclaredConflict.event_id == subject.event.id
        )
    ).first()
    if row is None:
        raise NotFound(_("This conflict of interest is not there any more."))
    if row.dismissed_at is not None:
        raise Conflict(_("Somebody else has dismissed this already."))
    row.dismissed_at = clock.now()
    db.add(row)
    record(
        db, actor,
        ConflictDismissed(event_id=row.event_id, submission_id=row.submission_id, person_id=row.person_id),
    )  # fmt: skip


@command(organiser_of_event, when=its_event_not_over)
def note_mentor(db: Database, actor: Actor, subject: TeamInEvent, *, person_id: int) -> None:
    """Write down that somebody mentors a team, once: as a judge they have a conflict of interest with it from now."""
    if db.get(Person, person_id) is None:
        raise NotFound()
    row = TeamMentor(event_id=subject.event.id, team_id=subject.id, person_id=person_id, noted_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_team_mentor_team_id_person_id"):
            return
        raise
    record(db, actor, MentorNoted(event_id=subject.event.id, team_id=subject.id, person_id=person_id))


@dataclass(frozen=True)
class ConflictCard:
    """A conflict of interest, as organisers see it; `public_id` and `reason` where it was declared."""

    person_id: int
    submission_id: int
    kind: Kind
    public_id: str = ""
    reason: str = ""


def conflicts_shown(db: Database, subject: RoundInEvent, known: Iterable[Interest]) -> list[ConflictCard]:
    """The conflicts of interest in a round as its organisers see them; in order of submission and person."""
    rows = db.exec(
        select(DeclaredConflict).where(
            DeclaredConflict.event_id == subject.event.id, col(DeclaredConflict.dismissed_at).is_(None)
        )
    )
    said = {(one.person_id, one.submission_id): one for one in rows}
    found = []
    for one in sorted(known, key=lambda one: (one.submission, one.judge, one.kind)):
        row = said.get((one.judge, one.submission)) if one.kind is Kind.DECLARED else None
        found.append(
            ConflictCard(one.judge, one.submission, one.kind, row.public_id if row else "", row.reason if row else "")
        )
    return found


def team_of_submission(db: Database, event: EventWithPhases, submission_id: int) -> TeamInEvent:
    """The team whose submission this is."""
    team = db.exec(
        select(Team)
        .join(Submission, col(Submission.team_id) == col(Team.id))
        .where(Submission.id == submission_id, Team.event_id == event.id)
    ).first()
    if team is None:
        raise NotFound()
    return TeamInEvent(team, event)
