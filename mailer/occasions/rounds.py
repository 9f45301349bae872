"""Letters about judging: what somebody has to judge, results, and what judges wrote to a team."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.translation import N_, At, _
from events.events import EventWithPhases, event_by_id
from events.people import Person
from events.roles import Role, Scope, people_with_role
from events.rounds.assigning import JudgeAssigned
from events.rounds.calls import CallFate
from events.rounds.comments import CommentsReleased, comments_in
from events.rounds.conflicts import ConflictDeclared
from events.rounds.guests import (
    GuestJudgeInvited,
    GuestLink,
    LinkState,
    comes_by_link_only,
    issue_guest_token,
    mailed_link,
    state_of,
)
from events.rounds.publishing import PublishedResult, ResultPublished
from events.rounds.rounds import JudgingRound, RoundState, RoundSubmission, Scheme
from events.rounds.standings import works_of
from events.rounds.voters import RoundVoter, VoterInvited, issue_ballot_token, works
from events.submissions import Submission
from events.teams import Team, TeamMember
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _round(db: Database, fact: Any) -> tuple[JudgingRound, EventWithPhases] | None:
    row = db.get(JudgingRound, fact.round_id)
    return (row, event_by_id(db, row.event_id)) if row is not None else None


def _judge(db: Database, fact: JudgeAssigned) -> list[Recipient]:
    return recipients(db, () if comes_by_link_only(db, fact.round_id, fact.person_id) else {fact.person_id})


def _guest(db: Database, fact: JudgeAssigned) -> list[Recipient]:
    return recipients(db, {fact.person_id} if mailed_link(db, fact.round_id, fact.person_id) else ())


@letter_for(JudgeAssigned, to=_judge)
def judge_assigned(db: Database, fact: JudgeAssigned, to: Recipient) -> Values | None:
    return _what_waits(db, fact)


@letter_for(JudgeAssigned, to=_guest, secret=True)
def guest_judge_assigned(db: Database, fact: JudgeAssigned, to: Recipient) -> Values | None:
    said, link = _what_waits(db, fact), mailed_link(db, fact.round_id, fact.person_id)
    return said | _by_link(db, link) if said is not None and link is not None else None


def _by_link(db: Database, link: GuestLink) -> Values:
    url = page("guest_link", token=issue_guest_token(db, link))
    return {"url": url, "good_until": At(link.expires_at, "when"), "devices": link.most_devices}


def _invited(db: Database, fact: GuestJudgeInvited) -> list[Recipient]:
    return recipients(db, {fact.person_id} if fact.mailed else ())


@letter_for(GuestJudgeInvited, to=_invited, secret=True)
def guest_judge_invited(db: Database, fact: GuestJudgeInvited, to: Recipient) -> Values | None:
    found, link = _round(db, fact), db.get(GuestLink, fact.link_id)
    if found is None or link is None or state_of(link) is not LinkState.WORKS:
        return None
    row, event = found
    phase = event.phase(row.phase) if row.phase else None
    by = db.get(Person, to.doer) if to.doer else None
    return {
        "event": event.event.name,
        "round": row.name,
        "about": row.about,
        "by": by.name if by else "",
        "again": fact.again,
        "since": At(phase.starts_at, "when") if phase else "",
        "until": At(phase.ends_at, "when") if phase else "",
        **_by_link(db, link),
    }


def _voter(db: Database, fact: VoterInvited) -> list[Recipient]:
    return recipients(db, {fact.person_id})


@letter_for(VoterInvited, to=_voter, secret=True)
def voter_invited(db: Database, fact: VoterInvited, to: Recipient) -> Values | None:
    found, voter = _round(db, fact), db.get(RoundVoter, fact.voter_id)
    if found is None or voter is None or not works(voter):
        return None
    row, event = found
    phase = event.phase(row.phase) if row.phase else None
    return {
        "event": event.event.name,
        "round": row.name,
        "about": row.about,
        "since": At(phase.starts_at, "when") if phase else "",
        "until": At(phase.ends_at, "when") if phase else "",
        "good_until": At(voter.expires_at, "when"),
        "url": page("ballot_by_link", token=issue_ballot_token(db, voter)),
    }


def _what_waits(db: Database, fact: JudgeAssigned) -> Values | None:
    found = _round(db, fact)
    if found is None or found[0].state is not RoundState.OPEN:
        return None
    row, event = found
    phase = event.phase(row.phase) if row.phase else None
    if fact.count:
        what = N_("%(count)s submission waits for you.", "%(count)s submissions wait for you.", fact.count)
    elif row.scheme is Scheme.PAIRWISE:
        what = _("You see two submissions at a time and say which is better, as long as you have time.")
    else:
        what = _("Submissions wait for you.")
    return {
        "event": event.event.name,
        "round": row.name,
        "what": what,
        "about": row.about,
        "since": At(phase.starts_at, "when") if phase else "",
        "until": At(phase.ends_at, "when") if phase else "",
        "url": page("my_judging", event=event.event.slug, round=row.public_id),
    }


def _teams_in(db: Database, fact: ResultPublished) -> list[Recipient]:
    query = (
        select(TeamMember.person_id)
        .join(Submission, col(Submission.team_id) == col(TeamMember.team_id))
        .join(RoundSubmission, col(RoundSubmission.submission_id) == col(Submission.id))
        .where(RoundSubmission.round_id == fact.round_id, col(RoundSubmission.taken_out_at).is_(None))
    )
    row = db.get(JudgingRound, fact.round_id)
    if row is not None and row.scheme is Scheme.CALL:  # each team is told what became of it, or that nothing changed
        if fact.version == 1:
            return []
        told = select(CallFate.submission_id).where(CallFate.result_id == fact.result_id)
        query = query.where(col(Submission.id).not_in(told))
    return recipients(db, db.exec(query).all())


@letter_for(ResultPublished, to=_teams_in)
def result_published(db: Database, fact: ResultPublished, to: Recipient) -> Values | None:
    found, result = _round(db, fact), db.get(PublishedResult, fact.result_id)
    if found is None or result is None or found[0].shown_version != fact.version:
        return None  # a later version says more
    row, event = found
    return {
        "event": event.event.name,
        "round": row.name,
        "reason": result.reason if fact.version > 1 else "",
        "url": page("published_result", event=event.event.slug, round=row.public_id),
    }


def _teams_with_comments(db: Database, fact: CommentsReleased) -> list[Recipient]:
    row = db.get(JudgingRound, fact.round_id)
    if row is None or row.comments_released_at is None:
        return []
    numbers = {one.submission for one in comments_in(db, row, until=row.comments_released_at)}
    teams = {one.team.id for one in works_of(db, row.id).values() if one.number in numbers}
    query = select(TeamMember.person_id).where(col(TeamMember.team_id).in_(teams))
    return recipients(db, db.exec(query).all())


@letter_for(CommentsReleased, to=_teams_with_comments)
def comments_released(db: Database, fact: CommentsReleased, to: Recipient) -> Values | None:
    found = _round(db, fact)
    if found is None:
        return None
    row, event = found
    return {
        "event": event.event.name,
        "round": row.name,
        "url": page("team_comments", event=event.event.slug, round=row.public_id),
    }


def _organisers_concerned(db: Database, fact: ConflictDeclared) -> list[Recipient]:
    if not fact.scored:
        return []
    event = event_by_id(db, fact.event_id)
    there = people_with_role(db, Role.ORGANISER, Scope.EVENT, fact.event_id)
    return recipients(db, {*there, *people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, event.programme_id)})


@letter_for(ConflictDeclared, to=_organisers_concerned)
def conflict_declared(db: Database, fact: ConflictDeclared, to: Recipient) -> Values | None:
    event = event_by_id(db, fact.event_id)
    team = db.exec(
        select(Team)
        .join(Submission, col(Submission.team_id) == col(Team.id))
        .where(Submission.id == fact.submission_id)
    ).first()
    return {
        "event": event.event.name,
        "team": team.name if team else "",
        "url": page("judging", event=event.event.slug),
    }
