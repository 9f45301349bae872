"""Letters about what calendars and people answer: another time, a reply to confirm, a text that is handed on."""

from sqlmodel import select

from events.core.database import Database
from events.core.translation import At, _
from events.events import Event
from events.people import Person
from events.roles import Role, Scope, people_with_role
from mailer.entries import words_of
from mailer.letters import Recipient, Values, letter_for, name_of, page, page_at, recipients
from mailer.occasions.meetings import values_of_meeting
from mailer.occasions.peer_reviews import in_review, organisers_of
from mailer.rhythms import rhythm_of
from sessions.calendars import (
    Answer,
    CalendarEntry,
    CalendarInvitee,
    CalendarMethod,
    EntryKind,
    find_entry,
    latest_revision,
    one_time_of,
    revision_of_entry,
    standing_answer,
)
from sessions.forwarded import ForwardedText, TextForwarded
from sessions.meetings import Meeting
from sessions.mentoring import Mentoring, attendees_of
from sessions.peer_reviews.agenda import ReviewDay
from sessions.peer_reviews.reviews import ReviewRole
from sessions.proposals import TimeKept, TimeProposal, TimeProposed, still_waits
from sessions.replies import (
    CalendarAnswered,
    HeldReply,
    OtherTimeAsked,
    OtherTimeDeclined,
    ReplyHeld,
    time_answered,
)
from sessions.series_answers import beside
from sessions.timetable.rows import Speaker

ENTRY = (EntryKind.MEETING, "meeting_id")
# Who was told that somebody would rather come at another time, for that person.
TOLD = {
    EntryKind.MEETING: _("The two who meet were told which time you propose. If they move it, you hear of it."),
    EntryKind.PITCH: _("Those who host the stage were told which time you propose. If they move it, you hear of it."),
    EntryKind.MENTORING: _("The others were told which time you propose. If they move it, you hear of it."),
    EntryKind.REVIEW: _("Organisers and moderators were told which time you propose. If they move it, you hear of it."),
    EntryKind.SESSION: _("The organisers were told which time you propose. If they move it, you hear of it."),
    EntryKind.REGULAR: _("The organisers were told which time you propose. If they move it, you hear of it."),
}


def _other_than(db: Database, meeting_id: int, person: int) -> list[Recipient]:
    meeting = db.get(Meeting, meeting_id)
    leads = {meeting.asker_id, meeting.invitee_id} if meeting is not None else set()
    return recipients(db, leads - {person})


def _who_is_asked(db: Database, fact: TimeProposed) -> list[Recipient]:
    proposal = db.get(TimeProposal, fact.proposal_id)
    return _other_than(db, fact.meeting_id, proposal.person_id) if proposal is not None else []


@letter_for(TimeProposed, to=_who_is_asked)
def time_proposed(db: Database, fact: TimeProposed, to: Recipient) -> Values | None:
    values, proposal = values_of_meeting(db, fact, to), db.get(TimeProposal, fact.proposal_id)
    if values is None or proposal is None or not still_waits(proposal, db.get_one(Meeting, fact.meeting_id)):
        return None
    return {
        **values,
        "wanted_at": proposal.wanted_at,
        "comment": proposal.comment,
        "answer": page("time_proposal", proposal=proposal.public_id),
    }


def _who_asked(db: Database, fact: TimeKept) -> list[Recipient]:
    proposal = db.get(TimeProposal, fact.proposal_id)
    return recipients(db, {proposal.person_id}) if proposal is not None else []


@letter_for(TimeKept, to=_who_asked, entry=ENTRY, method="DECLINECOUNTER")
def time_kept(db: Database, fact: TimeKept, to: Recipient) -> Values | None:
    values, proposal = values_of_meeting(db, fact, to), db.get(TimeProposal, fact.proposal_id)
    return {**values, "wanted_at": proposal.wanted_at} if values is not None and proposal is not None else None


