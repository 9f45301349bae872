"""Who hears of which fact. A test fails for a fact that is neither announced nor declared quiet."""

from typing import Any

from sqlmodel import select

from events import (
    challenge_annex,
    challenge_questions,
    challenge_resources,
    challenges,
    check_in,
    checkpoints,
    desks,
    gallery,
    help_queue,
    interventions,
    join_requests,
    joining,
    late_entries,
    looking_after,
    offered_places,
    open_roles,
    phases,
    planning,
    prizes,
    progress,
    registration,
    roles,
    seekers,
    submissions,
    team_pages,
    team_rules,
    teams,
)
from events import events as gatherings
from events.core.database import Database
from events.people import find_person
from events.proposals import drafts as proposals
from events.proposals import places
from events.roles import Role, Scope, people_with_role
from events.rounds import (
    assigning,
    conflicts,
    consensus,
    flags,
    judges,
    one_more,
    publishing,
    rounds,
    votes,
)
from events.screening import assigning as screening_assigning
from events.screening import decisions, screenings, verdicts
from realtime.announcing import Concerned, announced, changing_times
from realtime.channels import board_channel, crew_channel, event_channel, person_channel
from sessions import (
    attendance,
    availability,
    blocks,
    breaks,
    contradictions,
    meetings,
    mentoring,
    office_hours,
    own_calendars,
    pitches,
    stepping_in,
    tables,
)
from sessions.schedules import drafts
from sessions.timetable import conflicts as timetable_conflicts
from sessions.timetable import releases, rows


@announced(
    meetings.MeetingRequested,
    meetings.MeetingAgreed,
    meetings.MeetingAccepted,
    meetings.MeetingScheduled,
    meetings.MeetingDeclined,
    meetings.MeetingWithdrawn,
    meetings.MeetingExpired,
    meetings.MeetingMoved,
    meetings.MeetingCancelled,
    stepping_in.RestOffered,
    tables.MeetingPlaceRenamed,
    attendance.CheckedInToMeeting,
    attendance.NoShowMarked,
    attendance.MeetingHeld,
    attendance.MeetingFailed,
    attendance.AttendanceCorrected,
    contradictions.AttendanceContradicted,
)
def _meeting(db: Database, fact: Any) -> Concerned:
    row = db.get_one(meetings.Meeting, fact.meeting_id)
    people = (row.asker_id, row.invitee_id, *meetings.guests_of(db, fact.meeting_id))
    concerned = {person_channel(person) for person in people} | {board_channel(row.event_id)}
    return concerned, {"meeting": row.public_id, "board": _slug(db, row.event_id)}


@announced(
    meetings.MeetingLocked,
    blocks.BlockAdded,
    blocks.BlockRemoved,
    blocks.TableAdded,
    breaks.BreaksSet,
    tables.TableChanged,
    tables.TableRemoved,
)
def _board(db: Database, fact: meetings.MeetingLocked) -> Concerned:
    return {board_channel(fact.event_id)}, {"board": _slug(db, fact.event_id)}


def _slug(db: Database, event_id: int) -> str:
    return db.get_one(gatherings.Event, event_id).slug


@changing_times(
    meetings.MeetingRequested,
    meetings.MeetingAccepted,
    meetings.MeetingScheduled,
    meetings.MeetingDeclined,
    meetings.MeetingWithdrawn,
    meetings.MeetingExpired,
    meetings.MeetingMoved,
    meetings.MeetingCancelled,
    attendance.NoShowMarked,
    attendance.MeetingFailed,
    attendance.AttendanceCorrected,
)
def _times_of_meeting(db: Database, fact: meetings.MeetingRequested) -> set[int]:
    row = db.get_one(meetings.Meeting, fact.meeting_id)
    return {row.asker_id, row.invitee_id, *meetings.guests_of(db, fact.meeting_id)}


@changing_times(meetings.MeetingDelegated)
def _times_of_both_colleagues(db: Database, fact: meetings.MeetingDelegated) -> set[int]:
    return {fact.left_id, fact.joined_id}


@changing_times(meetings.MeetingJoined, meetings.MeetingLeft)
def _times_of_guest(db: Database, fact: meetings.MeetingJoined | meetings.MeetingLeft) -> set[int]:
    return {fact.person_id}


