"""The archive of an event of 500 people: what the small one of the suite shows, some ten thousand letters long."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mailer import test_archive

CHECKS = [
    test_archive.test_four_programs_read_every_letter_of_an_events_life_as_it_was_meant,
    test_archive.test_over_the_life_of_each_entry_numbers_rise_and_who_it_is_from_stays,
    test_archive.test_no_letter_names_the_address_of_anybody_but_its_reader,
    test_archive.test_what_was_taken_out_of_a_calendar_comes_back_into_it,
    test_archive.test_people_have_hostile_names_and_no_letter_is_addressed_by_them,
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that FOLKMOOT_ARCHIVE names, else one that is made now."""
    if named := os.environ.get("FOLKMOOT_ARCHIVE"):
        return Path(named)
    folder = tmp_path_factory.mktemp("archive")
    subprocess.run([sys.executable, "-m", "bench.mail_archive", "--out", str(folder)], check=True)
    return folder


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
def test_the_letters_of_500_people_are_right(archive: Path, check: Callable[[Path], None]) -> None:
    check(archive)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_there_are_thousands_of_them(archive: Path) -> None:
    assert len(list(test_archive.letters_in(archive))) > 5_000
