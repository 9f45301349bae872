"""Letters about challenges: questions, answers, and who has won."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, select

from events.challenge_questions import ChallengeQuestion, ChallengeQuestionAnswered, ChallengeQuestionAsked
from events.challenges import Challenge
from events.core.database import Database
from events.events import Event
from events.prizes import Prize, PrizeAward, PrizeAwarded, WinnersAnnounced, worth_of
from events.roles import Role, Scope, people_with_role
from events.submissions import Submission
from events.teams import Team, TeamMember
from mailer.letters import Recipient, Values, letter_for, page, recipients


def _answering(db: Database, fact: ChallengeQuestionAsked) -> list[Recipient]:
    """Its owner; where a challenge has none, the organisers."""
    challenge = db.get(Challenge, fact.challenge_id)
    if challenge is not None and challenge.person_id is not None:
        return recipients(db, [challenge.person_id])
    event = db.get_one(Event, fact.event_id)
    of_event = people_with_role(db, Role.ORGANISER, Scope.EVENT, fact.event_id)
    return recipients(db, of_event or people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, event.programme_id))


def _question(db: Database, fact: Any) -> Values | None:
    question, challenge = db.get(ChallengeQuestion, fact.question_id), db.get(Challenge, fact.challenge_id)
    event = db.get(Event, fact.event_id)
    if question is None or question.hidden_at or challenge is None or event is None:
        return None
    return {
        "event": event.name,
        "challenge": challenge.title,
        "question": question.body,
        "answer": question.answer,
        "url": page("challenge", event=event.slug, challenge=challenge.public_id),
    }


@letter_for(ChallengeQuestionAsked, to=_answering)
def challenge_question_asked(db: Database, fact: ChallengeQuestionAsked, to: Recipient) -> Values | None:
    values = _question(db, fact)
    return None if values is None or values["answer"] else values


def _all_alike(db: Database, fact: ChallengeQuestionAnswered) -> list[Recipient]:
    """Everybody in a team that took the challenge, and who asked."""
    teams = select(TeamMember.person_id).join(Team, col(Team.id) == col(TeamMember.team_id))
    people = set(db.exec(teams.where(Team.challenge_id == fact.challenge_id)))
    question = db.get(ChallengeQuestion, fact.question_id)
    return recipients(db, people | ({question.person_id} if question else set()))


@letter_for(ChallengeQuestionAnswered, to=_all_alike)
def challenge_question_answered(db: Database, fact: ChallengeQuestionAnswered, to: Recipient) -> Values | None:
    return _question(db, fact)


def _won(db: Database, *wanted: Any) -> list[tuple[Prize, Submission]]:
    query = (
        select(Prize, Submission)
        .join(PrizeAward, col(PrizeAward.prize_id) == col(Prize.id))
        .join(Submission, col(Submission.id) == col(PrizeAward.submission_id))
        .where(*wanted)
        .order_by(col(Prize.id))
    )
    return list(db.exec(query))


def _members(db: Database, teams: Iterable[int]) -> list[Recipient]:
    query = select(TeamMember.person_id).where(col(TeamMember.team_id).in_(list(teams)))
    return recipients(db, db.exec(query).all())


def _winners(db: Database, fact: WinnersAnnounced) -> list[Recipient]:
    return _members(db, {row.team_id for _prize, row in _won(db, Prize.event_id == fact.event_id)})


def _winner(db: Database, fact: PrizeAwarded) -> list[Recipient]:
    """Nobody before the winners are announced: then they all get theirs."""
    won = _won(db, Prize.id == fact.prize_id, Submission.id == fact.submission_id) if fact.announced else []
    return _members(db, {row.team_id for _prize, row in won})


def _prizes_of(db: Database, event_id: int, person_id: int | None) -> Values | None:
    own = select(TeamMember.team_id).where(TeamMember.person_id == person_id, TeamMember.event_id == event_id)
    won = _won(db, Prize.event_id == event_id, col(Submission.team_id).in_(own))
    event = db.get(Event, event_id)
    if not won or event is None:
        return None
    team = db.get_one(Team, won[0][1].team_id)
    return {
        "event": event.name,
        "team": team.name,
        "prizes": "\n".join(", ".join(filter(None, (one.name, worth_of(one), one.by_whom))) for one, _row in won),
        "url": page("submission", event=event.slug, submission=won[0][1].public_id),
    }


@letter_for(WinnersAnnounced, to=_winners)
def prizes_won(db: Database, fact: WinnersAnnounced, to: Recipient) -> Values | None:
    return _prizes_of(db, fact.event_id, to.person_id)


@letter_for(PrizeAwarded, to=_winner)
def prize_won(db: Database, fact: PrizeAwarded, to: Recipient) -> Values | None:
    return _prizes_of(db, fact.event_id, to.person_id)
