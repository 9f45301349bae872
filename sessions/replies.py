"""Replies: what an answer from somebody's calendar does to what it answers. Whether it may be believed is asked before.

RFC 5546 sections 3.2.3, 3.2.6 and 3.2.7. Nobody is ever added to anything by a reply.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import NotFound, Refusal
from events.events import Event, event_by_id
from events.teams import Team
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    held_times,
    latest_revision,
    over_at,
)
from sessions.entry_subjects import event_of_entry
from sessions.guests import leave_meeting
from sessions.meetings import Meeting, MeetingInEvent, meeting_in_event
from sessions.mentoring import Mentoring, MentoringInEvent, attendees_of, cancel_mentoring, leave_mentoring
from sessions.moves import cancel_meeting
from sessions.peer_reviews.day_answers import decline_review_day
from sessions.proposals import propose_time
from sessions.series_answers import beside, made_of


class ReplyVerb(StrEnum):
    """What a reply says or asks for."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    DELEGATED = "DELEGATED"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


# What takes something away from others waits for a click where it could be forged.
WEIGHTY = frozenset({ReplyVerb.DECLINED, ReplyVerb.DELEGATED, ReplyVerb.COUNTER})


class ReplyOutcome(StrEnum):
    """What became of a reply."""

    APPLIED = "applied"
    NOTED = "noted"
    STALE = "older than one before"
    OLDER_TIME = "answers an older time"
    CANCELLED = "cancelled already"
    NOT_ASKED = "was not asked"
    REFUSED = "refused"


@dataclass(frozen=True)
class CalendarReply:
    """A reply as it was read: to which revision, when it was made (aware), what it proposes, and
    at which address it says that somebody comes instead."""

    verb: ReplyVerb
    uid: str
    sequence: int
    stamp: datetime
    comment: str = ""
    instance: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    delegate: str = ""


class HeldReply(SQLModel, table=True):
    """A reply that waits until the person says that it is theirs; `instance` is the planned start of the one time of a
    series that it is about."""

    __tablename__ = "held_reply"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("hr")
    person_id: int = Field(foreign_key="person.id", index=True)
    entry_id: int = Field(foreign_key="calendar_entry.id", index=True)
    verb: ReplyVerb = word(ReplyVerb)
    sequence: int
    stamp: datetime = moment()
    comment: str = Field(default="", max_length=1000)
    delegate: str = Field(default="", max_length=254)
    instance: datetime | None = moment(default=None, nullable=True)
    starts_at: datetime | None = moment(default=None, nullable=True)
    ends_at: datetime | None = moment(default=None, nullable=True)
    held_at: datetime = moment()
    settled_at: datetime | None = moment(default=None, nullable=True)


personal_data(HeldReply, "person_id", "answers from somebody's calendar that wait for them", "delete")


@dataclass(frozen=True)
class CalendarAnswered(Fact):
    """Somebody's calendar answered what they were asked to; `what` and `subject_id` say what that is."""

    event_id: int
    what: str
    subject_id: int
    person_id: int
    state: str


@dataclass(frozen=True)
class OtherTimeDeclined(Fact):
    """Somebody's calendar asked for another time of what keeps its time; `sequence` is the revision that stands,
    `instance` the planned start of the one time of a series that is meant. `told`: those who decide know of it."""

    event_id: int
    entry_id: int
    person_id: int
    sequence: int
    wanted_at: datetime
    instance: datetime | None = None
    told: bool = False


@dataclass(frozen=True)
class OtherTimeAsked(Fact):
    """Somebody's calendar asked for another time, perhaps of one time of a series, planned at `instance`: those who
    decide about it are told, once for each time that is asked for."""

    event_id: int
    entry_id: int
    person_id: int
    sequence: int
    wanted_at: datetime
    instance: datetime | None = None


@dataclass(frozen=True)
class ReplyHeld(Fact):
    """A reply in somebody's name waits for them to say that it is theirs."""

    event_id: int
    held_id: int
    person_id: int


