"""The set-up's overview: the checklist, and publishing, starting and closing."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.translation import Message, _
from events.events import (
    EventKind,
    EventState,
    EventWithPhases,
    close_event,
    follower_of,
    missing_for_publishing,
    publish_event,
    start_event,
)
from events.overview import figures_of, programmes_by_id, roles_in
from events.registration import (
    consent_text_of,
    types_of,
)
from events.rounds.rounds import RoundState, rounds_of
from frontend.buttons import NoForm
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render
from sessions.blocks import blocks_of, tables_of
from sessions.booking_rules import has_rules
from sessions.peer_reviews.peers import hosts_to_review, offers_in
from sessions.stages import stages_of


@dataclass(frozen=True)
class Line:
    """A line of the set-up checklist."""

    label: Message
    done: bool
    url: str
    note: Message | str = ""


@dataclass(frozen=True)
class Door:
    """A further set-up page, of this slice or another."""

    label: Message
    url: str
    what: Message


LACKS: dict[str, tuple[Message, Message, str]] = {
    "description": (_("A description"), _("At least a few sentences; Markdown is welcome."), "edit_event"),
    "phases": (_("Dated phases"), _("They open and close by themselves."), "edit_phases"),
    "registration": (_("A registration phase"), _("Without it nobody can register."), "edit_phases"),
}

# Set-up pages of other slices, by kind of event; None is for every kind.
FURTHER: tuple[tuple[EventKind | None, str, Message, Message], ...] = (
    (EventKind.HACKATHON, "challenges", _("Challenges"), _("Needs put to the teams, each with its owner.")),
    (
        EventKind.HACKATHON,
        "submission_rules",
        _("What teams hand in"),
        _("Fields, the grace after the deadline, late entries."),
    ),
    (EventKind.HACKATHON, "team_rules", _("Team rules"), _("How large teams are, and when they are locked.")),
    (EventKind.HACKATHON, "judging", _("Judging"), _("Rounds with their schemes, criteria and judges.")),
    (EventKind.HACKATHON, "prizes", _("Prizes and winners"), _("What there is to win, and who has won it.")),
    (EventKind.HACKATHON, "manage_gallery", _("Gallery"), _("When everybody sees what the teams have built.")),
    (EventKind.HACKATHON, "checkpoints", _("Checkpoints"), _("How far teams should be by when.")),
    (EventKind.HACKATHON, "stages", _("Pitch rooms"), _("Where teams pitch, in which order.")),
    (EventKind.PITCH, "stages", _("Pitch rooms"), _("Where teams pitch, in which order.")),
    (
        EventKind.MATCHMAKING,
        "meeting_rules",
        _("Meeting rules"),
        _("How meetings come about, and how many."),
    ),
    (EventKind.MATCHMAKING, "blocks", _("Meeting blocks and tables"), _("When and where meetings can be held.")),
    (EventKind.MATCHMAKING, "video_rules", _("Video"), _("How those who meet in video rooms see each other.")),
    (
        EventKind.PEER_REVIEW,
        "review_rules",
        _("Rules and steps"),
        _("How many peers from where, and when what is done."),
    ),
    (EventKind.PEER_REVIEW, "assessment_questions", _("Self-assessment"), _("What hosts are asked about themselves.")),
    (EventKind.PEER_REVIEW, "host_selection", _("Selection of hosts"), _("Applications, and who is chosen.")),
    (EventKind.PEER_REVIEW, "peer_proposal", _("Proposal of peers"), _("Who reviews whom, by the rules.")),
    (EventKind.PEER_REVIEW, "owed_in_reviews", _("Who owes what"), _("How far each review is.")),
    (None, "timetable", _("Timetable"), _("Rooms, sessions and speakers; the agenda is released from it.")),
    (None, "regular_sessions", _("Regular sessions"), _("What is held each day or week, with its entry in calendars.")),
    (None, "certificates", _("Certificates"), _("For those who took part, mentored, judged or won.")),
    (None, "exports", _("Exports"), _("Everything of this event as CSV and XLSX.")),
    (None, "import_participants", _("Import participants"), _("From a CSV or XLSX file, with a preview.")),
)


# Rounds of which people wait for a result: it cannot be published in a closed event.
JUDGED = (RoundState.OPEN, RoundState.CLOSED)


def _checklist(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Line], list[Line]]:
    """What has to be there before publishing, and what is good to have."""
    slug, missing = event.event.slug, missing_for_publishing(event)
    needed = [
        Line(label, name not in missing, path(route, event=slug), note)
        for name, (label, note, route) in LACKS.items()
        if not (name == "registration" and "phases" in missing)
    ]
    types, consent = types_of(db, event.id), consent_text_of(db, event.id)
    roles = roles_in(db, event)
    good = [
        Line(_("A line that says what it is about"), bool(event.event.tagline), path("edit_event", event=slug)),
        Line(_("Participation types"), bool(types), path("edit_registration", event=slug)),
        Line(_("A consent text"), consent is not None, path("edit_registration", event=slug)),
        Line(_("People with roles: judges, mentors, hosts"), bool(roles), path("edit_roles", event=slug)),
        Line(_("A released agenda"), event.event.has_agenda, path("timetable", event=slug)),
    ]
    return needed, good + _of_its_kind(db, actor, event)


def _of_its_kind(db: Database, actor: Actor, event: EventWithPhases) -> list[Line]:
    slug, kind = event.event.slug, event.event.kind
    if kind is EventKind.MATCHMAKING:
        there = path("blocks", event=slug)
        return [
            Line(_("Blocks in which people can meet"), bool(blocks_of(db, event.id)), there),
            Line(_("Tables to meet at"), bool(tables_of(db, event.id)), there),
            Line(
                _("Your own meeting rules"),
                has_rules(db, event.id),
                path("meeting_rules", event=slug),
                _("Until you save some, the usual ones hold."),
            ),
        ]
    if kind is EventKind.PEER_REVIEW:
        hosts, offers = hosts_to_review(db, event.id), offers_in(db, event.id)
        return [
            Line(_("Hosts whose reviews have begun"), bool(hosts), path("host_selection", event=slug)),
            Line(_("People who offer to be peers"), bool(offers), path("peer_proposal", event=slug)),
        ]
    rooms = Line(_("A pitch room"), bool(stages_of(db, actor, event)), path("stages", event=slug))
    if kind is EventKind.PITCH:
        return [rooms]
    challenges = figures_of(db, event).challenges
    return [Line(_("Challenges"), challenges > 0, path("challenges", event=slug)), rooms]


@page(signed_in=True)
def show_set_up(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        needed, good = _checklist(db, actor, event)
        programme = programmes_by_id(db, {event.programme_id})[event.programme_id]
        follower = follower_of(db, event.id)
        unpublished = [one.round.name for one in rounds_of(db, actor, event) if one.round.state in JUDGED]
    slug = event.event.slug
    doors = [
        Door(_("Texts and places"), path("edit_event", event=slug), _("Name, description, zone, places, approval.")),
        Door(_("Public page"), path("edit_page", event=slug), _("Sections, partners, prizes, questions, pictures.")),
        Door(_("Preview"), path("preview", event=slug), _("The page as a visitor, a participant or a judge sees it.")),
        Door(_("Phases"), path("edit_phases", event=slug), _("When what is possible.")),
        Door(_("Registration"), path("edit_registration", event=slug), _("Types, questions and the consent text.")),
        Door(
            _("Codes and private links"),
            path("edit_entrance", event=slug),
            _("Who can register, and how long a free place is kept."),
        ),
        Door(_("Roles"), path("edit_roles", event=slug), _("Judges, mentors, hosts, challenge owners, organisers.")),
    ]
    doors += [
        Door(label, path(name, event=slug), what)
        for kind, name, label, what in FURTHER
        if kind in {None, event.event.kind}
    ]
    if may(actor, "clone_event", event):
        what = _("The same settings on other dates.")
        doors.append(Door(_("Another event like this"), path("clone_form", event=slug), what))
    follow = path("follow", event=slug) if follower is None and may(actor, "make_following_event", event) else ""
    refusal = why_not(actor, "publish_event", event)
    return render(
        request, "setup/set_up.html", event=event, form=form, needed=needed, good=good, doors=doors,
        programme=programme, follow=follow, follower=follower, unpublished=unpublished,
        ready=not missing_for_publishing(event),
        is_draft=event.event.state is EventState.DRAFT, refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(form=NoForm, again=show_set_up, signed_in=True)
def publish_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        publish_event(db, actor_of(db, request), event)
    return redirect(request, "event", event=event.event.slug, flash=_("Published: everybody can see this page now."))


@page(form=NoForm, again=show_set_up, signed_in=True)
def start_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        start_event(db, actor_of(db, request), event)
    return redirect(request, "set_up", event=event.event.slug, flash=_("The event is running."))


@page(form=NoForm, again=show_set_up, signed_in=True)
def close_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        close_event(db, actor_of(db, request), event)
    return redirect(request, "set_up", event=event.event.slug, flash=_("The event is closed. Its pages stay."))
