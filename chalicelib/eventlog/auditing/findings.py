"""What an audit finds, by name: a stream and version, or a file."""

from typing import Final, Literal, NamedTuple

# overwritten  it is stored otherwise than it was appended
# removed      it was appended, and is not stored any more
# emptied      it is there, and not stored as a commit is
# added        nobody appended it
# shorter      a log that ends before what was once known of it
# damaged      a file that cannot be read as what it is
# foreign      something that is none of ours: a trigger, a view, a table
Kind = Literal["overwritten", "removed", "emptied", "added", "shorter", "damaged", "foreign"]

# So many are kept; the others are counted.
SHOWN: Final = 100


class Finding(NamedTuple):
    """
    `stream`, `version` and `position` say where, as far as they are known ("", 0, 0), `file` which
    file it is about (a name within the data directory, or a key), `what` tells it in a sentence.
    """

    kind: Kind
    stream: str
    version: int
    position: int
    what: str
    file: str = ""

    @property
    def place(self) -> str:
        named = f"{self.stream}@{self.version}" if self.stream else ""
        at = f"position {self.position}" if self.position else ""
        return ", ".join(one for one in (self.file, named, at) if one)


class Findings:
    """The first ones, and how many there are."""

    def __init__(self, shown: int = SHOWN) -> None:
        self._shown = shown
        self.first: list[Finding] = []
        self.found = 0

    def add(self, finding: Finding) -> None:
        self.found += 1
        if len(self.first) < self._shown:
            self.first.append(finding)
