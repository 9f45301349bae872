"""A judge's pages: what waits, giving points, ordering, comparing, skipping, flagging, declaring a conflict."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core import clock
from events.core.access import Actor, why_not
from events.core.columns import random_id
from events.core.database import Database, reading, transaction
from events.core.files import content_of
from events.core.links import path
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import At, Message, _
from events.rounds.consensus import panels_for
from events.rounds.desk import (
    DeskLine,
    ReadWork,
    WorkForJudge,
    about_work,
    desk_of,
    get_work,
    get_work_file,
    read_works,
)
from events.rounds.flags import FLAG_REASONS, FlagReason, find_flagged, flag_submission
from events.rounds.one_more import ask_for_one_more, more_for
from events.rounds.rounds import (
    POINTS_SCHEMES,
    RoundInEvent,
    RoundSubmission,
    Scheme,
    criteria_of,
    judge_of_round,
)
from events.rounds.scoring import (
    compare_submissions,
    comparison_said,
    declare_conflict,
    last_comparison,
    list_said,
    order_submissions,
    pair_for,
    points_said,
    score_submission,
    skip_said,
    skip_submission,
    undo_comparison,
    undo_last,
    vote_sent,
)
from events.rounds.votes import (
    SKIP_REASONS,
    WHOLE_LIST,
    OutOfDate,
    RoundVote,
    Said,
    SkipReason,
    VoteKind,
    find_replayed,
    find_vote,
    last_about,
)
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.rounds import the_round, words
from frontend.rendering import remember_flash
from frontend.round_form import Typed
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, page, redirect, render, wants_json

MOST_CHOICES = 11
A_WHOLE_NUMBER = _("Please write a whole number: 1 for the best.")


class VoteForm(Form):
    """What every vote carries: which version of it was on the page, the sender's own id, and which versions of
    submissions the page showed ('3-1 7-2': the first of number 3 and the second of number 7)."""

    seen: int = Field(0, ge=0, le=1_000_000)
    client_id: str = ""
    read: str = Field("", max_length=20_000)

    def having_read(self) -> dict[int, int]:
        """By number of the submission the version that the page showed."""
        pairs = [one.split("-") for one in self.read.split()]
        if not all(len(one) == 2 and all(n.isascii() and n.isdecimal() and len(n) < 6 for n in one) for one in pairs):
            raise OutOfDate()
        return {int(number): int(version) for number, version in pairs}


class ScoreForm(VoteForm):
    """Points by criterion ('points-1') in `answers`, words to the team and to the organisers."""

    takes_answers: ClassVar[bool] = True
    comment: str = ""
    note: str = ""
    answers: dict[str, str] = Field(default_factory=dict)


class SkipForm(VoteForm):
    """Why somebody does not judge this."""

    reason: SkipReason = SkipReason.OTHER
    skip_note: str = ""


class FlagForm(Form):
    """What organisers should look at, and the sender's own id."""

    client_id: str = ""
    flag_reason: FlagReason = FlagReason.OTHER
    flag_text: str = ""


class ConflictForm(Form):
    """Why somebody should not judge this."""

    reason: str = ""


