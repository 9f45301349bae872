"""An event's public page as somebody else would see it: a visitor, a participant of each type, each of its roles.

Nothing can be done in a preview: it is one page that only reads, and the rights of who looks at it stay theirs.
"""

import re
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
from events.roles import ROLE_NAMES, Role, Scope
from frontend.pages.events import render_event, standing_of, what_an_event_shows
from frontend.pages.setup.shared import organised_event
from frontend.steps import Standing, Step, call_to_action
from frontend.web import actor_of, page

# Nobody: no row has this id, so that nothing of anybody is shown as theirs.
SOMEBODY = 0
SEEN = (Role.CHALLENGE_OWNER, Role.MENTOR, Role.JUDGE)
# Between these the page is what others see; they are taken out again before it is sent.
BEGINS, ENDS = "~ preview begins ~", "~ preview ends ~"
LINK = re.compile(r'(<a\b[^>]*?) href="(?!#)[^"]*"')


@dataclass(frozen=True)
class Preview:
    """As whom the page is seen, and the links to the others."""

    label: Message | str
    roles: list[tuple[Message | str, str, bool]]
    begins: str = BEGINS
    ends: str = ENDS


@dataclass(frozen=True)
class SeenAs:
    """A role in which an event's page can be looked at."""

    code: str
    label: Message | str
    actor: Actor
    type: ParticipationType | None = None


def _roles(event: EventWithPhases, types: list[ParticipationType]) -> list[SeenAs]:
    member = Actor(SOMEBODY, frozenset({Tie("participant", "event", event.id)}))
    return [
        SeenAs("visitor", _("Visitor"), VISITOR),
        *(SeenAs(f"type-{one.code}", _("Registered as %(type)s", type=one.name), member, one) for one in types),
        *(SeenAs(role.value.replace(" ", "-"), ROLE_NAMES[role], _holding(event, role)) for role in SEEN),
    ]


def _holding(event: EventWithPhases, role: Role) -> Actor:
    return Actor(SOMEBODY, frozenset({Tie(role, Scope.EVENT, event.id)}))


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
    return _without_links(render_event(request, public, step, shown, preview=Preview(seen_as.label, links)))


def _without_links(response: Response) -> Response:
    """The same page with links between the marks that lead nowhere: they would lead to pages as the organiser sees
    them, with buttons that act in their own name."""
    before, _begins, rest = bytes(response.body).decode().partition(BEGINS)
    seen, _ends, after = rest.rpartition(ENDS)
    seen = LINK.sub(r'\1 role="link" aria-disabled="true"', seen)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(before + seen + after, response.status_code, headers)


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
