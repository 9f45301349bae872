"""What the call of a speed networking asks of the database: coming in, who talks with whom, who is out.

Everybody in it comes in once and stays; what changes from round to round is whom they see. So a message is made for
each visit by itself, and signals go to whoever is in the same pair by the rows of now, and to nobody else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.settings import settings
from events.core.tokens import same, signature
from events.people import people_by_id
from events.roles import actor_for
from realtime.call_rows import Message, RoomNow, Seated
from realtime.video.provider import Guest, RoomSpec
from sessions.networking.rows import (
    Networking,
    NetworkingInEvent,
    NetworkingVisit,
    doors_open,
    get_networking,
    last_round,
    locked,
    networking_by_id,
    take_part,
)
from sessions.networking.rows import changed as note_change
from sessions.networking.shown import Phase, moments_of, pairs_now
from sessions.networking.visits import (
    NetworkingVisitCard,
    enter_networking,
    look_soon,
    lost_networking_visits,
    networking_visits,
)
from sessions.video import Chosen, Way, video_rules_of
from sessions.visit_lines import AWAY, Lost, end_visits, note_line_broken, note_seen

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NetworkingNow(RoomNow):
    """A speed networking at a moment: `together` are the visits that see each other, by visit."""

    together: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_shared(self) -> bool:
        """Each visit is told of its own pair."""
        return False

    def heard_by(self, visit: str) -> frozenset[str]:
        """Whom signals of a visit may reach: the others in its pair."""
        return self.together.get(visit, frozenset()) - {visit}

    def message_for(self, visit: str) -> Message:
        """What a visit is told: of the people, its own pair and itself."""
        shown = self.together.get(visit, frozenset()) | {visit}
        return {**self.message, "peers": [one for one in self.message["peers"] if one["id"] in shown]}


def proof_of(public: str, visit: str, person: int) -> str:
    """That a visit is somebody's own, so that they find it again after a restart and nobody else takes it."""
    return signature("visit of a speed networking", f"{public}|{visit}|{person}")


def come_in(person: int, public: str, visit: str, proof: str) -> Seated:
    """Let somebody in, or back to their visit. The rules are asked again each time; NotFound for outsiders."""
    with transaction() as db:
        actor = actor_for(db, person)
        subject = get_networking(db, actor, public)
        own = bool(visit) and same(proof, proof_of(public, visit, person))
        stay = enter_networking(db, actor, subject, visit=visit if own else "")
        subject = get_networking(db, actor, public)
        name = people_by_id(db, {person})[person].name
        found = stay.visit.public_id
        return Seated(
            subject.id, found, proof_of(public, found, person), stay.visit.id or 0, stay.resumed, stay.replaced,
            Guest(found, name), _now(db, subject),
        )  # fmt: skip


def may_check(person: int, public: str) -> bool:
    """Whether somebody's call would be relayed only, for those who may come in now; NotFound for others."""
    with reading() as db:
        actor = actor_for(db, person)
        subject = get_networking(db, actor, public)
        if not take_part(actor, subject):
            raise NotFound()
        doors_open(subject, clock.now())
        return _is_relayed(db, subject)


def _is_relayed(db: Database, subject: NetworkingInEvent) -> bool:
    return settings().relay_only or video_rules_of(db, subject.event_id).relay_only


def room_now(networking_id: int) -> RoomNow:
    """A speed networking as those in it see it at this moment; NotFound for one that is gone."""
    with reading() as db:
        subject = networking_by_id(db, networking_id)
        if subject is None:
            raise NotFound()
        return _now(db, subject)


def _now(db: Database, subject: NetworkingInEvent) -> NetworkingNow:
    row, now = subject.networking, clock.now()
    here, found = networking_visits(db, subject.id), last_round(db, subject.id)
    moments = moments_of(row, found, now)
    closes = row.ended_at or now + A_DAY
    people = people_by_id(db, {one.person_id for one in here})
    message: Message = {
        "meeting": row.public_id,
        "rev": row.rev,
        "epoch": 1,
        "state": moments.phase.value,
        "way": Way.MESH.value,
        "switched": "",
        "clock": {
            "now": _ms(now),
            "opens": _ms(moments.since),
            "starts": _ms(moments.since),
            "ends": _ms(moments.until) if moments.until else 0,
            "closes": _ms(closes),
        },
        "peers": [
            {
                "id": one.public_id, "name": one.name, "side": "", "online": one.online, "order": one.order,
                "person": people[one.person_id].public_id, "captions": False,
            }
            for one in here
        ],
    }  # fmt: skip
    shown = {Phase.ROUND, Phase.BREAK}
    return NetworkingNow(
        message, row.rev, 1, closes, frozenset(one.public_id for one in here), frozenset(),
        Chosen(Way.MESH, relay_only=_is_relayed(db, subject)), RoomSpec("networking", closes),
        stale_at=moments.until if moments.phase in shown else None,
        together=_together(here, pairs_now(db, subject.id, found)),
    )  # fmt: skip


def _together(here: Collection[NetworkingVisitCard], pairs: Mapping[int, frozenset[int]]) -> dict[str, frozenset[str]]:
    visits = {one.person_id: one.public_id for one in here}
    return {
        visit: frozenset(visits[other] for other in pairs[person] if other in visits)
        for person, visit in visits.items()
        if person in pairs
    }


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def revs_of(networkings: Collection[int]) -> dict[int, int]:
    """The numbers of what there is to see in these."""
    with reading() as db:
        query = select(Networking.id, Networking.rev).where(col(Networking.id).in_(sorted(networkings)))
        return {id: rev for id, rev in db.exec(query) if id is not None}


def lost_now(visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why."""
    with reading() as db:
        return lost_networking_visits(db, visits)


def seen_now(visits: Collection[str]) -> None:
    """The lines of these visits hold."""
    with transaction() as db:
        note_seen(db, NetworkingVisit, visits)


def line_broke(networking_id: int, visit: str) -> None:
    """The line of a visit is broken: the other in its pair sees it."""
    with transaction() as db:
        note_line_broken(db, NetworkingVisit, visit)
        _note_change(db, networking_id)


def give_up(networking_id: int, visit: str) -> bool:
    """End a visit whose line is still broken after its time; whether it was. Whoever is alone then is placed anew."""
    with transaction() as db:
        query = select(NetworkingVisit).where(
            NetworkingVisit.public_id == visit, col(NetworkingVisit.left_at).is_(None)
        )  # fmt: skip
        row = db.exec(query).first()
        if row is None or row.away_at is None or row.away_at + AWAY > clock.now():
            return False
        end_visits(db, NetworkingVisit, [visit])
        look_soon(db, networking_id)
        _note_change(db, networking_id)
        return True


def _note_change(db: Database, networking_id: int) -> None:
    subject = networking_by_id(db, networking_id)
    if subject is not None:
        note_change(db, locked(db, subject))


def switch(networking_id: int, _failed: Way, _why: str) -> RoomNow:
    """There is one way only: directly from browser to browser, which does not fail for all."""
    found = room_now(networking_id)
    return replace(found, rev=found.rev)
