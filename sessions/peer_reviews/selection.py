"""Choosing hosts: decisions with their reasons, told to all applicants at once; the chosen ones' reviews start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.events import EventWithPhases, event_by_id, not_over
from events.organisations import Membership, Organisation
from events.people import Person, people_by_id
from events.roles import organiser_of_event
from sessions.peer_reviews.hosting import ApplicationInEvent, ApplicationState, Choice, HostApplication, Told
from sessions.peer_reviews.papers import hand_papers_on
from sessions.peer_reviews.places import ask_into_review, enter_place
from sessions.peer_reviews.reviews import ReviewInEvent, ReviewRole, start_review

LONGEST_WHY = 2000

CHOICE_NAMES: dict[Choice, Message] = {
    Choice.NONE: _("Not decided"),
    Choice.CHOSEN: _("Chosen"),
    Choice.RESERVE: _("On reserve"),
    Choice.NOT_CHOSEN: _("Not chosen"),
}


@dataclass(frozen=True)
class ApplicationJudged(Fact):
    """An organiser decided about an application; the applicant is not told yet."""

    event_id: int
    application_id: int


@dataclass(frozen=True)
class ApplicationDecided(Fact):
    """An applicant can know whether they are a host: for the first time, or otherwise than before."""

    event_id: int
    application_id: int
    fate: str


@dataclass(frozen=True)
class ApplicationCard:
    """An application in the organisers' list."""

    application: HostApplication
    organisation: Organisation
    applicant: str

    @property
    def waits_to_be_told(self) -> bool:
        """Whether the applicant was told something else than what is decided, or nothing."""
        row = self.application
        return row.decision is not Choice.NONE and (row.decision.value, row.decision_why) != (
            row.told.value,
            row.told_why,
        )


def can_be_decided(subject: ApplicationInEvent, now: datetime) -> None:
    """Refuse to decide about what was not handed in, and about one whose review was started."""
    not_over(subject, now)
    if subject.application.state is not ApplicationState.HANDED_IN:
        raise Conflict(_("This application is not handed in."))
    if subject.application.review_id is not None:
        raise Conflict(_("The review of this case was started. Cancel the review instead."))


def on_reserve(subject: ApplicationInEvent, now: datetime) -> None:
    """Refuse to move up whoever is not on reserve, as far as they know."""
    can_be_decided(subject, now)
    if subject.application.told is not Told.RESERVE:
        raise Conflict(_("This application is not on reserve."))


def handed_in_to(db: Database, event_id: int) -> list[ApplicationCard]:
    """What organisers choose from: applications that are handed in, in the order in which they came."""
    query = select(HostApplication, Organisation).join(
        Organisation, col(Organisation.id) == col(HostApplication.organisation_id)
    )
    query = query.where(HostApplication.event_id == event_id, HostApplication.state == ApplicationState.HANDED_IN)
    rows: Sequence[tuple[HostApplication, Organisation]] = db.exec(
        query.order_by(col(HostApplication.handed_in_at), col(HostApplication.id))
    ).all()
    names = people_by_id(db, {one.person_id for one, _organisation in rows if one.person_id is not None})
    return [ApplicationCard(one, organisation, _name(names.get(one.person_id or 0))) for one, organisation in rows]


def _name(person: Person | None) -> str:
    return (person.name or person.email) if person else ""


def reserves_of(db: Database, event_id: int) -> list[ApplicationCard]:
    """Who is on reserve and knows it, the next first."""
    found = [one for one in handed_in_to(db, event_id) if one.application.told is Told.RESERVE]
    return sorted(found, key=lambda one: (one.application.rank, one.application.id or 0))


