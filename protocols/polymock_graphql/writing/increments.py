"""Incremental delivery in the form of 2022, which most clients read.

The drafts of today name what is pending by an id, and what comes later by that id. The earlier form
gives each part its path and label instead, and knows nothing of `pending` and `completed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

_KEPT = frozenset({"data", "errors", "hasNext", "extensions"})


def in_earlier_form(results: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The results with each increment's own path; items have the index of the first of them."""
    pending: dict[str, Mapping[str, Any]] = {}
    whole: Any = None
    for result in results:
        if "data" in result:
            whole = deepcopy(result["data"])
        for entry in result.get("pending") or ():
            pending[entry["id"]] = entry
        told = {key: value for key, value in result.items() if key in _KEPT}
        increments = [
            _place(increment, pending[increment["id"]], whole)
            for increment in result.get("incremental") or ()
        ]
        failed = [
            {"path": pending[done["id"]]["path"], "data": None, "errors": done["errors"]}
            for done in result.get("completed") or ()
            if done.get("errors")
        ]
        if increments or failed:
            told["incremental"] = [*increments, *failed]
        if told != {"hasNext": True}:
            yield told


def _place(increment: Mapping[str, Any], entry: Mapping[str, Any], whole: Any) -> Mapping[str, Any]:
    """One increment by its path and label; `whole` is all that was sent, and becomes more."""
    path = [*entry["path"], *increment.get("subPath", ())]
    target = _find(whole, path)
    placed = {key: value for key, value in increment.items() if key not in ("id", "subPath")}
    if "items" in increment:
        placed["path"] = [*path, len(target)]
        target.extend(deepcopy(increment["items"]))
    else:
        placed["path"] = path
        _merge(target, deepcopy(increment.get("data") or {}))
    if "label" in entry:
        placed["label"] = entry["label"]
    return placed


def _find(value: Any, path: list[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _merge(target: Any, more: Any) -> None:
    """Add what a deferred fragment brought to what stands at its place."""
    if isinstance(target, dict):
        for name, value in more.items():
            if isinstance(target.get(name), dict | list):
                _merge(target[name], value)
            else:
                target[name] = value
    elif isinstance(target, list):
        for entry, value in zip(target, more or (), strict=False):
            _merge(entry, value)
