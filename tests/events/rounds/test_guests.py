"""Guest judges: by a link they judge in one round and are nobody anywhere else; a link ends when it should."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import VISITOR, Actor, Tie
from events.core.database import transaction
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import run_due_timers
from events.core.tokens import Token
from events.people import Person, PersonState, find_person
from events.phases import PhaseKind
from events.roles import actor_for
from events.rounds import guest_signin
from events.rounds.assigning import assign_judges, assignments_in, replace_judge
from events.rounds.desk import desk_of, get_work
from events.rounds.guest_signin import (
    GuestLinkNotValid,
    find_guest,
    look_at_guest_link,
    sign_guest_out,
    sign_in_by_guest_link,
)
from events.rounds.guests import (
    GuestLink,
    guests_of,
    invite_guest_judge,
    issue_guest_token,
    renew_guest_link,
    revoke_guest_link,
)
from events.rounds.judges import judges_of
from events.rounds.publishing import publish_result
from events.rounds.rounds import RoundInEvent, get_round
from events.rounds.running import close_round, open_round
from events.rounds.scoring import declare_conflict, score_submission
from events.rounds.setting_up import remove_round
from events.rounds.standings import standing_of
from events.signin import SignInLinkAsked, ask_for_link, issue_link_token, sign_in_by_link
from tests.events.makers_rounds import enter_elsewhere, fresh, later, make_contest, make_round, new_id, work_of
from tests.sessions.racing import kinds, race


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=1)


def invited(db, contest, made, name="Gus Grau", **terms):
    return invite_guest_judge(db, contest.ada, made, name=name, **terms)


def opened(db, contest, **terms):
    """An open round in which a guest judges; answers it and the guest's link and token."""
    made = make_round(db, contest, **terms)
    link = invited(db, contest, made)
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    return made, link


def came_in(db, link, **terms):
    cookie = sign_in_by_guest_link(db, VISITOR, None, plain=link.plain, **terms)
    return find_guest(db, cookie), cookie


def why_not(db, link, cookie=""):
    with pytest.raises(GuestLinkNotValid) as refused:
        look_at_guest_link(db, link.plain, cookie=cookie)
    return str(refused.value.message)


def test_a_guest_judges_from_the_link_to_the_result(db, contest):
    made, link = opened(db, contest)
    guest, _cookie = came_in(db, link)
    subject = get_round(db, guest.actor, contest.event, made.round.public_id)

    for line in desk_of(db, guest.actor, subject).lines:
        work = get_work(db, guest.actor, subject, line.public_id)
        score_submission(db, guest.actor, work, points={1: 4, 2: 5}, seen=0, client_id=new_id())

    close_round(db, contest.ada, fresh(db, made))
    publish_result(db, contest.ada, fresh(db, made))
    assert desk_of(db, guest.actor, subject).next is None
    assert {one.votes for one in standing_of(db, made.round).outcome.results} == {1}


def test_a_guest_is_tied_to_their_round_and_to_nothing_else_even_with_an_account(db, contest):
    made = make_round(db, contest, blind=True)
    other = make_round(db, contest, name="Other")
    lead = contest.leads["Husk"]  # takes part, leads a team, and has an account
    address = db.get_one(Person, lead.person).email
    link = invited(db, contest, made, email=address)
    invited(db, contest, other, email=address)
    token = issue_guest_token(db, link.link)

    guest, _cookie = came_in(db, replace(link, plain=token), email=address)

    assert guest.actor == Actor(
        lead.person, frozenset({Tie("judge", "round", made.id), Tie("blind judge", "event", contest.event.id)})
    )
    assert actor_for(db, lead.person).ties > guest.actor.ties


def test_looking_at_a_link_uses_nothing_and_each_browser_takes_one_device(db, contest):
    made = make_round(db, contest)
    link = invited(db, contest, made, devices=2)

    for _look in range(5):
        look_at_guest_link(db, link.plain)
    assert db.get_one(GuestLink, link.link.id).used == 0
    _guest, first = came_in(db, link)
    assert came_in(db, link, cookie=first)[1] == first
    came_in(db, link)

    assert "used on 2 devices" in why_not(db, link)
    assert look_at_guest_link(db, link.plain, cookie=first).person.name == "Gus Grau"


