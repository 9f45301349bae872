"""Settings, read once from the environment. docs/operations.md describes each; a test holds the two together."""

import re
import secrets
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LOG_LEVELS = frozenset({"debug", "info", "warning", "error"})


class Settings(BaseSettings):
    """What an operator can set; every name is read from the environment with FOLKMOOT_ in front."""

    model_config = SettingsConfigDict(env_prefix="FOLKMOOT_", extra="ignore")

    database_url: str = Field("sqlite:///var/folkmoot.db", description="Where the data lives: SQLite or PostgreSQL.")
    redis_url: str = Field("", description="Redis that carries sockets between web processes.")
    mail_url: str = Field("", description="How letters leave: smtp://, smtps:// or file:DIRECTORY; empty keeps them.")
    mail_from: str = Field("meet@folkmoot.invalid", description="The stable sender address of all letters.")
    mail_senders: int = Field(2, ge=1, le=5, description="Connections to the mail server of one worker.")
    mail_rate: int = Field(0, ge=0, description="Letters a minute that the mail server takes from us; 0: any number.")
    mail_domain_rate: int = Field(0, ge=0, description="Letters a minute to one recipient domain; 0: any number.")
    dkim_key: Path | None = Field(None, description="PEM file with the private DKIM key; unset where the relay signs.")
    dkim_selector: str = Field("folkmoot", description="The DKIM selector under which the public key is published.")
    mail_authserv: str = Field("", description="The name under which our mail server says who a message is from.")
    lmtp: str = Field("", description="HOST:PORT to listen on for LMTP from our mail server; empty: nowhere.")
    imap_url: str = Field("", description="imaps://user:password@host/FOLDER to fetch answers from; empty: nowhere.")
    calendar_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Hosts inside your network whose calendars may be read, comma separated."
    )
    public_url: str = Field("http://127.0.0.1:8000", description="The address people use; every link starts with it.")
    secret: SecretStr = Field(SecretStr(""), description="At least 32 characters; keys are derived from it.")
    demo: bool = Field(False, description="Demo network, switcher, /dev/mail and /styleguide; loopback only.")
    files: Path = Field(Path("var/files"), description="Directory for uploaded files.")
    web_processes: int = Field(1, ge=1, le=64, description="How many web processes share the database.")
    worker: bool = Field(True, description="Whether `serve` runs the worker's loops in its own process.")
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Addresses of proxies whose X-Forwarded-For is believed, comma separated."
    )
    sockets_per_address: int = Field(50, ge=1, description="Open sockets accepted from one network address.")
    upload_limit: int = Field(20_000_000, ge=1000, description="Largest uploaded file, in bytes.")
    log_json: bool = Field(False, description="Logs as JSON lines instead of readable text.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    stun_urls: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="STUN servers for calls, as stun:host:port, comma separated; none by default."
    )
    turn_urls: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="TURN servers that relay calls, as turn:host:port, comma separated."
    )
    turn_secrets: Annotated[list[SecretStr], NoDecode] = Field(
        default_factory=list, description="Secrets shared with the TURN server, comma separated; the first one signs."
    )
    relay_only: bool = Field(False, description="Calls go through the TURN server only, in all events.")
    janus_url: str = Field("", description="Janus that only we reach, as ws://127.0.0.1:8188.")
    janus_secret: SecretStr = Field(SecretStr(""), description="Janus' token_auth_secret, if it asks for tokens.")
    janus_admin_key: SecretStr = Field(SecretStr(""), description="The admin_key of Janus' videoroom, if it has one.")
    livekit_url: str = Field("", description="A LiveKit server, as https://live.example.")
    livekit_page: str = Field("", description="Where LiveKit's own page for calls is, as https://calls.example/custom.")
    livekit_key: str = Field("", description="The API key of LiveKit.")
    livekit_secret: SecretStr = Field(SecretStr(""), description="The secret of that API key.")
    jitsi_url: str = Field("", description="A Jitsi Meet of your own, as https://meet.example.")
    jitsi_app: str = Field("", description="The application id for which Jitsi takes tokens.")
    jitsi_secret: SecretStr = Field(SecretStr(""), description="The secret with which its tokens are signed.")
    bbb_url: str = Field("", description="A BigBlueButton, as https://bbb.example/bigbluebutton.")
    bbb_secret: SecretStr = Field(SecretStr(""), description="The shared secret of BigBlueButton.")

    @model_validator(mode="before")
    @classmethod
    def _split(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("trusted_proxies", "calendar_hosts", "stun_urls", "turn_urls", "turn_secrets"):
            given = values.get(name)
            if isinstance(given, str):
                values[name] = [part.strip() for part in given.split(",") if part.strip()]
        return values

    @property
    def sqlite(self) -> bool:
        """Whether the data lives in SQLite."""
        return self.database_url.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Whether people reach us by https, so that cookies and headers may insist on it."""
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        """The host name people use."""
        return _parts(self.public_url)[1]

    def complaints(self) -> list[str]:
        """What is wrong with these settings, a sentence each; an empty list means they can be used."""
        found = []
        if len(self.secret.get_secret_value()) < 32:
            found.append("FOLKMOOT_SECRET is shorter than 32 characters. Set it to a long random text.")
        if self.demo and self.public_host not in LOOPBACK:
            found.append(
                "FOLKMOOT_DEMO lets anybody sign in as anybody, so it refuses the public address "
                f"{self.public_url}. Unset FOLKMOOT_DEMO, or use a loopback address."
            )
        if self.web_processes > 1 and self.sqlite:
            found.append("SQLite serves one web process. Set FOLKMOOT_DATABASE_URL to PostgreSQL for more.")
        if self.web_processes > 1 and not self.redis_url:
            found.append("Several web processes need Redis. Set FOLKMOOT_REDIS_URL.")
        if _parts(self.public_url)[0] not in {"http", "https"} or not self.public_host:
            found.append("FOLKMOOT_PUBLIC_URL is not a web address. Write it as https://folkmoot.example.")
        return found + self._unreadable()

    def _unreadable(self) -> list[str]:
        """Which settings hold something that cannot be what they are for."""
        found = []
        if not self.database_url.startswith(("sqlite:///", "postgres://", "postgresql://", "postgresql+psycopg://")):
            found.append("FOLKMOOT_DATABASE_URL starts with neither sqlite:/// nor postgresql://.")
        if self.redis_url and _parts(self.redis_url)[0] not in {"redis", "rediss", "unix"}:
            found.append("FOLKMOOT_REDIS_URL is not an address of Redis. Write it as redis://host:6379/0.")
        scheme, host = _parts(self.mail_url)
        if self.mail_url and scheme not in {"smtp", "smtps", "file"}:
            found.append("FOLKMOOT_MAIL_URL starts with neither smtp:, smtps: nor file:.")
        elif scheme in {"smtp", "smtps"} and not host:
            found.append("FOLKMOOT_MAIL_URL names no mail server. Write it as smtp://host:587.")
        if self.lmtp and not re.fullmatch(r"[^\s:]+:\d{1,5}", self.lmtp):
            found.append("FOLKMOOT_LMTP is no place to listen on. Write it as 127.0.0.1:8024.")
        if self.imap_url and _parts(self.imap_url)[0] not in {"imap", "imaps"}:
            found.append("FOLKMOOT_IMAP_URL starts with neither imap: nor imaps:.")
        found += self._unusable_engines()
        if self.dkim_key is not None and not self.dkim_key.is_file():
            found.append("FOLKMOOT_DKIM_KEY names no file. Unset it where the mail server signs letters.")
        if self.log_level.lower() not in LOG_LEVELS:
            found.append("FOLKMOOT_LOG_LEVEL is none of debug, info, warning and error.")
        return found

    def _unusable_engines(self) -> list[str]:
        """What keeps calls from working that was meant to be set up."""
        found = []
        if any(not one.startswith(("turn:", "turns:")) for one in self.turn_urls):
            found.append("FOLKMOOT_TURN_URLS is not a list of addresses such as turn:turn.example:3478.")
        if any(not one.startswith(("stun:", "stuns:")) for one in self.stun_urls):
            found.append("FOLKMOOT_STUN_URLS is not a list of addresses such as stun:stun.example:3478.")
        if self.turn_urls and not self.turn_secrets:
            found.append("FOLKMOOT_TURN_URLS needs FOLKMOOT_TURN_SECRETS, the TURN server's static-auth-secret.")
        if self.relay_only and not self.turn_urls:
            found.append("FOLKMOOT_RELAY_ONLY needs a TURN server. Set FOLKMOOT_TURN_URLS and FOLKMOOT_TURN_SECRETS.")
        if self.janus_url and _parts(self.janus_url)[0] not in {"ws", "wss"}:
            found.append("FOLKMOOT_JANUS_URL is not an address of Janus' WebSocket. Write it as ws://127.0.0.1:8188.")
        engines = {
            "LIVEKIT": (
                self.livekit_url,
                [self.livekit_page, self.livekit_key, self.livekit_secret.get_secret_value()],
            ),
            "JITSI": (self.jitsi_url, [self.jitsi_app, self.jitsi_secret.get_secret_value()]),
            "BBB": (self.bbb_url, [self.bbb_secret.get_secret_value()]),
        }
        for name, (url, keys) in engines.items():
            if url and _parts(url)[0] not in {"https", "http"}:
                found.append(f"FOLKMOOT_{name}_URL is not a web address.")
            if url and not all(keys):
                found.append(f"FOLKMOOT_{name}_URL is set without its keys. Set them all, or none.")
        if _parts(self.jitsi_url)[1] == "meet.jit.si":
            found.append("FOLKMOOT_JITSI_URL names meet.jit.si, which ends embedded calls after five minutes.")
        return found


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host of an address; without a host where that or the port cannot be read."""
    try:
        found = urlsplit(url)
        return (found.scheme, (found.hostname or "")) if found.port != 0 else (found.scheme, "")
    except ValueError:
        return url.partition(":")[0], ""


def faults(error: ValidationError) -> list[str]:
    """What could not be read of the environment, a sentence for each setting; without what was written there."""
    return [
        f"FOLKMOOT_{str(problem['loc'][0]).upper()} cannot be used: {problem['msg'].rstrip('.')}."
        for problem in error.errors(include_url=False, include_input=False)
        if problem["loc"]
    ]


_current: list[Settings] = []


def settings() -> Settings:
    """The settings of this process, read from the environment the first time."""
    if not _current:
        _current.append(Settings())
    return _current[0]


def use_settings(**values: object) -> Settings:
    """Replace the settings of this process; for the command line and for tests."""
    _current[:] = [Settings(**values)]  # type: ignore[arg-type]  # pydantic validates them
    return _current[0]


def kept_secret(directory: Path) -> str:
    """The secret in `directory`/secret, made and kept there (mode 0600) the first time."""
    path = directory / "secret"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
