"""The wake-up of the consumers: an SNS topic with one queue for each of them."""

import json
from typing import TYPE_CHECKING

from .clients import translated

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SnsBell:
    def __init__(self, client: "SNSClient", topic: str) -> None:
        """`topic` is an ARN."""
        self._client = client
        self._topic = topic

    def ring(self, position: int, /) -> None:
        """Say that the log reaches to `position`. Raises Unavailable."""
        with translated(f"{self._topic} was not told of position {position}"):
            self._client.publish(TopicArn=self._topic, Message=json.dumps({"position": position}))
