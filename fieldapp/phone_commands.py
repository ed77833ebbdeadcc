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


def _say(lines: Iterable[tuple[bool, str]]) -> None:
    for is_fault, line in lines:
        click.echo(line, err=is_fault)


COMMANDS = (receipt_key, check_receipt)
