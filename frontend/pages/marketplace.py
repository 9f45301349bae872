"""The marketplace: needs and offers to look through, one item with its texts, and publishing one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.browsing import (
    Answering,
    ItemOfOrganisation,
    answering_for,
    events_showing,
    get_item,
    items_in,
    items_of_organisations,
)
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.links import path
from events.core.refusals import Invalid
from events.core.translation import Message, _, reader
from events.directory import organisations_of
from events.events import Event, EventKind, EventWithPhases, events_seen_by, get_event
from events.marketplace import (
    ItemForEvent,
    ItemKind,
    ItemState,
    Wording,
    change_item,
    hide_from_event,
    problems_of,
    publish_item,
    see_item,
    show_in_event,
    withdraw_item,
)
from events.organisations import get_organisation
from events.overview import ties_event, with_phases
from events.reference.countries import country_name
from events.reference.keywords import is_keyword
from events.reference.languages import language_name
from events.registration import participant_of_event
from frontend import choices
from frontend.addresses import asked, page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

KIND_NAMES: dict[ItemKind, Message] = {ItemKind.NEED: _("Need"), ItemKind.OFFER: _("Offer")}


class ItemForm(Form):
    """What an item says, and where it is shown at once."""

    organisation: str = ""
    event: str = ""
    kind: str = ""
    summary: str = ""
    language: str = "en"
    text: str = ""
    text_en: str = ""
    keywords: list[str] = Field(default_factory=list)
    words: str = ""
    country: str = ""
    countries: list[str] = Field(default_factory=list)
    speaks: list[str] = Field(default_factory=list)
    budget_eur: str = ""

    def wording(self, sector: str = "", sectors: Sequence[str] = ()) -> Wording:
        """The same for the domain; refuses what is no kind and no number. Sectors come from imports and are kept."""
        wrong: dict[str, Message | str] = {}
        if self.kind not in KIND_NAMES:
            wrong["kind"] = _("Say whether this is a need or an offer.")
        amount = self.budget_eur.replace(" ", "").replace("\u00a0", "")
        if amount and not (amount.isascii() and amount.isdecimal() and len(amount) <= 10):
            wrong["budget_eur"] = _("Please write the amount in whole euros.")
        said = Wording(
            kind=ItemKind.OFFER if self.kind == ItemKind.OFFER else ItemKind.NEED, summary=self.summary,
            language=self.language, text=self.text, text_en=self.text_en,
            keywords=tuple(dict.fromkeys((*self.keywords, *choices.words_in(self.words)))), sector=sector,
            country=self.country, countries=tuple(self.countries), sectors=tuple(sectors), speaks=tuple(self.speaks),
            budget_eur=int(amount) if amount and not wrong.get("budget_eur") else None,
        )  # fmt: skip
        wrong |= problems_of(said)
        if wrong:
            raise Invalid(wrong)
        return said


class EventForm(Form):
    """An event that is meant, by its address."""

    event: str = ""


def _menus() -> dict[str, Any]:
    return {
        "kinds": [(kind.value, name) for kind, name in KIND_NAMES.items()], "countries": choices.countries(),
        "languages_spoken": choices.languages(), "groups": choices.keyword_groups(),
    }  # fmt: skip


def _event_asked_for(db: Database, actor: Actor, request: Request) -> EventWithPhases | None:
    slug = request.path_params.get("event") or request.query_params.get("event", "")
    return get_event(db, actor, slug) if slug else None


@page()
def show_marketplace(request: Request) -> Response:
    question = asked(request, "q", "kind", "country", "keyword", "language")
    with reading() as db:
        actor = actor_of(db, request)
        event = _event_asked_for(db, actor, request)
        found = items_in(
            db, actor, event, kind=ItemKind(question["kind"]) if question["kind"] in KIND_NAMES else None,
            query=question["q"], country=question["country"], keyword=question["keyword"],
            language=question["language"], page=page_number(request),
        )  # fmt: skip
        mine = items_of_organisations(db, actor, sorted(actor.ids("member", "organisation"))) if not event else []
        own = bool(actor.ids("member", "organisation"))
    return render(
        request, "marketplace/list.html", event=event, found=found, question=question, mine=mine, own=own,
        base=page_base(request, question), here=request.url.path, filtered=any(question.values()),
        kind_names=KIND_NAMES,
        organiser=event is not None and may(actor, "import_items", event), keywords=choices.keyword_options(),
        own_word=question["keyword"] if question["keyword"] and not is_keyword(question["keyword"]) else "", **_menus(),
    )  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """An event in which somebody can be asked for a meeting about an item: whom, where to ask, and their page there."""

    event: Event
    answering: Answering
    url: str
    card: str


@page()
def show_item(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        shown = get_item(db, actor, request.path_params["item"])
        events = with_phases(db, events_showing(db, shown.item))
        asks = [one for event in events if (one := _ask(db, actor, shown, event))]
        placed = _placed(db, actor, shown, events)
    item = shown.item
    own_words = item.language == reader().locale or not item.text_en or item.text_en == item.text
    known = [
        (_("Language"), language_name(item.language)),
        (_("Country"), country_name(item.country or shown.organisation.country)),
        (_("Speaks"), ", ".join(map(language_name, item.speaks))),
        (_("Budget") if item.kind is ItemKind.NEED else _("Smallest project"), _euros(item.budget_eur)),
        (_("For countries"), ", ".join(map(country_name, item.countries))),
        (_("For sectors"), ", ".join(item.sectors)),
    ]
    return render(
        request, "marketplace/item.html", shown=shown, item=item, form=form, known=known, events=events, asks=asks,
        placed=placed, own_words=own_words, kind_name=KIND_NAMES[item.kind],
        withdrawn=item.state is ItemState.WITHDRAWN, language_name=language_name, crumbs=_crumbs(shown),
    )  # fmt: skip


def _crumbs(shown: ItemOfOrganisation | None = None) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [(_("Marketplace"), path("marketplace"))]
    if shown is not None:
        found.append((shown.item.summary[:60], path("item", item=shown.item.public_id)))
    return found


def _euros(amount: int | None) -> str:
    from babel.numbers import format_currency

    if not amount:
        return ""
    return format_currency(amount, "EUR", "¤#,##0" if reader().locale == "en" else "#,##0 ¤", reader().locale, False)


def _ask(db: Database, actor: Actor, shown: ItemOfOrganisation, event: EventWithPhases) -> Ask | None:
    """Where the actor can ask for a meeting about an item: in a matchmaking event that both take part in."""
    if event.event.kind is not EventKind.MATCHMAKING or not participant_of_event(actor, event):
        return None
    answering = answering_for(db, actor, shown.item, event)
    if answering is None:
        return None
    ids = {"event": event.event.slug, "registration": answering.registration.public_id}
    url = f"{path('ask_for_meeting', **ids)}?item={shown.item.public_id}"
    return Ask(event.event, answering, url, path("participant", **ids))


def _placed(
    db: Database, actor: Actor, shown: ItemOfOrganisation, there: Sequence[EventWithPhases]
) -> list[tuple[EventWithPhases, bool]]:
    """The events in which the actor may show or hide this item: (event, whether it is there)."""
    ids = {event.id for event in there}
    mine = [one for one in events_seen_by(db, actor) if participant_of_event(actor, one) or ties_event(actor, one)]
    return [
        (event, event.id in ids)
        for event in with_phases(db, mine[:50])
        if may(actor, "hide_from_event" if event.id in ids else "show_in_event", ItemForEvent(shown.item, event))
    ]


@page(signed_in=True)
def new_item(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        own = organisations_of(db, actor.person)
        event = _event_asked_for(db, actor, request)
        takes_part = event is not None and participant_of_event(actor, event)
    form = form.with_values(
        kind=request.query_params.get("kind", ""), language=reader().locale,
        organisation=own[0].public_id if own else "", country=own[0].country if own else "",
        event=event.event.slug if event and takes_part else "",
    )  # fmt: skip
    return render(
        request, "marketplace/edit.html", form=form, shown=None, own=[(one.public_id, one.name) for one in own],
        in_event=event.event if event and takes_part else None, crumbs=_crumbs(), **_menus(),
    )  # fmt: skip


@page(form=ItemForm, again=new_item, signed_in=True)
def publish_now(request: Request, form: ItemForm) -> Response:
    with reading() as db:
        person = actor_of(db, request).person
    take_turn(f"publish item {person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        actor = actor_of(db, request)
        if not form.organisation:
            raise Invalid({"organisation": _("Please choose for which organisation you publish this.")})
        organisation = get_organisation(db, actor, form.organisation)
        item = publish_item(db, actor, organisation, wording=form.wording())
        if form.event:
            show_in_event(db, actor, ItemForEvent(item, get_event(db, actor, form.event)))
    return redirect(request, "item", item=item.public_id, flash=_("Published. Everybody can find it now."))


@page(signed_in=True)
def edit_item(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        shown = get_item(db, actor, request.path_params["item"])
        only_if_may(actor, "change_item", shown.item)
    values = shown.item.model_dump(include=set(ItemForm.model_fields) - {"organisation", "event", "words"})
    values["words"] = ", ".join(word for word in shown.item.keywords if not is_keyword(word))
    return render(
        request, "marketplace/edit.html", form=form.with_values(**values), shown=shown, own=[], in_event=None,
        crumbs=_crumbs(shown), **_menus(),
    )  # fmt: skip


@page(form=ItemForm, again=edit_item, signed_in=True)
def change_now(request: Request, form: ItemForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        item = get_item(db, actor, request.path_params["item"]).item
        change_item(db, actor, item, wording=form.wording(item.sector, item.sectors))
    return redirect(request, "item", item=item.public_id, flash=_("Saved."))


@page(form=NoForm, again=show_item, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        item = get_item(db, actor, request.path_params["item"]).item
        withdraw_item(db, actor, item)
    if see_item(actor, item):
        return redirect(request, "item", item=item.public_id, flash=_("Withdrawn. Only your organisation sees it."))
    return redirect(request, "marketplace", flash=_("Withdrawn. Only its organisation sees it."))


def _for_event(db: Database, request: Request, form: EventForm) -> tuple[Actor, ItemForEvent]:
    actor = actor_of(db, request)
    item = get_item(db, actor, request.path_params["item"]).item
    return actor, ItemForEvent(item, get_event(db, actor, form.event))


@page(form=EventForm, again=show_item, signed_in=True)
def show_in_event_now(request: Request, form: EventForm) -> Response:
    with transaction() as db:
        actor, subject = _for_event(db, request, form)
        show_in_event(db, actor, subject)
    return redirect(
        request, "item", item=subject.item.public_id,
        flash=_("It is shown in %(event)s now.", event=subject.event.event.name),
    )  # fmt: skip


@page(form=EventForm, again=show_item, signed_in=True)
def hide_from_event_now(request: Request, form: EventForm) -> Response:
    with transaction() as db:
        actor, subject = _for_event(db, request, form)
        hide_from_event(db, actor, subject)
    return redirect(
        request, "item", item=subject.item.public_id,
        flash=_("It is not shown in %(event)s any more.", event=subject.event.event.name),
    )  # fmt: skip
