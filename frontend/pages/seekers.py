"""People who look for a team: the list, and what one says about oneself."""

from collections.abc import Sequence

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.challenges import challenge_titles
from events.core.access import may, why_not
from events.core.database import reading, transaction
from events.core.refusals import Conflict
from events.core.translation import _
from events.events import get_event
from events.people import get_person
from events.reference.languages import language_name
from events.reference.skills import skill_label
from events.seekers import (
    MOST_WISHES,
    find_seeker,
    languages_of_seekers,
    look_for_team,
    own_wishes,
    people_to_wish_for,
    seekers_of,
    stop_looking,
)
from events.teams import InTeamAlready, TeamInEvent, see_teams, team_of
from frontend import choices
from frontend.addresses import asked, page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.teams import skill_options
from frontend.showing import only_if_may
from frontend.team_tabs import team_tabs
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

RANKS = range(1, MOST_WISHES + 1)


class SeekerForm(Form):
    """What somebody brings to a team, and wishes for."""

    skills: list[str] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    about: str = ""
    challenge_1: str = ""
    challenge_2: str = ""
    challenge_3: str = ""
    person_1: str = ""
    person_2: str = ""
    person_3: str = ""
    apart_1: str = ""
    apart_2: str = ""
    apart_3: str = ""

    def ranked(self, what: str) -> list[str]:
        """What was chosen as first, second and third, without gaps."""
        return [one for rank in RANKS if (one := getattr(self, f"{what}_{rank}"))]


@page()
def show_seekers(request: Request, form: Filled = NOTHING) -> Response:
    question = asked(request, "skill", "language")
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        found = seekers_of(
            db, actor, event, skill=question["skill"], language=question["language"], page=page_number(request)
        )
        own, me = team_of(db, actor.person, event.id), find_seeker(db, event.id, actor.person)
        spoken = languages_of_seekers(db, event.id) if see_teams(actor, event) else set()
    seeking = why_not(actor, "look_for_team", event)
    return render(
        request, "teams/seekers.html", event=event, form=form, found=found, question=question,
        filtered=any(question.values()), base=page_base(request, question), sees=see_teams(actor, event),
        skills=skill_options(), languages=[one for one in choices.languages() if one[0] in spoken],
        skill_label=skill_label, language_name=language_name, own=own, looks=me is not None and me.looks,
        may_invite=own is not None and may(actor, "invite_seeker", TeamInEvent(own, event)),
        may_seek=own is None and seeking is None, tabs_of_teams=team_tabs(actor, event, "seekers"),
        why_not_seek=seeking.message if own is None and isinstance(seeking, Conflict) else "",
    )  # fmt: skip


def _chosen(what: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{what}_{rank}": values[rank - 1] if rank <= len(values) else "" for rank in RANKS}


@page(signed_in=True)
def edit_own(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        only_if_may(actor, "look_for_team", event)
        if team_of(db, actor.person, event.id) is not None:
            raise InTeamAlready
        me, wishes = find_seeker(db, event.id, actor.person), own_wishes(db, actor, event)
        person = get_person(db, actor.person)
        people, titles = people_to_wish_for(db, actor, event), challenge_titles(db, event.id)
    form = form.with_values(
        skills=me.skills if me else [], languages=me.languages if me else person.languages,
        about=me.about if me else "", **_chosen("challenge", wishes.challenges), **_chosen("person", wishes.people),
        **_chosen("apart", wishes.apart),
    )  # fmt: skip
    return render(
        request, "teams/seek.html", event=event, form=form, skills=skill_options(), languages=choices.languages(),
        titles=titles, people=people, looks=me is not None and me.looks, ranks=RANKS,
    )  # fmt: skip


@page(form=SeekerForm, again=edit_own, signed_in=True)
def look_now(request: Request, form: SeekerForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        look_for_team(
            db, actor, event, skills=form.skills, languages=form.languages, about=form.about,
            challenges=form.ranked("challenge"), people=form.ranked("person"), apart=form.ranked("apart"),
        )  # fmt: skip
    told = _("Teams find you now. You can ask teams yourself at the same time.")
    return redirect(request, "seekers", event=event.event.slug, flash=told)


@page(form=NoForm, again=show_seekers, signed_in=True)
def stop_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        stop_looking(db, actor, event)
    return redirect(request, "seekers", event=event.event.slug, flash=_("You are not on the list any more."))
