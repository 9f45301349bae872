"""Letters about calls: what somebody has to screen, whether a submission is eligible, and what became of it."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.translation import N_, At
from events.deadlines import SECOND_STAGE, in_stages, kind_of_stage
from events.events import event_by_id
from events.judging.calls import Fate
from events.rounds.calls import CallDecided, fate_told
from events.rounds.publishing import PublishedResult
from events.rounds.redress import VERDICT_NAMES, RedressAsked, RedressDecided, RedressRequest, redress_until
from events.rounds.rounds import JudgingRound
from events.screening.assigning import ScreenerAssigned
from events.screening.decisions import EligibilityReleased
from events.screening.rows import ScreeningWork
from events.screening.screenings import Screening, ScreeningState
from events.submissions import Submission
from events.teams import Team, TeamMember
from mailer.letters import Recipient, Values, letter_for, page, recipients
from mailer.occasions.peer_reviews import organisers_of


def _screener(db: Database, fact: ScreenerAssigned) -> list[Recipient]:
    return recipients(db, {fact.person_id})


@letter_for(ScreenerAssigned, to=_screener)
def screener_assigned(db: Database, fact: ScreenerAssigned, to: Recipient) -> Values | None:
    row = db.get(Screening, fact.screening_id)
    if row is None or row.state is not ScreeningState.OPEN:
        return None
    event = event_by_id(db, fact.event_id)
    return {
        "event": event.event.name,
        "what": N_("%(count)s submission waits for you.", "%(count)s submissions wait for you.", fact.count),
        "about": row.about,
        "url": page("my_screening", event=event.event.slug),
    }


def _team_of(db: Database, fact: Any) -> list[Recipient]:
    query = (
        select(TeamMember.person_id)
        .join(Submission, col(Submission.team_id) == col(TeamMember.team_id))
        .where(Submission.id == fact.submission_id)
    )
    return recipients(db, db.exec(query).all())


def _title(db: Database, submission_id: int) -> str:
    submission = db.get_one(Submission, submission_id)
    return submission.title or db.get_one(Team, submission.team_id).name


@letter_for(EligibilityReleased, to=_team_of)
def eligibility_released(db: Database, fact: EligibilityReleased, to: Recipient) -> Values | None:
    work = db.get(ScreeningWork, fact.work_id)
    if work is None or work.told_eligible is not fact.eligible:
        return None  # it was decided otherwise meanwhile, and told
    event, submission = event_by_id(db, fact.event_id), db.get_one(Submission, fact.submission_id)
    return {
        "event": event.event.name,
        "title": _title(db, fact.submission_id),
        "eligible": fact.eligible,
        "reason": work.told_reason,
        "url": page("submission", event=event.event.slug, submission=submission.public_id),
    }


@letter_for(CallDecided, to=_team_of)
def call_decided(db: Database, fact: CallDecided, to: Recipient) -> Values | None:
    told, row = fate_told(db, fact.round_id, fact.submission_id), db.get(JudgingRound, fact.round_id)
    result = db.get(PublishedResult, fact.result_id)
    if told is None or row is None or result is None or told.fate.value != fact.fate:
        return None  # a later version says something else
    event = event_by_id(db, fact.event_id)
    next_phase = event.phase(kind_of_stage(event, SECOND_STAGE)) if in_stages(event) else None
    invited = told.fate is Fate.INVITED and next_phase is not None
    return {
        "event": event.event.name,
        "round": row.name,
        "title": _title(db, fact.submission_id),
        "fate": fact.fate,
        "opens": At(next_phase.starts_at, "when") if invited and next_phase else "",
        "until": At(next_phase.ends_at, "when") if invited and next_phase else "",
        "reason": result.reason if result.version > 1 else "",
        "redress": At(until, "when") if (until := redress_until(row, told, event.zone)) else "",
        "url": page("call_result", event=event.event.slug, round=row.public_id),
    }


def _organisers(db: Database, fact: RedressAsked) -> list[Recipient]:
    return recipients(db, organisers_of(db, fact.event_id))


def _redress(db: Database, fact: Any) -> Values | None:
    request, row = db.get(RedressRequest, fact.redress_id), db.get(JudgingRound, fact.round_id)
    if request is None or row is None or request.withdrawn_at is not None:
        return None
    event = event_by_id(db, fact.event_id)
    return {
        "event": event.event.name,
        "round": row.name,
        "title": _title(db, fact.submission_id),
        "reason": request.reason,
        "url": page("call_result", event=event.event.slug, round=row.public_id),
    }


@letter_for(RedressAsked, to=_organisers)
def redress_asked(db: Database, fact: RedressAsked, to: Recipient) -> Values | None:
    said, request = _redress(db, fact), db.get(RedressRequest, fact.redress_id)
    if said is None or request is None or request.verdict is not None:
        return None
    event, row = event_by_id(db, fact.event_id), db.get_one(JudgingRound, fact.round_id)
    return said | {
        "url": page("redress_request", event=event.event.slug, round=row.public_id, redress=request.public_id)
    }  # fmt: skip


@letter_for(RedressAsked, to=_team_of)
def redress_received(db: Database, fact: RedressAsked, to: Recipient) -> Values | None:
    return _redress(db, fact)


@letter_for(RedressDecided, to=_team_of)
def redress_decided(db: Database, fact: RedressDecided, to: Recipient) -> Values | None:
    said, request = _redress(db, fact), db.get(RedressRequest, fact.redress_id)
    if said is None or request is None or request.verdict is None:
        return None
    return said | {"verdict": VERDICT_NAMES[request.verdict], "decision": request.decision}
