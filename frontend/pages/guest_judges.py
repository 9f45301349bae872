"""Guest judges: organisers invite them and end their links; guests come in by a button behind their link."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import VISITOR
from events.core.database import reading, transaction
from events.core.limits import take_turn
from events.core.links import link
from events.core.refusals import Conflict, Invalid
from events.core.tokens import digest
from events.core.translation import Message, _
from events.people import get_person
from events.rounds.assigning import ASSIGNED_SCHEMES
from events.rounds.guest_signin import (
    GuestLinkNotValid,
    find_guest,
    look_at_guest_link,
    sign_guest_out,
    sign_in_by_guest_link,
)
from events.rounds.guests import LinkMade, invite_guest_judge, renew_guest_link, revoke_guest_link
from events.rounds.rounds import RoundInEvent, RoundState
from frontend.buttons import NoForm
from frontend.cookies import GUEST, cookie_of, drop_cookie, set_cookie
from frontend.pages.round_judges import show_judges
from frontend.pages.rounds import organised_round, to_round
from frontend.qr_codes import qr_of
from frontend.rendering import remember_flash
from frontend.web import NOTHING, Filled, Form, actor_of, is_guest, page, person_of, redirect, render


class InviteForm(Form):
    """Whom to invite: with an address by letter, without one by a link to hand over."""

    name: str = ""
    email: str = ""
    days: str = ""
    devices: str = ""
    why: str = ""


class RenewForm(Form):
    """For how long and on how many devices a new link is good."""

    days: str = ""
    devices: str = ""


class UseForm(Form):
    """The address to which a mailed link was sent."""

    email: str = ""


def _limits(days: str, devices: str) -> tuple[int, int]:
    wrong: dict[str, Message | str] = {}
    for name, text in (("days", days), ("devices", devices)):
        if not (text.isascii() and text.isdecimal() and len(text) < 4):
            wrong[name] = _("Please write a whole number.")
    if wrong:
        raise Invalid(wrong)
    return int(days), int(devices)


@page(form=InviteForm, again=show_judges, signed_in=True)
def invite_now(request: Request, form: InviteForm) -> Response:
    days, devices = _limits(form.days, form.devices)
    with transaction() as db:
        actor, subject = organised_round(db, request)
        made = invite_guest_judge(
            db, actor, subject, name=form.name, email=form.email, days=days, devices=devices, why=form.why
        )
        name = get_person(db, made.link.person_id).name
    told = _(
        "Invited. %(name)s gets a letter with the link. Assign the submissions, so that they get their part.", name=name
    )
    if subject.round.scheme not in ASSIGNED_SCHEMES:
        told = _("Invited. %(name)s gets a letter with the link.", name=name)
    return _made(request, subject, made, name, told)


def _made(request: Request, subject: RoundInEvent, made: LinkMade, name: str, told: Message) -> Response:
    """Back to the judges where a letter is on its way; else the one page that ever shows the link."""
    if not made.plain:
        return to_round(request, subject, told, "round_judges")
    url = link("guest_link", token=made.plain)
    return render(
        request, "guests/made.html", event=subject.event, subject=subject, name=name, url=url, drawing=qr_of(url),
        expires_at=made.link.expires_at, devices=made.link.most_devices,
    )  # fmt: skip


@page(form=RenewForm, again=show_judges, signed_in=True)
def renew_now(request: Request, form: RenewForm) -> Response:
    days, devices = _limits(form.days, form.devices)
    with transaction() as db:
        actor, subject = organised_round(db, request)
        made = renew_guest_link(db, actor, subject, link=request.path_params["guest"], days=days, devices=devices)
        name = get_person(db, made.link.person_id).name
    told = _("A new link is on its way to %(name)s. The old one works no more.", name=name)
    return _made(request, subject, made, name, told)


@page(form=NoForm, again=show_judges, signed_in=True)
def revoke_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        revoke_guest_link(db, actor, subject, link=request.path_params["guest"])
    told = _("Ended. Whoever was signed in by this link is out. What they gave is kept.")
    return to_round(request, subject, told, "round_judges")


@page(guests=True)
def show_link(request: Request, form: Filled = NOTHING) -> Response:
    token = request.path_params["token"]
    with reading() as db:
        actor = actor_of(db, request)
        cookie = cookie_of(request, GUEST)
        try:
            seen = look_at_guest_link(db, token, cookie=cookie)
        except GuestLinkNotValid as refusal:
            return render(request, "guests/ended.html", status=409, sentence=refusal.message)
        here = find_guest(db, cookie)
    if here is not None and here.person.id == seen.person.id and here.round.id == seen.round.id:
        return redirect(request, "guest_desk")
    person = person_of(request)
    other = person.name if person is not None and not is_guest(request) else ""
    if other and actor.person == seen.person.id and seen.round.state is not RoundState.DRAFT:
        return redirect(request, "my_judging", event=seen.event.slug, round=seen.round.public_id)
    return render(request, "guests/link.html", seen=seen, form=form, token=token, other=other)


@page(form=UseForm, again=show_link, guests=True)
def use_link(request: Request, form: UseForm) -> Response:
    token, cookie = request.path_params["token"], cookie_of(request, GUEST)
    take_turn(f"guest link {digest(token)}", times=20, per=timedelta(minutes=30))
    with transaction() as db:
        if actor_of(db, request).signed_in and not is_guest(request):
            raise Conflict(_("You are signed in here with an account. Sign out first, or use another browser."))
        opened = sign_in_by_guest_link(db, VISITOR, None, plain=token, email=form.email, cookie=cookie)
        until = look_at_guest_link(db, token, cookie=opened).link.expires_at
    response = redirect(request, "guest_desk")
    set_cookie(response, GUEST, opened, seconds=int((until - clock.now()).total_seconds()))
    return response


@page(guests=True)
def show_desk(request: Request) -> Response:
    """A guest's way back from everywhere: to what they judge, or to a word about why there is nothing."""
    with reading() as db:
        actor = actor_of(db, request)
        here = find_guest(db, cookie_of(request, GUEST)) if is_guest(request) else None
    if actor.signed_in and here is None:
        return redirect(request, "home")
    if here is None:
        sentence = _("You are not signed in as a guest in this browser. Open your link again; the newest one counts.")
        return render(request, "guests/ended.html", sentence=sentence)
    if here.waits:
        return render(request, "guests/waits.html", round=here.round.name, about=here.round.about, of=here.event.name)
    return redirect(request, "my_judging", event=here.event.slug, round=here.round.public_id)


@page(form=NoForm, guests=True)
def sign_out_now(request: Request, form: NoForm) -> Response:
    cookie = cookie_of(request, GUEST)
    with transaction() as db:
        actor = actor_of(db, request)
        if is_guest(request):
            sign_guest_out(db, actor, get_person(db, actor.person), cookie=cookie)
    response = redirect(request, "guest_desk")
    drop_cookie(response, GUEST)
    remember_flash(response, "ok", str(_("You are signed out.")))
    return response
