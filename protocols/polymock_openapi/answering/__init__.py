"""From a reading to what is written: which declared answer, its value, its bytes.

`answers` chooses (`choices`, `negotiation`, `pairing`) and makes the value (`declared`, `echo`,
`pages`, `failures`); `polymock_openapi.write` encodes it (`encode`, `response_headers`, `specimens`). `refusals`
are answers to calls that break the contract, `callbacks` are calls that follow an answer
(`expressions`).
"""
