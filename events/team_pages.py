"""Team pages: what a team says of itself, and what follows when it takes another challenge after it has handed in.

What was handed in is never changed by it and goes on to count, with the name of the challenge for which it was handed
in; until the end of submission the team can hand in anew, with answers to what the other challenge asks. After the end
only organisers change a challenge, with a reason that stands on record: that corrects for what it counts
(`events/challenge_switches.py`). Prizes of the challenge that a team leaves do not go with it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.challenge_switches import ChallengeSwitch, note_what_counts
from events.challenges import Challenge, its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, _
from events.deadlines import counts_from, taken_until
from events.late_entries import LONGEST_WHY, SHORTEST_WHY
from events.people import Person
from events.prizes import take_back_prizes_of_challenge
from events.registration import participant_of_event
from events.roles import organiser_of_event
from events.submission_fields import SubmissionField
from events.submission_texts import clean_link
from events.submissions import Submission, SubmissionInEvent, SubmissionState, own_or_organised, see_finals
from events.teams import TeamChanged, TeamInEvent, checked_challenge, checked_name, keep_name, member_of_team


@dataclass(frozen=True)
class ChallengeSwitched(Fact):
    """A team that had handed in took another challenge, or an organiser gave it one after the end."""

    event_id: int
    team_id: int
    switch_id: int


@command(member_of_team | organiser_of_event, when=its_event_not_over)
def change_team(
    db: Database,
    actor: Actor,
    subject: TeamInEvent,
    *,
    name: str,
    challenge: str,
    idea: str,
    looking_for: str,
    room: str = "",
    why: str = "",
) -> ChallengeSwitch | None:
    """Write a team's page anew; the name has to be free, and `room` an https address or ''.

    The challenge can be changed until submission ends, and after that by organisers with a reason of ten characters or
    more. Answers what is on record about another challenge: None where nothing was handed in. Refuses to take a prize
    of its challenge away from a team once the winners are announced.
    """
    team, before = subject.team, subject.team.challenge_id
    link = clean_link(room) if room.strip() else ""
    if link is None:
        raise Invalid({"room": _("Please give the address of your room, starting with https://.")})
    chosen = checked_challenge(db, subject.event.id, challenge)
    closed = challenge_fixed_since(subject) if chosen != before else None
    if closed and not organiser_of_event(actor, subject):
        when = At(closed, "when")
        raise Conflict(
            _("The challenge cannot be changed any more: submission closed on %(when)s. An organiser can.", when=when)
        )
    if closed and not SHORTEST_WHY <= len(why.strip()) <= LONGEST_WHY:
        raise Invalid(
            {"why": _("Submission has closed. Please say in 10 to 500 characters why the challenge changes.")}
        )
    team.name, team.challenge_id = checked_name(name), chosen
    team.idea, team.looking_for, team.room = idea.strip()[:1000], looking_for.strip()[:300], link
    keep_name(db, team)
    record(db, actor, TeamChanged(event_id=subject.event.id, team_id=subject.id))
    return _switched(db, actor, subject, before, why if closed else "") if chosen != before else None


def challenge_fixed_since(subject: TeamInEvent) -> datetime | None:
    """When the time ended in which a team itself can take another challenge; None while it goes on."""
    until = taken_until(subject)
    return until if until is not None and counts_from(clock.now()) >= until else None


def _switched(db: Database, actor: Actor, subject: TeamInEvent, before: int | None, why: str) -> ChallengeSwitch | None:
    found = select(Submission).where(Submission.team_id == subject.id, Submission.state == SubmissionState.FINAL)
    submission = db.exec(found).first()
    if submission is None and not why:
        return None
    lost = 0
    if submission is not None and before:
        lost = take_back_prizes_of_challenge(db, actor, subject.event, submission.id or 0, before)
    row = ChallengeSwitch(
        event_id=subject.event.id, team_id=subject.id, before_id=before, after_id=subject.team.challenge_id,
        handed_in=submission is not None, why=why.strip(), prizes=lost, by_id=actor.person, at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    if submission is not None:
        note_what_counts(db, submission)
    record(db, actor, ChallengeSwitched(event_id=subject.event.id, team_id=subject.id, switch_id=row.id or 0))
    return row


@dataclass(frozen=True)
class SwitchLine:
    """That a team took another challenge, as its page tells it; '' is none."""

    before: str
    after: str
    why: str
    by: str
    at: datetime


def switches_of(db: Database, actor: Actor, subject: TeamInEvent) -> list[SwitchLine]:
    """The changes of challenge that are on record, the latest first, for the team and the organisers; empty for
    others."""
    if not own_or_organised(actor, subject):
        return []
    left, taken = aliased(Challenge), aliased(Challenge)
    query: Any = (
        select(ChallengeSwitch, left.title, taken.title, Person.name)
        .join(left, col(left.id) == col(ChallengeSwitch.before_id), isouter=True)
        .join(taken, col(taken.id) == col(ChallengeSwitch.after_id), isouter=True)
        .join(Person, col(Person.id) == col(ChallengeSwitch.by_id), isouter=True)
        .where(ChallengeSwitch.team_id == subject.id)
        .order_by(col(ChallengeSwitch.id).desc())
        .limit(20)
    )
    return [
        SwitchLine(before or "", after or "", row.why, by or "", row.at) for row, before, after, by in db.exec(query)
    ]


def as_read_by(db: Database, actor: Actor, subject: SubmissionInEvent, says: dict[str, Any]) -> dict[str, Any]:
    """What a version says to this reader: what a challenge asks is answered for its owner, so whoever reads it only as
    the owner of another one, which the team has taken since, does not read those answers."""
    shown_anyway = subject.shown and participant_of_event(actor, subject)
    if own_or_organised(actor, subject) or see_finals(actor, subject) or shown_anyway:
        return says
    of_others = select(SubmissionField.public_id).where(
        SubmissionField.event_id == subject.event.id,
        col(SubmissionField.challenge_id).is_not(None),
        col(SubmissionField.challenge_id).not_in(actor.ids("owner", "challenge")),
    )
    hidden = set(db.exec(of_others))
    return says | {"answers": [one for one in says.get("answers", []) if one["field"] not in hidden]}


def challenges_of_switch(db: Database, row: ChallengeSwitch) -> tuple[Challenge | None, Challenge | None]:
    """The challenge that a team had, and the one that it took."""
    return tuple(db.get(Challenge, one) if one else None for one in (row.before_id, row.after_id))  # type: ignore[return-value]
