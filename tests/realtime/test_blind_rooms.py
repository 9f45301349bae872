"""A live room in which a blind round is scored: its judges hear nothing of it by socket, whatever happens there."""

import asyncio
import json
import re

import pytest
from sqlmodel import select

from events.core.database import transaction
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.judges import name_judge
from events.rounds.rounds import RoundInEvent
from events.rounds.running import open_round
from events.rounds.setting_up import add_round
from events.submissions import Submission, SubmissionVersion
from sessions.chat import write_message
from sessions.live_scoring import join_scoring
from sessions.pitches import Pitch
from sessions.running import start_pitch
from sessions.stages import ask_question, get_stage
from tests.events.makers_rounds import plan, score
from tests.makers import NOW, again, make_person, open_phase
from tests.realtime.house import client_of, cookie_for, open_house, until
from tests.sessions.makers_pitches import TEAMS, Show, make_show

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WORDS = re.compile("|".join((*TEAMS, "Work of")), re.I)


def a_night(*, blind: bool):
    """A stage to which a round is joined, in which Dee judges."""
    with transaction() as db:
        show = make_show(db, opened=True)
        for one in db.exec(select(Submission)):
            said = {"title": f"Work of {one.title}", "summary": "What the team built."}
            db.add(SubmissionVersion(submission_id=one.id or 0, number=1, content=said, sha256="0", kept_at=NOW))
        event = open_phase(db, again(db, show.ada), show.event, PhaseKind.JUDGING)
        dee = make_person(db, "Dee Dumont", email="dee@live.example")
        appoint(db, again(db, show.ada), event, person_id=dee.person or 0, role=Role.JUDGE)
        made = add_round(db, again(db, show.ada), event, plan=plan(judges_each=1, blind=blind))
        name_judge(db, again(db, show.ada), made, person_id=dee.person or 0)
        assign_judges(db, again(db, show.ada), made)
        open_round(db, again(db, show.ada), made)
        stage = get_stage(db, show.hal, show.stage.public_id)
        join_scoring(db, show.hal, stage, round_public=made.round.public_id, minutes_after=60)
        return show, made, again(db, dee)


def pitch_and_score(show: Show, made: RoundInEvent, dee) -> None:
    """The first team pitches, is asked and talked about, and gets its points."""
    with transaction() as db:
        room = get_stage(db, again(db, show.hal), show.stage.public_id)
        start_pitch(db, again(db, show.hal), room)
        write_message(db, again(db, show.tam), room, body=f"We are {TEAMS[0]}")
        ask_question(db, again(db, show.bo), room, body=f"Why {TEAMS[0]}?")
        pitch = db.exec(select(Pitch).where(Pitch.stage_id == show.stage.id).order_by(Pitch.id)).first()
        assert pitch is not None
        score(db, again(db, dee), RoundInEvent(made.round, made.event), TEAMS[0], 4, 3)


async def heard_by_the_judge(*, blind: bool) -> tuple[bool, str]:
    """Whether this judge was let into the room, and all that their socket was told while Bo heard it all."""
    show, made, dee = await asyncio.to_thread(lambda: a_night(blind=blind))
    with open_house() as house:
        async with client_of(house, cookie_for(dee)) as judge, client_of(house, cookie_for(show.bo)) as bo:
            let_in = (await judge.join(show.stage.public_id))["ok"]
            await bo.join(show.stage.public_id)
            await asyncio.to_thread(pitch_and_score, show, made, dee)
            await until(lambda: TEAMS[0] in json.dumps(bo.heard, default=str))
            if let_in:
                await until(lambda: TEAMS[0] in json.dumps(judge.heard, default=str))
    return let_in, json.dumps(judge.heard, default=str)


async def test_a_judge_of_a_blind_round_hears_nothing_of_the_room_in_which_it_is_scored(database_url: str) -> None:
    let_in, heard = await heard_by_the_judge(blind=True)

    assert (let_in, WORDS.findall(heard)) == (False, [])


async def test_where_the_round_is_not_blind_the_same_socket_hears_it(database_url: str) -> None:
    let_in, heard = await heard_by_the_judge(blind=False)

    assert let_in
    assert WORDS.findall(heard) != []
