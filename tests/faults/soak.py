"""`make soak`: from a printed seed, phones without a screen while the server is killed again and again, and the random
machine of real browsers; figures, final check.

Run as `python -m tests.faults.soak phones --seed 1 --visits 100`. FIELDAPP_TEST_DB chooses the database."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from tests import databases
from tests.faults.ledger import Ledger, Sums
from tests.faults.load import Load
from tests.faults.machine import Machine
from tests.faults.sender import Sender
from tests.faults.server import ROOT, Server, copy_of, lay, newer_tree
from tests.faults.snapshots import snapshot


@contextmanager
def _address() -> Iterator[str]:
    if databases.KIND == "postgres":
        with databases.cluster() as address:
            yield address
    else:
        yield ""


def phones_of(server: Server, ledger: Ledger, clients: int) -> list[Sender]:
    """Half of them one inspector's, half the other's."""
    made = []
    for n in range(clients):
        name = f"inspector{n % 2 + 1}"
        phone = Sender(server.port, str(server.world.people[name]), ledger, cookies={"device": f"soak{n}"})
        made.append(phone.log_in(name))
    return made


def report(load: Load, sums: Sums, kills: int, seconds: float) -> str:
    """After `settle` and `is_sound`, which fail where anything is lost, doubled or misfiled."""
    ledger = load.phones[0].ledger
    photos = sum(tap.sha256 is not None for tap in ledger.made.values())
    known = sum(phone.known_before for phone in load.phones)
    return (
        f"{databases.KIND}: {load.visits} visits, {sums.made} taps ({photos} photos) from {len(load.phones)} clients, "
        f"{kills} kills -9 in {seconds:.0f} s\n"
        f"requests broken by a kill {load.broken}; sent again and already there {known}\n"
        f"on the server {sums.on_server}: lost {sums.made - sums.on_server}, doubled 0, misfiled 0; "
        "`fieldapp check` 0 faults"
    )


def report_of_phones(machine: Machine, sums: Sums, seconds: float) -> str:
    """After the final check, which fails where anything is lost, doubled or misfiled."""
    counts = dict(machine.counts)
    photos = sum(tap.sha256 is not None for tap in machine.ledger.made.values())
    told = ", ".join(
        f"{name} {n}" for name, n in sorted(counts.items()) if name not in ("visits", "browser kills")
    )
    return (
        f"{databases.KIND}: {counts['visits']} visits on {machine.phones} phones in Chromium, {sums.made} taps "
        f"({photos} photos), {counts.get('browser kills', 0)} browsers killed in {seconds:.0f} s, "
        f"{60 * counts['visits'] / seconds:.1f} visits a minute\n{told}\n"
        f"on the server {sums.on_server}: lost {sums.made - sums.on_server}, doubled 0, misfiled 0; "
        "`fieldapp check` 0 faults"
    )


def run_phones(server: Server, folder: Path, chance: random.Random, visits: int) -> str:
    """The random machine of real browsers."""
    began = time.monotonic()
    with sync_playwright() as playwright:
        trees = (ROOT, newer_tree(folder / "newer"))
        machine = Machine(server.start(), playwright, folder, chance, trees, list(snapshot(0)[:-16]))
        sums = machine.run(visits)
    assert sums.on_server == sums.made
    server.is_sound()
    return report_of_phones(machine, sums, time.monotonic() - began)


def run_clients(server: Server, chance: random.Random, visits: int, kills: int, clients: int) -> str:
    """Phones without a screen, eight at once, while the server is killed."""
    began, ledger = time.monotonic(), Ledger()
    load = Load(server.start(), phones_of(server, ledger, clients), chance).start()
    for _ in range(kills):
        load.kill_server()
    while load.visits < visits and not load.failed:
        time.sleep(0.1)
    load.finish()
    sums = ledger.settle(server)
    server.is_sound()
    return report(load, sums, kills, time.monotonic() - began)


@click.command()
@click.argument("part", type=click.Choice(["phones", "server"]))
@click.option("--seed", default=0, help="0: a new one, which is printed.")
@click.option("--visits", default=100, show_default=True, help="At least so many.")
@click.option("--kills", default=20, show_default=True, help="Of the server, in its part.")
@click.option("--clients", default=8, show_default=True, help="In the server's part.")
def main(part: str, seed: int, visits: int, kills: int, clients: int) -> None:
    seed = seed or random.SystemRandom().randrange(1, 1 << 31)
    click.echo(f"{part}: seed {seed}")
    chance = random.Random(seed)
    with (
        _address() as address,
        tempfile.TemporaryDirectory(prefix="fieldapp-soak-", ignore_cleanup_errors=True) as folder,
        copy_of(lay(Path(folder), address), Path(folder) / "data") as server,
    ):
        if part == "phones":
            click.echo(run_phones(server, Path(folder), chance, visits))
        else:
            click.echo(run_clients(server, chance, visits, kills, clients))


if __name__ == "__main__":
    main()
