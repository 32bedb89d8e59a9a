"""Markdown as HTML, for mails. HTML inside it is escaped, and links lead to harmless places."""

from functools import cache
from typing import Final

from markdown_it import MarkdownIt

LENGTH_MAX: Final = 32 * 1024


def to_html(text: str) -> str:
    """The HTML that Markdown stands for; of long text the beginning."""
    html: str = _parser().render(text[:LENGTH_MAX])
    return html


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
