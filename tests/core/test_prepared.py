"""Statements that are prepared answer as they would otherwise, on either database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Integer, String, bindparam, func, literal, select, type_coerce, union_all
from sqlmodel import col

from events.core.columns import Moment
from events.core.prepared import Prepared
from events.people import Person, PersonState
from tests.makers import make_person


def test_columns_are_what_their_types_say(db):
    bo = make_person(db, "Bo Berg")
    asked = select(col(Person.name), col(Person.state), col(Person.joined_at), col(Person.languages))
    asked = asked.where(col(Person.id) == bindparam("id", type_=Integer))

    rows = Prepared(asked).rows(db, id=bo.person)

    person = db.get_one(Person, bo.person)
    assert [tuple(row) for row in rows] == [(person.name, PersonState.ACTIVE, person.joined_at, person.languages)]


def test_words_stand_as_they_are_stored(db):
    bo = make_person(db, "Bo Berg")
    asked = select(type_coerce(col(Person.state), String)).where(col(Person.id) == bindparam("id", type_=Integer))

    assert [tuple(row) for row in Prepared(asked).rows(db, id=bo.person)] == [("active",)]


def test_each_look_has_values_of_its_own(db):
    make_person(db, "Bo Berg")
    now = datetime.now(UTC)
    joined = Prepared(select(func.count()).where(col(Person.joined_at) < bindparam("before", type_=Moment)))

    later, earlier = (joined.rows(db, before=now + timedelta(days=days))[0][0] for days in (9999, -99999))

    assert (later > 0, earlier) == (True, 0)


def test_what_stands_several_times_is_given_once_and_lists_and_signs_hold(db):
    bo = make_person(db, "100 % Bo: Berg")
    id = bindparam("id", type_=Integer)
    states = col(Person.state).in_([PersonState.ACTIVE, PersonState.NEW])
    both = [
        select(literal(word), col(Person.name)).where(col(Person.id) == id, states, col(Person.name).like("100 %: B%"))
        for word in ("one: %s", "two")
    ]

    rows = Prepared(union_all(*both)).rows(db, id=bo.person)

    assert sorted(map(tuple, rows)) == [("one: %s", "100 % Bo: Berg"), ("two", "100 % Bo: Berg")]


def test_a_moment_is_no_constant(db):
    asked = Prepared(select(col(Person.id)).where(col(Person.joined_at) < datetime.now(UTC)))

    with pytest.raises(TypeError, match="written once"):
        asked.rows(db)
