"""The entrance of an event: whether a code is needed, codes and private links, and places to confirm."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from events.codes import RegistrationCode, codes_of
from events.core import clock
from events.core.access import may
from events.core.database import reading, transaction
from events.core.links import link
from events.core.translation import At, Message, _
from events.core.wall import from_wall
from events.entrance import end_code, get_code, make_code, set_entrance
from events.registration import types_of
from frontend.buttons import NoForm
from frontend.pages.setup.shared import WholeNumber, organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


@dataclass(frozen=True)
class CodeLine:
    """A code in the organisers' list, with the private link that carries it and whom it lets in."""

    code: RegistrationCode
    url: str
    rules: list[Message | str]
    usable: bool


def _line(slug: str, one: RegistrationCode, names: dict[int | None, str]) -> CodeLine:
    rules: list[Message | str] = []
    if one.most_uses is None:
        rules.append(_("Used %(used)s times", used=one.used))
    else:
        rules.append(_("Used %(used)s of %(most)s times", used=one.used, most=one.most_uses))
    if one.valid_until is not None:
        rules.append(_("until %(when)s", when=At(one.valid_until, "when")))
    if one.type_id is not None:
        rules.append(_("as %(type)s", type=names.get(one.type_id, "")))
    if one.skips_approval:
        rules.append(_("without approval"))
    if one.skips_capacity:
        rules.append(_("even when the event is full"))
    return CodeLine(one, link("register", event=slug) + f"?code={one.code}", rules, one.is_usable(clock.now()))


@page(signed_in=True)
def edit_entrance(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        types, codes = types_of(db, event.id), codes_of(db, event.id)
        changeable = may(actor_of(db, request), "make_code", event)
    row, sent = event.event, str(form.values.get("what", ""))
    names = {one.id: one.name for one in types}
    saved = {"confirm_hours": row.confirm_hours or ""} | ({"by_code_only": "yes"} if row.by_code_only else {})
    return render(
        request, "setup/entrance.html", event=event, form=form, changeable=changeable,
        types=[(one.code, one.name) for one in types], codes=[_line(row.slug, one, names) for one in codes],
        entrance_form=form if sent == "entrance" else Filled(saved),
        code_form=form if sent == "code" else None,
    )  # fmt: skip


class EntranceForm(Form):
    what: str = ""
    by_code_only: str = ""
    confirm_hours: WholeNumber = None


@page(form=EntranceForm, again=edit_entrance, signed_in=True)
def set_entrance_now(request: Request, form: EntranceForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_entrance(
            db, actor_of(db, request), event, by_code_only=bool(form.by_code_only), confirm_hours=form.confirm_hours
        )
    return redirect(request, "edit_entrance", event=event.event.slug, flash=_("Saved."))


class CodeForm(Form):
    what: str = ""
    name: str = ""
    most_uses: WholeNumber = None
    valid_until: str = ""
    type: str = ""
    skips_approval: str = ""
    skips_capacity: str = ""


@page(form=CodeForm, again=edit_entrance, signed_in=True)
def make_code_now(request: Request, form: CodeForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        until = from_wall(form.valid_until, event.zone, field="valid_until") if form.valid_until else None
        made = make_code(
            db, actor_of(db, request), event, name=form.name, most_uses=form.most_uses, valid_until=until,
            type_code=form.type, skips_approval=bool(form.skips_approval), skips_capacity=bool(form.skips_capacity),
        )  # fmt: skip
    return redirect(request, "edit_entrance", event=event.event.slug, flash=_("The code is %(code)s.", code=made.code))


@page(form=NoForm, again=edit_entrance, signed_in=True)
def end_code_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        end_code(db, actor, get_code(db, actor, event, request.path_params["registration_code"]))
    told = _("This code lets in nobody any more. Who came in with it stays.")
    return redirect(request, "edit_entrance", event=event.event.slug, flash=told)
