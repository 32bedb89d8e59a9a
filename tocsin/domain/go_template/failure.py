"""Why a template could not be read or run."""


class TemplateError(ValueError):
    """`what` is wrong in line `line` of the template, counted from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


class FunctionError(ValueError):
    """A function was given something it can't work with; the text says what."""


class TooMuch(FunctionError):
    """A template asks for more steps or more text than its bounds allow."""
