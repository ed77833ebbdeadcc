"""Prints the budgets of size and fails above their hard limits (350 lines a file, 40 a function)."""

import ast
import statistics
import sys
from pathlib import Path

FILE_MOST, FUNCTION_MOST = 350, 40


def sizes(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Lines by file and by function; a docstring counts, it is read too."""
    files, functions = {}, {}
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text()
        files[str(path)] = text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                functions[f"{path}:{node.name}"] = node.end_lineno - node.lineno + 1
    return files, functions


def line(name: str, values: dict[str, int], aim: str) -> str:
    """One printed row."""
    ordered = sorted(values.values())
    median, p90 = statistics.median(ordered), ordered[int(len(ordered) * 0.9)]
    return f"{name:<10} n {len(ordered):4}  median {median:5.0f}  p90 {p90:4}  max {ordered[-1]:4}  ({aim})"


def main() -> int:
    """The exit status."""
    files, functions = sizes(Path("fieldapp"))
    tests, _ = sizes(Path("tests"))
    print(line("files", files, "aim 80, 200, 350"))
    print(line("functions", functions, "aim 8, 20, 40"))
    print(f"tests to code {sum(tests.values()) / sum(files.values()):.2f} : 1 (aim 1.5 to 2.0)")
    over = [f"{name}: {n} lines" for name, n in files.items() if n > FILE_MOST]
    over += [f"{name}: {n} lines" for name, n in functions.items() if n > FUNCTION_MOST]
    print("\n".join(over), file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
