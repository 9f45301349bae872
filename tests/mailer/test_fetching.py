"""Fetching a calendar from an address that anybody may have typed: it leads nowhere but outside, and ends."""

import socket

import pytest

from events.core.settings import use_settings
from mailer.fetching import MOST_BYTES, NotRead, Outside, fetch, is_public
from sessions.own_calendars import CalendarTrouble
from tests.conftest import SECRET
from tests.mailer.calendar_host import (
    PUBLIC,
    Host,
    Network,
    bomb,
    calendar_host,
    certificate_for,
    dripping,
    endless,
    ok,
    says,
)

ADDRESS = "http://calendar.example/secret.ics"


@pytest.fixture
def host():
    """A calendar's host. `calendar.example` is one that may be read without TLS; its address is checked all the same
    where a test names another."""
    use_settings(database_url="sqlite://", secret=SECRET, calendar_hosts=["calendar.example"])
    with calendar_host() as found:
        yield found


@pytest.fixture
def network(host: Host) -> Network:
    return Network(host, {"calendar.example": [[PUBLIC]]})


def trouble_of(address: str, network: Network, *, seconds: float = 5.0) -> CalendarTrouble:
    with pytest.raises(NotRead) as refused:
        fetch(address, outside=network.outside(seconds=seconds))
    return refused.value.trouble


def test_a_file_is_read_with_what_tells_whether_it_changes(host, network):
    host.answer = says(ok(b"BEGIN:VCALENDAR", 'ETag: "one"', "Last-Modified: Tue, 14 Apr 2026 09:00:00 GMT"))

    found = fetch(ADDRESS, outside=network.outside())

    assert (found.content, found.etag) == (b"BEGIN:VCALENDAR", '"one"')
    assert found.last_modified == "Tue, 14 Apr 2026 09:00:00 GMT"
    assert (network.resolved, network.reached) == (["calendar.example"], [PUBLIC])


def test_what_did_not_change_is_not_sent_again(host, network):
    host.answer = says(b"HTTP/1.1 304 Not Modified\r\n\r\n")

    found = fetch(ADDRESS, etag='"one"', outside=network.outside())

    assert found.content is None
    assert 'If-None-Match: "one"' in host.asked[0]


# Places that are not outside

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",  # noqa: S104 - never bound
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1",
    "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001::1", "2001:db8::1", "localhost", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_public_is_not_reached(host, network, address):
    network.names["inside.example"] = [[address]]

    assert trouble_of("https://inside.example/x.ics", network) is CalendarTrouble.UNREACHABLE
    assert network.reached == []


def test_one_private_address_among_public_ones_is_enough_to_be_refused(host, network):
    network.names["inside.example"] = [[PUBLIC, "127.0.0.1"]]

    assert trouble_of("https://inside.example/x.ics", network) is CalendarTrouble.UNREACHABLE
    assert network.reached == []


@pytest.mark.parametrize("address", ["1.1.1.1", PUBLIC, "2606:4700:4700::1111"])
def test_public_addresses_are_reached(address):
    assert is_public(address)


@pytest.mark.parametrize("name", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "localhost"])
def test_loopback_by_any_name_is_refused_by_the_real_resolver(host, name):
    host.answer = says(ok(b"BEGIN:VCALENDAR"))

    with pytest.raises(NotRead):
        fetch(f"https://{name}:{host.port}/x.ics")

    assert host.asked == []


def test_the_same_host_is_reached_where_the_operator_allows_it(host):
    use_settings(database_url="sqlite://", secret=SECRET, calendar_hosts=["127.0.0.1"])
    host.answer = says(ok(b"BEGIN:VCALENDAR"))

    assert fetch(f"http://127.0.0.1:{host.port}/x.ics").content == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://inside.example/", "file:///etc/passwd",
     "gopher://calendar.example/", "//inside.example/", "http://other.example/", "https://user:word@calendar.example/"],
)  # fmt: skip
def test_a_redirect_is_checked_like_any_address(host, network, target):
    network.names |= {"inside.example": [["127.0.0.1"]], "127.0.0.1": [["127.0.0.1"]], "other.example": [[PUBLIC]]}
    host.answer = says(ok(b"", f"Location: {target.format(port=host.port)}", status="302 Found"))

    assert trouble_of(ADDRESS, network) is CalendarTrouble.UNREACHABLE
    assert (network.reached, len(host.asked)) == ([PUBLIC], 1)


def test_a_redirect_to_a_public_place_is_followed_three_times(host, network):
    steps = iter(["/a", "/b", "http://calendar.example/c", ""])

    def answer(sock: socket.socket, _asked: str) -> None:
        step = next(steps)
        sock.sendall(ok(b"", f"Location: {step}", status="301 Moved") if step else ok(b"found"))

    host.answer = answer

    assert fetch(ADDRESS, outside=network.outside()).content == b"found"
    assert [one.split()[1] for one in host.asked] == ["/secret.ics", "/a", "/b", "/c"]


