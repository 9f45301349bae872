"""Setting up an event: from a template, through its checklist, to published, started and closed."""

from frontend.pages.setup.checklist import close_now as close_now
from frontend.pages.setup.checklist import publish_now as publish_now
from frontend.pages.setup.checklist import show_set_up as show_set_up
from frontend.pages.setup.checklist import start_now as start_now
from frontend.pages.setup.phases import drop_phase_now as drop_phase_now
from frontend.pages.setup.phases import edit_phases as edit_phases
from frontend.pages.setup.phases import move_phase_now as move_phase_now
from frontend.pages.setup.registration import add_question_now as add_question_now
from frontend.pages.setup.registration import add_type_now as add_type_now
from frontend.pages.setup.registration import edit_registration as edit_registration
from frontend.pages.setup.registration import set_consent_now as set_consent_now
from frontend.pages.setup.roles import appoint_now as appoint_now
from frontend.pages.setup.roles import edit_roles as edit_roles
from frontend.pages.setup.teams import edit_team_rules as edit_team_rules
from frontend.pages.setup.teams import set_team_rules_now as set_team_rules_now
from frontend.pages.setup.texts import change_texts as change_texts
from frontend.pages.setup.texts import clone_form as clone_form
from frontend.pages.setup.texts import clone_now as clone_now
from frontend.pages.setup.texts import create_now as create_now
from frontend.pages.setup.texts import edit_texts as edit_texts
from frontend.pages.setup.texts import new_event as new_event
