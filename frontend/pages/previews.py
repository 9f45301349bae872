"""An event's public page as somebody else would see it: a visitor, a participant of each type, a judge.

Nothing can be done in a preview: it is one page that only reads, and the rights of who looks at it stay theirs.
"""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import VISITOR, Actor, Tie
from events.core.database import reading
from events.core.links import path
from events.core.translation import Message, _
from events.events import EventState, EventWithPhases
from events.registration import ParticipationType, Registration, RegistrationState, types_of
from events.roles import Role, Scope
from frontend.pages.events import render_event, standing_of, what_an_event_shows
from frontend.pages.setup.shared import organised_event
from frontend.steps import Standing, Step, call_to_action
from frontend.web import actor_of, page

# Nobody: no row has this id, so that nothing of anybody is shown as theirs.
SOMEBODY = 0


@dataclass(frozen=True)
class Preview:
    """As whom the page is seen, and the links to the others."""

    label: Message | str
    roles: list[tuple[Message | str, str, bool]]


@dataclass(frozen=True)
class SeenAs:
    """A role in which an event's page can be looked at."""

    code: str
    label: Message | str
    actor: Actor
    type: ParticipationType | None = None


def _roles(event: EventWithPhases, types: list[ParticipationType]) -> list[SeenAs]:
    judge = Actor(SOMEBODY, frozenset({Tie(Role.JUDGE, Scope.EVENT, event.id)}))
    member = Actor(SOMEBODY, frozenset({Tie("participant", "event", event.id)}))
    return [
        SeenAs("visitor", _("Visitor"), VISITOR),
        *(SeenAs(f"type-{one.code}", one.name, member, one) for one in types),
        SeenAs("judge", _("Judge"), judge),
    ]


@page(signed_in=True)
def show_preview(request: Request) -> Response:
    asked = request.query_params.get("as", "visitor")
    with reading() as db:
        event = organised_event(db, request)
        roles = _roles(event, types_of(db, event.id))
        seen_as = next((one for one in roles if one.code == asked), roles[0])
        public = _as_published(event)
        standing = standing_of(db, seen_as.actor, public, clock.now())
        shown = what_an_event_shows(db, seen_as.actor, public)
        actor_of(db, request)
    step = _without_deeds(call_to_action(_standing_as(standing, seen_as)))
    base = path("preview", event=event.event.slug)
    links = [(one.label, f"{base}?as={one.code}", one is seen_as) for one in roles]
    return render_event(request, public, step, shown, preview=Preview(seen_as.label, links))


def _as_published(event: EventWithPhases) -> EventWithPhases:
    """A draft as it will look once it is published; a copy, in no database."""
    if event.event.state is not EventState.DRAFT:
        return event
    row = type(event.event).model_validate(event.event.model_dump() | {"state": EventState.PUBLISHED})
    return EventWithPhases(row, event.phases)


def _standing_as(standing: Standing, seen_as: SeenAs) -> Standing:
    if seen_as.type is None:
        return standing
    place = Registration(
        event_id=standing.subject.id, person_id=SOMEBODY, type_id=seen_as.type.id or 0,
        state=RegistrationState.ACCEPTED, registered_at=clock.now(),
    )  # fmt: skip
    return replace(standing, registration=place)


def _without_deeds(step: Step) -> Step:
    """The same, with what they could do as words and not as buttons."""
    offered = [str(one) for one in (step.action, step.other) if one]
    why = _("%(why)s They can choose: %(actions)s.", why=step.why, actions=" / ".join(offered)) if offered else step.why
    return replace(step, why=why, action="", url="", other="", other_url="")
