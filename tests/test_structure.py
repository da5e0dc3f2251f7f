"""The shape of the code: imports go one way, files and functions stay small, public things are documented."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import allocator

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "allocator").rglob("*.py"))

FILE_LINES = 400
FUNCTION_LINES = 50

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _lines_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        text = function.body[0]
        lines -= (text.end_lineno or text.lineno) - text.lineno + 1
    return lines


def _public(tree: ast.Module) -> Iterator[Definition]:
    """Public classes and functions of a module, and public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (m for m in node.body if isinstance(m, Definition) and not m.name.startswith("_"))


def test_imports_go_one_way_and_solvers_stay_behind_their_boundary() -> None:
    """The contracts of pyproject.toml hold."""
    code = "from importlinter.cli import lint_imports_command as check; check()"
    result = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_files_are_short() -> None:
    """No module is longer than a reader's patience."""
    lines = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_functions_are_short() -> None:
    """No function, without its docstring, is longer than a page."""
    lengths = {
        f"{_name(path)}:{function.name}": _lines_without_docstring(function)
        for path in MODULES
        for function in _functions(_tree(path))
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_public_things_have_a_docstring() -> None:
    """Every module, and every public class, function and method of it, says what it is."""
    trees = {_name(path): _tree(path) for path in MODULES}
    modules = [name for name, tree in trees.items() if tree.body and ast.get_docstring(tree) is None]
    missing = [
        f"{name}:{node.name}"
        for name, tree in trees.items()
        for node in _public(tree)
        if ast.get_docstring(node) is None
    ]
    assert (modules, missing) == ([], [])


def test_no_module_is_a_box_of_odds_and_ends() -> None:
    """A module is named after what is in it."""
    assert [_name(path) for path in MODULES if path.stem in {"utils", "util", "helpers", "misc", "common"}] == []


def test_public_names_are_the_promised_ones() -> None:
    """``__all__`` is the API of the README, sorted, and each of its names can be had."""
    assert allocator.__all__ == [
        "AllocatorError", "Case", "InfeasibleError", "NoPlanError", "Plan", "ScenarioError", "SolverError",
        "__version__", "load", "solve",
    ]  # fmt: skip
    assert [name for name in allocator.__all__ if not hasattr(allocator, name)] == []


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """Looking names up late hides no misspelling."""
    with pytest.raises(AttributeError, match="sovle"):
        _ = allocator.sovle


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("allocator", ["pandas", "ortools", "pulp", "typer"]),  # a solver process pays for nothing it does not use
        ("allocator.cli.app", ["ortools", "pulp", "highspy"]),  # they cannot share a process
    ],
)
def test_an_import_loads_nothing_it_should_not(imported: str, absent: list[str]) -> None:
    """Solvers are loaded in processes of their own, readers only where something is read."""
    code = f"import sys, {imported}; print([name for name in {absent!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
