"""The agenda of a peer review at the same moment as what changes its questions or its meeting, with real threads and
connections: who comes second sees what the first has done, also where their page had shown it as it was before."""

import pytest

from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict
from events.roles import actor_for
from sessions.peer_reviews.agenda import (
    PartInReview,
    ReviewPart,
    add_break_after,
    agenda_of,
    change_part_length,
    drop_part,
    move_days,
    move_part,
    parts_of,
    plan_agenda,
)
from sessions.peer_reviews.asking import AskedOfPeers, asking_in, change_review_questions
from sessions.peer_reviews.dots import DotVote, VoteInReview, close_dot_vote, dot_votes_of, give_dots, open_dot_vote
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.live import (
    end_part,
    hold_review_meeting,
    lengthen_part,
    part_on,
    pause_part,
    raise_review_hand,
    start_next_part,
    start_part,
)
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, questions_of
from sessions.peer_reviews.rooms import choose_review_video, room_of_review
from sessions.peer_reviews.shared_board import add_board_entry, write_on_board
from sessions.video import Way
from tests.sessions.makers_review_meetings import DAY, FIRST, plan
from tests.sessions.makers_reviews import Review, make_review
from tests.sessions.racing import Step, kinds, race

ROUNDS = 6
TIMES = (FIRST + DAY, FIRST + 2 * DAY)


@pytest.fixture
def review(database_url: str) -> Review:
    """A review whose meeting is planned, and has not begun."""
    with transaction() as db:
        made = make_review(db, peers=2)
        made.ada = actor_for(db, made.ada.person)
        plan(db, made)
    return made


def look(review: Review) -> list[ReviewPart]:
    """Let everybody look at the page; the parts of the meeting in their order."""
    with reading() as db:
        review.subject = ReviewInEvent(db.get_one(PeerReview, review.subject.id), review.event.event)
        return parts_of(db, review.subject.id)


def as_seen(db: Database, review: Review) -> ReviewInEvent:
    """The review as it stands on somebody's page, whatever has become of it since."""
    return ReviewInEvent(db.merge(review.subject.review, load=False), review.event.event)


def part_seen(db: Database, review: Review, part: ReviewPart) -> PartInReview:
    """A part as it stands on somebody's page."""
    return PartInReview(db.merge(part, load=False), as_seen(db, review).review, review.event.event)


def as_fresh(db: Database, review: Review) -> ReviewInEvent:
    """The review as it is now."""
    return ReviewInEvent(db.get_one(PeerReview, review.subject.id), review.event.event)


def part_seen_now(db: Database, review: Review, part: ReviewPart) -> PartInReview:
    """A part as it is now."""
    return PartInReview(db.get_one(ReviewPart, part.id), as_fresh(db, review).review, review.event.event)


def agenda(review: Review) -> list[list[tuple[str, int]]]:
    with reading() as db:
        return [
            [(str(line.part.kind), line.question.number if line.question else 0) for line in day.lines]
            for day in agenda_of(db, review.subject.id)
        ]


def planning(review: Review) -> Step:
    return lambda db: plan_agenda(db, review.ada, as_seen(db, review), starts=TIMES)


def starting(review: Review) -> Step:
    return lambda db: start_next_part(db, review.people["mo"], as_seen(db, review), after="")


def other_questions(review: Review) -> Step:
    """The host drops the last question and asks another."""

    def step(db: Database) -> object:
        seen = as_seen(db, review)
        there = [AskedOfPeers(one.text, one.about, one.public_id) for one in questions_of(db, seen.id)]
        fresh = AskedOfPeers(f"What next after {there[-1].which}?")
        subject, version = asking_in(db, seen), seen.review.version
        return change_review_questions(
            db, review.people["hal"], subject, questions=[*there[:-1], fresh], version=version
        )

    return step


PART_CHANGES = {
    "its length": lambda db, who, part: change_part_length(db, who, part, minutes=part.part.minutes + 1),
    "its place": lambda db, who, part: move_part(db, who, part, up=True),
    "a break after it": lambda db, who, part: add_break_after(db, who, part, minutes=5),
    "off the agenda": drop_part,
}
ON_PARTS = {
    "started": start_part,
    "ended": end_part,
    "paused": lambda db, who, part: pause_part(db, who, part, still=True),
    "longer": lengthen_part,
}


def test_two_who_build_the_agenda_at_once_leave_one(review):
    expected = agenda(review)
    for _round in range(ROUNDS):
        look(review)

        outcomes = race(planning(review), planning(review))

        assert kinds(outcomes) == ["done", "done"]
        assert agenda(review) == expected


