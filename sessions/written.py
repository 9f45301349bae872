"""Texts that people write into forms: trimmed, and refused with a sentence where they are too long or missing."""

from collections.abc import Mapping

from events.core.refusals import Invalid
from events.core.translation import Message, _


def written(texts: Mapping[str, str], longest: Mapping[str, int], **required: Message) -> dict[str, str]:
    """These texts by field, trimmed; `longest` is in characters. Refuses what is too long, and with its sentence what
    is `required` and missing, all at once."""
    trimmed = {name: text.strip() for name, text in texts.items()}
    wrong: dict[str, Message | str] = {
        name: _("Please write at most %(most)s characters.", most=longest[name])
        for name, text in trimmed.items()
        if len(text) > longest[name]
    }
    wrong |= {name: sentence for name, sentence in required.items() if not trimmed[name]}
    if wrong:
        raise Invalid(wrong)
    return trimmed
