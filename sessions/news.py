"""News: what of an event is new for one of its participants in a stretch of time, as their digest tells it.

Each part asks the queries that the pages ask, so that nobody reads in a letter what no page would show them. Whoever
was turned down, by either side, is not put forward to the other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import col, select

from events.browsing import ItemCard, card_of
from events.challenge_questions import ChallengeQuestion
from events.challenges import Challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.events import EventWithPhases
from events.marketplace import Item, ItemInEvent, ItemShown, ItemState
from events.organisations import Organisation
from events.participants import ParticipantCard, joined_between, participants_seen_by, shares_keyword
from events.people import Person
from events.registration import Registration, participant_of_event
from events.teams import team_of
from sessions.agenda import MeetingLine, requests_to_answer
from sessions.no_thanks import vetoed_by_or_for
from sessions.notices import Notice, notices_told_at
from sessions.timetable.released import Release, agenda_of
from sessions.timetable.releases import SessionChange, changes_between
from sessions.timetable.stars import starred_by

# How many of a kind a digest names; of the rest it says how many there are.
MOST_NAMED = 5


@dataclass(frozen=True)
class Stretch:
    """A stretch of time: after `since`, up to `until`."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since < moment <= self.until


@dataclass(frozen=True)
class AgendaNews:
    """What the last release did to the agenda that somebody knew; `first` where they knew none. Sessions that they
    starred come first."""

    changes: tuple[SessionChange, ...] = ()
    starred: frozenset[int] = frozenset()
    count: int = 0
    first: bool = False


@dataclass(frozen=True)
class News:
    """What is new for one participant. `waiting` and `questions` are all that wait for an answer of theirs, also those
    from before; `people` and `items` are the first few that share a keyword, with how many there are."""

    notices: tuple[Notice, ...]
    waiting: tuple[MeetingLine, ...]
    questions: tuple[tuple[ChallengeQuestion, Challenge], ...]
    answers: tuple[tuple[ChallengeQuestion, Challenge], ...]
    people: tuple[ParticipantCard, ...]
    people_count: int
    items: tuple[ItemCard, ...]
    items_count: int
    challenges: tuple[Challenge, ...]
    agenda: AgendaNews
    is_new: bool


def news_for(db: Database, actor: Actor, event: EventWithPhases, stretch: Stretch) -> News | None:
    """What is new for a participant; None for everybody else, and where nothing is new."""
    if not participant_of_event(actor, event) or actor.person is None:
        return None
    vetoed = vetoed_by_or_for(db, actor.person)
    interests = _interests(db, actor.person, event.id)
    waiting = tuple(
        one
        for one in requests_to_answer(db, actor, stretch.until)
        if one.event.id == event.id and one.meeting.asker_id not in vetoed
    )
    questions = _open_questions(db, actor.person, event.id)
    people, people_count = _people(db, actor, event, stretch, interests, vetoed)
    items = _items(db, actor, event, stretch, interests, vetoed)
    found = News(
        notices=tuple(notices_told_at(db, actor.person, event.id, stretch.until)),
        waiting=waiting, questions=questions, answers=_answers(db, actor.person, event.id, stretch),
        people=people, people_count=people_count, items=tuple(items[:MOST_NAMED]), items_count=len(items),
        challenges=_challenges(db, actor.person, event.id, stretch), agenda=_agenda(db, actor, event, stretch),
        is_new=any(stretch.holds(one.meeting.requested_at) for one in waiting)
        or any(stretch.holds(one.asked_at) for one, _challenge in questions),
    )  # fmt: skip
    parts = (found.notices, found.answers, found.people, found.items, found.challenges, found.agenda.count)
    return found if found.is_new or any(parts) else None


@dataclass(frozen=True)
class Interests:
    """What somebody deals in, in an event: keywords of theirs, of their organisation and of its items there."""

    keywords: frozenset[str]
    organisation_id: int | None


def _interests(db: Database, person_id: int, event_id: int) -> Interests:
    row = db.execute(
        select(Registration, Person, Organisation)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Registration.event_id == event_id, Registration.person_id == person_id)
    ).one()
    _place, person, organisation = row
    words = set(person.keywords)
    if organisation is None:
        return Interests(frozenset(words), None)
    here = select(Item.keywords).join(ItemInEvent, col(ItemInEvent.item_id) == col(Item.id))
    own = here.where(ItemInEvent.event_id == event_id, Item.organisation_id == organisation.id)
    words.update(organisation.keywords, *db.exec(own.where(Item.state == ItemState.PUBLISHED)))
    return Interests(frozenset(words), organisation.id)