def test_an_agenda_that_is_built_anew_while_its_first_part_is_started_keeps_what_was_started(review):
    for _round in range(ROUNDS):
        with transaction() as db:
            for part in parts_of(db, review.subject.id):
                part.started_at = None
                db.add(part)
        look(review)

        outcomes = race(starting(review), planning(review))

        with reading() as db:
            started = [one for one in parts_of(db, review.subject.id) if one.started_at is not None]
            on = part_on(db, review.subject.id)
        assert kinds(outcomes) in (["MeetingBegun", "done"], ["done", "done"])
        assert [one.id for one in started] == [on.id]


@pytest.mark.parametrize("change", PART_CHANGES.values(), ids=PART_CHANGES)
def test_a_part_is_changed_while_questions_come_and_go(review, change):
    for _round in range(ROUNDS):
        last = [one for one in look(review) if one.question_id is not None][-1]

        def changing(db: Database, last: ReviewPart = last) -> object:
            return change(db, review.people["mo"], part_seen(db, review, last))

        outcomes = race(changing, other_questions(review))

        with reading() as db:
            row, days = db.get_one(PeerReview, review.subject.id), agenda_of(db, review.subject.id)
        assert kinds(outcomes) in (["Conflict", "done"], ["done", "done"])
        assert (row.starts_at, row.ends_at) == (days[0].day.starts_at, days[-1].ends_at)


@pytest.mark.parametrize("what", ["built anew", "moved"])
def test_the_agenda_is_planned_while_questions_come_and_go(review, what):
    def moving(db: Database) -> object:
        return move_days(db, review.ada, as_seen(db, review), starts=TIMES)

    for number in range(ROUNDS):
        if what == "moved":
            with transaction() as db:
                move_days(db, review.ada, as_seen(db, review), starts=(FIRST + number * DAY, FIRST + 9 * DAY))
        look(review)

        outcomes = race(planning(review) if what == "built anew" else moving, other_questions(review))

        with reading() as db:
            row, days = db.get_one(PeerReview, review.subject.id), agenda_of(db, review.subject.id)
            asked = {one.id for one in questions_of(db, review.subject.id)}
        about = {line.part.question_id for day in days for line in day.lines} - {None}
        assert kinds(outcomes) == ["done", "done"]
        assert about == asked
        assert (row.starts_at, row.ends_at) == (days[0].day.starts_at, days[-1].ends_at)


@pytest.mark.parametrize("change", PART_CHANGES.values(), ids=PART_CHANGES)
@pytest.mark.parametrize("meanwhile", ["held", "cancelled", "started", "dropped"])
def test_who_saw_a_part_that_waits_does_not_change_it_once_that_is_over(review, change, meanwhile):
    [_first, second, *_rest] = look(review)
    with transaction() as db:
        now = part_seen_now(db, review, second)
        if meanwhile == "cancelled":
            cancel_review(db, review.ada, now.in_event, reason="The host was merged.")
        elif meanwhile == "dropped":
            drop_part(db, review.ada, now)
        else:
            start_part(db, review.ada, now)
        if meanwhile == "held":
            end_part(db, review.ada, now)
            hold_review_meeting(db, review.ada, now.in_event)
    refusal = {
        "held": "was held", "cancelled": "is over", "started": "started already", "dropped": "not on the agenda",
    }[meanwhile]  # fmt: skip

    with pytest.raises(Conflict, match=refusal), transaction() as db:
        change(db, review.people["mo"], part_seen(db, review, second))


@pytest.mark.parametrize("step", ["built anew", "moved"])
@pytest.mark.parametrize("meanwhile", ["held", "cancelled"])
def test_who_saw_an_agenda_to_plan_does_not_plan_it_once_that_is_over(review, step, meanwhile):
    look(review)
    with transaction() as db:
        now = as_fresh(db, review)
        if meanwhile == "cancelled":
            cancel_review(db, review.ada, now, reason="The host was merged.")
        else:
            start_next_part(db, review.ada, now, after="")
            hold_review_meeting(db, review.ada, now)
    plans = plan_agenda if step == "built anew" else move_days

    with pytest.raises(Conflict, match="was held" if meanwhile == "held" else "is over"), transaction() as db:
        plans(db, review.ada, as_seen(db, review), starts=TIMES)


@pytest.mark.parametrize("step", ON_PARTS.values(), ids=ON_PARTS)
def test_who_saw_a_part_that_is_on_does_nothing_with_it_once_its_review_is_cancelled(review, step):
    with transaction() as db:
        start_next_part(db, review.ada, as_fresh(db, review), after="")
    [first, *_rest] = look(review)
    with transaction() as db:
        cancel_review(db, review.ada, as_fresh(db, review), reason="The host was merged.")

    with pytest.raises(Conflict, match="is over"), transaction() as db:
        step(db, review.people["mo"], part_seen(db, review, first))

    with reading() as db:
        assert part_on(db, review.subject.id) is None


