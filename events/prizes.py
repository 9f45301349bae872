"""Prizes: of the event or of one challenge, with who gives them, and to which submissions they go.

Organisers award them; nobody else sees to whom until the winners are announced.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenge_switches import challenges_that_count
from events.challenges import Challenge, ChallengeInEvent, own_challenge, owner_of_its_challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import cloned_with_event, personal_data
from events.core.journal import Fact, record
from events.core.money import CURRENCIES, in_money, read_amount, totals
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventKind, EventState, EventWithPhases, see_event, touch
from events.roles import organiser_of_event
from events.submissions import Submission, SubmissionState, counting_versions, kept_from
from events.teams import Team

MOST_PRIZES = 40
MOST_WINNERS = 20


class Prize(SQLModel, table=True):
    """What there is to win, from whom, and how many can win it. Without a challenge it is for all teams.

    `amount` is what each team that wins gets, whole, in `currency`; `value` says in words what is no money.
    """

    __table_args__ = (
        CheckConstraint("winners BETWEEN 1 AND 20", name="one_to_twenty_winners"),
        CheckConstraint("(amount IS NULL) = (currency = '')", name="amount_with_currency"),
        CheckConstraint("amount BETWEEN 1 AND 1000000000", name="whole_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pz")
    event_id: int = Field(foreign_key="event.id", index=True)
    challenge_id: int | None = Field(default=None, foreign_key="challenge.id", index=True)
    name: str = Field(max_length=120)
    amount: int | None = None
    currency: str = Field(default="", max_length=3)
    value: str = Field(default="", max_length=80)
    what: str = Field(default="", max_length=500)
    by_whom: str = Field(default="", max_length=160)
    winners: int = 1
    added_at: datetime = moment()


class PrizeAward(SQLModel, table=True):
    """That a prize goes to a submission, once."""

    __tablename__ = "prize_award"
    __table_args__ = (UniqueConstraint("prize_id", "submission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    prize_id: int = Field(foreign_key="prize.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    awarded_by_id: int | None = Field(default=None, foreign_key="person.id")
    awarded_at: datetime = moment()


personal_data(PrizeAward, "awarded_by_id", "who awarded a prize", "detach")


@dataclass(frozen=True)
class PrizesChanged(Fact):
    """A prize was added, changed or removed."""

    event_id: int
    prize_id: int


@dataclass(frozen=True)
class PrizeAwarded(Fact):
    """An organiser gave a prize to a submission; `announced` says whether everybody sees it at once."""

    event_id: int
    prize_id: int
    submission_id: int
    announced: bool


@dataclass(frozen=True)
class PrizeTakenBack(Fact):
    """An organiser took a prize back from a submission."""

    event_id: int
    prize_id: int
    submission_id: int


@dataclass(frozen=True)
class WinnersAnnounced(Fact):
    """Everybody sees from now on who has won what."""

    event_id: int


@dataclass(frozen=True)
class PrizeInEvent:
    """A prize with its event and its challenge, if it has one, as commands and rules need it."""

    prize: Prize
    event: EventWithPhases
    challenge: Challenge | None

    @property
    def id(self) -> int:
        """The prize's id."""
        assert self.prize.id is not None
        return self.prize.id


@dataclass(frozen=True)
class Offered:
    """What a prize says; the amount as it was typed, or nothing."""

    name: str
    value: str = ""
    what: str = ""
    by_whom: str = ""
    winners: int = 1
    amount: str = ""
    currency: str = ""


def before_the_winners(subject: Any, now: datetime) -> None:
    """Refuse to change what there was to win once the winners are announced."""
    event: Event = subject.event if isinstance(subject, EventWithPhases) else subject.event.event
    if event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only a hackathon has prizes."))
    if event.winners_announced_at is not None:
        raise Conflict(_("The winners are announced, so the prizes stay as they are."))


@command(organiser_of_event, when=before_the_winners)
def add_prize(db: Database, actor: Actor, subject: EventWithPhases, *, offered: Offered) -> Prize:
    """Offer a prize for which all teams compete. Refuses one without a name, and the 41st of the event."""
    return _add(db, actor, subject, None, offered)


@command(own_challenge | organiser_of_event, when=before_the_winners)
def add_challenge_prize(db: Database, actor: Actor, subject: ChallengeInEvent, *, offered: Offered) -> Prize:
    """Offer a prize for teams that take this challenge. Refuses what `add_prize` refuses."""
    return _add(db, actor, subject.event, subject.id, offered)


