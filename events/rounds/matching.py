"""What judges know and read, and what submissions are about and written in: the engine assigns by it, and organisers
see why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlmodel import col, select

from events.challenges import Challenge
from events.core.database import Database
from events.core.translation import LANGUAGES as INTERFACE
from events.core.translation import Message, written_for
from events.marketplace import Item
from events.organisations import Membership, Organisation
from events.people import Person
from events.reference.keywords import FIELDS, TECHNOLOGIES, keyword_label
from events.reference.languages import LANGUAGES, language_name, language_own_name
from events.rounds.rounds import RoundInEvent
from events.submission_fields import FieldKind, SubmissionField
from events.submissions import Submission, counting_parts

Contents = Mapping[int, Mapping[str, Any]]
"""The keywords and answers of what counts of submissions, by their ids; None for what was not asked."""


def topics_of_judges(db: Database, people: Collection[int]) -> Mapping[int, frozenset[str]]:
    """What judges know: their own keywords and those of where they belong."""
    found = {
        person or 0: set(keywords)
        for person, keywords in db.exec(select(Person.id, Person.keywords).where(col(Person.id).in_(people)))
    }
    homes = (
        select(Membership.person_id, Organisation.keywords)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(col(Membership.person_id).in_(people))
    )
    for person, keywords in db.exec(homes):
        found[person] |= set(keywords)
    return {person: frozenset(map(topic_of, topics)) for person, topics in found.items()}


def topics_of_works(
    db: Database, submissions: Collection[int], counts: Contents
) -> Mapping[int, frozenset[str]]:  # fmt: skip
    """What submissions are about: the keywords of the need from which the challenge was made for which they count, and
    those that their teams gave to what counts."""
    query = (
        select(Submission.id, Item.keywords)
        .join(Challenge, col(Challenge.id) == col(Submission.counts_for_id))
        .join(Item, col(Item.id) == col(Challenge.need_id))
        .where(col(Submission.id).in_(submissions))
    )
    found = {submission or 0: set(keywords) for submission, keywords in db.exec(query)}
    for submission, said in counts.items():
        found.setdefault(submission, set()).update(said["keywords"] or ())
    return {submission: frozenset(map(topic_of, topics)) for submission, topics in found.items()}


def topic_of(word: str) -> str:
    """A topic by one name: the id of one of our keywords, also where it was written as a word in one of our languages;
    else the word in small letters."""
    plain = " ".join(word.casefold().split())
    return _known_topics().get(plain, plain)


@cache
def _known_topics() -> Mapping[str, str]:
    groups = (*TECHNOLOGIES, *FIELDS)
    labels = {one.id: one.label for group in groups for one in group.keywords} | {one.id: one.label for one in groups}
    found = {code.casefold(): code for code in labels}
    for locale in INTERFACE:
        with written_for(locale, "UTC"):
            found |= {str(label).casefold(): code for code, label in labels.items()}
    return found


def languages_of_judges(db: Database, people: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Which languages judges read, by ISO 639 codes: those of their profile and that of the pages they read. Who has
    said nothing is taken to read all."""
    rows = db.exec(select(Person.id, Person.languages, Person.locale).where(col(Person.id).in_(people)))
    return {
        person or 0: frozenset({*spoken, locale} & LANGUAGES) if spoken else LANGUAGES
        for person, spoken, locale in rows
    }


def languages_of_works(db: Database, event_id: int, counts: Contents) -> dict[int, str]:
    """In which language submissions are written, by ISO 639 code, where their teams were asked: by a field whose every
    choice is a language."""
    query = select(SubmissionField).where(
        SubmissionField.event_id == event_id, SubmissionField.kind == FieldKind.CHOICE
    )
    asks = {one.public_id for one in db.exec(query) if one.choices and all(map(language_in, one.choices))}
    found = {}
    for submission, says in counts.items():
        said = [one["answer"] for one in says["answers"] or () if one["field"] in asks]
        if said and (code := language_in(said[0])):
            found[submission] = code
    return found


def language_in(words: str) -> str:
    """The code of the language that this names, in itself or in one of our languages; '' for anything else."""
    return _language_names().get(words.strip().casefold(), "")


@cache
def _language_names() -> Mapping[str, str]:
    found = {code: code for code in LANGUAGES}
    for code in LANGUAGES:
        found[language_own_name(code).casefold()] = code
        found |= {language_name(code, locale).casefold(): code for locale in INTERFACE}
    return found


@dataclass(frozen=True)
class Fit:
    """What speaks for a judge of a submission: the topics of it that they know, as labels, and its language where it
    is known and they have said that they read it."""

    topics: tuple[Message | str, ...]
    language: str = ""


@dataclass(frozen=True)
class Matching:
    """What judges know and read, and what submissions are about and written in, by ids of people and submissions."""

    knows: Mapping[int, frozenset[str]]
    reads: Mapping[int, frozenset[str]]
    about: Mapping[int, frozenset[str]]
    written_in: Mapping[int, str]

    def fit(self, person: int, submission: int) -> Fit:
        """What speaks for this judge of this submission."""
        known = self.knows.get(person, frozenset()) & self.about.get(submission, frozenset())
        language, reads = self.written_in.get(submission, ""), self.reads.get(person, LANGUAGES)
        said = reads is not LANGUAGES and language in reads
        return Fit(tuple(keyword_label(one) for one in sorted(known)), language if said else "")

    def reads_it(self, person: int, submission: int) -> bool:
        """Whether nothing is known against somebody's reading it."""
        language = self.written_in.get(submission)
        return language is None or language in self.reads.get(person, LANGUAGES)


def matching_in(
    db: Database, subject: RoundInEvent, people: Collection[int], submissions: Collection[int]
) -> Matching:  # fmt: skip
    """What is known of these judges and of these submissions of a round."""
    counts = counting_parts(db, submissions, subject.round.stage, parts=("keywords", "answers"))
    return Matching(
        topics_of_judges(db, people), languages_of_judges(db, people), topics_of_works(db, submissions, counts),
        languages_of_works(db, subject.event.id, counts),
    )  # fmt: skip
