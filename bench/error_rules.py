"""An application with as many rules of every kind as a careful owner may write, few of which mean
anything of what is sent."""

import json
import urllib.request
from typing import Any, Final

from bench import bundle
from bench.product import Product

RULES: Final = 10
_BOUNDARY: Final = "part-of-the-bench"


def settle(product: Product) -> str:
    """The DSN of a new application with everything on: grouping and noise rules, rules of severity
    and owners, error-ingestion rules, all reasons to alert, and a source map of 5 MB."""
    team = product.call("/team/upsert", {"team_name": "Shop"})["team_id"]
    channel = product.call("/channel/create", {"channel_name": "shop", "team_id": team})
    wish: dict[str, Any] = {"application_name": "bench", "type": "browser", "team_id": team}
    wish["alerting"] = {"enabled": True, "channel_ids": [channel["channel_id"]]}
    made = product.call("/rum/application/create", wish)
    one = {"application_id": made["application_id"]}
    product.call("/rum/application/grouping/update", one | _grouping())
    product.call("/rum/issue/policy/update", one | {"users_affected": 10, "spikes": True})
    for n in range(RULES):
        product.call("/rum/error-ingestion/rules/create", one | _ingestion(n))
        product.call("/rum/issue/preset-severity/rules/create", one | _severity(n))
        product.call("/rum/issue/owner/rules/create", one | _owner(n, team))
    _upload(product)
    return str(made["dsn"])


def _grouping() -> dict[str, Any]:
    return {
        "fingerprint_rules": "".join(
            f"error.type:Kind{n}* stack.module:shop.part{n}.* -> kind-{n}\n"
            f'message:"*refused by bank {n}*" -> {{{{ default }}}}, bank\n'
            for n in range(RULES)
        ),
        "stack_rules": "".join(
            f"stack.module:vendor{n}.* -app\nstack.abs_path:**/made{n}/** -group\n"
            for n in range(RULES)
        ),
        "noise_filters": {"crawlers": True, "third_party": True},
    }


def _ingestion(n: int) -> dict[str, Any]:
    return {"rule_name": f"nothing {n}", "filters": [[_is("error_message", f"*nothing {n}*")]]}


def _severity(n: int) -> dict[str, Any]:
    """The last of them calls all of production's errors Warning."""
    condition = _is("env", "production") if n == RULES - 1 else _is("path", f"*/vendor{n}/*")
    return {"rule_name": f"severity {n}", "filters": [[condition]], "severity": "Warning"}


def _owner(n: int, team: int) -> dict[str, Any]:
    """The last of them gives all that failed in the shop to its team."""
    condition = _is("path", "shop/*") if n == RULES - 1 else _is("module", f"vendor{n}.*")
    return {"rule_name": f"owner {n}", "filters": [[condition]], "team_id": team}


def _is(key: str, value: str) -> dict[str, Any]:
    return {"key": f"error.{key}", "oper": "IN", "vals": [value]}


def _upload(product: Product) -> None:
    """Upload the bundle as flashcat-cli does."""
    built = bundle.build()
    said = {
        "type": "js_sourcemap",
        "service": bundle.SERVICE,
        "version": bundle.RELEASE,
        "minified_url": bundle.URL,
    }
    parts = [
        ("event", "application/json", json.dumps(said).encode()),
        ("source_map", "application/json", built.source_map),
        ("minified_file", "application/javascript", built.minified),
    ]
    body = b"".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, kind, content in parts
    )
    request = urllib.request.Request(
        f"{product.url}/sourcemap/upload",
        body + f"--{_BOUNDARY}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", "DD-API-KEY": product.key},
    )
    with urllib.request.urlopen(request, timeout=60):
        return
