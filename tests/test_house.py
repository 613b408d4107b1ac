"""The house's own rules: imports look down, files and functions stay readable, docs stay true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for folder in ("app", "tests", "scripts", "migrations")
    for path in (ROOT / folder).rglob("*.py")
)
LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 70


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_imports_look_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE_LINES
        and "versions" not in path.parts
    }
    assert long == {}


def test_every_function_fits_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.name}": lines
        for path in SOURCES
        if "versions" not in path.parts
        for function in functions(ast.parse(path.read_text("utf-8")))
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda p: p.name)
def test_lock_files_hold_hashes_and_no_registrys_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_pages_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "static" / "package-lock.json").read_text("utf-8")
