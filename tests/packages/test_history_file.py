"""history.jsonl: a stranger follows it with a JSON reader and SHA-256; our own program does the same."""

import hashlib
import json
from typing import Any

import pytest
from flask import Flask

from fieldapp import history
from fieldapp.db import apart
from fieldapp.packages.enclosed import verify
from fieldapp.packages.history_file import Kept, Unchained, history_file
from tests.packages.dossiers import chain


def lines_of(entries: list[Any]) -> list[bytes]:
    content = b"".join(history_file("history.jsonl", entries).chunks())
    return content.splitlines(keepends=True) if content else []


@pytest.fixture
def lines() -> list[bytes]:
    return lines_of(chain("交办", "签收", "销号") + chain("开始", "交记录", stream="visit:1"))


def test_each_line_says_the_text_and_its_sum(lines: list[bytes]) -> None:
    for line in lines:
        row = json.loads(line)
        assert list(row) == ["hash", "entry"]
        assert hashlib.sha256(row["entry"].encode()).hexdigest() == row["hash"]
        assert line == json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def test_what_the_app_wrote_can_be_followed(app: Flask) -> None:
    """The real chain, with what JSON writers differ over: a line separator, a character beyond 16 bits, quotes."""
    with app.app_context(), apart(writes=True) as session:
        for n, text in enumerate(("整改", "一\u2028二", "𬍛䶮", '说“好”，"yes"', "a\\b\n")):
            payload = {"text": text, "n": n, "is": True, "none": None}
            history.append("problem:1", "note", actor="system", at=n, payload=payload, session=session)
        lines = lines_of(history.entries("problem:1", session))
    assert len(lines) == 5
    ends, faults = verify.follow(lines)
    assert faults == []
    assert ends == {"problem:1": (5, json.loads(lines[-1])["hash"])}


def test_streams_are_followed_each_by_itself(lines: list[bytes]) -> None:
    ends, faults = verify.follow(lines)
    assert ([seq for seq, _ in ends.values()], faults) == ([3, 2], [])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows.pop(1), "does not follow"),
        (lambda rows: rows.insert(0, rows.pop(1)), "does not follow"),
        (lambda rows: rows.insert(1, rows[1]), "does not follow"),
        (lambda rows: rows.__setitem__(1, rows[1].replace("签收".encode(), "交办".encode())), "was changed"),
        (lambda rows: rows.__setitem__(1, b"{}\n"), "is no entry"),
        (lambda rows: rows.__setitem__(1, b"[]\n"), "is no entry"),
        (lambda rows: rows.__setitem__(1, b"\xff\n"), "is no entry"),
        (lambda rows: rows.__setitem__(1, b'{"hash": "x", "entry": "[1]"}\n'), "is no entry"),
    ],
    ids=["taken out", "moved", "doubled", "reworded", "empty", "list", "not text", "not an entry"],
)
def test_a_chain_that_was_touched_is_found(spoil: Any, said: str, lines: list[bytes]) -> None:
    spoil(lines)
    faults = verify.follow(lines)[1]
    assert any(said in fault for fault in faults), faults


def test_a_rewritten_entry_with_a_sum_that_fits_breaks_the_next(lines: list[bytes]) -> None:
    row = json.loads(lines[1])
    row["entry"] = row["entry"].replace("签收", "拒收")
    row["hash"] = hashlib.sha256(row["entry"].encode()).hexdigest()
    lines[1] = json.dumps(row, ensure_ascii=False).encode()
    assert verify.follow(lines)[1] == ["entry 3 does not follow from the one before 接不上前一条"]


def test_what_is_broken_here_does_not_leave() -> None:
    entries = chain("交办", "签收")
    entries[1] = Kept(entries[1].hash, entries[1].entry.replace("签收", "拒收"))
    with pytest.raises(Unchained, match="entry 2"):
        history_file("history.jsonl", entries)


def test_brackets_by_the_thousand_are_no_entry() -> None:
    assert verify.follow([b"[" * 100_000])[1] == ["line 1 is no entry 读不出来"]
