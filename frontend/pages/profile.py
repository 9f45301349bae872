"""One's own account, and the card that others see of a person."""

from datetime import timedelta
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from events.acquaintance import get_person_card
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Invalid
from events.core.translation import Message, _, set_reader
from events.directory import organisations_of
from events.membership_requests import organisations_asked_by
from events.people import Person, change_profile, get_person
from events.reference.keywords import is_keyword, keyword_label
from events.reference.languages import is_language, language_name
from events.signin import hash_password, password_matches, set_password, sign_out_everywhere
from frontend import choices
from frontend.buttons import NoForm
from frontend.cookies import SIGN_IN, cookie_of, drop_cookie
from frontend.rendering import remember_flash
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class ProfileForm(Form):
    """What others read about a person, and how we write to them."""

    name: str = ""
    job_title: str = ""
    about: str = ""
    languages: list[str] = Field(default_factory=list)
    keywords: list[str] = Field(default_factory=list)
    words: str = ""
    locale: str = "en"
    zone: str = ""


class PasswordForm(Form):
    """A new password, and the one before if there is one."""

    old: str = ""
    password: str = ""
    repeated: str = ""


def _oneself(db: Database, request: Request) -> tuple[Actor, Person]:
    actor = actor_of(db, request)
    return actor, get_person(db, actor.person)


@page(signed_in=True)
def show_account(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, person = _oneself(db, request)
        own, asked = organisations_of(db, person.id), organisations_asked_by(db, person.id)
    of_password = "password" in form.errors or "old" in form.errors or "repeated" in form.errors
    values = {name: getattr(person, name) for name in ProfileForm.model_fields if name != "words"}
    values["words"] = ", ".join(word for word in person.keywords if not is_keyword(word))
    profile = Filled(values) if of_password else form.with_values(**values)
    secret = Filled({}, form.errors, form.refused) if of_password else NOTHING
    return render(
        request, "profile/account.html", form=profile, secret=secret, email=person.email, own=own,
        asked=asked, has_password=bool(person.password_hash), public_id=person.public_id, zones=choices.zones(),
        languages_spoken=choices.languages(), groups=choices.keyword_groups(),
        interface_languages=choices.interface_languages(),
    )  # fmt: skip


def _values(form: ProfileForm) -> dict[str, Any]:
    wrong: dict[str, Message | str] = {}
    keywords = list(dict.fromkeys((*form.keywords, *choices.words_in(form.words))))
    if len(form.job_title) > 120:
        wrong["job_title"] = _("This is too long. Please shorten it.")
    if len(form.about) > 2000:
        wrong["about"] = _("This is too long. Please shorten it.")
    if not all(is_language(code) for code in form.languages):
        wrong["languages"] = _("Please choose languages from the list.")
    if len(keywords) > 12 or any(len(word) > 60 for word in keywords):
        wrong["keywords"] = _("Please give at most twelve keywords, each of a word or two.")
    if wrong:
        raise Invalid(wrong)
    return form.model_dump(exclude={"words"}) | {"keywords": keywords}


@page(form=ProfileForm, again=show_account, signed_in=True)
def change_profile_now(request: Request, form: ProfileForm) -> Response:
    with transaction() as db:
        actor, person = _oneself(db, request)
        change_profile(db, actor, person, **_values(form))
    set_reader(person.locale, person.zone)
    return redirect(request, "account", flash=_("Saved."))


@page(form=PasswordForm, again=show_account, signed_in=True)
def set_password_now(request: Request, form: PasswordForm) -> Response:
    with reading() as db:
        _actor, person = _oneself(db, request)
    take_turn(f"set password {person.id}", times=10, per=timedelta(hours=1))
    # Both take a twentieth of a second on purpose, so they stand outside the transaction.
    if person.password_hash and not password_matches(person.password_hash, form.old):
        raise Invalid({"old": _("This is not your present password.")})
    if form.password != form.repeated:
        raise Invalid({"repeated": _("The two passwords differ. Type the new one twice.")})
    hashed = hash_password(form.password)
    with transaction() as db:
        actor, person = _oneself(db, request)
        set_password(db, actor, person, hashed=hashed, keep=cookie_of(request, SIGN_IN))
    return redirect(request, "account", flash=_("Your password is set. Other browsers were signed out."))


@page(form=NoForm, again=show_account, signed_in=True)
def sign_out_everywhere_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, person = _oneself(db, request)
        sign_out_everywhere(db, actor, person)
    response = RedirectResponse("/", 303)
    drop_cookie(response, SIGN_IN)
    remember_flash(response, "ok", str(_("You are signed out everywhere.")))
    return response


@page(signed_in=True)
def show_person(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        person = get_person_card(db, actor, request.path_params["person"])
        own = organisations_of(db, person.id)
    return render(
        request, "profile/person.html", shown=person, own=own, is_oneself=actor.person == person.id,
        spoken=[language_name(code) for code in person.languages],
        keywords=[keyword_label(word) for word in person.keywords],
    )  # fmt: skip
