"""Teams and submissions that come in from Devpost's list of projects, read by the names of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotAllowed
from events.core.sheets import Sheet
from events.core.translation import _
from events.events import Event, EventWithPhases, touch
from events.handing_in import enter_version
from events.importing.items import first_sentence
from events.importing.lines import Imported, Line, Preview, Problem
from events.importing.participants import ParticipantRow, import_participants, takes_people
from events.people import Person, clean_email, clean_name
from events.prizes import Prize
from events.registration import Registration, RegistrationState, types_of
from events.roles import organiser_of_event
from events.submission_texts import Written, as_far_as_possible
from events.submissions import Submission
from events.team_rules import has_teams
from events.teams import Team, TeamFormed, TeamInEvent, TeamMember

# What columns are called in Devpost's files of several years, by the names of `column_name`.
TITLE = ("project_title", "submission_title")
ADDRESS = ("submission_url",)
STATUS = ("project_status",)
ABOUT = ("about_the_project", "plain_description")
LINKS = ("try_it_out_links", "website")
VIDEO = ("video_demo_link", "video")
WISHES = ("opt_in_prizes", "opt_in_prize", "desired_prizes")
BUILT_WITH = ("built_with",)
SHOWN_COLUMNS = (
    "Project Title", "Submission Url", "Project Status", "About The Project", "“Try it out” Links", "Video Demo Link",
    "Opt-In Prizes", "Built With", "Submitter First Name", "Submitter Last Name", "Submitter Email",
    "Team Member 1 First Name", "Team Member 1 Last Name", "Team Member 1 Email",
)  # fmt: skip
PARTS = ("First Name", "Last Name", "Email")
MOST_MEMBERS = 20
OUT = {RegistrationState.WITHDRAWN, RegistrationState.DECLINED}


@dataclass(frozen=True)
class ProjectRow:
    """A project of a file, checked: what it says, for which challenge, and who is in its team, its submitter first."""

    line: int
    mark: str
    name: str
    written: Written
    final: bool
    challenge_id: int | None
    challenge: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SubmissionsImported(Fact):
    """An organiser brought teams and their submissions in from a file."""

    event_id: int
    added: int


def with_members_named(titles: list[str], columns: int) -> list[str]:
    """Devpost names the columns of the first members only, or of none: the others come in threes after them."""
    while titles and not re.search(r"\w", titles[-1]):
        titles = titles[:-1]
    named = [
        int(found[1]) for title in titles if (found := re.fullmatch(r"(?i)team member (\d+) email", title.strip()))
    ]
    next_member, missing = max(named, default=0) + 1, columns - len(titles)
    more = [f"Team Member {next_member + at // 3} {PARTS[at % 3]}" for at in range(max(0, missing))]
    return titles + more


def preview_projects(db: Database, actor: Actor, event: EventWithPhases, sheet: Sheet) -> Preview[ProjectRow]:
    """What importing these projects would do; writes nothing. For the event's organisers only."""
    if not organiser_of_event(actor, event):
        raise NotAllowed
    if not any(name in sheet.header for name in TITLE):
        raise Invalid({"file": _("This is no list of projects from Devpost: it has no column “Project Title”.")})
    challenges, teams = _challenges(db, event), _people_in_teams(db, event)
    rows: list[ProjectRow] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line in map(Line, sheet.rows):
        row = _row(line, event, challenges)
        _check_people(line, row, seen, teams)
        problems += line.problems
        if not line.problems:
            rows.append(row)
    known = _imported(db, [row.mark for row in rows])
    return Preview(tuple(rows), tuple(problems), sum(row.mark in known for row in rows))


def _cell(line: Line, names: Sequence[str]) -> str:
    return next((line[name] for name in names if line[name]), "")


def _row(line: Line, event: EventWithPhases, challenges: dict[str, tuple[int, str]]) -> ProjectRow:
    title = clean_name(_cell(line, TITLE))[:80]
    if not title:
        line.wrong("project_title", _("This project has no title."))
    about = _cell(line, ABOUT)
    written = as_far_as_possible(
        title=_cell(line, TITLE), summary=first_sentence(about), text=about,
        links=re.split(r"[\s,;]+", _cell(line, LINKS)), video=_cell(line, VIDEO), keywords=_cell(line, BUILT_WITH),
    )  # fmt: skip
    wishes = [wish.strip().strip("'\"").casefold() for wish in re.split(r"[,;\n]", _cell(line, WISHES))]
    chosen = next((challenges[wish] for wish in wishes if wish in challenges), (None, ""))
    status = _cell(line, STATUS).casefold()
    mark = f"{event.id}:{_cell(line, ADDRESS) or title}"[:300]
    return ProjectRow(
        line.number, mark, title, written, not status or status.startswith("submitted"), chosen[0], chosen[1],
        tuple(_members(line)),
    )  # fmt: skip


def _members(line: Line) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for column in ("submitter", *(f"team_member_{number}" for number in range(1, MOST_MEMBERS + 1))):
        typed = line[f"{column}_email"]
        name = clean_name(f"{line[f'{column}_first_name']} {line[f'{column}_last_name']}")
        if not typed:
            if name and column != "submitter":
                line.wrong(f"{column}_email", _("There is no address for %(name)s.", name=name))
            continue
        try:
            found.setdefault(clean_email(typed), name or typed.partition("@")[0])
        except Invalid as refusal:
            line.all_wrong(refusal.fields, email=f"{column}_email")
    return list(found.items())


