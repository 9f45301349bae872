"""The shared board: what several people write at once comes out the same for all, and not a keystroke is lost."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text
from sqlmodel import col, select

from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.peer_reviews import board_updates
from sessions.peer_reviews.board_updates import (
    LARGEST_UPDATE,
    LONGEST_TEXT,
    BoardFull,
    SomethingMissing,
    UpdateRefused,
    board_of,
    entries_in,
    new_entry,
    reach_of,
    take_update,
)
from sessions.peer_reviews.reviews import ReviewState
from sessions.peer_reviews.shared_board import (
    KEPT_APART,
    BoardUpdate,
    ReviewBoard,
    add_board_entry,
    board_changes,
    board_entries,
    write_on_board,
)
from tests.makers import make_person
from tests.sessions.makers_review_meetings import take_out
from tests.sessions.makers_reviews import make_review


class Replica:
    """Somebody's page: a board of its own, what it knows the server has, and what it has not sent yet."""

    def __init__(self):
        self.board, self.known, self.seen = board_of(), board_of(), 0

    def add(self, id, text=""):
        new_entry(self.board, id, kind="finding", question=1, at=float(len(id)), text=text)

    def write(self, id, at, word):
        text = self.board.get("entries", type=Map)[id]["text"]
        text.insert(min(at, len(str(text))), word)

    def waiting(self):
        return self.board.get_update(self.known.get_state())

    def is_ahead(self):
        return self.board.get_update() != self.known.get_update()

    def sent(self, update):
        self.known.apply_update(update)

    def hear(self, changes):
        for one in (changes.whole,) if changes.whole else changes.updates:
            self.board.apply_update(one)
            self.known.apply_update(one)
        self.seen = max(self.seen, changes.number)

    @property
    def texts(self):
        return {one.id: one.text for one in entries_in(self.board)}


def sync(db, review, actor, replica):
    """Send what waits, and fetch what is missing."""
    update = replica.waiting()
    write_on_board(db, actor, review.subject, update=update)
    replica.sent(update)
    replica.hear(board_changes(db, actor, review.subject, since=replica.seen))


@pytest.fixture
def review(db):
    return make_review(db)


def test_two_who_write_in_one_text_at_once_lose_nothing(db, review):
    bo, ria = Replica(), Replica()
    bo.add("a", "Members leave")
    sync(db, review, review.people["bo"], bo)
    sync(db, review, review.people["ria"], ria)

    bo.write("a", 0, "Half of the ")
    ria.write("a", 13, " early")
    sync(db, review, review.people["bo"], bo)
    sync(db, review, review.people["ria"], ria)
    sync(db, review, review.people["bo"], bo)

    assert bo.texts == ria.texts == {"a": "Half of the Members leave early"}
    assert [one.text for one in board_entries(db, review.people["ole"], review.subject)] == [bo.texts["a"]]


def test_the_same_change_twice_is_once(db, review):
    bo = Replica()
    bo.add("a", "Once")
    update = bo.waiting()

    numbers = [write_on_board(db, review.people["bo"], review.subject, update=update) for _try in range(2)]

    assert numbers == [1, 1]
    assert len(db.exec(select(BoardUpdate)).all()) == 1


def test_what_follows_on_something_missing_is_refused_and_taken_with_it(db, review):
    bo = Replica()
    bo.add("a", "One")
    before = bo.board.get_state()
    bo.write("a", 3, " two")
    second = bo.board.get_update(before)

    with pytest.raises(SomethingMissing):
        write_on_board(db, review.people["bo"], review.subject, update=second)
    write_on_board(db, review.people["bo"], review.subject, update=bo.waiting())

    assert [one.text for one in board_entries(db, review.ada, review.subject)] == ["One two"]


def test_older_changes_are_put_together_and_who_was_away_gets_all(db, review):
    bo, cy = Replica(), Replica()
    bo.add("a")
    sync(db, review, review.people["bo"], bo)
    cy.hear(board_changes(db, review.people["cy"], review.subject, since=0))
    for number in range(2 * KEPT_APART + 5):
        bo.write("a", 10_000, f"{number} ")
        sync(db, review, review.people["bo"], bo)

    missed = board_changes(db, review.people["cy"], review.subject, since=cy.seen)
    cy.hear(missed)

    row = db.exec(select(ReviewBoard)).one()
    assert missed.whole is not None
    assert row.put_together > 0
    assert len(db.exec(select(BoardUpdate)).all()) == row.number - row.put_together <= 2 * KEPT_APART
    assert cy.texts == bo.texts
    assert bo.texts["a"] == "".join(f"{number} " for number in range(2 * KEPT_APART + 5))


