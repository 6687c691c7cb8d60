"""Documents: .proto files, folders of them and descriptor sets, compiled to methods and schemas.

`document` is the way in: `source` finds what is to be compiled, `roots` where imports are looked
for (`bundled` are those that need no looking), `protoc` runs the compiler, `descriptors` reads what
it wrote, `images` unpacks other forms of it. `methods` reads services and their `options`. `types`
translates messages to JSON Schema, with `scalars`, `known_types`, `resources` and `rules` for what
it meets there. `recognition` needs nothing of these.
"""
