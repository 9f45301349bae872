"""Home: what Folkmoot is for visitors, and for each person the next thing to do."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.admission import membership_requests_to_answer
from events.consents import waiting_for_consent
from events.core import clock
from events.core.database import Database, reading
from events.core.links import path
from events.core.translation import N_, Message, _, local
from events.directory import organisations_of
from events.events import EventKind, EventState, EventWithPhases, missing_for_publishing
from events.joining import invitations_for
from events.membership_requests import organisations_asked_by
from events.next_steps import NextStep, NextThing, next_step_in_hackathon
from events.overview import gatherings_seen_by, is_past, is_running, registrations_by_event, stretch_of, ties_event
from events.phases import PHASE_NAMES, PhaseKind
from events.programmes import programmes_of
from events.registration import RegistrationState, participant_of_event
from events.registration_lists import undecided_by_event
from events.roles import organiser_of_event
from frontend.event_cards import card_of
from frontend.home_teams import TEAM_PROVIDERS, mentoring_lines
from frontend.judging_steps import judging_to_do, screening_to_do, votes_to_give
from frontend.looks import SOON, AgendaLine, Look, Provider
from frontend.mail_steps import letters_come_back
from frontend.pages.desks import own_url
from frontend.review_steps import REVIEW_PROVIDERS
from frontend.steps import Step, Urgency
from frontend.web import actor_of, page, person_of, render
from sessions.agenda import (
    meetings_between,
    open_stages,
    pitches_between,
    requests_to_answer,
    without_availability,
    without_meetings,
)
from sessions.assessments import ToAssess, to_assess
from sessions.desk_lists import OF_MEETINGS, Lack, own_counts
from sessions.regular.own_times import own_times

LATE = timedelta(hours=4)  # a pitch room may run late
DAY = timedelta(days=1)
MOST_AFTER_THAT = 5
HORIZON = datetime(9999, 1, 1, tzinfo=UTC)


def rooms_open(db: Database, look: Look) -> Iterable[Step]:
    """A pitch room that is open now."""
    for stage, event in open_stages(db, look.actor, look.seen):
        yield Step(
            _("Join %(room)s", room=stage.name), _("The room is open: see who is on, ask and vote."),
            _("Go in"), path("stage", event=event.event.slug, stage=stage.public_id),
            urgency=Urgency.NOW, tone="live", where=event.event.name,
        )  # fmt: skip


def meetings_at_hand(db: Database, look: Look) -> Iterable[Step]:
    """A meeting that is on or begins within half an hour."""
    for line in meetings_between(db, look.actor, look.now, look.now + SOON):
        yield Step(
            _("Meet %(name)s", name=line.other), line.organisation, _("Go to the meeting"),
            path("meeting", meeting=line.meeting.public_id), urgency=Urgency.NOW, deadline=line.meeting.starts_at,
            deadline_label=_("Begins in"), where=line.event.name,
            tone="live" if line.meeting.starts_at and line.meeting.starts_at <= look.now else "calm",
        )  # fmt: skip


def pitches_at_hand(db: Database, look: Look) -> Iterable[Step]:
    """A pitch to give within a day."""
    for line in pitches_between(db, look.actor, look.now - LATE, look.now + DAY):
        near, due = line.pitch.planned_at - look.now <= SOON, line.pitch.planned_at <= look.now
        why = _("It is your turn about now, in %(room)s.") if due else _("You are on the running order of %(room)s.")
        yield Step(
            _("Pitch for %(team)s", team=line.team), replace(why, values=(("room", line.stage.name),)),
            _("Go to the room"), path("stage", event=line.event.slug, stage=line.stage.public_id),
            urgency=Urgency.NOW if near else Urgency.SOMEBODY_WAITS, deadline=line.pitch.planned_at,
            deadline_label=_("You are on in"), tone="live" if due else "calm", where=line.event.name,
        )  # fmt: skip


def places_to_confirm(db: Database, look: Look) -> Iterable[Step]:
    """A place that became free and is kept for them until they confirm it."""
    for event in look.seen:
        found = look.registrations.get(event.id)
        if found is not None and found.state is RegistrationState.OFFERED and not is_past(event, look.now):
            why = _("It became free and is kept for you. Then it goes to the next in line.")
            yield Step(
                _("Confirm your place"), why, _("Go to your registration"),
                path("my_registration", event=event.event.slug), urgency=Urgency.NOW, deadline=found.offer_ends_at,
                deadline_label=_("Kept for you for"), where=event.event.name,
            )  # fmt: skip


def requests_open(db: Database, look: Look) -> Iterable[Step]:
    """A meeting request that waits for an answer."""
    for line in requests_to_answer(db, look.actor, look.now):
        why = _("%(organisation)s asks for a meeting. The time is held for you both.", organisation=line.organisation)
        yield Step(
            _("Answer %(name)s", name=line.other),
            why if line.organisation else _("They ask for a meeting. The time is held for you both."),
            _("Read and answer"), path("meeting", meeting=line.meeting.public_id),
            urgency=Urgency.SOMEBODY_WAITS, deadline=line.meeting.expires_at, deadline_label=_("Expires in"),
            where=line.event.name,
        )  # fmt: skip


def memberships_asked(db: Database, look: Look) -> Iterable[Step]:
    """Somebody who asks to join an organisation for which one answers."""
    for one in membership_requests_to_answer(db, look.actor):
        yield Step(
            _("Say whether %(name)s belongs to %(organisation)s", name=one.person.name or one.person.email,
              organisation=one.organisation.name),
            _("They ask to join, and see nothing that its members share until you agree."), _("Read and answer"),
            path("organisation", organisation=one.organisation.public_id), urgency=Urgency.SOMEBODY_WAITS,
        )  # fmt: skip


def registrations_undecided(db: Database, look: Look) -> Iterable[Step]:
    """For organisers: people who wait for an answer."""
    organised = [one for one in look.mine if organiser_of_event(look.actor, one)]
    counts = undecided_by_event(db, [one.id for one in organised])
    for event in organised:
        if count := counts.get(event.id, 0):
            yield Step(
                N_("Decide on %(count)s registration", "Decide on %(count)s registrations", count),
                _("People wait to hear whether they can take part."), _("Go to the registrations"),
                path("registrations", event=event.event.slug) + "?state=applied", urgency=Urgency.SOMEBODY_WAITS,
                where=event.event.name,
            )  # fmt: skip


DESK_STEPS: dict[Lack, tuple[Message, Message, Message, Urgency]] = {
    Lack.UNDECIDED: (
        N_("Decide on %(count)s of your participants", "Decide on %(count)s of your participants", 0),
        _("They wait to hear whether they can take part."), _("Say yes or no"), Urgency.SOMEBODY_WAITS),
    Lack.UNANSWERED: (
        N_("%(count)s of your participants has not answered requests",
           "%(count)s of your participants have not answered requests", 0),
        _("Somebody holds a time for them. Remind them before it expires."), _("See who"), Urgency.SOMEBODY_WAITS),
    Lack.NOT_CONFIRMED: (
        N_("%(count)s of your participants has not confirmed", "%(count)s of your participants have not confirmed", 0),
        _("Until they do, nobody can meet them. Write to them."), _("See who"), Urgency.CLOSES),
    Lack.NO_AVAILABILITY: (
        N_("%(count)s of your participants has not said when they can meet",
           "%(count)s of your participants have not said when they can meet", 0),
        _("Without a word from them, everybody can ask them for every slot."), _("See who"), Urgency.TO_DO),
    Lack.NO_MEETINGS: (
        N_("%(count)s of your participants has no meeting yet",
           "%(count)s of your participants have no meetings yet", 0),
        _("Look with them whom they could ask."), _("See who"), Urgency.TO_DO),
}  # fmt: skip


def desk_steps(db: Database, look: Look) -> Iterable[Step]:
    """For desk officers: what their own participants wait for or still have to do, event by event."""
    events = {one.id: one for one in look.mine}
    for event_id, counts in own_counts(db, look.actor, list(events)).items():
        event = events[event_id]
        booking = event.is_open(PhaseKind.BOOKING, look.now)
        for lack, (headline, why, action, urgency) in DESK_STEPS.items():
            count = counts.lacking[lack] if booking or lack not in OF_MEETINGS else 0
            if count:
                yield Step(
                    replace(headline, values=(("count", count),), count=count), why, action,
                    own_url(event.event.slug, lack), urgency=urgency,
                    deadline=_end_of_booking(event) if lack in OF_MEETINGS else None,
                    deadline_label=_("Booking closes in"), where=event.event.name,
                )  # fmt: skip


HACKATHON_STEPS: dict[NextThing, tuple[Message, Message, Message, str]] = {
    NextThing.ANSWER_INVITATION: (
        _("Answer the team %(team)s"), _("They want you in their team."), _("Look at the invitation"), "teams"),
    NextThing.FORM_TEAM: (
        _("Find your team"), _("Join one that still looks for people, or form your own."), _("See the teams"), "teams"),
    NextThing.TAKE_CHALLENGE: (
        _("Take a challenge"), _("%(team)s has not chosen one yet."), _("Choose one"), "edit_team"),
    NextThing.HAND_IN: (
        _("Hand in for %(team)s"), _("Your team has not handed in. You can change it until the end."), _("Hand in"),
        "edit_submission"),
    NextThing.HAND_IN_CHANGES: (
        _("Hand in your changes"), _("%(team)s wrote something after it handed in; what counts is what you hand in."),
        _("Hand in again"), "edit_submission"),
    NextThing.WRITE_DRAFT: (
        _("Write your draft"), _("Begin early: a draft of %(team)s is kept and can be handed in later."),
        _("Go to the draft"), "edit_submission"),
}  # fmt: skip


def hackathon_steps(db: Database, look: Look) -> Iterable[Step]:
    """What a participant's hackathon waits for: a team, a challenge, a submission."""
    for event in look.of_kind(EventKind.HACKATHON):
        found = next_step_in_hackathon(db, look.actor, event)
        if found is not None:
            yield _hackathon_step(event, found)


