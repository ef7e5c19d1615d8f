"""Objects that are put once: a conditional write (If-None-Match, RFC 9110, 13.1.2)."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from ..aws.clients import code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What S3 answers where there is one; the second, where one is being put at this moment.
TAKEN: Final = "PreconditionFailed"
UNDER_WAY: Final = "ConditionalRequestConflict"


def put_first(
    client: "S3Client", refused: Collection[str] = (TAKEN, UNDER_WAY), **put: Any
) -> bool:
    """False if S3 answers with one of `refused`. Raises what the client raises for all else."""
    try:
        client.put_object(**put, IfNoneMatch="*")
    except client.exceptions.ClientError as error:
        if code(error) not in refused:
            raise
        return False
    return True
