"""Every message a caller may read exists in both languages, with the same placeholders."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from tests.house.tree import ROOT, place, python, tree
from tocsin import ops
from tocsin.kernel.operation import OPERATIONS

LOCALE = ROOT / "tocsin" / "kernel" / "locale"
FAILURES = {
    "InvalidParameter",
    "BadRequest",
    "ResourceNotFound",
    "ReferenceExist",
    "Unauthorized",
    "AccessDenied",
    "RouteNotFound",
    "MethodNotAllowed",
    "InvalidContentType",
    "EntityTooLarge",
    "TooFrequent",
    "Unavailable",
    "Failure",
}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def translations() -> dict[str, str]:
    merged: dict[str, str] = {}
    for path in sorted(LOCALE.glob("*.json")):
        merged |= json.loads(path.read_text(encoding="utf-8"))
    return merged


def templates() -> Iterator[tuple[Path, int, str | None]]:
    """Each raised template; None where it is put together at run time."""
    for path in python("tocsin"):
        constants = dict(_constants(tree(path)))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and _name(node.func) in FAILURES and node.args:
                yield from ((path, node.lineno, t) for t in _texts(node.args[0], constants))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _texts(node: ast.expr, constants: dict[str, str]) -> Iterator[str | None]:
    match node:
        case ast.Constant(value=str() as value):
            yield value
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, constants)
            yield from _texts(orelse, constants)
        case ast.JoinedStr() | ast.BinOp():
            yield None
        case _:
            return


def test_every_message_is_a_literal_template() -> None:
    problems = [
        f"{place(path, line)}: error: the message is put together here, use {{placeholders}}"
        for path, line, template in templates()
        if template is None
    ]
    assert not problems, "\n" + "\n".join(problems)


def test_every_message_has_a_chinese_twin_with_the_same_placeholders() -> None:
    chinese = translations()
    problems = [
        f"{place(path, line)}: error: no twin with the same placeholders in"
        f" tocsin/kernel/locale/ for {template!r}"
        for path, line, template in templates()
        if template is not None
        and (template not in chinese or placeholders(chinese[template]) != placeholders(template))
    ]
    assert not problems, "\n" + "\n".join(problems)


def test_every_audited_operation_has_a_chinese_label() -> None:
    ops.load()
    audited = {each.audit_name for each in OPERATIONS.values() if each.audited}
    missing = sorted(audited - translations().keys())
    assert not missing, "name them in tocsin/kernel/locale/operation.json"
