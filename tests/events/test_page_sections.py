"""The public page: sections in an order of one's own, entries, and pictures that are made anew."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import select

from events.cloning import clone_event
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.files import content_of
from events.core.pictures import MOST_BYTES, clean_picture
from events.core.refusals import Invalid, NotFound
from events.events import EventWithPhases
from events.page_sections import (
    SectionKind,
    add_entry,
    change_entry,
    entries_of,
    get_entry,
    get_picture,
    move_entry,
    move_section,
    pictures_of,
    remove_entry,
    sections_of,
    set_section,
)
from events.programmes import Programme
from tests.makers import again, make_event, make_programme


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme)


@pytest.fixture
def organiser(db: Database, ada: Actor, event: EventWithPhases) -> Actor:
    return again(db, ada)


def image(width: int = 40, height: int = 20, form: str = "JPEG", **more: object) -> bytes:
    """A picture as people bring it along."""
    written = BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, form, **more)
    return written.getvalue()


def test_sections_stand_as_organisers_like(db, organiser, event):
    move_section(db, organiser, event, kind=SectionKind.FAQ, by=-1)
    move_section(db, organiser, event, kind=SectionKind.ABOUT, by=-1)
    set_section(db, organiser, event, kind=SectionKind.GALLERY, shown=False, text=" **Soon** ")

    assert [(str(one.kind), one.shown, one.text) for one in sections_of(db, event.id)] == [
        ("about", True, ""), ("challenges", True, ""), ("agenda", True, ""), ("partners", True, ""),
        ("faq", True, ""), ("prizes", True, ""), ("gallery", False, "**Soon**"),
    ]  # fmt: skip


def test_entries_are_added_changed_moved_and_removed(db, organiser, event):
    first, second = (add_entry(db, organiser, event, section=SectionKind.FAQ, title=one, text="Yes.")
                     for one in ("Is it free?", "Is it online?"))  # fmt: skip
    version = event.event.version

    move_entry(db, organiser, get_entry(db, organiser, event, second.public_id), by=-1)
    change_entry(db, organiser, get_entry(db, organiser, event, first.public_id), title="Free?", text="No.")
    remove_entry(db, organiser, get_entry(db, organiser, event, second.public_id))

    assert [(one.title, one.text) for one in entries_of(db, event.id)] == [("Free?", "No.")]
    assert event.event.version == version + 3


@pytest.mark.parametrize(
    ("section", "values", "field"),
    [
        (SectionKind.PARTNERS, {"title": " "}, "title"),
        (SectionKind.PARTNERS, {"title": "A", "url": "javascript:alert(1)"}, "url"),
        (SectionKind.FAQ, {"title": "Why?"}, "text"),
        (SectionKind.GALLERY, {"title": "Us"}, "picture"),
        (SectionKind.PRIZES, {"title": "x" * 201}, "title"),
    ],
)
def test_an_entry_that_lacks_something_is_refused(db, organiser, event, section, values, field):
    with pytest.raises(Invalid) as refused:
        add_entry(db, organiser, event, section=section, **values)

    assert list(refused.value.fields) == [field]


def test_a_picture_is_found_on_its_own_event_only(db, organiser, event):
    picture = clean_picture(image())
    made = add_entry(db, organiser, event, section=SectionKind.GALLERY, title="Us", picture=picture.made_ready())
    public = pictures_of(db, [made])[made.file_id]
    other = make_event(db, organiser, db.exec(select(Programme)).one(), name="Other", published=False)

    stored = get_picture(db, event, public)

    assert (stored.media_type, content_of(stored), made.width) == ("image/webp", picture.content, 40)
    with pytest.raises(NotFound):
        get_picture(db, other, public)


def test_the_page_comes_along_with_a_clone_but_not_its_gallery(db, organiser, event):
    add_entry(db, organiser, event, section=SectionKind.PARTNERS, title="Berg Dairy", url="example.org")
    add_entry(
        db, organiser, event, section=SectionKind.GALLERY, title="Us", picture=clean_picture(image()).made_ready()
    )
    set_section(db, organiser, event, kind=SectionKind.PRIZES, shown=False)

    made = clone_event(db, organiser, event, name="Again", starts_on=(clock.now() + timedelta(days=30)).date())

    assert [(one.title, one.url) for one in entries_of(db, made.id)] == [("Berg Dairy", "https://example.org")]
    assert [str(one.kind) for one in sections_of(db, made.id) if not one.shown] == ["prizes"]


# Pictures


def test_a_picture_is_made_anew_without_its_metadata_and_upright():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SpyCam"  # turned by a quarter; the maker of the camera

    made = clean_picture(image(40, 20, exif=exif))

    with Image.open(BytesIO(made.content)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("WEBP", (20, 40), {})
    assert b"SpyCam" not in made.content


def test_a_large_picture_is_made_smaller():
    made = clean_picture(image(3200, 800, "PNG"))

    assert (made.width, made.height) == (1600, 400)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "not a picture"),
        (image()[:200], "not a picture"),
        (image(6000, 5000, "PNG"), "too many pixels"),
        (b"\xff\xd8\xff" + b"\0" * MOST_BYTES, "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(content, sentence):
    with pytest.raises(Invalid) as refused:
        clean_picture(content)

    assert sentence in str(refused.value.fields["picture"])
