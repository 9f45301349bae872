"""What organisers do to a team over its head: the page with who is in it, putting in and taking out, with a reason."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.refusals import NotFound
from events.core.translation import _
from events.interventions import (
    Intervened,
    interventions_in,
    people_without_team,
    put_into_team,
    take_out_of_team,
)
from events.people import find_by_public_id
from events.roles import organiser_of_event
from events.teams import members_of
from frontend.pages.teams import team_asked_for
from frontend.web import NOTHING, Filled, Form, page, redirect, render


class InterveneForm(Form):
    """Whom an organiser puts into a team or takes out, and why; `what` says which of the two forms it was."""

    what: str = ""
    person: str = ""
    reason: str = ""


@page(signed_in=True)
def show_members(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        if not organiser_of_event(actor, subject):
            raise NotFound()
        members = members_of(db, subject.id)
        free = people_without_team(db, actor, subject.event)
        done = interventions_in(db, actor, subject)
    sent_for = str(form.values.get("what", ""))
    return render(
        request, "teams/members.html", event=subject.event, subject=subject, form=form, members=members, free=free,
        done=done, put_in=Intervened.PUT_IN, most=subject.event.event.team_size_max, sent_for=sent_for,
        in_form=form if sent_for == "in" else NOTHING, out_form=form if sent_for == "out" else NOTHING,
    )  # fmt: skip


@page(form=InterveneForm, again=show_members, signed_in=True)
def put_in_now(request: Request, form: InterveneForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        put_into_team(db, actor, subject, person=form.person, reason=form.reason)
        person = find_by_public_id(db, form.person)
    said = _("%(name)s is in the team now. Everybody concerned gets a letter.", name=person.name if person else "")
    return redirect(request, "team_members", event=subject.event.event.slug, team=subject.team.public_id, flash=said)


@page(form=InterveneForm, again=show_members, signed_in=True)
def take_out_now(request: Request, form: InterveneForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        last = len(members_of(db, subject.id)) == 1
        take_out_of_team(db, actor, subject, person=form.person, reason=form.reason)
    slug, said = subject.event.event.slug, _("Taken out of the team. Everybody concerned gets a letter.")
    if last:  # the team may be gone with its last member
        return redirect(request, "teams", event=slug, flash=said)
    return redirect(request, "team_members", event=slug, team=subject.team.public_id, flash=said)
