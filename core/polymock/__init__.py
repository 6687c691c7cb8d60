"""Polymock's engine: calls in, replies out, every exchange recorded.

Plugin authors use `polymock.interfaces`, `polymock.wires`, `polymock.errors`,
`polymock.documents`, `polymock.jsonschema`, `polymock.samples`, `polymock.routing`,
`polymock.media_types`, `polymock.multipart`, `polymock.config.units` and the structs of
`polymock_schemas`; tests use `polymock.testing`.
"""
