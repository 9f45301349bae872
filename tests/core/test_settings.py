"""Settings that cannot be used are refused in sentences that say what to set."""

import stat

import pytest

from events.core.settings import Settings, kept_secret

SECRET = "x" * 32
GOOD = {"secret": SECRET, "public_url": "https://folkmoot.example"}

LOOPBACK_ONLY = (
    "FOLKMOOT_DEMO lets anybody sign in as anybody, so it refuses the public address {}. "
    "Unset FOLKMOOT_DEMO, or use a loopback address."
)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"secret": "short"}, "FOLKMOOT_SECRET is shorter than 32 characters. Set it to a long random text."),
        ({"demo": True}, LOOPBACK_ONLY.format("https://folkmoot.example")),
        ({"demo": True, "public_url": "http://127.0.0.1.evil.example"},
         LOOPBACK_ONLY.format("http://127.0.0.1.evil.example")),
        ({"web_processes": 2, "redis_url": "redis://r"},
         "SQLite serves one web process. Set FOLKMOOT_DATABASE_URL to PostgreSQL for more."),
        ({"web_processes": 2, "database_url": "postgresql://p/f"},
         "Several web processes need Redis. Set FOLKMOOT_REDIS_URL."),
        ({"public_url": "folkmoot.example"},
         "FOLKMOOT_PUBLIC_URL is not a web address. Write it as https://folkmoot.example."),
        ({"public_url": "ftp://folkmoot.example"},
         "FOLKMOOT_PUBLIC_URL is not a web address. Write it as https://folkmoot.example."),
        ({"public_url": "http://[folkmoot"},
         "FOLKMOOT_PUBLIC_URL is not a web address. Write it as https://folkmoot.example."),
        ({"mail_url": "mail.example:25"}, "FOLKMOOT_MAIL_URL starts with neither smtp:, smtps: nor file:."),
        ({"mail_url": "smtp://mail.example:many"},
         "FOLKMOOT_MAIL_URL names no mail server. Write it as smtp://host:587."),
        ({"database_url": "mysql://folkmoot"},
         "FOLKMOOT_DATABASE_URL starts with neither sqlite:/// nor postgresql://."),
        ({"redis_url": "localhost:6379"},
         "FOLKMOOT_REDIS_URL is not an address of Redis. Write it as redis://host:6379/0."),
        ({"log_level": "loud"}, "FOLKMOOT_LOG_LEVEL is none of debug, info, warning and error."),
    ],
)  # fmt: skip
def test_each_fault_has_its_sentence(values, complaint):
    assert Settings(**GOOD | values).complaints() == [complaint]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"demo": True, "public_url": "http://127.0.0.1:8000"},
        {"demo": True, "public_url": "http://localhost:8000"},
        {"demo": True, "public_url": "http://[::1]:8000"},
        {"mail_url": "file:var/mail"},
        {"mail_url": "smtps://user:password@mail.example"},
        {"web_processes": 4, "redis_url": "redis://r", "database_url": "postgresql://p/f"},
    ],
)
def test_usable_settings_raise_no_complaint(values):
    assert Settings(**GOOD | values).complaints() == []


def test_settings_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("FOLKMOOT_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2,")
    monkeypatch.setenv("FOLKMOOT_WEB_PROCESSES", "3")

    found = Settings()

    assert (found.trusted_proxies, found.web_processes) == (["10.0.0.1", "10.0.0.2"], 3)


def test_the_secret_never_shows():
    found = Settings(secret="a secret that nobody may read here")

    assert "nobody" not in f"{found!r} {found} {found.model_dump()}"


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = kept_secret(tmp_path / "var")

    assert kept_secret(tmp_path / "var") == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600
