"""`make soak`: phones at work while the server is killed again and again, from a printed seed; figures, final check.

Run as `python -m tests.faults.soak --seed 1 --visits 100 --kills 50`. FIELDAPP_TEST_DB chooses the database."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests import databases
from tests.faults.ledger import Ledger, Sums
from tests.faults.load import Load
from tests.faults.sender import Sender
from tests.faults.server import Server, copy_of, lay


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


@click.command()
@click.option("--seed", default=0, help="0: a new one, which is printed.")
@click.option("--visits", default=100, show_default=True, help="At least so many.")
@click.option("--kills", default=20, show_default=True)
@click.option("--clients", default=8, show_default=True)
def main(seed: int, visits: int, kills: int, clients: int) -> None:
    seed = seed or random.SystemRandom().randrange(1, 1 << 31)
    click.echo(f"seed {seed}")
    began, ledger = time.monotonic(), Ledger()
    with (
        _address() as address,
        tempfile.TemporaryDirectory(prefix="fieldapp-soak-") as folder,
        copy_of(lay(Path(folder), address), Path(folder) / "data") as server,
    ):
        server.start()
        load = Load(server, phones_of(server, ledger, clients), random.Random(seed)).start()
        for _ in range(kills):
            load.kill_server()
        while load.visits < visits and not load.failed:
            time.sleep(0.1)
        load.finish()
        sums = ledger.settle(server)
        server.is_sound()
        click.echo(report(load, sums, kills, time.monotonic() - began))


if __name__ == "__main__":
    main()