def _hackathon_step(event: EventWithPhases, found: NextStep) -> Step:
    headline, why, action, _name = HACKATHON_STEPS[found.what]
    team = found.team.name if found.team else ""
    urgency = Urgency.SOMEBODY_WAITS if found.what is NextThing.ANSWER_INVITATION else Urgency.CLOSES
    return Step(
        _named(headline, team), _named(why, team), action, _hackathon_url(event.event.slug, found),
        urgency=urgency, deadline=found.until, deadline_label=_("Closes in"), where=event.event.name,
    )  # fmt: skip


def invitations_from_outside(db: Database, look: Look) -> Iterable[Step]:
    """A team that asks somebody who has not registered for its hackathon yet."""
    for event in look.seen:
        outside = event.event.kind is EventKind.HACKATHON and event.id not in look.registrations
        if outside and event.is_open(PhaseKind.REGISTRATION, look.now):
            for one in (one for one in invitations_for(db, look.actor, event) if one.invitation.accepted is None):
                yield Step(
                    _("Register to join %(team)s", team=one.team.name),
                    _("%(name)s wants you in their team. It takes a registration first.", name=one.invited_by),
                    _("Register"), path("register", event=event.event.slug), urgency=Urgency.SOMEBODY_WAITS,
                    where=event.event.name,
                )  # fmt: skip


