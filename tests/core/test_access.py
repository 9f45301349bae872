"""Rules, commands, and the buttons that ask the same questions."""

import pytest

from events.core import access
from events.core.access import SYSTEM, VISITOR, Actor, Tie, anybody, command, may, rule, signed_in, the_system, why_not
from events.core.refusals import Conflict, NotAllowed

ADA = Actor(1, frozenset({Tie("organiser", "event", 12)}))


@rule
def organiser_of_it(actor, subject):
    return actor.is_("organiser", "event", subject)


@pytest.fixture
def close(monkeypatch):
    """A command of the test's own, which works on odd days only."""
    monkeypatch.setattr(access, "COMMANDS", {})

    def odd_days_only(subject, now):
        if now.day % 2 == 0:
            raise Conflict("Not today.")

    @command(organiser_of_it, when=odd_days_only)
    def close_it(db, actor, subject):
        return "closed"

    return close_it


def test_whoever_may_not_is_refused_before_anything_else(close):
    with pytest.raises(NotAllowed):
        close(None, VISITOR, 12)


def test_whoever_may_is_told_why_it_is_not_possible_now(close):
    with pytest.raises(Conflict, match="Not today"):
        close(None, ADA, 12)  # the fourteenth


def test_a_button_asks_what_the_command_asks(close, monkeypatch):
    assert [may(who, "close_it", 12) for who in (VISITOR, ADA)] == [False, False]
    assert isinstance(why_not(ADA, "close_it", 12), Conflict)

    monkeypatch.setattr(access.clock, "now", lambda: access.datetime(2026, 4, 15))

    assert [may(who, "close_it", 12) for who in (VISITOR, ADA)] == [False, True]
    assert close(None, ADA, 12) == "closed"


def test_two_commands_cannot_have_one_name(close):
    with pytest.raises(ValueError, match="two commands are called close_it"):
        command(anybody)(close)


def test_rules_are_joined_by_and_and_or():
    both, either = organiser_of_it & the_system, organiser_of_it | the_system

    assert (both.name, either.name) == ("organiser of it and the system", "organiser of it or the system")
    assert [both(who, 12) for who in (ADA, SYSTEM)] == [False, False]
    assert [either(who, 12) for who in (ADA, SYSTEM, VISITOR)] == [True, True, False]


def test_a_tie_counts_for_its_own_thing_only():
    assert ADA.is_("organiser", "event", 12)
    assert not ADA.is_("organiser", "event", 13)
    assert not ADA.is_("organiser", "programme", 12)
    assert not ADA.is_("judge", "event", 12)
    assert not ADA.is_("organiser", "event", None)
    assert ADA.ids("organiser", "event") == {12}


def test_the_system_and_visitors_are_not_signed_in():
    assert [signed_in(who, None) for who in (VISITOR, SYSTEM, ADA)] == [False, False, True]
