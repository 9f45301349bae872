"""The first chapters: people sign up by mailed links, an organiser sets a hackathon up, people register."""

from playwright.sync_api import expect

from tests.journeys.people import Somebody
from tests.journeys.story import HACKATHON, Story

DESCRIPTION = """Two days in which makers of food and people who write software solve what is on their hands.

- **Monday** teams form
- **Thursday** they hand in"""


def sign_up(story: Story, name: str, *, zone: str = "Europe/Brussels") -> Somebody:
    """Make an account with nothing but a name and an address, and open it with the link that comes by mail.

    The time zone is the browser's own, where it can say so.
    """
    person = story.newcomer(name, timezone_id=zone)
    person.open("/").follow("New here?")
    person.write("Name", name).write("E-mail address", person.email).press("Mail me a link")
    person.arrives_at("Look at your mail")

    letter = story.house.post.wait_for(person.email)
    [link] = [one for one in letter.links if "/sign-in/link/" in one]
    person.open(link)
    person.press("Sign in")

    person.arrives_at(f"Hello {name.split(maxsplit=1)[0]}")
    assert person.open("/account").field("Time zone").input_value() == zone
    return person


def a_link_works_once(story: Story, person: Somebody) -> None:
    """Whoever finds the letter later gets a sentence, not an account."""
    [link] = [one for one in story.house.post.letters_to(person.email)[0].links if "/sign-in/link/" in one]

    finder = story.enter("Finder", javascript=story.javascript)
    finder.open(link)

    finder.arrives_at("This link is spent")


def set_up_a_network(story: Story) -> None:
    """Ada makes the programme, Che enters a company that needs something and publishes the need."""
    ada, che = story["Ada"], story["Che"]
    ada.open("/programmes/new").write("Name", "Green Food Network").press("Set it up")
    ada.arrives_at("Green Food Network")
    story.places["programme"] = ada.path

    che.open("/organisations/new").write("Name", "Alpenkäse GmbH")
    che.choose("Kind", "Traditional SME").choose("Country", "Austria").press("Enter it")
    che.arrives_at("Alpenkäse GmbH")
    story.places["organisation"] = che.path


def set_up_a_hackathon(story: Story, *, starts: str) -> None:
    """Ada makes a draft from the template, looks at what is missing, mends it and publishes."""
    ada = story["Ada"]
    ada.open(story.places["programme"]).follow("New event")
    ada.tick("Hackathon").write("Name", HACKATHON).write("It starts on", starts)
    ada.field("Time zone").select_option("Europe/Vienna")
    ada.press("Make the draft")
    ada.sees("Not yet: the checklist says what is missing.")
    assert ada.main.get_by_role("button", name="Publish").is_disabled()
    story.places["hackathon"] = ada.path.removesuffix("/set-up")

    stranger = story.enter("Stranger", javascript=story.javascript)
    stranger.open(story.places["hackathon"])
    stranger.does_not_see(HACKATHON)

    ada.follow("Texts and places").write("Description", DESCRIPTION).press("Save")
    ada.open(story.places["hackathon"] + "/set-up/registration")
    ada.write("Another question", "What can you do?").press("Add this question")
    ada.open(story.places["hackathon"] + "/set-up")
    confirm(ada, "Publish", "Publish now")
    ada.sees("Published: everybody can see this page now.")

    stranger.open(story.places["hackathon"])
    stranger.arrives_at(HACKATHON)
    expect(stranger.main.locator("strong", has_text="Monday")).to_be_visible()


def confirm(person: Somebody, button: str, really: str = "") -> Somebody:
    """Press a button that asks first, and say yes."""
    asked = person.main.locator("details.ask", has=person.page.locator("summary", has_text=button)).first
    asked.locator("summary").click()
    person._step(asked.get_by_role("button", name=really or button, exact=True).click)
    return person.look()


def register(story: Story, *names: str) -> None:
    """People register for the hackathon: one type, one question, one consent."""
    for name in names:
        person = story[name]
        person.open(story.places["hackathon"]).follow("Register")
        person.tick("Team member").write("What can you do?", "Sensors and patience.").tick("I agree")
        person.press("Register")
        person.sees("What you said").sees("Sensors and patience.")
        story.house.post.wait_for(person.email, HACKATHON)


def a_second_registration_is_refused_kindly(story: Story, name: str) -> None:
    """Whoever registers again is shown the place they have."""
    person = story[name]

    person.open(story.places["hackathon"] + "/register")

    person.sees("already")
