"""Letters about what teams hand in: receipts, late versions, late entries."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.challenge_switches import ChallengeSwitch
from events.core.database import Database
from events.deadlines import kind_of_stage, taken_until
from events.events import Event, event_by_id
from events.gallery import GalleryOpened
from events.late_entries import LateEntry, LateEntryGiven, LateEntryTakenBack
from events.submissions import (
    LateVersionAdmitted,
    LateVersionKept,
    Submission,
    SubmissionHandedIn,
    SubmissionState,
    SubmissionVersion,
)
from events.team_pages import ChallengeSwitched, challenges_of_switch
from events.teams import Team, TeamInEvent, TeamMember
from mailer.letters import Recipient, Values, letter_for, page, recipients
from mailer.occasions.peer_reviews import organisers_of


def members_of(db: Database, submission_id: int) -> list[Recipient]:
    """The people whose team a submission is."""
    query = select(TeamMember.person_id).where(TeamMember.team_id == Submission.team_id, Submission.id == submission_id)
    return recipients(db, db.exec(query).all())


def _team_of(db: Database, fact: Any) -> list[Recipient]:
    return members_of(db, fact.submission_id)


def _receipt(db: Database, fact: Any) -> Values | None:
    version, submission = db.get(SubmissionVersion, fact.version_id), db.get(Submission, fact.submission_id)
    event = db.get(Event, fact.event_id)
    if version is None or submission is None or event is None:
        return None
    team = db.get(Team, submission.team_id)
    name = team.name if team else ""
    return {
        "event": event.name,
        "team": name,
        "title": str(version.content.get("title", "")) or name,
        "number": version.number,
        "sha256": version.sha256,
        "kept_at": version.kept_at,
        "sent_at": _sent_at(db, fact.event_id, version),
        "files": len(version.content.get("files", [])),
        "url": page("submission", event=event.slug, submission=submission.public_id),
    }


def _sent_at(db: Database, event_id: int, version: SubmissionVersion) -> datetime | str:
    """When it was sent, where it arrived after the end and that decides; '' else."""
    event = event_by_id(db, event_id)
    phase = event.phase(kind_of_stage(event, version.stage))
    after = phase is not None and version.sent_at is not None and version.kept_at >= phase.ends_at
    return version.sent_at if after and version.sent_at else ""


@letter_for(SubmissionHandedIn, to=_team_of)
def submission_receipt(db: Database, fact: SubmissionHandedIn, to: Recipient) -> Values | None:
    return _receipt(db, fact)


@letter_for(LateVersionKept, to=_team_of)
def late_version_kept(db: Database, fact: LateVersionKept, to: Recipient) -> Values | None:
    return _receipt(db, fact)


@letter_for(LateVersionAdmitted, to=_team_of)
def late_version_admitted(db: Database, fact: LateVersionAdmitted, to: Recipient) -> Values | None:
    return _receipt(db, fact)


def _team_let_in(db: Database, fact: Any) -> list[Recipient]:
    query = select(TeamMember.person_id).where(TeamMember.team_id == fact.team_id)
    return recipients(db, db.exec(query).all())


def _late_entry(db: Database, fact: Any, where: str) -> Values | None:
    entry, team, event = db.get(LateEntry, fact.late_entry_id), db.get(Team, fact.team_id), db.get(Event, fact.event_id)
    if entry is None or team is None or event is None:
        return None
    return {
        "event": event.name,
        "team": team.name,
        "until": entry.until,
        "why": entry.why,
        "url": page(where, event=event.slug, team=team.public_id),
    }


@letter_for(LateEntryGiven, to=_team_let_in)
def late_entry_given(db: Database, fact: LateEntryGiven, to: Recipient) -> Values | None:
    entry = db.get(LateEntry, fact.late_entry_id)
    return None if entry is None or entry.ended_at else _late_entry(db, fact, "edit_submission")


@letter_for(LateEntryTakenBack, to=_team_let_in)
def late_entry_taken_back(db: Database, fact: LateEntryTakenBack, to: Recipient) -> Values | None:
    return _late_entry(db, fact, "team")


def _switching(db: Database, fact: ChallengeSwitched) -> list[Recipient]:
    """The team and the owners of both challenges; the organisers where prizes were taken back."""
    row = db.get_one(ChallengeSwitch, fact.switch_id)
    people = set(db.exec(select(TeamMember.person_id).where(TeamMember.team_id == fact.team_id)))
    people |= {one.person_id for one in challenges_of_switch(db, row) if one and one.person_id}
    return recipients(db, people | (organisers_of(db, fact.event_id) if row.prizes else set()))


@letter_for(ChallengeSwitched, to=_switching)
def challenge_switched(db: Database, fact: ChallengeSwitched, to: Recipient) -> Values | None:
    row, team, event = db.get(ChallengeSwitch, fact.switch_id), db.get(Team, fact.team_id), db.get(Event, fact.event_id)
    if row is None or team is None or event is None or to.person_id == to.doer:
        return None
    before, after = challenges_of_switch(db, row)
    mine = (TeamMember.team_id == fact.team_id, TeamMember.person_id == to.person_id)
    inside = db.exec(select(TeamMember.id).where(*mine)).first() is not None
    owned = next((one for one in (after, before) if one and to.person_id and one.person_id == to.person_id), None)
    return {
        "event": event.name,
        "team": team.name,
        "before": before.title if before else "",
        "after": after.title if after else "",
        "inside": inside,
        "handed_in": row.handed_in,
        "until": taken_until(TeamInEvent(team, event_by_id(db, fact.event_id))) if not row.why else None,
        "why": row.why,
        "prizes": row.prizes if not inside and owned is None else 0,
        "owns": owned is not None and not inside,
        "url": page("challenge_board", event=event.slug, challenge=owned.public_id) if owned and not inside
        else page("team", event=event.slug, team=team.public_id),
    }  # fmt: skip


def _who_handed_in(db: Database, fact: GalleryOpened) -> list[Recipient]:
    query = (
        select(TeamMember.person_id)
        .join(Submission, col(Submission.team_id) == col(TeamMember.team_id))
        .where(Submission.event_id == fact.event_id, Submission.state == SubmissionState.FINAL)
    )
    return recipients(db, db.exec(query).all())


@letter_for(GalleryOpened, to=_who_handed_in)
def gallery_opened(db: Database, fact: GalleryOpened, to: Recipient) -> Values | None:
    own = select(TeamMember.team_id).where(TeamMember.person_id == to.person_id, TeamMember.event_id == fact.event_id)
    row = db.exec(select(Submission).where(col(Submission.team_id).in_(own))).first()
    event = db.get(Event, fact.event_id)
    if row is None or event is None or event.gallery_opened_at is None:
        return None
    return {
        "event": event.name,
        "agreed": row.gallery_agreed_at is not None,
        "url": page("submission", event=event.slug, submission=row.public_id),
    }
