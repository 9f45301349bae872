"""What attackers and careless people type (security notes, M3), and how a letter is read for its effects."""

import re
from html.parser import HTMLParser

from hypothesis import settings
from hypothesis import strategies as st

HOSTILE = "=?utf-8?q?Hi=0D=0ABcc:_evil=40x.org?="
NESTED = "=?utf-8?b?PT91dGYtOD9xP0hpPTBEPTBBQmNjOl9ldmlsPTQweC5vcmc/PQ==?="
TYPED = (
    HOSTILE,
    NESTED,
    "Hi\r\nBcc: evil@x.org\r\n\r\n<b>body</b>",
    "a\x00b\x0bc\x85d\u2028Bcc: evil@x.org\u2029\u202ee",
    "https://evil.example/login www.evil.example evil@evil.example mailto:evil@evil.example",
    '"><script>alert(1)</script><a href="https://evil.example">click</a>',
    "[click](https://evil.example) {{ 7*7 }} {% raw %} %(event)s %s %",
    'Müller, Jörg; "the\\best": END:VEVENT\nATTENDEE:mailto:evil@x.org',
    "--=_boundary--\n.\nFrom nobody",
)
# Two cores for everybody: a slow moment of the machine is no failure.
unhurried = settings(deadline=None)

_ACTIVE = ("\r\nBcc: evil@x.org", "\r\nATTENDEE:mailto:evil@x.org", "\nEND:VEVENT\n", HOSTILE, "🧑‍🚀", "名前" * 30)
_CONTROLS = tuple("\r\n\x00\x0b\x85\u2028\u2029\u202e\u2066\ud800\u200d")
_SYNTAX = tuple("=? ?= = ? utf-8?q? utf-8?b? =0D=0A e\u0301 <b> \" \\ , ; : ^n ^' ß \\n \\N".split(" "))
_pieces = st.sampled_from((*_ACTIVE, *_CONTROLS, *_SYNTAX))
typed = st.lists(st.one_of(_pieces, st.text(max_size=20)), max_size=12).map("".join)


_WHERE = ("", "Bo ", "\u202e", "名前 ", "=?utf-8?q?")
_ATTACKS = (
    "\r\nBcc: evil@x.org", "\nBcc: evil@x.org\n\n<script>alert(1)</script>", "\rTo: evil@x.org", "\x0bBcc: evil@x.org",
    "\u2028Bcc: evil@x.org", "=0D=0ABcc: evil@x.org?=", "<b onmouseover=alert(1)>x</b>", "<img src=https://evil.example/p>",
    "<a href='https://evil.example'>x</a>", "]]><script>alert(1)</script>", "&lt;script&gt;",
    "\nEND:VEVENT\nBEGIN:VEVENT",
    "\r\nATTENDEE:mailto:evil@x.org", ";CN=x:mailto:evil@x.org", '";PARTSTAT=ACCEPTED:mailto:evil@x.org',
    "\\nATTACH:https://evil.example",
    "<evil@x.org>", "@evil.example", "{{ 7*7 }} {% include 'layout.html' %}", "%(name)s %s %n {0} {name.__class__}",
)  # fmt: skip
# A hundred names: each attack at the beginning of a name, after one, behind a sign that turns the line, and others.
HUNDRED = tuple(where + attack for where in _WHERE for attack in _ATTACKS)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def tags_of(html: str) -> set[str]:
    page = _Page()
    page.feed(html)
    return page.tags


def links_of(text: str, html: str) -> set[str]:
    """Everything that a mail program makes clickable: web addresses, bare domains and addresses in either text."""
    page = _Page()
    page.feed(html)
    inside = r"[^\s\u200b]"
    linkable = re.compile(
        rf"{inside}+://{inside}+|\bmailto:{inside}+|www\.{inside}+|[\w.+-]+@[\w-]+\.\w+|\b[a-z0-9-]+\.(?:example|org|com)\b{inside}*"
    )
    return {found.rstrip(".,)") for found in linkable.findall(text)} | set(page.links)
