"""The people that the demo's switcher offers."""

from sqlmodel import col, select

from events.core.database import reading
from events.people import Person
from frontend.rendering import know_cast


def load_cast() -> None:
    """Read who belongs to the cast, in order of their arrival."""
    with reading() as db:
        rows = db.exec(select(Person).where(Person.cast_as != "").order_by(col(Person.id)))
        know_cast([(one.public_id, one.name, one.cast_as) for one in rows])
