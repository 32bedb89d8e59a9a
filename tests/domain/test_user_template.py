import pytest

from tocsin.domain.user_template import check, rendered
from tocsin.kernel.errors import InvalidParameter


def test_a_bad_template_is_refused_with_its_line() -> None:
    check("{{.title}}", "template")
    check("[TPL]{{.Title}}", "title")
    check("{{body.x}}", "title", ("body",))
    with pytest.raises(InvalidParameter) as refusal:
        check("a\n{{.title", "template")
    assert str(refusal.value) == (
        "template is not a template, line 2: an action is not closed with }}"
    )


def test_a_template_knows_the_minute() -> None:
    assert rendered('{{now | date "15:04:05"}}', None, 1_700_003_607_123) == "23:13:00"
