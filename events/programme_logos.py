"""A programme's logo: on its page, in letters about its events, and on certificates that have none of their own."""

from sqlmodel import select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import StoredFile, store_file
from events.core.journal import record
from events.core.pictures import Picture
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.programmes import Programme, ProgrammeChanged
from events.roles import organiser_of_programme


@command(organiser_of_programme)
def set_programme_logo(db: Database, actor: Actor, programme: Programme, *, picture: Picture) -> None:
    """Let a picture, made anew, stand for the programme."""
    programme.logo_id = store_file(db, actor, picture.file).id
    _kept(db, actor, programme)


@command(organiser_of_programme)
def remove_programme_logo(db: Database, actor: Actor, programme: Programme) -> None:
    """Let no picture stand for the programme; its name does. Refused where none does."""
    if programme.logo_id is None:
        raise Conflict(_("There is no logo."))
    programme.logo_id = None
    _kept(db, actor, programme)


def _kept(db: Database, actor: Actor, programme: Programme) -> None:
    db.add(programme)
    db.flush()
    record(db, actor, ProgrammeChanged(programme_id=programme.id or 0))


def logo_of(db: Database, programme: Programme) -> StoredFile | None:
    """The picture that stands for a programme, if one does."""
    if programme.logo_id is None:
        return None
    return db.exec(select(StoredFile).where(StoredFile.id == programme.logo_id)).first()


def get_logo(db: Database, programme: Programme) -> StoredFile:
    """The same; NotFound where none does. Programmes are public, and their logos are."""
    found = logo_of(db, programme)
    if found is None:
        raise NotFound()
    return found
