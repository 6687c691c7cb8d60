"""Who may do what: tokens, the policy of roles, and what is written down of those who did.

`tokens` is the file of tokens, `places` tells which file that is; `policy` says which role may
carry out which command, by rules in a file (`policy.csv`); `hosts` tells this machine's names from
others, `doors` whether a token is needed; `keys` lets the owner of a server in without one.
`audit` makes the row of `events` that a command leaves, `refusals` those of who was refused.
"""