def _named(sentence: Message, team: str) -> Message:
    return replace(sentence, values=(("team", team),)) if "%(team)s" in sentence.text else sentence


def _hackathon_url(slug: str, found: NextStep) -> str:
    name = HACKATHON_STEPS[found.what][3]
    if found.team is not None and name in {"edit_team", "edit_submission"}:
        return path(name, event=slug, team=found.team.public_id)
    return path(name, event=slug)


def consents_missing(db: Database, look: Look) -> Iterable[Step]:
    """A place that somebody has been given and not confirmed yet."""
    for subject in waiting_for_consent(db, look.actor):
        yield Step(
            _("Confirm that you take part"), _("You were taken over into this event. Until you agree, others see only "
            "your name and nobody can meet you."), _("Read and confirm"),
            path("my_registration", event=subject.event.slug), urgency=Urgency.CLOSES, where=subject.event.name,
        )  # fmt: skip


def _booking(look: Look) -> list[EventWithPhases]:
    return [one for one in look.of_kind(EventKind.MATCHMAKING) if one.is_open(PhaseKind.BOOKING, look.now)]


def availability_missing(db: Database, look: Look) -> Iterable[Step]:
    """A matchmaking event in which somebody has not said when they can meet."""
    booking = _booking(look)
    without = without_availability(db, look.actor, booking)
    for event in booking:
        if event.id in without:
            yield Step(
                _("Say when you can meet"), _("Without a word from you, everybody can ask you for every slot."),
                _("State your times"), path("availability", event=event.event.slug), deadline=_end_of_booking(event),
                deadline_label=_("Booking closes in"), where=event.event.name,
            )  # fmt: skip


