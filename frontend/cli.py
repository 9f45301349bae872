"""The command line: serve, worker, migrate, demo, import, schedule, doctor. The only place that starts processes."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import ValidationError

from events.core.settings import LOOPBACK, Settings, faults, kept_secret, settings, use_settings

if TYPE_CHECKING:
    import uvicorn

cli = typer.Typer(
    name="folkmoot", help="From hackathon to handshake.", no_args_is_help=True, pretty_exceptions_enable=False
)

ENDING = (signal.SIGTERM, signal.SIGINT)
Port = Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")]
Host = Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")]


def _prepared(port: int | None = None) -> Settings:
    """The settings, with a secret of this machine's own where none is set and everything stays on loopback."""
    try:
        found = Settings()
    except ValidationError as error:
        _stop(faults(error))
    values: dict[str, object] = {}
    if not found.secret.get_secret_value() and found.public_host in LOOPBACK:
        values["secret"] = kept_secret(Path("var"))
    if port is not None and "FOLKMOOT_PUBLIC_URL" not in os.environ:
        values["public_url"] = f"http://localhost:{port}"
    return use_settings(**values)


def _stop(sentences: list[str]) -> NoReturn:
    for sentence in sentences:
        typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(2)


def _stop_on_complaints() -> None:
    if complaints := settings().complaints():
        _stop(complaints)


def _stop_without_database() -> None:
    """Refuse to begin what could only fail: every page and every step of the worker asks the database."""
    from events.core.database import database_answers

    if not database_answers():
        _stop(["The database does not answer, or is empty. Check FOLKMOOT_DATABASE_URL, then run `folkmoot migrate`."])


@cli.command()
def serve(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    worker: Annotated[bool, typer.Option(help="Run the worker's loops in this process too.")] = True,
) -> None:
    """Serve pages and sockets; by default with the worker's loops, so that one command is the whole product."""
    _prepared(port)
    if not worker:
        use_settings(**(_explicit() | {"worker": False}))
    _stop_on_complaints()
    _stop_without_database()
    from frontend.logs import set_up_logs

    set_up_logs()
    if settings().demo:
        _demo_once()
    if settings().web_processes > 1:
        _serve_several(host, port)
        return
    _serve_one(host, port)


def _explicit() -> dict[str, object]:
    return {"secret": settings().secret, "public_url": settings().public_url}


def web_server(host: str, port: int, fd: int | None = None) -> "uvicorn.Server":
    """The web server with the application in it, as measured (reference: performance, rules); not started yet."""
    import uvicorn

    from frontend.app import make_app

    config = uvicorn.Config(
        make_app(),
        host=host,
        port=port,
        fd=fd,
        http="httptools",
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_max_size=16_384,
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=4096,
        timeout_graceful_shutdown=20,
        timeout_keep_alive=75,  # longer than a proxy keeps a line: whoever sends on one that we close gets a 502
    )
    return uvicorn.Server(config)


def _serve_one(host: str, port: int, fd: int | None = None) -> None:
    typer.echo(f"Folkmoot is at {settings().public_url}")
    web_server(host, port, fd).run()


def _serve_several(host: str, port: int) -> None:
    import socket

    from events.core.database import forget_engines

    forget_engines()  # connections cannot be shared by the children
    listening = socket.create_server((host, port), backlog=4096, reuse_port=False)
    listening.set_inheritable(True)
    _keep_running(settings().web_processes, lambda: _serve_one(host, port, fd=listening.fileno()))


def _keep_running(count: int, serve_one: Callable[[], None]) -> None:
    """Run `count` children until told to end; one that dies is followed by another, and none outlives us."""
    children: set[int] = set()
    ending = False

    def end_all(*_args: object) -> None:
        nonlocal ending
        ending = True
        for child in list(children):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    for number in ENDING:
        signal.signal(number, end_all)
    while not ending or children:
        while len(children) < count and not ending:
            children.add(_child(serve_one))
        if ending:
            end_all()  # also the one that was made while the signal arrived
        gone, _status = os.wait()
        children.discard(gone)
        if not ending:
            typer.echo("A web process has died; another one takes its place.", err=True)
            time.sleep(1)  # one that cannot live must not keep the machine busy


