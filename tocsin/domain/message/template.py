"""Notification templates: the words an account chose, one text for each way they travel."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

PRESET_ID: Final = "000000000000000000000001"
PRESET_IDS: Final = frozenset({PRESET_ID, "6321aad26c12104586a88916"})
"""Both ids that clients know the built-in template by."""
NAME_MAX: Final = 39
DESCRIPTION_MAX: Final = 500
SOURCE_MAX: Final = 64 * 1024


class Style(StrEnum):
    """The ways a message travels that have words of their own."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    FEISHU_APP = "feishu_app"
    DINGTALK_APP = "dingtalk_app"
    WECOM_APP = "wecom_app"
    SLACK_APP = "slack_app"
    TEAMS_APP = "teams_app"
    TELEGRAM = "telegram"
    SLACK = "slack"
    ZOOM = "zoom"


class TemplateStatus(StrEnum):
    """A deleted template stays, so that what it said can be looked up."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class Template(Struct, frozen=True):
    """A template as it is kept; `sources` has the styles it speaks for. Instants are ms."""

    id: str
    account_id: int
    team_id: int
    name: str
    description: str
    sources: dict[Style, str]
    status: TemplateStatus
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    deleted_at: int = 0

    def source(self, style: Style) -> str:
        """The template's text for a style, empty where it has none."""
        return self.sources.get(style, "")
