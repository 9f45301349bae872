"""Proposals as pages show them: their teams with people, figures and reasons, and one's own place."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from events.challenges import Challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.people import Person
from events.proposals.adjustments import in_teams_now, look_at, too_late_for
from events.proposals.drafts import (
    PlaceState,
    ProposalInEvent,
    ProposalState,
    ProposedPlace,
    ProposedState,
    ProposedTeam,
    places_in,
    teams_in,
)
from events.proposals.places import PlaceInEvent
from events.roles import organiser_of_event
from events.seekers import Seeker
from events.team_builder.checks import Broken
from events.team_builder.plan import Aim
from events.team_builder.reasons import TeamWhy
from events.teams import Team, TeamMember, members_of


@dataclass(frozen=True)
class PlaceLine:
    """Somebody in a proposal; `joined` where they are in a team by now, whatever the proposal says, and `gone` where
    they judge or take no part in the event any more."""

    public_id: str
    person_id: int
    name: str
    job_title: str
    zone: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    state: PlaceState
    why_left: str
    joined: bool
    gone: bool


@dataclass(frozen=True)
class TeamLine:
    """A team of a proposal, with who is to be in it, what speaks for it and what is wrong with it."""

    public_id: str
    number: int
    challenge: str
    fills: str
    there: tuple[str, ...]
    locked: bool
    state: ProposedState
    team: str
    places: tuple[PlaceLine, ...]
    why: TeamWhy | None
    faults: tuple[Broken, ...]


@dataclass(frozen=True)
class Figure:
    """How far an aim was reached when the teams were made, by the builder's own bound, and how far it is now."""

    aim: Aim
    value: int
    bound: int
    proven: bool
    now: int


@dataclass(frozen=True)
class ProposalReport:
    """A proposal as its organisers see it."""

    teams: tuple[TeamLine, ...]
    left: tuple[PlaceLine, ...]
    figures: tuple[Figure, ...]
    answers: dict[PlaceState, int]

    @property
    def is_sound(self) -> bool:
        """Whether no team breaks a rule."""
        return not any(team.faults for team in self.teams)


