"""Passes: a short link to a live room for people in the hall, who ask, vote and react without signing in.

Whoever follows it holds a number of their own in a cookie, so that each has one vote. A pass can be taken back at any
moment, lets in a limited number, and ends with its room.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Rule, Tie
from events.core.columns import moment
from events.core.database import Database
from events.core.refusals import Conflict
from events.core.tokens import digest, new_token
from events.core.translation import _
from sessions.manners import SanctionKind

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else from the last row
LENGTH = 7
LASTS = timedelta(hours=12)


class StagePass(SQLModel, table=True):
    """A short link to a room."""

    __tablename__ = "stage_pass"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)
    stage_id: int = Field(foreign_key="stage.id", index=True)
    most: int = 500
    made_at: datetime = moment()
    ends_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None, nullable=True)


class PassHolder(SQLModel, table=True):
    """One device that followed a pass. Nothing says whose it is. Silenced, it asks nothing more."""

    __tablename__ = "pass_holder"

    id: int | None = Field(default=None, primary_key=True)
    pass_id: int = Field(foreign_key="stage_pass.id", index=True)
    digest: str = Field(unique=True, max_length=64)
    at: datetime = moment()
    silenced_at: datetime | None = moment(default=None, nullable=True)


class PassIsOver(Conflict):
    """A pass that was taken back, has ended, or has let in as many as it may."""

    def __init__(self) -> None:
        super().__init__(_("This link does not let anybody in any more. Ask the people on stage for a new one."))


def pass_of(actor: Actor) -> int | None:
    """The id of the holder of a pass, for somebody who has nothing else."""
    return next(iter(actor.ids("holder", "pass")), None)


def _holds(actor: Actor, subject: Any) -> bool:
    stage = getattr(subject, "stage", None)
    return stage is not None and actor.is_("guest", "stage", stage.id)


holds_a_pass = Rule("holds a pass to the room", _holds)


def new_code() -> str:
    """A code that can be typed from a screen; some 34 bits, behind a limit of tries."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def find_pass(db: Database, code: str) -> StagePass | None:
    """The pass with this code, as long as it holds."""
    row = db.exec(select(StagePass).where(StagePass.code == code)).first()
    return row if row is not None and row.revoked_at is None and clock.now() < row.ends_at else None


def follow_pass(db: Database, found: StagePass, token: str = "") -> str:
    """Let one more in; answers what the cookie holds. Whoever is in already, by the `token` of their cookie, stays
    the same one. Refuses when as many are in as the pass lets in."""
    if guest_with(db, found, token) is not None:
        return token
    db.exec(select(StagePass.id).where(StagePass.id == found.id).with_for_update()).one()  # one after the other
    held = len(db.exec(select(PassHolder.id).where(PassHolder.pass_id == found.id)).all())
    if held >= found.most:
        raise PassIsOver
    token = new_token()
    db.add(PassHolder(pass_id=found.id or 0, digest=digest(token), at=clock.now()))
    return token


def guest_with(db: Database, found: StagePass, token: str) -> Actor | None:
    """Who came with this pass: may be in its room and nowhere else."""
    query = select(PassHolder).where(PassHolder.pass_id == found.id, PassHolder.digest == digest(token))
    holder = db.exec(query).first() if token else None
    if holder is None:
        return None
    ties = {Tie("guest", "stage", found.stage_id), Tie("holder", "pass", holder.id or 0)}
    if holder.silenced_at is not None:
        ties.add(Tie(SanctionKind.SILENCED, "stage", found.stage_id))
    return Actor(None, frozenset(ties))


def passes_of(db: Database, stage_id: int) -> list[StagePass]:
    """The passes to a room that hold now, newest first."""
    query = select(StagePass).where(
        StagePass.stage_id == stage_id, col(StagePass.revoked_at).is_(None), StagePass.ends_at > clock.now()
    )
    return list(db.exec(query.order_by(col(StagePass.id).desc())))
