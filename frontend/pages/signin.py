"""Signing in: by mailed link or by password, signing out, and the language of visitors."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from events.core.access import VISITOR
from events.core.database import reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Invalid
from events.core.tokens import digest, new_token
from events.core.translation import LANGUAGES, _, reader
from events.people import change_profile as speak
from events.people import clean_email, get_person
from events.reference.zones import zone_called
from events.signin import (
    LONGEST,
    LinkNotValid,
    ask_for_link,
    look_at_link,
    password_matches,
    safe_path,
    sign_in_by_link,
    sign_in_by_password,
    sign_out,
    stored_password_of,
)
from frontend.buttons import NoForm
from frontend.cookies import BROWSER, LANGUAGE, SIGN_IN, cookie_of, drop_cookie, set_cookie
from frontend.middleware import address_of
from frontend.rendering import remember_flash
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

YEAR = 365 * 24 * 3600


def _mark_browser(request: Request, response: Response) -> Response:
    """Give this browser a random name, to which links it asks for are bound."""
    if not cookie_of(request, BROWSER):
        set_cookie(response, BROWSER, new_token(), seconds=30 * 24 * 3600)
    return response


def _browser(request: Request) -> str:
    name = cookie_of(request, BROWSER)
    return digest(name) if name else ""


@page()
def show_sign_in(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        if actor_of(db, request).signed_in and not form.refused:
            return redirect(request, "home")
    form = form.with_values(next=safe_path(request.query_params.get("next", "")))
    return _mark_browser(request, render(request, "signin/sign_in.html", form=form))


@page()
def show_sign_up(request: Request, form: Filled = NOTHING) -> Response:
    form = form.with_values(next=safe_path(request.query_params.get("next", "")))
    return _mark_browser(request, render(request, "signin/sign_up.html", form=form))


class LinkForm(Form):
    email: str = ""
    next: str = ""


def _limit(request: Request, email: str) -> None:
    """Per address of the network and per address of mail, counted before anything is looked up."""
    take_turn(f"sign-in {address_of(request.scope)}", times=30, per=timedelta(minutes=15))
    take_turn(f"sign-in {digest(email.strip().casefold())}", times=6, per=timedelta(minutes=15))


@page(form=LinkForm, again=show_sign_in)
def ask_now(request: Request, form: LinkForm) -> Response:
    clean_email(form.email)
    _limit(request, form.email)
    with transaction() as db:
        ask_for_link(db, VISITOR, None, email=form.email, browser=_browser(request), onward=form.next,
                     locale=reader().locale)  # fmt: skip
    return redirect(request, "link_sent")


class SignUpForm(Form):
    email: str = ""
    name: str = ""
    next: str = ""
    zone: str = ""


@page(form=SignUpForm, again=show_sign_up)
def sign_up_now(request: Request, form: SignUpForm) -> Response:
    clean_email(form.email)
    if not form.name:
        raise Invalid({"name": _("Please say how you want to be called.")})
    _limit(request, form.email)
    zone = zone_called(form.zone) or "Europe/Brussels"
    with transaction() as db:
        ask_for_link(db, VISITOR, None, email=form.email, name=form.name, registering=True, browser=_browser(request),
                     onward=form.next, locale=reader().locale, zone=zone)  # fmt: skip
    return redirect(request, "link_sent")


@page()
def show_sent(request: Request) -> Response:
    return render(request, "signin/sent.html")


class PasswordForm(Form):
    email: str = ""
    password: str = ""
    next: str = ""


@page()
def show_password_again(request: Request, form: Filled = NOTHING) -> Response:
    values = {name: value for name, value in form.values.items() if name != "password"}
    kept = Filled(values, form.errors, refused=True)
    return _mark_browser(request, render(request, "signin/sign_in.html", form=kept, by_password=True))


@page(form=PasswordForm, again=show_password_again)
def sign_in_now(request: Request, form: PasswordForm) -> Response:
    _limit(request, form.email)
    with reading() as db:
        person, stored = stored_password_of(db, form.email)
    # Outside a transaction: it takes a twentieth of a second on purpose, known address or not.
    if not password_matches(stored, form.password) or person is None:
        raise Invalid({"": _("This address and password do not go together. Try again, or have a link mailed.")})
    with transaction() as db:
        cookie = sign_in_by_password(db, VISITOR, person)
    return _signed_in(form.next, cookie)


def _signed_in(onward: str, cookie: str) -> Response:
    response = RedirectResponse(safe_path(onward) or "/", 303)
    set_cookie(response, SIGN_IN, cookie, seconds=int(LONGEST.total_seconds()))
    drop_cookie(response, BROWSER)
    return response


@page()
def show_link(request: Request, form: Filled = NOTHING) -> Response:
    try:
        with reading() as db:
            seen = look_at_link(db, request.path_params["token"], browser=_browser(request))
    except LinkNotValid as refusal:
        return render(request, "signin/link_used.html", status=409, sentence=refusal.message)
    return render(
        request,
        "signin/link.html",
        form=form.with_values(next=safe_path(request.query_params.get("next", ""))),
        same_browser=seen.same_browser,
        email=seen.person.email if seen.same_browser else "",
        needs_name=not seen.person.name,
        token=request.path_params["token"],
    )


class UseLinkForm(Form):
    email: str = ""
    name: str = ""
    next: str = ""


@page(form=UseLinkForm, again=show_link)
def use_link(request: Request, form: UseLinkForm) -> Response:
    token = request.path_params["token"]
    take_turn(f"link {digest(token)}", times=10, per=timedelta(minutes=30))
    with transaction() as db:
        _person, cookie = sign_in_by_link(
            db, VISITOR, None, plain=token, browser=_browser(request), email=form.email, name=form.name
        )
    return _signed_in(form.next, cookie)


@page(form=NoForm)
def sign_out_now(request: Request, form: NoForm) -> Response:
    cookie = cookie_of(request, SIGN_IN)
    with transaction() as db:
        actor = actor_of(db, request)
        if actor.signed_in:
            sign_out(db, actor, get_person(db, actor.person), cookie=cookie)
    response = RedirectResponse("/", 303)
    drop_cookie(response, SIGN_IN)
    response.headers["clear-site-data"] = '"cache", "storage"'
    remember_flash(response, "ok", str(_("You are signed out.")))
    return response


class LanguageForm(Form):
    language: str = "en"
    next: str = ""


@page(form=LanguageForm, guests=True)
def set_language(request: Request, form: LanguageForm) -> Response:
    if form.language not in LANGUAGES:
        raise Invalid({"language": _("Folkmoot does not speak this language yet. Choose one from the list.")})
    with transaction() as db:
        actor = actor_of(db, request)
        if actor.signed_in:
            speak(db, actor, get_person(db, actor.person), locale=form.language)
    response = RedirectResponse(safe_path(form.next) or "/", 303)
    set_cookie(response, LANGUAGE, form.language, seconds=YEAR)
    return response
