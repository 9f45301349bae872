"""Housekeeping: rows and files that have done their work and are of no use to anybody any more."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from events.core import clock
from events.core.database import transaction
from events.core.files import sweep_files
from events.core.limits import Allowance
from events.core.repeats import SentForm
from events.core.tokens import Token

FORMS_KEPT = timedelta(hours=48)
TOKENS_KEPT = timedelta(days=30)


def sweep() -> None:
    """Forget keys of forms after two days, allowances that are full again, tokens a month after their end, and files
    that arrived a day ago and whose row never came."""
    now = clock.now()
    with transaction() as db:
        db.execute(delete(SentForm).where(col(SentForm.sent_at) < now - FORMS_KEPT))
        db.execute(delete(Allowance).where(col(Allowance.ahead_until) < now))
        db.execute(delete(Token).where(col(Token.expires_at) < now - TOKENS_KEPT))
    sweep_files()
