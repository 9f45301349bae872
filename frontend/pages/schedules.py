"""Schedules: the organisers' pages on drafts of the whole event, from asking for one to publishing it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.paging import Paged, page_of
from events.core.refusals import Invalid, NotFound
from events.core.sheets import write_csv
from events.core.translation import N_, Message, _
from events.events import EventKind, EventWithPhases, get_event
from events.roles import organiser_of_event
from frontend.buttons import NoForm
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.schedules.changes import Changes, changes_since
from sessions.schedules.contents import NotReady
from sessions.schedules.drafts import (
    SECONDS,
    UNFINISHED,
    DraftInEvent,
    DraftState,
    Failure,
    Freedom,
    ScheduleDraft,
    ask_for_schedule,
    cancel_schedule,
    content_of,
    discard_draft,
    drafts_of,
    get_draft,
    standing_of,
)
from sessions.schedules.fairness import by_organisation, by_type, fairness_table
from sessions.schedules.publishing import publish_schedule
from sessions.schedules.reports import DraftReport, differences, report_on

ROWS = 50
PARTS = ("", "changes", "unplaced", "people", "groups")


class AskForm(Form):
    """How a draft is to be made."""

    name: str = ""
    freedom: Freedom = Freedom.NONE
    wishes: str = ""
    seconds: str = "30"
    based_on: str = ""


FAILURES: dict[Failure, Message] = {
    Failure.ENDED: _("The solver ended before it had an answer, perhaps for want of memory. Try again, or ask "
                     "for less."),
    Failure.BROKEN: _("The bookings contradict each other, so that no schedule can be made from them. Look for locked "
                      "meetings that cannot all be kept, and try again."),
    Failure.TOO_LONG: _("The solver took far longer than it was given. Try again with more time."),
    Failure.TOO_OFTEN: _("The making of this draft was interrupted three times. Try again; if it happens again, ask "
                         "whoever runs this server."),
}  # fmt: skip
STATES: dict[DraftState, tuple[Message, str, str]] = {
    DraftState.QUEUED: (_("Waiting for its turn"), "half", "plain"),
    DraftState.RUNNING: (_("Being made"), "live", "woad"),
    DraftState.DONE: (_("Draft"), "square", "plain"),
    DraftState.FAILED: (_("Failed"), "cross", "problem"),
    DraftState.CANCELLED: (_("Cancelled"), "bar", "plain"),
    DraftState.PUBLISHED: (_("Published"), "check", "ok"),
}
FREEDOMS: tuple[tuple[str, Message, Message], ...] = (
    (Freedom.NONE.value, _("They stay"), _("Only meetings without a time get one.")),
    (Freedom.FEW.value, _("As few as possible move"), _("For a repair after cancellations, or when people came late.")),
    (Freedom.ANY.value, _("Any of them may move"), _("A new schedule from the beginning. Locked meetings stay.")),
)
PHASES: dict[str, Message] = {
    "bound": _("Working out the most that is possible"),
    "construction": _("Placing meetings"),
    "previous": _("Keeping what stands"),
    "moving": _("Making room with few moves"),
    "moving confirmed": _("Making room with few moves"),
    "improvement": _("Making room for more"),
    "resettling": _("Making room for more"),
    "worst-off": _("Looking after those who have least"),
    "breaks": _("Closing gaps between meetings"),
}


def name_of(draft: ScheduleDraft) -> Message:
    """What a draft is called on pages."""
    if draft.name:
        return _("Draft %(number)s: %(name)s", number=draft.number, name=draft.name)
    return _("Draft %(number)s", number=draft.number)


def _organised(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not organiser_of_event(actor, event) or event.event.kind is not EventKind.MATCHMAKING:
        raise NotFound()
    return actor, event


def _load(db: Database, request: Request) -> tuple[Actor, EventWithPhases, DraftInEvent]:
    actor, event = _organised(db, request)
    return actor, event, get_draft(db, actor, event, request.path_params["draft"])


def _words() -> dict[str, Any]:
    return {"name_of": name_of, "states": STATES, "phases": PHASES, "unfinished": UNFINISHED, "failures": FAILURES}


def _list(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _organised(db, request)
        drafts = drafts_of(db, actor, event)
        standing = standing_of(db, actor, event)
    return render(
        request, template, event=event, drafts=drafts, standing=standing, freedoms=FREEDOMS, form=form,
        refusal=why_not(actor, "ask_for_schedule", event), lengths=_lengths(), **_words(),
        finished=[one for one in drafts if one.state in (DraftState.DONE, DraftState.PUBLISHED)],
    )  # fmt: skip


def _lengths() -> list[tuple[str, Message]]:
    return [(str(one), N_("%(count)s second", "%(count)s seconds", one)) for one in SECONDS]


@page(signed_in=True)
def show_schedule(request: Request, form: Filled = NOTHING) -> Response:
    return _list(request, "schedules/schedule.html", form)


@page(signed_in=True)
def drafts_fragment(request: Request) -> Response:
    return _list(request, "schedules/drafts_fragment.html")


@page(form=AskForm, again=show_schedule, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    if not (form.seconds.isascii() and form.seconds.isdecimal() and len(form.seconds) < 6):
        raise Invalid({"seconds": _("Please choose one of the offered times.")})
    with transaction() as db:
        actor, event = _organised(db, request)
        base = get_draft(db, actor, event, form.based_on).draft if form.based_on else None
        draft = ask_for_schedule(
            db, actor, event, name=form.name, freedom=form.freedom, wishes=bool(form.wishes),
            seconds=int(form.seconds), based_on=base,
        )  # fmt: skip
        public = draft.public_id
    said = _("Asked for. The draft is made in the background; you can leave this page.")
    return redirect(request, "draft", event=event.event.slug, draft=public, flash=said)


@page(signed_in=True)
def show_draft(request: Request, form: Filled = NOTHING) -> Response:
    part = request.query_params.get("show", "")
    with reading() as db:
        actor, event, subject = _load(db, request)
        is_shown = subject.draft.state in (DraftState.DONE, DraftState.PUBLISHED)
        report = report_on(db, actor, subject) if is_shown else None
        is_done = subject.draft.state is DraftState.DONE
        since = changes_since(db, subject.draft) if is_done else Changes((), 0)
    part = part if part in PARTS else ""
    return render(
        request, "schedules/draft.html", event=event, subject=subject, draft=subject.draft, report=report, since=since,
        form=form, part=part, tabs_of_draft=_tabs(event, subject.draft, report, part), **_words(),
        **_rows(request, part, report), base=_base(event, subject.draft, part),
        failure=FAILURES[Failure(subject.draft.problem)] if subject.draft.state is DraftState.FAILED else "",
    )  # fmt: skip


def _base(event: EventWithPhases, draft: ScheduleDraft, part: str) -> str:
    return f"{path('draft', event=event.event.slug, draft=draft.public_id)}?show={part}&page="


def _tabs(
    event: EventWithPhases, draft: ScheduleDraft, report: DraftReport | None, part: str
) -> list[tuple[Message, str, bool]]:
    if report is None:
        return []
    home = path("draft", event=event.event.slug, draft=draft.public_id)
    changes = len(report.moves) + len(report.lost) + len(report.added)
    called = {
        "": _("Summary"),
        "changes": _("Changes %(count)s", count=changes),
        "unplaced": _("Without a time %(count)s", count=len(report.unplaced)),
        "people": _("People"),
        "groups": _("Types and organisations"),
    }
    return [(label, f"{home}?show={one}" if one else home, one == part) for one, label in called.items()]


def _rows(request: Request, part: str, report: DraftReport | None) -> dict[str, Any]:
    """The rows of the part that is shown, one page of them."""
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    rows: Paged[Any] = Paged([], 1, 0)
    if report is not None:
        of_part: dict[str, tuple[Any, ...]] = {
            "changes": (*report.lost, *report.moves, *report.added), "unplaced": report.unplaced,
            "people": report.people,
        }  # fmt: skip
        rows = page_of(of_part.get(part, ()), number, size=ROWS)
    groups = report is not None and part == "groups"
    return {
        "rows": rows,
        "types": by_type(report.people) if groups and report else [],
        "organisations": by_organisation(report.people) if groups and report else [],
    }


@page(signed_in=True)
def draft_fragment(request: Request) -> Response:
    with reading() as db:
        _actor, event, subject = _load(db, request)
    return render(request, "schedules/draft_fragment.html", event=event, draft=subject.draft, **_words())


@page(form=NoForm, again=show_draft, signed_in=True)
def cancel_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        cancel_schedule(db, actor, subject)
    return redirect(request, "schedule", event=event.event.slug, flash=_("Cancelled. Nothing was changed."))


@page(form=NoForm, again=show_draft, signed_in=True)
def discard_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        discard_draft(db, actor, subject)
    return redirect(request, "schedule", event=event.event.slug, flash=_("The draft is gone."))


@page(form=NoForm, again=show_draft, signed_in=True)
def publish_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        done = publish_schedule(db, actor, subject)
    said = _("Published: %(placed)s new times, %(moved)s moved. Those concerned are told.",
             placed=done.placed, moved=done.moved)  # fmt: skip
    return redirect(request, "draft", event=event.event.slug, draft=subject.draft.public_id, flash=said)


@page(signed_in=True)
def compare_drafts(request: Request) -> Response:
    one, other = (request.query_params.get(name, "")[:40] for name in ("one", "other"))
    with reading() as db:
        actor, event = _organised(db, request)
        done = [one for one in drafts_of(db, actor, event) if one.state in (DraftState.DONE, DraftState.PUBLISHED)]
        subjects = [get_draft(db, actor, event, public) for public in (one, other)] if one and other else []
        if any(each.draft not in done for each in subjects):
            raise NotReady()
        reports = [report_on(db, actor, each) for each in subjects]
        differing = differences(db, actor, *subjects) if subjects else []
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    base = f"{path('compare_drafts', event=event.event.slug)}?one={one}&other={other}&page="
    return render(
        request, "schedules/compare.html", event=event, done=done, subjects=subjects, reports=reports,
        differing=page_of(differing, number, size=ROWS), base=base,
        form=Filled({"one": one or (done[1].public_id if len(done) > 1 else ""),
                     "other": other or (done[0].public_id if done else "")}), **_words(),
    )  # fmt: skip


def _download(content: str | bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, media_type=kind, headers=headers)


@page(signed_in=True)
def send_problem(request: Request) -> Response:
    return _file(request, "problem")


@page(signed_in=True)
def send_plan(request: Request) -> Response:
    return _file(request, "plan")


def _file(request: Request, what: str) -> Response:
    with reading() as db:
        _actor, event, subject = _load(db, request)
        content = content_of(db, subject.draft)
    if content is None:
        raise NotReady()
    text = content.problem if what == "problem" else content.plan
    return _download(text, "application/json", f"{event.event.slug}-draft-{subject.draft.number}-{what}.json")


@page(signed_in=True)
def send_fairness(request: Request) -> Response:
    with reading() as db:
        actor, event, subject = _load(db, request)
        report = report_on(db, actor, subject)
    header, rows = fairness_table(report.people)
    name = f"{event.event.slug}-draft-{subject.draft.number}-fairness.csv"
    return _download(write_csv(header, rows), "text/csv; charset=utf-8", name)
