"""Programmes: what they say, their clusters and their events."""

import pytest

from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import events_of_programme
from events.organisations import OrganisationKind
from events.programmes import (
    add_cluster,
    change_programme,
    clusters_in,
    create_programme,
    get_programme,
    programmes_of,
    remove_cluster,
)
from tests.events.makers_network import added
from tests.makers import again, make_event, make_programme


def test_whoever_sets_a_programme_up_organises_it(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)

    assert programmes_of(db, again(db, ada)) == [programme]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " !? "}),
        ("name", {"name": "x" * 121}),
        ("summary", {"summary": "x" * 501}),
        ("funding", {"funding": "x" * 301}),
    ],
)
def test_a_programme_needs_a_usable_name_and_short_texts(
    db: Database, ada: Actor, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        create_programme(db, ada, None, **{"name": "Green Food", **values})  # type: ignore[arg-type]

    assert list(refused.value.fields) == [field]


def test_programmes_are_named_in_any_script(db: Database, ada: Actor) -> None:
    names = ["Πράσινο δίκτυο", "Зелена мрежа"]

    made = [create_programme(db, ada, None, name=name) for name in names]

    assert [one.name for one in made] == names
    assert len({one.slug for one in made} - {""}) == 2


def test_two_programmes_cannot_have_one_address(db: Database, ada: Actor, bo: Actor) -> None:
    make_programme(db, ada, "Green Food")

    with pytest.raises(Invalid, match="There is a programme called green food"):
        make_programme(db, bo, "green food")


def test_a_programme_keeps_its_address_when_its_name_changes(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada, "Green Food")

    change_programme(db, again(db, ada), programme, name="Green Food II", summary="Next.", funding="Interreg")

    assert get_programme(db, "green-food").name == "Green Food II"


def test_only_its_organisers_change_a_programme(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)

    with pytest.raises(NotAllowed):
        change_programme(db, bo, programme, name="Mine", summary="", funding="")


def test_clusters_of_a_programme_stand_by_name(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    for name in ("Wood Cluster", "Food Cluster"):
        cluster = added(db, ada, name, kind=OrganisationKind.CLUSTER_ORGANISATION)
        add_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)

    names = [cluster.name for cluster in clusters_in(db, programme)]

    assert names == ["Food Cluster", "Wood Cluster"]


def test_a_company_cannot_work_in_a_programme_as_a_cluster(db: Database, ada: Actor) -> None:
    programme, company = make_programme(db, ada), added(db, ada)

    with pytest.raises(Invalid, match="choose a cluster"):
        add_cluster(db, again(db, ada), programme, organisation_id=company.id or 0)


def test_a_cluster_works_in_a_programme_once(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    cluster = added(db, ada, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    add_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)

    with pytest.raises(Conflict, match="in the programme already"):
        add_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)


def test_a_cluster_that_left_cannot_leave_again(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    cluster = added(db, ada, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    add_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)
    remove_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)

    with pytest.raises(NotFound, match="not in the programme"):
        remove_cluster(db, again(db, ada), programme, organisation_id=cluster.id or 0)


def test_only_organisers_see_the_drafts_of_a_programme(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    make_event(db, ada, programme, name="Public")
    make_event(db, ada, programme, name="Draft", published=False)

    seen = [[event.name for event in events_of_programme(db, reader, programme)] for reader in (ada, VISITOR)]

    assert seen == [["Draft", "Public"], ["Public"]]


def test_an_unknown_programme_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        get_programme(db, "nothing")
