"""How large an event's teams are, whether one may be enough, and when teams are locked."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.translation import _
from events.core.wall import from_wall, to_wall
from events.team_lists import forming_of
from events.team_rules import MOST_IN_A_TEAM, set_team_rules
from frontend.pages.blocks import whole_number
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class TeamRulesForm(Form):
    """Sizes, and the lock date on the clock of the event's zone; '' for none."""

    size_min: str = ""
    size_max: str = ""
    solo_allowed: str = ""
    lock_at: str = ""


@page(signed_in=True)
def edit_team_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        forming = forming_of(db, event)
    row, lock = event.event, event.event.teams_lock_at
    form = form.with_values(
        size_min=row.team_size_min, size_max=row.team_size_max, lock_at=to_wall(lock, event.zone) if lock else "",
        **({"solo_allowed": "yes"} if row.solo_allowed else {}),
    )  # fmt: skip
    refusal = why_not(actor, "set_team_rules", event)
    return render(
        request, "setup/teams.html", event=event, form=form, forming=forming, most=MOST_IN_A_TEAM,
        refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(form=TeamRulesForm, again=edit_team_rules, signed_in=True)
def set_team_rules_now(request: Request, form: TeamRulesForm) -> Response:
    least, most = whole_number(form.size_min, "size_min"), whole_number(form.size_max, "size_max")
    with transaction() as db:
        event = organised_event(db, request)
        lock = from_wall(form.lock_at, event.zone, "lock_at") if form.lock_at else None
        set_team_rules(
            db, actor_of(db, request), event, size_min=least, size_max=most, solo_allowed=bool(form.solo_allowed),
            lock_at=lock,
        )  # fmt: skip
    return redirect(request, "team_rules", event=event.event.slug, flash=_("Saved."))