@announced(availability.AvailabilitySet, own_calendars.BusyTimesChanged)
def _availability(db: Database, fact: availability.AvailabilitySet | own_calendars.BusyTimesChanged) -> Concerned:
    row = db.get_one(registration.Registration, fact.registration_id)
    board = board_channel(row.event_id)
    return {person_channel(row.person_id), board}, {"registration": row.public_id, "board": _slug(db, row.event_id)}


@changing_times(availability.AvailabilitySet, own_calendars.BusyTimesChanged)
def _times_of_registration(
    db: Database, fact: availability.AvailabilitySet | own_calendars.BusyTimesChanged
) -> set[int]:
    return {db.get_one(registration.Registration, fact.registration_id).person_id}


@announced(drafts.ScheduleMade, drafts.ScheduleFailed, drafts.ScheduleCancelled)
def _draft(db: Database, fact: drafts.ScheduleMade) -> Concerned:
    row = db.get(drafts.ScheduleDraft, fact.draft_id)
    if row is None or row.asked_by_id is None:  # discarded before anybody was told
        return set(), {}
    return {person_channel(row.asked_by_id)}, {"draft": row.public_id}


@announced(meetings.MeetingDelegated, meetings.MeetingJoined, meetings.MeetingLeft)
def _people_of_meeting(db: Database, fact: meetings.MeetingDelegated | meetings.MeetingLeft) -> Concerned:
    concerned, said = _meeting(db, fact)
    left = fact.left_id if isinstance(fact, meetings.MeetingDelegated) else fact.person_id
    return concerned | {person_channel(left)}, said


@announced(
    registration.RegistrationReceived,
    registration.RegistrationAccepted,
    registration.RegistrationMadeToWait,
    registration.RegistrationDeclined,
    registration.RegistrationPromoted,
    registration.PlaceOffered,
    offered_places.PlaceConfirmed,
    offered_places.PlaceLapsed,
    registration.RegistrationWithdrawn,
    looking_after.DeskAssigned,
)
def _registration(db: Database, fact: registration.RegistrationAccepted) -> Concerned:
    row = db.get_one(registration.Registration, fact.registration_id)
    return {person_channel(row.person_id)}, {"registration": row.public_id}


def _members(db: Database, team_id: int) -> set[str]:
    query = select(teams.TeamMember.person_id).where(teams.TeamMember.team_id == team_id)
    return {person_channel(person) for person in db.exec(query)}


@announced(
    teams.TeamFormed,
    teams.TeamChanged,
    teams.TeamJoined,
    teams.TeamLeft,
    teams.LeadHandedOver,
    joining.TeamInvitationDeclined,
    joining.TeamInvitationTakenBack,
    late_entries.LateEntryGiven,
    late_entries.LateEntryTakenBack,
    open_roles.RoleOpened,
    open_roles.RoleClosed,
    interventions.PutIntoTeam,
    interventions.TakenOutOfTeam,
    team_pages.ChallengeSwitched,
)
def _team(db: Database, fact: teams.TeamFormed) -> Concerned:
    row = db.get(teams.Team, fact.team_id)
    person = getattr(fact, "person_id", None)
    own = {person_channel(person)} if person else set()
    return _members(db, fact.team_id) | own, {"team": row.public_id} if row else {}


@announced(teams.TeamInvitationSent)
def _invitation(db: Database, fact: teams.TeamInvitationSent) -> Concerned:
    row = db.get(teams.TeamInvitation, fact.invitation_id)
    invited = find_person(db, row.email) if row else None
    own = {person_channel(invited.id)} if invited and invited.id else set()
    return _members(db, fact.team_id) | own, {"invitation": row.public_id} if row else {}


@announced(
    join_requests.JoiningAsked,
    join_requests.JoiningAgreed,
    join_requests.JoiningTurnedDown,
    join_requests.JoiningTakenBack,
    join_requests.JoiningExpired,
)
def _request_to_join(db: Database, fact: join_requests.JoiningAsked) -> Concerned:
    row, team = db.get_one(join_requests.JoinRequest, fact.request_id), db.get(teams.Team, fact.team_id)
    said = {"joining": row.public_id} | ({"team": team.public_id} if team else {})
    return _members(db, fact.team_id) | {person_channel(row.person_id)}, said


