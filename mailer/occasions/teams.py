"""Letters about teams and what they hand in."""

from typing import Any

from sqlmodel import select

from events.core.database import Database
from events.core.translation import _
from events.events import Event
from events.joining import issue_invitation_token
from events.people import Person, find_person
from events.submissions import LateVersionAdmitted, LateVersionKept, Submission, SubmissionHandedIn, SubmissionVersion
from events.teams import Team, TeamInvitation, TeamInvitationSent, TeamMember
from mailer.letters import Recipient, Values, letter_for, page, recipient, recipients


def _invited(db: Database, fact: TeamInvitationSent) -> list[Recipient]:
    invitation = db.get(TeamInvitation, fact.invitation_id)
    if invitation is None or invitation.answered_at:
        return []
    person = find_person(db, invitation.email)
    inviter = db.get(Person, invitation.invited_by_id)
    if person is not None:
        return [recipient(person)]
    locale, zone = (inviter.locale, inviter.zone) if inviter else ("en", "UTC")
    return [Recipient(invitation.email, None, "", locale, zone)]


@letter_for(TeamInvitationSent, to=_invited, secret=True)
def team_invitation(db: Database, fact: TeamInvitationSent, to: Recipient) -> Values | None:
    invitation, team = db.get(TeamInvitation, fact.invitation_id), db.get(Team, fact.team_id)
    event = db.get(Event, fact.event_id)
    if invitation is None or invitation.answered_at or team is None or event is None:
        return None
    inviter = db.get(Person, invitation.invited_by_id)
    return {
        "event": event.name,
        "team": team.name,
        "inviter": inviter.name if inviter and inviter.name else _("Somebody"),
        "url": page("team_invitation", token=issue_invitation_token(db, fact)),
    }


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
        "url": page("submission", event=event.slug, submission=submission.public_id),
    }


@letter_for(SubmissionHandedIn, to=_team_of)
def submission_receipt(db: Database, fact: SubmissionHandedIn, to: Recipient) -> Values | None:
    return _receipt(db, fact)


@letter_for(LateVersionKept, to=_team_of)
def late_version_kept(db: Database, fact: LateVersionKept, to: Recipient) -> Values | None:
    return _receipt(db, fact)


@letter_for(LateVersionAdmitted, to=_team_of)
def late_version_admitted(db: Database, fact: LateVersionAdmitted, to: Recipient) -> Values | None:
    return _receipt(db, fact)
