"""The directory, the page of an organisation, entering it, and clusters."""

from events.core.access import Actor
from events.core.database import Database
from events.directory import organisations_of
from events.organisations import Organisation, OrganisationKind
from tests.events.makers_network import added, published
from tests.frontend.browser import Browser
from tests.makers import again, let_join, person_of

FILLED = {"name": "Alpenkäse GmbH", "kind": "traditional SME", "country": "AT", "region": "AT34", "city": "Bregenz"}


def page_of(organisation: Organisation, more: str = "") -> str:
    return f"/organisations/{organisation.public_id}{more}"


def test_an_empty_directory_says_what_to_do(db: Database) -> None:
    page = Browser(db).get("/organisations")

    assert (page.status, page.headline) == (200, "Organisations")
    assert "No organisations yet" in page.text
    assert "/organisations/new" in page.links


def test_the_directory_finds_and_filters(db: Database, bo: Actor) -> None:
    added(db, bo, "Alpenkäse", city="Bregenz")
    added(db, bo, "Norrsken", country="SE")
    browser = Browser(db)

    assert "1 organisation" in browser.get("/organisations?q=bregenz").text
    assert "Norrsken" in browser.get("/organisations?country=SE&kind=traditional+SME").text
    assert "No organisation fits" in browser.get("/organisations?q=nothing&page=x&cluster=o_none&kind=wrong").text


def test_the_directory_asks_as_often_for_one_as_for_three(db: Database, bo: Actor, queries: list[str]) -> None:
    browser, counts = Browser(db), []
    for number in range(3):
        added(db, bo, f"Company {number}")
        db.commit()
        queries.clear()
        browser.get("/organisations")
        counts.append(len(queries))

    assert counts[0] == counts[2] <= 3


def test_entering_an_organisation_leads_to_its_page(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/organisations/new", **FILLED)

    assert (page.status, page.headline) == (200, "Alpenkäse GmbH")
    assert "Alpenkäse GmbH is entered, and you are its contact." in page.html
    assert "AT34 Vorarlberg" in page.text


def test_a_visitor_signs_in_before_entering_one(db: Database) -> None:
    assert Browser(db).get("/organisations/new").path == "/sign-in"


def test_what_is_missing_stands_at_its_field_and_what_was_typed_stays(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/organisations/new", name="", kind="traditional SME", country="AT", city="Bregenz")

    assert page.status == 422
    assert "Please give the organisation&#39;s name." in page.html
    assert 'value="Bregenz"' in page.html


def test_a_kind_that_nobody_offered_is_refused(db: Database, bo: Actor) -> None:
    page = Browser(db, bo).send("/organisations/new", **{**FILLED, "kind": "circus"})

    assert (page.status, "Please choose what kind of organisation this is." in page.html) == (422, True)


def test_a_second_of_the_same_name_is_shown_the_first(db: Database, bo: Actor, cy: Actor) -> None:
    first = added(db, bo)
    browser = Browser(db, cy)

    page = browser.send("/organisations/new", **FILLED)
    entered = browser.send("/organisations/new", **FILLED, although_similar="yes")

    assert (page.status, page_of(first) in page.links) == (409, True)
    assert (entered.status, entered.headline) == (200, "Alpenkäse GmbH")


def test_visitors_read_about_an_organisation_but_not_who_is_in_it(db: Database, bo: Actor) -> None:
    organisation = added(db, bo, about="Cheese from the **Alps**.", website="https://example.org/alps")

    page = Browser(db).get(page_of(organisation))

    assert "Cheese from the <strong>Alps</strong>." in page.html
    assert "https://example.org/alps" in page.links
    assert "Bo Berg" not in page.html


def test_a_contact_names_another_and_removes_a_third(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    for person in (cy, eve):
        let_join(db, person, organisation)
    ids = {name: person_of(db, actor).public_id for name, actor in (("cy", cy), ("eve", eve))}
    browser = Browser(db, bo)

    named = browser.send(page_of(organisation, "/members/contact"), person=ids["cy"])
    removed = browser.send(page_of(organisation, "/members/remove"), person=ids["eve"])
    nobody = browser.send(page_of(organisation, "/members/remove"), person="p_nobody")

    assert "Cy Costa is a contact now." in named.html
    assert (removed.status, organisations_of(db, eve.person)) == (200, [])
    assert nobody.status == 404


def test_only_contacts_open_the_form(db: Database, bo: Actor, cy: Actor) -> None:
    organisation = added(db, bo, keywords=("ai.vision",), languages=("de",))
    edit = page_of(organisation, "/edit")

    own, other = Browser(db, bo).get(edit), Browser(db, cy).get(edit)

    assert (own.status, other.status) == (200, 403)
    assert 'value="ai.vision" checked' in own.html
    assert 'value="de" checked' in own.html


def test_a_contact_changes_the_page(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db, bo).send(page_of(organisation, "/edit"), **{**FILLED, "name": "Bergmilch"})

    assert (page.status, page.headline) == (200, "Bergmilch")


def test_a_refused_change_keeps_what_was_typed(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)

    page = Browser(db, bo).send(
        page_of(organisation, "/edit"), **{**FILLED, "region": "SE11"}, keywords=["ai", "iot"], languages="de"
    )

    assert (page.status, "SE11 is not a region of this country." in page.html) == (422, True)
    assert page.html.count('value="iot" checked') == 1


def test_contacts_of_a_cluster_keep_its_members_on_its_page(db: Database, bo: Actor, cy: Actor) -> None:
    cluster = added(db, bo, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
    member = added(db, cy)
    browser = Browser(db, bo)

    joined = browser.send(page_of(cluster, "/cluster/add"), organisation=f"http://folkmoot.example{page_of(member)}")
    wrong = browser.send(page_of(cluster, "/cluster/add"), organisation="nothing")
    again_ = browser.send(page_of(cluster, "/cluster/add"), organisation=member.public_id)
    left = browser.send(page_of(cluster, "/cluster/remove"), organisation=member.public_id)

    assert page_of(member) in joined.links
    assert (wrong.status, again_.status, left.status) == (404, 409, 200)


def test_the_page_lists_what_the_organisation_published(db: Database, bo: Actor) -> None:
    organisation = added(db, bo)
    item = published(db, again(db, bo), organisation)

    page = Browser(db).get(page_of(organisation))

    assert f"/marketplace/{item.public_id}" in page.links


def test_what_is_not_there_is_not_found(db: Database) -> None:
    assert Browser(db).get("/organisations/o_nothing").status == 404
