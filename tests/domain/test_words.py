"""What likeness sees of realistic texts."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.domain.words import _words_of, dice, words

DIGITS = "0123456789"

SAME = [
    ("Payment API latency p99 above 2s on web-1", "Payment API latency p95 above 500ms on web-2"),
    ("CPU 91% on db7", "cpu 97.5% on db12"),
    ("HighCPUUsage", "high_cpu_usage"),
    ("[FIRING:1] DiskFull", "[FIRING:12] disk full"),
    ("Pod api-6d4cf56db6-x2k4p crash looping", "Pod api-7f9b8c6d5e-q9w1z crash looping"),
    ("10.0.0.1:9100 is down", "10.2.3.4:9100 is down"),
    ("磁盘使用率超过 90%", "磁盘使用率超过 85%"),
    (
        "job 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed",
        "job 6ba7b810-9dad-11d1-80b4-00c04fd430c8 failed",
    ),
    ("Backup of 2024-01-02T03:04:05Z is missing", "Backup of 2025-11-12T13:14:15Z is missing"),
    ("Too many connections", "too many connection"),
]
ALIKE = [
    ("Replication lag of orders-db is 300 s", "Replication lag on orders-db: 1200 s"),
    ("Kafka consumer group billing lags behind", "Kafka consumer group billing lags by 5000"),
    ("支付接口超时率过高", "支付接口超时率升高"),
]
APART = [
    ("CPU high on db7", "Disk full on db7"),
    ("Payment API down", "Search API slow"),
    ("Certificate of shop.example.com expires in 5 days", "Node worker-3 is not ready"),
    ("磁盘使用率超过 90%", "支付接口超时"),
    ("Critical alert: backup", "Critical alert: network"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_what_changes_from_alert_to_alert_sets_no_texts_apart(first: str, second: str) -> None:
    assert dice(words(first), words(second)) >= 0.9


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_texts_about_one_thing_are_alike(first: str, second: str) -> None:
    assert 0.6 <= dice(words(first), words(second)) < 1


@pytest.mark.parametrize(("first", "second"), APART)
def test_texts_about_different_things_are_not(first: str, second: str) -> None:
    assert dice(words(first), words(second)) < 0.5


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_share_that_minds_no_order(first: str, second: str) -> None:
    one, other = words(first), words(second)
    assert 0 <= dice(one, other) == dice(other, one) <= 1
    assert dice(one, one) == 1


PARTS = [*"0123456789", *"abfxzTZ:./-_@=+ ", "e-7", "Jan ", "http://", "Queue", "0x", "五"]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.integers(0, 9))
def test_it_matters_not_which_numbers_a_text_names(text: str, digit: int) -> None:
    assume("0x" not in text)
    turned = "".join(str((int(each) + digit) % 10) if each in DIGITS else each for each in text)
    assume("0x" not in turned)
    assert Counter(_words_of(text)) == Counter(_words_of(turned)) == Counter(words(text))
