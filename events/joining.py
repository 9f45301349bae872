"""Joining and leaving a team: invitations by mail, their answers, and what becomes of a team that people leave."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database
from events.core.hooks import on_withdrawn
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.tokens import Token, find_token, issue, spend
from events.core.translation import At, _
from events.events import EventWithPhases, event_by_id, not_over
from events.people import Person, clean_email
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import Registration
from events.team_rules import last_joining, refuse_locked
from events.teams import (
    LEAVINGS,
    LeadHandedOver,
    Team,
    TeamInEvent,
    TeamInvitation,
    TeamInvitationSent,
    TeamJoined,
    TeamLeft,
    TeamMember,
    add_member,
    leader_of_team,
    member_of_team,
    members_of,
    participant_who_does_not_judge,
    size_of,
    team_forming_open,
)

PURPOSE = "team invitation"
LASTS = timedelta(days=14)
PAUSE = timedelta(minutes=10)
MOST_INVITATIONS = 20


@dataclass(frozen=True)
class TeamInvitationDeclined(Fact):
    """Somebody does not want to join a team."""

    event_id: int
    team_id: int
    invitation_id: int


@dataclass(frozen=True)
class TeamInvitationTakenBack(Fact):
    """A team took an invitation back before it was answered."""

    event_id: int
    team_id: int
    invitation_id: int


class InvitationNotValid(Conflict):
    """An invitation that was answered, taken back, is too old, or never was."""

    def __init__(self) -> None:
        super().__init__(_("This invitation was used already, taken back or is too old. Ask the team for a new one."))


class TeamFull(Conflict):
    """A team has as many members as the event allows."""

    def __init__(self, most: int) -> None:
        super().__init__(_("This team is full: a team has at most %(most)s members here.", most=most))


@dataclass(frozen=True)
class InvitationSeen:
    """An invitation in the hands of whoever shows its token, or of the person whose address it was sent to."""

    invitation: TeamInvitation
    team: Team
    event: EventWithPhases
    invited_by: str
    token: Token | None = None
    person_id: int | None = None

    @property
    def id(self) -> int:
        """The invitation's id."""
        assert self.invitation.id is not None
        return self.invitation.id


@rule
def invited(actor: Actor, subject: InvitationSeen) -> bool:
    return subject.token is not None or (actor.person is not None and actor.person == subject.person_id)


def joining_open(subject: Any, now: datetime) -> None:
    """Refuse new members before team forming, and after building or the lock date: until then the next day needs
    whoever the team still lacks."""
    teams_take_people(subject.event, now)


def teams_take_people(event: EventWithPhases, now: datetime) -> None:
    """The same, asked of an event."""
    forming, last = event.phase(PhaseKind.TEAM_FORMING), last_joining(event)
    if forming is None or last is None or now < forming.starts_at:
        team_forming_open(event, now)
        return
    refuse_locked(event, now)
    if now >= last:
        raise PhaseNotOpen(_("Teams have been fixed since %(when)s.", when=At(last, "when")))
    not_over(event, now)


def leaving_open(subject: TeamInEvent, now: datetime) -> None:
    """Refuse to leave after the lock date, and when the event is over."""
    its_event_not_over(subject, now)
    refuse_locked(subject.event, now)


def lock_team(db: Database, team_id: int) -> None:
    """Let nobody else change who is in this team until our transaction ends; refused when the team is gone.

    Locks the row on PostgreSQL, so that two people cannot both see the last place; SQLite has one writer.
    """
    if db.exec(select(Team.id).where(Team.id == team_id).with_for_update()).first() is None:
        raise NotFound(_("This team is not there any more."))


@command(member_of_team, when=joining_open)
def invite_to_team(db: Database, actor: Actor, subject: TeamInEvent, *, email: str) -> TeamInvitation:
    """Ask an address into the team, whether or not we know it; the letter's writer issues the token.

    Asking again sends the letter again, at most every ten minutes. Refuses an address in the team, one that declined,
    a full team, and more than twenty invitations.
    """
    return send_invitation(db, actor, subject, clean_email(email))


