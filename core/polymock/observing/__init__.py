"""Observers at work: what workers hand over counted and made events, and each observer in a thread.

`feed` hears what a worker sends to the journal, `tally` counts it by kind, `recorded` makes events
of it for those who want them; `building` makes observers of the config, `running` keeps one going,
and `observers` are all of them.
"""
