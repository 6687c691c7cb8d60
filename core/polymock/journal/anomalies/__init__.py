"""What is odd in the traffic: each operation against its own past, and callers against all others.

`gathering` reads counts per window of time from the journal; `references` say what would be usual
in each of them, `residuals` how far from it is too far, `episodes` where that begins and ends;
`operations`, `newcomers` and `scans` look for one sort of oddity each, `words` tell it, `evidence`
writes the query that shows it, and `detecting` puts all of it together. Only `gathering` and
`scans` touch the journal; the rest is pure.
"""