@command(organiser_of_event, when=can_be_decided)
def decide_application(
    db: Database, actor: Actor, subject: ApplicationInEvent, *, decision: Choice, why: str, rank: int = 0
) -> HostApplication:
    """Choose a host, put them on reserve (the lowest `rank` is next) or not choose them; told when it is released.

    Refuses no decision and no reason.
    """
    wrong: dict[str, Message | str] = {}
    if decision is Choice.NONE:
        wrong["decision"] = _("Please choose what becomes of this application.")
    if not why.strip():
        wrong["why"] = _("Please give a reason: the applicant reads it.")
    elif len(why.strip()) > LONGEST_WHY:
        wrong["why"] = _("Please write at most %(most)s characters.", most=LONGEST_WHY)
    if wrong:
        raise Invalid(wrong)
    row = subject.application
    row.decision, row.decision_why, row.rank = decision, why.strip(), max(0, min(rank, 999))
    row.decided_at, row.decided_by_id = clock.now(), actor.person
    db.add(row)
    db.flush()
    record(db, actor, ApplicationJudged(event_id=row.event_id, application_id=subject.id))
    return row


@command(organiser_of_event, when=not_over)
def release_selection(db: Database, actor: Actor, subject: EventWithPhases) -> int:
    """Tell everybody whose decision they do not know, and start the reviews of those who are chosen; answers how many
    are told. Refuses when there is nothing to tell."""
    waiting = [one for one in handed_in_to(db, subject.id) if one.waits_to_be_told]
    if not waiting:
        raise Conflict(_("There is no decision that the applicants do not know."))
    for one in waiting:
        _tell(db, actor, subject, one)
    return len(waiting)


def _tell(db: Database, actor: Actor, event: EventWithPhases, one: ApplicationCard) -> ReviewInEvent | None:
    row, started = one.application, None
    row.told, row.told_why, row.told_at = Told(row.decision.value), row.decision_why, clock.now()
    if row.decision is Choice.CHOSEN and row.review_id is None:
        started = _start(db, actor, event, one)
    db.add(row)
    db.flush()
    fact = ApplicationDecided(event_id=event.id, application_id=row.id or 0, fate=row.told.value)
    record(db, actor, fact)
    return started


def _start(db: Database, actor: Actor, event: EventWithPhases, one: ApplicationCard) -> ReviewInEvent:
    row = one.application
    case = ApplicationInEvent(row, event.event, None).handed
    started = start_review(
        db, actor, event, organisation=one.organisation, topic=case.topic, questions=case.questions,
        case_text=case.case_text or case.why, ecosystem=case.ecosystem,
    )  # fmt: skip
    started.review.needs = list(case.needs)
    db.add(started.review)
    row.review_id = started.id
    _let_in_host(db, actor, started, row)
    hand_papers_on(db, application_id=row.id or 0, review_id=started.id)
    return started


def _let_in_host(db: Database, actor: Actor, started: ReviewInEvent, row: HostApplication) -> None:
    """Whoever applied is the host; where they have left the organisation since, its first contact is asked to be it."""
    query = select(Membership).where(Membership.organisation_id == row.organisation_id)
    members = list(db.exec(query.order_by(col(Membership.is_contact).desc(), col(Membership.id))))
    if row.person_id is not None and row.person_id in {one.person_id for one in members}:
        enter_place(db, started, person_id=row.person_id, role=ReviewRole.HOST)
    elif members:
        person = db.get_one(Person, members[0].person_id)
        ask_into_review(db, actor, started, person=person, role=ReviewRole.HOST)


@command(organiser_of_event, when=on_reserve)
def move_up(db: Database, actor: Actor, subject: ApplicationInEvent, *, why: str) -> ReviewInEvent:
    """Make a host of somebody on reserve; they are told at once, and their review starts. Refuses no reason."""
    decide_application(db, actor, subject, decision=Choice.CHOSEN, why=why, rank=subject.application.rank)
    one = next(each for each in handed_in_to(db, subject.event.id or 0) if each.application.id == subject.id)
    started = _tell(db, actor, event_by_id(db, subject.event.id or 0), one)
    assert started is not None
    return started
