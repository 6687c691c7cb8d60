"""`polymock serve`: the control process and its workers.

`control` is the way in. It starts `workers`, each of which runs `worker`; they speak in `messages`.
`panel` is what is printed, `ports` finds and keeps addresses, `serverfile` tells others where the
server is, `watch` notices changed files, and `examination` looks for faults while calls are served.
"""
