"""Letters about what comes after a review: what a host owes, what somebody is to do, quotations, and reports."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.translation import N_, Message, date_of
from events.events import Event
from events.organisations import Organisation
from events.programmes import Programme
from events.roles import Role, Scope, people_with_role
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients
from mailer.occasions.peer_reviews import topic_for
from sessions.peer_reviews.action_plans import UNFINISHED, ActionChanged, ActionPlanned, ReviewAction
from sessions.peer_reviews.attribution import names_published, protected_in, without_names
from sessions.peer_reviews.follow_ups import FollowUpComplete, HostAwaited, ReviewClosed, owed
from sessions.peer_reviews.responses import HostRespondedToAll
from sessions.peer_reviews.reviews import PeerReview, PlaceState, ReviewInEvent, ReviewPlace, ReviewRole, ReviewState
from sessions.peer_reviews.templates import STEP_NAMES, StepKind
from sessions.reports.quotations import Quotation, QuotationAsked, QuotationState
from sessions.reports.reports import EditorNamed, ProgrammeEditor, Report, ReportInProgramme
from sessions.reports.versions import (
    ReportHandedIn,
    ReportPublished,
    ReportSentBack,
    ReportVersion,
    VersionState,
    told_to_all,
)

CLOSED = (ReviewState.CANCELLED, ReviewState.CLOSED)


def _inside(db: Database, review_id: int, *roles: ReviewRole) -> set[int]:
    query = select(ReviewPlace.person_id).where(ReviewPlace.review_id == review_id)
    query = query.where(ReviewPlace.state == PlaceState.ACCEPTED, col(ReviewPlace.role).in_(roles or tuple(ReviewRole)))
    return set(db.exec(query))


def _organisers(db: Database, programme_id: int, event_id: int | None = None) -> set[int]:
    found = set(people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, programme_id))
    return found | (set(people_with_role(db, Role.ORGANISER, Scope.EVENT, event_id)) if event_id else set())


def _review(db: Database, fact: Any, to: Recipient) -> tuple[PeerReview, Event, Values]:
    row = db.get_one(PeerReview, fact.review_id)
    event, host = db.get_one(Event, row.event_id), db.get_one(Organisation, row.organisation_id)
    url = page("review_plan", event=event.slug, review=row.public_id)
    return row, event, {"event": event.name, "topic": topic_for(db, row, event, to), "host": host.name, "url": url}


def _hosts(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, _inside(db, fact.review_id, ReviewRole.HOST))


def _hosts_or_organisers(db: Database, fact: Any) -> list[Recipient]:
    """The host's people; where all of them have dropped out the organisers, who find somebody or answer themselves."""
    event = db.get_one(Event, fact.event_id)
    hosts = _inside(db, fact.review_id, ReviewRole.HOST)
    return recipients(db, hosts or _organisers(db, event.programme_id, fact.event_id))


@letter_for(HostAwaited, to=_hosts_or_organisers)
def host_awaited(db: Database, fact: HostAwaited, to: Recipient) -> Values | None:
    row, _event, values = _review(db, fact, to)
    kind = StepKind(fact.what)
    count = owed(db, fact.review_id, kind)
    if row.state in CLOSED or not count:
        return None
    if kind is StepKind.RESPONSE:
        what: Message = N_("%(count)s answer or action is missing.", "%(count)s answers or actions are missing.", count)
    else:
        what = N_("%(count)s action waits for a word of yours.", "%(count)s actions wait for a word of yours.", count)
    return values | {"step": STEP_NAMES[kind], "what": what, "again": fact.times > 1}


def _run_it_and_peers(db: Database, fact: HostRespondedToAll) -> list[Recipient]:
    event = db.get_one(Event, fact.event_id)
    roles = (ReviewRole.PEER, ReviewRole.MODERATOR, ReviewRole.RAPPORTEUR)
    return recipients(db, _inside(db, fact.review_id, *roles) | _organisers(db, event.programme_id, event.id))


@letter_for(HostRespondedToAll, to=_run_it_and_peers)
def host_responded(db: Database, fact: HostRespondedToAll, to: Recipient) -> Values | None:
    return _review(db, fact, to)[2]


def _run_it(db: Database, fact: Any) -> list[Recipient]:
    event = db.get_one(Event, fact.event_id)
    moderators = _inside(db, fact.review_id, ReviewRole.MODERATOR)
    return recipients(db, moderators | _organisers(db, event.programme_id, event.id))


@letter_for(FollowUpComplete, to=_run_it)
def follow_up_complete(db: Database, fact: FollowUpComplete, to: Recipient) -> Values | None:
    return _review(db, fact, to)[2] | {"step": STEP_NAMES[StepKind(fact.what)]}


def _everybody_inside(db: Database, fact: ReviewClosed) -> list[Recipient]:
    return recipients(db, _inside(db, fact.review_id))


@letter_for(ReviewClosed, to=_everybody_inside, topic=Topic.ANNOUNCEMENTS)
def review_closed(db: Database, fact: ReviewClosed, to: Recipient) -> Values | None:
    return _review(db, fact, to)[2]


