"""Answering the questions of a registration form later on, and the files that were given as answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.answer_files import RegistrationFile, keep_files
from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.desks import desk_for
from events.events import EventClosedAlready, EventState
from events.membership_requests import is_member_yet
from events.questions import RegistrationQuestion, asked_of, checked_answers, questions_of
from events.registration import (
    ParticipationType,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    own_registration,
    see_registration,
)

GONE = (RegistrationState.WITHDRAWN, RegistrationState.DECLINED)


@dataclass(frozen=True)
class RegistrationAnswered(Fact):
    """Somebody answered the questions of their registration anew."""

    event_id: int
    registration_id: int


def still_on(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse answers for a registration that has ended, or in an event that is over."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready
    if subject.registration.state in GONE:
        raise Conflict(_("This registration has ended already."))


@command(own_registration, when=still_on)
def answer_questions(
    db: Database,
    actor: Actor,
    subject: RegistrationInEvent,
    *,
    answers: Mapping[str, str],
    files: Mapping[str, ReadyFile] | None = None,
    organisation_id: int | None = None,
) -> None:
    """Answer what the form asks now, by question id; a file stays until another one comes, and so do the answers to
    questions that were retired. Who has named no organisation can do it now, as when they registered.

    Refuses a required question left open and what is no answer, each at its field.
    """
    assert actor.person is not None
    row = db.get_one(Registration, subject.id, with_for_update={"key_share": True})
    asked = questions_of(db, row.event_id)
    checked = checked_answers(asked, _type_code(db, row), answers, files or {}, row.answers)
    if checked.wrong:
        raise Invalid(checked.wrong)
    current = {str(one.id) for one in asked}
    retired = {key: text for key, text in row.answers.items() if key not in current}
    row.answers = retired | checked.answers
    if organisation_id is not None and row.organisation_id is None and row.asked_organisation_id is None:
        belongs = is_member_yet(db, actor.person, organisation_id)
        row.organisation_id, row.asked_organisation_id = (organisation_id, None) if belongs else (None, organisation_id)
        row.desk_id = row.desk_id or desk_for(db, subject.event.programme_id, organisation_id)
    db.add(row)
    row.answers = keep_files(db, actor, row.event_id, subject.id, row.answers, files or {})
    db.flush()
    record(db, actor, RegistrationAnswered(event_id=row.event_id, registration_id=subject.id))


def _type_code(db: Database, row: Registration) -> str:
    return db.exec(select(ParticipationType.code).where(ParticipationType.id == row.type_id)).one()


def unanswered_of(db: Database, row: Registration) -> list[RegistrationQuestion]:
    """The required questions that are asked of somebody and that they have not answered."""
    asked = asked_of(questions_of(db, row.event_id), _type_code(db, row), row.answers)
    return [one for one in asked if one.required and not row.answers.get(str(one.id))]


def files_of(db: Database, registration_ids: list[int]) -> dict[tuple[int, int], StoredFile]:
    """The files of these registrations, by (registration id, question id)."""
    query = (
        select(RegistrationFile, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(RegistrationFile.file_id))
        .where(col(RegistrationFile.registration_id).in_(registration_ids))
    )
    return {(one.registration_id, one.question_id): stored for one, stored in db.exec(query)}


def get_answer_file(db: Database, actor: Actor, subject: RegistrationInEvent, public: str) -> StoredFile:
    """A file of a registration, for its person, their desk and the organisers; NotFound for others."""
    found = next((one for one in files_of(db, [subject.id]).values() if one.public_id == public), None)
    if found is None or not see_registration(actor, subject):
        raise NotFound()
    return found
