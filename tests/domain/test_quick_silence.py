import pytest
from msgspec.structs import replace

from tocsin.domain.filter import holds
from tocsin.domain.incident import Incident
from tocsin.domain.quick_silence import description_of, filter_of, is_useful, name_of
from tocsin.domain.severity import EventStatus, Severity

INCIDENT = Incident(
    incident_id="a" * 24,
    account_id=1,
    num="0E83EE",
    title="Disk full",
    severity=Severity.WARNING,
    status=EventStatus.WARNING,
    start_time=1,
    last_time=1,
    created_at=1,
    updated_at=1,
    labels={"host": "db7", "check": "disk", "value": "93", "trace_id": "f00d"},
)


def subject(severity: str = "Warning", **labels: str) -> dict[str, str]:
    return {"severity": severity, "title": "Disk full"} | {
        f"labels.{name}": value for name, value in labels.items()
    }


def test_it_is_about_the_incident_and_says_so() -> None:
    assert name_of(INCIDENT) == "Quick Silence - #0E83EE"
    assert description_of(INCIDENT) == "Disk full"
    assert len(description_of(replace(INCIDENT, title="t" * 600))) == 500


def test_it_matches_what_has_the_telling_labels_and_is_no_worse() -> None:
    (group,) = filter_of(INCIDENT)
    assert [condition.key for condition in group] == ["severity", "labels.check", "labels.host"]
    assert holds(group, subject(host="db7", check="disk", value="99"))
    assert holds(group, subject("Info", host="db7", check="disk"))
    assert not holds(group, subject("Critical", host="db7", check="disk"))
    assert not holds(group, subject(host="db8", check="disk"))


def test_without_telling_labels_it_is_about_the_title() -> None:
    (group,) = filter_of(replace(INCIDENT, labels={"value": "93"}))
    assert holds(group, subject())
    assert not holds(group, subject() | {"title": "CPU high"})


def test_signs_of_the_filter_language_in_a_label_mean_themselves() -> None:
    odd = {"path": "/var/", "query": "a*b?", "net": "cidr:10.0.0.0/8"}
    (group,) = filter_of(replace(INCIDENT, labels=odd))
    assert holds(group, subject(**odd))
    assert not holds(group, subject(**odd | {"path": "/x/var/y"}))
    assert not holds(group, subject(**odd | {"query": "axbc"}))
    assert not holds(group, subject(**odd | {"net": "10.1.1.1"}))


@pytest.mark.parametrize(
    ("name", "value", "useful"),
    [
        ("host", "db7", True),
        ("instance", "10.1.2.3:9100", True),
        ("env", "prod", True),
        ("env", "", False),
        ("threshold", "90.5", False),
        ("usage", "93 %", False),
        ("started", "2026-05-01T10:00:00Z", False),
        ("started", "10:30:00", False),
        ("note", "n" * 257, False),
        ("event_id", "abc", False),
        ("runbook_url", "http://x", False),
        ("grid", "north", True),
    ],
)
def test_labels_that_tell_one_occurrence_from_the_next_are_not_useful(
    name: str, value: str, useful: bool
) -> None:
    assert is_useful(name, value) is useful