@dataclass(frozen=True)
class ReplySettled(Fact):
    """Somebody said whether a reply that waited was theirs."""

    event_id: int
    held_id: int
    person_id: int
    theirs: bool


@dataclass(frozen=True)
class EntryOfPerson:
    """A calendar entry of one of those who were asked to have it, and its event."""

    entry: CalendarEntry
    person_id: int
    event_id: int


@dataclass(frozen=True)
class HeldReplyOfPerson:
    """A reply that waits, with what it answers."""

    held: HeldReply
    of: EntryOfPerson

    @property
    def reply(self) -> CalendarReply:
        """What it said."""
        row = self.held
        return CalendarReply(
            ReplyVerb(row.verb), self.of.entry.uid, row.sequence, row.stamp, row.comment, row.instance, row.starts_at,
            row.ends_at, row.delegate,
        )  # fmt: skip


@rule
def whose_calendar(actor: Actor, subject: EntryOfPerson | HeldReplyOfPerson) -> bool:
    of = subject.of if isinstance(subject, HeldReplyOfPerson) else subject
    return actor.person is not None and actor.person == of.person_id


def find_entry_of(db: Database, uid: str, person_id: int) -> EntryOfPerson | None:
    """The entry with this uid, for somebody who was asked to have it; None where they were not."""
    query = select(CalendarEntry).where(CalendarEntry.uid == uid)
    entry = db.exec(query.join(CalendarInvitee).where(CalendarInvitee.person_id == person_id)).first()
    event_id = event_of_entry(db, entry) if entry is not None else None
    return EntryOfPerson(entry, person_id, event_id) if entry is not None and event_id is not None else None


@command(whose_calendar)
def answer_entry(db: Database, actor: Actor, subject: EntryOfPerson, *, reply: CalendarReply) -> ReplyOutcome:
    """Do what somebody's calendar says: keep the answer, and call off or leave what they decline. Answers what became
    of it; whatever is older than a reply before changes nothing, so that repeats and late ones do no harm."""
    invitee = _locked(db, subject)
    current = latest_revision(db, subject.entry)
    if current is None or reply.sequence > subject.entry.sequence:
        return ReplyOutcome.NOT_ASKED
    if _is_stale(invitee, reply):
        return ReplyOutcome.STALE
    if current.method is CalendarMethod.CANCEL:
        return ReplyOutcome.CANCELLED
    if reply.instance is not None and current.series:
        return _answer_one_time(db, actor, subject, invitee, reply, current)
    if _beside(reply):
        is_new = _keep_beside(db, invitee, reply)
        if reply.instance is not None:
            return ReplyOutcome.NOTED
        return _counter(db, actor, subject, reply, current, is_new=is_new)
    is_new = _keep(db, actor, subject, invitee, reply)
    if not _answers_what_is(db, subject, reply, current):
        return ReplyOutcome.OLDER_TIME
    if reply.verb is ReplyVerb.DECLINED and (is_new or subject.entry.kind is not EntryKind.REVIEW):
        return _decline(db, actor, subject, reply)
    return ReplyOutcome.NOTED if reply.verb is ReplyVerb.DELEGATED else ReplyOutcome.APPLIED


def _answer_one_time(
    db: Database, actor: Actor, subject: EntryOfPerson, invitee: CalendarInvitee, reply: CalendarReply,
    current: CalendarRevision,
) -> ReplyOutcome:  # fmt: skip
    """Keep what is said of one time of a series, which counts for that one only (RFC 5546 section 3.2.3)."""
    if reply.instance not in held_times(current):
        return ReplyOutcome.NOT_ASKED
    is_new = _keep_beside(db, invitee, reply)
    if reply.verb is not ReplyVerb.COUNTER:
        return ReplyOutcome.APPLIED
    return _counter(db, actor, subject, reply, current, is_new=is_new)


def _beside(reply: CalendarReply) -> str:
    """Under what a reply is kept beside the answer to the whole, which it does not replace; empty for that one."""
    return beside(reply.instance, asks=reply.verb is ReplyVerb.COUNTER)


