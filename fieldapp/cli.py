"""The command `fieldapp`: one line a verb, the work is done by the features' actions."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import click
from flask import Flask

from fieldapp import config, phone_commands
from fieldapp.app import is_migrated
from fieldapp.command import in_words as _in_words
from fieldapp.command import opened as _app


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
@click.option("--https", is_flag=True, help="With a certificate that phones can be told to trust.")
@click.option("--port", type=int, envvar="PORT", help="Default 8000, with --https 8443; or $PORT.")
@click.option("--host", help="Address to listen at. Default 127.0.0.1, with --https 0.0.0.0: all of them.")
@click.option("--threads", default=8, show_default=True, help="Requests worked on at once.")
def serve(https: bool, port: int | None, host: str | None, threads: int) -> None:
    """Serve the app, on this machine only or by https to a network.

    --https makes an authority and a certificate for the machine's addresses in keys/ and prints a code for phones:
    it leads to a page that says in Chinese how to trust it.

    Behind a gateway that speaks https, leave --https out and set FIELDAPP_BEHIND_PROXY=1.
    """
    from fieldapp.serving import run
    from fieldapp.serving.authority import Unreadable

    app = _app(https=True, own_authority=True) if https else _app()
    settings = app.extensions["settings"]
    host = host or (run.EVERYWHERE if https else "127.0.0.1")
    port = (8443 if https else 8000) if port is None else port
    if settings.testing and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.ClickException("FIELDAPP_TESTING=1 只能在本机地址上用")
    if https and settings.hops:
        raise click.ClickException("--https 和 FIELDAPP_BEHIND_PROXY 只能用一个：前面有网关，证书由网关管")
    _keep_clock_steady(app)
    try:
        if https:
            run.by_https(app, host, port, threads, click.echo)
        else:
            click.echo(f"http://{host}:{port}")
            run.by_http(app, host, port, threads)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(f"端口 {port} 有别的程序在用。停掉它，或者用 --port 换一个") from error
    except Unreadable as broken:
        raise click.ClickException(
            f"{broken} 读不出来。从备份里拿回来；删掉会做一张新的，手机都要重新装"
        ) from broken


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


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="Keep the newest N backups; without it all stay.")
@click.option(
    "--keys/--no-keys", "keys_along", default=True, help="Whether the keys lie in the backup; they do."
)
@click.option(
    "--keys-to",
    type=click.Path(path_type=Path),
    help="Put the keys there instead, such as on another USB stick.",
)
def backup(folder: Path, keep: int | None, keys_along: bool, keys_to: Path | None) -> None:
    """Copy database, photos and keys into FOLDER while people work.

    \b
    FOLDER must be there (a disk that is plugged in) and not inside the data folder.
    Each backup is a folder of its own, fieldapp-20260102T033000Z by UTC. It gets this name
    only when it is whole. Photos that the backup before has too are shared with it where the
    disk can (not on FAT or exFAT), so that a daily backup costs little.
    Then the copy is opened and looked through as by `fieldapp check`. Only if nothing is
    wrong does it count. One with faults is kept as ….faulty, and takes no other's place.

    Whoever holds a backup with its keys can read everything in it, plans too: lock the disk away. Without the keys
    nobody can restore it. Exit status: 0 all is well; 1 no backup, one with faults, or the server has lost a photo.

    \b
    Every night: 30 3 * * *  fieldapp backup /media/usb --keep 30
    Back: see `fieldapp restore --help`."""
    from fieldapp.office import telling
    from fieldapp.office.backup import Wish, back_up

    wish = Wish(folder.absolute(), keep or 0, keys_along, keys_to.absolute() if keys_to else None)
    with _app().app_context(), _in_words():
        made = back_up(wish, _progress())
    for is_fault, line in telling.of_backup(made):
        click.echo(line, err=is_fault)
    if made.faults or made.lost:
        sys.exit(1)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys-from",
    type=click.Path(path_type=Path),
    help="Where the keys lie, when they are not in the backup.",
)
def restore(folder: Path, keys_from: Path | None) -> None:
    """Lay the backup FOLDER back, into an empty data folder (and an empty database).

    \b
    Nothing is written over: what is there makes it refuse. Stop the server first, rename the
    old data folder, or set FIELDAPP_DATA (and DATABASE_URL) to new, empty ones.
    It checks every file against the backup's list, lays them, brings an older copy to this
    version, ends all logins that were open, and looks through everything as `fieldapp check`.

    To try a backup, restore it somewhere else: FIELDAPP_DATA=/tmp/try fieldapp restore FOLDER"""
    from fieldapp.office import telling
    from fieldapp.office.restore import restore as lay_back

    with _in_words():
        restored = lay_back(folder.absolute(), keys_from, config.from_environment(), _progress())
    for is_fault, line in telling.of_restore(restored, folder.name):
        click.echo(line, err=is_fault)
    if restored.faults:
        sys.exit(1)


def _progress() -> Callable[[str], None]:
    """To whoever watches; a timer's mail stays short."""
    return (lambda line: click.echo(line, err=True)) if sys.stderr.isatty() else (lambda line: None)


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


for verb in phone_commands.COMMANDS:
    main.add_command(verb)

if __name__ == "__main__":
    main()
