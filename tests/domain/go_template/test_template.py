from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.domain.go_template.builtin import BUILTIN
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.go_template.template import render
from tocsin.domain.go_template.values import Record, Texts
from tocsin.domain.template_functions.library import functions

FUNCTIONS = functions(1_700_003_600_000)
EVENT = Record("Event", {"Title": "CPU", "Labels": Texts(host="web-1")})


@pytest.mark.parametrize("name", [*BUILTIN, *FUNCTIONS])
def test_a_function_gives_what_its_example_shows(name: str) -> None:
    function = {**BUILTIN, **FUNCTIONS}[name]
    assert render(function.example, {}, FUNCTIONS) == function.gives
    assert function.about


@pytest.mark.parametrize(
    ("template", "line", "what"),
    [
        ("a\n{{.Title", 2, "an action is not closed with }}"),
        ("a\n\n{{nope}}", 3, "function nope is not defined"),
        ("{{if .Title}}\nx", 2, "unexpected end of the template, {{end}} is missing"),
        ("{{$x}}", 1, "variable $x is not defined"),
        ("\n{{.Nope}}", 2, "Event has no field Nope"),
        ("{{/* a\n */}}\n{{upper 5}}", 3, "upper: wants text, not int"),
        ("{{upper}}", 1, "upper takes TEXT, not 0"),
        ('{{`a\n`}}{{index .Labels.host "x"}}', 2, "index: a position is a whole number, not"),
        ("{{.Labels.a-b}}", 1, "unexpected '-' after .a"),
        ("{{1.2.3}}", 1, "unexpected"),
        ('{{"\\z"}}', 1, "bad escape"),
        ("{{'ab'}}", 1, "bad number"),
        ("{{(.Title}}", 1, "unexpected }} in parentheses"),
        ("{{else}}", 1, "else without a beginning"),
        ("{{continue}}", 1, "continue outside of range"),
    ],
)
def test_an_error_names_its_line(template: str, line: int, what: str) -> None:
    with pytest.raises(TemplateError) as failure:
        render(template, EVENT, FUNCTIONS)
    assert failure.value.line == line
    assert what in failure.value.what


@pytest.mark.parametrize(
    "template",
    [
        "{{range 1000000000}}{{end}}",
        "{{range until 9000}}{{range until 9000}}x{{end}}{{end}}",
        '{{define "r"}}{{template "r"}}{{end}}{{template "r"}}',
        '{{define "r"}}{{template "r"}}{{template "r"}}{{end}}{{template "r"}}',
        '{{repeat 1000000000 "x"}}',
        '{{$x := "x"}}{{range 100}}{{$x = print $x $x}}{{end}}',
        "{{$x := list 1}}{{range 100}}{{$x = list $x $x}}{{end}}{{$x}}",
        '{{$d := dict}}{{$_ := set $d "d" $d}}{{$d}}',
        '{{$a := dict}}{{$b := dict "a" $a}}{{$_ := set $a "b" $b}}{{$a}}',
        '{{printf "%1000000000d" 1}}',
        '{{printf "%*d" 1000000000 1}}',
        "{{until 1000000000}}",
        "{{seq 1000000000}}",
        '{{indent 1000000000 "a"}}',
        '{{replace "" (repeat 10000 "x") (repeat 10000 "x")}}',
        '{{regexReplaceAll "" (repeat 10000 "x") (repeat 10000 "y")}}',
        '{{join (repeat 10000 "x") (until 5000)}}',
        "{{" + "(" * 1000 + "1" + ")" * 1000 + "}}",
        "{{if 1}}" * 1000 + "{{end}}" * 1000,
        "x" * 100_000,
        "{{1}}" * 13_000,
    ],
)
def test_a_template_that_wants_too_much_is_stopped(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, {}, FUNCTIONS, steps=20_000, size=64_000)


def test_data_is_never_changed() -> None:
    data = {"a": {"b": 1}}
    with pytest.raises(TemplateError):
        render('{{set .a "b" 2}}', data, FUNCTIONS)
    assert render('{{set (deepCopy .a) "b" 2}}', data, FUNCTIONS) == "map[b:2]"
    assert render('{{(merge .a (dict "c" 3)).c}}', data, FUNCTIONS) == "3"
    assert data == {"a": {"b": 1}}


VOCABULARY = (
    "{{ }} {{- -}} ( ) | . .a .labels.x $ $x := = , if else end range with define template block "
    'break continue "s" `r` 1 -1 1.5 0x "%d" nil true and or eq lt index printf upper until list '
    "dict set merge repeat 'c' /* */ é"
)
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60))
@example("{{$x := dict}}{{merge $x $x}}")
@example("{{- -}}")
@example("{{range $")
def test_no_text_breaks_the_reading_or_the_running(template: str) -> None:
    data = {"a": [1, "b", {"c": None}], "labels": Texts(x="y")}
    with suppress(TemplateError):
        render("{{" + template + "}}", data, FUNCTIONS, steps=2_000, size=2_000)
