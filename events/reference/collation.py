"""The order of names in a language: where its alphabet puts letters that others take for accents.

ICU does this fully, at 30 MB and a compiler; for a menu of countries the letters below suffice (see ADR 0002).
"""

import re
import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError

LATIN = "a b c d e f g h i j k l m n o p q r s t u v w x y z"
ALPHABETS = {
    "bs": "a b c č ć d dž đ e f g h i j k l lj m n nj o p q r s š t u v w x y z ž",
    "cs": "a b c č d e f g h ch i j k l m n o p q r ř s š t u v w x y z ž",
    "da": f"{LATIN} æ ø å",
    "es": LATIN.replace("n ", "n ñ "),
    "et": "a b c d e f g h i j k l m n o p q r s š z ž t u v w õ ä ö ü x y",
    "fi": f"{LATIN} å ä ö",
    "hr": "a b c č ć d dž đ e f g h i j k l lj m n nj o p q r s š t u v w x y z ž",
    "hu": "a b c cs d dz dzs e f g gy h i j k l ly m n ny o ö p q r s sz t ty u ü v w x y z zs",
    "is": "a á b c d ð e é f g h i í j k l m n o ó p q r s t u ú v w x y ý z þ æ ö",
    "lt": "a b c č d e f g h i j k l m n o p q r s š t u v w x z ž",
    "lv": "a b c č d e f g ģ h i j k ķ l ļ m n ņ o p q r s š t u v w x y z ž",
    "mk": "а б в г д ѓ е ж з ѕ и ј к л љ м н њ о п р с т ќ у ф х ц ч џ ш",
    "mt": "a b c ċ d e f ġ g għ h ħ i ie j k l m n o p q r s t u v w x y ż z",
    "nb": f"{LATIN} æ ø å",
    "no": f"{LATIN} æ ø å",
    "pl": "a ą b c ć d e ę f g h i j k l ł m n ń o ó p q r s ś t u v w x y z ź ż",
    "ro": "a ă â b c d e f g h i î j k l m n o p q r s ș t ț u v w x y z",
    "sk": "a ä b c č d e f g h ch i j k l m n o ô p q r s š t u v w x y z ž",
    "sl": "a b c č ć d đ e f g h i j k l m n o p q r s š t u v w x y z ž",
    "sq": "a b c ç d dh e ë f g gj h i j k l ll m n nj o p q r rr s sh t th u v w x xh y z zh",
    "sr": "а б в г д ђ е ж з и ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш",
    "sv": f"{LATIN} å ä ö",
    "tr": "a b c ç d e f g ğ h ı i j k l m n o ö p q r s ş t u ü v w x y z",
    "uk": "а б в г ґ д е є ж з и і ї й к л м н о п р с т у ф х ц ч ш щ ь ю я",
}
SAME_PLACE = {"lt": {"y": "i", "į": "i"}, "hu": {"ő": "ö", "ű": "ü"}}
UNACCENTED = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)

Order = tuple[tuple[tuple[int, str], ...], str]


def named_locale(name: str) -> Locale:
    """The locale called `name` ('de', 'pt-BR', 'pt_BR'), or English where nobody knows it."""
    try:
        return Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def order_in(name: str, locale: str) -> Order:
    """A key that sorts names as the dictionary of `locale` does."""
    language = named_locale(locale).language
    lowered = name.replace("İ", "i").replace("I", "ı").lower() if language == "tr" else name.lower()
    places, letters = _alphabet(language)
    same = SAME_PLACE.get(language, {})
    found = (same.get(letter, letter) for letter in letters.findall(unicodedata.normalize("NFC", lowered)))
    return tuple(place for letter in found for place in _places(letter, places)), name


def _places(letter: str, places: dict[str, int]) -> list[tuple[int, str]]:
    if letter in places:
        return [(places[letter], "")]
    plain = unicodedata.normalize("NFD", letter.translate(UNACCENTED))
    kept = [part for part in plain if not unicodedata.combining(part)]
    # Not a letter of this alphabet: spaces and hyphens come before it, other scripts after it.
    return [(places[part], "") if part in places else (999 if part.isalpha() else -1, part) for part in kept]


@cache
def _alphabet(language: str) -> tuple[dict[str, int], re.Pattern[str]]:
    alphabet = ALPHABETS.get(language, LATIN).split()
    longest_first = sorted((letter for letter in alphabet if len(letter) > 1), key=len, reverse=True)
    return {letter: place for place, letter in enumerate(alphabet)}, re.compile("|".join([*longest_first, "(?s:.)"]))
