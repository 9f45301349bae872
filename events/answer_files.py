"""Files that are given as answers to the questions of a registration form."""

from collections.abc import Mapping

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core.access import Actor
from events.core.database import Database
from events.core.files import ReadyFile, store_file
from events.core.refusals import Invalid
from events.questions import QuestionKind, questions_of


class RegistrationFile(SQLModel, table=True):
    """The file that somebody gave as the answer to a question."""

    __tablename__ = "registration_file"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"),)

    id: int | None = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", index=True)
    question_id: int = Field(foreign_key="registration_question.id")
    file_id: int = Field(foreign_key="stored_file.id", index=True)


def keep_files(
    db: Database,
    actor: Actor,
    event_id: int,
    registration_id: int,
    answers: Mapping[str, str],
    files: Mapping[str, ReadyFile],
) -> dict[str, str]:
    """Keep the files that came with these answers, by question id, each in place of the last one; the answers with
    the names of the files as they are kept.

    Refuses what `store_file` refuses, at the question's own field; what is not asked is left out.
    """
    kinds = {str(one.id): one.kind for one in questions_of(db, event_id)} if files else {}
    named = dict(answers)
    for key, handed in files.items():
        if key not in answers or kinds.get(key) is not QuestionKind.FILE:
            continue
        try:
            stored = store_file(db, actor, handed)
        except Invalid as refused:
            raise Invalid({f"q{key}": sentence for sentence in refused.fields.values()}) from refused
        query = select(RegistrationFile).where(
            RegistrationFile.registration_id == registration_id, RegistrationFile.question_id == int(key)
        )
        before = db.exec(query).first()
        kept = before or RegistrationFile(registration_id=registration_id, question_id=int(key), file_id=0)
        kept.file_id, named[key] = stored.id or 0, stored.name
        db.add(kept)
    return named
