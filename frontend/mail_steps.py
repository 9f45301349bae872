"""What somebody has to do about letters, on their home."""

from collections.abc import Iterable

from events.core.database import Database
from events.core.links import path
from events.core.translation import _
from events.reachability import trouble_of
from frontend.looks import Look
from frontend.steps import Step, Urgency


def letters_come_back(db: Database, look: Look) -> Iterable[Step]:
    """Letters to their address come back: invitations and changes do not reach them until they give another."""
    if trouble_of(db, look.person.email) is not None:
        yield Step(
            _("Give us an address that takes letters"),
            _("Letters to %(email)s come back, so that invitations and changes do not reach you.",
              email=look.person.email),
            _("Give another, or say that it works again"), path("own_calendar") + "#address",
            urgency=Urgency.NOW,
        )  # fmt: skip
