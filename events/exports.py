"""Everything of an event as tables, for organisers to take away: people, teams, submissions, challenges, prizes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.challenge_annex import readers_of
from events.challenge_questions import ChallengeQuestion
from events.challenges import Challenge, ChallengeInEvent
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.sheets import Cell
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.prizes import Prize, PrizeAward
from events.questions import all_questions_of, answer_in_words
from events.registration import Registration
from events.registration_lists import all_registrations_of, refuse_strangers
from events.submission_fields import SubmissionField, fields_of_event, kept_answers
from events.submission_texts import Written
from events.submissions import ITS_CHALLENGE, Submission, SubmissionVersion, counting_versions
from events.teams import Team, TeamMember


@dataclass(frozen=True)
class Table:
    """A table to be written into a file: its name there, its title, the names of its columns, and its rows."""

    name: str
    title: Message
    header: list[str]
    rows: list[list[Cell]]


Maker = Callable[[Database, Actor, EventWithPhases], tuple[list[Message | str], list[list[Cell]]]]


def _registrations(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    questions = all_questions_of(db, event.id)
    header: list[Message | str] = [
        _("Name"), _("E-mail"), _("Organisation"), _("Takes part as"), _("State"), _("Registered at"),
        *(one.label for one in questions),
    ]  # fmt: skip
    return header, [
        [one.person.name, one.person.email, one.organisation, one.type, one.registration.state.value,
         one.registration.registered_at,
         *(answer_in_words(each, one.registration.answers.get(str(each.id), "")) for each in questions)]
        for one in all_registrations_of(db, actor, event)
    ]  # fmt: skip


def _teams(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    place = (col(Registration.person_id) == col(Person.id)) & (col(Registration.event_id) == event.id)
    query: Any = (
        select(Team, Challenge, TeamMember, Person)
        .add_columns(col(Organisation.name))
        .join(Challenge, col(Challenge.id) == col(Team.challenge_id), isouter=True)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id), isouter=True)
        .join(Person, col(Person.id) == col(TeamMember.person_id), isouter=True)
        .join(Registration, place, isouter=True)
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id), isouter=True)
        .where(col(Team.event_id) == event.id)
        .order_by(col(Team.name), col(Team.id), col(TeamMember.joined_at), col(TeamMember.id))
    )
    header: list[Message | str] = [
        _("Team"), _("Challenge"), _("Idea"), _("Looks for"), _("Formed at"), _("May hand in until"), _("Member"),
        _("E-mail"), _("Organisation"), _("Leads"), _("Joined at"),
    ]  # fmt: skip
    return header, [
        [team.name, its.title if its else "", team.idea, team.looking_for, team.formed_at, team.late_until,
         person.name if person else "", person.email if person else "", organisation or "",
         member.leads if member else None, member.joined_at if member else None]
        for team, its, member, person, organisation in db.exec(query)
    ]  # fmt: skip


def _submissions(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    query: Any = (
        select(Submission, Team, Challenge)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(Challenge, col(Challenge.id) == ITS_CHALLENGE, isouter=True)
        .where(Submission.event_id == event.id)
        .order_by(col(Team.name), col(Submission.id))
    )
    found, fields = list(db.exec(query)), fields_of_event(db, event.id)
    versions = counting_versions(db, [row.id for row, _team, _its in found])
    won = _won(db, event)
    header: list[Message | str] = [
        _("Team"), _("Challenge"), _("State"), _("Title"), _("Summary"), _("Description"), _("Links"), _("Video"),
        _("Repository"), _("Keywords"), _("Files"), _("Version"), _("Handed in at"), _("Late entry"), _("SHA-256"),
        _("In the gallery"),
        _("Prizes"), *(field.label for field in fields),
    ]  # fmt: skip
    return header, [
        _submission(row, team, its, versions.get(row.id), fields, won.get(row.id, [])) for row, team, its in found
    ]


def _submission(
    row: Submission, team: Team, its: Challenge | None, version: SubmissionVersion | None,
    fields: Sequence[SubmissionField], won: list[str],
) -> list[Cell]:  # fmt: skip
    says = version.content if version else vars(Written.of(row)) | {"answers": kept_answers(fields, row.answers)}
    answers = {one["field"]: one["answer"] for one in says.get("answers", [])}
    files = "\n".join(one["name"] for one in says.get("files", []))
    return [
        team.name, its.title if its else "", row.state.value, says["title"], says["summary"], says["text"],
        "\n".join(says["links"]), says["video"], says.get("repository", ""), ", ".join(says.get("keywords", [])), files,
        version.number if version else None, row.handed_in_at,
        version.late_entry_id is not None if version else None, version.sha256 if version else "",
        row.gallery_agreed_at is not None and row.gallery_hidden_at is None, ", ".join(won),
        *(answers.get(field.public_id, "") for field in fields),
    ]  # fmt: skip


def _won(db: Database, event: EventWithPhases) -> dict[int, list[str]]:
    query = (
        select(PrizeAward.submission_id, Prize.name)
        .join(Prize, col(Prize.id) == col(PrizeAward.prize_id))
        .where(Prize.event_id == event.id)
        .order_by(col(Prize.id))
    )
    found: dict[int, list[str]] = {}
    for submission_id, name in db.exec(query):
        found.setdefault(submission_id, []).append(name)
    return found


def _challenge_rows(db: Database, event: EventWithPhases) -> list[Any]:
    query: Any = (
        select(Challenge, Organisation, Person)
        .join(Organisation, col(Organisation.id) == col(Challenge.organisation_id), isouter=True)
        .join(Person, col(Person.id) == col(Challenge.person_id), isouter=True)
        .where(Challenge.event_id == event.id)
        .order_by(col(Challenge.published_at), col(Challenge.id))
    )
    return list(db.exec(query))


def _challenges(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    header: list[Message | str] = [
        _("Challenge"), _("What is to be solved"), _("Prize"), _("Organisation"), _("Owner"), _("E-mail"),
        _("Published at"),
    ]  # fmt: skip
    return header, [
        [row.title, row.brief, row.prize, home.name if home else "", owner.name if owner else "",
         owner.email if owner else "", row.published_at]
        for row, home, owner in _challenge_rows(db, event)
    ]  # fmt: skip


def _questions(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    answerer = aliased(Person)
    query: Any = (
        select(ChallengeQuestion, Challenge, Team, Person)
        .add_columns(answerer)
        .join(Challenge, col(Challenge.id) == col(ChallengeQuestion.challenge_id))
        .join(Team, col(Team.id) == col(ChallengeQuestion.team_id), isouter=True)
        .join(Person, col(Person.id) == col(ChallengeQuestion.person_id), isouter=True)
        .join(answerer, col(answerer.id) == col(ChallengeQuestion.answered_by_id), isouter=True)
        .where(col(Challenge.event_id) == event.id)
        .order_by(col(Challenge.title), col(ChallengeQuestion.asked_at), col(ChallengeQuestion.id))
    )
    header: list[Message | str] = [
        _("Challenge"), _("Question"), _("Asked at"), _("Asked by"), _("Team"), _("Answer"), _("Answered at"),
        _("Answered by"), _("Taken away at"),
    ]  # fmt: skip
    return header, [
        [its.title, row.body, row.asked_at, asker.name if asker else "", team.name if team else "", row.answer,
         row.answered_at, by.name if by else "", row.hidden_at]
        for row, its, team, asker, by in db.exec(query)
    ]  # fmt: skip


def _prizes(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    query: Any = (
        select(Prize, Challenge, PrizeAward, Team)
        .join(Challenge, col(Challenge.id) == col(Prize.challenge_id), isouter=True)
        .join(PrizeAward, col(PrizeAward.prize_id) == col(Prize.id), isouter=True)
        .join(Submission, col(Submission.id) == col(PrizeAward.submission_id), isouter=True)
        .join(Team, col(Team.id) == col(Submission.team_id), isouter=True)
        .where(Prize.event_id == event.id)
        .order_by(col(Prize.id), col(PrizeAward.id))
    )
    header: list[Message | str] = [
        _("Prize"), _("Prize money"), _("Currency"), _("Worth, in words"), _("What it is"), _("Who gives it"),
        _("Challenge"), _("Winner"), _("Awarded at"),
    ]  # fmt: skip
    return header, [
        [row.name, row.amount, row.currency, row.value, row.what, row.by_whom, its.title if its else "",
         team.name if team else "",
         award.awarded_at if award else None]
        for row, its, award, team in db.exec(query)
    ]  # fmt: skip


def _annexes(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Message | str], list[list[Cell]]]:
    rows: list[list[Cell]] = []
    for challenge, _home, _owner in _challenge_rows(db, event):
        agreed, looked = readers_of(db, actor, ChallengeInEvent(challenge, event))
        terms = _("Agreed to the terms, version %(n)s")
        for one in agreed:
            said = Message(terms.text, (("n", one.what),))
            rows.append([challenge.title, one.name, one.team, str(said), one.at])
        for one in looked:
            rows.append([challenge.title, one.name, one.team, one.what or str(_("Opened the annex")), one.at])
    return [_("Challenge"), _("Name"), _("Team"), _("What"), _("When")], rows


TABLES: dict[str, tuple[Message, EventKind | None, Maker]] = {
    "registrations": (_("Registrations"), None, _registrations),
    "teams": (_("Teams"), EventKind.HACKATHON, _teams),
    "submissions": (_("Submissions"), EventKind.HACKATHON, _submissions),
    "challenges": (_("Challenges"), EventKind.HACKATHON, _challenges),
    "questions": (_("Questions about challenges"), EventKind.HACKATHON, _questions),
    "prizes": (_("Prizes"), EventKind.HACKATHON, _prizes),
    "annexes": (_("Who read what is confidential"), EventKind.HACKATHON, _annexes),
}


def add_table(name: str, title: Message, kind: EventKind | None, make: Maker) -> None:
    """Let events of a kind, or of all, have one more table; for slices that hold rows of their own."""
    TABLES[name] = (title, kind, make)


def tables_of(db: Database, actor: Actor, event: EventWithPhases) -> list[tuple[str, Message]]:
    """(name, title) of each table that an event of this kind has, for its organisers; refuses everybody else."""
    refuse_strangers(actor, event)
    return [(name, title) for name, (title, kind, _make) in TABLES.items() if kind in {None, event.event.kind}]


def table_of(db: Database, actor: Actor, event: EventWithPhases, name: str) -> Table:
    """One table, in the reader's language, for the event's organisers; NotFound for what there is none of."""
    if name not in dict(tables_of(db, actor, event)):
        raise NotFound()
    title, _kind, make = TABLES[name]
    header, rows = make(db, actor, event)
    return Table(name, title, _told_apart([str(one) for one in header]), rows)


def _told_apart(header: list[str]) -> list[str]:
    """The names of columns, each once: a second 'Cost' becomes 'Cost (2)'."""
    seen: dict[str, int] = {}
    found = []
    for name in header:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        times = seen[name.casefold()]
        found.append(name if times == 1 else f"{name} ({times})")
    return found
