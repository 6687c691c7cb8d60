"""Documents: from a location to a schema that can be executed, and its types as JSON Schema.

`document` is the way in: it reads (`files`), parses (`parsing`), puts together what is defined
twice (`merging`), completes (`assembly`, `federation`, `directives`) and builds (`building`);
`scalars` (with `scalar_table`) check input. `types` are the JSON Schemas, with what directives say
of values (`hints`, `fakes`). `problems` is the deep check, `faults` says where things are,
`recognition` needs no parser.
"""