def test_who_only_watches_does_not_write_and_who_is_outside_does_not_read(db, review):
    bo = Replica()
    bo.add("a", "x")

    for actor in (review.people["ole"], review.people["hal"], make_person(db, "Xi Xu")):
        with pytest.raises(NotAllowed):
            write_on_board(db, actor, review.subject, update=bo.waiting())
        with pytest.raises(NotAllowed):
            add_board_entry(db, actor, review.subject, kind="finding", text="x")
    with pytest.raises(NotFound):
        board_changes(db, make_person(db, "Yi Yu"), review.subject, since=0)
    with pytest.raises(NotFound):
        board_entries(db, make_person(db, "Zi Zu"), review.subject)


def test_who_was_taken_out_neither_writes_nor_reads_any_more(db, review):
    bo = Replica()
    bo.add("a", "x")
    out = take_out(db, review, "bo")

    with pytest.raises(NotAllowed):
        write_on_board(db, out, review.subject, update=bo.waiting())
    with pytest.raises(NotFound):
        board_changes(db, out, review.subject, since=0)


def test_nothing_is_written_on_the_board_of_a_review_that_is_over(db, review):
    review.subject.review.state = ReviewState.CANCELLED

    with pytest.raises(Conflict, match="over"):
        add_board_entry(db, review.people["bo"], review.subject, kind="finding", text="Late")


def test_an_entry_without_a_script_is_merged_with_the_others(db, review):
    bo = Replica()
    bo.add("a", "With a script")
    sync(db, review, review.people["bo"], bo)

    add_board_entry(db, review.people["ria"], review.subject, kind="recommendation", text="Without", question=2)
    sync(db, review, review.people["bo"], bo)

    assert sorted(bo.texts.values()) == ["With a script", "Without"]


def test_a_form_that_is_not_filled_in_is_refused(db, review):
    with pytest.raises(Invalid) as refused:
        add_board_entry(db, review.people["bo"], review.subject, kind="poem", text=" ", question=9)

    assert list(refused.value.fields) == ["kind", "question", "text"]


# Hostile updates


def whole(**entry):
    board = Doc()
    with board.transaction():
        board.get("entries", type=Map)["a"] = Map(
            {"kind": "finding", "question": 1.0, "at": 1.0, "text": Text("x"), "gone": False} | entry
        )
    return board.get_update()


def nested(levels):
    """Values in values in values, as deep as that: this ends the process if the library is asked."""
    return b"\x01\x01\x05\x00\x28\x01\x07entries\x01a\x01" + b"\x75\x01" * levels + b"\x7e\x00"


def other_root():
    board = Doc()
    board.get("elsewhere", type=Map)["a"] = 1.0
    return board.get_update()


HOSTILE = {
    "nothing": b"",
    "no update": b"hello",
    "a cut one": whole()[:-3],
    "one with something behind it": whole() + b"\0",
    "nested values": nested(60_000),
    "nested values, few": nested(3),
    "a list": whole(kind=["finding"]),
    "another root": other_root(),
    "no text": whole(text="plain"),
    "a kind that is none": whole(kind="poem"),
    "a question that is none": whole(question="x"),
    "a negative question": whole(question=-1.0),
    "counts without end": b"\xff\xff\xff\xff\xff\xff\xff\x0f",
    "structs without end": b"\x01\xff\xff\xff\x7f\x05\x00",
    "a clock without end": b"\x01\x01\x05\xff\xff\xff\xff\xff\xff\xff\x0f\x00\x01\x00",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_change_of_a_board_is_refused_with_a_sentence(what):
    with pytest.raises((UpdateRefused, BoardFull, SomethingMissing)) as refused:
        take_update(board_of(), HOSTILE[what])

    assert str(refused.value)


def test_an_entry_that_is_no_map_is_refused():
    board = Doc()
    board.get("entries", type=Map)["a"] = 1.0

    with pytest.raises(UpdateRefused):
        take_update(board_of(), board.get_update())


@pytest.mark.parametrize(
    "update", [b"x" * (LARGEST_UPDATE + 1), whole(text=Text("x" * (LONGEST_TEXT + 1)))], ids=["bytes", "text"]
)
def test_what_is_too_large_is_refused(update):
    with pytest.raises(Invalid):
        take_update(board_of(), update)


def test_three_hundred_and_one_entries_are_too_many():
    board = board_of()
    for number in range(301):
        new_entry(board, f"e{number}", kind="finding", question=0, at=1.0, text="x")

    with pytest.raises(BoardFull):
        take_update(board_of(), board.get_update())


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 6))
def test_no_garbled_update_does_more_than_be_refused(seed, changes):
    chance = random.Random(seed)
    base = board_of()
    new_entry(base, "a", kind="finding", question=1, at=1.0, text="hello world")
    new_entry(base, "b", kind="recommendation", question=2, at=2.0, text="second")
    garbled = bytearray(base.get_update())
    for _change in range(changes):
        at = chance.randrange(len(garbled) or 1)
        garbled[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))

    try:
        take_update(base, bytes(garbled))
    except (Invalid, Conflict):
        return
    assert entries_in(base)


