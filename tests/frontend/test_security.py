"""The door: hosts, origins, sizes, pace and headers, on every answer whatever its status."""

import re

import pytest
from starlette.routing import Route

from events.core.database import transaction
from events.core.settings import settings, use_settings
from events.signin import open_sign_in
from frontend import middleware
from frontend.app import CannotStart, make_app
from frontend.routes import routes
from tests.asking import Asker
from tests.makers import make_person, person_of

CSP = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "manifest-src 'self'",
}  # fmt: skip
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


@pytest.fixture
def asker(sqlite_url: str) -> Asker:
    """The application on an empty database."""
    return Asker()


@pytest.fixture
def cookie(asker: Asker) -> str:
    """Bo's sign-in."""
    with transaction() as db:
        return open_sign_in(db, person_of(db, make_person(db, "Bo Berg")), way="test")


def missing_headers(response) -> list[str]:
    """Which of the headers of all answers an answer lacks or has otherwise."""
    wrong = [name for name, value in ALWAYS.items() if response.headers.get(name) != value]
    policy = {part.strip() for part in response.headers.get("content-security-policy", "").split(";")}
    if {part for part in policy if not part.startswith("connect-src")} != CSP or "unsafe" in str(policy):
        wrong.append("content-security-policy")
    if not re.fullmatch(r"[0-9a-f]{16}", response.headers.get("x-request-id", "")):
        wrong.append("x-request-id")
    return wrong + [name for name in ("server", "x-powered-by") if name in response.headers]


# Headers


async def test_every_answer_of_every_route_has_all_headers(asker):
    wrong = {}
    for route in (one for one in routes(demo=False) if isinstance(one, Route)):
        path = re.sub(r"{\w+(:\w+)?}", "nothing", route.path)
        method = "POST" if "POST" in route.methods else "GET"
        for options in ({}, {"honest": False}):
            response = await asker.ask(method, path, **options)
            if found := missing_headers(response):
                wrong[route.name, response.status_code] = found

    assert wrong == {}


async def broken(_request):
    """A page with a bug in it."""
    raise RuntimeError("secret inside: hunter2")


@pytest.fixture
def asker_with_bug(sqlite_url, monkeypatch) -> Asker:
    """The application with one page that has a bug."""
    bug = Route("/broken", broken, methods=["GET"], name="broken")
    monkeypatch.setattr("frontend.app.routes", lambda *, demo: [*routes(demo=demo), bug])
    return Asker()


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/static/0/nothing.css", {}, 404),
        ("GET", "/e/nothing", {}, 404),
        ("POST", "/", {}, 405),
        ("PUT", "/sign-in", {}, 405),
        ("DELETE", "/healthz", {}, 405),
        ("OPTIONS", "/", {}, 405),
        ("GET", "/", {"headers": {"host": "evil.example"}}, 400),
        ("POST", "/sign-in", {"honest": False}, 403),
        ("POST", "/sign-in", {"body": b"x" * 600_000}, 413),
        ("POST", "/sign-in", {"body": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ("POST", "/sign-in", {"form": {"email": "no address"}}, 422),
        ("GET", "/broken", {}, 500),
    ],
)
async def test_what_goes_wrong_has_all_headers_too(asker_with_bug, method, path, options, status):
    response = await asker_with_bug.ask(method, path, **options)

    assert (response.status_code, missing_headers(response)) == (status, [])


async def test_a_bug_tells_nobody_anything_but_its_number(asker_with_bug):
    response = await asker_with_bug.get("/broken")

    assert "hunter2" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["x-request-id"] in response.text


async def test_a_script_is_told_in_json(asker_with_bug):
    response = await asker_with_bug.get("/broken", headers={"accept": "application/json"})

    assert response.json() == {
        "ok": False,
        "message": "This is our fault, and it was written down. Nothing was changed; try again in a minute.",
        "ref": response.headers["x-request-id"],
    }


async def test_https_brings_strict_transport_and_secure_cookies(sqlite_url):
    use_settings(**settings().model_dump() | {"public_url": "https://folkmoot.example"})

    response = await Asker().get("/sign-in")

    assert response.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "connect-src 'self' wss://folkmoot.example" in response.headers["content-security-policy"]
    cookies = response.headers.get_list("set-cookie")
    assert cookies and [one for one in cookies if not one.startswith("__Host-")] == []
    assert [one for one in cookies if not {"secure", "httponly", "path=/", "samesite=lax"} <= parts(one)] == []
    assert [one for one in cookies if "domain=" in one.lower()] == []


