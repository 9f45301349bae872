"""For which challenge a submission counts: for judges, in results and for prizes alike.

It is the one for which it was handed in, also where its team has taken another one since and not handed in anew; once
submission has ended, what an organiser corrected, with a reason, is what counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, SQLModel, col, select

from events.challenges import Challenge
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.late_entries import LONGEST_WHY
from events.submission_search import make_findable
from events.submissions import Submission, SubmissionVersion, counting_versions
from events.teams import Team


class ChallengeSwitch(SQLModel, table=True):
    """That a team which had handed in took another challenge, or that an organiser gave it one after the end, and why.
    `why` is '' where the team could still hand in anew. `prizes` is how many prizes of the challenge before were taken
    back."""

    __tablename__ = "challenge_switch"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True, ondelete="SET NULL")
    before_id: int | None = Field(default=None, foreign_key="challenge.id")
    after_id: int | None = Field(default=None, foreign_key="challenge.id")
    handed_in: bool = False
    why: str = Field(default="", max_length=LONGEST_WHY)
    prizes: int = 0
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = moment()


personal_data(ChallengeSwitch, "by_id", "who gave a team another challenge", "detach")


@dataclass(frozen=True)
class CountsFor:
    """A challenge for which a submission counts; None and '' are none."""

    id: int | None = None
    public_id: str = ""
    title: str = ""


def challenges_that_count(db: Database, versions: Mapping[int, SubmissionVersion]) -> dict[int, CountsFor]:
    """For which challenge each of these submissions counts, by its id, given what counts of each.

    A version from before challenges were noted in it is taken for the one that its team has now.
    """
    if not versions:
        return {}
    of_team = select(Submission.id, Team.id, Team.challenge_id).join(Team, col(Team.id) == col(Submission.team_id))
    teams = {one or 0: (team or 0, now) for one, team, now in db.exec(of_team.where(col(Submission.id).in_(versions)))}
    corrected = _corrections(db, {team for team, _now in teams.values()})
    by_id: dict[int, int | None] = {}
    by_name: dict[int, str] = {}
    for submission, version in versions.items():
        team, now = teams[submission]
        correction = corrected.get(team)
        if correction is not None and correction.at >= version.kept_at:
            by_id[submission] = correction.after_id
        elif "challenge_id" in version.content:
            by_name[submission] = str(version.content["challenge_id"])
        else:
            by_id[submission] = now
    ids, names = {one for one in by_id.values() if one}, set(by_name.values())
    asked = select(Challenge).where(or_(col(Challenge.id).in_(ids), col(Challenge.public_id).in_(names)))
    found: dict[int | str | None, CountsFor] = {}
    for row in db.exec(asked):
        found[row.id] = found[row.public_id] = CountsFor(row.id, row.public_id, row.title)
    return {one: found.get(its, CountsFor()) for one, its in {**by_id, **by_name}.items()}


def note_what_counts(db: Database, row: Submission) -> None:
    """Keep on a submission for which challenge it counts, and let it be found by what counts and that challenge's name;
    part of each command that may change either. Nothing changes where nothing counts."""
    # Whoever hands in, admits or corrects meanwhile is waited for, so that the last of them sees what all have done.
    db.refresh(row, ["counts_for_id"], with_for_update={"key_share": True})
    version = counting_versions(db, [row.id or 0]).get(row.id or 0)
    if version is None:
        return
    its = challenges_that_count(db, {row.id or 0: version})[row.id or 0]
    row.counts_for_id = its.id
    make_findable(db, row, version.content | {"challenge": its.title})


def _corrections(db: Database, teams: set[int]) -> dict[int, ChallengeSwitch]:
    """The last challenge that an organiser gave each of these teams after the end of submission."""
    query = select(ChallengeSwitch).where(col(ChallengeSwitch.team_id).in_(teams), ChallengeSwitch.why != "")
    return {one.team_id or 0: one for one in db.exec(query.order_by(col(ChallengeSwitch.id)))}
