"""Letters leave by SMTP or into a directory; what goes wrong says whose fault it is."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailer.transport as transport_module
from mailer.transport import AddressRefused, OurFault, SmtpTransport, Temporary, Undelivered, transport_for
from tests.mailer.hostile import unhurried
from tests.mailer.sink import sink_on_loopback

LETTER = b"Date: Sun, 01 Nov 2026 09:00:00 +0000\r\nMessage-ID: <a/1@folkmoot.example>\r\n\r\nHello\r\n.\r\n..dots\r\n"
SENDER, BO = "bounce+1@folkmoot.example", "bo@acme.example"


async def outcome_of(transport, *, recipient=BO):
    try:
        await transport.send(LETTER, SENDER, recipient)
    except Undelivered as fault:
        return type(fault), fault.everywhere
    finally:
        await transport.close()
    return None


async def test_a_letter_arrives_as_the_bytes_that_were_given():
    async with sink_on_loopback() as sink:
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")

        await transport.send(LETTER, SENDER, BO)
        await transport.close()

        assert sink.taken == [(SENDER, BO, LETTER)]


async def test_a_connection_carries_a_hundred_letters_and_then_a_new_one_is_made():
    async with sink_on_loopback() as sink:
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")

        for _number in range(101):
            await transport.send(LETTER, SENDER, BO)
        await transport.close()

        assert (len(sink.taken), sink.connections) == (101, 2)


async def test_after_idle_seconds_a_new_connection_is_made(monkeypatch):
    async with sink_on_loopback() as sink:
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")
        monkeypatch.setattr(transport_module, "IDLE_LIMIT", -1.0)

        await transport.send(LETTER, SENDER, BO)
        await transport.send(LETTER, SENDER, BO)
        await transport.close()

        assert sink.connections == 2


async def test_user_and_password_are_taken_from_the_url():
    async with sink_on_loopback() as sink:
        right = transport_for(f"smtp://moot:p%40ss%2Fword@127.0.0.1:{sink.port}")
        wrong = transport_for(f"smtp://moot:guess@127.0.0.1:{sink.port}")

        assert await outcome_of(right) is None
        assert await outcome_of(wrong) == (OurFault, True)


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 no such user", (AddressRefused, False)),
        ("RCPT", "550 no such user", (AddressRefused, False)),
        ("RCPT", "553 5.1.3 bad syntax", (AddressRefused, False)),
        ("RCPT", "550 5.2.1 mailbox disabled", (AddressRefused, False)),
        ("RCPT", "552 5.2.2 mailbox full", (Temporary, False)),
        ("RCPT", "550 5.7.1 relaying denied", (OurFault, False)),
        ("RCPT", "550 4.7.1 says one thing and means the other", (Temporary, False)),
        ("RCPT", "451 4.7.1 greylisted", (Temporary, False)),
        ("RCPT", "452 too many", (Temporary, False)),
        ("RCPT", "421 4.3.2 closing", (Temporary, True)),
        ("MAIL", "550 5.1.8 bad sender", (OurFault, True)),
        ("MAIL", "550 5.1.7 bad sender", (OurFault, True)),
        ("MAIL", "530 5.7.0 sign in first", (OurFault, True)),
        ("MAIL", "451 later", (Temporary, False)),
        ("DATA", "554 5.7.1 spam", (OurFault, False)),
        ("DATA", "550 5.1.1 found out late", (AddressRefused, False)),
        ("DATA", "554 failed", (OurFault, False)),
        ("DATA", "452 4.3.1 disk full", (Temporary, False)),
    ],
)
async def test_a_refusal_is_read_by_its_enhanced_code_and_then_by_its_place(stage, answer, outcome):
    async with sink_on_loopback() as sink:
        sink.answers[stage] = lambda _address: answer

        assert await outcome_of(transport_for(f"smtp://127.0.0.1:{sink.port}")) == outcome


async def test_after_a_refusal_the_next_letter_still_goes():
    async with sink_on_loopback() as sink:
        sink.answers["RCPT"] = lambda address: "550 5.1.1 no" if address.startswith("gone") else None
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")
        with pytest.raises(AddressRefused):
            await transport.send(LETTER, SENDER, "gone@acme.example")

        await transport.send(LETTER, SENDER, BO)
        await transport.close()

        assert (len(sink.taken), sink.connections) == (1, 1)


async def test_where_nobody_listens_every_letter_waits():
    async with sink_on_loopback() as sink:
        port = sink.port

    assert await outcome_of(transport_for(f"smtp://127.0.0.1:{port}")) == (Temporary, True)


async def test_a_server_that_stops_talking_is_left_after_the_time_out(monkeypatch):
    monkeypatch.setattr(transport_module, "TIMEOUT", 0.2)
    async with sink_on_loopback() as sink:
        sink.answers["DATA"] = lambda _address: asyncio.sleep(1, "250 late")

        assert await outcome_of(transport_for(f"smtp://127.0.0.1:{sink.port}")) == (Temporary, False)


async def test_a_server_that_drips_is_left_after_the_time_for_one_letter(monkeypatch):
    monkeypatch.setattr(transport_module, "LETTER_TIMEOUT", 0.2)
    async with sink_on_loopback() as sink:
        sink.answers["RCPT"] = lambda _address: asyncio.sleep(1)

        assert await outcome_of(transport_for(f"smtp://127.0.0.1:{sink.port}")) == (Temporary, False)


async def test_an_address_that_would_break_the_dialogue_never_reaches_the_wire():
    async with sink_on_loopback() as sink:
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")

        outcome = await outcome_of(transport, recipient="bo@acme.example>\r\nRCPT TO:<evil@x.org")

        assert (outcome, sink.taken) == ((AddressRefused, False), [])


@unhurried
@given(st.text(max_size=500))
def test_a_reason_is_one_short_line(text):
    reason = Temporary(text).reason

    assert reason == " ".join(reason.split())
    assert len(reason) <= 300


async def test_a_file_is_written_whole_and_named_after_date_and_id(tmp_path):
    transport = transport_for(f"file:{tmp_path}/new/mail")

    await transport.send(LETTER, SENDER, BO)

    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new" / "mail").iterdir()] == [
        ("20261101T090000Z-a1@folkmoot.example.eml", LETTER)
    ]


async def test_the_same_letter_written_twice_is_one_file(tmp_path):
    transport = transport_for(f"file:{tmp_path}")

    await transport.send(LETTER, SENDER, BO)
    await transport.send(LETTER, SENDER, BO)

    assert len(list(tmp_path.iterdir())) == 1


async def test_a_directory_that_cannot_be_written_to_stops_every_letter(tmp_path):
    (tmp_path / "taken").write_text("a file")

    assert await outcome_of(transport_for(f"file:{tmp_path}/taken/mail")) == (OurFault, True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay", SmtpTransport(host="relay", port=25)),
        ("smtp://a:b@relay", SmtpTransport(host="relay", port=587, user="a", password="b")),
        ("smtp://a:b@relay:2525?tls=off", SmtpTransport(host="relay", port=2525, user="a", password="b", no_tls=True)),
        ("smtps://a:b@relay", SmtpTransport(host="relay", port=465, user="a", password="b", implicit_tls=True)),
    ],
)
def test_a_mail_url_says_host_port_and_tls(url, expected):
    def shown(transport):
        return {key: value for key, value in vars(transport).items() if not key.startswith("_")}

    assert shown(transport_for(url)) == shown(expected)


@pytest.mark.parametrize(
    ("url", "start_tls", "validate"),
    [
        ("smtp://relay", None, False),
        ("smtp://a:b@relay", True, True),
        ("smtp://a:b@127.0.0.1", None, False),
        ("smtp://a:b@relay?tls=off", False, True),
        ("smtps://relay", False, True),
    ],
)
def test_a_password_never_travels_in_the_open(url, start_tls, validate):
    client = transport_for(url)._new_client("folkmoot.example")

    assert (client._start_tls_on_connect, client.validate_certs) == (start_tls, validate)


def test_a_password_is_not_shown():
    assert "p4ss" not in repr(transport_for("smtp://a:p4ss@relay"))


@pytest.mark.parametrize("url", ["", "file:", "file://host/dir", "smtp:", "smtp://", "http://relay", "relay:25"])
def test_a_mail_url_that_names_nothing_is_refused_with_a_sentence(url):
    with pytest.raises(ValueError, match="FOLKMOOT_MAIL_URL"):
        transport_for(url)
