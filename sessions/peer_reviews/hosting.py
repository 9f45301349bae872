"""Applying as a host: one application of an organisation, a draft that saves itself, handed in before the call ends.

What organisers read is what was handed in last; what is typed afterwards they see when it is handed in again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database, is_broken
from events.core.files import ReadyFile, StoredFile
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, not_over
from events.organisations import Organisation
from events.reference.keywords import is_keyword
from events.roles import organiser_of_event
from sessions.peer_reviews.papers import drop_paper, files_of_application, keep_papers
from sessions.peer_reviews.reviews import ReviewStep, rules_of
from sessions.peer_reviews.steps import event_step_on, step_of
from sessions.peer_reviews.templates import StepKind

LONGEST_TEXT = 8000
SHORTEST_WHY = 40


class ApplicationState(StrEnum):
    """A DRAFT only its writers see; HANDED_IN is in the selection; WITHDRAWN is not, and can be begun again."""

    DRAFT = "draft"
    HANDED_IN = "handed in"
    WITHDRAWN = "withdrawn"


class Choice(StrEnum):
    """What organisers decide about an application; NONE is not decided."""

    NONE = "none"
    CHOSEN = "chosen"
    RESERVE = "reserve"
    NOT_CHOSEN = "not chosen"


class Told(StrEnum):
    """What an applicant was told of the decision; NONE is nothing yet."""

    NONE = "none"
    CHOSEN = "chosen"
    RESERVE = "reserve"
    NOT_CHOSEN = "not chosen"


class HostApplication(SQLModel, table=True):
    """An organisation's application as a host. `handed` is what was handed in last; `decision` is what organisers
    think, `told` what the applicant was told of it."""

    __tablename__ = "host_application"
    __table_args__ = (UniqueConstraint("event_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("ha")
    event_id: int = Field(foreign_key="event.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    state: ApplicationState = word(ApplicationState, default=ApplicationState.DRAFT)
    topic: str = Field(default="", max_length=200)
    why: str = Field(default="", max_length=LONGEST_TEXT)
    case_text: str = Field(default="", max_length=LONGEST_TEXT)
    ecosystem: str = Field(default="", max_length=120)
    questions: list[str] = listing(default_factory=list)
    needs: list[str] = listing(default_factory=list)
    handed: dict[str, Any] = listing(default_factory=dict)
    revision: int = 1
    saved_at: datetime = moment()
    handed_in_at: datetime | None = moment(default=None, nullable=True)
    decision: Choice = word(Choice, default=Choice.NONE)
    decision_why: str = Field(default="", max_length=2000)
    rank: int = 0
    decided_at: datetime | None = moment(default=None, nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    told: Told = word(Told, default=Told.NONE)
    told_why: str = Field(default="", max_length=2000)
    told_at: datetime | None = moment(default=None, nullable=True)
    review_id: int | None = Field(default=None, foreign_key="peer_review.id", index=True)


personal_data(HostApplication, "person_id", "applying as a host of a peer review", "detach")
personal_data(HostApplication, "decided_by_id", "who chose the hosts of a peer review", "detach")


@dataclass(frozen=True)
class Case:
    """What an applicant writes: `needs` are keywords of what peers should know."""

    topic: str = ""
    why: str = ""
    case_text: str = ""
    ecosystem: str = ""
    questions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class HostingOrganisation:
    """An organisation that wants to be a host in an event during its call."""

    event: Event
    step: ReviewStep | None
    organisation: Organisation


@dataclass(frozen=True)
class ApplicationInEvent:
    """An application with its event and the call, as commands and rules need it."""

    application: HostApplication
    event: Event
    step: ReviewStep | None

    @property
    def id(self) -> int:
        """The application's id."""
        assert self.application.id is not None
        return self.application.id

    @property
    def handed(self) -> Case:
        """What was handed in last."""
        says = self.application.handed
        return Case(
            says.get("topic", ""), says.get("why", ""), says.get("case_text", ""), says.get("ecosystem", ""),
            tuple(says.get("questions", ())), tuple(says.get("needs", ())),
        )  # fmt: skip


@dataclass(frozen=True)
class ApplicationBegun(Fact):
    """An organisation began to apply as a host, or began again after it had withdrawn."""

    event_id: int
    application_id: int


@dataclass(frozen=True)
class ApplicationHandedIn(Fact):
    """An application as a host was handed in, for the first time or changed."""

    event_id: int
    application_id: int


@dataclass(frozen=True)
class ApplicationWithdrawn(Fact):
    """An application as a host was withdrawn."""

    event_id: int
    application_id: int


