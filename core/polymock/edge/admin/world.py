"""The world: its bindings, collections and entities, snapshots and clock."""

from __future__ import annotations

from polymock.edge.admin.routes import Route

_WORLD = "/api/v1/world"
_ENTITIES = f"{_WORLD}/collections/{{collection:str}}/entities"
_SNAPSHOTS = f"{_WORLD}/snapshots"

ROUTES = (
    Route("GET", f"{_WORLD}/bindings", "world.bindings"),
    Route("GET", f"{_WORLD}/collections", "world.collections"),
    Route("GET", _ENTITIES, "world.list", lists=("where",)),
    Route("GET", f"{_ENTITIES}/{{key:path}}", "world.get"),
    Route("PUT", f"{_ENTITIES}/{{key:path}}", "world.put", body="value"),
    Route("DELETE", f"{_ENTITIES}/{{key:path}}", "world.delete"),
    Route("POST", f"{_WORLD}/reset", "world.reset"),
    Route("GET", _SNAPSHOTS, "world.snapshots"),
    Route("POST", _SNAPSHOTS, "world.snapshot", 201),
    Route("POST", f"{_SNAPSHOTS}/{{name:str}}/restore", "world.restore"),
    Route("DELETE", f"{_SNAPSHOTS}/{{name:str}}", "world.forget"),
    Route("GET", f"{_WORLD}/clock", "world.clock"),
    Route("PUT", f"{_WORLD}/clock", "world.change_clock"),
)
