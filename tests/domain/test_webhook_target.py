import pytest

from tocsin.domain.webhook_target import check_endpoint, check_headers
from tocsin.kernel.errors import InvalidParameter


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://x",
        "HTTPS://Hooks.Example:8443/a/b?key=c#d",
        "http://127.0.0.1:9/",
        "http://[2001:db8::1]:9/",
        "http://my_chat.local./hook",
        "https://x/a@b",
        "https://x/" + "a" * 2038,
    ],
)
def test_an_http_address_is_taken(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("", "http or https"),
        ("ftp://x", "http or https"),
        ("//x/y", "http or https"),
        ("https://", "valid host"),
        ("https:///path", "valid host"),
        ("https://:443/", "valid host"),
        ("https://a..b/", "valid host"),
        ("https://a,b/", "valid host"),
        (f"https://{'a' * 64}/", "valid host"),
        ("https://[::1/", "valid host"),
        ("https://[fe80::1%25eth0]/", "valid host"),
        ("https://[v1.x]/", "valid host"),
        ("https://x:0/", "port"),
        ("https://x:65536/", "port"),
        ("https://x:port/", "port"),
        ("https://x/a b", "blanks"),
        ("https://x/\r\nHost: y", "blanks"),
        ("https://x/\x7f", "blanks"),
        (" https://x/", "blanks"),
        ("https://bücher.example/", "ASCII"),
        ("https://user:pass@x/", "password"),
        ("https://user@x/", "password"),
        ("https://@x/", "password"),
        ("https://x/" + "a" * 2039, "2048"),
    ],
)
def test_what_could_never_be_posted_to_is_refused_and_not_repeated(
    endpoint: str, said: str
) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        check_endpoint(endpoint)
    assert said in str(refusal.value)
    assert "pass@" not in str(refusal.value)


@pytest.mark.parametrize("headers", [{}, {"X-Token": "t"}, {"Authorization": "Bearer é"}])
def test_ordinary_headers_are_taken(headers: dict[str, str]) -> None:
    check_headers(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"": "c"},
        {"a:b": "c"},
        {"a b": "c"},
        {"é": "c"},
        {"a\n": "c"},
        {"a": "b\nc"},
        {"a": "b\n"},
        {"a": "b\0"},
        {"a": "\x85"},
        {"a": "中"},
        {"Host": "x"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "close"},
        {"Upgrade": "h2c"},
        {"TE": "trailers"},
        {"Trailer": "x"},
        {"Expect": "100-continue"},
        {"Proxy-Authorization": "x"},
        {str(n): "" for n in range(21)},
    ],
)
def test_headers_that_cannot_be_sent_or_frame_the_request_are_refused(
    headers: dict[str, str],
) -> None:
    with pytest.raises(InvalidParameter):
        check_headers(headers)