class AppliedAlready(Conflict):
    """An organisation applies once in an event."""

    def __init__(self) -> None:
        super().__init__(
            _("Your organisation has an application in this event already. Whoever began it and the contacts of your "
              "organisation can open it.")
        )  # fmt: skip


@rule
def member_of_hosting_organisation(actor: Actor, subject: HostingOrganisation) -> bool:
    return actor.is_("member", "organisation", subject.organisation.id)


@rule
def writes_application(actor: Actor, subject: ApplicationInEvent) -> bool:
    row = subject.application
    began = actor.person is not None and actor.person == row.person_id
    return (began and actor.is_("member", "organisation", row.organisation_id)) or actor.is_(
        "contact", "organisation", row.organisation_id
    )


@rule
def see_application(actor: Actor, subject: ApplicationInEvent) -> bool:
    mine, organises = writes_application(actor, subject), organiser_of_event(actor, subject)
    return mine or (organises and subject.application.state is ApplicationState.HANDED_IN)


def application_open(subject: ApplicationInEvent, now: datetime) -> None:
    """Refuse to write to an application after the call, once it was decided, and when it was withdrawn."""
    event_step_on(subject, now)
    if subject.application.told is not Told.NONE:
        raise Conflict(_("This application was decided. It stays as it was handed in."))
    if subject.application.state is ApplicationState.WITHDRAWN:
        raise Conflict(_("This application was withdrawn. Begin it again first."))


def can_be_withdrawn(subject: ApplicationInEvent, now: datetime) -> None:
    """Refuse to withdraw twice, and an application of which a review came."""
    not_over(subject, now)
    if subject.application.state is ApplicationState.WITHDRAWN:
        raise Conflict(_("This application was withdrawn already."))
    if subject.application.review_id is not None:
        raise Conflict(_("Your case is reviewed already. Withdraw on the page of the review."))


def hosting_of(db: Database, event: Event, organisation: Organisation) -> HostingOrganisation:
    """An organisation that wants to be a host in an event."""
    return HostingOrganisation(event, step_of(db, event.id or 0, StepKind.CALL), organisation)


def get_application(db: Database, actor: Actor, event: Event, public: str) -> ApplicationInEvent:
    """An application that the actor may see; NotFound otherwise."""
    query = select(HostApplication).where(HostApplication.event_id == event.id, HostApplication.public_id == public)
    row = db.exec(query).first()
    subject = ApplicationInEvent(row, event, step_of(db, event.id or 0, StepKind.CALL)) if row else None
    if subject is None or not see_application(actor, subject):
        raise NotFound()
    return subject


def applications_by(db: Database, actor: Actor, event_id: int) -> list[HostApplication]:
    """The applications in an event that the actor may write to, in the order in which they were begun."""
    mine = or_(
        col(HostApplication.organisation_id).in_(actor.ids("contact", "organisation")),
        (col(HostApplication.person_id) == actor.person)
        & col(HostApplication.organisation_id).in_(actor.ids("member", "organisation")),
    )
    query = select(HostApplication).where(HostApplication.event_id == event_id, mine)
    return list(db.exec(query.order_by(col(HostApplication.id))))