def _add(db: Database, actor: Actor, event: EventWithPhases, challenge_id: int | None, offered: Offered) -> Prize:
    # Locks the event's row on PostgreSQL, so that two who add at once do not both add the last one.
    db.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    if db.exec(select(func.count()).where(Prize.event_id == event.id)).one() >= MOST_PRIZES:
        raise Invalid({"name": _("Forty prizes are enough. Remove one first.")})
    row = Prize(event_id=event.id, challenge_id=challenge_id, name="", added_at=clock.now())
    _write(row, offered)
    db.add(row)
    db.flush()
    touch(db, event.event)
    record(db, actor, PrizesChanged(event_id=event.id, prize_id=row.id or 0))
    return row


LONGEST = {"name": 120, "value": 80, "what": 500, "by_whom": 160}


def _write(row: Prize, offered: Offered) -> None:
    wrong: dict[str, Message | str] = {}
    for field, most in LONGEST.items():
        if len(getattr(offered, field).strip()) > most:
            wrong[field] = _("Please write at most %(most)s characters.", most=most)
    if not offered.name.strip():
        wrong["name"] = _("Please give the prize a name.")
    if not 1 <= offered.winners <= MOST_WINNERS:
        wrong["winners"] = _("A prize goes to one to twenty teams.")
    amount = read_amount(offered.amount) if offered.amount.strip() else None
    if offered.amount.strip() and amount is None:
        wrong["amount"] = _("Please write a whole amount, such as 3000, or say in words what it is worth.")
    if offered.amount.strip() and offered.currency not in CURRENCIES:
        wrong["currency"] = _("Please choose a currency.")
    if wrong:
        raise Invalid(wrong)
    row.amount, row.currency = amount, offered.currency if amount else ""
    row.name, row.value, row.what = offered.name.strip(), offered.value.strip(), offered.what.strip()
    row.by_whom, row.winners = offered.by_whom.strip(), offered.winners


@command(owner_of_its_challenge | organiser_of_event, when=before_the_winners)
def change_prize(db: Database, actor: Actor, subject: PrizeInEvent, *, offered: Offered) -> Prize:
    """Change what a prize says. Refuses fewer winners than there are."""
    _lock(db, subject)
    _write(subject.prize, offered)
    if _awarded(db, subject.id) > subject.prize.winners:
        raise Invalid({"winners": _("It has been awarded to more teams than that.")})
    db.add(subject.prize)
    db.flush()
    touch(db, subject.event.event)
    record(db, actor, PrizesChanged(event_id=subject.event.id, prize_id=subject.id))
    return subject.prize


@command(owner_of_its_challenge | organiser_of_event, when=before_the_winners)
def remove_prize(db: Database, actor: Actor, subject: PrizeInEvent) -> None:
    """Offer a prize no more. Refuses one that was awarded."""
    _lock(db, subject)
    if _awarded(db, subject.id):
        raise Conflict(_("This prize was awarded. Take it back from its winners first."))
    db.delete(subject.prize)
    db.flush()
    touch(db, subject.event.event)
    record(db, actor, PrizesChanged(event_id=subject.event.id, prize_id=subject.id))


def _lock(db: Database, subject: PrizeInEvent) -> None:
    db.exec(select(Prize.id).where(Prize.id == subject.id).with_for_update()).one()


def _awarded(db: Database, prize_id: int) -> int:
    return int(db.exec(select(func.count()).where(PrizeAward.prize_id == prize_id)).one())


def prizes_are_awarded(subject: PrizeInEvent, now: datetime) -> None:
    """Refuse awards in a draft."""
    if subject.event.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first."))


@command(organiser_of_event, when=prizes_are_awarded)
def award_prize(db: Database, actor: Actor, subject: PrizeInEvent, *, submission: str) -> PrizeAward:
    """Give a prize to a submission (public id). Once the winners are announced, its team is told at once.

    Refuses one that was not handed in, one for another challenge, the same twice, and more winners than there can be.
    """
    _lock(db, subject)
    row = _checked(db, subject, submission)
    if _awarded(db, subject.id) >= subject.prize.winners:
        raise Conflict(_("This prize has all its winners. Take it back from one of them first."))
    award = PrizeAward(
        prize_id=subject.id, submission_id=row.id or 0, awarded_by_id=actor.person, awarded_at=clock.now()
    )
    try:
        with db.begin_nested():
            db.add(award)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_prize_award_prize_id_submission_id"):
            raise Conflict(_("This team has this prize already.")) from error
        raise
    announced = subject.event.event.winners_announced_at is not None
    touch(db, subject.event.event)
    awarded = PrizeAwarded(
        event_id=subject.event.id, prize_id=subject.id, submission_id=row.id or 0, announced=announced
    )
    record(db, actor, awarded)
    return award


