"""What teams and mentors have to do, for their home."""

from collections.abc import Iterable
from datetime import datetime

from events.core.database import Database
from events.core.links import path
from events.core.translation import N_, _
from events.help_queue import teams_waiting
from events.join_requests import join_requests_to_answer
from events.people import people_by_id
from events.proposals.places import open_places_of
from frontend.looks import SOON, AgendaLine, Look, Provider
from frontend.steps import Step, Urgency
from sessions.mentoring_lists import ComingMentoring, mentorings_between


def mentoring_at_hand(db: Database, look: Look) -> Iterable[Step]:
    """A mentoring that is on or begins within half an hour."""
    for line in mentorings_between(db, look.actor, look.now, look.now + SOON):
        gives = line.mentoring.mentor_id == look.actor.person
        yield Step(
            _("Mentor %(team)s", team=line.team) if gives else _("Meet your mentor %(name)s", name=line.mentor),
            line.mentoring.topic, _("Go there"), _page(line), urgency=Urgency.NOW,
            deadline=line.mentoring.starts_at, deadline_label=_("Begins in"), where=line.event.name,
            tone="live" if line.mentoring.starts_at <= look.now else "calm",
        )  # fmt: skip


def _page(line: ComingMentoring) -> str:
    return path("booked_mentoring", event=line.event.slug, mentoring=line.mentoring.public_id)


def help_waits(db: Database, look: Look) -> Iterable[Step]:
    """For mentors: teams that ask for help."""
    waiting = teams_waiting(db, look.actor)
    for event in look.mine:
        if count := waiting.get(event.id, 0):
            yield Step(
                N_("Help %(count)s team", "Help %(count)s teams", count), _("They have asked, and wait for a mentor."),
                _("See who waits"), path("help_queue", event=event.event.slug), urgency=Urgency.SOMEBODY_WAITS,
                where=event.event.name,
            )  # fmt: skip


def joining_asked(db: Database, look: Look) -> Iterable[Step]:
    """For those who lead a team: people who ask to join it."""
    found = join_requests_to_answer(db, look.actor)
    people = people_by_id(db, {one.request.person_id for one in found}) if found else {}
    for one in found:
        person = people[one.request.person_id]
        yield Step(
            _("Answer %(name)s", name=person.name or _("Somebody")),
            _("They ask to join %(team)s.", team=one.team.name), _("Read and answer"),
            path("team", event=one.event.event.slug, team=one.team.public_id), urgency=Urgency.SOMEBODY_WAITS,
            where=one.event.event.name,
        )  # fmt: skip


def places_offered(db: Database, look: Look) -> Iterable[Step]:
    """A place in a proposed team."""
    for one in open_places_of(db, look.actor):
        yield Step(
            _("Say whether you want the team proposed to you"),
            _("The organisers have put it together. It comes about when enough of you agree."), _("Look at the team"),
            path("team_place", event=one.event.event.slug, place=one.place.public_id),
            urgency=Urgency.SOMEBODY_WAITS, deadline=one.proposal.answer_by, deadline_label=_("Answer within"),
            where=one.event.event.name,
        )  # fmt: skip


TEAM_PROVIDERS: tuple[Provider, ...] = (mentoring_at_hand, help_waits, joining_asked, places_offered)


def mentoring_lines(db: Database, look: Look, start: datetime, end: datetime) -> list[AgendaLine]:
    """The mentoring that somebody gives or takes between two moments."""
    return [
        AgendaLine(
            one.mentoring.starts_at, one.mentoring.ends_at,
            _("Mentoring for %(team)s", team=one.team) if one.mentoring.mentor_id == look.actor.person
            else _("Mentoring with %(name)s", name=one.mentor),
            one.event.name, _page(one),
        )
        for one in mentorings_between(db, look.actor, start, end)
    ]  # fmt: skip
