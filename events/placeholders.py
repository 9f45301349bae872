"""Placeholders: the few words in braces that organisers may use in texts for letters; not a template language."""

import re
from collections.abc import Mapping

from events.core.refusals import Invalid
from events.core.translation import Message, _

PLACEHOLDERS: dict[str, Message] = {
    "name": _("the reader's name"),
    "event": _("the event's name"),
    "programme": _("the programme's name"),
}
_HELD = re.compile(r"\{([^{}\n]{0,40})\}")


def checked_text(field: str, text: str, *, most: int) -> str:
    """A text whose placeholders can all be filled in; refuses any other, a brace alone, and one that is too long."""
    tidy = text.replace("\r\n", "\n").strip()
    if len(tidy) > most:
        raise Invalid({field: _("Please write at most %(most)s characters.", most=most)})
    for name in _HELD.findall(tidy):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise Invalid({field: _("{%(name)s} is no placeholder. There are: %(known)s.", name=name, known=known)})
    if set("{}") & set(_HELD.sub("", tidy)):
        raise Invalid({field: _("A brace stands alone. Write placeholders as {name}, and leave other braces out.")})
    return tidy


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, each once: what is filled in is never looked at again."""
    return _HELD.sub(lambda found: values[found[1]], text)
