"""A backup is whole under its final name or has none; it counts once it was opened again and found sound."""

import json
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
import sqlalchemy as sa

from fieldapp.db import apart
from fieldapp.errors import RuleBroken
from fieldapp.office import backup, laying, manifest, postgres
from fieldapp.office.check import faults
from fieldapp.visits import knowing
from fieldapp.visits.models import TapRow
from tests import databases
from tests.office.backing import Office, complaints
from tests.office.test_check import edit_tap, lose_photo, photos

pytestmark = pytest.mark.slow


def test_a_backup_is_whole_closed_to_others_and_checked_by_common_tools(office: Office) -> None:
    done = office.process("backup", office.disk)
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = office.finished()
    assert complaints(folder) == ""
    assert office.lying() == [folder.name]
    database = "fieldapp.dump" if databases.KIND == "postgres" else "fieldapp.sqlite"
    assert sorted(path.name for path in folder.iterdir()) == [
        "about.json", database, "keys", "manifest-sha256.txt", "photos",
    ]  # fmt: skip
    assert sorted(path.name for path in (folder / "photos").iterdir()) == [
        each.name for each in photos(office.story)
    ]
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_it_is_remembered_up_to_its_last_tap_without_a_word_of_where_it_lies(office: Office) -> None:
    folder = office.back_up()
    (row,) = office.rows()
    story = office.story
    with story.app.app_context(), apart() as session:
        last = session.scalar(sa.select(sa.func.max(TapRow.arrival)))
        until = knowing.verified_until(story.viewer("inspector1").person_id, session)
        assert list(faults()) == []
    about = json.loads((folder / "about.json").read_text())
    assert (row.name, row.upto, row.taken_at) == (folder.name, last, until)
    assert (about["upto"], about["taken_at"], about["checked_at"]) == (
        row.upto,
        row.taken_at,
        row.verified_at,
    )
    assert row.manifest == manifest.sum_of(folder / "manifest-sha256.txt")
    assert str(office.disk) not in str(vars(row))


def test_the_next_one_shares_the_photos_and_the_oldest_goes(office: Office) -> None:
    first = office.back_up()
    alien = office.disk / "fieldapp-20180620T000000Z"
    alien.mkdir()
    (alien / "about.json").write_text((first / "about.json").read_text().replace('"whose": "', '"whose": "x'))
    second = wait_and_back_up(office)
    assert {path.stat().st_nlink for path in (second / "photos").iterdir()} == {2}
    third = wait_and_back_up(office, "--keep", 2)
    assert office.lying() == [alien.name, second.name, third.name]
    assert [complaints(each) for each in (second, third)] == ["", ""]


def wait_and_back_up(office: Office, *options: object) -> Path:
    """A name tells the second."""
    time.sleep(1.1 - time.time() % 1)
    return office.back_up(*options)


def test_a_shared_photo_that_has_gone_bad_is_copied_anew(office: Office) -> None:
    first = office.back_up()
    bad = next((first / "photos").iterdir())
    bad.write_bytes(b"rotten")
    second = wait_and_back_up(office)
    assert complaints(second) == ""
    assert (second / "photos" / bad.name).stat().st_nlink == 1
    assert bad.name in complaints(first)


def test_a_photo_that_the_server_has_lost_is_taken_from_the_backup_before(office: Office) -> None:
    office.back_up()
    lost = lose_photo(office.story).split()[1].partition("：")[0]
    time.sleep(1.1 - time.time() % 1)
    done = office.run("backup", office.disk)
    assert (done.returncode, f"服务器上少了照片 {lost}" in done.stderr) == (1, True)
    assert (len(office.rows()), complaints(office.finished()[-1])) == (2, "")


def test_a_lost_photo_that_no_backup_has_is_an_error(office: Office) -> None:
    said = lose_photo(office.story)
    done = office.run("backup", office.disk)
    assert (done.returncode, said in done.stderr) == (1, True)
    assert (office.finished(), office.rows()) == ([], [])


def test_what_is_not_sound_does_not_count_and_takes_nothings_place(office: Office) -> None:
    good = office.back_up()
    said = edit_tap(office.story)
    for _ in range(2):
        time.sleep(1.1 - time.time() % 1)
        done = office.run("backup", office.disk, "--keep", "1")
        assert done.returncode == 1
        assert said in done.stderr
        assert "没有算数" in done.stderr
    lying = office.lying()
    assert len(lying) == 2  # of the faulty ones the newest
    assert lying[0] == good.name
    assert lying[1].endswith("Z.faulty")
    assert [row.name for row in office.rows()] == [good.name]


