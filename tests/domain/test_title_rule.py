import pytest

from tocsin.domain.title_rule import render

LABELS = {"cluster": "nj", "resource": "es.nj.01", "check": "cpu.idle<20%"}


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("Disk full", "Disk full"),
        ("costs $5", "costs $5"),
        ("$cluster::$resource::$check", "nj / es.nj.01 - cpu.idle<20%"),
        ("$cluster::down", "nj / down"),
        ("$absent::$check", "<no value> / cpu.idle<20%"),
        ("a::b", "a::b"),
        ("[TPL]${check} on ${resource}", "cpu.idle<20% on es.nj.01"),
        ("[TPL]${absent}!", "<no value>!"),
        ("[TPL]{{.Labels.check}}", "[TPL]{{.Labels.check}}"),
        ("[TPL]", "[TPL]"),
    ],
)
def test_a_rule_and_labels_make_a_title(rule: str, title: str) -> None:
    assert render(rule, LABELS) == title


def test_a_title_never_passes_512_characters() -> None:
    assert len(render("[TPL]${l}", {"l": "x" * 2000})) == 512