def nobody_asked(db: Database, look: Look) -> Iterable[Step]:
    """A matchmaking event in which somebody has asked nobody and was asked by nobody."""
    booking = _booking(look)
    without = without_meetings(db, look.actor, booking)
    for event in booking:
        if event.id in without:
            yield Step(
                _("Ask for your first meeting"), _("Look who takes part, and ask those whom you want to meet."),
                _("Find people to meet"), path("participants", event=event.event.slug),
                deadline=_end_of_booking(event), deadline_label=_("Booking closes in"), where=event.event.name,
            )  # fmt: skip


def _end_of_booking(event: EventWithPhases) -> datetime | None:
    phase = event.phase(PhaseKind.BOOKING)
    return phase.ends_at if phase else None


def meetings_to_assess(db: Database, look: Look) -> Iterable[Step]:
    """Meetings that are over and of which somebody has not said how they were."""
    by_event: dict[int, list[ToAssess]] = {}
    for one in to_assess(db, look.actor.person):
        by_event.setdefault(one.meeting.event_id, []).append(one)
    for found in by_event.values():
        first, event, count = found[0], found[0].event, len(found)
        yield Step(
            _("Assess your meeting with %(name)s", name=first.other) if count == 1 else
            N_("Assess %(count)s meeting", "Assess %(count)s meetings", count),
            _("How was it? It takes a minute, and the other side does not see it."), _("Say how it was"),
            path("assessment", meeting=first.meeting.public_id) if count == 1 else path("meetings", event=event.slug),
            where=event.name,
        )  # fmt: skip


def drafts_unfinished(db: Database, look: Look) -> Iterable[Step]:
    """For organisers: an event that is not published yet."""
    for event in look.mine:
        if event.event.state is EventState.DRAFT and organiser_of_event(look.actor, event):
            lacks = len(missing_for_publishing(event))
            why = N_("%(count)s thing is missing before it can be published.",
                     "%(count)s things are missing before it can be published.", lacks) if lacks else _(
                     "Nothing is missing any more: look at it once more and publish it.")  # fmt: skip
            yield Step(_("Finish setting up %(event)s", event=event.event.name), why, _("Go to the set-up"),
                       path("set_up", event=event.event.slug), where=event.event.name)  # fmt: skip


def profile_incomplete(db: Database, look: Look) -> Iterable[Step]:
    """A profile from which nobody can tell whether to meet."""
    person = look.person
    if not (organisations_of(db, look.actor.person) or organisations_asked_by(db, look.actor.person)):
        yield Step(
            _("Say for whom you work"), _("Others look for organisations. Ask to join yours, or enter it."),
            _("Find your organisation"), path("organisations"), urgency=Urgency.GOOD_TO_HAVE,
        )  # fmt: skip
    elif not (person.job_title and person.keywords):
        yield Step(
            _("Complete your profile"), _("Your job and a few keywords help others to find you."),
            _("Go to your profile"), path("account"), urgency=Urgency.GOOD_TO_HAVE,
        )  # fmt: skip


def registrations_open(db: Database, look: Look) -> Iterable[Step]:
    """An event that somebody could still register for."""
    for event in look.seen:
        phase = event.phase(PhaseKind.REGISTRATION)
        known = event.id in look.registrations or ties_event(look.actor, event.event)
        if phase is not None and not known and event.is_open(PhaseKind.REGISTRATION, look.now):
            yield Step(
                _("Register for %(event)s", event=event.event.name), event.event.tagline, _("Have a look"),
                path("event", event=event.event.slug), urgency=Urgency.GOOD_TO_HAVE, deadline=phase.ends_at,
                deadline_label=_("Registration closes in"), where=event.event.name,
            )  # fmt: skip


PROVIDERS: tuple[Provider, ...] = (
    rooms_open,
    letters_come_back,
    places_to_confirm,
    *TEAM_PROVIDERS,
    meetings_at_hand,
    pitches_at_hand,
    requests_open,
    memberships_asked,
    *REVIEW_PROVIDERS,
    registrations_undecided,
    desk_steps,
    hackathon_steps,
    judging_to_do,
    screening_to_do,
    votes_to_give,
    invitations_from_outside,
    consents_missing,
    availability_missing,
    nobody_asked,
    meetings_to_assess,
    drafts_unfinished,
    profile_incomplete,
    registrations_open,
)


