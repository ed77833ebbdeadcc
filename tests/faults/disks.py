"""Small disks that can be full, out of inodes, or read-only: a tmpfs, which only root may mount."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = 4096


def ask_for_root() -> None:
    """Not to be skipped where root is at hand."""
    if os.geteuid() != 0:
        pytest.skip("a small tmpfs is mounted, which needs root: sudo -E make faults")


@contextmanager
def mounted(folder: Path, size: int, inodes: int = 0) -> Iterator[Path]:
    """A disk of its own; `inodes` 0: as many as it likes."""
    folder.mkdir(parents=True)
    options = f"size={size}" + (f",nr_inodes={inodes}" if inodes else "")
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


def remount(folder: Path, how: str) -> None:
    """`ro` or `rw`; busy as long as a file is open for writing."""
    _run("mount", "-o", f"remount,{how}", str(folder))


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(_BLOCK))
        except OSError:
            return filler


def use_up_inodes(folder: Path) -> list[Path]:
    """Empty files, as many as there may be."""
    made: list[Path] = []
    try:
        while True:
            made.append(folder / f"filler{len(made)}")
            made[-1].touch()
    except OSError:
        return made


def size_of(folder: Path) -> tuple[int, int]:
    """Bytes in whole blocks, and how many files and folders."""
    every = list(folder.rglob("*"))
    return sum((each.stat().st_size // _BLOCK + 1) * _BLOCK for each in every if each.is_file()), len(every)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
