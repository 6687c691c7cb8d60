"""JSON-RPC 2.0 for Polymock: mocks from OpenRPC documents.

`plugin` -> `document` (methods, their types as JSON Schema) -> `contract` (the engine's steps)
"""