@pytest.mark.parametrize("step", [end_part, ON_PARTS["paused"], lengthen_part], ids=["ended", "paused", "longer"])
def test_who_saw_a_part_that_is_on_does_nothing_with_it_once_it_has_ended(review, step):
    with transaction() as db:
        start_next_part(db, review.ada, as_fresh(db, review), after="")
    [first, *_rest] = look(review)
    with transaction() as db:
        end_part(db, review.ada, part_seen_now(db, review, first))

    with pytest.raises(Conflict, match="not on"), transaction() as db:
        step(db, review.people["mo"], part_seen(db, review, first))


IN_ROOM = {
    "the next part": lambda db, who, subject: start_next_part(db, who, subject, after=""),
    "a hand": raise_review_hand,
    "another way to see each other": lambda db, who, subject: choose_review_video(db, who, subject, way=Way.JANUS),
    "a vote": lambda db, who, subject: open_dot_vote(db, who, subject, about="board", dots=3, minutes=10),
    "an entry on the board": lambda db, who, subject: add_board_entry(db, who, subject, kind="finding", text="Late."),
    "a change of the board": lambda db, who, subject: write_on_board(db, who, subject, update=b"too late to be read"),
}


@pytest.mark.parametrize("step", IN_ROOM.values(), ids=IN_ROOM)
def test_a_meeting_that_was_cancelled_meanwhile_does_not_go_on(review, step):
    look(review)
    with transaction() as db:
        cancel_review(db, review.ada, as_fresh(db, review), reason="The host was merged.")

    with pytest.raises(Conflict, match="is over"), transaction() as db:
        step(db, review.people["mo"], as_seen(db, review))


DOTS = {
    "given": lambda db, who, vote: give_dots(db, who, vote, dots={1: 3}),
    "an end": close_dot_vote,
}


@pytest.fixture
def vote(review: Review) -> DotVote:
    """A vote on two things on the board, as everybody sees it on their page."""
    with transaction() as db:
        for text in ("Visits", "A newsletter"):
            add_board_entry(db, review.people["mo"], as_fresh(db, review), kind="recommendation", text=text)
        row = open_dot_vote(db, review.people["mo"], as_fresh(db, review), about="board", dots=3, minutes=10)
    look(review)
    return row


def vote_seen(db: Database, review: Review, vote: DotVote) -> VoteInReview:
    """A vote as it stands on somebody's page."""
    return VoteInReview(db.merge(vote, load=False), as_seen(db, review).review, review.event.event)


@pytest.mark.parametrize("step", DOTS.values(), ids=DOTS)
@pytest.mark.parametrize("meanwhile", ["cancelled", "closed"])
def test_who_saw_an_open_vote_does_nothing_with_it_once_that_is_over(review, vote, step, meanwhile):
    with transaction() as db:
        if meanwhile == "cancelled":
            cancel_review(db, review.ada, as_fresh(db, review), reason="The host was merged.")
        else:
            now = as_fresh(db, review)
            close_dot_vote(db, review.ada, VoteInReview(db.get_one(DotVote, vote.id), now.review, now.event))
    with reading() as db:
        before = db.get_one(DotVote, vote.id).closed_at

    with pytest.raises(Conflict, match=r"is (over|closed)"), transaction() as db:
        step(db, review.people["mo"], vote_seen(db, review, vote))

    with reading() as db:
        assert db.get_one(DotVote, vote.id).closed_at == before


def test_two_who_end_a_vote_at_once_end_it_once(review, vote):
    def ending(name: str) -> Step:
        return lambda db: close_dot_vote(db, review.people[name], vote_seen(db, review, vote))

    review.people["ada"] = review.ada

    assert kinds(race(ending("mo"), ending("ada"))) == ["Conflict", "done"]


def test_dots_given_while_a_vote_is_ended_count_or_are_refused(review, vote):
    def giving(db: Database) -> object:
        return give_dots(db, review.people["bo"], vote_seen(db, review, vote), dots={1: 3})

    outcomes = race(giving, lambda db: close_dot_vote(db, review.people["mo"], vote_seen(db, review, vote)))

    with reading() as db:
        [shown] = dot_votes_of(db, review.ada, as_fresh(db, review))
    assert kinds(outcomes) in (["Conflict", "done"], ["done", "done"])
    assert sum(one.dots or 0 for one in shown.choices) == (3 if outcomes[0] is None else 0)


def test_a_way_to_see_each_other_that_was_refused_leaves_the_room_as_it_was(review):
    look(review)
    with transaction() as db:
        cancel_review(db, review.ada, as_fresh(db, review), reason="The host was merged.")
    with reading() as db:
        before = room_of_review(db, review.subject.id).epoch

    with pytest.raises(Conflict), transaction() as db:
        choose_review_video(db, review.people["mo"], as_seen(db, review), way=Way.JANUS)

    with reading() as db:
        room = room_of_review(db, review.subject.id)
    assert (room.epoch, room.way) == (before, Way.OFF)
