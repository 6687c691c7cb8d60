"""Documents: .proto files, folders of them and descriptor sets, compiled to methods and schemas.

`source` finds what is to be compiled, `roots` where imports are looked for, `protoc` runs the
compiler, and `document` holds what came of it. `methods` reads services; `types` translates
messages to JSON Schema, with `known_types`, `behaviors` and `rules` for what it meets there.
"""
