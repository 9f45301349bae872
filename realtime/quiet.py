"""Facts that no open page waits for, and why."""

from events import (
    admission,
    answering,
    certificates,
    challenge_annex,
    challenges,
    clusters,
    completeness,
    consents,
    deadlines,
    desks,
    following,
    gallery,
    letter_choices,
    letter_texts,
    marketplace,
    membership_requests,
    organisations,
    page_limits,
    people,
    prizes,
    programmes,
    reachability,
    signin,
    submission_fields,
    type_rules,
)
from events import events as gatherings
from events.importing import devpost, items, participants
from events.proposals import adjustments
from events.proposals import drafts as proposals
from events.rounds import (
    calls,
    comments,
    conflicts,
    guest_signin,
    guests,
    publishing,
    redress,
    rounds,
    voters,
)
from events.screening import decisions, screenings
from realtime.announcing import quiet
from sessions import (
    addresses,
    assessments,
    booking_rules,
    clock_changes,
    digest_wishes,
    digests,
    feeds,
    forwarded,
    invitation_wishes,
    lessons,
    live_scoring,
    milestones,
    moderation,
    no_thanks,
    notices,
    nudges,
    outcomes,
    own_calendars,
    pitches,
    reminders,
    replies,
    request_nudges,
    standby,
    waiting,
    wishes,
)
from sessions import proposals as proposals_of_times
from sessions.peer_reviews import action_plans, feedback, follow_ups, responses
from sessions.regular import rows as regular
from sessions.reports import quotations
from sessions.reports import reports as review_reports
from sessions.reports import versions as report_versions
from sessions.schedules import drafts
from sessions.timetable import calendars as agenda_calendars
from sessions.timetable import stars

