"""What the chapters of a journey share: the house, its people, and the addresses they have come upon."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.journeys.house import House
from tests.journeys.people import Somebody

HACKATHON = "Food Hack"
MATCHMAKING = "Food Match"
# Shorter than the two days after which an unused sign-in ends.
LONGEST_STEP = timedelta(hours=44)


@dataclass
class Story:
    """One run of the whole thread."""

    house: House
    enter: Callable[..., Somebody]
    javascript: bool = True
    people: dict[str, Somebody] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Somebody:
        return self.people[name]

    def newcomer(self, name: str, **options: object) -> Somebody:
        """Somebody whom nobody here knows yet."""
        self.people[name.split(maxsplit=1)[0]] = self.enter(name, javascript=self.javascript, **options)
        return self.people[name.split(maxsplit=1)[0]]

    def go_to(self, moment: datetime) -> None:
        """Let time pass; everybody looks in now and then, so that they stay signed in."""
        while self.house.clock.now < moment:
            self.house.clock.move(min(moment, self.house.clock.now + LONGEST_STEP))
            for one in self.people.values():
                one.page.request.get(self.house.address + "/", max_retries=3)
