"""The world over gRPC: what methods read and write of the entities that all mocks share.

`kinds` are the message types that have a key (`referring`: and what tells of others), `inferring`
tells what methods do with them. `recalling` answers the calls by acts: those of `reads`, `lists`
(with `asking`), `creating`, `updating`, `deleting`, `batches` and `transitions`. Each looks up,
with `requests`, which fields of a method's request say what, once, and puts what it found into its
`outputs`; `repeats` remembers requests that may be sent again. `documents` and `messages` (with
`linking`) turn messages into what the world holds and back, by `schemas`; `masks` and `filters` are
those of AIP-134 and AIP-160, `tokens` those of AIP-158. `locating` knows how names of resources
(`shelves/1/books/7`, by their `resource_names`) are keys of entities.
"""
