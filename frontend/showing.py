"""Forms are shown only to those who could send them: the page asks what the command will ask."""

from typing import Any

from events.core.access import Actor, why_not


def only_if_may(actor: Actor, name: str, subject: Any) -> None:
    """Raise the refusal that the command `name` would meet before it starts, if any."""
    refusal = why_not(actor, name, subject)
    if refusal is not None:
        raise refusal
