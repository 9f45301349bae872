"""Digests: what is new for somebody in an event, gathered in one letter instead of one for each."""

from collections.abc import Sequence
from typing import Any

from events.browsing import ItemCard
from events.core.database import Database
from events.core.translation import _
from events.events import EventState, EventWithPhases, event_by_id
from events.marketplace import ItemKind
from events.participants import ParticipantCard
from events.placeholders import filled
from events.roles import actor_for
from mailer.letters import Page, Recipient, Topic, Values, letter_for, page, recipients
from mailer.occasions.notices import placeholder_values
from sessions.agenda import MeetingLine
from sessions.digests import DigestDue, send_without_digest
from sessions.news import MOST_NAMED, AgendaNews, News, Stretch, news_for
from sessions.notices import Notice
from sessions.timetable.releases import SessionChange

KINDS = {ItemKind.NEED: _("Need"), ItemKind.OFFER: _("Offer")}
# A title, what stands beside it, and its page: what a line of a digest has.
Line = tuple[str, str, Page]


@letter_for(
    DigestDue,
    to=lambda db, fact: recipients(db, {fact.person_id}),
    topic=Topic.DIGESTS,
    unsent=send_without_digest,
)
def digest(db: Database, fact: DigestDue, to: Recipient) -> Values | None:
    event = event_by_id(db, fact.event_id)
    if event.event.state is EventState.CLOSED:
        return None
    # Asked again: what was answered or taken back meanwhile is no news any more.
    found = news_for(db, actor_for(db, fact.person_id), event, Stretch(fact.since, fact.until))
    return None if found is None else {"since": fact.since, **_values(db, event, found, to)}


def _values(db: Database, event: EventWithPhases, news: News, to: Recipient) -> Values:
    slug = event.event.slug
    return {
        "event": event.event.name,
        "notices": [_notice(db, event, one, to) for one in news.notices],
        **_named("waiting", [_request(one) for one in news.waiting], page("meetings", event=slug)),
        **_named("open_questions", [(one.body, about.title, page("challenge", event=slug, challenge=about.public_id))
                               for one, about in news.questions], page("challenges", event=slug)),
        **_named("answers", [(one.body, one.answer, page("challenge", event=slug, challenge=about.public_id))
                             for one, about in news.answers], page("challenges", event=slug)),
        **_named("people", [_person(slug, one) for one in news.people], page("participants", event=slug),
                 news.people_count),
        **_named("items", [_item(one) for one in news.items], page("event_marketplace", event=slug), news.items_count),
        **_named("challenges", [(one.title, "", page("challenge", event=slug, challenge=one.public_id))
                                for one in news.challenges], page("challenges", event=slug)),
        **_agenda(news.agenda),
        "agenda_url": page("agenda", event=slug),
        "url": page("event", event=slug),
        "choose_url": page("own_calendar"),
    }  # fmt: skip


def _named(name: str, lines: Sequence[Any], url: Page, count: int | None = None) -> Values:
    """The first few lines of a part, how many more there are, and where to read them."""
    named = list(lines[:MOST_NAMED])
    return {name: named, f"more_{name}": (len(lines) if count is None else count) - len(named), f"{name}_url": url}


def _notice(db: Database, event: EventWithPhases, one: Notice, to: Recipient) -> tuple[str, list[str]]:
    values = placeholder_values(db, event.event, to.name)
    return filled(one.subject, values), filled(one.text, values).split("\n\n")


def _request(one: MeetingLine) -> tuple[Any, ...]:
    return one.other, one.organisation, one.meeting.expires_at, page("meeting", meeting=one.meeting.public_id)


def _person(slug: str, one: ParticipantCard) -> Line:
    return one.name, one.organisation, page("participant", event=slug, registration=one.public_id)


def _item(one: ItemCard) -> tuple[str, str, str, Page]:
    return str(KINDS[one.kind]), one.summary, one.organisation, page("item", item=one.public_id)


def _agenda(news: AgendaNews) -> Values:
    changes = [_change(one, one.now.session_id in news.starred) for one in news.changes]
    return {"first_agenda": news.first, "sessions": changes, "more_sessions": news.count - len(changes)}


def _change(one: SessionChange, starred: bool) -> tuple[Any, ...]:
    return one.kind.value, one.now.title, one.now.starts_at, one.now.ends_at, one.now.room, starred
