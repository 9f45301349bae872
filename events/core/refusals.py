"""Refusals: what is expected to go wrong, said in a sentence for a person."""

from collections.abc import Mapping

from events.core.translation import Message, _


class Refusal(Exception):
    """Something a person asked for that will not be done. `message` is a translatable sentence."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Refusal):
    """There is no such thing, or the reader may not know that there is."""

    def __init__(self, message: Message | str | None = None) -> None:
        super().__init__(message or _("There is nothing here. It may have been moved or taken away."))


class NotAllowed(Refusal):
    """The thing is there, and this person may not do that with it."""

    def __init__(self, message: Message | str | None = None) -> None:
        super().__init__(message or _("You may not do that here. Ask the organiser if you think you should."))


class Conflict(Refusal):
    """It could be done, but not now or not any more."""


class Invalid(Refusal):
    """What was typed cannot be used. `fields` says for each field what is the matter; '' is the whole form."""

    def __init__(self, fields: Mapping[str, Message | str] | Message | str) -> None:
        self.fields: dict[str, Message | str] = dict(fields) if isinstance(fields, Mapping) else {"": fields}
        super().__init__(next(iter(self.fields.values())))
