"""Programmes: a project or network with its own organisers, clusters, events and figures."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command, signed_in
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.organisations import Organisation, OrganisationKind
from events.roles import Role, Scope, give_role, organiser_of_programme


class Programme(SQLModel, table=True):
    """A project or network that runs events."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pr")
    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=120)
    summary: str = Field(default="", max_length=500)
    funding: str = Field(default="", max_length=300)
    logo_id: int | None = Field(default=None, foreign_key="stored_file.id")
    created_at: datetime = moment()


class ProgrammeCluster(SQLModel, table=True):
    """That a cluster works in a programme."""

    __tablename__ = "programme_cluster"
    __table_args__ = (UniqueConstraint("programme_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)


@dataclass(frozen=True)
class ProgrammeCreated(Fact):
    """A programme was set up."""

    programme_id: int


@dataclass(frozen=True)
class ClusterAdded(Fact):
    """A cluster joined a programme."""

    programme_id: int
    organisation_id: int


@dataclass(frozen=True)
class ProgrammeChanged(Fact):
    """What a programme says about itself was changed."""

    programme_id: int


@dataclass(frozen=True)
class ClusterRemoved(Fact):
    """A cluster left a programme."""

    programme_id: int
    organisation_id: int


def slug_from(name: str) -> str:
    """A name as it can stand in an address: 'Food & Packaging 2026' becomes 'food-packaging-2026'."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")


@command(signed_in)
def create_programme(
    db: Database, actor: Actor, subject: None = None, *, name: str, summary: str = "", funding: str = ""
) -> Programme:
    """Set up a programme; whoever does it becomes its organiser. Refuses an empty name and one that is taken."""
    _check_texts(name, summary, funding)
    slug = slug_from(name) or _slug_without_name(db)
    if db.exec(select(Programme.id).where(Programme.slug == slug)).first():
        raise Invalid({"name": _("There is a programme called %(name)s. Choose another name.", name=name)})
    programme = Programme(slug=slug, name=name.strip(), summary=summary, funding=funding, created_at=clock.now())
    db.add(programme)
    db.flush()
    assert programme.id is not None and actor.person is not None
    record(db, actor, ProgrammeCreated(programme_id=programme.id))
    give_role(db, actor, person_id=actor.person, role=Role.ORGANISER, scope=Scope.PROGRAMME, scope_id=programme.id)
    return programme


def _slug_without_name(db: Database) -> str:
    """An address for a name in a script of which nothing can stand there, such as Greek: 'programme-7'."""
    last = db.exec(select(func.max(Programme.id))).one()
    return f"programme-{(last or 0) + 1}"


def _check_texts(name: str, summary: str, funding: str) -> None:
    wrong: dict[str, Message | str] = {}
    if not any(letter.isalnum() for letter in name):
        wrong["name"] = _("Please give the programme a name.")
    for field, text, most in (("name", name, 120), ("summary", summary, 500), ("funding", funding, 300)):
        if len(text) > most:
            wrong[field] = _("This is too long. Please shorten it.")
    if wrong:
        raise Invalid(wrong)


@command(organiser_of_programme)
def change_programme(
    db: Database, actor: Actor, programme: Programme, *, name: str, summary: str, funding: str
) -> Programme:
    """Change what a programme says about itself; its address stays. Refuses an empty name and texts too long."""
    _check_texts(name, summary, funding)
    programme.name, programme.summary, programme.funding = name.strip(), summary.strip(), funding.strip()
    db.add(programme)
    db.flush()
    record(db, actor, ProgrammeChanged(programme_id=programme.id or 0))
    return programme


@command(organiser_of_programme)
def add_cluster(db: Database, actor: Actor, programme: Programme, *, organisation_id: int) -> None:
    """Let a cluster work in the programme; refused when it is no cluster, and when it does already."""
    assert programme.id is not None
    cluster = db.get(Organisation, organisation_id)
    if cluster is None or cluster.kind is not OrganisationKind.CLUSTER_ORGANISATION:
        raise Invalid({"cluster": _("Please choose a cluster from the list.")})
    try:
        with db.begin_nested():
            db.add(ProgrammeCluster(programme_id=programme.id, organisation_id=organisation_id))
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_programme_cluster_programme_id_organisation_id"):
            raise Conflict(_("This cluster is in the programme already.")) from error
        raise
    record(db, actor, ClusterAdded(programme_id=programme.id, organisation_id=organisation_id))


@command(organiser_of_programme)
def remove_cluster(db: Database, actor: Actor, programme: Programme, *, organisation_id: int) -> None:
    """Let a cluster work in the programme no more; refused when it does not."""
    query = select(ProgrammeCluster).where(
        ProgrammeCluster.programme_id == programme.id, ProgrammeCluster.organisation_id == organisation_id
    )
    found = db.exec(query).first()
    if found is None:
        raise NotFound(_("This cluster is not in the programme any more."))
    db.delete(found)
    db.flush()
    record(db, actor, ClusterRemoved(programme_id=programme.id or 0, organisation_id=organisation_id))


def clusters_in(db: Database, programme: Programme) -> list[Organisation]:
    """The clusters that work in a programme, by name."""
    query = select(Organisation).join(ProgrammeCluster, col(ProgrammeCluster.organisation_id) == col(Organisation.id))
    query = query.where(ProgrammeCluster.programme_id == programme.id)
    return list(db.exec(query.order_by(col(Organisation.name), col(Organisation.id))))


def get_programme(db: Database, slug: str) -> Programme:
    """The programme with this slug; programmes are public."""
    found = db.exec(select(Programme).where(Programme.slug == slug)).first()
    if found is None:
        raise NotFound()
    return found


def programme_by_id(db: Database, programme_id: int) -> Programme:
    """The programme with this id, which there is."""
    return db.exec(select(Programme).where(Programme.id == programme_id)).one()


def programmes_of(db: Database, actor: Actor) -> list[Programme]:
    """The programmes that the actor organises, by name."""
    ids = actor.ids(Role.ORGANISER, Scope.PROGRAMME)
    return list(db.exec(select(Programme).where(col(Programme.id).in_(ids)).order_by(Programme.name)))
