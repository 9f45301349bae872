"""A hackathon that is judged: what a test means by `contest` and `judge` here."""

import pytest

from tests.events.makers_rounds import make_contest


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada)


@pytest.fixture
def judge(contest):
    return contest.judges[0]
