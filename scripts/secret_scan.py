"""Fails when a tracked file holds what must not leave this machine: keys, tokens, home paths, registries' hosts."""

import re
import subprocess
import sys
from pathlib import Path

PATTERNS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "token": re.compile(r"\b(ghp_|gho_|glpat-|xox[bp]-|AKIA)[A-Za-z0-9_-]{12,}"),
    "secret value": re.compile(r"(?i)(secret|passwd|api_?key)\s*[=:]\s*['\"][A-Za-z0-9+/_-]{24,}['\"]"),
    "path of a machine": re.compile(r"(?<![\w.])/(root|home/\w+|work)/[\w.]"),
    "host of a registry": re.compile(r"registry\.npmjs\.org|pypi\.org|files\.pythonhosted\.org"),
}
SKIPPED = {".png", ".ico", ".woff2"}


def faults() -> list[str]:
    """One line a finding."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        capture_output=True,
        check=True,
    ).stdout
    found = []
    for name in listed.decode().split("\0"):
        path = Path(name)
        if not name or path.suffix in SKIPPED or name == "scripts/secret_scan.py" or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            found += [
                f"{name}:{number}: {what}" for what, pattern in PATTERNS.items() if pattern.search(line)
            ]
    return found


if __name__ == "__main__":
    lines = faults()
    print("\n".join(lines), file=sys.stderr)
    sys.exit(1 if lines else 0)
