"""Polymock's engine: calls in, replies out, every exchange recorded.

Plugin authors use `polymock.interfaces`, `polymock.errors`, `polymock.documents`,
`polymock.jsonschema`, `polymock.samples`, `polymock.routing` and the structs of
`polymock_schemas`; tests use `polymock.testing`.
"""
