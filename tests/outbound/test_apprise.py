"""The long tail of services, through the real Apprise."""

import socket
from http.server import BaseHTTPRequestHandler

import msgspec
import pytest

from tests.cast import Cast
from tests.outbound.servers import LOOPBACK, http_server, reply
from tests.outbound.test_chats import Sink
from tests.server import Server
from tocsin.domain.contact import Address
from tocsin.kernel.sealing import Seal
from tocsin.outbound.address import Reach
from tocsin.outbound.apprise import AppriseTransport, service_of
from tocsin.outbound.post import Post, sealed
from tocsin.outbound.sealed import closed
from tocsin.outbound.transport import Message, SendFailed

SEAL = Seal(lambda: ["k" * 32])
# Its plugins import modules that Python takes out of its library one day.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def send(url: str, reach: Reach = LOOPBACK, *, may_repeat: bool = False) -> str:
    post = Post(
        "[Critical] #1 down",
        "",
        "Critical",
        ack_url="https://t.example/ack/1",
        sealed=sealed(SEAL, Address(url)),
        sealed_text=closed(SEAL, "down on web-1"),
    )
    message = Message("d1", "apprise", msgspec.json.encode(post), may_repeat)
    return AppriseTransport(reach, lambda: SEAL).send(message).answer


def test_a_message_goes_where_the_url_says() -> None:
    sink = Sink()
    with http_server(sink) as port:
        send(f"json://127.0.0.1:{port}/hook", may_repeat=True)
    assert sink.path == "/hook"
    assert sink.body["title"] == "[Critical] #1 down"
    assert sink.body["message"] == (
        "down on web-1\nThis message may be a repeat.\nhttps://t.example/ack/1"
    )


def test_a_service_that_says_no_is_asked_again() -> None:
    with http_server(Sink(500)) as port, pytest.raises(SendFailed) as failure:
        send(f"json://127.0.0.1:{port}/hook")
    assert failure.value.retryable


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_internal_address_is_out_of_reach(host: str) -> None:
    sink = Sink()
    with http_server(sink) as port, pytest.raises(SendFailed):
        send(f"json://{host}:{port}/hook", Reach())
    assert sink.path == ""


def test_a_redirect_to_an_internal_address_is_out_of_reach() -> None:
    inside = Sink()

    def astray(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        reply(handler, 302, Location=f"http://127.0.0.2:{port}/inside")

    with http_server(inside) as port, http_server(astray) as outer, pytest.raises(SendFailed):
        send(f"json://127.0.0.1:{outer}/hook", Reach.parse("127.0.0.1/32"))
    assert inside.path == ""


def test_others_look_names_up_as_ever() -> None:
    with http_server(Sink()) as port:
        send(f"json://127.0.0.1:{port}/hook")
    assert socket.getaddrinfo("127.0.0.1", 80)


@pytest.mark.parametrize(
    "url",
    [
        "syslog://",
        "rsyslog://127.0.0.1",
        "mailto://user:pass@gmail.com?smtp=10.0.0.1",
        "nosuch://x",
        "no url",
        "json://example.com/?template=/etc/passwd",
        "tgram://123456789:abcdefg_hijklmnop/1?Template=file:///etc/passwd",
        "fcm://project@device/?keyfile=/etc/passwd",
    ],
)
def test_what_is_no_http_or_reads_files_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Apprise"):
        service_of(url)
    with pytest.raises(SendFailed) as failure:
        send(url)
    assert not failure.value.retryable


@pytest.mark.parametrize(
    "url",
    [
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "ntfy://topic",
        "matrix://user:pass@matrix.example/#room",
    ],
)
def test_what_speaks_http_is_taken(url: str) -> None:
    assert service_of(url)


def test_a_contact_that_apprise_could_not_reach_is_refused_at_once(
    server: Server, cast: Cast
) -> None:
    wish = {"service": "apprise", "target": "syslog://"}
    answer = server.post("/preference/contact/create", wish, cast.bob.key)
    assert (answer.code, "HTTP" in answer.message) == ("InvalidParameter", True)
    wish = {"service": "apprise", "target": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"}
    made = server.post("/preference/contact/create", wish, cast.bob.key).data
    assert "JHMHI8" not in made["label"]
