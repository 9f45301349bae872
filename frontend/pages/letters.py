"""Letters of an event for its organisers: why each was written and its fate, what came back, and what they add."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.translation import LANGUAGES, Message, _
from events.events import EventWithPhases, get_event
from events.letter_texts import find_letter_text, send_test_letter, set_letter_text, texts_of
from events.placeholders import PLACEHOLDERS
from events.reference.languages import language_name
from events.registration import types_of
from events.registration_lists import refuse_strangers
from frontend.pages.events import page_number
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from mailer.kinds import kind_names
from mailer.letter_lists import addresses_in_trouble, came_in, letter_counts, letters_of
from mailer.letters import LetterState
from mailer.pace import trouble_with_the_way_out
from mailer.previews import preview_letter
from mailer.resending import get_letter, resend_letter, trust_address
from sessions.notices import SEGMENT_NAMES, Segment, checked_notice, notices_of, people_in, send_notice

LETTER_STATES: dict[LetterState, Message] = {
    LetterState.WAITING: _("Waits to be sent"),
    LetterState.SENT: _("Sent"),
    LetterState.SUPERSEDED: _("Replaced by a newer one"),
    LetterState.NOT_NEEDED: _("Not needed any more"),
    LetterState.UNDELIVERABLE: _("Could not be delivered"),
}


class LetterForm(Form):
    """A button beside a letter."""


class TrustForm(Form):
    """How somebody knows that an address works again."""

    why: str = ""


class TextForm(Form):
    """What organisers add to a kind of letter."""

    kind: str = ""
    locale: str = "en"
    text: str = ""
    reader: str = ""


class NoticeForm(Form):
    """A text to a part of the event's people; `counted` is how many the writer saw that they are."""

    title: str = ""
    text: str = ""
    segment: str = Segment.PARTICIPANTS
    type_code: str = ""
    counted: str = ""


