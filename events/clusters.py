"""Clusters: which organisations are members of which, and who keeps that list."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.organisations import ClusterMembership, Organisation, OrganisationKind, contact_of_organisation


@dataclass(frozen=True)
class ClusterJoined(Fact):
    """An organisation became a member of a cluster."""

    organisation_id: int
    cluster_id: int


@dataclass(frozen=True)
class ClusterLeft(Fact):
    """An organisation is a member of a cluster no more."""

    organisation_id: int
    cluster_id: int


class InClusterAlready(Conflict):
    """An organisation is a member of a cluster once."""


@command(contact_of_organisation)
def add_to_cluster(db: Database, actor: Actor, subject: Organisation, *, organisation: Organisation) -> None:
    """Enter an organisation as a member of the cluster `subject`, whose contacts keep that list.

    Refuses a subject that is no cluster, a cluster as its own member, and a second membership.
    """
    if subject.kind is not OrganisationKind.CLUSTER_ORGANISATION:
        raise Invalid(_("%(name)s is not a cluster.", name=subject.name))
    if organisation.id == subject.id:
        raise Invalid(_("A cluster cannot be a member of itself."))
    row = ClusterMembership(organisation_id=organisation.id or 0, cluster_id=subject.id or 0)
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_cluster_membership_organisation_id_cluster_id"):
            raise InClusterAlready(_("%(name)s is in this cluster already.", name=organisation.name)) from error
        raise
    record(db, actor, ClusterJoined(organisation_id=organisation.id or 0, cluster_id=subject.id or 0))


@command(contact_of_organisation)
def remove_from_cluster(db: Database, actor: Actor, subject: Organisation, *, organisation: Organisation) -> None:
    """Take an organisation from the cluster's members; refused when it is none."""
    query = select(ClusterMembership).where(
        ClusterMembership.cluster_id == subject.id, ClusterMembership.organisation_id == organisation.id
    )
    found = db.exec(query).first()
    if found is None:
        raise NotFound(_("%(name)s is not in this cluster.", name=organisation.name))
    db.delete(found)
    db.flush()
    record(db, actor, ClusterLeft(organisation_id=organisation.id or 0, cluster_id=subject.id or 0))


def clusters_of(db: Database, organisation_id: int) -> list[Organisation]:
    """The clusters that an organisation is a member of, by name."""
    query = select(Organisation).join(ClusterMembership, col(ClusterMembership.cluster_id) == col(Organisation.id))
    query = query.where(ClusterMembership.organisation_id == organisation_id)
    return list(db.exec(query.order_by(col(Organisation.name), col(Organisation.id))))


def all_clusters(db: Database) -> list[Organisation]:
    """Every cluster organisation, by name, for menus."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.CLUSTER_ORGANISATION)
    return list(db.exec(query.order_by(col(Organisation.name), col(Organisation.id))))
