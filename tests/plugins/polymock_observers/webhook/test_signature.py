import base64
import hashlib
import hmac

import pytest

from polymock_observers.webhook.signature import key_of, sign


def test_the_example_of_standard_webhooks() -> None:
    """From the specification's own test suite."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert (
        sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_any_text_is_a_secret() -> None:
    expected = hmac.new(b"hunter2hunter2", b"a.7.{}", hashlib.sha256).digest()
    signature = sign(key_of("hunter2hunter2"), "a", 7, b"{}")
    assert signature == f"v1,{base64.b64encode(expected).decode()}"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_%%%"])
def test_wrong_secrets_are_told_without_showing_them(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as raised:
        key_of(secret)
    assert "%%%" not in str(raised.value)
