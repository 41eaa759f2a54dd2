"""Functions are short and modules can be read in one sitting."""

import ast
import statistics
from functools import cache
from pathlib import Path

TOP = Path(__file__).parents[2]
# A migration is a list of statements, and as long as it must be.
MODULES = sorted(path for path in (TOP / "server").rglob("*.py") if "alembic" not in path.parts)
FUNCTION_LINES_MEDIAN = 8
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 300


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from its `def` to its end, its docstring left out."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


@cache
def function_sizes() -> dict[str, int]:
    sizes = {}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                sizes[f"{module.relative_to(TOP)}:{node.lineno} {node.name}"] = lines_of(node)
    return sizes


def test_the_median_function_is_short() -> None:
    assert statistics.median(function_sizes().values()) <= FUNCTION_LINES_MEDIAN


def test_no_function_is_long() -> None:
    assert {name: size for name, size in function_sizes().items() if size > FUNCTION_LINES_MAX} == {}


def test_nine_functions_in_ten_fit_on_half_a_screen() -> None:
    assert statistics.quantiles(function_sizes().values(), n=10)[8] <= 25


def test_no_module_is_long() -> None:
    sizes = {str(module.relative_to(TOP)): len(module.read_text().splitlines()) for module in MODULES}
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES_MAX} == {}
