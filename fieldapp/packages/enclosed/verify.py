"""Checks the folder it lies in: `python3 -I verify.py`. Needs Python 3.7 or newer and nothing else; changes nothing.

Every file against the two lists of sums, files that stand in no list, the chain of every history.jsonl, each original
against its name, and photos and signatures against their record.
Exit status 0: all is as it was packed. 1: what is not, one line each.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from typing import Any

LISTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
FIRST = "0" * 64
PHOTOS = (["photos"], ["copies"])


def main(folder: str) -> int:
    """The exit status."""
    listed: dict[str, str] = {}
    faults: list[str] = []
    for name in LISTS:
        sums, wrong = read_list(os.path.join(folder, name), name)
        listed.update(sums)
        faults += wrong
    faults += changed(folder, listed) + unlisted(folder, listed) + swapped(listed)
    for name in sorted(name for name in listed if name.endswith("history.jsonl")):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                ends, wrong = follow(file)
        except OSError:
            continue  # named already: missing
        faults += [f"{name}: {why}" for why in wrong]
        for stream, (seq, digest) in sorted(ends.items()):
            say(f"history   {seq:5} entries, ends with {digest[:12]}  {name}  {stream}")
    for name in sorted(name for name in listed if name.endswith("record.json")):
        digest = sum_of(os.path.join(folder, name))
        say(f"record    {' '.join((digest[:4], digest[4:8], digest[8:12])) or 'missing':14}  {name}")
        faults += contradicted(folder, name, listed)
    for fault in faults:
        say(f"BROKEN 不对  {fault}")
    say("BROKEN 不对" if faults else f"GOOD 都对得上: {len(listed)} files")
    say("Compare each record's number with the one printed on the signed form. 记录的指纹要和纸上印的一样。")
    return 1 if faults else 0


def read_list(path: str, name: str) -> tuple[dict[str, str], list[str]]:
    """The sums of a manifest by file name, and what is wrong with it."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except (OSError, ValueError) as error:
        return {}, [f"{name}: {error}"]
    sums: dict[str, str] = {}
    faults = [] if lines.pop() == "" else [f"{name}: its last line is cut off"]
    for n, line in enumerate(lines, 1):
        digest, gap, file_name = line.partition("  ")
        if len(digest) != 64 or not gap or file_name in sums or ".." in file_name.split("/"):
            faults.append(f"{name}: line {n} is none")
        else:
            sums[file_name] = digest
    return sums, faults


def changed(folder: str, listed: dict[str, str]) -> list[str]:
    """Files that are gone, or whose bytes are others."""
    found = {name: sum_of(os.path.join(folder, name)) for name in sorted(listed)}
    return [
        f"{name}: {'changed 内容变了' if digest else 'missing 缺了'}"
        for name, digest in found.items()
        if digest != listed[name]
    ]


def swapped(listed: dict[str, str]) -> list[str]:
    """Originals that are not what their names say, though the lists were made anew."""
    found = [name for name in sorted(listed) if name.startswith("data/photos/")]
    wrong = [name for name in found if name.split("/")[-1].split(".")[0] != listed[name]]
    return [f"{name}: not the photo that its name says 不是这张照片" for name in wrong]


def contradicted(folder: str, record: str, listed: dict[str, str]) -> list[str]:
    """What lies around a record and does not fit it: photos that it names and nobody packed, signatures of another."""
    beside = record[: -len("record.json")]
    whole = read_json(os.path.join(folder, record), {})
    signed = read_json(os.path.join(folder, beside, "signatures.json"), [])
    rows = read_json(os.path.join(folder, "data", "copies.json"), [])
    try:
        there = {name.split("/")[-1].split(".")[0] for name in listed if name.split("/")[-2:-1] in PHOTOS}
        there |= {
            row["original"] for row in rows if not row["copy"]
        }  # said to be unreadable, and kept by the office
        gone = [each["sha256"] for each in whole.get("files", []) if each["sha256"] not in there]
        others = [each["name"] for each in signed if each["fingerprint"] != listed[record]]
    except (KeyError, TypeError, AttributeError):
        return [f"{record}: cannot be read 读不出来"]
    faults = [f"{record}: its photo {each[:12]} is missing 照片缺了" for each in gone]
    return faults + [f"{beside}signatures.json: {each} signed another record 签的不是这份" for each in others]


def read_json(path: str, otherwise: object) -> Any:
    """What a file says; a file that is missing or broken is named elsewhere."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        return otherwise


def unlisted(folder: str, listed: dict[str, str]) -> list[str]:
    """Files that stand in no list; the tagmanifest and signatures of it stand in none by nature."""
    found: list[str] = []
    for where, _folders, names in os.walk(folder):
        inside = os.path.relpath(where, folder).replace(os.sep, "/")
        found += names if inside == "." else [f"{inside}/{name}" for name in names]
    extra = sorted(name for name in found if name not in listed and not name.startswith(LISTS[1]))
    return [f"{name}: added 多出来的" for name in extra]


def sum_of(path: str) -> str:
    """SHA-256 of a file, '' when there is none."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def follow(lines: Iterable[bytes]) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """Where each stream of a history ends, and its faults: an entry is hashed as the very string that stands there, and
    names the hash of the one before."""
    ends: dict[str, tuple[int, str]] = {}
    faults: list[str] = []
    for n, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            entry, text = json.loads(row["entry"]), row["entry"]
            seq, before = ends.get(entry["stream"], (0, FIRST))
            if hashlib.sha256(text.encode("utf-8")).hexdigest() != row["hash"]:
                faults.append(f"entry {n} was changed 内容变了")
            elif (entry["seq"], entry["prev_hash"]) != (seq + 1, before):
                faults.append(f"entry {n} does not follow from the one before 接不上前一条")
            ends[entry["stream"]] = (entry["seq"], row["hash"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            faults.append(f"line {n} is no entry 读不出来")
    return ends, faults


def say(line: str) -> None:
    """Print, on a console that knows no Chinese as well."""
    sys.stdout.buffer.write((line + "\n").encode(sys.stdout.encoding or "utf-8", "replace"))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(os.path.dirname(os.path.abspath(__file__))))