def send_invitation(
    db: Database, actor: Actor, subject: TeamInEvent, address: str, *, invited: int | None = None
) -> TeamInvitation:
    """Ask a clean address into the team, perhaps as somebody whose address the team does not know; part of commands.

    Refuses what `invite_to_team` refuses.
    """
    assert actor.person is not None
    lock_team(db, subject.id)
    _refuse_members(db, subject, address)
    refuse_full(db, subject)
    before = db.exec(
        select(TeamInvitation).where(TeamInvitation.team_id == subject.id, TeamInvitation.email == address)
    ).first()
    if before is not None and before.accepted is False:
        raise Invalid({"email": _("This invitation was declined. They can still accept it if they change their mind.")})
    if before is not None and before.accepted is None and before.invited_at > clock.now() - PAUSE:
        return before
    row = before or TeamInvitation(team_id=subject.id, email=address, invited_by_id=actor.person, invited_id=invited)
    if before is None and len(invitations_of(db, subject)) >= MOST_INVITATIONS:
        raise Conflict(_("A team can invite twenty people. Take an invitation back first."))
    row.invited_by_id, row.invited_at, row.accepted, row.answered_at = actor.person, clock.now(), None, None
    db.add(row)
    db.flush()
    record(db, actor, TeamInvitationSent(event_id=subject.event.id, team_id=subject.id, invitation_id=row.id or 0))
    return row


def _refuse_members(db: Database, subject: TeamInEvent, address: str) -> None:
    inside = (
        select(Person.id)
        .join(TeamMember, col(TeamMember.person_id) == col(Person.id))
        .where(TeamMember.team_id == subject.id, Person.email == address)
    )
    if db.exec(inside).first() is not None:
        raise Invalid({"email": _("Whoever has this address is in the team already.")})


def refuse_full(db: Database, subject: TeamInEvent) -> int:
    """How many are in a team that has a place left; refuses with TeamFull. Lock the team first."""
    here = size_of(db, subject.id)
    if here >= subject.event.event.team_size_max:
        raise TeamFull(subject.event.event.team_size_max)
    return here


@command(member_of_team, when=its_event_not_over)
def take_back_invitation(db: Database, actor: Actor, subject: TeamInEvent, *, invitation: str) -> None:
    """Take an unanswered invitation (public id) back: its letters are worth nothing from now on."""
    gone = db.exec(
        select(TeamInvitation.id).where(
            TeamInvitation.public_id == invitation,
            TeamInvitation.team_id == subject.id,
            or_(col(TeamInvitation.accepted).is_(None), col(TeamInvitation.accepted).is_(False)),
        )
    ).first()
    if gone is None:
        raise Conflict(_("This invitation is not open any more."))
    db.execute(delete(TeamInvitation).where(col(TeamInvitation.id) == gone))
    record(db, actor, TeamInvitationTakenBack(event_id=subject.event.id, team_id=subject.id, invitation_id=gone))


def issue_invitation_token(db: Database, fact: TeamInvitationSent) -> str:
    """The token for the letter that brings an invitation; it lasts fourteen days and is spent by accepting."""
    return issue(db, PURPOSE, fact.invitation_id, lasts=LASTS)


def look_at_invitation(db: Database, plain: str) -> InvitationSeen:
    """What a mailed invitation is worth, without spending it: what scanners do. Refuses a used or old one."""
    token = find_token(db, PURPOSE, plain)
    found = _invitations().where(TeamInvitation.id == token.subject_id) if token else None
    row = db.exec(found).first() if found is not None else None
    if row is None:
        raise InvitationNotValid
    return _seen(db, row, token)


def get_invitation(db: Database, actor: Actor, public: str) -> InvitationSeen:
    """An unaccepted invitation for the signed-in person whose address it was sent to; NotFound for others."""
    row = db.exec(_invitations().where(TeamInvitation.public_id == public)).first()
    if row is None or not invited(actor, found := _seen(db, row, None)):
        raise NotFound()
    return found


