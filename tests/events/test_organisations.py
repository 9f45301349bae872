"""Organisations: entering, joining, leaving, clusters, and finding them."""

import pytest
from sqlalchemy import event as sql_event

from events.clusters import InClusterAlready, add_to_cluster, clusters_of, remove_from_cluster
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.directory import members_of, organisations_of, organisations_seen_by
from events.organisations import (
    LastContact,
    MemberAlready,
    OrganisationKind,
    SimilarOrganisation,
    add_organisation,
    change_organisation,
    get_organisation,
    leave_organisation,
    name_contact,
    remove_member,
    same_name,
)
from events.people import PersonState
from tests.events.makers_network import added, portrait
from tests.makers import again, let_join, person_of


def test_whoever_enters_an_organisation_is_its_contact(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    assert again(db, bo).is_("contact", "organisation", organisation.id)


def test_what_an_organisation_says_is_kept(db: Database, bo: Actor) -> None:
    organisation = added(
        db, bo, "  Alpenkäse   GmbH ", region="at13", sector="C", website="https://example.org", languages=("de",)
    )

    kept = get_organisation(db, VISITOR, organisation.public_id)

    assert (kept.name, kept.region, kept.sector, kept.languages) == ("Alpenkäse GmbH", "AT13", "C", ["de"])


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 161}),
        ("country", {"country": "XX"}),
        ("region", {"region": "SE11"}),
        ("region", {"region": "nowhere"}),
        ("sector", {"sector": "Z"}),
        ("website", {"website": "javascript:alert(1)"}),
        ("website", {"website": "https://a b"}),
        ("about", {"about": "x" * 4001}),
        ("languages", {"languages": ("klingon",)}),
        ("keywords", {"keywords": ("no such word",)}),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    db: Database, bo: Actor, field: str, values: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        added(db, bo, **{"name": "Alpenkäse", **values})  # type: ignore[arg-type]  # names and other values

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alpenkäse GmbH", "Alpenkase Ges.m.b.H."),
        ("Müller & Söhne AG", "Muller Sohne"),
        ("Fromagerie S.A.", "Fromagerie SA"),
        ("Piekarnia Sp. z o.o.", "PIEKARNIA SP Z OO"),
    ],
)
def test_names_are_the_same_but_for_accents_and_legal_forms(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)


def test_a_name_of_only_a_legal_form_is_still_a_name() -> None:
    assert same_name("AG") == "ag"


def test_a_second_organisation_of_the_same_name_is_warned_about(db: Database, bo: Actor, cy: Actor) -> None:
    added(db, bo, "Alpenkäse GmbH")

    with pytest.raises(SimilarOrganisation, match="Alpenkäse GmbH is here already"):
        added(db, cy, "ALPENKASE")


def test_another_organisation_of_the_same_name_can_be_entered_all_the_same(db: Database, bo: Actor, cy: Actor) -> None:
    first = added(db, bo)

    second = add_organisation(db, cy, None, portrait=portrait(), although_similar=True)

    assert second.id != first.id


def test_the_same_name_in_another_country_is_another_organisation(db: Database, bo: Actor, cy: Actor) -> None:
    first = added(db, bo, "Alpina")

    second = added(db, cy, "Alpina", country="IT")

    assert second.id != first.id


def test_a_visitor_enters_no_organisation(db: Database) -> None:
    with pytest.raises(NotAllowed):
        added(db, VISITOR)


