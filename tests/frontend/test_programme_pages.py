"""Programmes: the list of mine, one programme, setting one up, its clusters."""

from events.core.access import Actor
from events.core.database import Database
from events.organisations import OrganisationKind
from tests.events.makers_network import added
from tests.frontend.browser import Browser
from tests.makers import again, make_event, make_programme


def test_setting_up_a_programme(db: Database, ada: Actor) -> None:
    browser = Browser(db, ada)

    empty = browser.get("/programmes")
    page = browser.send("/programmes/new", name="Green Food", summary="Clusters of five countries.", funding="None.")

    assert "You organise no programme yet" in empty.text
    assert (page.path, page.headline) == ("/p/green-food", "Green Food")
    assert "/p/green-food" in browser.get("/programmes").links


def test_a_name_that_is_taken_is_refused_with_what_was_typed(db: Database, ada: Actor) -> None:
    make_programme(db, ada, "Green Food")

    page = Browser(db, ada).send("/programmes/new", name="Green food", summary="Typed.", funding="")

    assert (page.status, "There is a programme called Green food." in page.html, "Typed." in page.html) == (
        422,
        True,
        True,
    )


def test_visitors_read_a_programme_and_sign_in_for_the_rest(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    make_event(db, again(db, ada), programme)
    browser = Browser(db)

    page = browser.get("/p/green-food-network")

    assert (page.status, "/e/food-hack" in page.links, "/p/green-food-network/edit" in page.links) == (200, True, False)
    assert browser.get("/programmes").path == "/sign-in"


def test_only_organisers_edit(db: Database, ada: Actor, bo: Actor) -> None:
    make_programme(db, ada)
    edit = "/p/green-food-network/edit"

    page = Browser(db, ada).send(edit, name="Greener", summary="", funding="")

    assert page.headline == "Greener"
    assert (Browser(db, ada).get(edit).status, Browser(db, bo).get(edit).status) == (200, 403)


def test_clusters_come_and_go(db: Database, ada: Actor) -> None:
    make_programme(db, ada)
    cluster = added(db, ada, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    browser, page = Browser(db, ada), "/p/green-food-network"

    came = browser.send(f"{page}/clusters/add", cluster=cluster.public_id)
    twice = browser.send(f"{page}/clusters/add", cluster=cluster.public_id)
    went = browser.send(f"{page}/clusters/remove", cluster=cluster.public_id)
    none = browser.send(f"{page}/clusters/add", cluster="")

    assert f"/organisations/{cluster.public_id}" in came.links
    assert (twice.status, went.status, none.status) == (409, 200, 422)


def test_what_is_not_there_is_not_found(db: Database) -> None:
    assert Browser(db).get("/p/nothing").status == 404