def _is_stale(invitee: CalendarInvitee, reply: CalendarReply) -> bool:
    """Whether something as new came before: to the whole, or of the same kind beside it."""
    made, beside_it = (reply.sequence, reply.stamp), invitee.instance_answers.get(_beside(reply))
    if beside_it is not None and made <= made_of(beside_it):
        return True
    alone = invitee.instance_answers.get(beside(reply.instance))
    if alone is not None and made < made_of(alone):
        return True
    if invitee.answer_stamp is None:
        return False
    answered = (invitee.answered_sequence or 0, invitee.answer_stamp)
    # Programs may send an answer and another time, or answers to the whole and to one time, in one moment: neither is
    # older than the other.
    return made < answered or (made == answered and not _beside(reply))


def _keep_beside(db: Database, invitee: CalendarInvitee, reply: CalendarReply) -> bool:
    """Answers whether it says something else than what was kept before, and not the same again."""
    before = invitee.instance_answers.get(_beside(reply), {})
    kept = {"answer": reply.verb.value, "sequence": reply.sequence, "stamp": reply.stamp.isoformat()}
    if reply.verb is ReplyVerb.COUNTER and reply.starts_at is not None:
        kept |= {"wanted_at": reply.starts_at.isoformat(), "comment": reply.comment[:1000]}
    invitee.instance_answers = {**invitee.instance_answers, _beside(reply): kept}
    db.add(invitee)
    return any(before.get(name) != kept.get(name) for name in ("answer", "sequence", "wanted_at", "comment"))


def _locked(db: Database, subject: EntryOfPerson) -> CalendarInvitee:
    mine = (CalendarInvitee.entry_id == subject.entry.id, CalendarInvitee.person_id == subject.person_id)
    found = db.exec(select(CalendarInvitee).where(*mine).with_for_update()).first()
    if found is None:
        raise NotFound()
    return found


def _keep(db: Database, actor: Actor, subject: EntryOfPerson, invitee: CalendarInvitee, reply: CalendarReply) -> bool:
    """Answers whether it says something else than what was kept before: programs say the same again, and those who
    were told of it need not be told again."""
    before = (invitee.answer, invitee.comment, invitee.delegate, invitee.answered_sequence)
    invitee.answer, invitee.comment = Answer(reply.verb.value), reply.comment[:1000]
    invitee.delegate = reply.delegate if reply.verb is ReplyVerb.DELEGATED else ""
    invitee.answered_sequence, invitee.answer_stamp = reply.sequence, reply.stamp
    db.add(invitee)
    if before == (invitee.answer, invitee.comment, invitee.delegate, invitee.answered_sequence):
        return False
    fact = CalendarAnswered(
        subject.event_id, subject.entry.kind, subject.entry.subject_id, subject.person_id, reply.verb.value
    )
    record(db, actor, fact)
    return True


def _answers_what_is(db: Database, subject: EntryOfPerson, reply: CalendarReply, current: CalendarRevision) -> bool:
    """Whether a reply is to the time that stands. Numbers do not say so: they rise for all when one person is taken out
    (`take_out`), of which nobody else hears."""
    seen = db.exec(
        select(CalendarRevision).where(
            CalendarRevision.entry_id == subject.entry.id, CalendarRevision.sequence == reply.sequence
        )
    ).first()
    if seen is None or seen.ends_at - seen.starts_at != current.ends_at - current.starts_at:
        return False
    if reply.instance is None:
        return seen.starts_at == current.starts_at
    return held_times(seen).get(reply.instance) == held_times(current).get(reply.instance)


