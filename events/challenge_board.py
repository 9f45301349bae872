"""An owner's board: the teams that took their challenge, how far they are, and what waits for an answer.

Nothing of other challenges stands on it, and of a team's draft only that there is one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from events.challenge_annex import AnnexConsent, find_annex
from events.challenge_questions import open_questions
from events.challenge_resources import resources_of
from events.challenges import ChallengeInEvent, own_challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.core.refusals import NotAllowed
from events.core.translation import _
from events.handing_in import handed_in_for
from events.organisations import Organisation
from events.people import Person
from events.prizes import Prize
from events.registration import Registration
from events.roles import may_know_whose_it_is, organiser_of_event
from events.submission_fields import fields_for
from events.submissions import Submission, SubmissionState, counting_versions
from events.teams import Team, TeamMember


@dataclass(frozen=True)
class MemberOnBoard:
    """Somebody in a team, with for whom they take part, and whether they agreed to the terms of the annex."""

    name: str
    organisation: str
    agreed: bool


@dataclass(frozen=True)
class TeamOnBoard:
    """A team that took the challenge. `title`, `summary` and `submission` are '' until it has handed in; `meant` is for
    which challenge ('' for none) where that was another, None where it was this one. `left` is a team that has taken
    another challenge since, while what it handed in counts for this one."""

    public_id: str
    name: str
    idea: str
    members: tuple[MemberOnBoard, ...]
    writes: bool
    submission: str
    title: str
    summary: str
    handed_in_at: datetime | None
    late_entry: bool
    meant: str | None
    left: bool = False


@dataclass(frozen=True)
class ChallengeBoard:
    """What the owner of a challenge has before them: a page of its teams, and how many have handed in."""

    teams: Paged[TeamOnBoard]
    handed_in: int
    open_questions: int
    has_annex: bool


sees_board = own_challenge | organiser_of_event
opens_board = sees_board & may_know_whose_it_is


def refuse_others(actor: Actor, subject: ChallengeInEvent) -> None:
    """Refuse what belongs to a challenge's owner to all but them and the organisers."""
    if not sees_board(actor, subject):
        raise NotAllowed(_("This page is for the owner of the challenge."))


def board_of(db: Database, actor: Actor, subject: ChallengeInEvent, *, page: int = 1) -> ChallengeBoard:
    """The board of one challenge, for its owner and the organisers; refuses everybody else, and an owner as long as
    they judge in the event without knowing whose work it is."""
    refuse_others(actor, subject)
    if not opens_board(actor, subject):
        raise NotAllowed(
            _("You judge in this event without knowing whose work it is, so the board of your challenge is closed to "
              "you until that is over.")
        )  # fmt: skip
    annex = find_annex(db, subject.id)
    final = col(Submission.state) == SubmissionState.FINAL
    has_members = select(TeamMember.id).where(TeamMember.team_id == Team.id).exists()
    counts_here = final & (col(Submission.counts_for_id) == subject.id)
    query: Any = (
        select(Team, Submission)
        .join(Submission, col(Submission.team_id) == col(Team.id), isouter=True)
        .where(or_((col(Team.challenge_id) == subject.id) & (has_members | final), counts_here))
        .order_by(col(Team.name), col(Team.id))
    )
    found = paged(db, query, page, tuple)
    members = _members(db, subject, [team.id or 0 for team, _row in found.rows], annex.terms_version if annex else 0)
    finals = [row.id or 0 for _team, row in found.rows if row is not None and row.state is SubmissionState.FINAL]
    versions = counting_versions(db, finals)
    return ChallengeBoard(
        found.made(
            lambda one: _card(
                db, subject, one[0], one[1], members.get(one[0].id or 0, ()), versions.get(one[1].id if one[1] else 0)
            )
        ),
        int(db.exec(select(func.count(col(Submission.id))).where(counts_here)).one()),
        open_questions(db, subject.id),
        annex is not None,
    )


def _card(
    db: Database,
    subject: ChallengeInEvent,
    team: Team,
    row: Submission | None,
    members: tuple[MemberOnBoard, ...],
    version: Any,
) -> TeamOnBoard:
    final, left = row is not None and version is not None, team.challenge_id != subject.id
    return TeamOnBoard(
        team.public_id,
        team.name,
        team.idea,
        members,
        row is not None,
        row.public_id if row is not None and final else "",
        version.content["title"] if final else "",
        version.content["summary"] if final else "",
        row.handed_in_at if row is not None and final else None,
        version.late_entry_id is not None if final else False,
        handed_in_for(db, team, version.content) if final and not left else None,
        left,
    )


def _members(
    db: Database, subject: ChallengeInEvent, teams: list[int], terms_version: int
) -> dict[int, tuple[MemberOnBoard, ...]]:
    agreed = (
        select(AnnexConsent.id)
        .where(
            AnnexConsent.challenge_id == subject.id,
            AnnexConsent.terms_version == terms_version,
            AnnexConsent.team_id == TeamMember.team_id,
            AnnexConsent.person_id == TeamMember.person_id,
        )
        .exists()
    )
    place = (col(Registration.person_id) == col(TeamMember.person_id)) & (
        col(Registration.event_id) == subject.event.id
    )
    query: Any = (
        select(TeamMember.team_id, Person.name, col(Organisation.name))
        .add_columns(agreed)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .join(Registration, place, isouter=True)
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id), isouter=True)
        .where(col(TeamMember.team_id).in_(teams))
        .order_by(col(TeamMember.joined_at), col(TeamMember.id))
    )
    found: dict[int, tuple[MemberOnBoard, ...]] = {}
    for team_id, name, organisation, has_agreed in db.exec(query):
        found[team_id] = (*found.get(team_id, ()), MemberOnBoard(name, organisation or "", bool(has_agreed)))
    return found


@dataclass(frozen=True)
class Filled:
    """Which parts of a challenge have something in them, for the steps by which its owner writes it."""

    resources: bool
    prizes: bool
    fields: bool
    annex: bool


def filled_in(db: Database, subject: ChallengeInEvent) -> Filled:
    """What the owner of a challenge has written so far, besides the brief."""
    prizes = select(func.count()).where(Prize.challenge_id == subject.id)
    fields = [one for one in fields_for(db, subject.event.id, subject.id) if one.challenge_id is not None]
    return Filled(
        bool(resources_of(db, subject.id)),
        bool(subject.challenge.prize) or db.exec(prizes).one() > 0,
        bool(fields),
        find_annex(db, subject.id) is not None,
    )
