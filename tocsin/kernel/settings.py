"""Everything an operator may set, in one strict struct. Read at the top, passed down.

Each field may be given in a TOML file, as `TOCSIN_<FIELD>` or as a flag `--<field>`; the later
wins. The description of a field is what `--help` and the docs say of it.
"""

import re
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from tocsin.kernel.site import ObjectStorage

PORTS: Final = 65_536
_S3_URL: Final = re.compile(r"s3://(?P<bucket>[a-z0-9.-]{3,63})(?P<prefix>/[^?#]*)?")
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

Text = Annotated[str, Meta(max_length=2000)]
Count = Annotated[int, Meta(ge=0)]


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """An unknown field is an error; so is a value of the wrong type."""

    data_dir: Annotated[Text, Meta(description="Folder for the SQLite files and the inbox.")] = (
        "data"
    )
    database_url: Annotated[
        Text, Meta(description="`postgresql://…` instead of SQLite in the data folder.")
    ] = ""
    host: Annotated[Text, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on.")] = 8750
    public_url: Annotated[
        Text, Meta(description="How people and SDKs reach this server; empty: host and port.")
    ] = ""
    tls_cert: Annotated[Text, Meta(description="PEM file with the certificate chain.")] = ""
    tls_key: Annotated[Text, Meta(description="PEM file with the private key.")] = ""
    tls_self_signed: Annotated[
        bool, Meta(description="Serve TLS with a certificate made in the data folder.")
    ] = False
    trusted_proxies: Annotated[
        Text,
        Meta(
            description="Comma-separated addresses or networks of proxies that terminate TLS;"
            " X-Forwarded-* is believed from these only."
        ),
    ] = ""
    workers: Annotated[
        int, Meta(ge=1, le=64, description="Edge processes; more than one needs PostgreSQL.")
    ] = 1
    engine: Annotated[bool, Meta(description="Run an engine process beside the server.")] = True
    secret_key: Annotated[
        Text,
        Meta(
            description="What secrets in the database are sealed with, 32 or more random characters;"
            " empty: a file made in the data folder. Servers on one PostgreSQL need the same one."
            " To replace it put the new one before it, with a comma."
        ),
    ] = ""
    owner_email: Annotated[
        Text, Meta(description="Login of the owner whom the first start makes.")
    ] = "owner@localhost"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level of the logs.")
    ] = "info"

    session_idle_hours: Annotated[
        int, Meta(ge=1, le=8760, description="Hours without a call after which a session ends.")
    ] = 168
    session_days: Annotated[
        int, Meta(ge=1, le=365, description="Days after which a session ends in any case.")
    ] = 30
    oidc_issuer: Annotated[
        Text, Meta(description="OpenID Connect provider that people sign in by; empty: none.")
    ] = ""
    oidc_client_id: Annotated[Text, Meta(description="This server's id at that provider.")] = ""
    oidc_client_secret: Annotated[Text, Meta(description="Its secret there.")] = ""
    oidc_name: Annotated[Text, Meta(description="What people call that provider.")] = (
        "single sign-on"
    )
    oidc_domains: Annotated[
        Text,
        Meta(
            description="Mail domains, comma-separated, whose people become Viewers when they first"
            " come; empty: members only."
        ),
    ] = ""
    oidc_trust_email: Annotated[
        bool, Meta(description="Believe mail addresses that the provider does not call verified.")
    ] = False
    rate_limits: Annotated[bool, Meta(description="Enforce the Open API's rate limits.")] = True
    push_per_second: Annotated[
        Count, Meta(description="Pushes a second per integration; 0 = no limit.")
    ] = 0
    push_per_minute: Annotated[
        Count, Meta(description="Pushes a minute per integration; 0 = no limit.")
    ] = 0
    errors_per_minute: Annotated[
        Count, Meta(description="Error envelopes a minute per application; 0 = no limit.")
    ] = 0
    inbox_entries_max: Annotated[
        Count, Meta(description="Undigested requests kept before doors refuse more.")
    ] = 200_000
    disk_free_mb_min: Annotated[
        Count, Meta(description="Free disk below which doors refuse, in MB.")
    ] = 256
    envelope_bytes_max: Annotated[
        Count, Meta(description="Largest decompressed error envelope, in bytes.")
    ] = 20 * 1024 * 1024
    files_mb_max: Annotated[
        Count, Meta(description="Disk that an account's source maps may take, compressed, in MB.")
    ] = 10_240
    source_map_days: Annotated[
        int,
        Meta(ge=1, le=3650, description="Days a release's source maps stay after their last use."),
    ] = 90

    files_url: Annotated[
        Text,
        Meta(
            description="`s3://bucket/folder` to keep source maps and debug files in, in place of the"
            " data folder."
        ),
    ] = ""
    s3_endpoint: Annotated[
        Text, Meta(description="Address of the object storage; empty: Amazon's of the region.")
    ] = ""
    s3_region: Annotated[Text, Meta(description="Its region.")] = "us-east-1"
    s3_access_key: Annotated[
        Text, Meta(description="Access key there; empty: AWS_ACCESS_KEY_ID, or the machine's role.")
    ] = ""
    s3_secret_key: Annotated[Text, Meta(description="Its secret.")] = ""

    smtp_host: Annotated[Text, Meta(description="Mail server; empty: no mail is sent.")] = ""
    smtp_port: Annotated[int, Meta(ge=1, le=65535, description="Mail server's port.")] = 25
    smtp_username: Annotated[Text, Meta(description="Name to sign in with, if any.")] = ""
    smtp_password: Annotated[Text, Meta(description="Password to sign in with, if any.")] = ""
    smtp_tls: Annotated[
        Literal["none", "starttls", "implicit"], Meta(description="How mail is encrypted.")
    ] = "none"
    smtp_from: Annotated[Text, Meta(description="Sender of the mails.")] = "tocsin@localhost"

    phone_provider: Annotated[
        Literal["", "twilio", "plivo"],
        Meta(description="Who sends SMS and makes calls; empty: nobody does."),
    ] = ""
    phone_account: Annotated[Text, Meta(description="Account (SID, auth id) at that provider.")] = (
        ""
    )
    phone_token: Annotated[Text, Meta(description="Its secret; callbacks are verified by it.")] = ""
    phone_from: Annotated[Text, Meta(description="Number to send and call from, +4930….")] = ""
    phone_url: Annotated[
        Text, Meta(description="Address of the provider's API, where it is not the usual one.")
    ] = ""
    telegram_url: Annotated[Text, Meta(description="Address of Telegram's Bot API.")] = (
        "https://api.telegram.org"
    )
    slack_url: Annotated[Text, Meta(description="Address of Slack's Web API.")] = (
        "https://slack.com"
    )
    feishu_url: Annotated[
        Text, Meta(description="Address of Feishu's API; https://open.larksuite.com for Lark.")
    ] = "https://open.feishu.cn"
    apprise: Annotated[
        bool,
        Meta(
            description="Let people add any service that Apprise reaches over HTTP; loads 40 MB at"
            " the first message."
        ),
    ] = False

    watchdog_url: Annotated[
        Text,
        Meta(
            description="Address that is posted to, without the outbox, when this server falls"
            " behind or its engine is gone, and when that is over."
        ),
    ] = ""
    watchdog_email: Annotated[Text, Meta(description="Who is mailed then; empty: owner_email.")] = (
        ""
    )
    heartbeat_url: Annotated[
        Text,
        Meta(
            description="Address that is fetched every minute while all is well; a dead man's switch."
        ),
    ] = ""
    watch_secret: Annotated[
        Text,
        Meta(
            description="What `tocsin watch` on another machine and this server prove themselves by."
        ),
    ] = ""

    smtp_in_listen: Annotated[
        Text,
        Meta(
            description="Address and port to take mail at, as `0.0.0.0:25`; empty: none is taken."
            " STARTTLS is offered where the server has a certificate."
        ),
    ] = ""
    smtp_in_domain: Annotated[
        Text,
        Meta(description="Mail is taken for addresses at this domain; empty: at any."),
    ] = ""
    outbound_allowed_networks: Annotated[
        Text,
        Meta(
            description="Comma-separated internal networks (10.0.0.0/8, 127.0.0.1/32) that webhooks"
            " may reach; public addresses always may be."
        ),
    ] = ""
    invite_without_role: Annotated[
        bool, Meta(description="Members invited without a role become Viewers.")
    ] = True
    truewatch_bad_key_status: Annotated[
        Literal[401, 403], Meta(description="Status for a bad DF-API-KEY.")
    ] = 403

    @property
    def is_postgresql(self) -> bool:
        return bool(self.database_url)

    @property
    def mail_listener(self) -> tuple[str, int] | None:
        """Address and port to take mail at, None for nowhere. ValueError if it is written wrong."""
        if not self.smtp_in_listen:
            return None
        host, _, port = self.smtp_in_listen.rpartition(":")
        if not 0 < int(port) < PORTS:
            raise ValueError(port)
        return host.strip("[]"), int(port)

    @property
    def files_dir(self) -> str:
        """The folder of uploaded files."""
        return f"{self.data_dir}/files"

    @property
    def object_storage(self) -> ObjectStorage | None:
        """Where uploaded files are kept, None for the folder. ValueError if it is written wrong."""
        if not self.files_url:
            return None
        found = _S3_URL.fullmatch(self.files_url)
        if found is None:
            raise ValueError(self.files_url)
        keys = self.s3_access_key, self.s3_secret_key
        prefix = (found["prefix"] or "").strip("/")
        return ObjectStorage(found["bucket"], prefix, self.s3_endpoint, self.s3_region, *keys)

    @property
    def files_bytes_max(self) -> int:
        return self.files_mb_max * 1024 * 1024

    @property
    def tls(self) -> bool:
        return bool(self.tls_cert) or self.tls_self_signed

    @property
    def base_url(self) -> str:
        """The address people and SDKs use, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"