def _decline(db: Database, actor: Actor, subject: EntryOfPerson, reply: CalendarReply) -> ReplyOutcome:
    """Call off what somebody leads, leave what they come along to; of anything else it is only kept that they do not
    come."""
    reason = reply.comment[:500]
    try:
        with db.begin_nested():
            if subject.entry.kind is EntryKind.MEETING:
                meeting = meeting_of_entry(db, subject.entry)
                if subject.person_id in meeting.leads:
                    cancel_meeting(db, actor, meeting, reason=reason)
                else:
                    leave_meeting(db, actor, meeting)
            elif subject.entry.kind is EntryKind.MENTORING:
                booked = _mentoring(db, subject.entry)
                if subject.person_id == booked.mentoring.mentor_id:
                    cancel_mentoring(db, actor, booked, reason=reason)
                else:
                    leave_mentoring(db, actor, booked)
            elif subject.entry.kind is EntryKind.REVIEW:
                decline_review_day(db, actor, subject.entry.subject_id, reason=reason)
    except Refusal:
        return ReplyOutcome.REFUSED
    return ReplyOutcome.APPLIED


def meeting_of_entry(db: Database, entry: CalendarEntry) -> MeetingInEvent:
    """The meeting behind an entry."""
    meeting = db.get(Meeting, entry.subject_id)
    event = db.get(Event, meeting.event_id) if meeting is not None else None
    if meeting is None or event is None:
        raise NotFound()
    return meeting_in_event(db, meeting, event)


def _mentoring(db: Database, entry: CalendarEntry) -> MentoringInEvent:
    row = db.get(Mentoring, entry.subject_id)
    team = db.get(Team, row.team_id) if row is not None else None
    if row is None or team is None:
        raise NotFound()
    return MentoringInEvent(row, team, event_by_id(db, row.event_id), attendees_of(db, entry.subject_id))


def _counter(
    db: Database, actor: Actor, subject: EntryOfPerson, reply: CalendarReply, current: CalendarRevision, *, is_new: bool
) -> ReplyOutcome:
    """Offer another time of a meeting to the other side. Whoever asks it of anything else, or may not move a meeting,
    is told at once that its time stays (RFC 5546 section 3.2.8), so that no calendar waits; those who decide about it
    are told who asks for which time."""
    if reply.starts_at is None:
        return ReplyOutcome.NOTED
    if not _answers_what_is(db, subject, reply, current):
        return ReplyOutcome.OLDER_TIME
    outcome = ReplyOutcome.NOTED
    if subject.entry.kind is EntryKind.MEETING:
        try:
            with db.begin_nested():
                meeting = meeting_of_entry(db, subject.entry)
                propose_time(db, actor, meeting, starts_at=reply.starts_at, comment=reply.comment)
            return ReplyOutcome.APPLIED
        except Refusal:
            outcome = ReplyOutcome.REFUSED
    asked = OtherTimeAsked(
        subject.event_id, subject.entry.id or 0, subject.person_id, subject.entry.sequence, reply.starts_at,
        reply.instance,
    )  # fmt: skip
    begins = held_times(current)[reply.instance] if reply.instance is not None else over_at(current)
    is_ahead = begins > clock.now()
    if is_ahead and is_new:
        record(db, actor, asked)
    record(db, actor, OtherTimeDeclined(**asdict(asked), told=is_ahead))
    return outcome


def hold_reply(db: Database, subject: EntryOfPerson, reply: CalendarReply, actor: Actor) -> bool:
    """Keep a reply until the person says that it is theirs, and ask them; once for the same words. A newer one that
    says something else takes the place of the one that waits. Nothing is kept about a single time that there
    is not, nor of what would not count if it was theirs. Answers whether it is new."""
    if not _would_count(db, subject, reply):
        return False
    open_ones = (
        HeldReply.person_id == subject.person_id, HeldReply.entry_id == subject.entry.id,
        HeldReply.verb == reply.verb, HeldReply.settled_at == None,  # noqa: E711 - a column
        HeldReply.instance == reply.instance,
    )  # fmt: skip
    waits = db.exec(select(HeldReply).where(*open_ones).order_by(col(HeldReply.id)).with_for_update()).first()
    if not _is_one_of_its_times(db, subject.entry, reply) or (waits is not None and not _says_more(reply, waits)):
        return False
    if waits is not None:
        waits.settled_at = clock.now()
        db.add(waits)
    held = HeldReply(
        person_id=subject.person_id, entry_id=subject.entry.id or 0, verb=reply.verb, sequence=reply.sequence,
        stamp=reply.stamp, comment=reply.comment[:1000], delegate=reply.delegate, held_at=clock.now(),
        instance=reply.instance, starts_at=reply.starts_at, ends_at=reply.ends_at,
    )  # fmt: skip
    db.add(held)
    db.flush()
    record(db, actor, ReplyHeld(event_id=subject.event_id, held_id=held.id or 0, person_id=subject.person_id))
    return True