def test_a_link_that_ended_says_why(db, contest):
    made = make_round(db, contest)
    expiring, revoked, renewed = (invited(db, contest, made, name) for name in ("Una", "Dora", "Tria"))
    revoke_guest_link(db, contest.ada, made, link=revoked.link.public_id)
    renew_guest_link(db, contest.ada, made, link=renewed.link.public_id, days=3, devices=1)

    assert "organisers have ended this link" in why_not(db, revoked)
    assert "newer link" in why_not(db, renewed)
    assert "Nobody has given out this link" in why_not(db, replace(renewed, plain="forged"))
    with later(14 * 86400):
        assert "was good until Tue, 28 Apr 2026" in why_not(db, expiring)


def test_revoking_renewing_expiry_and_the_end_of_judging_end_open_sign_ins_at_once(db, contest):
    made = make_round(db, contest)
    cookies = {}
    for name in ("revoke", "renew", "replace", "expire", "stay"):
        link = invited(db, contest, made, name, days=1 if name == "expire" else 14)
        cookies[name] = (link.link, came_in(db, link)[1])

    revoke_guest_link(db, contest.ada, made, link=cookies["revoke"][0].public_id)
    renew_guest_link(db, contest.ada, made, link=cookies["renew"][0].public_id, days=3, devices=1)
    replace_judge(db, contest.ada, made, person_id=cookies["replace"][0].person_id, by_id=None, counts=True)
    with later(86400):
        left = [name for name, (_link, cookie) in cookies.items() if find_guest(db, cookie)]

    assert left == ["stay"]
    assert [one.state for one in guests_of(db, made.id)] == ["revoked", "works", "revoked", "works", "works"]


def test_a_guest_may_sign_out_and_come_again(db, contest):
    made = make_round(db, contest)
    link = invited(db, contest, made)
    guest, cookie = came_in(db, link)

    sign_guest_out(db, guest.actor, guest.person, cookie=cookie)

    assert find_guest(db, cookie) is None
    assert came_in(db, link)[0].person.id == guest.person.id


def test_a_mailed_link_asks_for_the_address_which_a_scanner_does_not_know(db, contest):
    made = make_round(db, contest)
    link = invited(db, contest, made, email="Gus@Example.org")
    plain = issue_guest_token(db, link.link)

    for typed in ("", "eve@example.org"):
        with pytest.raises(Invalid):
            sign_in_by_guest_link(db, VISITOR, None, plain=plain, email=typed)

    assert link.plain == ""
    assert sign_in_by_guest_link(db, VISITOR, None, plain=plain, email="gus@example.org")


def test_the_last_device_is_given_out_once(db, contest):
    made = make_round(db, contest)
    plain = invited(db, contest, made, devices=1).plain
    db.commit()

    found = race(*[lambda own: sign_in_by_guest_link(own, VISITOR, None, plain=plain)] * 4)

    assert [one is None for one in found].count(True) == 1
    with transaction() as own:
        assert own.exec(select(GuestLink.used)).one() == 1


def test_two_organisers_who_invite_one_guest_at_once_make_one_link(db, contest):
    made = make_round(db, contest)
    db.commit()

    def step(own):
        invite_guest_judge(own, contest.ada, made, name="Gus Grau", email="gus@example.org")

    assert kinds(race(step, step, step)) == ["Conflict", "Conflict", "done"]
    with transaction() as own:
        assert [one.name for one in guests_of(own, made.id)] == ["Gus Grau"]


def test_no_readable_token_or_cookie_is_kept(db, contest):
    link = invited(db, contest, make_round(db, contest))
    _guest, cookie = came_in(db, link)

    rows = [*db.exec(select(Token)), *db.exec(select(GuestLink)), *db.exec(select(guest_signin.GuestSignIn))]

    assert not [one for one in rows if link.plain in repr(one) or cookie in repr(one)]


def test_a_guest_declares_conflicts_as_other_judges_do(db, contest):
    made, link = opened(db, contest)
    guest, _cookie = came_in(db, link)
    public = work_of(db, made, "Straw")

    declare_conflict(db, guest.actor, get_work(db, guest.actor, made, public), reason="My sister works there.")

    with pytest.raises(NotFound):
        get_work(db, guest.actor, made, public)


def test_who_makes_an_account_with_the_address_goes_on_as_the_same_judge(db, contest):
    made = make_round(db, contest)
    link = invited(db, contest, made, email="gus@example.org")
    ask_for_link(db, VISITOR, None, email="gus@example.org", name="Somebody else typed this", registering=True)
    asked = SignInLinkAsked(person_id=link.link.person_id, known=False, registering=True, browser="", onward="")

    person, _cookie = sign_in_by_link(
        db, VISITOR, None, plain=issue_link_token(db, asked), browser="", email="gus@example.org"
    )

    assert (person.id, person.name, person.state) == (link.link.person_id, "Gus Grau", PersonState.ACTIVE)
    assert actor_for(db, person.id).is_("judge", "round", made.id)


