"""What a reader of event logs raises."""


class NotALog(Exception):
    """The content is no event log that can be read, from `line` on."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
