"""Use cases by noun, each defined once: structs in, structs out, whoever asks for them.

Those on what is being served (`world`, `entities`, `sessions`) are `Command`s: `command` says what
that is, and the `registry` has them all by name. A worker carries them out; `remote` has a running
server do so. The others need no server.
"""
