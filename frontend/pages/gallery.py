"""The public gallery, and the page on which organisers decide about it."""

from starlette.requests import Request
from starlette.responses import Response

from events.challenges import challenge_titles
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import content_of
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import EventKind, EventWithPhases, get_event
from events.gallery import (
    agree_to_gallery,
    close_gallery,
    gallery_counts,
    gallery_lines,
    gallery_of,
    get_gallery_entry,
    get_gallery_file,
    hide_from_gallery,
    keywords_in_gallery,
    open_gallery,
    show_in_gallery,
    shown_ids,
    take_gallery_agreement_back,
)
from events.prizes import prizes_of
from events.submissions import get_submission, kept_from, submission_of_team
from events.teams import TeamInEvent, get_team, member_of_team
from frontend.addresses import asked, page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.setup.shared import organised_event
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render


def _hackathon(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if event.event.kind is not EventKind.HACKATHON:
        raise NotFound()
    return actor, event


@page()
def show_gallery(request: Request) -> Response:
    question = asked(request, "q", "challenge", "keyword")
    with reading() as db:
        actor, event = _hackathon(db, request)
        hidden = kept_from(db, actor, event)
        found = gallery_of(
            db, event, query=question["q"], challenge=question["challenge"], keyword=question["keyword"],
            page=page_number(request), hidden=hidden,
        )  # fmt: skip
        keywords = keywords_in_gallery(db, event, hidden)
        challenges = challenge_titles(db, event.id)
        announced = event.event.winners_announced_at is not None
        prizes = [one for one in prizes_of(db, actor, event) if one.winners] if announced else []
        shown = shown_ids(db, event, [winner.submission for one in prizes for winner in one.winners])
    return render(
        request, "gallery/gallery.html", event=event, found=found, keywords=[(word, word) for word in keywords],
        challenges=challenges,
        question=question, base=page_base(request, question), form=Filled(question), prizes=prizes, shown=shown,
        is_open=event.event.gallery_opened_at is not None, organises=may(actor, "change_event", event),
        searched=any(question.values()),
    )  # fmt: skip


@page()
def show_entry(request: Request) -> Response:
    with reading() as db:
        actor, event = _hackathon(db, request)
        entry = get_gallery_entry(db, event, request.path_params["submission"], kept_from(db, actor, event))
        prizes = prizes_of(db, actor, event) if event.event.winners_announced_at else []
    won = [one for one in prizes if entry.public_id in {winner.submission for winner in one.winners}]
    return render(request, "gallery/entry.html", event=event, entry=entry, won=won)


@page()
def send_file(request: Request) -> Response:
    with reading() as db:
        actor, event = _hackathon(db, request)
        entry = get_gallery_entry(db, event, request.path_params["submission"], kept_from(db, actor, event))
        stored = get_gallery_file(db, entry, request.path_params["file"])
    return attachment(content_of(stored), stored.name, stored.media_type)


@page(signed_in=True)
def manage_gallery(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        if event.event.kind is not EventKind.HACKATHON:
            raise NotFound()
        actor = actor_of(db, request)
        found = gallery_lines(db, event, page=page_number(request))
        count, agreed = gallery_counts(db, event)
    refusal = why_not(actor, "open_gallery", event)
    return render(
        request, "gallery/manage.html", event=event, form=form, found=found, count=count, agreed=agreed,
        opens=refusal is None, closes=may(actor, "close_gallery", event), base=f"{request.url.path}?page=",
        refusal=refusal.message if refusal and not event.event.gallery_opened_at else "",
        opened_at=event.event.gallery_opened_at,
    )  # fmt: skip


@page(form=NoForm, again=manage_gallery, signed_in=True)
def open_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        open_gallery(db, actor_of(db, request), event)
    return redirect(request, "manage_gallery", event=event.event.slug, flash=_("Open. The teams get a letter."))


@page(form=NoForm, again=manage_gallery, signed_in=True)
def close_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        close_gallery(db, actor_of(db, request), event)
    return redirect(request, "manage_gallery", event=event.event.slug, flash=_("Closed for now."))


@page(form=NoForm, again=manage_gallery, signed_in=True)
def hide_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        hide_from_gallery(db, actor, get_submission(db, actor, event, request.path_params["submission"]))
    return redirect(request, "manage_gallery", event=event.event.slug, flash=_("The gallery does not show it."))


@page(form=NoForm, again=manage_gallery, signed_in=True)
def show_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        show_in_gallery(db, actor, get_submission(db, actor, event, request.path_params["submission"]))
    return redirect(
        request, "manage_gallery", event=event.event.slug, flash=_("The gallery shows it if its team agrees.")
    )


def _team(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    team = get_team(db, actor, event, request.path_params["team"])
    if not member_of_team(actor, team):
        raise NotFound()
    return actor, team


@page(form=NoForm, signed_in=True)
def agree_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        agree_to_gallery(db, actor, team)
        row = submission_of_team(db, team.id)
    told = _("Your team agrees. The gallery shows what you have handed in as soon as it is open.")
    return redirect(
        request, "submission", event=team.event.event.slug, submission=row.public_id if row else "", flash=told
    )


@page(form=NoForm, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        take_gallery_agreement_back(db, actor, team)
        row = submission_of_team(db, team.id)
    return redirect(
        request, "submission", event=team.event.event.slug, submission=row.public_id if row else "",
        flash=_("The gallery does not show your submission any more."),
    )  # fmt: skip
