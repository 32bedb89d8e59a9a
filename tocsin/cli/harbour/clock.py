"""A clock that is set while a story is told."""


class StoryClock:
    """`at` is the instant the story has come to, in ms."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at
