"""Registrations: the form, one's own place, the organisers' list, and the letters of an event."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.answering import files_of, unanswered_of
from events.codes import RegistrationCode, codes_of, find_code
from events.completeness import count_unfinished
from events.consents import agree_to_take_part, waiting_for_consent
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.files import StoredFile
from events.core.links import path
from events.core.refusals import Invalid, NotFound
from events.core.sheets import write_csv
from events.core.translation import N_, At, Message, _, reader
from events.desks import Desk, desks_of, find_desk, officers_of
from events.directory import find_organisation, organisations_of
from events.events import Event, EventKind, EventState, EventWithPhases, get_event
from events.exports import table_of
from events.looking_after import assign_desk
from events.membership_requests import organisations_asked_by
from events.organisations import Organisation
from events.phases import PhaseKind
from events.questions import RegistrationQuestion, all_questions_of, answer_in_words, questions_of
from events.reachability import troubles_at
from events.registration import (
    HOLDS_A_PLACE,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    accept_registration,
    consent_text_of,
    decline_registration,
    find_registration,
    get_registration,
    register,
    types_of,
    withdraw_registration,
)
from events.registration_lists import (
    RegistrationRow,
    consent_given_at,
    refuse_strangers,
    registration_counts,
    registrations_of,
    type_of,
)
from frontend.addresses import behind_question_mark, place_in_list
from frontend.buttons import NoForm
from frontend.pages.events import page_number, standing_of
from frontend.pages.exports import sent_table
from frontend.registration_form import by_question, fields_of, handed_in
from frontend.steps import call_to_action, full_sentence
from frontend.web import NOTHING, Filled, Form, SignInFirst, Upload, actor_of, page, redirect, render

Files = dict[tuple[int, int], StoredFile]

STATE_NAMES: dict[RegistrationState, Message] = {
    RegistrationState.APPLIED: _("Waits for you"),
    RegistrationState.WAITING: _("On the waiting list"),
    RegistrationState.OFFERED: _("Has to confirm a place"),
    RegistrationState.ACCEPTED: _("Has a place"),
    RegistrationState.DECLINED: _("Declined"),
    RegistrationState.WITHDRAWN: _("Withdrawn"),
}

# What each way of taking part means, where an event's template brings it; organisers' own types speak for themselves.
TYPE_HELP: dict[str, Message] = {
    "team member": _("Join or form a team, take a challenge, build and pitch."),
    "challenge owner": _("Bring a need of your company and meet the teams that solve it."),
    "jury": _("Score what the teams hand in and pitch."),
    "mentor": _("Help teams with what you know."),
    "traditional": _("Your company has a need and looks for somebody who can meet it."),
    "tech-savvy": _("Your company brings a technology and looks for those who need it."),
    "intermediary": _("You speak for several companies: a cluster, a desk, a technology centre."),
    "pitcher": _("You present something on the stage."),
    "audience": _("You listen, ask and vote."),
}


class AssignForm(Form):
    """A desk that is meant, by public id; none is none."""

    desk: str = ""


@page()
def show_form(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        mine = find_registration(db, event.id, actor.person)
        if mine is not None and mine.state is not RegistrationState.WITHDRAWN:
            return _registered_already(request, event, form)
        standing = standing_of(db, actor, event, clock.now())
        if not event.is_open(PhaseKind.REGISTRATION, clock.now()):
            return render(request, "registrations/closed.html", event=event, step=call_to_action(standing), status=409)
        if not actor.signed_in:
            raise SignInFirst
        types, questions = types_of(db, event.id), questions_of(db, event.id)
        consent = consent_text_of(db, event.id)
        own, awaited = organisations_of(db, actor.person), organisations_asked_by(db, actor.person)
        has_codes = bool(codes_of(db, event.id))
        typed = str(form.values.get("code", "")) or request.query_params.get("code", "")[:40]
        code = _usable(find_code(db, event.id, typed)) if typed else None
    invited_as = next((one.code for one in types if code and one.id == code.type_id), "")
    form = form.with_values(organisation=own[0].public_id if len(own) == 1 else "", code=typed, type=invited_as)
    return render(
        request, "registrations/register.html", event=event, form=form, consent=consent,
        types=[(one.code, one.name, TYPE_HELP.get(one.code, "")) for one in types],
        questions=fields_of(questions, types), code=code, by_code=event.event.by_code_only or has_codes,
        organisations=organisations_to_choose(own, awaited), awaited=awaited,
        full=full_sentence(standing.waiting) if standing.full and not (code and code.skips_capacity) else "",
    )  # fmt: skip


def _usable(found: RegistrationCode | None) -> RegistrationCode | None:
    return found if found is not None and found.is_usable(clock.now()) else None


def _registered_already(request: Request, event: EventWithPhases, form: Filled) -> Response:
    if form.refused:
        return render(request, "registrations/already.html", event=event, form=form)
    return redirect(request, "my_registration", event=event.event.slug,
                    flash=_("You are registered for this event already. This is your registration."))  # fmt: skip


class RegisterForm(Form):
    """The questions differ from event to event: what the form does not know goes into `answers`."""

    takes_answers: ClassVar[bool] = True
    takes_several: ClassVar[bool] = True

    type: str = ""
    organisation: str = ""
    consent: str = ""
    code: str = ""
    answers: dict[str, str] = Field(default_factory=dict)
    answer_files: dict[str, Upload] = Field(default_factory=dict)


@page(form=RegisterForm, again=show_form, signed_in=True)
def register_now(request: Request, form: RegisterForm) -> Response:
    with handed_in(form.answer_files) as files, transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        row = register(
            db, actor, event, type_code=form.type, answers=by_question(form.answers),
            consent=bool(form.consent), organisation_id=own_organisation(db, actor, form.organisation),
            locale=reader().locale, code=form.code, files=files,
        )  # fmt: skip
    return redirect(request, "my_registration", event=event.event.slug, flash=RECEIVED[row.state])


RECEIVED: dict[RegistrationState, Message] = {
    RegistrationState.ACCEPTED: _("You take part. A letter with the details is on its way."),
    RegistrationState.APPLIED: _("Your registration is with the organisers. A letter is on its way."),
    RegistrationState.WAITING: _("You are on the waiting list. A letter is on its way."),
}


def organisations_to_choose(own: list[Organisation], awaited: list[Organisation]) -> list[tuple[str, Message | str]]:
    """For a select: those to which somebody belongs, and those that have yet to agree that they do."""
    return [(one.public_id, one.name) for one in own] + [
        (one.public_id, _("%(name)s (has to agree first)", name=one.name)) for one in awaited
    ]


def own_organisation(db: Database, actor: Actor, public: str) -> int | None:
    """The id of the organisation that somebody chose; refuses one that they neither belong to nor asked to join."""
    if not public:
        return None
    found = organisations_of(db, actor.person) + organisations_asked_by(db, actor.person)
    own = {one.public_id: one.id for one in found}
    if public not in own:
        raise Invalid({"organisation": _("You do not belong to this organisation. Choose one of yours.")})
    return own[public]


@dataclass(frozen=True)
class Answer:
    """A question and what somebody answered; a file has an address."""

    question: str
    text: str
    url: str = ""


def answers_of(
    event: Event, questions: list[RegistrationQuestion], registration: Registration, files: Files
) -> list[Answer]:
    """What somebody answered, in the order of the questions; without what they left open."""
    return [_answer(event, one, registration, files) for one in questions if registration.answers.get(str(one.id))]


def _answer(event: Event, question: RegistrationQuestion, registration: Registration, files: Files) -> Answer:
    stored = files.get((registration.id or 0, question.id or 0))
    url = stored and path(
        "answer_file", event=event.slug, registration=registration.public_id, file=stored.public_id
    )  # fmt: skip
    return Answer(question.label, answer_in_words(question, registration.answers[str(question.id)]), url or "")


@page(signed_in=True)
def show_mine(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        step = call_to_action(standing_of(db, actor, event, clock.now()))
        row = find_registration(db, event.id, actor.person)
        if row is None:
            return render(request, "registrations/none.html", event=event, step=step, status=404)
        subject = RegistrationInEvent(row, event.event)
        own = {one.id: one.name for one in organisations_of(db, actor.person)}
        asked = find_organisation(db, row.asked_organisation_id)
        waits = asked is not None and asked.id in {one.id for one in organisations_asked_by(db, actor.person)}
        unconfirmed = any(one.id == subject.id for one in waiting_for_consent(db, actor))
        consent, agreed_at = consent_text_of(db, event.id), consent_given_at(db, row)
        said: list[tuple[Message | str, object]] = [
            (_("You take part as"), type_of(db, row).name),
            (_("For"), own.get(row.organisation_id, "")),
            (_("Your desk"), _desk_named(db, row)),
            (_("Registered on"), At(row.registered_at, "when")),
            (_("Agreed to the consent text on"), At(agreed_at, "day") if agreed_at else ""),
        ]
        answered = answers_of(event.event, all_questions_of(db, event.id), row, files_of(db, [subject.id]))
        unanswered = [one.label for one in unanswered_of(db, row)]
        nobody = event.event.kind is EventKind.MATCHMAKING and not (row.organisation_id or asked)
        asks = (nobody or bool(questions_of(db, event.id))) and may(actor, "answer_questions", subject)
    return render(
        request, "registrations/mine.html", answered=answered, unanswered=unanswered, nobody=nobody, asks=asks,
        event=event, form=form, registration=row, subject=subject, step=step,
        consent=consent, said=said, unconfirmed=unconfirmed,
        says=_says(row), asked=asked, waits=waits,
        has_place=row.state is RegistrationState.ACCEPTED,
    )  # fmt: skip


def _desk_named(db: Database, registration: Registration) -> str:
    """Who looks after somebody, so that they know whom to turn to: 'Nordic desk (Ola Olsen)'."""
    desk = find_desk(db, registration.desk_id)
    if desk is None:
        return ""
    officers = ", ".join(one.name or one.email for one in officers_of(db, desk))
    return f"{desk.name} ({officers})" if officers else desk.name


def _says(row: Registration) -> tuple[Message, Message]:
    if row.state is RegistrationState.WITHDRAWN and row.offer_ends_at is not None:
        return LAPSED
    if row.state is RegistrationState.WAITING and row.decided_at is not None:
        return APPROVED
    return SAYS[row.state]


LAPSED = (
    _("Your place went to the next in line"),
    _("It was kept for you and was not confirmed in time. While registration is open you can register again."),
)

APPROVED = (
    _("You are on the waiting list"),
    _("The organisers have said yes, and no place is free at the moment. When one comes free it goes to the next in "
      "line, by itself, and you get a letter."),
)  # fmt: skip

SAYS: dict[RegistrationState, tuple[Message, Message]] = {
    RegistrationState.ACCEPTED: (
        _("You have a place"),
        _("You get letters when a phase opens, when dates move, and when somebody wants to meet you."),
    ),
    RegistrationState.APPLIED: (
        _("The organisers have your registration"),
        _("They decide on each one. You get a letter either way; there is nothing you have to do."),
    ),
    RegistrationState.WAITING: (
        _("You are on the waiting list"),
        _("When a place comes free it goes to the next in line, by itself, and you get a letter."),
    ),
    RegistrationState.OFFERED: (
        _("A place is kept for you"),
        _("Confirm it in time and you take part. If you do not, it goes to the next in line."),
    ),
    RegistrationState.DECLINED: (
        _("You got no place this time"),
        _("The organisers could not give you one. If you think this is a mistake, write to them."),
    ),
    RegistrationState.WITHDRAWN: (
        _("You gave your place back"),
        _("Nothing of it is shown any more. While registration is open you can register again."),
    ),
}


@page(form=NoForm, again=show_mine, signed_in=True)
def agree_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        row = find_registration(db, event.id, actor.person)
        if row is None:
            raise NotFound(_("You are not registered for this event."))
        agree_to_take_part(db, actor, RegistrationInEvent(row, event.event), locale=reader().locale)
    return redirect(request, "my_registration", event=event.event.slug, flash=_("Thank you. You take part."))


def _state_asked(request: Request) -> RegistrationState | None:
    asked = request.query_params.get("state", "")
    return RegistrationState(asked) if asked in set(RegistrationState) else None


@page(signed_in=True)
def show_all(request: Request, form: Filled = NOTHING) -> Response:
    asked = _state_asked(request)
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        found = registrations_of(db, actor, event, *([asked] if asked else []), page=page_number(request))
        counts = registration_counts(db, event.id)
        questions = all_questions_of(db, event.id)
        files = files_of(db, [one.registration.id or 0 for one in found.rows])
        unfinished, nudgeable = count_unfinished(db, event.event), may(actor, "ask_to_finish", event)
        desks = desks_of(db, event.programme_id)
        troubled = troubles_at(db, [one.person.email for one in found.rows])
    base = path("registrations", event=event.event.slug)
    filters = [(_("All %(count)s", count=sum(counts.values())), base, asked is None)]
    filters += [
        (_("%(state)s: %(count)s", state=STATE_NAMES[state], count=counts.get(state, 0)), f"{base}?state={state}",
         asked is state)
        for state in RegistrationState
        if counts.get(state) or asked is state
    ]  # fmt: skip
    rows = [
        ListRow(one, STATE_NAMES[one.registration.state], answers_of(event.event, questions, one.registration, files),
                may(actor, "accept_registration", one.subject), may(actor, "decline_registration", one.subject),
                next((desk for desk in desks if desk.id == one.registration.desk_id), None))
        for one in found.rows
    ]  # fmt: skip
    taken, capacity = sum(counts.get(one, 0) for one in HOLDS_A_PLACE), event.event.capacity
    return render(
        request, "registrations/all.html", event=event, form=form, found=found, rows=rows, filters=filters, taken=taken,
        capacity=capacity, base=f"{base}?{f'state={asked}&' if asked else ''}page=", asked=asked or "",
        anybody=bool(counts), troubled=troubled, unfinished=unfinished, nudgeable=nudgeable,
        has_not_finished=N_(
            "%(count)s person has not finished their registration.",
            "%(count)s people have not finished their registration.", unfinished.all,
        ), desks=[(one.public_id, one.name) for one in desks],
        assigns=bool(desks) and event.event.state is not EventState.CLOSED,
        place=behind_question_mark(place_in_list(request, "state")),
    )  # fmt: skip


def _back_to_list(request: Request, subject: RegistrationInEvent, told: Message) -> Response:
    place = place_in_list(request, "state")
    return redirect(request, "registrations", event=subject.event.slug, flash=told, query=place)


@dataclass(frozen=True)
class ListRow:
    """A line of the organisers' list, and what can be done with it."""

    row: RegistrationRow
    state: Message
    answers: list[Answer]
    acceptable: bool
    declinable: bool
    desk: Desk | None


