"""The structs that cross a boundary of Polymock, the journal's tables, the published JSON Schemas.

The ground floor: it imports nothing of the other packages. Modules by noun: `calls` (call, reply,
exchange), `config` (polymock.yaml), `journal` (tables and views), `commands` (results of commands).
"""
