"""Execution: an operation compiled once to a plan of closures, and run many times.

`planner` is the way in, `plan` what it gives out. `source` knows the value of every field of the
schema, by whatever way it is executed: `identity` says who an object is, `shapes` what a type is
for, `facts` what is known of it; `leaves` make scalars and enums, `echo` says back what the caller
said, `relations` lead back to where an object was reached from, `states` keep what names say of an
object's life together, `lists` and `pages` cut windows. `constraints` are checked before.
`compiler` turns a `selection` into closures over the source, with its `arguments` and `variables`.
`reference` executes over the source with graphql-core, for what comes in increments.
"""