def test_who_only_typed_their_address_here_is_not_forgotten_once_they_are_invited(db, contest):
    ask_for_link(db, VISITOR, None, email="gus@example.org")
    made = make_round(db, contest)
    invited(db, contest, made, email="gus@example.org", days=30)
    db.commit()

    with later(8 * 86400):
        run_due_timers()

    db.expire_all()
    assert find_person(db, "gus@example.org").name == "Gus Grau"


def test_the_address_of_who_never_came_is_forgotten_and_of_who_came_is_kept(db, contest):
    made = make_round(db, contest)
    came = invited(db, contest, made, "Came", email="came@example.org")
    invited(db, contest, made, "Never", email="never@example.org")
    came_in(db, replace(came, plain=issue_guest_token(db, came.link)), email="came@example.org")
    db.commit()

    with later(30 * 86400):
        run_due_timers()

    db.expire_all()
    assert find_person(db, "never@example.org") is None
    assert [one.judges for one in judges_of(db, made.id)] == [True, True, False]


def test_whom_organisers_have_entered_elsewhere_is_not_forgotten_with_their_link(db, contest):
    enter_elsewhere(db, contest, "Gus Grau", "gus@example.org")
    invited(db, contest, make_round(db, contest), email="gus@example.org")
    db.commit()

    with later(30 * 86400):
        run_due_timers()

    db.expire_all()
    assert find_person(db, "gus@example.org").name == "Gus Grau"


def test_what_a_forgotten_guest_was_to_judge_is_free_for_others(db, contest):
    made = make_round(db, contest)
    gus = invited(db, contest, made, email="gus@example.org").link.person_id
    assign_judges(db, contest.ada, made)
    db.commit()
    before = {one.person_id for one in assignments_in(db, made.id)}
    db.commit()

    with later(30 * 86400):
        run_due_timers()

    db.expire_all()
    judge = contest.judges[0].person
    assert (before, {one.person_id for one in assignments_in(db, made.id)}) == ({judge, gus}, {judge})


def test_a_guest_of_two_rounds_who_never_came_is_forgotten_too(db, contest):
    for name in ("First", "Second"):
        invited(db, contest, make_round(db, contest, name=name), email="gus@example.org")
    db.commit()

    with later(30 * 86400):
        run_due_timers()

    db.expire_all()
    assert find_person(db, "gus@example.org") is None


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"name": " "}, "name"), ({"email": "no address"}, "email"), ({"days": 0}, "days"), ({"devices": 99}, "devices")],
)
def test_an_invitation_that_makes_no_sense_is_refused(db, contest, terms, field):
    made = make_round(db, contest)

    with pytest.raises(Invalid) as refused:
        invited(db, contest, made, **terms)

    assert list(refused.value.fields) == [field]


def test_a_judge_of_the_round_is_not_invited_and_an_audience_has_no_guests(db, contest):
    made, audience = make_round(db, contest), make_round(db, contest, "audience")

    with pytest.raises(Conflict, match="Judge 1 judges in this round already"):
        invited(db, contest, made, email="judge1@example.org")
    with pytest.raises(Conflict, match="audience decides"):
        invited(db, contest, audience)


def test_guests_are_asked_anew_for_the_next_round_and_go_with_a_round_that_is_removed(db, contest):
    made, link = opened(db, contest)
    _guest, cookie = came_in(db, link)
    following = make_round(db, contest, name="Next", after_id=made.id, places=2)
    draft = make_round(db, contest, name="Draft")
    invited(db, contest, draft)

    remove_round(db, contest.ada, draft)

    assert [one.name for one in judges_of(db, following.id)] == ["Judge 1"]
    assert find_guest(db, cookie).round.id == made.id


def test_a_link_is_usually_good_to_the_day_after_the_phase(db, contest):
    from events.rounds.guests import usual_days

    made = make_round(db, contest)
    ends = contest.event.phase(PhaseKind.JUDGING).ends_at

    days = usual_days(made)

    assert timedelta(hours=24) <= clock.now() + timedelta(days=days) - ends <= timedelta(hours=48)
    assert usual_days(RoundInEvent(made.round.model_copy(update={"phase": None}), contest.event)) == 14