# The room's own numbered changes carry these at the same moment.
quiet(pitches.PitchStarted, pitches.PitchEnded)
# Sockets of whoever was removed are closed by what the journal names; the rest is in the room's own changes. Requests
# that come of wishes are announced themselves.
quiet(moderation.RoomModerated, moderation.UnwantedWordsSet, live_scoring.ScoringJoined, wishes.WishesTurned)
# The release is announced to everybody who takes part, and a letter goes to each of these.
quiet(agenda_calendars.SpeakerScheduled, agenda_calendars.SpeakerMoved, agenda_calendars.SpeakerFreed)
quiet(agenda_calendars.AudienceMoved, agenda_calendars.AudienceFreed)
# One's own agenda and calendar: whoever did it was there.
quiet(stars.SessionStarred, stars.SessionUnstarred, invitation_wishes.InvitationsChosen)
quiet(letter_choices.LettersStopped, letter_choices.LettersResumed)
quiet(digest_wishes.DigestsChosen, digests.DigestDue, digests.KeptNoticeSent)
# The meeting that is moved or called off by one is announced itself.
quiet(replies.CalendarAnswered, replies.OtherTimeAsked, replies.OtherTimeDeclined)
quiet(replies.ReplyHeld, replies.ReplySettled)
quiet(forwarded.TextForwarded, clock_changes.ClockChanged, clock_changes.HoursChanged)
quiet(proposals_of_times.TimeProposed, proposals_of_times.TimeKept)
# Organisers look at the letters now and then.
quiet(reachability.AddressSuppressed, reachability.AddressTrusted, reachability.LetterSentAgain)
quiet(feeds.FeedMade, feeds.FeedEnded, own_calendars.OwnCalendarGiven, own_calendars.OwnCalendarForgotten)
quiet(reminders.EntryNear, addresses.AddressChangeAsked, addresses.AddressChanged, addresses.EntryRehomed)
quiet(letter_texts.LetterTextSet, letter_texts.LetterTested, notices.NoticeSent)
quiet(milestones.MilestoneFollowed, milestones.MilestoneMoved, milestones.MilestoneLeft)
# Calendars and letters tell of them; nobody waits at the page.
quiet(regular.RegularSessionSet, regular.RegularSessionChanged, regular.RegularSessionCalledOff)
quiet(regular.RegularTimeMoved, regular.RegularTimeCalledOff)
quiet(regular.RegularSessionJoined, regular.RegularSessionLeft)
# A revoked sign-in closes its sockets; nobody else is concerned.
quiet(signin.SignInLinkAsked, signin.SignedIn, signin.SignedOut, signin.PasswordSet)
# Whoever did it was there, and no other open page waits for it.
quiet(
    people.PersonJoined,
    people.ProfileChanged,
    organisations.OrganisationAdded,
    organisations.OrganisationChanged,
    organisations.OrganisationJoined,
    organisations.OrganisationLeft,
    organisations.ContactNamed,
    membership_requests.MembershipAsked,
    admission.MembershipAgreed,
    admission.MembershipTurnedDown,
    admission.MembershipTakenBack,
    clusters.ClusterJoined,
    clusters.ClusterLeft,
    programmes.ProgrammeCreated,
    programmes.ProgrammeChanged,
    programmes.ClusterAdded,
    programmes.ClusterRemoved,
    desks.DeskAdded,
    desks.DeskChanged,
    desks.DeskRemoved,
    desks.DeskOfficerAdded,
    marketplace.ItemPublished,
    marketplace.ItemChanged,
    marketplace.ItemWithdrawn,
    marketplace.ItemShown,
    marketplace.ItemHidden,
    items.ItemsImported,
    devpost.SubmissionsImported,
    participants.ParticipantsImported,
    consents.ConsentGiven,
    answering.RegistrationAnswered,
    completeness.CompletionAsked,
    following.HackathonTakenOver,
    challenges.ChallengeChanged,
    challenge_annex.AnnexTermsAgreed,
    challenge_annex.AnnexOpened,
    certificates.CertificateLookChanged,
    certificates.CertificatesIssued,
    certificates.CertificatesHeldBack,
    prizes.PrizesChanged,
    gallery.GalleryAgreed,
    gallery.GalleryAgreementTakenBack,
    gallery.HiddenFromGallery,
    prizes.PrizeAwarded,
    prizes.PrizeTakenBack,
    deadlines.GraceSet,
    page_limits.PageLimitsSet,
    submission_fields.SubmissionFieldsChanged,
    gatherings.EventCreated,
    gatherings.EventChanged,
    gatherings.EventPublished,
    type_rules.TypeRulesChanged,
)
quiet(
    booking_rules.BookingRulesChanged,
    no_thanks.NoThanksSaid,
    no_thanks.NoThanksTakenBack,
    nudges.AvailabilityAsked,
    request_nudges.RequestUnanswered,
    standby.StandbyChanged,
    waiting.WaitingBegan,
    waiting.WaitingEnded,
    assessments.MeetingAssessed,
    assessments.AssessmentsAwaited,
    outcomes.OutcomeNoted,
    outcomes.OutcomeAwaited,
)
quiet(proposals.TeamsAsked, proposals.ProposalDiscarded, adjustments.ProposalAdjusted)
# Whoever published sees it; of those who meet, each is told by the facts about their own meetings.
quiet(drafts.ScheduleAsked, drafts.DraftDiscarded, drafts.SchedulePublished)
# The request or the meeting that comes of it is announced itself.
quiet(standby.StandbyCalled, waiting.TimeFound)
# Organisers set rounds up alone, and teams get a letter.
quiet(
    rounds.RoundAdded,
    rounds.RoundChanged,
    rounds.RoundRemoved,
    conflicts.MentorNoted,
    guests.GuestJudgeInvited,
    guests.GuestLinkRevoked,
    voters.VoterInvited,
    voters.VoterRevoked,
    guest_signin.GuestSignedIn,
    guest_signin.GuestSignedOut,
    comments.CommentsReleased,
    comments.TieDecided,
    comments.ConsensusNoted,
    publishing.ResultHeldBack,
    publishing.ResultPutAside,
)
# Letters say it to those concerned.
quiet(redress.RedressAsked, redress.RedressWithdrawn, redress.RedressDecided)
# Each team gets a letter about its own.
quiet(calls.CallDecided, decisions.EligibilityReleased, screenings.ScreeningChanged)
# What comes after a review goes on for months: pages show it when they are opened, letters say what waits.
quiet(
    responses.HostResponded,
    responses.HostRespondedToAll,
    action_plans.ActionPlanned,
    action_plans.ActionChanged,
    follow_ups.HostAwaited,
    follow_ups.ActionReported,
    follow_ups.FollowUpComplete,
    follow_ups.ReviewClosed,
    feedback.FeedbackGiven,
)
quiet(lessons.LessonNoted, lessons.LessonChanged, lessons.LessonShared, lessons.LessonWithdrawn)
quiet(
    quotations.QuotationAsked,
    quotations.QuotationAnswered,
    review_reports.ReportStarted,
    review_reports.ReportEdited,
    review_reports.EditorNamed,
    review_reports.EditorEnded,
    report_versions.ReportHandedIn,
    report_versions.ReportPublished,
    report_versions.ReportSentBack,
    report_versions.ReportWithdrawn,
)
