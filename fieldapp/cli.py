"""The command `fieldapp`: one line a verb, the work is done by the features' actions."""

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click
from flask import Flask

from fieldapp import config
from fieldapp.app import create_app, is_migrated, move_clock

CONNECTIONS = 2000  # open at once; a browser holds up to six
# With https a gateway on this machine stands in front and says which host and scheme the phone asked for.
_GATEWAY = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-host", "x-forwarded-proto"},
}


def _app() -> Flask:
    settings = config.from_environment()
    move_clock(settings)
    return create_app(settings)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """回访核验: revisits of an inspection office.

    FIELDAPP_DATA names the data folder (default ./data): database, photos and keys lie there and nowhere else.
    DATABASE_URL names a PostgreSQL database; without it SQLite in the data folder is used.
    """


@main.command()
@click.option(
    "--down", is_flag=True, help="Take every migration back instead (tests only; deletes all data)."
)
def migrate(down: bool) -> None:
    """Bring the database to the newest schema."""
    from fieldapp import schema

    with _app().app_context():
        schema.downgrade() if down else schema.upgrade()


@main.command()
@click.option("--port", default=lambda: int(os.environ.get("PORT", "8000")), show_default="$PORT or 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--threads", default=8, show_default=True)
def serve(port: int, host: str, threads: int) -> None:
    """Serve the app with waitress. Behind https set FIELDAPP_HTTPS=1."""
    from waitress import serve as run

    app = _app()
    if app.extensions["settings"].testing and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.ClickException("FIELDAPP_TESTING=1 只能在本机地址上用")
    _keep_clock_steady(app)
    limit = app.config["MAX_CONTENT_LENGTH"]
    click.echo(f"http://{host}:{port}")
    run(
        app,
        host=host,
        port=port,
        threads=threads,
        ident="",
        connection_limit=_room_for_connections(),
        asyncore_use_poll=True,  # select() ends at 1024
        max_request_body_size=4
        * limit,  # what is too large for the app is refused by the app, in its own words
        clear_untrusted_proxy_headers=True,
        **(_GATEWAY if app.extensions["settings"].https else {}),
    )


def _room_for_connections() -> int:
    """How many phones may hold a connection. Above waitress's own 100 nobody is let in until somebody else's has been
    idle for two minutes, and a county's phones at the end of a day are more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + 200  # an upload has a file besides
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(100, min(CONNECTIONS, (files - 200) // 2))


def _keep_clock_steady(app: Flask) -> None:
    from fieldapp import clock
    from fieldapp.db import apart
    from fieldapp.visits.taps import last_received

    if is_migrated(app):
        with app.app_context(), apart() as session:
            clock.keep_steady(last_received(session))


@main.command()
@click.option(
    "--password", envvar="FIELDAPP_DEMO_PASSWORD", help="One password for all demo logins; else a random one."
)
@click.option(
    "--if-empty", is_flag=True, help="Load only into an empty database; a demo folder gets today's plan."
)
def demo(password: str | None, if_empty: bool) -> None:
    """Load the story of 甘棠镇 as demo data (示例) and print one login per role."""
    from fieldapp.demo.load import load_demo

    with _app().app_context():
        for line in load_demo(password, if_empty=if_empty):
            click.echo(line)


@main.command()
@click.option("--all", "everything", is_flag=True, help="Every fault, not only the first of each kind.")
@click.option(
    "--sweep", is_flag=True, help="Besides delete half uploads and set photos aside that no record names."
)
def check(everything: bool, sweep: bool) -> None:
    """Verify histories, records, photos, plans, roles and triggers.

    Faults go to stderr, notes to stdout; the exit status is 1 only when there are faults."""
    from fieldapp.office import check, photos

    is_sound = True
    with _app().app_context():
        for is_note, line in check.lines(check.findings(click.echo), everything):
            click.echo(line, err=not is_note)
            is_sound = is_sound and is_note
        for line in photos.sweep() if sweep else ():
            click.echo(line)
    if not is_sound:
        sys.exit(1)
    click.echo("好的：历史、记录、照片、安排、角色都对得上")


@main.group()
def export() -> None:
    """Evidence as a ZIP that anybody can check without this app; how, its README.txt says.

    Without --originals the photos go as copies: smaller, without place, time and camera, and no evidence by themselves.
    Each export is remembered, with which photos it took."""


_TARGET = click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="The new file, such as 07.zip."
)
_ORIGINALS = click.option(
    "--originals", is_flag=True, help="Photos byte for byte, with the place and time they may carry."
)
_COUNTY = click.option("--county", default="", help="Name of the county, where several have it.")


@export.command("problem")
@click.argument("number")
@_TARGET
@_ORIGINALS
@_COUNTY
def export_problem(number: str, output: Path, originals: bool, county: str) -> None:
    """One closed problem by its NUMBER, such as 甘棠-07."""
    from fieldapp.packages import queries

    _export("problem", lambda: queries.problem_numbered(number, county), output, originals)


@export.command("unit")
@click.argument("name")
@_TARGET
@_ORIGINALS
@_COUNTY
def export_unit(name: str, output: Path, originals: bool, county: str) -> None:
    """The whole checklist of the unit called NAME: a workbook, and the evidence of what is closed."""
    from fieldapp.packages import queries

    _export("unit", lambda: queries.unit_named(name, county), output, originals)


def _export(kind: str, find: Callable[[], UUID], output: Path, originals: bool) -> None:
    from fieldapp.db import SYSTEM, acting
    from fieldapp.errors import RuleBroken
    from fieldapp.office.finding import Progress
    from fieldapp.packages.saving import save

    try:
        with _app().app_context(), acting(SYSTEM, writes=False):
            bag = save(kind, find(), output, originals=originals, by=SYSTEM, progress=Progress(click.echo))
    except RuleBroken as broken:
        raise click.ClickException(broken.sentence) from broken
    click.echo(
        f"{output}：{bag.length / 1e6:.1f} MB，{len(bag.payload)} 个文件，照片是{'原件' if originals else '副本'}"
    )
    click.echo(f"解压得到 {bag.folder}/，照里面的 README.txt 核对；tagmanifest 的指纹 {bag.digest}")


@main.group()
def user() -> None:
    """Accounts from the command line: the first administrator, a lost password."""


@user.command("add")
@click.argument("username")
@click.argument("name")
@click.option("--county", required=True, help="Name of the county; made when it does not exist yet.")
@click.option("--city", default="", help="City of a new county.")
@click.option("--role", type=click.Choice(["admin", "head", "city"]), default="admin", show_default=True)
def user_add(username: str, name: str, county: str, city: str, role: str) -> None:
    """Make an administrator, a county's first head or one of the city's office, with a temporary password."""
    from fieldapp.office.accounts import add_user

    with _app().app_context():
        click.echo(add_user(username, name, county=county, city=city, role=role))


@user.command("reset")
@click.argument("username")
def user_reset(username: str) -> None:
    """Give an account a new temporary password and end its logins."""
    from fieldapp.office.accounts import reset_user

    with _app().app_context():
        click.echo(reset_user(username))


if __name__ == "__main__":
    main()
