"""Facts that nobody is written about. A test fails for a fact that has no letter and does not stand here."""

from events import (
    admission,
    answering,
    certificates,
    challenge_annex,
    challenge_questions,
    challenge_resources,
    challenges,
    check_in,
    checkpoints,
    clusters,
    consents,
    deadlines,
    desks,
    following,
    gallery,
    help_queue,
    join_requests,
    joining,
    letter_choices,
    letter_texts,
    looking_after,
    marketplace,
    offered_places,
    open_roles,
    organisations,
    people,
    phases,
    prizes,
    programmes,
    progress,
    reachability,
    roles,
    seekers,
    signin,
    submission_fields,
    team_rules,
    teams,
    type_rules,
)
from events import events as gatherings
from events.importing import devpost, items, participants
from events.proposals import adjustments, places
from events.proposals import drafts as proposals
from events.rounds import (
    assigning,
    comments,
    conflicts,
    consensus,
    guest_signin,
    guests,
    judges,
    one_more,
    publishing,
    rounds,
    scoring,
    votes,
)
from events.screening import decisions, screenings, verdicts
from mailer.letters import silent
from sessions import (
    assessments,
    attendance,
    availability,
    blocks,
    booking_rules,
    breaks,
    feeds,
    invitation_wishes,
    lessons,
    live_scoring,
    meetings,
    moderation,
    no_thanks,
    office_hours,
    outcomes,
    own_calendars,
    pitches,
    replies,
    standby,
    tables,
    waiting,
    wishes,
)
from sessions.peer_reviews import feedback, follow_ups, responses
from sessions.reports import quotations
from sessions.reports import reports as review_reports
from sessions.reports import versions as report_versions
from sessions.schedules import drafts
from sessions.timetable import conflicts as timetable_conflicts
from sessions.timetable import rows

