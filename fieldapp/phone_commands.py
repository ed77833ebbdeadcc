"""The verbs that have to do with phones: receipts, exported files, the no-network mode."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from fieldapp.command import in_words, opened

_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.command("receipt-key")
def receipt_key() -> None:
    """The public key by which anybody can check what this server has signed as taken in."""
    from fieldapp.outbox import receipts

    with opened().app_context():
        click.echo(receipts.public_pem(), nl=False)
        click.echo(f"指纹 {receipts.fingerprint()}", err=True)


@click.command("check-receipt")
@_FILE
def check_receipt(file: Path) -> None:
    """Whether the records hold all that a phone's exported receipts (FILE) say was taken in.

    Exit status 1 when a record is missing though this server signed that it had it, or when a receipt is not ours."""
    from fieldapp.db import apart
    from fieldapp.office import phone_telling, receipts

    with opened().app_context(), apart() as session, in_words():
        found = list(receipts.judged(receipts.read(file), session))
    _say(phone_telling.of_receipts(found))
    if any(each.verdict is not receipts.Verdict.HELD for each in found):
        sys.exit(1)


@click.command("import-queue")
@_FILE
@click.option("--dry-run", is_flag=True, help="Only say what would become of each record.")
def import_queue(file: Path, dry_run: bool) -> None:
    """Take in FILE, which a phone has exported: what it could not send.

    \b
    What the server would have taken goes into the records, each thing once however often the file is
    imported. What it would not (a stopped account, a photo that is too large) waits for the office,
    on the page 没对上的记录. What was changed, or comes from another server, is named and left.

    Exit status 1 when something could not be opened."""
    from fieldapp.office import importing, phone_telling

    with opened().app_context(), in_words():
        found = list(importing.import_queue(file, dry_run=dry_run))
    _say(phone_telling.of_import(found, dry_run))
    if any(each.outcome is importing.Outcome.BROKEN for each in found):
        sys.exit(1)


@click.command()
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
def offline(state: str | None) -> None:
    """Switch the no-network mode on or off, at once and without a restart; without STATE say which it is.

    \b
    Off: when a fault in it keeps pages from opening. Each phone clears the files and pages it has kept as soon
    as it next reaches the server. What waits on it to be sent stays, and is sent by the pages themselves."""
    from fieldapp.outbox import switch

    with opened().app_context():
        if state:
            switch.turn(state == "on")
        click.echo("没信号的功能关着" if switch.is_off() else "没信号的功能开着")


def _say(lines: Iterable[tuple[bool, str]]) -> None:
    for is_fault, line in lines:
        click.echo(line, err=is_fault)


COMMANDS = (receipt_key, check_receipt, import_queue, offline)
