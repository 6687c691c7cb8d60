"""The world over REST: which operations read and write entities, and how they answer with them.

At load: `inferring` binds operations, by the `families` of `paths` that there are, the `roles` of
what is there and the `actions` below it; `kinds` describes the entities' types, `shapes` finds them
in schemas, `notes` are what bindings remember, and `examples` the entities that a document has
already.

A call is answered by `recalling`, which gives the `desk` of its operation to `getting`, `lists`
(`filters`, `paging`), `creating` (`requests`, `completing`, `idempotency`) or `changing`
(`patching`, `conditions`). `portraits` turn entities into the values that the contract declares, in
the `frames` of its bodies, and `telling` into header fields.
"""