def _check_people(line: Line, row: ProjectRow, seen: dict[str, int], teams: dict[str, str]) -> None:
    for email, name in row.members:
        if email in seen:
            line.wrong("", _("%(name)s is in the team on line %(line)s already.", name=name, line=seen[email]))
        elif teams.get(email, row.mark) != row.mark:
            line.wrong("", _("%(name)s is in another team of this event, or has left it.", name=name))
        seen.setdefault(email, line.number)


def _challenges(db: Database, event: EventWithPhases) -> dict[str, tuple[int, str]]:
    """By the names of challenges and of their prizes: (id, title)."""
    rows = list(db.exec(select(Challenge).where(Challenge.event_id == event.id)))
    prizes = select(Prize.name, Challenge).join(Challenge, col(Challenge.id) == col(Prize.challenge_id))
    found = {
        name.casefold(): (its.id or 0, its.title) for name, its in db.exec(prizes.where(Prize.event_id == event.id))
    }
    return found | {row.title.casefold(): (row.id or 0, row.title) for row in rows}


def _people_in_teams(db: Database, event: EventWithPhases) -> dict[str, str]:
    """By address, of what file's project somebody's team is; '' for other teams and for who has left the event."""
    query: Any = (
        select(Person.email, Submission.imported_as)
        .join(TeamMember, col(TeamMember.person_id) == col(Person.id))
        .join(Submission, col(Submission.team_id) == col(TeamMember.team_id), isouter=True)
        .where(TeamMember.event_id == event.id)
    )
    out = select(Person.email).where(
        Registration.person_id == Person.id, Registration.event_id == event.id, col(Registration.state).in_(OUT)
    )
    return dict.fromkeys(db.exec(out), "") | {email: mark or "" for email, mark in db.exec(query)}


def _imported(db: Database, marks: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(marks), 500):
        query = select(Submission.imported_as).where(col(Submission.imported_as).in_(marks[start : start + 500]))
        found |= set(db.exec(query))
    return found


def takes_projects(subject: EventWithPhases, now: datetime) -> None:
    """Refuse where there are no teams, and what `takes_people` refuses."""
    takes_people(subject, now)
    has_teams(subject, now)


@command(organiser_of_event, when=takes_projects)
def import_projects(db: Database, actor: Actor, subject: EventWithPhases, *, rows: Sequence[ProjectRow]) -> Imported:
    """Make a team and a submission of each line, all of them or, when something fails, none.

    Their people take part as `import_participants` says. What was submitted counts as handed in; the rest is a draft. A
    project that was imported before is left as it is, so that the same file twice changes nothing.
    """
    # Locks the event's row on PostgreSQL, so that two imports of one file wait for each other.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    known = _imported(db, [row.mark for row in rows])
    fresh = [row for row in rows if row.mark not in known]
    people = _let_people_in(db, actor, subject, fresh)
    taken = {name.casefold() for name in db.exec(select(Team.name).where(Team.event_id == subject.id))}
    for row in fresh:
        _import_one(db, actor, subject, row, _free_name(row.name, taken), people)
    if fresh:
        touch(db, subject.event)
        record(db, actor, SubmissionsImported(event_id=subject.id, added=len(fresh)))
    return Imported(len(fresh), len(rows) - len(fresh))


def _let_people_in(db: Database, actor: Actor, event: EventWithPhases, rows: Sequence[ProjectRow]) -> dict[str, int]:
    """The people of these lines by address, with a place in the event."""
    first = next(iter(types_of(db, event.id)), None)
    if first is None:
        raise Invalid({"": _("This event has no participation type. Add one first.")})
    given = {email: (row.line, name) for row in rows for email, name in row.members}
    import_participants(
        db, actor, event, rows=[
            ParticipantRow(line, email, name, None, "", (), (), first.code, first.name)
            for email, (line, name) in given.items()
        ],
    )  # fmt: skip
    found: dict[str, int] = {}
    emails = list(given)
    for start in range(0, len(emails), 500):
        query = select(Person.email, Person.id).where(col(Person.email).in_(emails[start : start + 500]))
        found |= {email: id or 0 for email, id in db.exec(query)}
    return found


def _free_name(name: str, taken: set[str]) -> str:
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name[:74]} ({number})"
    taken.add(free.casefold())
    return free


def _import_one(
    db: Database, actor: Actor, event: EventWithPhases, row: ProjectRow, name: str, people: dict[str, int]
) -> None:
    now = clock.now()
    team = Team(event_id=event.id, name=name, challenge_id=row.challenge_id, formed_at=now)
    db.add(team)
    db.flush()
    db.add_all(
        TeamMember(event_id=event.id, team_id=team.id or 0, person_id=people[email], leads=number == 0, joined_at=now)
        for number, (email, _name) in enumerate(row.members)
    )
    submission = Submission(
        event_id=event.id, team_id=team.id or 0, imported_as=row.mark, title=row.written.title,
        summary=row.written.summary, text=row.written.text[:20_000], links=list(row.written.links),
        video=row.written.video, keywords=list(row.written.keywords)[:8], revision=1, saved_at=now,
    )  # fmt: skip
    db.add(submission)
    db.flush()
    record(db, actor, TeamFormed(event_id=event.id, team_id=team.id or 0))
    if row.final:
        enter_version(db, actor, TeamInEvent(team, event), submission)
