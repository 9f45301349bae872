"""Letters about teams."""

from events.core.database import Database
from events.events import Event
from events.joining import issue_invitation_token
from events.people import Person, find_person
from events.teams import Team, TeamInvitation, TeamInvitationSent
from mailer.letters import Recipient, Values, letter_for, name_of, page, recipient


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
        "inviter": name_of(inviter),
        "url": page("team_invitation", token=issue_invitation_token(db, fact)),
    }