def _new_owner(db: Database, fact: ActionPlanned | ActionChanged) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _action(db: Database, fact: ActionPlanned | ActionChanged, to: Recipient) -> Values | None:
    row = db.get(ReviewAction, fact.action_id)
    if row is None or row.owner_id != to.person_id or row.state not in UNFINISHED or to.doer == to.person_id:
        return None
    review, event, values = _review(db, fact, to)
    url = page("review_action", event=event.slug, review=review.public_id, action=row.public_id)
    told = names_published(ReviewInEvent(review, event))
    protected = protected_in(db, fact.review_id)
    action, topic = (without_names(one, protected, shown=told) for one in (row.action, review.topic))
    return values | {"action": action, "topic": topic, "due": date_of(row.due_on), "url": url}


@letter_for(ActionPlanned, to=_new_owner)
def action_given(db: Database, fact: ActionPlanned, to: Recipient) -> Values | None:
    return _action(db, fact, to)


@letter_for(ActionChanged, to=_new_owner)
def action_handed_over(db: Database, fact: ActionChanged, to: Recipient) -> Values | None:
    return _action(db, fact, to)


def _quoted(db: Database, fact: QuotationAsked) -> list[Recipient]:
    return recipients(db, {fact.person_id})


@letter_for(QuotationAsked, to=_quoted)
def quotation_asked(db: Database, fact: QuotationAsked, to: Recipient) -> Values | None:
    row = db.get(Quotation, fact.quotation_id)
    if row is None or row.state is not QuotationState.ASKED:
        return None
    programme = db.get_one(Programme, fact.programme_id)
    url = page("quotation", programme=programme.slug, quotation=row.public_id)
    return {"programme": programme.name, "text": row.text, "about": row.about, "url": url}


def _editor(db: Database, fact: EditorNamed) -> list[Recipient]:
    return recipients(db, {fact.person_id})


@letter_for(EditorNamed, to=_editor)
def report_editor_named(db: Database, fact: EditorNamed, to: Recipient) -> Values | None:
    programme = db.get_one(Programme, fact.programme_id)
    query = select(ProgrammeEditor.id).where(ProgrammeEditor.programme_id == programme.id)
    if db.exec(query.where(ProgrammeEditor.person_id == to.person_id)).first() is None:
        return None  # ended meanwhile
    return {"programme": programme.name, "url": page("reports", programme=programme.slug)}


def _version(db: Database, fact: Any, name: str) -> tuple[ReportVersion, Values]:
    report, version = db.get_one(Report, fact.report_id), db.get_one(ReportVersion, fact.version_id)
    programme = db.get_one(Programme, fact.programme_id)
    ids = {"programme": programme.slug, "report": report.public_id, "number": version.number}
    url = (
        page(name, **ids) if name == "report_version" else page(name, programme=ids["programme"], report=ids["report"])
    )
    subject = ReportInProgramme(report, programme)
    title, reason = (told_to_all(db, subject, one) for one in (version.content["title"], version.reason))
    return version, {
        "programme": programme.name,
        "title": title,
        "reason": reason,
        "number": version.number,
        "url": url,
    }


def _who_may_approve(db: Database, fact: ReportHandedIn) -> list[Recipient]:
    report, version = db.get_one(Report, fact.report_id), db.get_one(ReportVersion, fact.version_id)
    if report.review_id is not None:
        review = db.get_one(PeerReview, report.review_id)
        found = _inside(db, report.review_id, ReviewRole.MODERATOR, ReviewRole.RAPPORTEUR)
        found |= _organisers(db, fact.programme_id, review.event_id)
    else:
        query = select(ProgrammeEditor.person_id).where(ProgrammeEditor.programme_id == fact.programme_id)
        found = set(db.exec(query)) | _organisers(db, fact.programme_id)
    return recipients(db, found - {version.author_id})


@letter_for(ReportHandedIn, to=_who_may_approve)
def report_handed_in(db: Database, fact: ReportHandedIn, to: Recipient) -> Values | None:
    version, values = _version(db, fact, "report_version")
    return values if version.state is VersionState.IN_REVIEW else None


def _author(db: Database, fact: ReportSentBack) -> list[Recipient]:
    return recipients(db, {db.get_one(ReportVersion, fact.version_id).author_id})


@letter_for(ReportSentBack, to=_author)
def report_sent_back(db: Database, fact: ReportSentBack, to: Recipient) -> Values | None:
    _row, values = _version(db, fact, "edit_report")
    return values if to.doer != to.person_id else None


def _concerned(db: Database, fact: ReportPublished) -> list[Recipient]:
    report, version = db.get_one(Report, fact.report_id), db.get_one(ReportVersion, fact.version_id)
    inside = _inside(db, report.review_id) if report.review_id is not None else set()
    return recipients(db, inside | {version.author_id})


@letter_for(ReportPublished, to=_concerned)
def report_published(db: Database, fact: ReportPublished, to: Recipient) -> Values | None:
    version, values = _version(db, fact, "report")
    return values if version.state is VersionState.PUBLISHED else None