def _who_misses_them(db: Database, fact: CalendarAnswered) -> list[Recipient]:
    """Who has to know that somebody who was to speak or pitch does not come; of an audience nobody is told."""
    is_missed = fact.state == Answer.DECLINED and fact.what in (EntryKind.SESSION, EntryKind.PITCH)
    return recipients(db, _who_counts_on(db, fact)) if is_missed else []


def _who_counts_on(db: Database, fact: CalendarAnswered) -> set[int]:
    """Who is told that somebody else comes; of who comes to a regular session nobody is."""
    kind = EntryKind(fact.what)
    told = _who_looks_after(db, fact.event_id, kind, fact.subject_id, fact.person_id)
    return told if kind is not EntryKind.REGULAR else set()


def _who_looks_after(db: Database, event_id: int, kind: EntryKind, subject_id: int, person_id: int) -> set[int]:
    """Who looks after what somebody was asked to; nobody where they are of an audience, or only want dates."""
    organisers = organisers_of(db, event_id) - {person_id}
    if kind is EntryKind.SESSION:
        mine = (Speaker.session_id == subject_id, Speaker.person_id == person_id)
        return organisers if db.exec(select(Speaker.id).where(*mine)).first() is not None else set()
    if kind is EntryKind.PITCH:
        return set(people_with_role(db, Role.HOST, Scope.EVENT, event_id)) - {person_id} or organisers
    if kind is EntryKind.REVIEW:
        day = db.get(ReviewDay, subject_id)
        moderators = in_review(db, day.review_id, roles=(ReviewRole.MODERATOR,)) if day is not None else set()
        return (organisers | moderators) - {person_id}
    return organisers if kind is not EntryKind.PHASE else set()


def _who_decides(db: Database, fact: OtherTimeAsked | OtherTimeDeclined) -> set[int]:
    """Who may choose another time of something, or has to agree to one; nobody but them for those two themselves."""
    entry = db.get_one(CalendarEntry, fact.entry_id)
    kind, subject_id = EntryKind(entry.kind), entry.subject_id
    if kind is EntryKind.MEETING:
        meeting = db.get(Meeting, subject_id)
        leads = {meeting.asker_id, meeting.invitee_id} if meeting is not None else set()
        return leads if fact.person_id not in leads else set()
    if kind is EntryKind.MENTORING:
        booked = db.get(Mentoring, subject_id)
        return ({booked.mentor_id, *attendees_of(db, subject_id)} if booked is not None else set()) - {fact.person_id}
    return _who_looks_after(db, fact.event_id, kind, subject_id, fact.person_id)


@letter_for(CalendarAnswered, to=_who_misses_them)
def appearance_declined(db: Database, fact: CalendarAnswered, to: Recipient) -> Values | None:
    return _answered(db, fact, Answer.DECLINED)


def _who_looks_after_it(db: Database, fact: CalendarAnswered) -> list[Recipient]:
    return recipients(db, _who_counts_on(db, fact)) if fact.state == Answer.DELEGATED else []


@letter_for(CalendarAnswered, to=_who_looks_after_it)
def appearance_handed_on(db: Database, fact: CalendarAnswered, to: Recipient) -> Values | None:
    return _answered(db, fact, Answer.DELEGATED)


def _who_handed_on(db: Database, fact: CalendarAnswered) -> list[Recipient]:
    return recipients(db, {fact.person_id}) if fact.state == Answer.DELEGATED else []


@letter_for(CalendarAnswered, to=_who_handed_on)
def handing_on_noted(db: Database, fact: CalendarAnswered, to: Recipient) -> Values | None:
    return _answered(db, fact, Answer.DELEGATED)


