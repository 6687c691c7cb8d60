"""Documents that refer to one another: reading, parsing and following references, lazily.

Neutral of protocol. `loader` is the way in; `places` names nodes, `local` and `remote` fetch
bytes, `parsing` and `yaml` turn them into JSON (with the `collector` paused), `tree` opens that
JSON node by node, `folders` lists what is in a folder, for contracts that are made of many files.
"""

from polymock.documents.loader import Documents, Limits
from polymock.documents.places import Place, is_url

__all__ = ["Documents", "Limits", "Place", "is_url"]
