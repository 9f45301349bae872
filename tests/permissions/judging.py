"""Rounds of judging in the world: one of each kind and state, made by commands as far as these allow with one team."""

from dataclasses import dataclass

from sqlmodel import select

from events.core import clock
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.rounds.assigning import assign_by_hand, assign_judges
from events.rounds.comments import release_comments
from events.rounds.desk import WorkForJudge, get_work
from events.rounds.flags import FlagReason, flag_submission
from events.rounds.guest_signin import sign_in_by_guest_link
from events.rounds.guests import LinkMade, invite_guest_judge
from events.rounds.publishing import publish_result
from events.rounds.rounds import RoundInEvent, RoundState, step_round, submissions_in
from events.rounds.running import close_round
from events.rounds.scoring import score_submission
from events.rounds.setting_up import add_round
from events.rounds.voters import RoundVoter, invite_voters, issue_ballot_token
from tests.events.makers_rounds import plan
from tests.makers import again


@dataclass
class Judging:
    """Ada's rounds: Dee judges in all but the audience's, Gus as a guest in the open one, where `work` is Tam's
    submission before Dee."""

    open: RoundInEvent
    audience: RoundInEvent
    work: WorkForJudge
    ids: dict[str, str]
    guest_cookie: str


def build_judging(db: Database, ada: Actor, dee: Actor, event: EventWithPhases) -> Judging:
    """Rounds of every state; votes are taken at any time while one is open."""
    ada = again(db, ada)
    made = {name: _round(db, ada, event, name) for name in ("open", "closed", "published", "draft")}
    ranking, pairwise, audience = (
        _opened(db, _round(db, ada, event, scheme, scheme)) for scheme in ("ranking", "pairwise", "audience")
    )
    assign_judges(db, ada, ranking)
    for name in ("open", "closed", "published"):
        assign_judges(db, ada, made[name])
        _judged(db, dee, _opened(db, made[name]))
    for name in ("closed", "published"):
        close_round(db, ada, made[name])
    publish_result(db, ada, made["published"])
    release_comments(db, ada, made["published"])
    dee = again(db, dee)
    [row] = submissions_in(db, made["open"].id)
    work = get_work(db, dee, made["open"], row.public_id)
    flag = flag_submission(db, dee, work, reason=FlagReason.BROKEN)
    guest = _guest(db, ada, made["open"], row.public_id)
    ids = {f"{name}_round": one.round.public_id for name, one in made.items()}
    ids |= {"ranking_round": ranking.round.public_id, "pairwise_round": pairwise.round.public_id}
    ids |= {"audience_round": audience.round.public_id, "round": made["open"].round.public_id}
    ids |= {f"{name}_work": submissions_in(db, one.id)[0].public_id for name, one in made.items()}
    ids |= {"work": row.public_id, "flag": flag.public_id, "what": "result", "guest": guest.link.public_id}
    cookie = sign_in_by_guest_link(db, VISITOR, None, plain=guest.plain)
    invite_voters(db, ada, audience, addresses="val@example.org")
    voter = db.exec(select(RoundVoter)).one()
    ids |= {"voter": voter.public_id, "ballot_token": issue_ballot_token(db, voter)}
    return Judging(made["open"], audience, work, ids | {"guest_token": guest.plain}, cookie)


def _guest(db: Database, ada: Actor, made: RoundInEvent, work: str) -> LinkMade:
    """Gus judges Tam's submission in the open round by a link."""
    guest = invite_guest_judge(db, ada, made, name="Gus Grau", devices=9)
    assign_by_hand(db, ada, made, person_id=guest.link.person_id, submission=work)
    return guest


def _round(db: Database, ada: Actor, event: EventWithPhases, name: str, scheme: str = "rubric") -> RoundInEvent:
    return add_round(db, ada, event, plan=plan(scheme, name=name.capitalize(), phase=None, judges_each=1))


def _opened(db: Database, made: RoundInEvent) -> RoundInEvent:
    """Open although there is one submission only."""
    step_round(db, made.round, (RoundState.DRAFT,), state=RoundState.OPEN, opened_at=clock.now())
    return made


def _judged(db: Database, dee: Actor, made: RoundInEvent) -> None:
    actor = again(db, dee)
    [row] = submissions_in(db, made.id)
    work = get_work(db, actor, made, row.public_id)
    score_submission(
        db, actor, work, points={1: 4, 2: 3}, comment="Fine.", seen=0, client_id=f"client-{made.round.name}"
    )
