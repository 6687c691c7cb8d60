"""Which parts of the contracts the recorded exchanges exercised.

`looking` asks the rows of a stretch of time what they had; `accounts` finds the contract's parts in
that; `pending` tells which stretches have not been looked into; `tracking` does so in the
background, and keeps what it found; `answering` puts it all together.
"""
