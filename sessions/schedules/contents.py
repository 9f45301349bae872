"""What a finished draft holds, between rows and the words of Python: kept as JSON, read as dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from events.core.database import Database
from events.core.refusals import Conflict
from events.core.translation import _
from sessions.blocks import Slot
from sessions.meetings import MeetingState
from sessions.schedules.drafts import DraftContent, ScheduleDraft, content_of
from sessions.schedules.fairness import Share, unpacked_share
from sessions.schedules.situation import Situation
from sessions.scheduling.formats import read_plan
from sessions.scheduling.plan import Plan, Reason, Remedy, WayOut, WhyNot


@dataclass(frozen=True)
class WasKnown:
    """A meeting as it was when the problem was read."""

    public_id: str
    id: int
    people: tuple[int, ...]
    state: MeetingState
    slot: Slot | None
    table: int | None


@dataclass(frozen=True)
class Contents:
    """A draft's plan with what it was made from; `places` and real `tables` by the meeting's public id."""

    plan: Plan
    places: Mapping[str, int]
    slots: tuple[Slot, ...]
    meetings: Mapping[str, WasKnown]
    people: Mapping[str, int]
    tables: Mapping[str, int | None]
    left_out: Mapping[str, Reason]
    unplaced: tuple[WhyNot, ...]
    shares: tuple[Share, ...]
    figures: Mapping[str, Any]

    def slot_for(self, public: str) -> Slot | None:
        """When a meeting is by this draft."""
        number = self.places.get(public)
        return self.slots[number] if number is not None else None


class NotReady(Conflict):
    """A draft that has nothing to show yet, or never will."""

    def __init__(self) -> None:
        super().__init__(_("This draft is not done. Wait until it is, or look at another one."))


def packed_situation(situation: Situation, left_out: Mapping[str, Reason]) -> dict[str, Any]:
    """The part of a situation that the draft's pages and its publication need."""
    return {
        "slots": [_written(slot) for slot in situation.slots],
        "meetings": {
            one.public_id: [
                one.id, list(one.people), one.state.value, _written(one.slot) if one.slot else None, one.table,
            ]
            for one in situation.meetings
        },
        "people": {one.public_id: one.person for one in situation.places},
        "tables": {str(one.id): [one.chairs, one.kept_for_id] for one in situation.tables},
        "left_out": {public: reason.value for public, reason in left_out.items()},
    }  # fmt: skip


def read_contents(db: Database, draft: ScheduleDraft) -> Contents:
    """What a draft holds; refuses one that is not done."""
    row = content_of(db, draft)
    if row is None:
        raise NotReady()
    return unpacked(row)


def unpacked(row: DraftContent) -> Contents:
    """A draft's rows as pages and the publication read them."""
    known, outcome, plan = row.known, row.outcome, read_plan(row.plan)
    return Contents(
        plan=plan,
        places={str(one.request): one.slot for one in plan.meetings},
        slots=tuple(_read(pair) for pair in known["slots"]),
        meetings={public: _known(public, values) for public, values in known["meetings"].items()},
        people=known["people"],
        tables=outcome["tables"],
        left_out={public: Reason(word) for public, word in known["left_out"].items()},
        unplaced=tuple(why_from(one) for one in outcome["unplaced"]),
        shares=tuple(unpacked_share(one) for one in outcome["shares"]),
        figures=outcome["figures"],
    )


def known_tables(row: DraftContent) -> dict[int, tuple[int, int | None]]:
    """The chairs of each table, by id, and for whom it was kept, when the problem was read."""
    return {int(id): (chairs, kept_for) for id, (chairs, kept_for) in row.known.get("tables", {}).items()}


def known_people(row: DraftContent) -> set[int]:
    """The ids of all who took part in a meeting, or were to, when the problem was read."""
    return {person for _id, people, *_rest in row.known["meetings"].values() for person in people}


def _known(public: str, values: list[Any]) -> WasKnown:
    id, people, state, slot, table = values
    return WasKnown(public, id, tuple(people), MeetingState(state), _read(slot) if slot else None, table)


def _written(slot: Slot) -> list[str]:
    return [slot.starts_at.isoformat(), slot.ends_at.isoformat()]


def _read(pair: list[str]) -> Slot:
    start, end = (datetime.fromisoformat(one).astimezone(UTC) for one in pair)
    return Slot(start, end)


def why_from(values: Mapping[str, Any]) -> WhyNot:
    """A reason from its JSON."""
    return WhyNot(
        request=values["request"],
        reason=Reason(values["reason"]),
        participants=tuple(values["participants"]),
        slots=tuple(values["slots"]),
        meetings=tuple(values["meetings"]),
        ways_out=tuple(
            WayOut(Remedy(one["remedy"]), one["slot"], tuple(one["participants"]), tuple(one["meetings"]))
            for one in values["ways_out"]
        ),
    )
