"""A package has its name only once it is whole and on disk, and takes nobody else's."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from fieldapp import clock
from fieldapp.errors import RuleBroken
from fieldapp.packages import saving
from fieldapp.packages.bag import Bag
from fieldapp.packages.entries import held


def bag() -> Bag:
    return Bag("x", [held("a.txt", b"x" * 5000)], clock.at(2018, 7, 2, 10))


def written(target: Path) -> None:
    saving._write(bag(), target, lambda what, done, of: None)


def test_it_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    written(tmp_path / "a.zip")
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]
    assert (tmp_path / "a.zip").stat().st_size == bag().length


def test_what_came_to_stand_there_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"another export")
    with pytest.raises(RuleBroken, match="已经有了"):
        written(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == b"another export"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_stick_that_knows_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_names: Any) -> None:
        raise PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refuses)
    test_it_has_its_name_when_it_is_whole(tmp_path)


def test_a_full_disk_is_said_in_words_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", is_full)
    with pytest.raises(RuleBroken, match="磁盘满了，没有导出"):
        written(tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="写不下去"):
        written(tmp_path / "none" / "a.zip")
