"""A browser without JavaScript: it signs in, follows links and sends forms with all that stands in them."""

import re
from html import unescape

from starlette.applications import Starlette
from starlette.testclient import TestClient

from events.core.access import Actor
from events.core.database import Database
from events.core.links import know_routes
from events.signin import form_token, open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from frontend.errors import handlers
from frontend.kept_pages import KeptPages
from frontend.middleware import Doorkeeper
from frontend.routes import routes
from tests.makers import person_of

ADDRESS = "http://folkmoot.example"


class Page:
    """What came back: its status, its address, and what a person reads there."""

    def __init__(self, response) -> None:
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self.headers = response.headers
        self.content = response.content

    @property
    def text(self) -> str:
        """The page's words, without head and markup, blanks run together."""
        body = self.html.partition("<main")[2].partition("</main>")[0] or self.html
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def headline(self) -> str:
        """The words of the one h1."""
        found = re.findall(r"<h1[^>]*>(.*?)</h1>", self.html, re.S)
        assert len(found) == 1, found
        return " ".join(unescape(found[0]).split())

    @property
    def links(self) -> list[str]:
        """Where the page's own links lead."""
        return [unescape(one) for one in re.findall(r'<a [^>]*href="([^"]+)"', self.html)]

    @property
    def forms(self) -> list[str]:
        """Where the page's forms go."""
        return [unescape(one) for one in re.findall(r'<form [^>]*action="([^"]+)"', self.html)]


def without_secrets(html: str) -> str:
    """A page without what is random in it: the keys of forms."""
    return re.sub(r'name="(key|csrf_token)" value="[^"]*"', "", html)


class Browser:
    """One person's browser; without a person a visitor's."""

    def __init__(self, db: Database, actor: Actor | None = None) -> None:
        self.db = db
        self.cookie = open_sign_in(db, person_of(db, actor), way="test") if actor else ""
        db.commit()
        app = Starlette(routes=routes(demo=False), exception_handlers=handlers())
        know_routes(app.url_path_for)
        cookies = {cookie_name(SIGN_IN): self.cookie} if self.cookie else {}
        self.app, self.kept = app, KeptPages(app)
        self.client = TestClient(
            Doorkeeper(self.kept), base_url=ADDRESS, cookies=cookies, raise_server_exceptions=False
        )

    def get(self, path: str, **headers: str) -> Page:
        """Open a page, following redirects."""
        self._let_go()
        return Page(self.client.get(path, headers=headers))

    def send(self, path: str, **fields: str | list[str]) -> Page:
        """Send a form from one of our own pages, following the redirect."""
        self._let_go()
        token = {"csrf_token": form_token(self.cookie)} if self.cookie else {}
        return Page(self.client.post(path, data={**token, **fields}, headers={"origin": ADDRESS}))

    def upload(self, path: str, name: str, file: tuple[str, bytes, str], **fields: str) -> Page:
        """The same with a file (its name, content and type) in the field of this name."""
        self._let_go()
        token = {"csrf_token": form_token(self.cookie)} if self.cookie else {}
        found = self.client.post(path, data={**token, **fields}, files={name: file}, headers={"origin": ADDRESS})
        return Page(found)

    def _let_go(self) -> None:
        """Keep what the test did so far: pages look through connections of their own, and SQLite has one writer."""
        self.db.commit()