def test_the_first_to_join_becomes_contact_and_the_second_a_member(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    organisation = added(db, ada)
    leave_organisation(db, again(db, ada), organisation)

    contacts = [
        let_join(db, person, organisation).is_("contact", "organisation", organisation.id) for person in (bo, cy)
    ]

    assert contacts == [True, False]


def test_nobody_joins_twice(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    with pytest.raises(MemberAlready, match="belong to this organisation already"):
        let_join(db, bo, organisation)


def test_a_contact_removes_who_does_not_belong(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, eve, organisation)

    remove_member(db, again(db, bo), organisation, person_id=eve.person or 0)

    assert organisations_of(db, eve.person) == []


def test_a_member_removes_nobody(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, eve, organisation)

    with pytest.raises(NotAllowed):
        remove_member(db, again(db, eve), organisation, person_id=bo.person or 0)


def test_a_contact_cannot_remove_herself(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    with pytest.raises(Conflict, match="Leave the organisation instead"):
        remove_member(db, again(db, bo), organisation, person_id=bo.person or 0)


def test_who_is_gone_cannot_be_removed(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)

    with pytest.raises(NotFound, match="does not belong"):
        remove_member(db, again(db, bo), organisation, person_id=cy.person or 0)


def test_the_last_contact_stays_while_others_are_members(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)

    with pytest.raises(LastContact, match="Name another contact first"):
        leave_organisation(db, again(db, bo), organisation)


def test_a_contact_leaves_after_naming_another(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    name_contact(db, again(db, bo), organisation, person_id=cy.person or 0)

    leave_organisation(db, again(db, bo), organisation)

    assert again(db, cy).ids("contact", "organisation") == {organisation.id}


def test_only_members_leave(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)

    with pytest.raises(NotAllowed):
        leave_organisation(db, cy, organisation)


def test_only_contacts_change_an_organisation(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)

    with pytest.raises(NotAllowed):
        change_organisation(db, again(db, cy), organisation, portrait=portrait("Alpenkäse Neu"))


def test_a_changed_organisation_is_found_by_its_new_name_only(db: Database, bo: Actor) -> None:
    organisation = added(db, bo, "Alpenkäse")
    change_organisation(db, again(db, bo), organisation, portrait=portrait("Bergmilch"))

    found = [organisations_seen_by(db, VISITOR, query=words).count for words in ("Alpenkäse", "BERGMILCH")]

    assert found == [0, 1]


def test_visitors_see_no_members(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    assert members_of(db, VISITOR, organisation) == []


def test_only_contacts_see_members_who_have_yet_to_sign_in(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    person_of(db, cy).state = PersonState.NEW
    db.flush()

    seen = [[one.name for one in members_of(db, again(db, reader), organisation)] for reader in (bo, eve)]

    assert seen == [["Bo Berg", "Cy Costa"], ["Bo Berg"]]


def test_an_unknown_organisation_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        get_organisation(db, VISITOR, "o_nothing")


def test_the_directory_filters_by_kind_country_and_words(db: Database, bo: Actor) -> None:
    added(db, bo, "Alpenkäse", city="Bregenz")
    added(db, bo, "Norrsken", country="SE", kind=OrganisationKind.TECH_SAVVY_SME)

    found = [
        [card.name for card in organisations_seen_by(db, VISITOR, **question).rows]  # type: ignore[arg-type]
        for question in (
            {"query": "bregenz kase"},
            {"country": "SE"},
            {"kind": OrganisationKind.TRADITIONAL_SME},
            {"query": "100%_"},
        )
    ]

    assert found == [["Alpenkäse"], ["Norrsken"], ["Alpenkäse"], []]


def test_the_directory_comes_in_pages_with_a_steady_number_of_queries(db: Database, bo: Actor) -> None:
    for number in range(30):
        added(db, bo, f"Company {number:02}")
    asked: list[str] = []
    engine = db.get_bind()
    sql_event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    pages = [organisations_seen_by(db, VISITOR, page=page) for page in (1, 2, 99)]

    assert [(len(one.rows), one.page, one.count, one.pages) for one in pages] == [
        (24, 1, 30, 2),
        (6, 2, 30, 2),
        (6, 2, 30, 2),
    ]
    assert len(asked) == 6


def test_contacts_of_a_cluster_keep_its_list(db: Database, bo: Actor, cy: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    member = added(db, cy, "Alpenkäse")

    add_to_cluster(db, again(db, bo), cluster, organisation=member)

    assert [one.name for one in clusters_of(db, member.id or 0)] == ["Food Cluster"]
    assert [one.name for one in organisations_seen_by(db, VISITOR, cluster_id=cluster.id).rows] == ["Alpenkäse"]


def test_nobody_adds_themselves_to_a_cluster(db: Database, bo: Actor, cy: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    member = added(db, cy, "Alpenkäse")

    with pytest.raises(NotAllowed):
        add_to_cluster(db, again(db, cy), cluster, organisation=member)


def test_a_company_is_no_cluster(db: Database, bo: Actor) -> None:
    company, other = added(db, bo, "Alpenkäse"), added(db, bo, "Bergmilch")

    with pytest.raises(Invalid, match="Alpenkäse is not a cluster"):
        add_to_cluster(db, again(db, bo), company, organisation=other)


def test_a_cluster_is_no_member_of_itself(db: Database, bo: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)

    with pytest.raises(Invalid, match="member of itself"):
        add_to_cluster(db, again(db, bo), cluster, organisation=cluster)


def test_an_organisation_is_in_a_cluster_once(db: Database, bo: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    member = added(db, bo, "Alpenkäse")
    add_to_cluster(db, again(db, bo), cluster, organisation=member)

    with pytest.raises(InClusterAlready, match="Alpenkäse is in this cluster already"):
        add_to_cluster(db, again(db, bo), cluster, organisation=member)


def test_who_left_a_cluster_cannot_leave_again(db: Database, bo: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    member = added(db, bo, "Alpenkäse")
    add_to_cluster(db, again(db, bo), cluster, organisation=member)
    remove_from_cluster(db, again(db, bo), cluster, organisation=member)

    with pytest.raises(NotFound, match="not in this cluster"):
        remove_from_cluster(db, again(db, bo), cluster, organisation=member)