def report_on(db: Database, actor: Actor, subject: ProposalInEvent) -> ProposalReport:
    """A proposal that is made, for organisers of its event; NotFound for others."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    places = places_in(db, subject.id)
    lines = _lines(db, subject, places)
    seated: dict[int | None, list[PlaceLine]] = {}
    for place, _person in places:
        seated.setdefault(place.proposed_team_id, []).append(lines[place.id or 0])
    open_ = subject.proposal.state is ProposalState.DONE
    looked = look_at(db, subject) if open_ else None
    titles = dict(db.exec(select(Challenge.id, Challenge.title).where(Challenge.event_id == subject.event.id)).all())
    proposed = teams_in(db, subject.id)
    rows = _rows_of(db, [team.team_id for team in proposed if team.team_id])
    names = _members(db, list(rows))
    teams = tuple(
        _team_line(
            team, rows.get(team.team_id or 0), names.get(team.team_id or 0, {}), tuple(seated.get(team.id, ())),
            titles.get(team.challenge_id, ""), looked.why.get(team.id or 0) if looked else None,
            tuple(one.what for one in looked.faults.get(team.id or 0, ())) if looked else (),
        )
        for team in proposed
    )  # fmt: skip
    answers: dict[PlaceState, int] = {}
    for place, _person in places:
        if place.proposed_team_id is not None:
            answers[PlaceState(place.state)] = answers.get(PlaceState(place.state), 0) + 1
    figures = tuple(
        Figure(Aim(one["aim"]), one["value"], one["bound"], one["proven"],
               looked.values[Aim(one["aim"])] if looked else one["value"])
        for one in subject.proposal.figures
    )  # fmt: skip
    return ProposalReport(teams, tuple(seated.get(None, ())), figures, answers)


def _lines(db: Database, subject: ProposalInEvent, places: list[tuple[ProposedPlace, Person]]) -> dict[int, PlaceLine]:
    joined = in_teams_now(db, subject)
    gone = too_late_for(db, subject) - joined
    ids = [person.id for _place, person in places]
    query = select(Seeker).where(Seeker.event_id == subject.event.id, col(Seeker.person_id).in_(ids))
    brings = {one.person_id: one for one in db.exec(query)}
    return {
        place.id or 0: PlaceLine(
            place.public_id, place.person_id, person.name or person.email, person.job_title, person.zone,
            tuple(brings[place.person_id].skills) if place.person_id in brings else (),
            tuple(brings[place.person_id].languages if place.person_id in brings else person.languages),
            PlaceState(place.state), place.why_left,
            place.person_id in joined and place.state is not PlaceState.JOINED, place.person_id in gone,
        )
        for place, person in places
    }  # fmt: skip


def _rows_of(db: Database, ids: list[int]) -> dict[int, Team]:
    return {row.id or 0: row for row in db.exec(select(Team).where(col(Team.id).in_(ids)))}


def _members(db: Database, team_ids: list[int]) -> dict[int, dict[int, str]]:
    """The names of the members of several teams by person, those who came first first."""
    query = (
        select(TeamMember.team_id, TeamMember.person_id, Person.name)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(col(TeamMember.team_id).in_(team_ids))
        .order_by(col(TeamMember.joined_at), col(TeamMember.id))
    )
    found: dict[int, dict[int, str]] = {}
    for team_id, person_id, name in db.exec(query):
        found.setdefault(team_id, {})[person_id] = name
    return found


def _team_line(
    team: ProposedTeam, row: Team | None, members: dict[int, str], places: tuple[PlaceLine, ...], title: str,
    why: TeamWhy | None, faults: tuple[Broken, ...],
) -> TeamLine:  # fmt: skip
    placed = {one.person_id for one in places}
    there = tuple(name for person, name in members.items() if person not in placed)
    return TeamLine(
        team.public_id, team.number, title, row.name if row and team.fills else "", there, team.locked,
        ProposedState(team.state), row.public_id if row else "", places, why, faults,
    )  # fmt: skip


@dataclass(frozen=True)
class Companion:
    """Somebody who is to be in the same team, as the others read them."""

    name: str
    job_title: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    zone: str
    is_there: bool


@dataclass(frozen=True)
class OwnPlace:
    """One's own place: with whom, on which challenge, and in which team if that is there already."""

    challenge: str
    challenge_id: str
    team: str
    companions: tuple[Companion, ...]
    accepted: int


def own_place(db: Database, subject: PlaceInEvent) -> OwnPlace:
    """What somebody is asked who may answer for this place."""
    challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
    row = db.get(Team, subject.team.team_id) if subject.team.team_id else None
    members = {one.person_id for one in members_of(db, row.id or 0)} if row is not None else set()
    query = select(ProposedPlace).where(ProposedPlace.proposed_team_id == subject.team.id)
    places = {one.person_id: one for one in db.exec(query)}
    counted = {PlaceState.ASKED, PlaceState.ACCEPTED, PlaceState.JOINED}
    ids = members | {id for id, place in places.items() if place.state in counted}
    rows: Any = db.exec(
        select(Person, Seeker)
        .join(
            Seeker,
            (col(Seeker.person_id) == col(Person.id)) & (col(Seeker.event_id) == subject.event.id),
            isouter=True,
        )
        .where(col(Person.id).in_(ids - {subject.place.person_id}))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    companions = tuple(
        Companion(
            person.name, person.job_title, tuple(seeker.skills) if seeker else (),
            tuple(seeker.languages if seeker else person.languages), person.zone, person.id in members,
        )
        for person, seeker in rows
    )  # fmt: skip
    agreed = {PlaceState.ACCEPTED, PlaceState.JOINED}
    return OwnPlace(
        challenge.title if challenge else "", challenge.public_id if challenge else "",
        row.name if row else "", companions, sum(one.state in agreed for one in places.values()),
    )  # fmt: skip
