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
    assert redact({"settings": [{"endpoint": text}]}) == {"settings": [{"endpoint": shown}]}


@pytest.mark.parametrize("name", ["dsn", "sentry_dsn", "Authorization", "Set-Cookie", "headers"])
def test_fields_that_hold_secrets_are_hidden_whole(name: str) -> None:
    assert redact({name: {"a": "s3"}, "kept": 1}) == {name: "***", "kept": 1}
