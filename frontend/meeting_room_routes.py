"""The addresses of meeting rooms, and of how an event's meetings are held."""

from starlette.routing import BaseRoute

from frontend.pages import meeting_rooms, video
from frontend.routing import get, post

MEETING_ROOMS: list[BaseRoute] = [
    get("/meetings/{meeting}/room", meeting_rooms.show_room, "meeting_room"),
    get("/meetings/{meeting}/room/fragment", meeting_rooms.room_fragment, "meeting_room_fragment"),
    get("/meetings/{meeting}/room/notes/fragment", meeting_rooms.notes_fragment, "meeting_notes_fragment"),
    post("/meetings/{meeting}/room/notes", meeting_rooms.write_note_now, "write_meeting_note"),
    post("/meetings/{meeting}/room/notes/{note}/take-back", meeting_rooms.take_back_note_now, "take_back_note"),
    post("/meetings/{meeting}/room/leave", meeting_rooms.leave_now, "leave_meeting_room"),
    post("/meetings/{meeting}/room/end", meeting_rooms.close_now, "close_meeting_room"),
    post("/meetings/{meeting}/room/more", meeting_rooms.extend_now, "extend_meeting"),
    post("/meetings/{meeting}/room/knock", meeting_rooms.knock_now, "knock_at_room"),
    post("/meetings/{meeting}/room/answer", meeting_rooms.answer_knock_now, "answer_knock"),
    post("/meetings/{meeting}/room/put-out", meeting_rooms.put_out_now, "put_out_of_room"),
    post("/meetings/{meeting}/room/mute", meeting_rooms.ask_to_mute_now, "ask_to_mute"),
    post("/meetings/{meeting}/room/captions", meeting_rooms.choose_captioner_now, "choose_captioner"),
    post("/meetings/{meeting}/room/video", video.choose_now, "choose_video"),
    get("/e/{event}/set-up/video", video.show_rules, "video_rules"),
    post("/e/{event}/set-up/video", video.set_rules_now, "set_video_rules"),
]