def _invitations() -> Any:
    inviter = aliased(Person)
    return (
        select(TeamInvitation, Team, col(Person.id), col(inviter.name))
        .join(inviter, col(inviter.id) == col(TeamInvitation.invited_by_id))
        .join(Team, col(Team.id) == col(TeamInvitation.team_id))
        .join(Person, col(Person.email) == col(TeamInvitation.email), isouter=True)
        .where(or_(col(TeamInvitation.accepted).is_(None), col(TeamInvitation.accepted).is_(False)))
    )


def _seen(db: Database, row: Any, token: Token | None) -> InvitationSeen:
    invitation, team, person_id, inviter = row
    return InvitationSeen(invitation, team, event_by_id(db, team.event_id), inviter or "", token, person_id)


def invitations_for(db: Database, actor: Actor, event: EventWithPhases) -> list[InvitationSeen]:
    """The unaccepted invitations of this event to the actor's own address, newest first."""
    query = _invitations().where(Team.event_id == event.id, Person.id == actor.person)
    rows = db.exec(query.order_by(col(TeamInvitation.invited_at).desc(), col(TeamInvitation.id)))
    return [
        InvitationSeen(invitation, team, event, inviter or "", None, person_id)
        for invitation, team, person_id, inviter in rows
    ]


@command(member_of_team, when=joining_open)
def send_invitation_again(db: Database, actor: Actor, subject: TeamInEvent, *, invitation: str) -> None:
    """Send the letter of an unanswered invitation (public id) once more, at most every ten minutes."""
    row = next((one for one in invitations_of(db, subject) if one.public_id == invitation), None)
    if row is None or row.accepted is False:
        raise Conflict(_("This invitation is not open any more."))
    send_invitation(db, actor, subject, row.email)


def invitations_of(db: Database, subject: TeamInEvent) -> list[TeamInvitation]:
    """A team's invitations that nobody has accepted, in order of sending."""
    query = select(TeamInvitation).where(
        TeamInvitation.team_id == subject.id,
        or_(col(TeamInvitation.accepted).is_(None), col(TeamInvitation.accepted).is_(False)),
    )
    return list(db.exec(query.order_by(col(TeamInvitation.invited_at), col(TeamInvitation.id))))


@command(invited & participant_who_does_not_judge, when=joining_open)
def accept_invitation(db: Database, actor: Actor, subject: InvitationSeen) -> TeamInEvent:
    """Join the team: with its token, or as the person whose address it was sent to; also after having declined.

    Refuses a full team, a second team in the event, and an invitation that somebody has used.
    """
    assert actor.person is not None
    team = TeamInEvent(subject.team, subject.event)
    lock_team(db, team.id)
    if subject.token is not None and not spend(db, subject.token):
        raise InvitationNotValid
    _answer(db, subject, accepted=True)
    here = refuse_full(db, team)
    add_member(db, actor, team, actor.person, leads=here == 0)
    record(db, actor, TeamJoined(event_id=subject.event.id, team_id=team.id, person_id=actor.person))
    return team


@command(invited, when=its_event_not_over)
def decline_invitation(db: Database, actor: Actor, subject: InvitationSeen) -> None:
    """Say no; the token stays good until its end, so that one can still change one's mind."""
    if subject.invitation.accepted is False:
        return
    _answer(db, subject, accepted=False)
    record(
        db,
        actor,
        TeamInvitationDeclined(event_id=subject.event.id, team_id=subject.invitation.team_id, invitation_id=subject.id),
    )


def _answer(db: Database, subject: InvitationSeen, *, accepted: bool) -> None:
    answered = db.execute(
        update(TeamInvitation)
        .where(
            col(TeamInvitation.id) == subject.id,
            or_(col(TeamInvitation.accepted).is_(None), col(TeamInvitation.accepted).is_(False)),
        )
        .values(accepted=accepted, answered_at=clock.now())
    )
    if answered.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise InvitationNotValid


