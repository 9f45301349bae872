"""Who judges what in a round: naming and replacing judges, assigning by the engine and by hand, conflicts."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may, why_not
from events.core.database import Database, reading, transaction
from events.core.paging import page_of
from events.core.refusals import Invalid
from events.core.translation import N_, Message, _
from events.judging.assignment import Assignment
from events.judging.words import shortage_in_words
from events.people import find_by_public_id
from events.reference.languages import language_name
from events.rounds.assigning import (
    ASSIGNED_SCHEMES,
    assign_by_hand,
    assign_judges,
    replace_judge,
    take_from_judge,
    work_in,
)
from events.rounds.boards import board_of
from events.rounds.conflicts import KIND_NAMES, dismiss_conflict, note_mentor, team_of_submission
from events.rounds.guests import LinkState, guests_of, usual_days
from events.rounds.judges import judges_to_name, name_judge
from events.rounds.matching import matching_in
from events.rounds.rounds import RoundInEvent
from events.rounds.standings import works_of
from frontend.pages.events import page_number
from frontend.pages.rounds import ROWS, organised_round, to_round, words
from frontend.web import NOTHING, Filled, Form, page, render

LINK_STATES: dict[LinkState, tuple[Message, str, str]] = {
    LinkState.WORKS: (_("Works"), "check", "ok"),
    LinkState.USED_UP: (_("Used up"), "half", "warn"),
    LinkState.EXPIRED: (_("Expired"), "bar", "plain"),
    LinkState.REVOKED: (_("Ended"), "cross", "plain"),
}


class JudgeForm(Form):
    """Somebody who judges, with their limit."""

    person: str = ""
    most: str = ""
    why: str = ""


class ReplaceForm(Form):
    """Who goes, who takes over ('' nobody), and whether what was given counts."""

    person: str = ""
    by: str = ""
    counts: str = ""


class PairForm(Form):
    """A judge and a submission of the round."""

    person: str = ""
    work: str = ""


class AssignForm(Form):
    """Whether what is assigned and not judged yet is given away anew."""

    anew: str = ""


class ConflictForm(Form):
    """A declared conflict of interest."""

    conflict: str = ""


def _person(db: Database, public: str, field: str = "person") -> int:
    found = find_by_public_id(db, public) if public else None
    if found is None or found.id is None:
        raise Invalid({field: _("Please choose somebody from the list.")})
    return found.id


@page(signed_in=True)
def show_judges(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        board = board_of(db, actor, subject)
        known = {one.judge.person_id for one in board.judges if one.judge.judges}
        guests, days = guests_of(db, subject.id), usual_days(subject)
        shown = page_of(board.rows, page_number(request), size=ROWS)
        known_of = matching_in(db, subject, known, [one.work.submission.id or 0 for one in shown.rows])
        free = [one for one in judges_to_name(db, subject.event) if one.id not in known]
    refusal = why_not(actor, "name_judge", subject)
    return render(
        request, "rounds/judges.html", event=subject.event, subject=subject, board=board, form=form,
        rows=shown, known_of=known_of, language_name=language_name, base=f"{request.url.path}?page=",
        free=[(one.public_id, one.name or one.email) for one in free],
        inside=[(one.judge.public_id, one.judge.name) for one in board.judges if one.judge.judges],
        works=[(one.work.row.public_id, f"{one.work.number}. {one.work.title} ({one.work.team.name})")
               for one in board.rows],
        assigned=subject.round.scheme in ASSIGNED_SCHEMES, may_name=refusal is None,
        may_assign=may(actor, "assign_judges", subject), why_not=refusal.message if refusal else "",
        kind_names=KIND_NAMES, guests=guests, guest_ids={one.person_id for one in guests}, usual_days=days,
        may_invite=may(actor, "invite_guest_judge", subject), link_states=LINK_STATES, **words(),
    )  # fmt: skip


@page(form=JudgeForm, again=show_judges, signed_in=True)
def name_now(request: Request, form: JudgeForm) -> Response:
    if form.most and not (form.most.isascii() and form.most.isdecimal() and len(form.most) < 6):
        raise Invalid({"most": _("Please write a number from 1 to 1000, or leave it empty for no limit.")})
    with transaction() as db:
        actor, subject = organised_round(db, request)
        person = _person(db, form.person)
        name_judge(db, actor, subject, person_id=person, most=int(form.most) if form.most else None,
                   why=form.why)  # fmt: skip
    return to_round(
        request, subject, _("Saved. Assign the submissions again so that they get their part."), "round_judges"
    )


@page(form=ReplaceForm, again=show_judges, signed_in=True)
def replace_now(request: Request, form: ReplaceForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        person = _person(db, form.person)
        by = _person(db, form.by, "by") if form.by else None
        left = replace_judge(db, actor, subject, person_id=person, by_id=by, counts=bool(form.counts))
    told: Message = _("They judge no more. What they gave is kept.")
    if left:
        told = N_(
            "They judge no more. %(count)s submission is without them now: assign again.",
            "They judge no more. %(count)s submissions are without them now: assign again.",
            len(left),
        )
    return to_round(request, subject, told, "round_judges")


@page(form=AssignForm, again=show_judges, signed_in=True)
def assign_now(request: Request, form: AssignForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        found = assign_judges(db, actor, subject, anew=bool(form.anew))
        names = {one.submission.id or 0: one.title for one in works_of(db, subject.id).values()}
    return _assigned(request, subject, found, names)


def _assigned(request: Request, subject: RoundInEvent, found: Assignment, names: Mapping[int, str]) -> Response:
    """All is well, or a page that says of each submission what it lacks and why."""
    if not found.shortages:
        told = _("Assigned: %(least)s to %(most)s submissions for each judge.", least=found.balance.least,
                 most=found.balance.most)  # fmt: skip
        return to_round(request, subject, told, "round_judges")
    said = [
        (
            names[one.submission],
            shortage_in_words(one, names[one.submission], language_name(one.language) if one.language else None),
        )
        for one in found.shortages
    ]
    return render(request, "rounds/shortages.html", event=subject.event, subject=subject, found=found, said=said)


@page(form=PairForm, again=show_judges, signed_in=True)
def assign_by_hand_now(request: Request, form: PairForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        assign_by_hand(db, actor, subject, person_id=_person(db, form.person), submission=form.work)
    return to_round(request, subject, _("Assigned."), "round_judges")


@page(form=PairForm, again=show_judges, signed_in=True)
def take_now(request: Request, form: PairForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        take_from_judge(db, actor, subject, person_id=_person(db, form.person), submission=form.work)
    return to_round(request, subject, _("Taken from this judge."), "round_judges")


@page(form=ConflictForm, again=show_judges, signed_in=True)
def dismiss_now(request: Request, form: ConflictForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        dismiss_conflict(db, actor, subject, conflict=form.conflict)
    return to_round(request, subject, _("Dismissed. What the judge gave counts again."), "round_judges")


@page(form=PairForm, again=show_judges, signed_in=True)
def note_mentor_now(request: Request, form: PairForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        person = _person(db, form.person)
        row = work_in(db, subject.id, form.work)
        note_mentor(db, actor, team_of_submission(db, subject.event, row.submission_id), person_id=person)
    return to_round(request, subject, _("Noted. They do not judge this team."), "round_judges")
