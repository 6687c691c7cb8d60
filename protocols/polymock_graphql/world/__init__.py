"""The world behind a schema: its types whose objects are entities, and fields that read and write.

`inference` tells the core what there is: `kinds` of types, and `bindings` of root fields, by the
`verbs` in their names and the `results` that they answer with. `source` gives the fields over a
world in place of those that are sampled. `collected` finds the entities of a type; `leaves`,
`objects` and the values `inside` them tell of them; `lists` show `choices` of them, by `filters`
and `orders`. `mutations` write what `inputs` say and answer with `payloads`. `values` are what
operators hold, and `errors` what was refused.
"""
