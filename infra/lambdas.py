"""What the template says of each function beside its code: role, variables, log, trigger."""

from typing import Any

from . import grants as may
from .functions import FUNCTIONS, SEQUENCER, Function

Json = dict[str, Any]

FOUND = {"Fn::GetAtt": ["UnsequencedQueue", "Arn"]}
ENCRYPTED = {"Fn::GetAtt": ["EncryptionKey", "Arn"]}
# The record is gone from the stream after 24 hours.
MAX_AGE_SECONDS = 20 * 3600


def resources() -> Json:
    made: Json = {}
    for function in FUNCTIONS:
        made[function.logical] = {"Properties": _properties(function)}
        made[f"{function.logical}Role"] = _role(function)
        made[f"{function.logical}Logs"] = _logs(function)
    return made


def _properties(function: Function) -> Json:
    properties: Json = {
        "Role": {"Fn::GetAtt": [f"{function.logical}Role", "Arn"]},
        "Environment": {"Variables": function.variables},
        "Tracing": {"Fn::If": ["Traced", "Active", "PassThrough"]},
        "LoggingConfig": {"LogGroup": {"Ref": f"{function.logical}Logs"}},
    }
    if function.queue:
        properties["Events"] = {f"{function.logical}SqsEventSource": _from_queue(function)}
    if function.every:
        # The next round does what this one did not.
        properties["EventInvokeConfig"] = {
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 60,
        }
    if function is SEQUENCER:
        properties |= _sequencing()
    return properties


def _from_queue(function: Function) -> Json:
    """One wake-up does for all that came with it; a step of a rebuild is work of its own."""
    queue = {"Fn::GetAtt": [f"{function.logical}Queue", "Arn"]}
    batch, at_once = (10, 2) if function.queue == "woken" else (1, 16)
    return {
        "Properties": {
            "Queue": queue,
            "BatchSize": batch,
            # Waiting for more would delay every view by as much.
            "MaximumBatchingWindowInSeconds": 0,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            # 2 is the least that Lambda takes; a consumer's checkpoint lets only one advance.
            "ScalingConfig": {"MaximumConcurrency": at_once},
        }
    }


def _sequencing() -> Json:
    """Finite everywhere: the defaults would hold up a shard until its records expire, unseen."""
    trigger = {
        "Stream": {"Fn::GetAtt": ["EventsTable", "StreamArn"]},
        # From the first record: "LATEST" would pass over what was stored before the trigger was.
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 500,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 1000,
        "MaximumRecordAgeInSeconds": MAX_AGE_SECONDS,
        "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": FOUND}},
    }
    return {
        "Events": {"SequenceDynamodbEventSource": {"Properties": trigger}},
        "ReservedConcurrentExecutions": {
            "Fn::If": ["SequencerReserved", {"Ref": "SequencerConcurrency"}, may.NONE]
        },
    }


def _role(function: Function) -> Json:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": function.name,
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": statements(function)},
                }
            ],
        },
    }


def statements(function: Function) -> list[Json]:
    """Of its role: what its grants say, each once, the key that they need, its log, its traces."""
    grants = list(function.grants)
    if function.queue:
        grants.append(may.receive(f"{function.logical}Queue"))
    through = sorted({service for grant in grants for service in grant.through})
    written = {"Fn::GetAtt": [f"{function.logical}Logs", "Arn"]}
    listed = [
        *(statement for grant in grants for statement in grant.statements),
        *([may.use_key(through)] if through else []),
        may.allow(written, "logs:CreateLogStream", "logs:PutLogEvents"),
        may.TRACE,
    ]
    return [one for at, one in enumerate(listed) if one not in listed[:at]]


def _logs(function: Function) -> Json:
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/banjian/${{AWS::StackName}}/{function.name}"},
            "RetentionInDays": {"Ref": "LogRetentionDays"},
            "KmsKeyId": ENCRYPTED,
        },
    }