async def test_without_https_there_is_no_strict_transport(asker):
    response = await asker.get("/sign-in")

    assert "strict-transport-security" not in response.headers
    assert [
        one for one in response.headers.get_list("set-cookie") if not {"httponly", "samesite=lax"} <= parts(one)
    ] == []


def parts(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")}


async def test_pages_of_signed_in_people_are_kept_by_no_cache(asker, cookie):
    response = await asker.get("/account", cookie=cookie)

    assert response.headers["cache-control"] == "private, no-store"


async def test_nobody_else_may_read_our_pages_across_origins(asker):
    response = await asker.get("/", headers={"origin": "https://evil.example"})

    assert [name for name in response.headers if name.startswith("access-control-")] == []


# Hosts and addresses

FOREIGN_HOSTS = [
    "evil.example", "folkmoot.example.evil.example", "evil.example:80", "folkmoot.example@evil.example",
    "evil.example/folkmoot.example", "127.0.0.1", "localhost", "[::1]", "", " ", "folkmoot.example.",
    "folkmoot.example%00", "xn--folkmoot.example", "FOLKMOOT.EXAMPLE.EVIL", "[", "a:b:c",
    "folkmoot.example, evil.example",
]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
async def test_another_host_is_turned_away(asker, host):
    response = await asker.get("/", headers={"host": host})

    assert (response.status_code, response.text) == (400, "This host name is not ours.")


@pytest.mark.parametrize(
    "host", ["folkmoot.example", "FOLKMOOT.example", "folkmoot.example:80", "folkmoot.example:8000"]
)
async def test_our_host_is_welcome(asker, host):
    assert (await asker.get("/sign-in", headers={"host": host})).status_code == 200


async def test_no_link_is_made_from_what_a_request_says(asker):
    told = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-forwarded-proto": "ftp",
            "x-original-url": "/evil", "x-forwarded-prefix": "/evil"}  # fmt: skip
    pages = [await asker.get(path, headers=told) for path in ("/", "/sign-in", "/events", "/nowhere", "/account")]

    assert [one for one in pages if "evil" in one.text or "evil" in str(one.headers)] == []


async def test_a_proxy_in_front_may_name_the_host_it_was_asked_for_by_health_checks_only(asker):
    health = [await asker.get(path, headers={"host": "10.0.0.7:8000"}) for path in ("/healthz", "/readyz")]

    assert [one.status_code for one in health] == [200, 200]


@pytest.mark.parametrize("path", ["/e/%00", "/%00", "/e/a%00b", "/e/%ed%a0%80", "/e/%ff%fe"])
async def test_odd_bytes_are_no_address(asker, path):
    response = await asker.get(path)

    assert response.status_code in {400, 404}


@pytest.mark.parametrize("path", ["/marketplace?country=%00", "/sign-in?next=a%00b", "/?%00"])
async def test_a_nul_in_a_question_is_refused_since_postgresql_takes_none(asker, path):
    response = await asker.get(path)

    assert response.status_code == 400


@pytest.mark.parametrize(
    "path", ["/static/0/../../settings.py", "/static/0/..%2f..%2fcli.py", "/static/0/%2e%2e/cli.py", "/static/0/",
             "/static/0//etc/passwd", "/static/0/css/../../cli.py", "/static/0/C:%5cx", "/static/0/."],
)  # fmt: skip
async def test_nothing_but_our_own_files_is_served(asker, path):
    response = await asker.get(path)

    led = response.headers.get("location", "http://folkmoot.example/static/")
    assert response.status_code in {404, 307}  # the latter to the same path without its last slash
    assert led.startswith("http://folkmoot.example/static/")


async def test_a_slash_too_many_does_not_lead_elsewhere(asker):
    answers = [
        await asker.get(path) for path in ("//evil.example", "//evil.example/%2f..", "/events/", "/%5cevil.example")
    ]

    led = [one.headers.get("location", "") for one in answers]
    assert [one for one in led if "evil" in one] == []


# Sizes


async def test_a_small_form_may_be_half_a_megabyte(asker):
    fits = await asker.post("/sign-in", body=b"email=" + b"x" * (512 * 1024 - 6), headers=FORM)
    too_large = await asker.post("/sign-in", body=b"email=" + b"x" * (512 * 1024 - 5), headers=FORM)

    assert (fits.status_code, too_large.status_code) == (422, 413)


FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_a_length_that_lies_is_found_out(sqlite_url):
    sent, asker = [], Asker()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"", "client": ("192.0.2.9", 1),
        "server": ("folkmoot.example", 80), "root_path": "",
        "headers": [(b"host", b"folkmoot.example"), (b"origin", b"http://folkmoot.example"),
                    (b"content-type", FORM["content-type"].encode())],
    }  # fmt: skip
    given = iter(range(10_000))

    async def receive():
        next(given)
        return {"type": "http.request", "body": b"a=" + b"x" * 65_536, "more_body": True}

    async def send(message):
        sent.append(message)

    await asker.app(scope, receive, send)

    assert next(given) < 12
    assert [one["status"] for one in sent if one["type"] == "http.response.start"] == [413]


@pytest.mark.parametrize("length", ["-1", "1e3", "abc", "99999999999999999999", "0x10", "1, 1"])
async def test_an_odd_length_is_refused(asker, length):
    response = await asker.post("/sign-in", body=b"", headers=FORM | {"content-length": length})

    assert response.status_code == 413


async def test_a_form_has_a_limited_number_of_fields(asker):
    body = "&".join(f"f{n}=1" for n in range(600)).encode()

    assert (await asker.post("/sign-in", body=body, headers=FORM)).status_code == 400


@pytest.mark.parametrize("body", [b"email=%00", b"email=a%00b%40example.org", b"%00=1"])
async def test_nul_in_a_form_is_refused(asker, body):
    assert (await asker.post("/sign-in", body=body, headers=FORM)).status_code == 400


@pytest.mark.parametrize(
    "body", [b"email=%ed%a0%80", b"email=%ff%fe%fd", b"email", b"=", b"&&&", b"email=\xed\xa0\x80", b"\xff" * 50]
)
async def test_odd_bytes_in_a_form_are_no_error_of_ours(asker, body):
    assert (await asker.post("/sign-in", body=body, headers=FORM)).status_code in {400, 422}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/form-data; boundary=", "x" * 300])
async def test_other_kinds_of_bodies_are_no_error_of_ours(asker, kind):
    response = await asker.post("/sign-in", body=b'{"email": "a@b.example"}', headers={"content-type": kind})

    assert response.status_code in {400, 422}


async def test_a_field_that_nobody_asked_for_is_refused(asker):
    response = await asker.post("/sign-up", {"email": "nia@example.org", "name": "Nia", "state": "active", "id": "1"})

    assert response.status_code == 422
    assert "This form has a field that nobody asked for. Reload the page and try again." in response.text


# Pace


async def test_one_address_cannot_send_without_end(asker, monkeypatch):
    monkeypatch.setattr(middleware, "PACE", 0.001)  # what comes back while a slow machine sends is not asked here
    answers = [await asker.post("/language", {"language": "de"}, address="192.0.2.1") for _time in range(130)]
    elsewhere = await asker.post("/language", {"language": "de"}, address="192.0.2.2")
    looking = await asker.get("/sign-in", address="192.0.2.1")

    statuses = [one.status_code for one in answers]
    assert set(statuses[:120]) == {303}
    assert statuses[-1] == 429
    assert answers[-1].headers["retry-after"] == "60"
    assert (elsewhere.status_code, looking.status_code) == (303, 200)


async def test_a_hall_behind_one_address_is_as_fast_as_its_people_and_not_without_end(asker, monkeypatch):
    """Each browser has its own pace; those who make up a browser for each request meet the pace of the address."""

    async def send(cookie: str) -> int:
        headers = {"cookie": f"folkmoot={cookie}"}
        answer = await asker.post("/language", {"language": "de"}, address="192.0.2.9", headers=headers)
        return int(answer.status_code)

    monkeypatch.setattr(middleware, "PACE", 0.001)
    monkeypatch.setattr(middleware, "HALL_PACE", 0.001)
    monkeypatch.setattr(middleware, "BURST", 5)
    monkeypatch.setattr(middleware, "HALL_BURST", 40)
    people = [await send(f"phone {at % 6}") for at in range(30)]
    one_more = await send("phone 1")
    made_up = [await send(f"made up {at}") for at in range(12)]

    assert (429 in people, one_more) == (False, 429)
    assert [one == 429 for one in made_up] == [False] * 9 + [True] * 3


