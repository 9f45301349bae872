"""One's own calendar: the feed behind a secret address, and what one wants in invitations and reminders."""

from typing import Any
from urllib.parse import quote

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.links import link
from events.core.refusals import Invalid, NotFound
from events.core.settings import settings
from events.core.translation import Message, _
from events.people import Person, get_person
from events.reachability import trouble_of
from frontend.marks import knows
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from mailer.entries import published
from mailer.feeds import feed_bytes, feed_mark, invitations_in
from mailer.invitations import calendar_bytes
from mailer.letters import recipient
from sessions.addresses import ask_for_address, change_address, get_address_change
from sessions.calendars import latest_revision
from sessions.digest_wishes import Often, choose_digests, digest_choice_of
from sessions.feeds import FeedEntry, contents_of_feed, end_feed, has_feed, make_feed, whose_feed
from sessions.invitation_wishes import REMINDERS, choose_invitations, wishes_of
from sessions.replies import find_entry_of

REMINDER_NAMES: dict[int, Message] = {1440: _("A day before"), 60: _("An hour before"), 10: _("Ten minutes before")}
OFTEN_NAMES: dict[Often, Message] = {
    Often.DAILY: _("Each morning, when there is something new"),
    Often.WEEKLY: _("On Monday mornings, when there is something new"),
    Often.NEVER: _("Never"),
}


class WishForm(Form):
    """What somebody wants in their calendar, and when to be reminded."""

    sessions: bool = False
    feed_meetings: bool = False
    reminders: list[str] = Field(default_factory=list)


class DigestForm(Form):
    """How often somebody wants to read what is new."""

    often: str = Often.DAILY
    with_notices: bool = False


class FeedForm(Form):
    """A button."""


class AddressForm(Form):
    """Another address for letters."""

    email: str = ""


def _oneself(db: Database, request: Request) -> tuple[Actor, Person]:
    actor = actor_of(db, request)
    return actor, get_person(db, actor.person)


@page(signed_in=True)
def show_calendar(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, form)


def _shown(request: Request, form: Filled, **more: Any) -> Response:
    with reading() as db:
        _actor, person = _oneself(db, request)
        wishes = wishes_of(db, person.id or 0)
        there = has_feed(db, person.id or 0)
        digests = digest_choice_of(db, person.id or 0)
        trouble = trouble_of(db, person.email)
    return render(
        request, "calendars/own.html", form=form, email=person.email, there=there, sessions=wishes.sessions,
        feed_meetings=wishes.feed_meetings, chosen=[str(one) for one in wishes.reminders],
        reminders=[(str(one), REMINDER_NAMES[one]) for one in REMINDERS], digests=digests, trouble=trouble,
        oftens=list(OFTEN_NAMES.items()), **{"secret": "", **more},
    )  # fmt: skip


@page(form=WishForm, again=show_calendar, signed_in=True)
def choose_now(request: Request, form: WishForm) -> Response:
    minutes = [int(one) for one in form.reminders if one.isdecimal() and len(one) < 6]
    with transaction() as db:
        actor, person = _oneself(db, request)
        choose_invitations(
            db, actor, person, sessions=form.sessions, reminders=minutes, feed_meetings=form.feed_meetings
        )
    return redirect(request, "own_calendar", flash=_("Saved."))


@page(form=DigestForm, again=show_calendar, signed_in=True)
def choose_digests_now(request: Request, form: DigestForm) -> Response:
    if form.often not in set(Often):
        raise Invalid({"often": _("Please choose among the times offered.")})
    with transaction() as db:
        actor, person = _oneself(db, request)
        choose_digests(db, actor, person, often=Often(form.often), with_notices=form.with_notices)
    return redirect(request, "own_calendar", flash=_("Saved."))


@page(form=FeedForm, again=show_calendar, signed_in=True)
def make_now(request: Request, form: FeedForm) -> Response:
    """The only page that shows the secret; it is not sent on, so that it is in no address of ours."""
    with transaction() as db:
        actor, person = _oneself(db, request)
        secret = make_feed(db, actor, person)
    address = link("feed", token=secret)
    webcal = "webcal://" + address.partition("://")[2]
    response = _shown(
        request, NOTHING, secret=address, webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook=f"https://outlook.office.com/calendar/0/addfromweb?url={quote(address, safe='')}&name=Folkmoot",
    )  # fmt: skip
    response.headers["cache-control"] = "no-store"
    return response


@page(form=FeedForm, again=show_calendar, signed_in=True)
def end_now(request: Request, form: FeedForm) -> Response:
    with transaction() as db:
        actor, person = _oneself(db, request)
        end_feed(db, actor, person)
    return redirect(request, "own_calendar", flash=_("The address of your calendar is dead now."))


@page()
def send_feed(request: Request) -> Response:
    """Somebody's calendar for programs, which bring no cookie along. Always from the public address."""
    token = request.path_params["token"]
    with reading() as db:
        contents = contents_of_feed(db, whose_feed(db, token))
        said = invitations_in(db, contents)
    mark = feed_mark(contents, said)
    headers = {
        "etag": mark,
        "last-modified": f"{contents.changed_at():%a, %d %b %Y %H:%M:%S} GMT",
        "cache-control": "private, max-age=300",
        "x-robots-tag": "noindex",
        "referrer-policy": "no-referrer",
    }
    if knows(request, mark):
        return Response(status_code=304, headers=headers)
    body = feed_bytes(contents, said, f"{settings().public_url.rstrip('/')}/cal/{token}.ics")
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@page(signed_in=True)
def send_entry(request: Request) -> Response:
    """What one was invited to, as a file: the entry that letters carry, as it stands."""
    with reading() as db:
        actor, person = _oneself(db, request)
        subject = find_entry_of(db, request.path_params["entry"], actor.person or 0)
        revision = latest_revision(db, subject.entry) if subject is not None else None
        if subject is None or revision is None:
            raise NotFound()
        [said] = published(db, [FeedEntry(subject.entry, revision)], recipient(person))
    body = calendar_bytes(said)
    headers = {
        "content-disposition": f'attachment; filename="{subject.entry.kind.name.lower()}.ics"',
        "cache-control": "private, no-store",
    }
    return Response(body, media_type="text/calendar; charset=utf-8; method=PUBLISH", headers=headers)


@page(form=AddressForm, again=show_calendar, signed_in=True)
def ask_for_address_now(request: Request, form: AddressForm) -> Response:
    with transaction() as db:
        actor, person = _oneself(db, request)
        ask_for_address(db, actor, person, address=form.email)
    said = _("We have sent a link to the new address. Letters go there once you have used it.")
    return redirect(request, "own_calendar", flash=said)


@page(signed_in=True)
def show_new_address(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, person = _oneself(db, request)
        change = get_address_change(db, actor, request.path_params["token"])
    return render(
        request, "calendars/new_address.html", form=form, old=person.email, new=change.new_address,
        token=request.path_params["token"],
    )  # fmt: skip


@page(form=FeedForm, again=show_new_address, signed_in=True)
def change_address_now(request: Request, form: FeedForm) -> Response:
    with transaction() as db:
        actor, person = _oneself(db, request)
        change_address(db, actor, person, token=request.path_params["token"])
    return redirect(request, "own_calendar", flash=_("Letters go to your new address from now on."))
