"""Background servers: `polymock serve` that runs by itself, under a name.

`registry` keeps one `record` for each in the user's state folder. `launching` begins one, whose
process runs `serving`; `ending` ends one, `describing` says how one is. `processes` tells which
processes are whose: by pid and time of creation, and by a mark in the environment that all
processes of one run carry.
"""