class ListForm(VoteForm):
    """Places by number of submission ('place-7') in `answers`."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


class CompareForm(VoteForm):
    """Two numbers, and which is better: 'first', 'second' or 'neither'."""

    first: int = 0
    second: int = 0
    better: str = ""


class UndoForm(VoteForm):
    """The id under which that was sent which is taken back; empty: the last that stands."""

    of: str = Field("", max_length=80)


def _mine(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = the_round(db, request)
    if not judge_of_round(actor, subject):
        raise NotFound()
    return actor, subject


def _work(db: Database, request: Request) -> tuple[Actor, RoundInEvent, WorkForJudge]:
    actor, subject = _mine(db, request)
    return actor, subject, get_work(db, actor, subject, request.path_params["work"])


def new_client_id() -> str:
    """An id for a vote that is about to be given."""
    return random_id("v")


@page(signed_in=True, guests=True)
def show_mine(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _mine(db, request)
        desk = desk_of(db, actor, subject)
        if subject.round.scheme is Scheme.PAIRWISE:
            return _pair(db, request, actor, subject, form)
        latest = desk.votes.get(WHOLE_LIST)
        more = more_for(db, actor, subject, desk)
        panels = len(panels_for(db, actor, subject))
    closed = why_not(actor, "order_submissions", subject)
    common: dict[str, Any] = {
        "panels": panels,
        "event": subject.event, "subject": subject, "desk": desk, "form": form,
        "closed": closed.message if closed is not None else "", "me": actor.person, "more": more, **words(),
    }  # fmt: skip
    if subject.round.scheme is Scheme.RANKING:
        placed = _places_of(latest)
        form = form.with_values(**{f"place-{number}": place for number, place in placed.items()})
        ordered = sorted(desk.lines, key=lambda one: (placed.get(one.number, 10_000), one.number))
        common |= {
            "form": form, "lines": ordered, "seen": latest.number if latest else 0, "client_id": new_client_id(),
            "read": read_by(desk.lines), "stale": _places_of(_stale(form, latest)),
        }  # fmt: skip
        return render(request, "judging/list.html", **common)
    shown = page_of(desk.lines, page_number(request))
    return render(request, "judging/mine.html", shown=shown, base=f"{request.url.path}?page=", **common)


def read_by(shown: Iterable[DeskLine | ReadWork]) -> str:
    """Which versions a page shows, as its form says so."""
    return " ".join(f"{one.number}-{one.version}" for one in shown if one.version)


def _places_of(vote: RoundVote | None) -> dict[int, int]:
    if vote is None or vote.kind is not VoteKind.LIST:
        return {}
    return {number: place for place, ones in enumerate(vote.content["places"], 1) for number in ones}


def _pair(db: Database, request: Request, actor: Actor, subject: RoundInEvent, form: Filled) -> Response:
    desk = desk_of(db, actor, subject)
    closed = why_not(actor, "compare_submissions", subject)
    found = pair_for(db, actor, subject) if closed is None else None
    rows: Sequence[RoundSubmission] = [found.first, found.second] if found else []
    read = read_works(db, subject, rows)
    last = last_comparison(db, actor, subject)
    made = sum(1 for one in desk.votes.values() if one.kind is VoteKind.COMPARISON)
    return render(
        request, "judging/pairs.html", event=subject.event, subject=subject, form=form, made=made,
        pair=[read[one.number] for one in rows], anew=found is not None and found.anew, me=actor.person,
        read=read_by(read.values()), changed=desk.changed,
        closed=closed.message if closed is not None else "",
        client_id=new_client_id(), undo_id=new_client_id(), last=last.client_id if last else "",
        several=len(desk.lines) > 1,
        skipped=[one for one in desk.lines if one.progress == "skipped"], **words(),
    )  # fmt: skip


@page(signed_in=True, guests=True)
def show_work(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject, work = _work(db, request)
        desk = desk_of(db, actor, subject)
        says = read_works(db, work, [work.row])[work.row.number]
        latest = last_about(db, subject.id, actor.person or 0, work.about)
        criteria = criteria_of(db, subject.id) if subject.round.scheme in POINTS_SCHEMES else []
    closed = why_not(actor, "score_submission", work)
    shown, stale = form.with_values(**_values(latest)), _stale(form, latest)
    others = [one for one in desk.lines if one.number != work.row.number and one.progress in ("waiting", "begun")]
    return render(
        request, "judging/work.html", event=subject.event, subject=subject, work=work, says=says, form=shown,
        criteria=criteria, choices=choices_of(subject), rule=subject.round.rule, latest=latest, stale=stale,
        seen=latest.number if latest else 0, client_id=new_client_id(), undo_id=new_client_id(),
        skip_id=new_client_id(), flag_id=new_client_id(), read=read_by([says]),
        changed=any(one.changed for one in desk.lines if one.number == work.row.number),
        closed=closed.message if closed is not None else "", desk=desk,
        next=others[0] if others else None, skip_reasons=[(one.value, name) for one, name in SKIP_REASONS.items()],
        flag_reasons=[(one.value, name) for one, name in FLAG_REASONS.items()], me=actor.person,
        skipped=latest is not None and latest.kind is VoteKind.SKIP,
        undoable=latest is not None and latest.kind is not VoteKind.UNDONE, **words(),
    )  # fmt: skip


def _values(latest: RoundVote | None) -> dict[str, Any]:
    if latest is None or latest.kind is not VoteKind.SCORE:
        return {}
    points = {f"points-{number}": f"{given:g}" for number, given in latest.content["points"].items()}
    return {**points, "comment": latest.comment, "note": latest.note}


def _stale(form: Filled, latest: RoundVote | None) -> RoundVote | None:
    """What was given elsewhere meanwhile, where that is why a form comes back."""
    if latest is None or not form.refused or str(form.values.get("seen", "")) == str(latest.number):
        return None
    return latest


def choices_of(subject: RoundInEvent) -> list[str]:
    """The steps of the scale as buttons, where they are few enough; else a field for a number."""
    if subject.round.scheme not in POINTS_SCHEMES:
        return []
    rule = subject.round.rule
    count = round((rule["most"] - rule["least"]) / rule["step"]) + 1
    if count > MOST_CHOICES:
        return []
    return [f"{rule['least'] + number * rule['step']:g}" for number in range(count)]


Give = Callable[[Database, Actor, RoundInEvent, WorkForJudge], RoundVote]
Say = Callable[[str], Said]


def _give(request: Request, client_id: str, say: Say, step: Give, told: Message) -> Response:
    """Do something with a submission; what came before under the same id in the same words (`say`) is in already, even
    if the round has been closed since."""
    public = request.path_params["work"]
    with transaction() as db:
        actor, subject = _mine(db, request)
        vote = find_replayed(db, subject.id, actor.person, say(about_work(db, subject, public)), client_id)
        if vote is None:
            vote = step(db, actor, subject, get_work(db, actor, subject, public))
        desk = desk_of(db, actor, subject)
    where = desk.next
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    if where is None or subject.round.scheme is Scheme.PAIRWISE:
        return taken(request, vote.given_at, vote.number, told, "my_judging", **here)
    return taken(request, vote.given_at, vote.number, told, "judge_work", work=where.public_id, **here)


def taken(request: Request, at: datetime, seen: int, told: Message, name: str, **ids: str) -> Response:
    """On to the next page; the page's own script, which also sends what was typed while the network was away, is told
    where that is."""
    if not wants_json(request):
        return redirect(request, name, flash=told, **ids)
    saved = str(_("Saved at %(time)s", time=At(at)))
    said = {"ok": True, "seen": seen, "message": saved, "next_id": new_client_id(), "then": path(name, **ids)}
    response = JSONResponse(said)
    remember_flash(response, "ok", str(told))
    return response


@page(form=ScoreForm, again=show_work, signed_in=True, guests=True)
def score_now(request: Request, form: ScoreForm) -> Response:
    points = _points(form)

    def step(db: Database, actor: Actor, subject: RoundInEvent, work: WorkForJudge) -> RoundVote:
        return score_submission(
            db, actor, work, points=points, comment=form.comment, note=form.note, seen=form.seen,
            client_id=form.client_id, read=form.having_read(),
        )  # fmt: skip

    def say(about: str) -> Said:
        return points_said(about, points, form.comment, form.note)

    whole = bool(points) and None not in points.values()
    told = _("Saved.") if whole else _("Saved. It counts when every criterion has points.")
    return _give(request, form.client_id, say, step, told)


def _points(form: ScoreForm) -> dict[int, float | None]:
    typed, found = Typed(form.answers), {}
    for name in form.answers:
        field, _dash, number = name.partition("-")
        if field == "points" and number.isascii() and number.isdecimal() and len(number) < 4:
            given = form.answers[name].strip()
            found[int(number)] = typed.number(name) if given else None
    if typed.wrong:
        raise Invalid(typed.wrong)
    return found


@page(form=SkipForm, again=show_work, signed_in=True, guests=True)
def skip_now(request: Request, form: SkipForm) -> Response:
    def step(db: Database, actor: Actor, subject: RoundInEvent, work: WorkForJudge) -> RoundVote:
        return skip_submission(
            db, actor, work, reason=form.reason, note=form.skip_note, seen=form.seen, client_id=form.client_id,
            read=form.having_read(),
        )  # fmt: skip

    def say(about: str) -> Said:
        return skip_said(about, form.reason, form.skip_note)

    return _give(request, form.client_id, say, step, _("Skipped. You can still come back to it."))


@page(form=UndoForm, again=show_work, signed_in=True, guests=True)
def undo_now(request: Request, form: UndoForm) -> Response:
    """Go back to what was said before; what never arrived, or is taken back already, is as it should be."""
    public = request.path_params["work"]
    with transaction() as db:
        actor, subject = _mine(db, request)
        about, vote = about_work(db, subject, public), find_vote(db, actor.person, form.client_id)
        if vote is None or (vote.round_id, vote.about) != (subject.id, about):
            work = get_work(db, actor, subject, public)
            if form.of and vote_sent(db, actor, subject, form.of) is None:
                vote = last_about(db, subject.id, actor.person or 0, about)
            else:
                vote = undo_last(db, actor, work, seen=form.seen, client_id=form.client_id, of=form.of)
    here = {"event": subject.event.event.slug, "round": subject.round.public_id, "work": public}
    at, number = (vote.given_at, vote.number) if vote is not None else (clock.now(), 0)
    return taken(request, at, number, _("Taken back."), "judge_work", **here)


@page(form=FlagForm, again=show_work, signed_in=True, guests=True)
def flag_now(request: Request, form: FlagForm) -> Response:
    with transaction() as db:
        actor, subject = _mine(db, request)
        public = request.path_params["work"]
        flag = find_flagged(db, subject.id, actor.person, public, form.flag_reason, form.flag_text, form.client_id)
        if flag is None:
            work = get_work(db, actor, subject, public)
            flag = flag_submission(
                db, actor, work, reason=form.flag_reason, text=form.flag_text, client_id=form.client_id
            )
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    told = _("The organisers look at it.")
    return taken(request, flag.flagged_at, 0, told, "judge_work", work=public, **here)


@page(form=ConflictForm, again=show_work, signed_in=True, guests=True)
def declare_now(request: Request, form: ConflictForm) -> Response:
    with transaction() as db:
        actor, subject, work = _work(db, request)
        scored = declare_conflict(db, actor, work, reason=form.reason)
    told = _("Declared. You do not see this submission any more.")
    if scored:
        told = _("Declared. What you gave this submission does not count any more, and you do not see it any more.")
    return redirect(request, "my_judging", event=subject.event.event.slug, round=subject.round.public_id, flash=told)


@page(form=NoForm, again=show_mine, signed_in=True, guests=True)
def one_more_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _mine(db, request)
        work = ask_for_one_more(db, actor, subject)
    return redirect(
        request, "judge_work", event=subject.event.event.slug, round=subject.round.public_id, work=work.public_id,
        flash=_("Here is one more for you."),
    )  # fmt: skip


@page(signed_in=True, guests=True)
def send_file(request: Request) -> Response:
    with reading() as db:
        _actor, _subject, work = _work(db, request)
        stored = get_work_file(db, work, request.path_params["file"])
        content = content_of(stored)
    return attachment(content, stored.name, stored.media_type)


@page(form=ListForm, again=show_mine, signed_in=True, guests=True)
def order_now(request: Request, form: ListForm) -> Response:
    places = _typed_places(form.answers)
    with transaction() as db:
        actor, subject = _mine(db, request)
        vote = find_replayed(db, subject.id, actor.person, list_said(places), form.client_id)
        if vote is None:
            vote = order_submissions(
                db, actor, subject, places=places, seen=form.seen, client_id=form.client_id, read=form.having_read()
            )
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    return taken(request, vote.given_at, vote.number, _("Saved."), "my_judging", **here)


def _typed_places(answers: dict[str, str]) -> list[list[int]]:
    """Who stands in which place, best first; refuses what is no place."""
    found: dict[int, list[int]] = {}
    wrong: dict[str, Message | str] = {}
    for name, text in answers.items():
        field, _dash, number = name.partition("-")
        if field != "place" or not (number.isascii() and number.isdecimal() and len(number) < 6) or not text.strip():
            continue
        place = text.strip()
        if not (place.isascii() and place.isdecimal() and len(place) < 5 and int(place)):
            wrong[name] = A_WHOLE_NUMBER
            continue
        found.setdefault(int(place), []).append(int(number))
    if wrong:
        raise Invalid(wrong)
    return [sorted(found[place]) for place in sorted(found)]


@page(form=CompareForm, again=show_mine, signed_in=True, guests=True)
def compare_now(request: Request, form: CompareForm) -> Response:
    better = {"first": form.first, "second": form.second, "neither": None}
    if form.better not in better:
        raise Invalid({"better": _("Say which of the two is better, or that neither is.")})
    said = comparison_said(form.first, form.second, better[form.better])
    with transaction() as db:
        actor, subject = _mine(db, request)
        vote = find_replayed(db, subject.id, actor.person, said, form.client_id)
        if vote is None:
            vote = compare_submissions(
                db, actor, subject, first=form.first, second=form.second, better=better[form.better],
                client_id=form.client_id, read=form.having_read(),
            )  # fmt: skip
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    return taken(request, vote.given_at, vote.number, _("Noted. Here are the next two."), "my_judging", **here)


@page(form=UndoForm, again=show_mine, signed_in=True, guests=True)
def undo_comparison_now(request: Request, form: UndoForm) -> Response:
    """Take a comparison back; one that never arrived, or is taken back already, is as it should be."""
    with transaction() as db:
        actor, subject = _mine(db, request)
        vote = find_vote(db, actor.person, form.client_id)
        done = vote is not None and (vote.round_id, vote.kind) == (subject.id, VoteKind.UNDONE)
        if not done and not (form.of and vote_sent(db, actor, subject, form.of) is None):
            undo_comparison(db, actor, subject, client_id=form.client_id, of=form.of)
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    return taken(request, clock.now(), 0, _("Your last comparison is taken back."), "my_judging", **here)