def _child(serve_one: Callable[[], None]) -> int:
    # A signal that comes meanwhile waits, so that a child never loses it to the handler that it inherits from us.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    child = os.fork()
    if child == 0:
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        serve_one()
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    return child


@cli.command()
def worker() -> None:
    """Run the worker alone: timers, deliveries, letters. For set-ups with PostgreSQL and several processes."""
    _prepared()
    _stop_on_complaints()
    _stop_without_database()
    from frontend.app import make_app
    from frontend.logs import set_up_logs
    from frontend.working import run_worker

    set_up_logs()
    make_app()  # so that letters know the addresses of pages

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await run_worker(stop)

    asyncio.run(run())


@cli.command()
def migrate(revision: Annotated[str, typer.Argument(help="Where to; 'head' is the newest.")] = "head") -> None:
    """Bring the database to the newest form; safe to run again."""
    _prepared()
    _stop_on_complaints()
    from migrations.running import CannotReach, upgrade

    try:
        upgrade(settings().database_url, revision)
    except CannotReach as error:
        _stop([str(error)])
    typer.echo("The database is up to date.")


@cli.command()
def demo() -> None:
    """Load the demo network into an empty database; leaves one alone that has people in it."""
    _prepared()
    if not settings().demo:
        use_settings(**(_explicit() | {"demo": True}))
    _stop_on_complaints()
    _stop_without_database()
    _demo_once()


def _demo_once() -> None:
    from frontend.app import make_app
    from frontend.demo import load_demo_once

    make_app()
    typer.echo(load_demo_once())


@cli.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A CSV, XLSX or JSON file.", exists=True, dir_okay=False)],
    event: Annotated[str, typer.Option(help="The event's address, such as food-hack.")],
    by: Annotated[str, typer.Option(help="The e-mail address of the organiser who imports.")],
    what: Annotated[str, typer.Option(help="participants, needs, offers, items or devpost.")] = "participants",
) -> None:
    """Import participants, marketplace items or Devpost's projects; lines with errors are named and left out."""
    _prepared()
    _stop_on_complaints()
    _stop_without_database()
    from frontend.app import make_app
    from frontend.importing import import_file

    make_app()
    raise typer.Exit(0 if import_file(path, event_slug=event, what=what, as_email=by) else 1)


@cli.command()
def schedule(
    problem: Annotated[Path, typer.Option(help="The instance to solve, a b2b-instance/1 file.")],
    plan: Annotated[Path, typer.Option(help="Where the plan is written to, as b2b-schedule/1.")],
    seconds: Annotated[
        float | None, typer.Option(help="End the search by the clock; 30 without --steps.", min=0)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed may find another plan.")] = 0,
    steps: Annotated[int | None, typer.Option(help="End it by counted steps: the same plan every time.", min=0)] = None,
    previous: Annotated[Path | None, typer.Option(help="A plan to move as little of as possible.")] = None,
) -> None:
    """Solve a scheduling problem from a file, without any database: which meetings take place, when, with the proof."""
    from frontend.planning import plan_file
    from sessions.scheduling.problem import BadProblem

    try:
        lines, exists = plan_file(problem, plan, seconds=seconds, seed=seed, steps=steps, previous=previous)
    except BadProblem as error:
        _stop([str(error)])
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if exists else 1)


@cli.command()
def clocks() -> None:
    """After new time zone rules (package tzdata): tell everybody whose invitations name an hour that is another now."""
    _prepared()
    _stop_on_complaints()
    _stop_without_database()
    from frontend.app import make_app
    from frontend.clocks import tell_of_clock_changes

    make_app()
    for line in tell_of_clock_changes():
        typer.echo(line)


@cli.command()
def doctor() -> None:
    """Check settings, database, Redis, mail and this Python, and say what is wrong in a sentence each."""
    _prepared()
    from frontend.doctor import examine

    healthy = True
    for finding in examine():
        healthy = healthy and finding.good
        typer.secho(("ok    " if finding.good else "WRONG ") + finding.sentence, fg=None if finding.good else "red")
    raise typer.Exit(0 if healthy else 1)


def main() -> None:
    """The entry point of the `folkmoot` command."""
    if sys.flags.optimize:
        typer.echo("Run Folkmoot without -O: asserts guard what the type checker cannot see.", err=True)
        raise SystemExit(2)
    cli()
