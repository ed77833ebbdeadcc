"""Measures the export of an evidence package of 500 MB beside a bare stored ZIP of the same files, in one run; prints,
never judges. Each way is a process of its own that writes to nowhere. bench.py runs it; it runs alone as well."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

FILES, SIZE = 180, 2_800_000  # what phones send, 504 MB of it
ROUNDS = 3
HERE = Path(__file__).resolve()


def main() -> None:
    """Make the files, go each way in turn, print the best of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "photos")
        folder.mkdir()
        for _ in range(FILES):
            content = os.urandom(SIZE)
            (folder / hashlib.sha256(content).hexdigest()).write_bytes(content)
        runs = [(way, _child(way, folder)) for _ in range(ROUNDS) for way in ("bare", "package")]
    bare, package = ([each for way, each in runs if way == name] for name in ("bare", "package"))
    for title, times in ((f"export of {FILES} photos", package), ("floor: bare stored ZIP of them", bare)):
        best = min(each["seconds"] for each in times)
        print(
            f"{title:<44} {FILES * SIZE / 1e6 / best:6.0f} MB/s   {FILES * SIZE / 1e6:.0f} MB in {best:.2f} s"
        )
    above = max(each["peak"] - each["idle"] for each in package)
    print(
        f"memory of the exporting process {above:.1f} MB at most above idle {package[0]['idle']:.0f} MB (aim 64)"
    )


def _child(way: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, str(HERE), way, str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return dict(json.loads(done.stdout))


def run(way: str, folder: Path) -> None:
    """In the child: what it took, as JSON."""
    sys.path.insert(0, str(HERE.parents[1]))
    from fieldapp.packages import contents  # both ways load the same, so that idle is idle

    idle, start = _memory("VmRSS"), time.perf_counter()
    with open(os.devnull, "wb") as out:
        if way == "bare":
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                for path in sorted(folder.iterdir()):
                    archive.write(path, path.name)
        else:
            bag = _bag(contents, folder)
            sent = sum(out.write(chunk) for chunk in bag.chunks())
            assert sent == bag.length
    print(json.dumps({"seconds": time.perf_counter() - start, "idle": idle, "peak": _memory("VmHWM")}))


def _bag(contents: Any, folder: Path) -> Any:
    """A closed problem with all these photos, as from the office's page; what a database would say is made up."""
    from fieldapp.history import canonical
    from fieldapp.packages.photos import Found

    found = [Found(path.name, path, "jpeg") for path in sorted(folder.iterdir())]
    photos = [{"sha256": each.sha256, "slot": "示例"} for each in found]
    record = {
        "county": "示例县",
        "unit": {"name": "示例镇"},
        "problem": {"number": "示例-01", "text": "示例", "criteria": ["示例"]},
        "visits": [{"day": "2018-06-20", "photos": photos}],
        "files": photos,
    }
    text = canonical(record)
    dossier = contents.Dossier(text, hashlib.sha256(text.encode()).hexdigest(), 1_530_496_800_000, ())
    return contents.problem_bag(dossier, found, office="示例县委巡察办", originals=True)


def _memory(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{name}:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