def test_a_photo_that_only_the_copy_lacks_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the moment names it, and it went before it was copied."""
    gone = photos(office.story)[0]
    laid = backup.snapshots.lay

    def and_lose(*args) -> None:
        laid(*args)
        gone.rename(gone.with_name(".away"))

    monkeypatch.setattr(backup.snapshots, "lay", and_lose)
    with office.story.app.app_context():
        made = backup.back_up(backup.Wish(office.disk), lambda line: None)
    assert made.faults == [f"照片 {gone.name}：文件不见了"]
    assert office.rows() == []


def test_the_keys_go_where_they_are_wished(office: Office, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    bare = office.back_up("--no-keys")
    apart_ = wait_and_back_up(office, "--keys-to", safe)
    again = wait_and_back_up(office, "--keys-to", safe)
    assert not any((each / "keys").exists() for each in (bare, apart_, again))
    (place,) = safe.iterdir()
    live = office.data / "keys"
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {
        path.name: path.read_bytes() for path in live.iterdir()
    }
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def test_where_it_cannot_be_it_says_so_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    inside = office.data / "here"
    inside.mkdir()
    for folder, said in ((tmp_path / "none", "盘插好、挂上了吗"), (inside, "在数据目录里面")):
        done = office.run("backup", folder)
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert (list(inside.iterdir()), (tmp_path / "none").exists()) == ([], False)
    inside.rmdir()


@pytest.mark.skipif(databases.KIND != "postgres", reason="a server that may be away")
def test_a_database_that_does_not_answer_is_said(office: Office) -> None:
    office.url = "postgresql://fieldapp:secret@127.0.0.1:1/x"
    done = office.run("backup", office.disk)
    assert (done.returncode, "Traceback" in done.stderr, "secret" in done.stderr) == (1, False, False)
    assert "数据库连不上" in done.stderr


def test_two_at_once_are_one(office: Office) -> None:
    with laying.one_at_a_time(office.disk):
        done = office.run("backup", office.disk)
    assert (done.returncode, "另一个备份正在" in done.stderr) == (1, True)
    office.back_up()


def test_a_full_disk_of_the_servers_own_is_left_to_the_taps(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying, "RESERVE", 2**60)
    beside = office.story.app.extensions["settings"].data.parent
    with TemporaryDirectory(dir=beside) as same_disk, office.story.app.app_context():
        with pytest.raises(RuleBroken, match="留给正在记的人"):
            backup.back_up(backup.Wish(Path(same_disk)), lambda line: None)
        assert [each.name for each in Path(same_disk).iterdir() if not each.name.startswith(".")] == []


@pytest.mark.skipif(databases.KIND != "postgres", reason="PostgreSQL's programs")
def test_without_its_programs_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "FOLDERS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuleBroken, match="这台机器上没有。装上 postgresql-client-15"):
        postgres.programs(15)
    old = tmp_path / "13" / "bin"
    old.mkdir(parents=True)
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    (old / "pg_dump").chmod(0o700)
    with pytest.raises(RuleBroken, match="这里只有 13 版的"):
        postgres.programs(15)
    assert postgres.programs(13) == old


@pytest.mark.skipif(databases.KIND != "postgres", reason="rights are PostgreSQL's")
def test_an_account_that_may_make_no_database_gets_a_backup_that_does_not_count(office: Office) -> None:
    settings = office.story.app.extensions["settings"]
    role = f"plain_{UUID(int=id(office)).hex[-8:]}"
    with office.story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
        for what in ("TABLES", "SEQUENCES"):
            session.execute(sa.text(f"GRANT ALL ON ALL {what} IN SCHEMA public TO {role}"))
    office.url = settings.database_url.replace("fieldapp@", f"{role}@")
    done = office.run("backup", office.disk)
    assert (done.returncode, "CREATEDB" in done.stderr, "没有核对" in done.stderr) == (0, True, True)
    (folder,) = office.finished()
    assert (complaints(folder), office.rows()) == ("", [])
    with office.story.app.app_context(), apart(writes=True) as session:
        session.execute(sa.text(f"DROP OWNED BY {role}"))
        session.execute(sa.text(f"DROP ROLE {role}"))


@pytest.mark.skipif(databases.KIND != "postgres", reason="the database beside is PostgreSQL's")
def test_the_database_beside_the_live_one_is_gone_afterwards(office: Office) -> None:
    office.back_up()
    with office.story.app.app_context(), apart() as session:
        names = session.scalars(sa.text("SELECT datname FROM pg_database")).all()
    assert [each for each in names if each.startswith("fieldapp_check")] == []


def test_progress_is_for_whoever_watches_and_no_path_of_a_key_is_said(office: Office) -> None:
    done = office.run("backup", office.disk)
    assert ("……" in done.stdout + done.stderr, len(done.stdout.splitlines()) <= 6) == (False, True)
    assert os.listdir(office.disk)
