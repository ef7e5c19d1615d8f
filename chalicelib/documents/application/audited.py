"""Whether a document that is not there went as it should: its stream says so."""

from ...eventlog.auditing.table import Table
from ...eventlog.auditing.verifying import Document
from ...eventlog.codec import Codec, facts
from ...eventlog.ports import Commit
from ..domain import document
from .documents import document_id, stream


def discarded(table: Table, codec: Codec, one: Document) -> bool:
    """A place that was discarded stays so: what is handed in later lies at another one."""
    owner, _, generation = one.owner.rpartition("~")
    if not (owner and generation.isdigit()):
        owner, generation = one.owner, "0"
    stored = table.stored(stream(document_id(owner, one.sha256)))
    commits = [each for each in stored if isinstance(each, Commit)]
    went = sum(isinstance(fact, document.DocumentDiscarded) for fact in facts(codec, commits))
    return went > int(generation)