def _checked(db: Database, subject: PrizeInEvent, submission: str) -> Submission:
    query = select(Submission).where(Submission.public_id == submission, Submission.event_id == subject.event.id)
    found = db.exec(query).first()
    if found is None or found.state is not SubmissionState.FINAL:
        raise Invalid({"submission": _("Please choose a submission that was handed in.")})
    if subject.challenge is not None and _counts_for(db, [found]).get(found.id or 0) != subject.challenge.public_id:
        raise Invalid({"submission": _("This prize is for teams that took its challenge.")})
    return found


def _counts_for(db: Database, rows: Iterable[Submission]) -> dict[int, str]:
    """The challenge (public id, '' for none) for which each of these submissions counts, by its id."""
    versions = counting_versions(db, [one.id or 0 for one in rows])
    return {one: its.public_id for one, its in challenges_that_count(db, versions).items()}


@command(organiser_of_event, when=prizes_are_awarded)
def take_prize_back(db: Database, actor: Actor, subject: PrizeInEvent, *, submission: str) -> None:
    """Take a prize back from a submission (public id); it stands in the journal that it was there."""
    query = (
        select(PrizeAward)
        .join(Submission, col(Submission.id) == col(PrizeAward.submission_id))
        .where(PrizeAward.prize_id == subject.id, Submission.public_id == submission)
    )
    found = db.exec(query).first()
    if found is None:
        raise Conflict(_("This team does not have this prize any more."))
    submission_id = found.submission_id
    db.delete(found)
    db.flush()
    touch(db, subject.event.event)
    fact = PrizeTakenBack(event_id=subject.event.id, prize_id=subject.id, submission_id=submission_id)
    record(db, actor, fact)


def take_back_prizes_of_challenge(
    db: Database, actor: Actor, event: EventWithPhases, submission_id: int, challenge_id: int
) -> int:
    """Take the prizes of a challenge back from a submission whose team leaves it, as part of a command; how many.

    Refuses once the winners are announced: then organisers take them back by name first.
    """
    # As awarding does: whoever awards meanwhile sees the team's other challenge.
    of_challenge = select(Prize.id).where(Prize.challenge_id == challenge_id).order_by(col(Prize.id))
    prizes = db.exec(of_challenge.with_for_update()).all()
    held = db.exec(
        select(PrizeAward).where(PrizeAward.submission_id == submission_id, col(PrizeAward.prize_id).in_(prizes))
    ).all()
    if held and event.event.winners_announced_at is not None:
        raise Conflict(_("This team has won a prize of its challenge. An organiser has to take that back first."))
    for award in held:
        db.delete(award)
        record(db, actor, PrizeTakenBack(event_id=event.id, prize_id=award.prize_id, submission_id=submission_id))
    if held:
        db.flush()
        touch(db, event.event)
    return len(held)


def can_be_announced(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to announce twice, and in a draft."""
    if subject.event.state is EventState.DRAFT:
        raise Conflict(_("Publish the event first."))
    if subject.event.winners_announced_at is not None:
        raise Conflict(_("The winners are announced already."))


@command(organiser_of_event, when=can_be_announced)
def announce_winners(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Show everybody who has won what; the winning teams are told. Refuses while nothing is awarded."""
    there = select(PrizeAward.id).join(Prize, col(Prize.id) == col(PrizeAward.prize_id))
    if db.exec(there.where(Prize.event_id == subject.id)).first() is None:
        raise Conflict(_("No prize is awarded yet."))
    announced = db.execute(
        update(Event)
        .where(col(Event.id) == subject.id, col(Event.winners_announced_at).is_(None))
        .values(winners_announced_at=clock.now())
    )
    if announced.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("The winners are announced already."))
    db.refresh(subject.event)
    touch(db, subject.event)
    record(db, actor, WinnersAnnounced(event_id=subject.id))


def get_prize(db: Database, actor: Actor, event: EventWithPhases, public: str) -> PrizeInEvent:
    """A prize of an event; NotFound for those who may not see the event."""
    query: Any = (
        select(Prize, Challenge)
        .join(Challenge, col(Challenge.id) == col(Prize.challenge_id), isouter=True)
        .where(Prize.public_id == public, Prize.event_id == event.id)
    )
    row = db.exec(query).first()
    if row is None or not see_event(actor, event):
        raise NotFound()
    return PrizeInEvent(row[0], event, row[1])


