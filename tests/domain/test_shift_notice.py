"""The words of messages about shifts."""

from zoneinfo import ZoneInfo

from tocsin.domain.interval import Interval
from tocsin.domain.shift_notice import group_words, own_words, title

ZONE, HOUR = ZoneInfo("Asia/Shanghai"), 3_600_000
FIRST = Interval(0, HOUR)


def test_messages_are_in_the_account_s_language_and_zone() -> None:
    assert title("夜班", "zh-CN") == "值班提醒：夜班"
    said = own_words([FIRST], "夜班", ZONE, "zh-CN", 2 * HOUR)
    assert "1970-01-01 08:00 至 1970-01-01 09:00" in said
    assert "没有人" in group_words([], "夜班", ZONE, "zh-CN", 0)
    english = own_words([FIRST], "Nights", ZONE, "en-US", 2 * HOUR)
    assert "from 1970-01-01 08:00 until 1970-01-01 09:00 (Asia/Shanghai)" in english


def test_what_lasts_beyond_what_is_known_has_no_end_and_long_lists_are_cut() -> None:
    assert "1970-01-01 08:00 起" in own_words([FIRST], "N", ZONE, "zh-CN", HOUR)
    assert "08:00 on" in own_words([FIRST], "N", ZONE, "en-US", HOUR)
    many = group_words([("Ann", FIRST)] * 12, "N", ZONE, "en-US", 2 * HOUR)
    assert many.endswith("… +2")
    assert many.count("Ann") == 10
