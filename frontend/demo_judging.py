"""The demo's judging: a first round with its result, a final that is being judged, and a vote of the audience."""

from dataclasses import replace
from datetime import timedelta

from events.core.access import Actor
from events.core.database import Database
from events.registration import participants_of
from events.rounds.assigning import assign_judges
from events.rounds.audience import cast_ballot, poll_for
from events.rounds.comments import release_comments
from events.rounds.desk import desk_of, get_work
from events.rounds.publishing import Detail, publish_result
from events.rounds.rounds import RoundInEvent, get_round
from events.rounds.running import close_round, open_round
from events.rounds.schemes import TEMPLATES
from events.rounds.scoring import score_submission, skip_submission
from events.rounds.setting_up import add_round
from events.rounds.votes import SkipReason
from frontend.demo import World, step
from frontend.demo_events import HACKATHON, actor_of_person, event_called

JUDGES = ("Dee Dumont", "Stefan Kurz", "Bram Kok")
COMMENTS = (
    "You know whose hands this goes through. Say earlier what it costs.",
    "The demonstration convinced me; the slide with the market did not.",
    "Clear and honest about what does not work yet. Go and see a second plant before you build more.",
)
STRICT = {"Dee Dumont": 0.0, "Stefan Kurz": -0.5, "Bram Kok": 0.5}


def judging(world: World) -> None:
    """Everything is judged once and published; the best four go on; everybody votes for their favourite."""
    start = world.start
    with step(start - timedelta(hours=22)) as db:
        first = _made(db, world, "rubric", "First round", judges_each=2)
    for hours, name in zip((20, 18, 16), JUDGES, strict=True):
        with step(start - timedelta(hours=hours)) as db:
            _judge_everything(db, world, name, first)
    with step(start - timedelta(hours=12)) as db:
        ada, subject = _organised(db, world, first)
        close_round(db, ada, subject)
        publish_result(db, ada, subject, detail=Detail.POINTS)
        release_comments(db, ada, subject)
    with step(start - timedelta(hours=10)) as db:
        ada, subject = _organised(db, world, first)
        final = _made(db, world, "rubric", "Final", judges_each=3, after_id=subject.id, places=4)
        audience = _made(db, world, "audience", "Audience prize")
    with step(start - timedelta(hours=2)) as db:
        _judge_everything(db, world, "Stefan Kurz", final)
        _judge_everything(db, world, "Bram Kok", final, most=2)
        _judge_everything(db, world, "Dee Dumont", final, most=1)
    with step(start - timedelta(minutes=5)) as db:
        _vote(db, world, audience)


def _made(db: Database, world: World, scheme: str, name: str, **changes: object) -> str:
    """A round that is open; answers its public id."""
    ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
    plan = replace(TEMPLATES[scheme].plan, name=name, kinds=(), **changes)  # type: ignore[arg-type]  # fields of a plan
    made = add_round(db, ada, event, plan=plan)
    if scheme == "rubric":
        assign_judges(db, ada, made)
    open_round(db, ada, made)
    return made.round.public_id


def _organised(db: Database, world: World, public: str) -> tuple[Actor, RoundInEvent]:
    ada = world.actor(db, "Ada Adler")
    return ada, get_round(db, ada, event_called(db, HACKATHON), public)


def _judge_everything(db: Database, world: World, name: str, public: str, most: int = 100) -> None:
    """Somebody judges what is theirs, a bit more strictly or leniently than others; one of ten they skip."""
    judge = world.actor(db, name)
    subject = get_round(db, judge, event_called(db, HACKATHON), public)
    for line in desk_of(db, judge, subject).lines[:most]:
        work = get_work(db, judge, subject, line.public_id)
        client_id = f"demo-{name.split(maxsplit=1)[0].lower()}-{line.public_id}"
        if world.chance.random() < 0.1:
            skip_submission(db, judge, work, reason=SkipReason.NOT_MY_FIELD, seen=0, client_id=client_id)
            continue
        good = 2.5 + (len(line.title) * 7 + len(line.summary)) % 5 / 2.5
        points = {number: _points(world, good + STRICT[name]) for number in range(1, 6)}
        comment = COMMENTS[(line.number + JUDGES.index(name)) % len(COMMENTS)]
        score_submission(db, judge, work, points=points, comment=comment, seen=0, client_id=client_id)


def _points(world: World, around: float) -> float:
    return min(5.0, max(1.0, round((around + world.chance.uniform(-0.4, 0.4)) * 2) / 2))


def _vote(db: Database, world: World, public: str) -> None:
    """A third of those who take part have voted; those whom one meets in the demo have not."""
    event = event_called(db, HACKATHON)
    cast = {world.people[name] for name in ("Bo Berg", "Cy Costa", "Tam Tamm", "Dee Dumont")}
    there = [one.person_id for one in participants_of(db, event.id) if one.person_id not in cast]
    for person in world.chance.sample(there, len(there) // 3):
        voter = actor_of_person(db, person)
        subject = get_round(db, voter, event, public)
        poll = poll_for(db, voter, subject)
        free = [one.number for one in poll.works if one.number not in poll.own]
        cast_ballot(
            db, voter, subject, choices=[(world.chance.choice(free), 1)], seen=0, client_id=f"demo-ballot-{person}"
        )
