"""Codes of an authenticator at sign-in, and passkeys in place of a password."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
import pyotp
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cast import Cast
from tests.edge.test_session import ONE_TIME, OWN, browser, hand_out, sign_in
from tests.server import Answer, Server
from tocsin.engine.session import FAILURES_MAX
from tocsin.store.database import Database


def enter(server: Server, cast: Cast, code: str) -> Answer:
    server.clock.advance(1)
    typed = {"email": cast.alice.email, "password": OWN, "code": code}
    return server.post("/session/create", typed)


@pytest.mark.effect("/totp/create", "/totp/confirm", "/totp/info", seen_by="/totp/info")
@pytest.mark.effect("/totp/delete", seen_by="/totp/info")
def test_who_has_a_second_factor_shows_a_code_once(
    server: Server, database: Database, cast: Cast
) -> None:
    hand_out(database, cast)
    mine = browser(sign_in(server, cast.alice.email, ONE_TIME, OWN))
    made = server.post("/totp/create", headers=mine).data
    assert made["url"].startswith("otpauth://totp/Tocsin:alice%40acme.example?secret=")
    phone = pyotp.TOTP(made["secret"])
    assert enter(server, cast, "").status == 200, "nothing is asked for until a code was shown"
    assert server.post("/totp/confirm", {"code": "000000"}, headers=mine).status == 400
    first = phone.at(server.clock.now() // 1000)
    codes = server.post("/totp/confirm", {"code": first}, headers=mine).data["codes"]
    assert len(codes) == 10

    server.restart()
    told = {"is_on": True, "recovery_codes_left": 10}
    assert server.post("/totp/info", headers=mine).data == told
    asked = enter(server, cast, "")
    assert (asked.status, asked.code) == (428, "SecondFactorRequired")
    assert sign_in(server, cast.alice.email, "wrong").code == "Unauthorized", "told to nobody else"
    assert enter(server, cast, first).code == "Unauthorized", "a code counts once"
    server.clock.advance(30)
    assert enter(server, cast, phone.at(server.clock.now() // 1000)).status == 200
    assert enter(server, cast, codes[0].upper()).status == 200
    assert enter(server, cast, codes[0]).code == "Unauthorized", "so does one for recovery"
    assert server.post("/totp/info", headers=mine).data["recovery_codes_left"] == 9
    assert [enter(server, cast, "000000").status for _ in range(FAILURES_MAX - 1)] == [401] * 4
    assert enter(server, cast, codes[1]).code == "RequestLocked", "codes cannot be guessed"

    server.clock.advance(300)
    link = server.post("/invitation/create", {"member_id": cast.alice.id}, cast.alice.key)
    wish = {"token": link.data["url"].partition("#")[2], "password": OWN}
    assert server.post("/invitation/accept", wish).code == "SecondFactorRequired"
    assert server.post("/invitation/accept", wish | {"code": "000000"}).code == "Unauthorized"
    assert server.post("/invitation/info", wish).code == "Unauthorized", "the link is used up"

    alices = {"member_id": cast.alice.id}
    assert server.post("/totp/delete", alices, cast.bob.key).code == "AccessDenied"
    assert server.post("/totp/delete", {"code": "000000"}, headers=mine).status == 400
    server.post("/totp/delete", {"code": codes[2]}, headers=mine)
    server.restart()
    assert server.post("/totp/info", key=cast.alice.key).data["is_on"] is False
    assert enter(server, cast, "").status == 200


class Device:
    """A phone with one passkey, which does as a browser does (WebAuthn level 3)."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = b"passkey of a phone"
        self.count = 0

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        named = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], 0x45) + named
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options)
        return self._credential({"attestationObject": b64(attested), "clientDataJSON": b64(said)})

    def prove(self, options: dict[str, Any], *, verified: bool = True) -> dict[str, Any]:
        self.count += 1
        data = self._data(options["rpId"], 0x05 if verified else 0x01)
        said = self._said("webauthn.get", options)
        signed = self.key.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "authenticatorData": b64(data),
                "clientDataJSON": b64(said),
                "signature": b64(signed),
            }
        )

    def _data(self, place: str, flags: int) -> bytes:
        return sha256(place.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _said(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "response": response,
        }


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def challenge(server: Server) -> dict[str, Any]:
    server.clock.advance(1)
    return dict(server.post("/session/passkey/challenge").data["options"])


@pytest.mark.effect("/passkey/challenge", "/passkey/create", seen_by="/passkey/list")
@pytest.mark.effect("/passkey/list", "/passkey/delete", seen_by="/passkey/list")
@pytest.mark.effect(
    "/session/passkey/challenge", "/session/passkey/create", seen_by="/session/info"
)
def test_a_passkey_is_a_way_in_of_its_own(server: Server, cast: Cast) -> None:
    bob = cast.bob.key
    device = Device(server.base)
    options = server.post("/passkey/challenge", key=bob).data["options"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    made = {"name": "Phone", "credential": device.make(options)}
    evil = Device("https://evil.example").make(
        server.post("/passkey/challenge", key=bob).data["options"]
    )
    assert server.post("/passkey/create", made | {"credential": evil}, bob).status == 400
    assert server.post("/passkey/create", made, cast.charlie.key).status == 400, "it is Bob's"
    passkey = server.post("/passkey/create", made, bob).data["passkey_id"]
    assert server.post("/passkey/create", made, bob).status == 400, "a challenge is good once"

    proof = {"credential": device.prove(challenge(server))}
    opened = server.post("/session/passkey/create", proof)
    assert server.post("/session/passkey/create", proof).code == "Unauthorized", "no replay"
    device.origin = "https://evil.example"
    phished = {"credential": device.prove(challenge(server))}
    assert server.post("/session/passkey/create", phished).code == "Unauthorized"
    device.origin = server.base
    unproven = {"credential": device.prove(challenge(server), verified=False)}
    assert server.post("/session/passkey/create", unproven).code == "Unauthorized"
    stranger = Device(server.base)
    foreign = {"credential": stranger.prove(challenge(server))}
    assert server.post("/session/passkey/create", foreign).code == "Unauthorized"
    for broken in ({}, {"response": 1}, {"rawId": "?", "response": {"clientDataJSON": "!"}}):
        server.clock.advance(1)
        assert server.post("/session/passkey/create", {"credential": broken}).status in (400, 401)

    # The address of a restarted test server is another one, and so is its origin.
    server.restart()
    assert server.post("/session/info", headers=browser(opened)).data["member_name"] == "Bob"
    [shown] = server.post("/passkey/list", key=bob).data["items"]
    assert (shown["name"], shown["used_at"] > 0) == ("Phone", True)
    server.post("/passkey/delete", {"passkey_id": passkey}, bob)
    server.restart()
    assert server.post("/passkey/list", key=bob).data["items"] == []
    assert server.post("/passkey/delete", {"passkey_id": passkey}, bob).code == "ResourceNotFound"
