"""Housekeeping: rows and files that have done their work and are of no use to anybody any more."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from events.core import clock
from events.core.database import transaction
from events.core.files import sweep_files
from events.core.journal import Delivery
from events.core.limits import Allowance
from events.core.repeats import SentForm
from events.core.timers import Timer
from events.core.tokens import Token

FORMS_KEPT = timedelta(hours=48)
TOKENS_KEPT = timedelta(days=30)
WORK_KEPT = timedelta(days=30)


def sweep() -> None:
    """Forget keys of forms after two days, allowances that are full again, tokens a month after their end, timers that
    ran and facts that were told a month ago (the journal keeps the facts themselves), and files that arrived a day ago
    and whose row never came. What was given up stays: somebody has to look at it."""
    now = clock.now()
    with transaction() as db:
        db.execute(delete(SentForm).where(col(SentForm.sent_at) < now - FORMS_KEPT))
        db.execute(delete(Allowance).where(col(Allowance.ahead_until) < now))
        db.execute(delete(Token).where(col(Token.expires_at) < now - TOKENS_KEPT))
        for kind in (Timer, Delivery):
            db.execute(delete(kind).where(col(kind.done_at) < now - WORK_KEPT))
    sweep_files()
