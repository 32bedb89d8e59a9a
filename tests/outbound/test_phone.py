"""SMS and calls, with the providers' own packages as the other side of every signature."""

import base64
from urllib.parse import parse_qs

import plivo
import pytest
from twilio.request_validator import RequestValidator

from tocsin.domain.contact import Address
from tocsin.outbound.phone import Callback, Line, Plivo, Twilio
from tocsin.outbound.post import Post, Telling

LINE = Line("AC1", "secret", "+4930111", "http://127.0.0.1:9")
URL = "https://t.example/voice/abc"
FORM = {"CallSid": "CA1", "Digits": "1", "From": "+4930222"}
TELLING = Telling(
    Post("t", "down", "Critical", ack_url=URL), Address("+4930222"), 0, "web-1 is <down> & out"
)


def test_twilio_is_asked_by_its_form() -> None:
    asked = Twilio(LINE).sms(TELLING)
    assert asked.url == "http://127.0.0.1:9/2010-04-01/Accounts/AC1/Messages.json"
    assert parse_qs(asked.body.decode()) == {
        "From": ["+4930111"],
        "To": ["+4930222"],
        "Body": ["web-1 is <down> & out"],
    }
    login = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic "))
    assert login == b"AC1:secret"
    call = Twilio(LINE).call(TELLING)
    (script,) = parse_qs(call.body.decode())["Twiml"]
    assert f'<Gather numDigits="1" action="{URL}"><Say>web-1 is &lt;down&gt; &amp; out' in script


def test_plivo_is_asked_by_json_and_asks_back() -> None:
    asked = Plivo(LINE).sms(TELLING)
    assert asked.url == "http://127.0.0.1:9/v1/Account/AC1/Message/"
    assert b'"dst":"+4930222"' in asked.body
    assert URL.encode() in Plivo(LINE).call(TELLING).body
    assert "<GetDigits" in Plivo(LINE).script("down", URL)


@pytest.mark.parametrize("form", [FORM, {}])
def test_twilio_signs_its_callbacks(form: dict[str, str]) -> None:
    signature = RequestValidator("secret").compute_signature(URL, form)
    headers = {"x-twilio-signature": signature}
    assert Twilio(LINE).is_genuine(Callback(URL, form, headers))
    assert not Twilio(LINE).is_genuine(Callback(URL, {**form, "Digits": "2"}, headers))
    assert not Twilio(LINE).is_genuine(Callback(f"{URL}x", form, headers))
    assert not Twilio(LINE).is_genuine(Callback(URL, form, {}))


@pytest.mark.parametrize("form", [FORM, {}])
@pytest.mark.parametrize("url", [URL, f"{URL}?b=2&a=1"])
def test_plivo_signs_its_callbacks(form: dict[str, str], url: str) -> None:
    from plivo.utils.signature_v3 import construct_post_url, get_signature_v3

    text = construct_post_url(url, dict(form)).decode()
    signature = get_signature_v3(b"secret", text, b"nonce").decode()
    assert plivo.utils.validate_v3_signature("POST", url, "nonce", "secret", signature, dict(form))
    headers = {"x-plivo-signature-v3": f"other,{signature}", "x-plivo-signature-v3-nonce": "nonce"}
    assert Plivo(LINE).is_genuine(Callback(url, form, headers))
    assert not Plivo(LINE).is_genuine(Callback(url, {**form, "x": "y"}, headers))
    assert not Plivo(LINE).is_genuine(Callback(url, form, headers | {"x-plivo-signature-v3": ""}))