@announced(seekers.TeamSought, seekers.TeamSearchEnded)
def _seeker(db: Database, fact: seekers.TeamSought) -> Concerned:
    return {person_channel(fact.person_id)}, {"seeker": _slug(db, fact.event_id)}


@announced(progress.ProgressNoted, progress.ProgressTakenBack)
def _progress(db: Database, fact: progress.ProgressNoted) -> Concerned:
    team = db.get(teams.Team, fact.team_id)
    readers = {person_channel(one) for one in help_queue.helpers_in(db, fact.event_id)}
    said = {"progress": _slug(db, fact.event_id)} | ({"team_room": team.public_id} if team else {})
    return _members(db, fact.team_id) | readers, said


@announced(
    help_queue.HelpAsked,
    help_queue.HelpTaken,
    help_queue.HelpGivenBack,
    help_queue.HelpFinished,
    help_queue.HelpTakenBack,
)
def _help(db: Database, fact: help_queue.HelpAsked) -> Concerned:
    row = db.get_one(help_queue.HelpRequest, fact.help_id)
    team = db.get(teams.Team, row.team_id)
    mentors = {person_channel(one) for one in help_queue.helpers_in(db, fact.event_id)}
    said = {"help": _slug(db, fact.event_id)} | ({"team_room": team.public_id} if team else {})
    return _members(db, row.team_id) | mentors, said


@announced(office_hours.OfficeHoursOpened, office_hours.OfficeHoursClosed)
def _hours(db: Database, fact: office_hours.OfficeHoursOpened) -> Concerned:
    mentors = {person_channel(one) for one in help_queue.helpers_in(db, fact.event_id)}
    return {event_channel(fact.event_id)} | mentors, {"mentoring": _slug(db, fact.event_id)}


@announced(
    mentoring.MentoringBooked, mentoring.MentoringMoved, mentoring.MentoringCancelled, mentoring.MentoringLeft
)  # fmt: skip
def _mentoring(db: Database, fact: mentoring.MentoringBooked) -> Concerned:
    row = db.get_one(mentoring.Mentoring, fact.mentoring_id)
    team = db.get_one(teams.Team, row.team_id)
    concerned = {event_channel(row.event_id), person_channel(row.mentor_id)} | _members(db, row.team_id)
    return concerned, {"mentoring": _slug(db, row.event_id), "team_room": team.public_id}


@changing_times(mentoring.MentoringBooked, mentoring.MentoringMoved, mentoring.MentoringCancelled)
def _times_of_mentoring(db: Database, fact: mentoring.MentoringBooked) -> set[int]:
    row = db.get_one(mentoring.Mentoring, fact.mentoring_id)
    return {row.mentor_id, *mentoring.attendees_of(db, fact.mentoring_id)}


@changing_times(mentoring.MentoringLeft)
def _times_of_leaver(db: Database, fact: mentoring.MentoringLeft) -> set[int]:
    return {fact.person_id}


@announced(checkpoints.CheckpointSet, checkpoints.CheckpointRemoved, checkpoints.CheckpointNear)
def _checkpoint(db: Database, fact: checkpoints.CheckpointSet) -> Concerned:
    return {event_channel(fact.event_id)}, {"progress": _slug(db, fact.event_id)}


@announced(proposals.TeamsProposed, proposals.TeamsFailed, proposals.TeamsCancelled, places.ProposalEnded)
def _proposal(db: Database, fact: proposals.TeamsProposed) -> Concerned:
    row = db.get(proposals.TeamProposal, fact.proposal_id)
    if row is None or row.asked_by_id is None:  # discarded before anybody was told
        return set(), {}
    return {person_channel(row.asked_by_id)}, {"proposal": row.public_id}


@announced(places.ProposalSent)
def _proposal_sent(db: Database, fact: places.ProposalSent) -> Concerned:
    row = db.get_one(proposals.TeamProposal, fact.proposal_id)
    asked = {person_channel(place.person_id) for place, _person in proposals.places_in(db, fact.proposal_id)
             if place.state is proposals.PlaceState.ASKED}  # fmt: skip
    return asked, {"proposal": row.public_id, "teams": _slug(db, fact.event_id)}


