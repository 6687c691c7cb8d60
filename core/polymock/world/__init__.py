"""The world: state that all protocols share, and a world of its own for each session.

A contract tells its `entities`: types whose objects have a key, and what operations do with them.
`model` puts them together to `collections`, as the config would have it. Entities that nobody wrote
have `keys` that lead from one to another, and values from the contracts' samples. `world` gives out
views: `view` reads (through `rows`, a session's over the base's, by `queries`), `writing` writes,
and `integrity` keeps references leading somewhere. `adapting` turns values into other types' terms:
by what a schema says (`described`, `schemas`), by what means the same (`scalars`, `relating`), and
by what fills its `gaps`. `projecting` makes objects of documents, `completing` gives documents what
every contract requires inside them, and `nesting` says whom objects inside refer to that nobody
wrote. `sessions`, `snapshots` and `clock` are what commands work
on. `seeds` are what a world begins with: rows of `seed_files` that `fitting` makes documents of,
put there by `planting`. `names` says which names mean the same, and
`transitions` which states verbs lead to.
"""
