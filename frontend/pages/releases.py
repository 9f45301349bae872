"""Releasing the agenda: what is new in the draft, what stands in the way, and the name of the release."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.translation import _
from frontend.agenda_shown import change_lines
from frontend.pages.timetable import CONFLICT_NAMES, planned
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.timetable.conflicts import Level, conflicts_of
from sessions.timetable.released import Release, agenda_of, releases_of
from sessions.timetable.releases import changes_between, draft_of, release_agenda
from sessions.timetable.rows import sessions_of


class ReleaseForm(Form):
    """What a release is called, and a word about it."""

    name: str = ""
    note: str = ""


@page(signed_in=True)
def show_release(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = planned(db, request)
        releases, draft = releases_of(db, event.id), draft_of(db, event)
        last = releases[0] if releases else None
        changes = changes_between(agenda_of(db, last), draft)
        conflicts = conflicts_of(db, event)
        waiting = [one.title for one in sessions_of(db, event.id) if one.starts_at is None]
        refusal = why_not(actor, "release_agenda", event)
    sides = [side for change in changes for side in (change.before, change.after) if side is not None]
    concerned = {person for side in sides for person in side.people}
    return render(
        request, "timetable/release.html", event=event, last=last, refusal=refusal, waiting=waiting,
        form=form.with_values(name=_next_name(last)), changes=change_lines(changes, event.zone),
        blocking=[one for one in conflicts if one.level is Level.BLOCK], speakers=len(concerned),
        warnings=[(CONFLICT_NAMES[one.kind], one) for one in conflicts if one.level is not Level.BLOCK],
    )  # fmt: skip


def _next_name(last: Release | None) -> str:
    """1.0, and after a name that ends in a number the one with the next."""
    if last is None:
        return "1.0"
    stem = last.name.rstrip("0123456789")
    number = last.name[len(stem) :]
    return f"{stem}{int(number) + 1}"[:60] if number else ""


@page(form=ReleaseForm, again=show_release, signed_in=True)
def release_now(request: Request, form: ReleaseForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        release = release_agenda(db, actor, event, name=form.name, note=form.note)
        said = _("Released as %(name)s: everybody sees it now.", name=release.name)
    return redirect(request, "agenda", event=event.event.slug, flash=said)