def _answered(db: Database, fact: CalendarAnswered, answer: Answer) -> Values | None:
    """What somebody's calendar answered; None where that does not stand any more."""
    event, person = db.get(Event, fact.event_id), db.get(Person, fact.person_id)
    entry = find_entry(db, EntryKind(fact.what), fact.subject_id)
    revision = latest_revision(db, entry) if entry is not None else None
    if event is None or person is None or entry is None or revision is None:
        return None
    if revision.method is CalendarMethod.CANCEL:
        return None
    if standing_answer(db, entry, revision, person.id) is not answer:
        return None  # they were asked anew, or come after all
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person.id)
    invitee = db.exec(select(CalendarInvitee).where(*mine)).first()
    return {
        "event": event.name, "who": name_of(person), "title": revision.summary,
        "day": At(revision.starts_at, "when"), "url": page_at(revision.path),
        "reason": invitee.comment if invitee else "", "delegate": invitee.delegate if invitee else "",
    }  # fmt: skip


@letter_for(
    OtherTimeDeclined,
    to=lambda db, fact: recipients(db, {fact.person_id}),
    entry=(None, "entry_id"),
    method="DECLINECOUNTER",
)
def time_fixed(db: Database, fact: OtherTimeDeclined, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    entry, revision = revision_of_entry(db, fact.entry_id, fact.sequence)
    if event is None:
        return None
    told = TOLD.get(EntryKind(entry.kind), "") if fact.told and _who_decides(db, fact) else ""
    said = words_of(db, entry, revision, to)
    return {**said, "event": event.name, "wanted_at": fact.wanted_at, "instance": fact.instance, "told": told}


@letter_for(OtherTimeAsked, to=lambda db, fact: recipients(db, _who_decides(db, fact)))
def other_time_asked(db: Database, fact: OtherTimeAsked, to: Recipient) -> Values | None:
    event, person = db.get(Event, fact.event_id), db.get(Person, fact.person_id)
    entry, asked = revision_of_entry(db, fact.entry_id, fact.sequence)
    current = latest_revision(db, entry)
    if event is None or person is None or current is None or current.method is CalendarMethod.CANCEL:
        return None
    about, now = (one_time_of(one, fact.instance) if fact.instance else one for one in (asked, current))
    if about.starts_at != now.starts_at:
        return None  # it has another time by now
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person.id)
    invitee = db.exec(select(CalendarInvitee).where(*mine)).first()
    kept = invitee.instance_answers.get(beside(fact.instance, asks=True), {}) if invitee is not None else {}
    return {
        "event": event.name, "who": name_of(person), "title": now.summary, "starts_at": now.starts_at,
        "ends_at": now.ends_at, "rhythm": rhythm_of(now), "wanted_at": fact.wanted_at, "url": page_at(now.path),
        "comment": kept.get("comment", ""),
    }  # fmt: skip


@letter_for(ReplyHeld, to=lambda db, fact: recipients(db, {fact.person_id}))
def reply_held(db: Database, fact: ReplyHeld, to: Recipient) -> Values | None:
    held, event = db.get(HeldReply, fact.held_id), db.get(Event, fact.event_id)
    entry = db.get(CalendarEntry, held.entry_id) if held is not None else None
    revision = latest_revision(db, entry) if entry is not None else None
    if held is None or event is None or revision is None or held.settled_at is not None:
        return None
    if revision.method is CalendarMethod.CANCEL:
        return None  # it was called off before the letter was written
    starts_at, ends_at = time_answered(held, revision)
    return {
        "event": event.name,
        "title": revision.summary,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "verb": held.verb.value,
        "answer": page("held_reply", held=held.public_id),
    }


def _reader(db: Database, fact: TextForwarded) -> list[Recipient]:
    row = db.get(ForwardedText, fact.forwarded_id)
    return _other_than(db, fact.meeting_id, row.person_id) if row is not None else []


@letter_for(TextForwarded, to=_reader)
def text_forwarded(db: Database, fact: TextForwarded, to: Recipient) -> Values | None:
    values, row = values_of_meeting(db, fact, to), db.get(ForwardedText, fact.forwarded_id)
    return {**values, "text": row.text} if values is not None and row is not None else None