@command(member_of_hosting_organisation, when=event_step_on)
def begin_application(db: Database, actor: Actor, subject: HostingOrganisation) -> ApplicationInEvent:
    """Begin an organisation's application, or begin one again that was withdrawn. Refuses a second one."""
    event_id, organisation_id = subject.event.id or 0, subject.organisation.id or 0
    row = HostApplication(
        event_id=event_id, organisation_id=organisation_id, person_id=actor.person, saved_at=clock.now()
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_host_application_event_id_organisation_id"):
            raise
        row = _begun_again(db, actor, event_id, organisation_id)
    record(db, actor, ApplicationBegun(event_id=event_id, application_id=row.id or 0))
    return ApplicationInEvent(row, subject.event, subject.step)


def _begun_again(db: Database, actor: Actor, event_id: int, organisation_id: int) -> HostApplication:
    its = (HostApplication.event_id == event_id, HostApplication.organisation_id == organisation_id)
    changed = db.connection().execute(
        update(HostApplication)
        .where(*its, col(HostApplication.state) == ApplicationState.WITHDRAWN,  # type: ignore[arg-type]  # columns
               col(HostApplication.review_id).is_(None))
        .values(state=ApplicationState.DRAFT, person_id=actor.person, decision=Choice.NONE, told=Told.NONE,
                decision_why="", told_why="")
    )  # fmt: skip
    if changed.rowcount != 1:
        raise AppliedAlready
    db.expire_all()
    return db.exec(select(HostApplication).where(*its)).one()


@command(writes_application, when=application_open)
def save_application(
    db: Database, actor: Actor, subject: ApplicationInEvent, *, case: Case, revision: int
) -> HostApplication:
    """Keep what was typed; nothing is handed in by it. Refuses texts that are too long, and a revision that is not the
    last: somebody else of the organisation has saved meanwhile."""
    _check_lengths(case)
    return _write(db, subject.application, case, revision)


def _check_lengths(case: Case) -> None:
    wrong: dict[str, Message | str] = {}
    for name, most in (("topic", 200), ("why", LONGEST_TEXT), ("case_text", LONGEST_TEXT), ("ecosystem", 120)):
        if len(getattr(case, name).strip()) > most:
            wrong[name] = _("Please write at most %(most)s characters.", most=most)
    if any(len(one.strip()) > 500 for one in case.questions):
        wrong["questions"] = _("Each question has at most %(most)s characters.", most=500)
    if not all(is_keyword(one) for one in case.needs):
        wrong["needs"] = _("Please choose keywords from the list.")
    if wrong:
        raise Invalid(wrong)


def _write(db: Database, row: HostApplication, case: Case, revision: int) -> HostApplication:
    changed = db.connection().execute(
        update(HostApplication)
        .where(col(HostApplication.id) == row.id, col(HostApplication.revision) == revision)
        .values(
            topic=" ".join(case.topic.split()),
            why=case.why.strip(),
            case_text=case.case_text.strip(),
            ecosystem=case.ecosystem.strip(),
            questions=_asked(case),
            needs=list(case.needs),
            saved_at=clock.now(),
            revision=revision + 1,
        )
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has saved this meanwhile. Reload the page, and write it there."))
    db.refresh(row)
    return row


def _asked(case: Case) -> list[str]:
    return [" ".join(one.split()) for one in case.questions if one.strip()]


@command(writes_application, when=application_open)
def hand_in_application(
    db: Database, actor: Actor, subject: ApplicationInEvent, *, case: Case, revision: int
) -> HostApplication:
    """Save and hand in; until the call ends it can be changed and handed in again.

    Refuses no topic, a short reason, fewer or more questions than the rules say, and what `save_application` refuses.
    """
    _check_lengths(case)
    rules, asked = rules_of(db, subject.event.id or 0), _asked(case)
    wrong: dict[str, Message | str] = {}
    if not case.topic.strip():
        wrong["topic"] = _("Please name the topic.")
    if len(case.why.strip()) < SHORTEST_WHY:
        wrong["why"] = _("Please say in a sentence or two why you want a review: %(least)s characters at least.",
                         least=SHORTEST_WHY)  # fmt: skip
    if rules is not None and not rules.questions_min <= len(asked) <= rules.questions_max:
        wrong["questions"] = _("Please write between %(least)s and %(most)s questions.", least=rules.questions_min,
                               most=rules.questions_max)  # fmt: skip
    if wrong:
        raise Invalid(wrong)
    row = _write(db, subject.application, case, revision)
    row.state, row.handed_in_at = ApplicationState.HANDED_IN, clock.now()
    row.handed = asdict(Case(row.topic, row.why, row.case_text, row.ecosystem, tuple(row.questions), tuple(row.needs)))
    row.handed |= {"questions": list(row.questions), "needs": list(row.needs)}
    db.add(row)
    db.flush()
    record(db, actor, ApplicationHandedIn(event_id=row.event_id, application_id=subject.id))
    return row


@command(writes_application, when=can_be_withdrawn)
def withdraw_application(db: Database, actor: Actor, subject: ApplicationInEvent) -> None:
    """Take an application back, also one that is on reserve; while the call is on it can be begun again."""
    row = subject.application
    row.state = ApplicationState.WITHDRAWN
    db.add(row)
    db.flush()
    record(db, actor, ApplicationWithdrawn(event_id=row.event_id, application_id=subject.id))


@command(writes_application, when=application_open)
def add_application_files(
    db: Database, actor: Actor, subject: ApplicationInEvent, *, files: Sequence[ReadyFile]
) -> None:
    """Add files with the data of the case. Refuses the eleventh, and what `store_file` refuses."""
    keep_papers(db, actor, list(files), files_of_application(db, subject.id), application_id=subject.id)


@command(writes_application, when=application_open)
def remove_application_file(db: Database, actor: Actor, subject: ApplicationInEvent, *, file: StoredFile) -> None:
    """Take a file out of an application."""
    drop_paper(db, file)