def _of_this_event(db: Database, request: Request) -> RegistrationInEvent:
    found = get_registration(db, actor_of(db, request), request.path_params["registration"])
    if found.event.slug != request.path_params["event"]:
        raise NotFound()
    return found


def _for_its_organisers(db: Database, request: Request) -> RegistrationInEvent:
    """Desk officers decide on a page of their own: from here they would be sent to a list that is not theirs."""
    found = _of_this_event(db, request)
    refuse_strangers(actor_of(db, request), found)
    return found


@page(form=NoForm, again=show_all, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        subject = _for_its_organisers(db, request)
        accept_registration(db, actor_of(db, request), subject)
    accepted = subject.registration.state is RegistrationState.ACCEPTED
    told = _("Accepted. They are told.") if accepted else _("No place is free, so they wait for one now. They know.")
    return _back_to_list(request, subject, told)


@page(form=NoForm, again=show_all, signed_in=True)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        subject = _for_its_organisers(db, request)
        decline_registration(db, actor_of(db, request), subject)
    return _back_to_list(request, subject, _("Declined. They are told."))


@page(form=AssignForm, again=show_all, signed_in=True)
def assign_desk_now(request: Request, form: AssignForm) -> Response:
    with transaction() as db:
        actor, subject = actor_of(db, request), _of_this_event(db, request)
        desk = next((one for one in desks_of(db, subject.programme_id) if one.public_id == form.desk), None)
        if form.desk and desk is None:
            raise Invalid({"desk": _("Please choose one of the programme's desks.")})
        assign_desk(db, actor, subject, desk=desk)
    told = _("%(name)s looks after them now.", name=desk.name) if desk else _("They have no desk now.")
    return _back_to_list(request, subject, told)


@page(form=NoForm, again=show_mine, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        subject = _of_this_event(db, request)
        withdraw_registration(db, actor, subject)
    if subject.registration.person_id != actor.person:
        return redirect(request, "registrations", event=subject.event.slug, flash=_("Their place is free again."))
    gone = _("You gave your place back. Meetings that stood were called off.")
    return redirect(request, "my_registration", event=subject.event.slug, flash=gone)


@page(signed_in=True)
def export_all(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        table = table_of(db, actor, event, "registrations")
    content = write_csv(table.header, table.rows)
    return sent_table(content, f"{event.event.slug}-registrations.csv", "text/csv; charset=utf-8")
