"""`polymock serve`: the control process and its workers.

`control` is the way in. It starts `workers`, each of which runs `worker`; they speak in `messages`.
`spawning` begins their processes, the first before `control` itself is loaded.
In the control process, `panel` is what is printed, `ports` finds and keeps addresses and
`reservations` those of the workers' listeners, `serverfile` tells others where the server is,
`watch` notices changed files, and `asking` has workers carry out commands. In a worker, `dialogue`
is its side of the talk, `http_server` answers HTTP, `listeners` are the wires that protocols bring
of their own, `examination` looks for faults while calls are served, and `sweeping` takes away what
sessions left behind.
"""