@announced(places.PlaceAccepted, places.PlaceDeclined)
def _place(db: Database, fact: places.PlaceAccepted) -> Concerned:
    place = db.get_one(proposals.ProposedPlace, fact.place_id)
    row = db.get_one(proposals.TeamProposal, place.proposal_id)
    organiser = {person_channel(row.asked_by_id)} if row.asked_by_id else set()
    return organiser | {person_channel(place.person_id)}, {"proposal": row.public_id, "place": place.public_id}


@announced(places.ProposedTeamFormed, places.ProposedTeamFailed)
def _proposed_team(db: Database, fact: places.ProposedTeamFormed) -> Concerned:
    team = db.get_one(proposals.ProposedTeam, fact.proposed_team_id)
    row = db.get_one(proposals.TeamProposal, team.proposal_id)
    seated = {person_channel(place.person_id) for place, _person in proposals.places_in(db, team.proposal_id)
              if place.proposed_team_id == team.id}  # fmt: skip
    organiser = {person_channel(row.asked_by_id)} if row.asked_by_id else set()
    return seated | organiser, {"proposal": row.public_id, "teams": _slug(db, fact.event_id)}


@announced(submissions.SubmissionHandedIn, submissions.LateVersionKept, submissions.LateVersionAdmitted)
def _submission(db: Database, fact: submissions.SubmissionHandedIn) -> Concerned:
    row = db.get_one(submissions.Submission, fact.submission_id)
    return _members(db, row.team_id), {"submission": row.public_id}


@announced(
    challenge_resources.ChallengeResourcesChanged,
    challenge_annex.AnnexWritten,
    challenge_questions.ChallengeQuestionAsked,
    challenge_questions.ChallengeQuestionAnswered,
    challenge_questions.ChallengeQuestionHidden,
)
def _challenge(db: Database, fact: challenge_annex.AnnexWritten) -> Concerned:
    row = db.get_one(challenges.Challenge, fact.challenge_id)
    query = select(teams.TeamMember.person_id).join(teams.Team).where(teams.Team.challenge_id == row.id)
    people = {*db.exec(query), *([row.person_id] if row.person_id else [])}
    return {person_channel(one) for one in people}, {"challenge": row.public_id}


@announced(
    pitches.PitchScheduled, pitches.PitchMoved, pitches.PitchCancelled, pitches.PitchJoined, pitches.PitchLeft
)  # fmt: skip
def _turn(db: Database, fact: pitches.PitchScheduled) -> Concerned:
    row = db.get_one(pitches.Pitch, fact.pitch_id)
    stage = db.get_one(pitches.Stage, row.stage_id)
    submission = db.get_one(submissions.Submission, row.submission_id)
    return _members(db, submission.team_id), {"stage": stage.public_id, "pitch": row.public_id}


@announced(pitches.StagePlanned, pitches.StageMoved, pitches.StageOpened, pitches.StageClosed)
def _stage(db: Database, fact: pitches.StageOpened) -> Concerned:
    stage = db.get_one(pitches.Stage, fact.stage_id).public_id
    return {event_channel(fact.event_id)}, {"stage": stage, "lobby": _slug(db, fact.event_id)}


@announced(
    rows.TracksChanged,
    rows.RoomsChanged,
    rows.SessionAdded,
    rows.SessionChanged,
    rows.SessionPlaced,
    rows.SessionTakenOff,
    rows.SessionRemoved,
    timetable_conflicts.ConflictLevelsSet,
)
def _timetable(db: Database, fact: rows.SessionAdded) -> Concerned:
    return {crew_channel(fact.event_id)}, {"timetable": _slug(db, fact.event_id)}


@announced(releases.AgendaReleased)
def _agenda(db: Database, fact: releases.AgendaReleased) -> Concerned:
    slug = _slug(db, fact.event_id)
    said = {"agenda": slug, "timetable": slug, "lobby": slug}
    return {event_channel(fact.event_id), crew_channel(fact.event_id)}, said


@announced(check_in.ParticipantCheckedIn, check_in.CheckInUndone)
def _door(db: Database, fact: check_in.ParticipantCheckedIn) -> Concerned:
    return {crew_channel(fact.event_id)}, {"door": _slug(db, fact.event_id)}


