"""The ways that messages travel: native gRPC, Connect, gRPC-Web, and REST by google.api.http.

`choosing` finds the method and the wire of a call: `native` (whose frames a listener takes off),
`connect`, `grpc_web`, `rest`. They share `codecs` (with `places` of what is wrong in JSON),
`envelopes`, `compression`, `media_types`, `metadata`, `deadlines`, `streams`, and how statuses are
written: `codes`, `rich_status`.
"""
