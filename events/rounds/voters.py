"""Voters by mail: people who take no part in an event and vote in its audience vote, by a link in a letter.

The link is a row with an end; what stands in the letter is a random token of which we keep the hash. It opens one
ballot and nothing else: whoever comes by it is not signed in. Ballots are kept by person, so that who takes part too
has one all the same.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Tie, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer, stop_timer
from events.core.tokens import Token, find_token, issue
from events.core.translation import _
from events.events import event_by_id
from events.people import Person, PersonState, clean_email, find_person, new_person
from events.registration import Registration, RegistrationState
from events.roles import organiser_of_event
from events.rounds.guests import FORGOTTEN_AFTER, MOST_DAYS, USUAL_DAYS
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, Scheme, not_published

PURPOSE = "audience vote"
VOTER = "voter"
MOST_AT_ONCE = 500


class RoundVoter(SQLModel, table=True):
    """That somebody may vote in an audience vote by a mailed link, until `expires_at`."""

    __tablename__ = "round_voter"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rv")
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    invited_at: datetime = moment()
    invited_by_id: int | None = Field(default=None, foreign_key="person.id")
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None, nullable=True)


personal_data(RoundVoter, "person_id", "links by which somebody votes in the audience", "delete")
personal_data(RoundVoter, "invited_by_id", "who let somebody vote by mail", "detach")


@dataclass(frozen=True)
class VoterInvited(Fact):
    """Somebody can vote by a link; the writer of the letter issues its token, so that no readable one is stored."""

    event_id: int
    round_id: int
    voter_id: int
    person_id: int


@dataclass(frozen=True)
class VoterRevoked(Fact):
    """A voter's link works no more."""

    event_id: int
    round_id: int
    voter_id: int


class BallotLinkNotValid(Conflict):
    """A link to a ballot that opens nothing (any more)."""


@dataclass(frozen=True)
class Invited:
    """How many were invited, and how many take part in the event and vote there."""

    invited: int
    take_part: int


def has_an_audience(subject: RoundInEvent, now: datetime) -> None:
    """Refuse voters where judges decide, and where the vote is over: it is not opened again."""
    not_published(subject, now)
    if subject.round.scheme is not Scheme.AUDIENCE:
        raise Conflict(_("This round is decided by its judges."))
    if subject.round.state is RoundState.CLOSED:
        raise Conflict(_("This vote is closed and is not opened again, so nobody could vote by a link any more."))


def works(voter: RoundVoter) -> bool:
    """Whether a voter's link opens their ballot now."""
    return voter.revoked_at is None and voter.expires_at > clock.now()


def _addresses(typed: str) -> list[str]:
    pieces = [one for one in re.split(r"[\s,;]+", typed) if one]
    wrong, found = [], dict[str, None]()
    for piece in pieces:
        try:
            found[clean_email(piece)] = None
        except Invalid:
            wrong.append(piece)
    if wrong:
        named = ", ".join(wrong[:5])
        raise Invalid(
            {"addresses": _("These are no e-mail addresses: %(addresses)s. Nobody was invited.", addresses=named)}
        )
    if not found:
        raise Invalid({"addresses": _("Please write at least one address.")})
    if len(found) > MOST_AT_ONCE:
        raise Invalid({"addresses": _("Please write at most %(most)s addresses at once.", most=MOST_AT_ONCE)})
    return list(found)