@announced(phases.PhaseOpened, phases.PhaseClosed, planning.PhaseMoved)
def _phase(db: Database, fact: phases.PhaseOpened) -> Concerned:
    event = db.get_one(gatherings.Event, fact.event_id)
    return {event_channel(fact.event_id)}, {"event": event.slug, "phase": fact.phase}


@announced(
    gatherings.EventStarted,
    gatherings.EventClosed,
    challenges.ChallengePublished,
    prizes.WinnersAnnounced,
    team_rules.TeamRulesChanged,
    gallery.GalleryOpened,
    gallery.GalleryClosed,
)
def _event(db: Database, fact: gatherings.EventStarted) -> Concerned:
    return {event_channel(fact.event_id)}, {"event": db.get_one(gatherings.Event, fact.event_id).slug}


@announced(roles.RoleGranted, roles.RoleTakenBack, desks.DeskOfficerRemoved)
def _person(db: Database, fact: roles.RoleGranted | roles.RoleTakenBack | desks.DeskOfficerRemoved) -> Concerned:
    return {person_channel(fact.person_id)}, {}


def _judging(db: Database, event_id: int) -> Concerned:
    """The organisers of an event, whose boards of judging fetch what changed."""
    event = db.get_one(gatherings.Event, event_id)
    people = {*people_with_role(db, Role.ORGANISER, Scope.EVENT, event_id)}
    people |= {*people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, event.programme_id)}
    return {person_channel(person) for person in people}, {"judging": event.slug}


@announced(
    votes.VoteGiven,
    flags.SubmissionFlagged,
    flags.FlagSettled,
    conflicts.ConflictDeclared,
    conflicts.ConflictDismissed,
    assigning.JudgesAssigned,
    one_more.OneMoreAssigned,
    judges.JudgeNamed,
    judges.JudgeEnded,
    screenings.ScreeningOpened,
    screenings.ScreeningClosed,
    screenings.ScreenerNamed,
    screenings.ScreenerEnded,
    verdicts.VerdictGiven,
    decisions.EligibilityDecided,
)
def _coverage(db: Database, fact: votes.VoteGiven) -> Concerned:
    return _judging(db, fact.event_id)


@announced(rounds.RoundOpened, rounds.RoundClosed)
def _round(db: Database, fact: rounds.RoundOpened) -> Concerned:
    concerned, said = _judging(db, fact.event_id)
    row = db.get_one(rounds.JudgingRound, fact.round_id)
    if row.scheme is rounds.Scheme.AUDIENCE:
        concerned |= {event_channel(fact.event_id)}
    concerned |= {person_channel(one.person_id) for one in judges.judges_of(db, fact.round_id) if one.judges}
    return concerned, said | {"round": row.public_id}


@announced(consensus.RapporteurNamed, consensus.ConsensusWritten, consensus.DissentRecorded, consensus.DissentWithdrawn)
def _consensus(db: Database, fact: consensus.ConsensusWritten) -> Concerned:
    """Whoever evaluates in the round, whose pages show what is agreed on."""
    concerned, said = _judging(db, fact.event_id)
    row = db.get_one(rounds.JudgingRound, fact.round_id)
    concerned |= {person_channel(one.person_id) for one in judges.judges_of(db, fact.round_id) if one.judges}
    return concerned, said | {"round": row.public_id}


@announced(screening_assigning.ScreenerAssigned)
def _to_screen(db: Database, fact: screening_assigning.ScreenerAssigned) -> Concerned:
    return {person_channel(fact.person_id)}, {"screening": db.get_one(gatherings.Event, fact.event_id).slug}


@announced(assigning.JudgeAssigned)
def _assigned(db: Database, fact: assigning.JudgeAssigned) -> Concerned:
    row = db.get_one(rounds.JudgingRound, fact.round_id)
    return {person_channel(fact.person_id)}, {"round": row.public_id}


@announced(publishing.ResultPublished)
def _result(db: Database, fact: publishing.ResultPublished) -> Concerned:
    row = db.get_one(rounds.JudgingRound, fact.round_id)
    return {event_channel(fact.event_id)}, {"round": row.public_id}