def test_a_redirect_without_end_ends(host, network):
    host.answer = says(ok(b"", "Location: /again", status="302 Found"))

    assert trouble_of(ADDRESS, network) is CalendarTrouble.BROKEN
    assert len(host.asked) == 4


def test_a_name_that_means_another_place_a_moment_later_is_asked_once(host, network, tmp_path):
    use_settings(database_url="sqlite://", secret=SECRET, calendar_hosts=[])
    network.names["rebound.example"] = [[PUBLIC], ["127.0.0.1"]]

    host.tls, believing = certificate_for("rebound.example", tmp_path)
    host.answer = says(ok(b"BEGIN:VCALENDAR"))

    fetch("https://rebound.example/x.ics", outside=network.outside(tls=believing))

    assert (network.resolved, network.reached) == (["rebound.example"], [PUBLIC])


def test_a_name_that_is_resolved_again_on_connecting_would_have_led_inside(host, network):
    network.names["rebound.example"] = [[PUBLIC], ["127.0.0.1"]]
    careless = Outside(
        network.resolve, lambda _address, port: network.connect(network.resolve("rebound.example", port)[0], port)
    )

    with pytest.raises(NotRead):
        fetch("https://rebound.example/x.ics", outside=careless)

    assert network.reached == ["127.0.0.1"]


def test_tls_proves_the_name_that_was_typed(host, network, tmp_path):
    network.names |= {"right.example": [[PUBLIC]], "wrong.example": [[PUBLIC]]}
    host.tls, believing = certificate_for("right.example", tmp_path)
    host.answer = says(ok(b"BEGIN:VCALENDAR"))

    found = fetch("https://right.example/x.ics", outside=network.outside(tls=believing))
    with pytest.raises(NotRead) as of_another:
        fetch("https://wrong.example/x.ics", outside=network.outside(tls=believing))
    with pytest.raises(NotRead) as of_nobody:
        fetch("https://right.example/x.ics", outside=network.outside())

    assert found.content == b"BEGIN:VCALENDAR"
    assert {of_another.value.trouble, of_nobody.value.trouble} == {CalendarTrouble.UNREACHABLE}
    assert len(host.asked) == 1


# Answers that do not end, or are not what they seem


def test_an_endless_answer_is_left_at_two_megabytes(host, network):
    host.answer = endless

    assert trouble_of(ADDRESS, network) is CalendarTrouble.TOO_LARGE


def test_ten_megabytes_are_too_many(host, network):
    host.answer = says(ok(bytes(10_000_000)))

    assert trouble_of(ADDRESS, network) is CalendarTrouble.TOO_LARGE


def test_two_megabytes_are_not(host, network):
    host.answer = says(ok(bytes(MOST_BYTES)))

    assert len(fetch(ADDRESS, outside=network.outside()).content or b"") == MOST_BYTES


def test_a_bomb_is_not_unpacked(host, network):
    host.answer = says(bomb())

    assert trouble_of(ADDRESS, network) is CalendarTrouble.TOO_LARGE


def test_what_is_packed_without_being_asked_for_is_unpacked(host, network):
    import gzip

    host.answer = says(ok(gzip.compress(b"BEGIN:VCALENDAR"), "Content-Encoding: gzip"))

    assert fetch(ADDRESS, outside=network.outside()).content == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize("packed", ["gzip", "br", "nonsense"])
def test_what_cannot_be_unpacked_is_refused(host, network, packed):
    host.answer = says(ok(b"\x00\x01\x02", f"Content-Encoding: {packed}"))

    assert trouble_of(ADDRESS, network) is CalendarTrouble.BROKEN


def test_one_that_drips_is_left_when_the_time_is_over(host, network):
    host.answer = dripping

    assert trouble_of(ADDRESS, network, seconds=0.3) is CalendarTrouble.TOO_SLOW


def test_one_that_says_nothing_is_left(host, network):
    host.answer = lambda sock, _asked: sock.recv(1)

    assert trouble_of(ADDRESS, network, seconds=0.3) is CalendarTrouble.TOO_SLOW


@pytest.mark.parametrize(
    ("status", "trouble"),
    [("401 No", CalendarTrouble.REFUSED), ("403 No", CalendarTrouble.REFUSED), ("404 No", CalendarTrouble.GONE),
     ("410 Gone", CalendarTrouble.GONE), ("500 Oh", CalendarTrouble.BROKEN), ("302 Found", CalendarTrouble.BROKEN)],
)  # fmt: skip
def test_refusals_are_told_apart(host, network, status, trouble):
    host.answer = says(ok(b"", status=status))

    assert trouble_of(ADDRESS, network) is trouble


@pytest.mark.parametrize(
    "raw", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"\xff" * 70_000]
)
def test_what_speaks_no_http_or_stops_in_the_middle_is_not_read(host, network, raw):
    host.answer = says(raw)

    assert trouble_of(ADDRESS, network) is CalendarTrouble.UNREACHABLE
