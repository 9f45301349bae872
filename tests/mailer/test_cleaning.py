"""What people type never becomes a header, a content line or a link."""

import unicodedata
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given

from mailer.cleaning import (
    UnusableAddress,
    address,
    clean_address,
    clean_header,
    clean_text,
    clean_url,
    header_folding_is_vulnerable,
    unlinked,
)
from tests.mailer.hostile import HOSTILE, NESTED, typed, unhurried


def message_with(subject, name):
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = subject
    message["To"] = name
    message.set_content("x", cte="quoted-printable")
    return message_from_bytes(message.as_bytes(), policy=policy.default)


@pytest.mark.skipif(not header_folding_is_vulnerable(), reason="this Python has CVE-2024-6923 mended")
def test_without_the_cleaner_an_encoded_subject_makes_a_header_on_this_python():
    message = message_with(HOSTILE, address("Bo", "bo@acme.example"))

    assert message["Bcc"] == "evil@x.org"


def test_an_encoded_subject_is_read_once_and_makes_no_header():
    message = message_with(clean_header(HOSTILE), address(HOSTILE, "bo@acme.example"))

    assert [message["Subject"], message["To"].addresses[0].display_name] == ["Hi Bcc: evil@x.org", "Hi Bcc evil x.org"]
    assert message.keys() == ["Subject", "To", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


def test_an_encoded_word_inside_an_encoded_word_stays_text():
    cleaned = clean_header(NESTED)

    assert cleaned == "utf-8?q?Hi=0D=0ABcc:_evil=40x.org?="


@unhurried
@given(typed, typed)
@example(HOSTILE, NESTED)
@example("====????utf-8", '", evil@x.org, "')
@example("", "Bcc: evil@x.org " * 5)
def test_whatever_is_typed_the_header_set_stays_the_same(subject, name):
    message = message_with(clean_header(subject), address(name, "bo@acme.example"))

    assert message.keys() == ["Subject", "To", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert [mailbox.addr_spec for mailbox in message["To"].addresses] == ["bo@acme.example"]
    # Blanks aside, which the standard library loses and doubles where it folds; mailer.rendering does better.
    assert "".join(message["Subject"].split()) == "".join(clean_header(subject).split())
    assert message.get_content() == "x\r\n"


@unhurried
@given(typed)
def test_a_cleaned_header_is_one_line_of_visible_normal_text(text):
    cleaned = clean_header(text)

    assert "=?" not in cleaned
    assert cleaned == " ".join(cleaned.split())
    assert {unicodedata.category(character) for character in cleaned} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert len(cleaned) <= 200


@unhurried
@given(typed)
def test_cleaning_twice_changes_nothing(text):
    assert clean_header(clean_header(text)) == clean_header(text)
    assert clean_text(clean_text(text)) == clean_text(text)


def test_a_subject_ends_after_two_hundred_characters():
    assert clean_header("é" * 500) == "é" * 200


def test_bidi_controls_and_invisible_marks_are_dropped_but_joiners_stay():
    assert clean_header("a\u202eb\u2066c\ufeffd\u200be \u200cf") == "abcde \u200cf"


@unhurried
@given(typed)
def test_cleaned_text_keeps_lines_and_tabs_and_nothing_else_invisible(text):
    cleaned = clean_text(text)

    assert {character for character in cleaned if unicodedata.category(character) in {"Cc", "Cs"}} <= {"\n", "\t"}
    assert {"\u2028", "\u2029"} & set(cleaned) == set()


def test_a_word_that_programs_would_link_is_broken_where_nobody_sees_it():
    text = "https://evil.example me@evil.example, Acme Inc. at 10:30 in room 3.12"

    broken = unlinked(text)

    assert broken.replace("\u200b", "") == text
    assert broken.split("\u200b") == [
        "https:",
        "//evil.",
        "example me@",
        "evil.",
        "example, Acme Inc. at 10:30 in room 3.12",
    ]
    assert clean_text(broken) == broken


def test_every_kind_of_line_end_becomes_one():
    assert clean_text("a\r\nb\rc\vd\x85e\u2028f\u2029g\n") == "a\nb\nc\nd\ne\nf\ng"


@pytest.mark.parametrize(
    "addr",
    [
        "",
        "bo",
        "bo@",
        "bo@acme.example, evil@x.org",
        "bo@acme.example\r\nBcc: evil@x.org",
        "bo\x00@acme.example",
        "<bo@acme.example>",
        "Bo <bo@acme.example>",
        '"a b"@acme.example',
        "a=?utf-8?q?x?=@acme.example",
        "bö@acme.example",
        "bo@acme.example>",
        "bo@@acme.example",
        ".bo@acme.example",
        "bo..bo@acme.example",
        "bo@acme..example",
        "bo@acme_x.example",
        "bo@-acme.example",
        "bo@acme.example\n",
        "bo@" + "acme." * 60 + "example",
        "bo@[127.0.0.1]",
        "b" * 65 + "@acme.example",
    ],
)
def test_what_is_no_single_plain_address_is_refused(addr):
    with pytest.raises(UnusableAddress):
        clean_address(addr)


def test_an_international_domain_is_sent_to_in_a_labels():
    assert clean_address("bo@Straße.example") == "bo@xn--strae-oqa.example"


def test_our_own_reserved_domains_can_be_written_to():
    assert clean_address("meet+k7Qw@folkmoot.invalid") == "meet+k7Qw@folkmoot.invalid"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "https://a\r\nX:y", "https://a b", 'https://a"b', "//a/b", "https://ä"]
)
def test_what_is_no_plain_web_address_is_left_out(url):
    assert clean_url(url) == ""


def test_a_web_address_stays():
    assert (
        clean_url("https://folkmoot.example/e/hack-26?a=b&c=%20#d") == "https://folkmoot.example/e/hack-26?a=b&c=%20#d"
    )