def test_what_is_read_here_agrees_with_what_the_library_has():
    board = board_of()
    new_entry(board, "a", kind="finding", question=1, at=1.0, text="ein schöner Satz 🐝")
    text = board.get("entries", type=Map)["a"]["text"]
    del text[2:6]

    reach = reach_of(board.get_update())

    assert reach.written == board_updates.state_vector(board.get_state())
    assert max(reach.deleted.values()) <= max(reach.written.values())


# Everybody at once


class Line:
    """The way between pages and the server: announcements are lost and doubled, answers come late and in another order,
    what is sent may have to be sent again, and an answer may be lost though the change was taken."""

    def __init__(self, db, review, chance, *, merging=True):
        self.db, self.review, self.chance, self.merging = db, review, chance, merging
        self.on_their_way = {}

    def send(self, actor, replica):
        update = replica.waiting()
        for _try in range(self.chance.choice([0, 1, 1, 1, 2])):
            write_on_board(self.db, actor, self.review.subject, update=update)
            if self.chance.random() < 0.8:
                replica.sent(update)

    def announce(self, actor, replica):
        """A page that hears something asks for what it lacks; its answers come when they come."""
        waiting = self.on_their_way.setdefault(id(replica), [])
        for _time in range(self.chance.choice([0, 0, 1, 2])):
            waiting.append(board_changes(self.db, actor, self.review.subject, since=replica.seen))
        self.chance.shuffle(waiting)
        for _answer in range(self.chance.randrange(len(waiting) + 1)):
            self.take(replica, waiting.pop())

    def take(self, replica, changes):
        if not self.merging and changes.updates:
            replica.board = board_of(*changes.updates[-1:])  # the last one wins
        elif changes.since <= replica.seen:  # else something before it is still on its way
            replica.hear(changes)


def keystrokes(db, review, seed, *, merging=True):
    """Four people write words that nobody else writes; answers the pages and what was typed."""
    chance = random.Random(seed)
    names = ["bo", "cy", "ria", "mo"]
    pages = {name: Replica() for name in names}
    line, typed = Line(db, review, chance, merging=merging), []
    pages["ria"].add("shared", "")
    sync(db, review, review.people["ria"], pages["ria"])
    for name in names:
        line.take(pages[name], board_changes(db, review.people[name], review.subject, since=0))
    for number in range(30):
        name = chance.choice(names)
        actor, page = review.people[name], pages[name]
        word = f"<{name}{number}>"
        # One or the other: into the text that all have open, or an entry of one's own.
        if chance.random() < 0.8:
            page.write("shared", chance.randrange(60) if not page.texts["shared"] else 0, word)
        else:
            page.add(f"{name}-{number}", word)
        typed.append(word)
        if chance.random() < 0.5:
            line.send(actor, page)
        line.announce(actor, page)
    for _turn in range(2):
        for name in names:
            sync(db, review, review.people[name], pages[name])
    return pages, typed


def missing(page, typed):
    said = " ".join(page.texts.values())
    return [word for word in typed if word not in said]


@pytest.mark.parametrize("seed", range(12))
def test_all_pages_come_to_the_same_board_and_no_keystroke_is_lost(db, review, seed):
    pages, typed = keystrokes(db, review, seed)

    texts = [page.texts for page in pages.values()]
    assert all(one == texts[0] for one in texts)
    assert [missing(page, typed) for page in pages.values()] == [[], [], [], []]
    stored = {one.id: one.text for one in board_entries(db, review.ada, review.subject)}
    assert stored == texts[0]


def test_where_the_last_one_wins_the_same_look_finds_lost_keystrokes(db, review):
    lost = []
    for seed in range(4):
        try:
            pages, typed = keystrokes(db, review, seed, merging=False)
        except (KeyError, SomethingMissing):  # the text somebody writes in is gone from under them
            lost.append(seed)
            continue
        lost += [word for page in pages.values() for word in missing(page, typed)]

    assert lost


def test_only_inside_ids_are_kept_with_a_change(db, review):
    add_board_entry(db, review.people["bo"], review.subject, kind="finding", text="x")

    row = db.exec(select(BoardUpdate).order_by(col(BoardUpdate.id))).one()

    assert row.person_id == review.people["bo"].person