# Set-up: whoever did it was there.
silent(
    programmes.ProgrammeCreated,
    programmes.ProgrammeChanged,
    programmes.ClusterAdded,
    programmes.ClusterRemoved,
    desks.DeskAdded,
    desks.DeskChanged,
    desks.DeskRemoved,
    desks.DeskOfficerRemoved,
    looking_after.DeskAssigned,
    items.ItemsImported,
    devpost.SubmissionsImported,
    participants.ParticipantsImported,
    gatherings.EventCreated,
    following.HackathonTakenOver,
    gatherings.EventChanged,
    gatherings.EventPublished,
    gatherings.EventStarted,
    gatherings.EventClosed,
    roles.RoleGranted,
    blocks.BlockAdded,
    blocks.BlockRemoved,
    blocks.TableAdded,
    breaks.BreaksSet,
    tables.TableChanged,
    tables.TableRemoved,
    type_rules.TypeRulesChanged,
    deadlines.GraceSet,
    prizes.PrizesChanged,
    certificates.CertificateLookChanged,
    certificates.CertificatesHeldBack,
    submission_fields.SubmissionFieldsChanged,
    team_rules.TeamRulesChanged,
    checkpoints.CheckpointSet,
    checkpoints.CheckpointRemoved,
    booking_rules.BookingRulesChanged,
    rows.TracksChanged,
    rows.RoomsChanged,
    rows.SessionAdded,
    rows.SessionChanged,
    rows.SessionPlaced,
    rows.SessionTakenOff,
    rows.SessionRemoved,
    timetable_conflicts.ConflictLevelsSet,
)
# It happens in a live room, before the eyes of those concerned; the audit shows it to those who run the room.
silent(moderation.RoomModerated, moderation.UnwantedWordsSet, live_scoring.ScoringJoined, wishes.WishesTurned)
# Drafts concern organisers, whose page shows them; of a published one, each changed meeting is written about itself.
silent(
    drafts.ScheduleAsked,
    drafts.ScheduleMade,
    drafts.ScheduleFailed,
    drafts.ScheduleCancelled,
    drafts.DraftDiscarded,
    drafts.SchedulePublished,
)
# The challenge's page shows it; questions and answers are what is written about.
silent(
    challenge_resources.ChallengeResourcesChanged,
    challenge_annex.AnnexWritten,
    challenge_annex.AnnexTermsAgreed,
    challenge_annex.AnnexOpened,
    challenge_questions.ChallengeQuestionHidden,
)
# Teams see it on their submission's page, and organisers on the gallery's.
silent(gallery.GalleryAgreed, gallery.GalleryAgreementTakenBack, gallery.GalleryClosed, gallery.HiddenFromGallery)
# Organisers say it themselves to whom it was announced.
silent(prizes.PrizeTakenBack)
# Proposals of teams concern organisers until they are sent; answers stand on their page.
silent(
    proposals.TeamsAsked,
    proposals.TeamsProposed,
    proposals.TeamsFailed,
    proposals.TeamsCancelled,
    proposals.ProposalDiscarded,
    adjustments.ProposalAdjusted,
    places.PlaceAccepted,
    places.PlaceDeclined,
    places.ProposalEnded,
)
# What a person did and saw: the page has said it.
silent(
    signin.SignedIn,
    signin.SignedOut,
    people.PersonJoined,
    people.ProfileChanged,
    organisations.OrganisationAdded,
    organisations.OrganisationChanged,
    organisations.OrganisationJoined,
    organisations.OrganisationLeft,
    organisations.ContactNamed,
    admission.MembershipTakenBack,
    clusters.ClusterJoined,
    clusters.ClusterLeft,
    marketplace.ItemPublished,
    marketplace.ItemChanged,
    marketplace.ItemWithdrawn,
    marketplace.ItemShown,
    marketplace.ItemHidden,
    challenges.ChallengePublished,
    challenges.ChallengeChanged,
    teams.TeamFormed,
    teams.TeamChanged,
    teams.TeamJoined,
    teams.TeamLeft,
    joining.TeamInvitationDeclined,
    joining.TeamInvitationTakenBack,
    open_roles.RoleOpened,
    open_roles.RoleClosed,
    seekers.TeamSought,
    seekers.TeamSearchEnded,
    join_requests.JoiningTakenBack,
    consents.ConsentGiven,
    answering.RegistrationAnswered,
    offered_places.PlaceConfirmed,
    availability.AvailabilitySet,
    invitation_wishes.InvitationsChosen,
    feeds.FeedMade,
    feeds.FeedEnded,
    own_calendars.OwnCalendarGiven,
    own_calendars.OwnCalendarForgotten,
    own_calendars.BusyTimesChanged,
    letter_choices.LettersStopped,
    replies.CalendarAnswered,
    replies.ReplySettled,
    letter_choices.LettersResumed,
    reachability.AddressSuppressed,
    reachability.AddressTrusted,
    reachability.LetterSentAgain,
    letter_texts.LetterTextSet,
    no_thanks.NoThanksSaid,
    no_thanks.NoThanksTakenBack,
    meetings.MeetingLocked,
    standby.StandbyChanged,
    waiting.WaitingBegan,
    waiting.WaitingEnded,
    assessments.MeetingAssessed,
    outcomes.OutcomeNoted,
)
# The team's room and the mentors' queue show it as it happens.
silent(
    progress.ProgressNoted,
    progress.ProgressTakenBack,
    office_hours.OfficeHoursOpened,
    office_hours.OfficeHoursClosed,
    help_queue.HelpAsked,
    help_queue.HelpGivenBack,
    help_queue.HelpFinished,
    help_queue.HelpTakenBack,
)
# Live or by the clock: the room and the page show it at the moment it counts.
silent(
    phases.PhaseOpened,
    phases.PhaseClosed,
    pitches.StagePlanned,
    pitches.StageOpened,
    pitches.StageClosed,
    pitches.PitchStarted,
    pitches.PitchEnded,
    attendance.CheckedInToMeeting,
    attendance.MeetingHeld,
    check_in.ParticipantCheckedIn,
    check_in.CheckInUndone,
)
# The letter about the new meeting says it.
silent(standby.StandbyCalled)
# Judging: organisers have their board, judges are written to about what waits for them, teams about what is published.
silent(
    rounds.RoundAdded,
    rounds.RoundChanged,
    rounds.RoundRemoved,
    rounds.RoundOpened,
    rounds.RoundClosed,
    judges.JudgeNamed,
    judges.JudgeEnded,
    assigning.JudgesAssigned,
    one_more.OneMoreAssigned,
    guests.GuestLinkRevoked,
    guest_signin.GuestSignedIn,
    guest_signin.GuestSignedOut,
    conflicts.ConflictDismissed,
    conflicts.MentorNoted,
    votes.VoteGiven,
    scoring.SubmissionFlagged,
    scoring.FlagSettled,
    comments.TieDecided,
    comments.ConsensusNoted,
    publishing.ResultHeldBack,
    publishing.ResultPutAside,
)
# Evaluators meet to agree; their page shows it. Screening has its board, and its screeners and teams are written to.
silent(
    consensus.RapporteurNamed,
    consensus.ConsensusWritten,
    consensus.DissentRecorded,
    consensus.DissentWithdrawn,
    screenings.ScreeningChanged,
    screenings.ScreeningOpened,
    screenings.ScreeningClosed,
    screenings.ScreenerNamed,
    screenings.ScreenerEnded,
    verdicts.VerdictGiven,
    decisions.EligibilityDecided,
)
# One letter says it when a host has answered all; the plan's page shows each answer and report. Feedback is nobody's.
silent(responses.HostResponded, follow_ups.ActionReported, feedback.FeedbackGiven)
# Lessons and reports have their pages; letters are about what waits for somebody, and what was published.
silent(
    lessons.LessonNoted,
    lessons.LessonChanged,
    lessons.LessonShared,
    lessons.LessonWithdrawn,
    quotations.QuotationAnswered,
    review_reports.ReportStarted,
    review_reports.ReportEdited,
    review_reports.EditorEnded,
    report_versions.ReportWithdrawn,
)