def _organised(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    refuse_strangers(actor, event)
    return actor, event


def letter_tabs(event: EventWithPhases, here: str) -> list[tuple[Message, str, bool]]:
    """The pages about an event's letters."""
    pages = {
        "letters": _("Sent"), "letters_in": _("Came back"), "letter_texts": _("Own words"), "notices": _("Notices"),
    }  # fmt: skip
    return [(label, path(name, event=event.event.slug), name == here) for name, label in pages.items()]


@page(signed_in=True)
def show_letters(request: Request, form: Filled = NOTHING) -> Response:
    asked = request.query_params.get("state", "")
    state = LetterState(asked) if asked in set(LetterState) else None
    with reading() as db:
        actor, event = _organised(db, request)
        found = letters_of(db, event.id, state, reader=actor.person, page=page_number(request))
        counts = letter_counts(db, event.id, reader=actor.person)
        troubled = addresses_in_trouble(db, event.id)
        alarm = trouble_with_the_way_out(db)
    base = path("letters", event=event.event.slug)
    filters = [(_("All %(count)s", count=sum(counts.values())), base, state is None)]
    filters += [
        (_("%(state)s: %(count)s", state=name, count=counts.get(one, 0)), f"{base}?{urlencode({'state': one})}",
         state is one)
        for one, name in LETTER_STATES.items()
        if counts.get(one) or state is one
    ]  # fmt: skip
    more = f"{base}?{urlencode({'state': state})}&page=" if state else f"{base}?page="
    return render(
        request, "letters/letters.html", event=event, found=found, filters=filters, base=more, form=form,
        state_names=LETTER_STATES, troubled={one.address: one for one in troubled}, pages=letter_tabs(event, "letters"),
        alarm_since=alarm.since if alarm else None, alarm_problem=alarm.problem if alarm else "",
        kinds=kind_names(),
    )  # fmt: skip


@page(form=LetterForm, again=show_letters, signed_in=True)
def resend_now(request: Request, form: LetterForm) -> Response:
    with transaction() as db:
        actor, event = _organised(db, request)
        resend_letter(db, actor, get_letter(db, event, request.path_params["letter"]))
    return redirect(request, "letters", event=event.event.slug, flash=_("It goes once more, as it was written."))


@page(form=TrustForm, again=show_letters, signed_in=True)
def trust_now(request: Request, form: TrustForm) -> Response:
    with transaction() as db:
        actor, event = _organised(db, request)
        trust_address(db, actor, get_letter(db, event, request.path_params["letter"]), why=form.why)
    return redirect(request, "letters", event=event.event.slug, flash=_("Letters go to this address again."))


@page(signed_in=True)
def show_what_came(request: Request) -> Response:
    with reading() as db:
        _actor, event = _organised(db, request)
        found = came_in(db, event.id, page=page_number(request))
    base = path("letters_in", event=event.event.slug) + "?page="
    return render(
        request, "letters/came_in.html", event=event, found=found, base=base, pages=letter_tabs(event, "letters_in")
    )


@page(signed_in=True)
def show_texts(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, event = _organised(db, request)
        texts = texts_of(db, event.id)
        kind, locale = request.query_params.get("kind", ""), request.query_params.get("locale", "en")
        chosen = find_letter_text(db, event.id, kind, locale) if kind else None
    if chosen is not None:
        form = form.with_values(kind=kind, locale=locale, text=chosen.text)
    return render(request, "letters/texts.html", event=event, texts=texts, form=form, **_choices(event))


def _choices(event: EventWithPhases) -> dict[str, Any]:
    return {
        "pages": letter_tabs(event, "letter_texts"),
        "kinds": kind_names(),
        "languages": [(str(one), language_name(one)) for one in LANGUAGES],
        "placeholders": PLACEHOLDERS,
    }


@page(form=TextForm, again=show_texts, signed_in=True)
def look_at_text(request: Request, form: TextForm) -> Response:
    """The letter as somebody would read it, with the words that were typed; they are not saved."""
    with reading() as db:
        actor, event = _organised(db, request)
        shown = preview_letter(db, actor, event, **form.model_dump())
    return render(
        request, "letters/preview.html", event=event, shown=shown, language=language_name(shown.reader.locale),
        form=Filled(form.model_dump()), **_choices(event),
    )  # fmt: skip


@page(form=TextForm, again=show_texts, signed_in=True)
def show_letter_page(request: Request, form: TextForm) -> Response:
    """The same letter as mail programs show it: a document of its own that runs nothing and asks nobody but us."""
    with reading() as db:
        actor, event = _organised(db, request)
        shown = preview_letter(db, actor, event, **form.model_dump())
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return Response(shown.html, media_type="text/html; charset=utf-8", headers=headers)


@page(form=TextForm, again=show_texts, signed_in=True)
def set_text_now(request: Request, form: TextForm) -> Response:
    with transaction() as db:
        actor, event = _organised(db, request)
        set_letter_text(db, actor, event, kind=form.kind, locale=form.locale, text=form.text)
    said = _("Saved. Letters of this kind begin with it from now on.") if form.text else _("Taken away.")
    return redirect(request, "letter_texts", event=event.event.slug, flash=said)


@page(form=TextForm, again=show_texts, signed_in=True)
def test_text_now(request: Request, form: TextForm) -> Response:
    with transaction() as db:
        actor, event = _organised(db, request)
        send_test_letter(db, actor, event, kind=form.kind, locale=form.locale)
    return redirect(request, "letter_texts", event=event.event.slug, flash=_("A test is on its way to you."))


@page(signed_in=True)
def show_notices(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, event = _organised(db, request)
        options = _segments(db, event)
        written = notices_of(db, event.id)
    return render(
        request, "letters/notices.html", event=event, form=form, notices=written, options=options,
        segment_names=SEGMENT_NAMES, placeholders=PLACEHOLDERS, pages=letter_tabs(event, "notices"),
    )  # fmt: skip


def _segments(db: Database, event: EventWithPhases) -> list[tuple[str, str]]:
    """Whom one can write to, each with how many they are."""
    counts = {one: len(people_in(db, event.id, one)) for one in Segment if one is not Segment.TYPE}
    types = [
        (f"type:{one.code}", f"{one.name}: {len(people_in(db, event.id, Segment.TYPE, one.code))}")
        for one in types_of(db, event.id)
    ]
    return [(str(one), f"{SEGMENT_NAMES[one]}: {count}") for one, count in counts.items()] + types


@page(form=NoticeForm, again=show_notices, signed_in=True)
def look_at_notice(request: Request, form: NoticeForm) -> Response:
    """The text as its readers get it, with how many they are; sent only from there."""
    segment, type_code = segment_called(form.segment)
    title, text = checked_notice(form.title, form.text)
    with reading() as db:
        _actor, event = _organised(db, request)
        people = people_in(db, event.id, segment, type_code)
        options = _segments(db, event)
    return render(
        request, "letters/notice.html", event=event, title=title, text=text, segment=form.segment, count=len(people),
        name=type_code or SEGMENT_NAMES[segment], pages=letter_tabs(event, "notices"), options=options,
        form=Filled({"title": title, "text": text, "segment": form.segment}), placeholders=PLACEHOLDERS,
    )  # fmt: skip


@page(form=NoticeForm, again=show_notices, signed_in=True)
def send_notice_now(request: Request, form: NoticeForm) -> Response:
    segment, type_code = segment_called(form.segment)
    with transaction() as db:
        actor, event = _organised(db, request)
        counted = int(form.counted) if form.counted.isdecimal() and len(form.counted) < 9 else -1
        sent = send_notice(
            db, actor, event, title=form.title, text=form.text, segment=segment, type_code=type_code, counted=counted
        )
    said = _("On its way to %(count)s people.", count=sent.people)
    return redirect(request, "notices", event=event.event.slug, flash=said)


def segment_called(value: str) -> tuple[Segment, str]:
    """The segment that a form meant; participants for what is none."""
    if value.startswith("type:"):
        return Segment.TYPE, value.removeprefix("type:")
    return (Segment(value), "") if value in set(Segment) else (Segment.PARTICIPANTS, "")
