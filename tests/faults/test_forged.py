"""F40: a row edited, a row deleted, a file swapped behind the app's back; the verifier names the first of each."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from tests import databases
from tests.faults.conftest import MakeSender
from tests.faults.server import TAPS, Server
from tests.faults.snapshots import snapshot


def write(server: Server, *statements: str) -> None:
    """With the database's own tools, its triggers out of the way."""
    engine = sa.create_engine(server.address, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if databases.KIND == "postgres":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for name in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name[0]}")
        for each in statements:
            connection.exec_driver_sql(each)


@pytest.mark.long_fault
def test_f40_audit_row_edited_deleted_or_file_swapped(server: Server, phone_of: MakeSender) -> None:
    phone = phone_of(server.start().port)
    edited, deleted = phone.visit, phone_of(server.port).visit
    for _ in range(2):
        phone.tap("photo", photo=snapshot(), taken="camera")
    server.is_sound()
    tap, photo = server.taps(TAPS.c.kind == "photo", TAPS.c.visit == UUID(edited))
    tap_id = str(tap.id) if server.url_of_database else tap.id.hex
    write(
        server,
        f"UPDATE taps SET received_at = received_at - 60000 WHERE id = '{tap_id}'",
        f"UPDATE history SET entry = replace(entry, 'person', 'system') WHERE stream = 'visit:{edited}'",
        f"DELETE FROM history WHERE stream = 'visit:{deleted}'",
    )
    file = server.photos / str(photo.file_sha256)
    file.chmod(0o600)
    file.write_bytes(snapshot())
    checked = server.command("check", "--all")
    assert checked.returncode == 1
    for named in (str(tap.id), edited, deleted, file.name):
        assert named in checked.stderr, checked.stderr