def _would_count(db: Database, subject: EntryOfPerson, reply: CalendarReply) -> bool:
    """Whether a reply is to what stands: not to what is called off, has another time or was answered anew since."""
    invitee, current = _locked(db, subject), latest_revision(db, subject.entry)
    if current is None or current.method is CalendarMethod.CANCEL or _is_stale(invitee, reply):
        return False
    return _answers_what_is(db, subject, reply, current)


def _is_one_of_its_times(db: Database, entry: CalendarEntry, reply: CalendarReply) -> bool:
    """Whether a reply is about the whole of an entry, or about a time at which its series is held."""
    current = latest_revision(db, entry)
    is_series = current is not None and bool(current.series)
    return reply.instance is None or (is_series and current is not None and reply.instance in held_times(current))


def is_weighty(db: Database, subject: EntryOfPerson, reply: CalendarReply) -> bool:
    """Whether a reply takes something away, or asks others for something, so that it waits for a click where it could
    be forged. What is said of one time counts in a series; of anything else it is only noted."""
    return reply.verb in WEIGHTY and _is_one_of_its_times(db, subject.entry, reply)


def time_answered(held: HeldReply, revision: CalendarRevision) -> tuple[datetime, datetime]:
    """From when to when that is held which a reply is about."""
    lasts = revision.ends_at - revision.starts_at
    starts_at = held_times(revision).get(held.instance, revision.starts_at) if held.instance else revision.starts_at
    return starts_at, starts_at + lasts


def _says_more(reply: CalendarReply, than: HeldReply) -> bool:
    says = (reply.sequence, reply.starts_at, reply.ends_at, reply.delegate)
    is_newer = (reply.sequence, reply.stamp) > (than.sequence, than.stamp)
    return is_newer and says != (than.sequence, than.starts_at, than.ends_at, than.delegate)


def get_held_reply(db: Database, actor: Actor, public: str) -> HeldReplyOfPerson:
    """A reply that waits, for the person in whose name it came; NotFound for others and for what was settled."""
    row = db.exec(
        select(HeldReply, CalendarEntry).where(HeldReply.public_id == public, CalendarEntry.id == HeldReply.entry_id)
    ).first()
    event_id = event_of_entry(db, row[1]) if row is not None else None
    if row is None or event_id is None or row[0].settled_at is not None:
        raise NotFound()
    found = HeldReplyOfPerson(row[0], EntryOfPerson(row[1], row[0].person_id, event_id))
    if not whose_calendar(actor, found):
        raise NotFound()
    return found


@command(whose_calendar)
def confirm_reply(db: Database, actor: Actor, subject: HeldReplyOfPerson) -> ReplyOutcome:
    """Say that a reply which waits is one's own, and let it do what it says."""
    _settle(db, actor, subject, theirs=True)
    return answer_entry(db, actor, subject.of, reply=subject.reply)


@command(whose_calendar)
def disown_reply(db: Database, actor: Actor, subject: HeldReplyOfPerson) -> None:
    """Say that a reply which waits came from somebody else; nothing comes of it."""
    _settle(db, actor, subject, theirs=False)


def _settle(db: Database, actor: Actor, subject: HeldReplyOfPerson, *, theirs: bool) -> None:
    subject.held.settled_at = clock.now()
    db.add(subject.held)
    db.flush()
    ids = {"event_id": subject.of.event_id, "held_id": subject.held.id or 0, "person_id": subject.of.person_id}
    record(db, actor, ReplySettled(**ids, theirs=theirs))
