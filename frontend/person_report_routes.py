"""The addresses of reports of people in live rooms."""

from starlette.routing import BaseRoute

from frontend.pages import person_reports
from frontend.routing import get, post

HERE = "/e/{event}/report/{where}/{spot}/{person}"
REPORTED = "/e/{event}/reported"

PERSON_REPORTS: list[BaseRoute] = [
    get(HERE, person_reports.show_form, "person_to_report"),
    post(HERE, person_reports.report_now, "report_person"),
    get(REPORTED, person_reports.show_reported, "reported_people"),
    get(f"{REPORTED}/now", person_reports.reported_fragment, "reported_fragment"),
    post(f"{REPORTED}/{{person_report}}/settle", person_reports.settle_now, "settle_person_reports"),
    post(f"{REPORTED}/{{person_report}}/remove", person_reports.remove_now, "remove_reported"),
    post(f"{REPORTED}/{{person_report}}/silence", person_reports.silence_now, "silence_reported"),
    post(f"{REPORTED}/lobby/{{person}}/back", person_reports.back_into_lobby_now, "let_back_into_lobby"),
    post(
        f"{REPORTED}/meetings/{{meeting}}/{{person}}/back", person_reports.back_into_meeting_now,
        "let_back_into_meeting",
    ),
]  # fmt: skip
