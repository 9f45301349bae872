"""Blanking: taking out of a text what would tell whose it is, for judges of a blind round.

Words are found as people write them: in any case, with or without accents (Müller, Mueller, Muller), with parts joined
or apart (Green-Food, GreenFood), by an initial (B. Berg), and as addresses. It is a help and no promise: who wants to
be known can write it in a way that nobody foresees.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from events.core.tokens import key_for

BLANK = "▒▒▒"
SHORTEST = 3

# What is left of an organisation's name without these is what people say.
LEGAL_FORMS = frozenset(
    "ab ag aps as asbl asociacion bv bvba cic co company corp cv cvba doo dd eg ek ev eeig eood esv ead gbr ggmbh gmbh "
    "inc ik kft kg kgaa lda limited llc llp ltd mbh nv nyrt oe ohg ood oy oyj oue plc pty sa sarl sas sca sdn se sia "
    "sl sll slu snc soc spa spol spzoo sp srl sro ud uab ug vof vzw zoo zrt association foundation stiftung "
    "verein".split()
)
# Before an @, and in front of a domain, these are nobody in particular.
ANYBODY = frozenset(
    "admin contact contatti hello hi info kontakt mail marketing me no-reply noreply office press sales service "
    "support team web webmaster www".split()
)
# Where everybody has an address, the domain says nothing.
OF_EVERYBODY = frozenset(
    "aol.com gmail.com gmx.at gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com mail.com mailbox.org "
    "me.com msn.com outlook.com posteo.de proton.me protonmail.com web.de yahoo.com yandex.com github.com gitlab.com "
    "linkedin.com facebook.com instagram.com youtube.com".split()
)

# Addresses of the web and mail, also without https:// where a path follows.
ADDRESS = re.compile(
    r"(?:https?://|ftp://|www\.)\S+|[^\s@<>(]+@[^\s@]+\.[^\s@]+|(?<![\w@])(?:[\w-]+\.)+[a-z]{2,}/\S*", re.I
)
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
_PLAIN = {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
BETWEEN = r"(?:[^\w,;:!?()\n]|_){0,3}"  # what may stand between the words of a name: blanks, hyphens, dots
_LETTER = r"[^\W\d_]"
WORD = re.compile(r"[^\W_]+")
MARK, ERASED = "#", "a word of the name of somebody who is erased"


@dataclass(frozen=True)
class Identity:
    """What would tell whose a submission is: names as they are written, and addresses of mail and the web."""

    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()  # of words in the names of people who are erased


def folded(text: str) -> tuple[str, list[int]]:
    """A text without case, accents and what cannot be seen, and for each letter its place in the text."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = "".join(_PLAIN.get(one, one) for one in letter.casefold())
        for one in unicodedata.normalize("NFKD", plain):
            if unicodedata.category(one) not in ("Mn", "Cf"):
                letters.append(one)
                places.append(place)
    return "".join(letters), places


def _fold(text: str) -> str:
    return folded(text)[0]


def _spellings(word: str) -> set[str]:
    """A word as it may be written where its accents are not at hand, and the other way round."""
    spelt_out = "".join(_UMLAUTS.get(letter, letter) for letter in word.casefold())
    found = {_fold(word), _fold(spelt_out)}
    return found | {re.sub("ae|oe|ue", lambda two: two[0][0], one) for one in found}


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name)


def _joined(words: Sequence[str]) -> str:
    """A pattern for these words one after the other, however they are joined."""
    parts = ["(?:" + "|".join(map(re.escape, sorted(_spellings(one), key=lambda it: (-len(it), it)))) + ")"
             for one in words]  # fmt: skip
    return BETWEEN.join(parts)


def _long_enough(words: Sequence[str]) -> bool:
    return sum(len(one) for one in words) >= SHORTEST


def _patterns(who: Identity) -> Iterable[str]:
    for name in who.teams:
        yield from _whole(_words(name))
    for name in who.people:
        words = _words(name)
        yield from _whole(words)
        yield from _whole(words[::-1])
        yield from (part for word in words for part in _whole([word]))
        yield from _with_initials(words)
    for name in who.organisations:
        yield from _whole(_words(name))
        yield from _whole(_said(name))
    for email in who.emails:
        local, _at, domain = email.partition("@")
        if _fold(local) not in ANYBODY:
            yield from _whole(_words(local.partition("+")[0]))
        yield from _of_domain(domain)
    for address in who.websites:
        yield from _of_domain(urlsplit(address if "//" in address else f"//{address}").hostname or "")


def _whole(words: Sequence[str]) -> list[str]:
    return [_joined(words)] if _long_enough(words) else []


