"""The questions that a host answers about itself before its peers come: begun from a standard set, changed by
organisers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import Message, _
from events.events import EventWithPhases, not_over
from events.planning import on_template
from events.roles import organiser_of_event
from sessions.peer_reviews.setting_up import has_reviews
from sessions.peer_reviews.templates import ReviewModel

MOST = 40

STANDARD: tuple[tuple[Message, tuple[tuple[Message, Message | str], ...]], ...] = (
    (_("Context"), (
        (_("In which region and sectors do you work, and what has changed there in the last three years?"), ""),
        (_("What is the strategy of your region, and what is your part in it?"),
         _("Name the priorities of smart specialisation that concern you.")),
    )),
    (_("Governance"), (
        (_("Who decides what, and how are members heard?"), _("Boards, general meetings, working groups.")),
        (_("Who works for the cluster, with which skills, and for how many hours?"), ""),
    )),
    (_("Services"), (
        (_("Which services do you offer, and which of them are used most?"), _("With figures of the last year.")),
        (_("Which service do members ask for that you cannot offer?"), ""),
    )),
    (_("Members"), (
        (_("Who are your members, and how many joined and left in the last three years?"), ""),
        (_("How do traditional and tech-savvy members find each other?"), ""),
    )),
    (_("Funding"), (
        (_("Where does your money come from, in per cent, and until when is it certain?"),
         _("Fees, services, public funding, projects.")),
        (_("What would you have to give up without public money?"), ""),
    )),
    (_("Results"), (
        (_("What have members achieved because of you, and how do you know?"), _("Two or three examples that can be "
         "checked.")),
        (_("What have you tried that did not work?"), ""),
    )),
)  # fmt: skip


class AssessmentQuestion(SQLModel, table=True):
    """A question of an event's self-assessment; one that was dropped is kept, as answers are."""

    __tablename__ = "assessment_question"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("aq")
    event_id: int = Field(foreign_key="event.id", index=True)
    position: int
    section: str = Field(default="", max_length=80)
    text: str = Field(max_length=500)
    help: str = Field(default="", max_length=500)
    dropped_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class AskedOfHosts:
    """A question as an organiser writes it; `which` is the public id of the one that it changes, '' for a new one."""

    text: str
    section: str = ""
    help: str = ""
    which: str = ""


@dataclass(frozen=True)
class AssessmentQuestionsChanged(Fact):
    """An organiser changed what hosts are asked about themselves."""

    event_id: int


def assessment_questions_of(db: Database, event_id: int) -> list[AssessmentQuestion]:
    """What hosts are asked, in order, without what was dropped."""
    query = select(AssessmentQuestion).where(
        AssessmentQuestion.event_id == event_id, col(AssessmentQuestion.dropped_at).is_(None)
    )
    return list(db.exec(query.order_by(col(AssessmentQuestion.position), col(AssessmentQuestion.id))))


@command(organiser_of_event, when=not_over)
def set_assessment_questions(
    db: Database, actor: Actor, subject: EventWithPhases, *, questions: Sequence[AskedOfHosts]
) -> None:
    """Write the whole list anew, in this order: questions that are named again keep their answers, those that are not
    are dropped.

    Refuses an empty list, more than forty, and texts that are too long; wrong ones are told as 'question-0'.
    """
    has_reviews(db, subject.id)
    asked = [one for one in questions if one.text.strip()]
    wrong: dict[str, Message | str] = {}
    for number, one in enumerate(questions):
        if len(one.text.strip()) > 500:
            wrong[f"question-{number}"] = _("Please write at most %(most)s characters.", most=500)
        if len(one.section.strip()) > 80:
            wrong[f"section-{number}"] = _("Please write at most %(most)s characters.", most=80)
        if len(one.help.strip()) > 500:
            wrong[f"help-{number}"] = _("Please write at most %(most)s characters.", most=500)
    if not asked:
        wrong[""] = _("Please write at least one question.")
    if len(asked) > MOST:
        wrong[""] = _("A self-assessment has at most %(most)s questions.", most=MOST)
    if wrong:
        raise Invalid(wrong)
    _write(db, subject.id, asked)
    record(db, actor, AssessmentQuestionsChanged(event_id=subject.id))


def _write(db: Database, event_id: int, asked: Sequence[AskedOfHosts]) -> None:
    there = {one.public_id: one for one in assessment_questions_of(db, event_id)}
    for position, one in enumerate(asked):
        row = there.pop(one.which, None) or AssessmentQuestion(event_id=event_id, position=position, text="")
        row.position, row.text = position, one.text.strip()
        row.section, row.help = one.section.strip(), one.help.strip()
        db.add(row)
    for gone in there.values():
        gone.dropped_at = clock.now()
        db.add(gone)
    db.flush()


def _begin(model: ReviewModel) -> None:
    @on_template(f"peer review {model}")
    def begin(db: Database, actor: Actor, event: EventWithPhases) -> None:
        """The standard questions, in the language of who makes the event."""
        asked = [
            AskedOfHosts(str(text), str(section), str(help)) for section, lines in STANDARD for text, help in lines
        ]
        _write(db, event.id, asked)


for _model in ReviewModel:
    _begin(_model)


@cloned_with_event
def _clone_questions(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    asked = assessment_questions_of(db, from_event)
    _write(db, to_event, [AskedOfHosts(one.text, one.section, one.help) for one in asked])
