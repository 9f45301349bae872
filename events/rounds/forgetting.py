"""Forgetting: the addresses of guest judges and of voters by mail who never came by themselves, a week after the last
of their links has ended, unless they are here in another way too."""

from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.timers import timer
from events.events import event_by_id
from events.organisations import Membership
from events.people import Person, PersonState
from events.registration import Registration
from events.roles import RoleGrant
from events.rounds.assigning import hand_over_judging
from events.rounds.guests import FORGOTTEN_AFTER, GuestLink
from events.rounds.judges import is_judging
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.voters import RoundVoter
from events.tombstones import erase


@timer("forget unused guest")
def _forget_guest(db: Database, link_id: int) -> None:
    """A week after a link has ended that nobody ever used, the address it went to is forgotten."""
    link = db.get(GuestLink, link_id)
    if link is not None:
        _forget(db, link.person_id)


@timer("forget voter")
def _forget_voter(db: Database, voter_id: int) -> None:
    """A week after a link has ended, the address of whoever never came by themselves is forgotten; their ballot, which
    is nobody's by then, stays in the count."""
    voter = db.get(RoundVoter, voter_id)
    if voter is not None:
        _forget(db, voter.person_id)


def _forget(db: Database, person_id: int) -> None:
    """The timer of the last of somebody's links finds that none of them leads anywhere any more."""
    person = db.get_one(Person, person_id)
    if person.state is not PersonState.NEW or _is_expected(db, person_id):
        return
    links = db.exec(select(GuestLink).where(GuestLink.person_id == person_id)).all()
    voters = db.exec(select(RoundVoter).where(RoundVoter.person_id == person_id)).all()
    ends = [*(one.expires_at for one in links), *(one.expires_at for one in voters)]
    if max(ends) + FORGOTTEN_AFTER > clock.now() or any(one.last_used_at is not None for one in links):
        return
    for link in links:
        _end_judging(db, link)
    erase(db, person)


def _is_expected(db: Database, person_id: int) -> bool:
    """Whether organisers know somebody by more than a link, though they have never signed in: by an import, say, or as
    one who takes part, belongs to an organisation or has a role."""
    queries = (
        select(Registration.id).where(Registration.person_id == person_id),
        select(Membership.id).where(Membership.person_id == person_id),
        select(RoleGrant.id).where(RoleGrant.person_id == person_id),
    )
    return any(db.exec(query.limit(1)).first() is not None for query in queries)


def _end_judging(db: Database, link: GuestLink) -> None:
    """What they were to judge is free for others; the link ends with it."""
    row = db.get_one(JudgingRound, link.round_id)
    if is_judging(db, link.round_id, link.person_id):
        subject = RoundInEvent(row, event_by_id(db, row.event_id))
        hand_over_judging(db, SYSTEM, subject, person_id=link.person_id, by_id=None, counts=True)
