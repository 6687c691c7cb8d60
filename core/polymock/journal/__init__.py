"""The journal: from the workers' replies to rows in DuckDB, and SQL over them.

`stream` (in a worker) -> `frames` on a Unix socket -> `receiver` -> `writer` (in the control
process, which owns the DuckDB file). `transcription` makes text of bodies that are none, `rows` and
`redaction` say what is written, `database` opens the file, `sql` answers users' queries. `file` and
`damage` see to what goes wrong with the file, `upkeep` and `archiving` to what is old in it.
"""
