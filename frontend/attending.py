"""Attendance as a meeting's page shows it: who is here, whom one can call instead, and what was said about it."""

from dataclasses import dataclass
from datetime import datetime

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading
from events.core.translation import Message
from events.events import EventWithPhases
from events.people import people_by_id
from events.roles import organiser_of_event
from sessions.assessments import (
    HELPS,
    NEXT_STEPS,
    PARTNERSHIPS,
    Assessed,
    Help,
    ToAssess,
    assessment_by,
    assessments_of,
    to_assess,
)
from sessions.attendance import BEFORE, ENDS, PATIENCE, MeetingAttendance, presence_of, who_is_here_instead
from sessions.blocks import Slot
from sessions.booking_rules import BookingRules
from sessions.contradictions import (
    Contradiction,
    contradictions_of,
    looks_after,
    sayings_of,
    why_no_contradiction,
)
from sessions.meetings import MeetingInEvent, MeetingState
from sessions.standby import StandbyCard, company_of, in_vain, is_standby, rest_of, standbys_for
from sessions.stepping_in import RequestCard, requests_for
from sessions.waiting import WaitingCard, waiting_of, why_no_offers

WITH_ATTENDANCE = (MeetingState.SCHEDULED, *ENDS)


@dataclass(frozen=True)
class Attendee:
    """One of those who meet, by `id` and `public_id`. `leads` says that they are one of the two sides, `missed` that
    nobody has come for it, `vouched` that somebody else says that they were there."""

    id: int
    public_id: str
    name: str
    came: datetime | None
    absent: bool
    is_me: bool
    leads: bool
    missed: bool
    vouched: bool

    @property
    def choice(self) -> tuple[str, str]:
        """Their public id and name, as a form offers them."""
        return self.public_id, self.name


@dataclass(frozen=True)
class Attendance:
    """What a meeting's page shows of it. `rest` is what is left of the slot, None where that is too little.
    `company` is the meeting that the reader has then instead, with whom.
    `contradicts` says that the reader may say that it did not end as noted, `contradicts_for` in whose name besides."""

    people: list[Attendee]
    opens_at: datetime
    missing_from: datetime
    rest: Slot | None
    requests: list[RequestCard]
    standbys: list[StandbyCard]
    company: tuple[str, str] | None
    usefulness: int | None
    said: list[Assessed]
    organises: bool
    contradictions: list[Contradiction]
    contradicts: bool
    contradicts_for: list[Attendee]
    now: datetime

    @property
    def me(self) -> Attendee | None:
        """The reader, if they take part."""
        return next((one for one in self.people if one.is_me), None)

    @property
    def missing(self) -> list[str]:
        """The names of those who did not come."""
        return [one.name for one in self.people if one.absent]

    @property
    def says(self) -> list[tuple[Assessed, str, str, str]]:
        """What was said, with the words for the next step, the partnership and the help needed."""
        return [
            (
                one, str(NEXT_STEPS[one.next_step]), str(PARTNERSHIPS[one.partnership]) if one.partnership else "",
                ", ".join(str(HELPS[Help(word)]) for word in one.help),
            )
            for one in self.said
        ]  # fmt: skip


def attendance_shown(actor: Actor, subject: MeetingInEvent) -> Attendance | None:
    """What the page of a meeting, which the actor was given to see, shows of attendance; None where it had no time."""
    if subject.meeting.state not in WITH_ATTENDANCE or not subject.has_time:
        return None
    now = clock.now()
    with reading() as db:
        own, said = assessment_by(db, subject.id, actor.person), sayings_of(db, subject.id)
        waits = in_vain(db, actor, subject)
        people, contradict = attendees(db, actor, subject), _who_contradicts(db, actor, subject, said)
        return Attendance(
            people=people,
            opens_at=subject.slot.starts_at - BEFORE,
            missing_from=subject.slot.starts_at + PATIENCE,
            rest=rest_of(subject.slot, now),
            requests=requests_for(db, waits) if waits else [],
            standbys=standbys_for(db, waits) if waits else [],
            company=company_of(db, actor, subject),
            usefulness=own.usefulness if own else None,
            said=assessments_of(db, actor, subject),
            organises=organiser_of_event(actor, subject),
            contradictions=contradictions_of(db, actor, subject, rows=said),
            contradicts=actor.person in contradict,
            contradicts_for=[one for one in people if one.id in contradict and not one.is_me],
            now=now,
        )


def _who_contradicts(db: Database, actor: Actor, subject: MeetingInEvent, said: list[MeetingAttendance]) -> set[int]:
    """Who of those who meet could say through the reader, themselves or as their desk, that it was not so."""
    themselves, others = (may(actor, name, subject) for name in ("contradict_attendance", "contradict_attendance_for"))
    return {
        one
        for one in subject.people
        if (themselves if one == actor.person else others and looks_after(actor, subject, one))
        and why_no_contradiction(db, actor, subject, one, rows=said) is None
    }


def attendees(db: Database, actor: Actor, subject: MeetingInEvent) -> list[Attendee]:
    """Those who meet, the two sides first."""
    people, presence = people_by_id(db, set(subject.people)), presence_of(db, subject)
    return [
        Attendee(
            id, people[id].public_id, people[id].name, presence.came.get(id), id in presence.absent, id == actor.person,
            id in subject.leads, id in subject.leads and who_is_here_instead(subject, id, presence.came) is None,
            id in presence.vouched,
        )
        for id in subject.people
        if id in people
    ]  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """The lists that somebody is on in an event: whether others may call them, for whom they wait, what to assess.

    `no_offers` says why nobody for whom they wait is asked at the moment.
    """

    stands_by: bool
    pairs: list[WaitingCard]
    to_assess: list[ToAssess]
    no_offers: Message | None


def waiting_shown(db: Database, actor: Actor, event: EventWithPhases, rules: BookingRules) -> Waiting:
    """What the page of one's meetings shows of those lists."""
    return Waiting(
        is_standby(db, event.id, actor.person), waiting_of(db, actor, event), to_assess(db, actor.person, event.id),
        why_no_offers(event, rules, clock.now()),
    )  # fmt: skip
