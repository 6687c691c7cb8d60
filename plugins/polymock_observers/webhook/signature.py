"""Signatures as Standard Webhooks has them (www.standardwebhooks.com): HMAC-SHA256 over the
message's id, the time and the body, so that none of them can be changed or used again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes of a secret: of `whsec_` and base64, or of any other text its UTF-8.

    Raises ValueError, which shows nothing of it.
    """
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret[len(PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what stands behind {PREFIX} is no base64") from None
    if not key:
        raise ValueError(f"nothing stands behind {PREFIX}")
    return key


def sign(key: bytes, id_: str, seconds: int, body: bytes) -> str:
    """The value of the header `webhook-signature`; `seconds` is the one of `webhook-timestamp`."""
    signed = b"%s.%d.%s" % (id_.encode(), seconds, body)
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
