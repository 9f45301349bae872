"""Schedules of a whole event: from rows to a problem, from a draft to everybody's agenda."""

from sessions.meetings import MeetingState
from sessions.schedules.drafts import DraftState
from sessions.schedules.publishing import publish_schedule
from tests.sessions.makers_meetings import problems_with_seats
from tests.sessions.makers_schedules import again, make_agreed, make_central_fair, make_draft, make_people, row_of


def test_a_published_draft_gives_each_agreed_meeting_its_time_seats_and_table(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    meetings = [make_agreed(db, fair, people[0], other) for other in people[1:]]

    draft = make_draft(db, fair)
    assert draft.draft.state is DraftState.DONE, draft.draft.problem
    publish_schedule(db, fair.ada, draft)

    rows = [row_of(db, one) for one in meetings]
    assert [row.state for row in rows] == [MeetingState.SCHEDULED] * 3
    assert len({row.starts_at for row in rows}) == 3
    assert problems_with_seats(db) == []
    assert again(db, fair.event, draft.draft).draft.state is DraftState.PUBLISHED
