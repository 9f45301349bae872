"""The chat of a live room: what people say beside the stage, each joined to the pitch and session that were on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import N_, _
from events.events import Event
from sessions.manners import refuse_silenced, refuse_unwanted
from sessions.on_now import session_on
from sessions.stages import Stage, StageInEvent, lock_open_stage, note_change, room_open, run_stage, see_stage

LONGEST_MESSAGE = 500


class MessageState(StrEnum):
    """Whether a message can be read, or a moderator took it off."""

    SAID = "said"
    HIDDEN = "hidden"


class ChatMessage(SQLModel, table=True):
    """What somebody said."""

    __tablename__ = "chat_message"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("cm")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    pitch_id: int | None = Field(default=None, foreign_key="pitch.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="agenda_session.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    body: str = Field(max_length=LONGEST_MESSAGE)
    state: MessageState = word(MessageState, default=MessageState.SAID)
    said_at: datetime = moment()


personal_data(ChatMessage, "person_id", "what was said in the chat of a live room", "detach")


@dataclass(frozen=True)
class MessageOnStage:
    """A message with its stage and event, as commands and rules need it."""

    message: ChatMessage
    stage: Stage
    event: Event

    @property
    def id(self) -> int:
        """The message's id."""
        assert self.message.id is not None
        return self.message.id


class ChatIsOff(Conflict):
    """The host has closed the chat."""

    def __init__(self) -> None:
        super().__init__(_("The chat is closed. You can still ask questions."))


class SlowDown(Conflict):
    """The host has asked for pauses between the messages of one person."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            N_(
                "This chat is slow at the moment. You can write again in a second.",
                "This chat is slow at the moment. You can write again in %(count)s seconds.",
                seconds,
            )
        )


@command(see_stage, when=room_open)
def write_message(
    db: Database, actor: Actor, subject: StageInEvent, *, body: str, pitch_id: int | None = None
) -> ChatMessage:
    """Say something to everybody in the room. Refuses nothing at all, too much, unwanted words, those who are silenced,
    and in a slow chat whoever has just written; hosts may always."""
    text = " ".join(body.split())
    if not text:
        raise Invalid({"said": _("Please write your message.")})
    if len(text) > LONGEST_MESSAGE:
        raise Invalid({"said": _("A message has at most %(most)s characters.", most=LONGEST_MESSAGE)})
    refuse_silenced(actor, subject.id)
    refuse_unwanted(db, subject.event_id, text, "said")
    lock_open_stage(db, subject)
    if not run_stage(actor, subject):
        _refuse_for_now(db, actor, subject)
    row = ChatMessage(stage_id=subject.id, pitch_id=pitch_id, person_id=actor.person, body=text, said_at=clock.now())
    row.session_id = session_on(db, subject.stage)
    db.add(row)
    db.flush()
    note_change(db, subject.stage, "chat", message=row.id)
    return row


def _refuse_for_now(db: Database, actor: Actor, subject: StageInEvent) -> None:
    if not subject.stage.chat:
        raise ChatIsOff
    pause = subject.stage.slow_seconds
    if not pause:
        return
    query = select(ChatMessage.said_at).where(
        ChatMessage.stage_id == subject.id, ChatMessage.person_id == actor.person,
        ChatMessage.said_at > clock.now() - timedelta(seconds=pause),
    )  # fmt: skip
    last = db.exec(query.order_by(col(ChatMessage.id).desc())).first()
    if last is not None:
        raise SlowDown(max(1, round((last + timedelta(seconds=pause) - clock.now()).total_seconds())))


def get_message(db: Database, subject: StageInEvent, public: str) -> MessageOnStage:
    """A message of a room that the reader has been let into; NotFound for another room's."""
    query = select(ChatMessage).where(ChatMessage.public_id == public, ChatMessage.stage_id == subject.id)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    return MessageOnStage(row, subject.stage, subject.event)
