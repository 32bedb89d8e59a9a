"""Apps of chat platforms: they speak to chats and people, and hear which button was pressed."""

from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.domain.plugin import FEISHU_APP, SLACK_APP
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import HIDDEN

Secret = Annotated[str, Meta(max_length=500)]
_SECRETS: Final = ("token", "app_secret", "signing_secret", "verification_token", "encrypt_key")
_NEEDED: Final = {
    SLACK_APP.id: ("token", "signing_secret"),
    FEISHU_APP.id: ("app_id", "app_secret", "verification_token"),
}
APPS: Final = tuple(_NEEDED)


class ChatApp(Struct, frozen=True, omit_defaults=True):
    """What opens an app's door, and what it proves itself by. Secrets are kept sealed and shown as
    `***`, which may be sent back.

    Slack: `token` (xoxb-…) and `signing_secret`. Feishu: `app_id`, `app_secret`,
    `verification_token` and, where callbacks are encrypted, `encrypt_key`.
    """

    app_id: Secret = ""
    token: Secret = ""
    app_secret: Secret = ""
    signing_secret: Secret = ""
    verification_token: Secret = ""
    encrypt_key: Secret = ""


def said(given: ChatApp, kept: ChatApp | None, plugin_id: int) -> ChatApp:
    """An app with what it hides in its place again; InvalidParameter for one that lacks anything."""
    found = given
    for name in _SECRETS:
        if getattr(given, name) == HIDDEN:
            found = replace(found, **{name: getattr(kept, name) if kept else ""})
    for name in _NEEDED[plugin_id]:
        if not getattr(found, name).strip():
            raise InvalidParameter("{field} is required; send it", field=f"settings.app.{name}")
    return found


def without(app: ChatApp) -> ChatApp:
    """An app as it is kept and shown."""
    return replace(app, **{name: HIDDEN for name in _SECRETS if getattr(app, name)})