@command(member_of_team, when=leaving_open)
def leave_team(db: Database, actor: Actor, subject: TeamInEvent) -> None:
    """Leave one's team, until the lock date or the end of the event; somebody else leads then, or the team is left
    empty."""
    assert actor.person is not None
    take_member_out(db, actor, subject, actor.person)


@command(leader_of_team, when=leaving_open)
def remove_from_team(db: Database, actor: Actor, subject: TeamInEvent, *, person: str) -> None:
    """Take somebody (by public id) out of the team one leads; refused for who is not in it."""
    take_member_out(db, actor, subject, find_member(db, subject, person))


@command(leader_of_team, when=its_event_not_over)
def hand_over_lead(db: Database, actor: Actor, subject: TeamInEvent, *, person: str) -> None:
    """Let another member (by public id) lead the team; refused for who is not in it, and when somebody else leads it by
    now."""
    lock_team(db, subject.id)
    chosen = find_member(db, subject, person)
    if chosen == actor.person:
        raise Invalid({"person": _("You lead the team already. Choose somebody else.")})
    if not any(one.leads and one.person_id == actor.person for one in members_of(db, subject.id)):
        raise Conflict(_("Somebody else leads the team by now."))
    _let_lead(db, actor, subject, chosen)


def _let_lead(db: Database, actor: Actor, subject: TeamInEvent, person_id: int) -> None:
    """One after the other: the index lets a team have one leader at each moment."""
    here = col(TeamMember.team_id) == subject.id
    db.execute(update(TeamMember).where(here, col(TeamMember.leads).is_(True)).values(leads=False))
    db.execute(update(TeamMember).where(here, col(TeamMember.person_id) == person_id).values(leads=True))
    record(db, actor, LeadHandedOver(event_id=subject.event.id, team_id=subject.id, person_id=person_id))


def find_member(db: Database, subject: TeamInEvent, person: str) -> int:
    """The id of a member by public id; refuses who is not in the team."""
    found = db.exec(
        select(Person.id)
        .join(TeamMember, col(TeamMember.person_id) == col(Person.id))
        .where(Person.public_id == person, TeamMember.team_id == subject.id)
    ).first()
    if found is None:
        raise Conflict(_("This person is not in the team any more."))
    return found


def take_member_out(db: Database, actor: Actor, subject: TeamInEvent, person_id: int) -> None:
    """Let somebody be in a team no more, with all that follows from it; part of commands that asked their own rule."""
    lock_team(db, subject.id)
    gone = db.execute(
        delete(TeamMember).where(col(TeamMember.team_id) == subject.id, col(TeamMember.person_id) == person_id)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise Conflict(_("This person is not in the team any more."))
    record(db, actor, TeamLeft(event_id=subject.event.id, team_id=subject.id, person_id=person_id))
    for step in LEAVINGS:
        step(db, actor, subject, person_id)
    left = members_of(db, subject.id)
    if not left:
        _fold(db, subject.id)
    elif not any(member.leads for member in left):
        _let_lead(db, actor, subject, left[0].person_id)


def _fold(db: Database, team_id: int) -> None:
    """Away with a team without members, unless something it wrote points at it: the foreign keys say so."""
    with suppress(IntegrityError), db.begin_nested():
        db.execute(delete(TeamInvitation).where(col(TeamInvitation.team_id) == team_id))
        db.execute(delete(Team).where(col(Team.id) == team_id))


@on_withdrawn
def _leave_with_registration(db: Database, actor: Actor, registration_id: int) -> None:
    here = col(Registration.event_id) == col(TeamMember.event_id)
    row = db.exec(
        select(Team, TeamMember)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .join(Registration, here & (col(Registration.person_id) == col(TeamMember.person_id)))
        .where(Registration.id == registration_id)
    ).first()
    if row is not None:
        team, member = row
        take_member_out(db, actor, TeamInEvent(team, event_by_id(db, team.event_id)), member.person_id)
