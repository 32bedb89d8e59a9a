import pytest

from tocsin.kernel.text import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://x/y?key=s3#z", "https://x/y?***#z"),
        ("HTTP://me:s3@x:8/y", "HTTP://***@x:8/y"),
        ("https://a@s3@x/?k", "https://***@x/?***"),
        ("https://x/y@z", "https://x/y@z"),
        ("see https://x/?s3 and http://y/?s3", "see https://x/?*** and http://y/?***"),
        ("ftp://x/?y", "ftp://x/?y"),
        ("why? because", "why? because"),
    ],
)
def test_addresses_are_kept_without_what_opens_doors(text: str, shown: str) -> None:
    assert redact({"settings": [{"body": text}]}) == {"settings": [{"body": shown}]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://hooks.example/services/T/B/s3", "https://hooks.example/***"),
        ("https://me:s3@x:8", "https://x:8"),
        ("tgram://s3/chat", "tgram://***"),
        ("webcal://x/private-s3/basic.ics", "webcal://***"),
        ("+4930123456", "+4930123456"),
    ],
)
def test_of_where_something_leads_the_server_is_told(text: str, shown: str) -> None:
    for name in ("endpoint", "target", "url"):
        assert redact({name: text}) == {name: shown}


@pytest.mark.parametrize(
    "name", ["dsn", "sentry_dsn", "Authorization", "headers", "code", "auth", "im", "prefix"]
)
def test_fields_that_hold_secrets_are_hidden_whole(name: str) -> None:
    assert redact({name: {"a": "s3"}, "kept": 1}) == {name: "***", "kept": 1}
