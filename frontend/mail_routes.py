"""The addresses of mail and calendars: what an event's organisers see of its letters, and what people choose."""

from starlette.routing import BaseRoute

from frontend.pages import busy_times, calendars, letters, milestones, replies, subscriptions, unreachable
from frontend.routing import get, post

MAIL: list[BaseRoute] = [
    get("/e/{event}/letters", letters.show_letters, "letters"),
    get("/e/{event}/letters/in", letters.show_what_came, "letters_in"),
    get("/e/{event}/letters/texts", letters.show_texts, "letter_texts"),
    post("/e/{event}/letters/texts", letters.set_text_now, "set_letter_text"),
    post("/e/{event}/letters/texts/look", letters.look_at_text, "look_at_letter_text"),
    post("/e/{event}/letters/texts/page", letters.show_letter_page, "show_letter_page"),
    post("/e/{event}/letters/texts/test", letters.test_text_now, "send_test_letter"),
    get("/e/{event}/letters/notices", letters.show_notices, "notices"),
    post("/e/{event}/letters/notices/look", letters.look_at_notice, "look_at_notice"),
    post("/e/{event}/letters/notices", letters.send_notice_now, "send_notice"),
    post("/e/{event}/letters/{letter}/again", letters.resend_now, "resend_letter"),
    post("/e/{event}/letters/{letter}/trust", letters.trust_now, "trust_address"),
    post("/e/{event}/milestones/follow", milestones.follow_now, "follow_milestones"),
    post("/e/{event}/milestones/unfollow", milestones.unfollow_now, "unfollow_milestones"),
    get("/answers/{held}", replies.show_held, "held_reply"),
    post("/answers/{held}/confirm", replies.confirm_now, "confirm_reply"),
    post("/answers/{held}/disown", replies.disown_now, "disown_reply"),
    get("/other-times/{proposal}", replies.show_proposal, "time_proposal"),
    post("/other-times/{proposal}/take", replies.take_now, "take_proposal"),
    post("/other-times/{proposal}/keep", replies.keep_now, "keep_time"),
    get("/account/calendar", calendars.show_calendar, "own_calendar"),
    post("/account/calendar", calendars.choose_now, "choose_invitations"),
    post("/account/calendar/digests", calendars.choose_digests_now, "choose_digests"),
    post("/account/calendar/feed", calendars.make_now, "make_feed"),
    post("/account/calendar/feed/end", calendars.end_now, "end_feed"),
    get("/account/busy-times", busy_times.show_busy_times, "busy_times"),
    post("/account/busy-times", busy_times.give_now, "give_calendar"),
    post("/account/busy-times/read", busy_times.read_now, "read_calendar_again"),
    post("/account/busy-times/forget", busy_times.forget_now, "forget_calendar"),
    post("/account/address/trust", unreachable.trust_own_now, "trust_own_address"),
    get("/e/{event}/registrations/{registration}/address", unreachable.show_address, "participant_address"),
    post("/e/{event}/registrations/{registration}/address", unreachable.trust_now, "trust_participant"),
    post("/account/address", calendars.ask_for_address_now, "ask_for_address"),
    get("/account/address/{token}", calendars.show_new_address, "new_address"),
    post("/account/address/{token}", calendars.change_address_now, "change_address"),
    get("/account/calendar/{entry}.ics", calendars.send_entry, "calendar_entry"),
    get("/cal/{token}.ics", calendars.send_feed, "feed"),
    get("/letters/stop/{token}", subscriptions.show_choice, "stop_letters"),
    post("/letters/stop/{token}", subscriptions.stop_now, "stop_letters_now"),
    post("/letters/resume/{token}", subscriptions.resume_now, "resume_letters"),
]
