"""What is sent to an address in the tables of routes."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """What differs from the world's own ids, and what is sent along."""

    form: dict[str, Any] = field(default_factory=dict)
    files: Any = None
    ids: dict[str, str] = field(default_factory=dict)
