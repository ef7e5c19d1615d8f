"""A change set: made, looked at, carried out, and followed to its end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import sleep
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

Json = dict[str, Any]

# What holds the record: losing one by an update is never meant.
KEPT: Final = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }
)
CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
PAUSE: Final = 3.0  # seconds between two looks


class DeployError(Exception):
    """The deployment was not done; the message says what to do."""


class Release(NamedTuple):
    """`parameters` by name; None keeps the value that the stack has."""

    stack: str
    template_url: str
    parameters: Mapping[str, str | None]
    stage: str


class Change(NamedTuple):
    action: str
    kind: str
    name: str
    replaces: bool

    def __str__(self) -> str:
        return f"{'Replace?' if self.replaces else self.action:8} {self.kind} {self.name}"

    @property
    def loses(self) -> bool:
        return self.kind in KEPT and (self.replaces or self.action == "Remove")


def stack(cloudformation: "CloudFormationClient", name: str) -> Json | None:
    """None if there is none, or only the shell that a change set leaves which was never run."""
    try:
        found: Any = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found


def propose(cloudformation: "CloudFormationClient", release: Release, name: str) -> str:
    """Its ARN, once it is ready; "" if there is nothing to change. Raises DeployError."""
    kind: Any = "UPDATE" if stack(cloudformation, release.stack) else "CREATE"
    made = cloudformation.create_change_set(
        StackName=release.stack,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateURL=release.template_url,
        Parameters=[
            {"ParameterKey": key, "UsePreviousValue": True}
            if value is None
            else {"ParameterKey": key, "ParameterValue": value}
            for key, value in release.parameters.items()
        ],
        Capabilities=CAPABILITIES,
        Tags=[{"Key": "banjian:stage", "Value": release.stage}],
    )
    return _when_ready(cloudformation, made["Id"])


def _when_ready(cloudformation: "CloudFormationClient", change_set: str) -> str:
    while True:
        seen = cloudformation.describe_change_set(ChangeSetName=change_set)
        match seen["Status"]:
            case "CREATE_COMPLETE":
                return change_set
            case "FAILED":
                reason = seen.get("StatusReason", "no reason given")
                cloudformation.delete_change_set(ChangeSetName=change_set)
                if "didn't contain changes" in reason or "No updates" in reason:
                    return ""
                raise DeployError(f"CloudFormation refuses the template: {reason}")
            case _:
                sleep(PAUSE)


def changes(cloudformation: "CloudFormationClient", change_set: str) -> Sequence[Change]:
    pages = cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
    return [
        Change(
            one["ResourceChange"]["Action"],
            one["ResourceChange"]["ResourceType"],
            one["ResourceChange"]["LogicalResourceId"],
            # "Conditional" is decided by a value that is not known before.
            one["ResourceChange"].get("Replacement") in {"True", "Conditional"},
        )
        for page in pages
        for one in page["Changes"]
    ]


def carry_out(
    cloudformation: "CloudFormationClient", name: str, change_set: str, say: Callable[[str], None]
) -> None:
    """Say each thing done, and return when all is. Raises DeployError if it was rolled back."""
    seen = {event["EventId"] for event in _events(cloudformation, name)}
    cloudformation.execute_change_set(ChangeSetName=change_set)
    failures: list[str] = []
    while True:
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        # Read after the status: what led to it is then among them.
        for event in reversed(list(_events(cloudformation, name))):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            say(_line(event))
            if event["ResourceStatus"].endswith("FAILED"):
                failures.append(_line(event))
        if not status.endswith("IN_PROGRESS"):
            break
        sleep(PAUSE)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        first = failures[0] if failures else "see the stack's events"
        raise DeployError(f"{name} is {status}. What failed first: {first}")


def _events(cloudformation: "CloudFormationClient", name: str) -> Iterator[Any]:
    """Newest first."""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=name):
        yield from page["StackEvents"]


def _line(event: Any) -> str:
    reason = event.get("ResourceStatusReason", "")
    said = f"{event['ResourceStatus']:24} {event['ResourceType']} {event['LogicalResourceId']}"
    return f"{said}: {reason}" if reason else said
