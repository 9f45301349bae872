"""Participants of an event: the list with its filters, and one participant with what they bring."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may, why_not
from events.core.database import reading
from events.core.translation import Message, _
from events.events import EventKind, get_event
from events.organisations import KIND_NAMES, OrganisationKind
from events.participants import countries_of_participants, get_participant, participants_seen_by
from events.reference.keywords import keyword_label
from events.reference.languages import language_name
from events.registration import RegistrationInEvent, participant_of_event
from frontend import choices
from frontend.addresses import asked, page_base
from frontend.pages.events import page_number
from frontend.web import NOTHING, Filled, actor_of, page, render
from sessions.met_before import met_before, not_met_by
from sessions.no_thanks import has_said_no_thanks
from sessions.recommendations import Why, recommended_by_pitches

REASONS: dict[Why, Callable[[str], Message]] = {
    Why.WISHED: lambda team: _("You want to meet their team, %(team)s.", team=team),
    Why.ASKED: lambda team: _("You asked their team, %(team)s, a question at its pitch.", team=team),
    Why.WAS_ASKED: lambda team: _("They asked your team, %(team)s, a question at its pitch.", team=team),
}


@page(signed_in=True)
def show_participants(request: Request) -> Response:
    question = asked(request, "q", "kind", "country", "keyword", "met")
    kind = OrganisationKind(question["kind"]) if question["kind"] in set(OrganisationKind) else None
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        found = participants_seen_by(
            db, actor, event, query=question["q"], kind=kind, country=question["country"],
            keyword=question["keyword"], only=not_met_by(actor.person or 0) if question["met"] == "no" else None,
            page=page_number(request),
        )  # fmt: skip
        countries = countries_of_participants(db, event.id)
        filtered = any(question.values())
        first = found.page == 1 and not filtered
        recommended = recommended_by_pitches(db, actor, event) if first else []
    return render(
        request, "participants/list.html", event=event, found=found, question=question, filtered=filtered,
        recommended=recommended, reasons=REASONS,
        base=page_base(request, question), kinds=choices.kinds(), kind_names=KIND_NAMES,
        countries=[option for option in choices.countries() if option[0] in countries],
        keywords=choices.keyword_options(), me=actor.person,
        holds_meetings=event.event.kind is EventKind.MATCHMAKING and participant_of_event(actor, event),
    )  # fmt: skip


@page(signed_in=True)
def show_participant(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        shown = get_participant(db, actor, event, request.path_params["registration"])
        me, them = actor.person or 0, shown.card.person_id
        takes_part = participant_of_event(actor, event) and me != them
        met = met_before(db, me, them) if takes_part else []
        turned_down = takes_part and has_said_no_thanks(db, me, them)
    refusal = why_not(actor, "request_meeting", event)
    return render(
        request, "participants/participant.html", event=event, shown=shown, kind_names=KIND_NAMES,
        is_me=shown.card.person_id == actor.person, refusal=refusal, met=met, form=form,
        turned_down=turned_down, may_turn_down=takes_part and may(actor, "say_no_thanks", event),
        may_say_when=may(actor, "set_availability_for", RegistrationInEvent(shown.registration, event.event)),
        spoken=[language_name(code) for code in shown.person.languages] if shown.person else [],
        keywords=[keyword_label(code) for code in shown.card.keywords],
        acts_for_them=may(actor, "request_meeting_for", RegistrationInEvent(shown.registration, event.event)),
        holds_meetings=event.event.kind is EventKind.MATCHMAKING,
    )  # fmt: skip