def _said(name: str) -> list[str]:
    """The words of an organisation's name as people say it: without its legal form."""
    words = _words(re.sub(r"(?<=\w)\.(?=\w)|\.(?!\w)", "", name))
    return [one for one in words if _fold(one) not in LEGAL_FORMS]


def _with_initials(words: Sequence[str]) -> Iterable[str]:
    """Berg, Bo; B. Berg; Bo B.; B.B. of Bo Berg; two letters without a dot are too many other things."""
    if len(words) < 2:
        return
    first, *_between, last = words
    yield rf"{_joined([last])},\s*{_joined([first])}"
    yield rf"{re.escape(_fold(first)[0])}\.\s*{_joined([last])}"
    yield rf"{_joined(words[:-1])}\s+{re.escape(_fold(last)[0])}\b\.?"
    yield rf"{_joined([first])}\s+{re.escape(_fold(last)[0])}\b\.?"
    yield r"\s*".join(rf"{re.escape(_fold(one)[0])}\." for one in words)


def _of_domain(domain: str) -> Iterable[str]:
    """A domain with all that stands before it, and the name in it."""
    domain = domain.removeprefix("www.").strip(".").casefold()
    if "." not in domain or domain in OF_EVERYBODY:
        return
    yield rf"(?:[\w-]+\.)*{re.escape(_fold(domain))}(?:/\S*)?"
    own = domain.split(".")[0]
    if own not in ANYBODY and len(own) > SHORTEST:
        yield _joined(_words(own))


def _acronyms(who: Identity) -> list[str]:
    """What an organisation of three words and more is called for short: only in capitals, since it may be a word."""
    found = []
    for name in who.organisations:
        words = [one for one in _said(name) if one[0].isupper()]
        if len(words) >= SHORTEST:
            found.append("".join(one[0] for one in words))
    return found


def blanker(who: Identity) -> "Blanker":
    """What blanks the texts of one submission; made once, used for each of its texts."""
    patterns = sorted(set(_patterns(who)), key=lambda one: (-len(one), one))
    names = re.compile(rf"(?<!{_LETTER})(?:{'|'.join(patterns)})(?!{_LETTER})") if patterns else None
    short = sorted(set(_acronyms(who)), key=lambda one: (-len(one), one))
    acronyms = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, short))})(?!\w)") if short else None
    return Blanker(names, acronyms, frozenset(who.fingerprints))


@dataclass(frozen=True)
class Blanker:
    """Blanks one submission's texts: `names` are looked for without case and accents, `acronyms` as they stand."""

    names: re.Pattern[str] | None
    acronyms: re.Pattern[str] | None
    fingerprints: frozenset[str] = frozenset()

    def __call__(self, text: str) -> str:
        """The text without what tells whose it is."""
        text = ADDRESS.sub(BLANK, text)
        if self.acronyms is not None:
            text = self.acronyms.sub(BLANK, text)
        if self.names is not None:
            text = _without(text, self.names.finditer)
        return _without(text, self._of_the_erased) if self.fingerprints else text

    def _of_the_erased(self, plain: str) -> Iterable[re.Match[str]]:
        key = key_for(ERASED)
        return (one for one in WORD.finditer(plain) if _fingerprint(key, one[0]) in self.fingerprints)


def _without(text: str, found_in: Callable[[str], Iterable[re.Match[str]]]) -> str:
    plain, places = folded(text)
    found, end = [], 0
    for match in found_in(plain):
        found += [text[end : places[match.start()]], BLANK]
        end = places[match.end() - 1] + 1
    return "".join(found) + _rest(text, end)


def fingerprints_of(*names: str, email: str = "") -> list[str]:
    """What recognises the words of names, and of an address, in a text without telling them."""
    local = email.partition("@")[0].partition("+")[0]
    words = [one for name in names for one in _words(name)]
    words += [] if _fold(local) in ANYBODY else _words(local)
    key = key_for(ERASED)
    return sorted({_fingerprint(key, each) for one in words if _long_enough([one]) for each in _spellings(one)})


def is_fingerprint(text: str) -> bool:
    """Whether this stands for a word of somebody's name who is erased."""
    return text.startswith(MARK)


def _fingerprint(key: bytes, word: str) -> str:
    return MARK + hmac.new(key, word.encode(), hashlib.sha256).hexdigest()[:32]


def _rest(text: str, end: int) -> str:
    """What follows, without the marks that belonged to the last letter that was taken out."""
    while end < len(text) and end > 0 and unicodedata.category(text[end]) in ("Mn", "Cf"):
        end += 1
    return text[end:]
