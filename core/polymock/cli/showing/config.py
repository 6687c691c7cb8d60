"""What is wrong with configs, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from polymock.output import print_json, print_lines
from polymock.server.panel import fault_line
from polymock_schemas.commands import CheckParams, CheckResult


def show_check(results: Sequence[CheckResult], _params: CheckParams) -> None:
    """A line for each spec, and one for each thing that is wrong with it."""
    for result in results:
        print_lines([_summary(result), *(f"  {fault_line(fault)}" for fault in result.faults)])


def show_schema(schema: dict[str, Any], _params: msgspec.Struct) -> None:
    """The schema, as editors read it."""
    print_json(schema)


def _summary(result: CheckResult) -> str:
    """One line on a checked spec."""
    counts = [
        _count(number, level)
        for level in ("error", "warning")
        if (number := sum(fault.level == level for fault in result.faults))
    ]
    is_read = result.operations or all(fault.level == "warning" for fault in result.faults)
    what = _count(result.operations, "operation") if is_read else "not read"
    words = filter(None, (result.protocol, what, *(counts or ("nothing wrong",))))
    return f"{result.spec}: {', '.join(words)}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
