"""The call of a review as the page of its room shows it: how people see each other, who is in it, who was put out."""

from dataclasses import dataclass

from events.core.access import Actor
from events.core.database import Database
from events.people import people_by_id
from realtime.video.provider import Kind
from realtime.video.ways import provider_of, usable_ways
from sessions.peer_reviews.call_doors import ReviewInCall, call_of
from sessions.peer_reviews.reviews import ReviewInEvent, ReviewRole
from sessions.peer_reviews.rooms import call_of_review
from sessions.peer_reviews.visits import is_over, visits_in_review
from sessions.video import Chosen, Way


@dataclass(frozen=True)
class InCall:
    """Somebody who is in the call, or was put out of it; `person` is a public id."""

    person: str
    name: str
    is_me: bool = False
    leads: bool = False
    online: bool = True


@dataclass(frozen=True)
class ReviewCallShown:
    """What the page shows of the call. `is_here` says whether it is held on our own page, `link` where else; both are
    for who may come in. `holds` is how many it has places for, where more are in it."""

    subject: ReviewInCall
    chosen: Chosen
    epoch: int
    people: list[InCall]
    out: list[InCall]
    is_here: bool
    link: str
    is_out: bool
    holds: int


def review_call_shown(db: Database, actor: Actor, subject: ReviewInEvent) -> ReviewCallShown:
    """The call as somebody who is inside the review sees it."""
    call, (chosen, epoch) = call_of(db, subject), call_of_review(db, subject, usable_ways())
    here, caps = visits_in_review(db, subject.id), provider_of(chosen.way).caps
    is_out, named = actor.person in call.put_out, people_by_id(db, set(call.put_out))
    comes_in = not is_out and not is_over(subject)
    return ReviewCallShown(
        subject=call,
        chosen=chosen,
        epoch=epoch,
        people=[
            InCall(
                one.person, one.name, one.person_id == actor.person, one.role in {ReviewRole.MODERATOR, None},
                one.online,
            )
            for one in here
        ],
        out=[InCall(one.public_id, one.name) for one in named.values()],
        is_here=comes_in and caps.kind in (Kind.NATIVE, Kind.FRAME),
        link=chosen.link if comes_in and chosen.way is Way.LINK else "",
        is_out=is_out,
        holds=caps.most_speakers if chosen.way is not Way.OFF and len(here) > caps.most_speakers else 0,
    )  # fmt: skip