@command(organiser_of_event, when=has_an_audience)
def invite_voters(
    db: Database, actor: Actor, subject: RoundInEvent, *, addresses: str, days: int = USUAL_DAYS
) -> Invited:
    """Let the people with these addresses (apart by blanks, commas or lines; at most 500 at once) vote by a link that
    is mailed to them, good for 1 to 60 days. Who was invited before gets a new one, and the old one ends.

    Refuses what is no address, all of them together. Who takes part in the event votes there and is left out.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid({"days": _("Please write a number from 1 to %(most)s.", most=MOST_DAYS)})
    wanted = _addresses(addresses)
    # Locks the round's row on PostgreSQL, so that two who invite the same people at once do so one after the other.
    db.exec(select(JudgingRound.id).where(JudgingRound.id == subject.id).with_for_update()).one()
    taking_part = _taking_part(db, subject)
    invited = 0
    for address in wanted:
        person = find_person(db, address) or new_person(db, email=address, zone=subject.event.zone)
        if person.id not in taking_part:
            _invite(db, actor, subject, person, days)
            invited += 1
    return Invited(invited, len(wanted) - invited)


def _taking_part(db: Database, subject: RoundInEvent) -> set[int]:
    accepted = Registration.state == RegistrationState.ACCEPTED
    return set(db.exec(select(Registration.person_id).where(Registration.event_id == subject.event.id, accepted)))


def _invite(db: Database, actor: Actor, subject: RoundInEvent, person: Person, days: int) -> None:
    now = clock.now()
    if person.state is PersonState.NEW:  # who invites vouches for the address, so that it is not forgotten
        stop_timer(db, "forget unused address", person.id or 0)
    query = select(RoundVoter).where(RoundVoter.round_id == subject.id, RoundVoter.person_id == person.id)
    row = db.exec(query).first()
    if row is None:
        row = RoundVoter(round_id=subject.id, person_id=person.id or 0, invited_at=now, expires_at=now)
    else:
        _end_tokens(db, row)
    row.invited_at, row.invited_by_id, row.revoked_at = now, actor.person, None
    row.expires_at = now + timedelta(days=days)
    db.add(row)
    db.flush()
    set_timer(db, "forget voter", row.id or 0, row.expires_at + FORGOTTEN_AFTER)
    record(
        db, actor,
        VoterInvited(
            event_id=subject.event.id, round_id=subject.id, voter_id=row.id or 0, person_id=row.person_id
        ),
    )  # fmt: skip


def issue_ballot_token(db: Database, voter: RoundVoter) -> str:
    """A token for a letter to a voter; good as long as the link is."""
    return issue(db, PURPOSE, voter.id or 0, lasts=voter.expires_at - clock.now())


def _end_tokens(db: Database, voter: RoundVoter) -> None:
    db.execute(
        update(Token)
        .where(col(Token.purpose) == PURPOSE, col(Token.subject_id) == voter.id, col(Token.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


@command(organiser_of_event)
def revoke_voter(db: Database, actor: Actor, subject: RoundInEvent, *, voter: str) -> None:
    """End a voter's link (public id) at once. Nobody knows what they gave, so it stays in the count."""
    query = select(RoundVoter).where(RoundVoter.public_id == voter, RoundVoter.round_id == subject.id)
    row = db.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound()
    if row.revoked_at is not None:
        raise Conflict(_("This link was ended already."))
    row.revoked_at = clock.now()
    db.add(row)
    _end_tokens(db, row)
    db.flush()
    record(db, actor, VoterRevoked(event_id=subject.event.id, round_id=subject.id, voter_id=row.id or 0))


@dataclass(frozen=True)
class VoterCard:
    """A voter by mail as organisers see them; whether they have voted nobody sees."""

    public_id: str
    email: str
    invited_at: datetime
    expires_at: datetime
    works: bool


def voters_by_mail(db: Database, actor: Actor, subject: RoundInEvent, page: int = 1) -> Paged[VoterCard]:
    """Who was invited to vote by mail, in order of address, for organisers; empty for others."""
    query = (
        select(RoundVoter, Person)
        .join(Person, col(Person.id) == col(RoundVoter.person_id))
        .where(RoundVoter.round_id == subject.id)
        .order_by(col(Person.email), col(RoundVoter.id))
    )
    if not organiser_of_event(actor, subject):
        query = query.where(col(RoundVoter.id).is_(None))
    return paged(db, query, page, lambda row: _card(*row))


def _card(row: RoundVoter, person: Person) -> VoterCard:
    return VoterCard(row.public_id, person.email, row.invited_at, row.expires_at, works(row))


def get_voter(db: Database, plain: str) -> tuple[Actor, RoundInEvent]:
    """Whoever has the token of a ballot, with nothing but the right to vote in its round. Refuses a token that was
    replaced, ended or is over with one sentence, so that nobody learns which."""
    token = find_token(db, PURPOSE, plain)
    voter = db.get(RoundVoter, token.subject_id) if token else None
    if voter is None or not works(voter):
        raise BallotLinkNotValid(
            _("This link opens no ballot any more. If you got a newer letter, use the link in that; else ask whoever "
              "invited you.")
        )  # fmt: skip
    row = db.get_one(JudgingRound, voter.round_id)
    actor = Actor(voter.person_id, frozenset({Tie(VOTER, "round", voter.round_id)}))
    return actor, RoundInEvent(row, event_by_id(db, row.event_id))


def voters_without_a_place(db: Database, subject: RoundInEvent) -> set[int]:
    """Who may vote by mail and takes no part in the event, by id."""
    people = select(RoundVoter.person_id).where(RoundVoter.round_id == subject.id, col(RoundVoter.revoked_at).is_(None))
    return set(db.exec(people)) - _taking_part(db, subject)


def remove_voters(db: Database, round_id: int) -> None:
    """Take away the voters of a round that is removed; part of commands."""
    for voter in db.exec(select(RoundVoter).where(RoundVoter.round_id == round_id)).all():
        _end_tokens(db, voter)
        stop_timer(db, "forget voter", voter.id or 0)
    db.execute(delete(RoundVoter).where(col(RoundVoter.round_id) == round_id))
    db.flush()