@pytest.mark.parametrize(
    ("trusted", "forwarded", "counted"),
    [
        ([], "1.2.3.4", "10.9.9.9"),
        (["10.9.9.9"], "1.2.3.4", "1.2.3.4"),
        (["10.9.9.9"], "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (["10.9.9.9", "10.8.8.8"], "1.2.3.4, 10.8.8.8", "1.2.3.4"),
        (["10.9.9.9"], "", "10.9.9.9"),
        (["10.9.9.9"], ",, ,", "10.9.9.9"),
    ],
)
def test_only_named_proxies_say_who_asks(sqlite_url, trusted, forwarded, counted):
    use_settings(**settings().model_dump() | {"trusted_proxies": trusted})
    scope = {"type": "http", "headers": [(b"x-forwarded-for", forwarded.encode())], "client": ("10.9.9.9", 1)}

    assert middleware.address_of(scope) == counted


# Origins: the matrix over all routes stands in tests/permissions/test_routes.py


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://folkmoot.example"}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none", "origin": "http://folkmoot.example"}, 303),
        ({"sec-fetch-site": "same-origin", "origin": "http://folkmoot.example"}, 303),
        ({}, 403),
        ({"origin": ""}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://folkmoot.example:81"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://folkmoot.example.evil.example"}, 403),
        ({"origin": "http://folkmoot.example", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://folkmoot.example", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://folkmoot.example", "sec-fetch-site": "nonsense"}, 403),
        ({"referer": "http://folkmoot.example/sign-in"}, 403),
    ],
)
async def test_a_form_comes_from_our_own_pages(asker, headers, status):
    response = await asker.post("/language", {"language": "de"}, honest=False, headers=headers)

    assert response.status_code == status


async def test_a_form_of_a_signed_in_browser_needs_its_token(asker, cookie):
    with_token = await asker.post("/programmes/new", {"name": "One"}, cookie=cookie)
    in_header = await asker.ask(
        "POST", "/programmes/new", form={"name": "Two"}, cookie=cookie, honest=False,
        headers={"origin": settings().public_url, "x-csrf-token": token_in(await asker.get("/account", cookie=cookie))},
    )  # fmt: skip
    without = await asker.post("/programmes/new", {"name": "Three", "csrf_token": ""}, cookie=cookie)

    assert [one.status_code for one in (with_token, in_header, without)] == [303, 303, 409]
    assert "This page was open for too long. Reload it and send it again." in without.text


def token_in(page) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


async def test_a_token_is_the_same_in_all_tabs_and_another_after_signing_in_anew(asker, cookie):
    with transaction() as db:
        other = open_sign_in(db, person_of(db, make_person(db, "Cy Costa")), way="test")
    pages = [await asker.get("/account", cookie=one) for one in (cookie, cookie, other)]

    one, again, anew = (token_in(page) for page in pages)

    assert (one == again, one == anew) == (True, False)


# The demo


@pytest.mark.parametrize("address", ["https://folkmoot.example", "http://192.168.1.5:8000", "http://0.0.0.0:8000"])
def test_the_demo_refuses_an_address_that_others_can_reach(sqlite_url, address):
    use_settings(**settings().model_dump() | {"demo": True, "public_url": address})

    with pytest.raises(CannotStart, match="FOLKMOOT_DEMO lets anybody sign in as anybody"):
        make_app()


@pytest.mark.parametrize("path", ["/dev/mail", "/dev/mail/1", "/styleguide", "/dev/person"])
async def test_what_is_for_the_demo_is_not_there_otherwise(asker, cookie, path):
    answers = [await asker.get(path, cookie=who) for who in ("", cookie)] + [await asker.post(path, cookie=cookie)]

    assert [one.status_code for one in answers] == [404] * 3


async def test_the_switcher_signs_in_as_nobody_real(sqlite_url):
    use_settings(**settings().model_dump() | {"demo": True, "public_url": "http://localhost:8000"})
    with transaction() as db:
        real, played = (person_of(db, make_person(db, name)) for name in ("Bo Berg", "Cy Costa"))
        played.cast_as = "participant"
        db.add(played)
    asker = Asker()

    answers = [await asker.post("/dev/person", {"person": one.public_id}) for one in (real, played)]

    assert [one.status_code for one in answers] == [422, 303]
    assert [bool(one.headers.get_list("set-cookie")) for one in answers] == [False, True]