def _people(
    db: Database, actor: Actor, event: EventWithPhases, stretch: Stretch, mine: Interests, vetoed: Collection[int]
) -> tuple[tuple[ParticipantCard, ...], int]:
    """New participants who share a keyword, as the page of participants shows them to this one."""
    if not mine.keywords:
        return (), 0
    place = col(Registration.organisation_id)
    only = and_(
        joined_between(stretch.since, stretch.until),
        shares_keyword(sorted(mine.keywords)),
        col(Registration.person_id).not_in(sorted({actor.person or 0, *vetoed})),
        or_(place.is_(None), place != (mine.organisation_id or 0)),
    )
    found = participants_seen_by(db, actor, event, only=only)
    return tuple(found.rows[:MOST_NAMED]), found.count


def _items(
    db: Database, actor: Actor, event: EventWithPhases, stretch: Stretch, mine: Interests, vetoed: Collection[int]
) -> list[ItemCard]:
    """Needs and offers of others that came into the event and share a keyword, newest first."""
    shown = select(JournalEntry.particulars).where(
        JournalEntry.event_id == event.id, JournalEntry.kind == ItemShown.kind,
        col(JournalEntry.at) > stretch.since, col(JournalEntry.at) <= stretch.until,
    )  # fmt: skip
    ids = sorted({one["item_id"] for one in db.exec(shown)}) if mine.keywords else []
    if not ids:
        return []
    query = (
        select(Item, Organisation)
        .join(ItemInEvent, col(ItemInEvent.item_id) == col(Item.id))
        .join(Organisation, col(Organisation.id) == col(Item.organisation_id))
        .where(ItemInEvent.event_id == event.id, col(Item.id).in_(ids[-200:]), Item.state == ItemState.PUBLISHED)
        .where(Item.organisation_id != (mine.organisation_id or 0))
        .order_by(col(Item.id).desc())
    )
    return [
        card_of(item, owner)
        for item, owner in db.exec(query)
        if item.person_id not in {actor.person, *vetoed} and _in_common(mine.keywords, item.keywords)
    ]


def _in_common(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Whether one of theirs is one of mine, or of its group."""
    return any(one == word or one.startswith(word + ".") for one in theirs for word in mine)


def _open_questions(db: Database, person_id: int, event_id: int) -> tuple[tuple[ChallengeQuestion, Challenge], ...]:
    """What waits for an answer of a challenge's owner, oldest first."""
    query = (
        select(ChallengeQuestion, Challenge)
        .join(Challenge, col(Challenge.id) == col(ChallengeQuestion.challenge_id))
        .where(Challenge.event_id == event_id, Challenge.person_id == person_id)
        .where(col(ChallengeQuestion.answered_at).is_(None), col(ChallengeQuestion.hidden_at).is_(None))
        .order_by(col(ChallengeQuestion.id))
    )
    return tuple((question, challenge) for question, challenge in db.exec(query))


def _answers(
    db: Database, person_id: int, event_id: int, stretch: Stretch
) -> tuple[tuple[ChallengeQuestion, Challenge], ...]:
    """Answers about the challenge that somebody's team has taken."""
    team = team_of(db, person_id, event_id)
    if team is None or team.challenge_id is None:
        return ()
    query = (
        select(ChallengeQuestion, Challenge)
        .join(Challenge, col(Challenge.id) == col(ChallengeQuestion.challenge_id))
        .where(Challenge.id == team.challenge_id, col(ChallengeQuestion.hidden_at).is_(None))
        .where(col(ChallengeQuestion.answered_at) > stretch.since, col(ChallengeQuestion.answered_at) <= stretch.until)
        .order_by(col(ChallengeQuestion.answered_at), col(ChallengeQuestion.id))
    )
    return tuple((question, challenge) for question, challenge in db.exec(query))


def _challenges(db: Database, person_id: int, event_id: int, stretch: Stretch) -> tuple[Challenge, ...]:
    query = select(Challenge).where(
        Challenge.event_id == event_id,
        or_(col(Challenge.person_id).is_(None), col(Challenge.person_id) != person_id),
        col(Challenge.published_at) > stretch.since, col(Challenge.published_at) <= stretch.until,
    )  # fmt: skip
    return tuple(db.exec(query.order_by(col(Challenge.id))))


def _agenda(db: Database, actor: Actor, event: EventWithPhases, stretch: Stretch) -> AgendaNews:
    query = select(Release).where(Release.event_id == event.id).order_by(col(Release.number))
    releases = list(db.exec(query)) if event.event.has_agenda else []
    if not any(stretch.holds(one.released_at) for one in releases):
        return AgendaNews()
    known = [one for one in releases if one.released_at <= stretch.since]
    last = [one for one in releases if one.released_at <= stretch.until][-1]
    changes = changes_between(agenda_of(db, known[-1] if known else None), agenda_of(db, last))
    starred = starred_by(db, actor, [one.now for one in changes])
    changes.sort(key=lambda one: one.now.session_id not in starred)
    named = tuple(changes[:MOST_NAMED]) if known else ()
    return AgendaNews(named, frozenset(starred), len(changes), first=not known)
