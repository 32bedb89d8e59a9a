"""What settings of a webhook hide, and when it may be sent back."""

import pytest
from msgspec.structs import replace

from tocsin.domain.integration import Settings
from tocsin.domain.webhook_secret import WebhookSecret, said, without
from tocsin.kernel.errors import InvalidParameter

PLAIN = Settings(endpoint="https://a.example/x?key=k", headers={"X-Key": "v"})
KEPT = WebhookSecret(PLAIN.endpoint, PLAIN.headers)
SHOWN = without(PLAIN)


def test_what_is_hidden_means_what_it_stood_for() -> None:
    assert (SHOWN.endpoint, SHOWN.headers) == ("https://a.example/x?***", {"X-Key": "***"})
    assert said(SHOWN, KEPT) == PLAIN
    moved = replace(SHOWN, endpoint="https://a.example/other")
    assert said(moved, KEPT).headers == {"X-Key": "v"}
    added = replace(SHOWN, headers={"X-Key": "***", "X-New": "n"})
    assert said(added, KEPT).headers == {"X-Key": "v", "X-New": "n"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (SHOWN, None),
        (replace(SHOWN, endpoint="https://evil.example/x"), KEPT),
        (replace(SHOWN, endpoint="http://a.example/x"), KEPT),
        (replace(SHOWN, endpoint="https://a.example:8443/x"), KEPT),
        (replace(SHOWN, endpoint="https://a.example/y?***"), KEPT),
        (replace(SHOWN, headers={"X-Other": "***"}), KEPT),
    ],
)
def test_what_is_hidden_is_told_to_no_other_server(
    given: Settings, kept: WebhookSecret | None
) -> None:
    with pytest.raises(InvalidParameter, match="hidden"):
        said(given, kept)
