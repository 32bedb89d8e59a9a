"""Messages about no incident of its own, in both languages."""

from tocsin.domain import notice_words as words
from tocsin.domain.member import Locale

GAP = ("Pay", "Critical", "2026-03-02 17:00 (UTC)", "nobody")


def test_each_message_is_in_the_language_of_who_reads_it() -> None:
    title, text = words.coverage(2, [GAP], 3, Locale.ENGLISH)
    assert title == "Incidents would reach nobody: 2 channels"
    assert text.splitlines()[1:] == [
        "- Pay, Critical: from 2026-03-02 17:00 (UTC): nobody",
        "… and 3 more",
    ]
    title, text = words.coverage(2, [GAP], 3, Locale.CHINESE)
    assert "无人收到通知" in title
    assert all(part in text for part in (*GAP, "另有 3 处"))
    for locale, part in ((Locale.ENGLISH, "is paused"), (Locale.CHINESE, "已暂停")):
        title, text = words.paused_webhook("Tickets", "https://x/***", 12, "500", 7, locale)
        assert part in title
        assert all(one in text for one in ("https://x/***", "12", "500", "7"))
    assert words.pressed("ack", "Bob", "1A", "Disk", Locale.CHINESE) == "Bob 已认领 #1A Disk"
    assert words.pressed("resolve", "Bob", "1A", "{x}", "") == "Bob resolved #1A {x}"
    assert [words.language(one) for one in (Locale.CHINESE, Locale.ENGLISH, "")] == [
        "zh",
        "en",
        "en",
    ]


def test_the_operator_is_told_in_both_languages() -> None:
    title, text = words.trouble("https://t", "2026-03-02T00:00:00", ["no engine"])
    assert title == "Tocsin at https://t is in trouble"
    assert "出现故障" in text
    assert text.endswith("no engine")
    assert "已恢复正常" in words.trouble("https://t", "x", [])[1]
