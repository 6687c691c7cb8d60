"""From a reading to what is written: which declared answer, its value, its bytes.

`answers` chooses (`choices`, `negotiation`, `pairing`) and makes the value (`declared`), which then
takes over what the call says (`echo`, `pages`) or tells of an error (`failures`).
`polymock_openapi.write` encodes it (`encode`, `response_headers`, `specimens`). `refusals` are
answers to calls that break the contract, in the form of `declared_errors`; `callbacks` are calls
that follow an answer (`expressions`).
"""