@dataclass(frozen=True)
class Winner:
    """A team that has a prize."""

    team: str
    title: str
    submission: str
    submission_id: int


@dataclass(frozen=True)
class PrizeCard:
    """A prize as pages show it, with its winners for those who may know them."""

    public_id: str
    name: str
    worth: str
    what: str
    by_whom: str
    places: int
    challenge: str
    challenge_id: str
    winners: tuple[Winner, ...]
    amount: int | None = None
    currency: str = ""


def prizes_of(db: Database, actor: Actor, event: EventWithPhases, *, challenge: str | None = None) -> list[PrizeCard]:
    """An event's prizes, first those for all: all of them, or with `challenge` (public id) what its teams can win.

    Winners are shown to organisers, and to everybody once they are announced but for judges from whom a submission is
    kept.
    """
    query: Any = (
        select(Prize, Challenge)
        .join(Challenge, col(Challenge.id) == col(Prize.challenge_id), isouter=True)
        .where(Prize.event_id == event.id)
        .order_by(col(Prize.challenge_id).is_not(None), col(Challenge.title), col(Prize.id))
    )
    if challenge is not None:
        query = query.where(Challenge.public_id == challenge)
    rows = list(db.exec(query))
    known = organiser_of_event(actor, event) or event.event.winners_announced_at is not None
    winners = _winners(db, [prize.id or 0 for prize, _its in rows], kept_from(db, actor, event)) if known else {}
    return [
        PrizeCard(
            prize.public_id, prize.name, worth_of(prize), prize.what, prize.by_whom, prize.winners,
            its.title if its else "", its.public_id if its else "", tuple(winners.get(prize.id or 0, ())),
            prize.amount, prize.currency,
        )
        for prize, its in rows
    ]  # fmt: skip


def worth_of(prize: Prize) -> str:
    """What a prize is worth, as the reader writes it: its amount, what it is in words, or both."""
    money = in_money(prize.amount, prize.currency) if prize.amount else ""
    return ", ".join(part for part in (money, prize.value) if part)


def prize_money(prizes: Iterable[PrizeCard]) -> list[str]:
    """What is given in all, for each currency, as the reader writes it: each place of a prize has its amount."""
    amounts = ((one.amount * one.places, one.currency) for one in prizes if one.amount)
    return [in_money(amount, currency) for amount, currency in totals(amounts)]


def _winners(db: Database, prizes: list[int], hidden: set[int]) -> dict[int, list[Winner]]:
    query = (
        select(PrizeAward.prize_id, Submission, Team)
        .join(Submission, col(Submission.id) == col(PrizeAward.submission_id))
        .join(Team, col(Team.id) == col(Submission.team_id))
        .where(col(PrizeAward.prize_id).in_(prizes), col(PrizeAward.submission_id).not_in(hidden))
        .order_by(col(PrizeAward.id))
    )
    rows = db.exec(query).all()
    versions = counting_versions(db, [submission.id or 0 for _prize, submission, _team in rows])
    found: dict[int, list[Winner]] = {}
    for prize_id, submission, team in rows:
        version = versions.get(submission.id or 0)
        title = version.content["title"] if version else submission.title
        found.setdefault(prize_id, []).append(Winner(team.name, title, submission.public_id, submission.id or 0))
    return found


def finals_of(db: Database, event_id: int) -> list[tuple[str, str, str]]:
    """(public id, team, public id of the challenge for which it counts) of everything that was handed in, by team; to
    award prizes to."""
    query = (
        select(Submission, Team.name)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .where(Submission.event_id == event_id, Submission.state == SubmissionState.FINAL)
        .order_by(col(Team.name))
    )
    found = list(db.exec(query))
    counts_for = _counts_for(db, [row for row, _team in found])
    return [(row.public_id, team, counts_for.get(row.id or 0, "")) for row, team in found]


@cloned_with_event
def _clone_prizes(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """What all teams can win comes along; the prizes of a challenge stay with it, and who has won with the event."""
    query = select(Prize).where(Prize.event_id == from_event, col(Prize.challenge_id).is_(None))
    for one in db.exec(query.order_by(col(Prize.id))).all():
        says = one.model_dump(exclude={"id", "public_id", "event_id", "added_at"})
        db.add(Prize(**says, event_id=to_event, added_at=clock.now()))
    db.flush()