def steps_for(db: Database, look: Look) -> list[Step]:
    """Everything that there is to do, the next thing first: by urgency, then by deadline."""
    found = [step for provider in PROVIDERS for step in provider(db, look)]
    return sorted(found, key=lambda step: (step.urgency, step.deadline or HORIZON))


def agenda_of(db: Database, look: Look) -> list[AgendaLine]:
    """Where somebody has to be today, on the calendar of their own zone: meetings, pitches, and phases that change."""
    today = local(look.now).date()
    start = datetime.combine(today, time(), tzinfo=local(look.now).tzinfo)
    end = datetime.combine(today + DAY, time(), tzinfo=start.tzinfo)
    lines = [
        AgendaLine(one.meeting.starts_at, one.meeting.ends_at, _("Meeting with %(name)s", name=one.other),
                   one.event.name, path("meeting", meeting=one.meeting.public_id))
        for one in meetings_between(db, look.actor, start, end)
        if one.meeting.starts_at and one.meeting.ends_at
    ]  # fmt: skip
    lines += [
        AgendaLine(one.pitch.planned_at, one.pitch.planned_at + timedelta(seconds=one.pitch.seconds),
                   _("Pitch of %(team)s", team=one.team), one.event.name,
                   path("stage", event=one.event.slug, stage=one.stage.public_id))
        for one in pitches_between(db, look.actor, start, end)
    ]  # fmt: skip
    lines += [
        AgendaLine(one.starts_at, one.ends_at, one.title, one.event.name,
                   path("regular_session", event=one.event.slug, regular=one.public_id))
        for one in own_times(db, look.actor, start=start, end=end)
    ]  # fmt: skip
    lines += mentoring_lines(db, look, start, end)
    for event in look.mine:
        if event.event.state is not EventState.DRAFT:
            lines += _changes_today(event, start, end)
    return sorted(lines, key=lambda line: line.starts_at)


def _changes_today(event: EventWithPhases, start: datetime, end: datetime) -> list[AgendaLine]:
    url = path("event", event=event.event.slug)
    opens = [(one.starts_at, _("%(phase)s opens", phase=PHASE_NAMES[one.kind])) for one in event.phases]
    closes = [(one.ends_at, _("%(phase)s closes", phase=PHASE_NAMES[one.kind])) for one in event.phases]
    return [AgendaLine(at, None, what, event.event.name, url) for at, what in opens + closes if start <= at < end]


@page()
def show_home(request: Request) -> Response:
    now = clock.now()
    with reading() as db:
        actor = actor_of(db, request)
        seen = gatherings_seen_by(db, actor)
        person = person_of(request)
        if person is None:
            return _landing(request, seen, now)
        look = Look(actor, person, now, seen, registrations_by_event(db, actor.person))
        steps, agenda = steps_for(db, look), agenda_of(db, look)
        programmes = programmes_of(db, actor)
    mine = sorted(look.mine, key=lambda one: (not is_running(one, now), _begins(one)))
    meeting_in = [one for one in mine if participant_of_event(actor, one) and has_meetings(one)]
    return render(
        request, "home/home.html", name=person.name, step=steps[0] if steps else None,
        after=steps[1 : 1 + MOST_AFTER_THAT], more=max(0, len(steps) - 1 - MOST_AFTER_THAT), agenda=agenda,
        cards=[card_of(one, now, look.registrations.get(one.id)) for one in mine], programmes=programmes, now=now,
        agenda_url=path("my_agenda", event=meeting_in[0].event.slug) if meeting_in else "",
    )  # fmt: skip


def has_meetings(subject: EventWithPhases) -> bool:
    """Whether one-to-one meetings are held in an event that goes on."""
    return subject.event.kind is EventKind.MATCHMAKING and subject.event.state is not EventState.CLOSED


def _begins(subject: EventWithPhases) -> datetime:
    stretch = stretch_of(subject)
    return stretch[0] if stretch else subject.event.created_at


def _landing(request: Request, seen: list[EventWithPhases], now: datetime) -> Response:
    current = sorted((one for one in seen if not is_past(one, now)), key=_begins)
    return render(request, "home/landing.html", cards=[card_of(one, now) for one in current[:6]], many=len(current) > 6)
