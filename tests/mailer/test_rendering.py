"""A letter's bytes: the parts a calendar program needs, and the same bytes every time."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.cleaning import address, clean_header
from mailer.rendering import message_bytes
from tests.mailer.hostile import typed, unhurried

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Grüße\r\nEND:VCALENDAR\r\n".encode()
WITHOUT_CALENDAR = {
    "sender": address("Folkmoot", "meet@folkmoot.example"),
    "reply_to": address("Folkmoot", "meet+k7Qw@folkmoot.example"),
    "to": address("Änna Schmidt", "anna@acme.example"),
    "subject": "Einladung: Grüße aus Wien",
    "text": "Guten Tag Änna,\n.\nFrom here on: 10:00-10:30 Europe/Berlin\n",
    "html": "<p>Guten Tag Änna</p>",
    "message_id": "<6a0f3f0e@folkmoot.example>",
    "date": datetime(2026, 11, 1, 9, tzinfo=UTC),
    "in_reply_to": None,
    "invitation": None,
    "method": None,
}
WITH_CALENDAR = {**WITHOUT_CALENDAR, "invitation": CALENDAR, "method": "REQUEST"}


def parsed(**changed):
    return message_from_bytes(message_bytes(**{**WITH_CALENDAR, **changed}), policy=policy.default)


def kinds_of(message):
    return [part.get_content_type() for part in message.walk()]


def test_an_invitation_stands_among_the_alternatives_and_once_more_as_a_file():
    message = parsed()

    assert kinds_of(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


def test_the_calendar_part_names_its_method_and_is_no_attachment():
    [part] = [part for part in parsed().walk() if part.get_content_type() == "text/calendar"]

    assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST", "component": "VEVENT"}
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part["Content-Disposition"] is None


def test_both_copies_of_the_calendar_are_the_bytes_that_were_given():
    *_, alternative, attachment = parsed().walk()

    assert [alternative.get_payload(decode=True), attachment.get_payload(decode=True)] == [CALENDAR, CALENDAR]
    assert attachment.get_filename() == "invite.ics"


def test_texts_travel_as_quoted_printable_and_come_back():
    message = parsed()

    texts = [part for part in message.walk() if part.get_content_type() in {"text/plain", "text/html"}]

    assert [part["Content-Transfer-Encoding"] for part in texts] == ["quoted-printable"] * 2
    assert [part.get_content().replace("\r\n", "\n").rstrip("\n") for part in texts] == [
        WITH_CALENDAR["text"].rstrip("\n"),
        WITH_CALENDAR["html"],
    ]


def test_a_letter_without_invitation_is_two_alternatives():
    assert kinds_of(parsed(invitation=None, method=None)) == ["multipart/alternative", "text/plain", "text/html"]


def test_the_wire_sees_ascii_and_crlf_and_no_line_above_998():
    raw = message_bytes(**{**WITH_CALENDAR, "text": "ä" * 5_000 + "\n" + "x" * 5_000, "subject": "x" * 400})

    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_rendering_twice_gives_the_same_bytes():
    assert message_bytes(**WITH_CALENDAR) == message_bytes(**WITH_CALENDAR)


def test_another_message_id_gives_other_boundaries():
    first, second = parsed(), parsed(message_id="<other@folkmoot.example>")

    assert {part.get_boundary() for part in first.walk() if part.is_multipart()}.isdisjoint(
        part.get_boundary() for part in second.walk() if part.is_multipart()
    )


def test_headers_keep_machines_from_answering():
    message = parsed()

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_a_revision_refers_to_the_first_letter():
    message = parsed(in_reply_to="<first@folkmoot.example>")

    assert (message["In-Reply-To"], message["References"]) == ("<first@folkmoot.example>", "<first@folkmoot.example>")


def test_long_ids_links_and_addresses_stay_whole_words():
    long = "a" * 100
    raw = message_bytes(
        **{
            **WITH_CALENDAR,
            "message_id": f"<{long}@folkmoot.example>",
            "in_reply_to": f"<{long}@folkmoot.example>",
            "list_unsubscribe": f"https://folkmoot.example/{long}",
            "reply_to": address("Folkmoot", f"{'k' * 64}@{long[:60]}.folkmoot.example"),
        }
    )

    head = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")

    assert f"Message-ID: <{long}@folkmoot.example>" in head
    assert f"In-Reply-To: <{long}@folkmoot.example>" in head
    assert f"List-Unsubscribe: <https://folkmoot.example/{long}>" in head
    assert f"Reply-To: Folkmoot <{'k' * 64}@{long[:60]}.folkmoot.example>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


@pytest.mark.parametrize("subject", ["é" * 200, "名前" * 100, "🧑‍🚀 " * 40, "Bcc: evil@x.org " * 10 + "¡"])
def test_encoded_words_are_short_and_whole(subject):
    raw = message_bytes(**{**WITH_CALENDAR, "subject": subject})

    head = re.search(rb"\r\nSubject: (.*?)\r\nDate", raw, re.DOTALL).group(1)

    assert max(len(word) for word in head.split()) <= 75
    assert [word[:10] for word in head.split()] == [b"=?utf-8?b?"] * len(head.split()) or b"?q?" in head
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == clean_header(subject)


def test_text_that_looks_like_a_boundary_ends_no_part():
    boundary = parsed().get_boundary()

    message = parsed(text=f"--{boundary}\nContent-Type: text/html\n\n<b>evil</b>\n--{boundary}--\n")

    assert kinds_of(message) == kinds_of(parsed())


@unhurried
@given(st.text() | typed, st.text(max_size=200) | typed)
def test_whatever_the_subject_and_name_are_the_header_set_is_the_same(subject, name):
    message = parsed(subject=subject, to=address(name, "anna@acme.example"))

    assert message.keys() == parsed().keys()
    assert message["Subject"] == clean_header(subject)
    assert [mailbox.addr_spec for mailbox in message["To"].addresses] == ["anna@acme.example"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": "<a@b>\r\nX: y"},
        {"message_id": "no brackets"},
        {"in_reply_to": "<a b@c>"},
        {"list_unsubscribe": "javascript:alert(1)"},
        {"list_unsubscribe": "https://a\r\nX: y"},
        {"method": None},
        {"invitation": None},
    ],
)
def test_what_would_break_a_header_is_refused(wrong):
    with pytest.raises(ValueError):
        message_bytes(**{**WITH_CALENDAR, **wrong})


def test_one_click_is_offered_only_where_the_link_is_https():
    found = {}
    for scheme in ("http", "https"):
        raw = message_bytes(**{**WITH_CALENDAR, "list_unsubscribe": f"{scheme}://folkmoot.example/letters/stop/a"})
        head = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        found[scheme] = [one.partition(":")[0] for one in head if one.startswith("List-")]

    assert found == {"http": ["List-Unsubscribe"], "https": ["List-Unsubscribe", "List-Unsubscribe-Post"]}
