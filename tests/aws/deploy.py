"""The package of this working tree, and its deployment as `make deploy` does it."""

import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from time import monotonic, sleep
from typing import Any, NamedTuple

from .emulator import Emulator

STACK = "banjian-test"
ARTEFACTS = "artefacts"
PATIENCE = 120.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class Package(NamedTuple):
    """The SAM template that chalice wrote, and the zip that it names."""

    template: Path
    zip: Path

    def released(self, name: str) -> "Package":
        """The same code as another release: an archive of other bytes, which has to be deployed."""
        archive = self.zip.with_name(f"{name}.zip")
        copyfile(self.zip, archive)
        with zipfile.ZipFile(archive, "a") as content:
            content.writestr("RELEASE", name)
        return self._replace(zip=archive)


class Stack(NamedTuple):
    """What the deployed stack calls its parts: outputs of the template, and physical ids."""

    outputs: Mapping[str, str]
    resources: Mapping[str, str]


def deployed(emulator: Emulator, package: Package, parameters: Mapping[str, str]) -> Stack:
    """
    Create the stack or update it, through a change set. Raises DeploymentError, which says what
    CloudFormation had against it.
    """
    formation = emulator.client("cloudformation")
    change = _change_set(formation, _uploaded(emulator, package), parameters)
    formation.execute_change_set(StackName=STACK, ChangeSetName=change)
    status = _settled(formation)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(f"{status}: {_failures(formation)}")
    stack = _stack(formation)
    _take_binary_bodies(emulator, package, stack.outputs["RestAPIId"])
    return stack


class DeploymentError(Exception):
    """The stack is not as the template says."""


def _uploaded(emulator: Emulator, package: Package) -> str:
    """The template, naming the zip by where it was put: `aws cloudformation package`."""
    s3 = emulator.client("s3")
    content = package.zip.read_bytes()
    key = f"{sha256(content).hexdigest()}.zip"
    s3.create_bucket(Bucket=ARTEFACTS)
    s3.put_object(Bucket=ARTEFACTS, Key=key, Body=content)
    template = json.loads(package.template.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{ARTEFACTS}/{key}"
    written = json.dumps(template)
    # CloudFormation takes 51,200 bytes with the call; larger templates come from a bucket.
    name = f"{sha256(written.encode()).hexdigest()}.json"
    s3.put_object(Bucket=ARTEFACTS, Key=name, Body=written.encode())
    return f"{emulator.url}/{ARTEFACTS}/{name}"


def _change_set(formation: Any, template: str, parameters: Mapping[str, str]) -> str:
    exists = any(one["StackName"] == STACK for one in formation.describe_stacks()["Stacks"])
    name = f"deploy-{int(monotonic() * 1000)}"
    formation.create_change_set(
        StackName=STACK,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateURL=template,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=CAPABILITIES,
    )
    waiter = formation.get_waiter("change_set_create_complete")
    waiter.wait(StackName=STACK, ChangeSetName=name, WaiterConfig={"Delay": 1})
    return name


def _settled(formation: Any) -> str:
    end = monotonic() + PATIENCE
    while monotonic() < end:
        (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
        status = str(stack["StackStatus"])
        if not status.endswith("_IN_PROGRESS"):
            return status
        sleep(0.2)
    raise DeploymentError(f"the stack has not settled in {PATIENCE:.0f} s")


def _failures(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    return "; ".join(
        f"{one['LogicalResourceId']} {one['ResourceStatus']}: {one.get('ResourceStatusReason')}"
        for one in events
        if one["ResourceStatus"].endswith("_FAILED")
    )


def _stack(formation: Any) -> Stack:
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    resources = {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
    }
    return Stack(outputs, resources)


def _take_binary_bodies(emulator: Emulator, package: Package, api: str) -> None:
    """
    Say again which bodies are binary: ministack does not read it in the interface's definition,
    where chalice says it, and it keeps a list as it comes, which botocore would not send.
    """
    template = json.loads(package.template.read_text())
    definition = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    types = definition["x-amazon-apigateway-binary-media-types"]
    emulator.client("apigateway", parameter_validation=False).update_rest_api(
        restApiId=api,
        patchOperations=[{"op": "replace", "path": "/binaryMediaTypes", "value": types}],
    )
