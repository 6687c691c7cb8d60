from __future__ import annotations

from polymock.mocks.concealing import HIDDEN, concealed
from polymock_schemas.config import Config, MockConfig, WorldConfig


def test_secrets_are_hidden_and_the_rest_is_shown() -> None:
    config = Config(
        mocks=(
            MockConfig(
                spec="https://ann:secret@example.com/a.yaml",
                options={"limit": 3, "password": "hush", "url": "http://bob:x@h/"},
            ),
        ),
        world=WorldConfig(store={"type": "postgres", "url": "postgres://ann:secret@db/x"}),
        auth={
            "partner": {"type": "api-key", "header": "X-Key", "keys": ["one", "two"]},
            "bare": "basic",
        },
    )
    told = concealed(config)
    assert "secret" not in str(told)
    assert "hush" not in str(told)
    assert "one" not in str(told["auth"]["partner"]["keys"])
    assert told["auth"]["partner"]["header"] == "X-Key"
    assert told["auth"]["bare"] == "basic"
    assert told["world"]["store"] == {"type": "postgres", "url": HIDDEN}
    assert told["mocks"][0]["spec"] == "https://example.com/a.yaml"
    assert told["mocks"][0]["options"] == {
        "limit": 3,
        "password": HIDDEN,
        "url": "http://h/",
    }
    assert told["server"]["port"] == 8080
