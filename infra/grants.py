"""
What a function may be given: the variable that names the thing, the statements that open it.

No action has a wildcard, and no resource is "*" but where AWS knows no other.
"""

from typing import Any, NamedTuple

from chalicelib.adapters.dynamodb.ledger_items import NOTES

Json = dict[str, Any]

EVENTS = {"Fn::GetAtt": ["EventsTable", "Arn"]}
LEDGER = {"Fn::GetAtt": ["LogTable", "Arn"]}
VIEWS = {"Fn::GetAtt": ["ViewsTable", "Arn"]}
SIGN_IN_ROWS = {"Fn::GetAtt": ["SignInsTable", "Arn"]}
LIMITS = {"Fn::GetAtt": ["LimitsTable", "Arn"]}
SIGNING_KEY = {"Fn::GetAtt": ["SigningKey", "Arn"]}
TOKEN_KEY = {"Fn::GetAtt": ["TokenKey", "Arn"]}
BUCKET = {"Fn::GetAtt": ["Bucket", "Arn"]}
KEY = {"Fn::GetAtt": ["EncryptionKey", "Arn"]}
STREAM = {"Fn::GetAtt": ["EventsTable", "StreamArn"]}
TOPIC = {"Ref": "CommittedTopic"}
_SSM = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}"
PARAMETER = {"Fn::Sub": f"{_SSM}:parameter${{SecretParameter}}"}
WECHAT_PARAMETER = {"Fn::Sub": f"{_SSM}:parameter${{WechatSecretParameter}}"}
NONE = {"Ref": "AWS::NoValue"}


class Grant(NamedTuple):
    """`through` are the services that use the encryption key on the function's behalf."""

    statements: tuple[Json, ...]
    variables: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


def allow(resource: Json | str | list[Any], *actions: str) -> Json:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def objects(prefix: str) -> Json:
    return {"Fn::Sub": "${Bucket.Arn}/" + prefix + "*"}


def _table(variable: str, arn: Json, *actions: str) -> Grant:
    named = [f"dynamodb:{action}" for action in actions]
    return Grant((allow(arn, *named),), (variable,), ("dynamodb",))


def _objects(prefix: str, *actions: str) -> Grant:
    # Without s3:ListBucket S3 answers 403, not 404, where there is no object.
    statements = (allow(BUCKET, "s3:ListBucket"), allow(objects(prefix), *actions))
    return Grant(statements, ("BANJIAN_BUCKET",), ("s3",))


def _if_own_secret(own: Any, parameter: Any) -> Json:
    return {"Fn::If": ["OwnSecret", own, parameter]}


# Nobody may delete an event: there is no such grant. Who may put one may put one over another
# (PutItem has no other name for it): that `load`, the sequencer and `verify` find.
READ_EVENTS = _table("BANJIAN_EVENTS_TABLE", EVENTS, "GetItem", "Query")
# What the stream's trigger missed is found by reading all.
SCAN_EVENTS = _table("BANJIAN_EVENTS_TABLE", EVENTS, "Scan")
APPEND = _table("BANJIAN_EVENTS_TABLE", EVENTS, "PutItem")
READ_LEDGER = _table("BANJIAN_LOG_TABLE", LEDGER, "BatchGetItem", "GetItem", "Query")
ADVANCE = _table(
    "BANJIAN_LOG_TABLE", LEDGER, "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"
)
READ_VIEWS = _table("BANJIAN_VIEWS_TABLE", VIEWS, "BatchGetItem", "GetItem", "Query")
WRITE_VIEWS = _table(
    "BANJIAN_VIEWS_TABLE",
    VIEWS,
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "PutItem",
    "UpdateItem",
)
# In the partition of notes alone: whoever writes one writes nothing of the log.
NOTE = Grant(
    (
        {
            **allow(LEDGER, "dynamodb:PutItem"),
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [NOTES]}},
        },
    ),
    ("BANJIAN_LOG_TABLE",),
    ("dynamodb",),
)
COUNT = _table("BANJIAN_LIMITS_TABLE", LIMITS, "UpdateItem")
SIGN_INS = _table("BANJIAN_SIGN_INS_TABLE", SIGN_IN_ROWS, "DeleteItem", "GetItem", "PutItem")

READ_SEGMENTS = _objects("log/", "s3:GetObject")
WRITE_SEGMENTS = _objects("log/", "s3:PutObject")
# In a versioned bucket this hides an object; the version itself stays until its lifecycle ends.
SWEEP_SEGMENTS = _objects("log/", "s3:DeleteObject")
DOCUMENTS = _objects("documents/", "s3:GetObject", "s3:PutObject")
INCOMING = _objects("incoming/", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")
SWEEP_INCOMING = _objects("incoming/", "s3:DeleteObject")
# In a versioned bucket this hides a document, and its lifecycle drops it; no case names it.
DISCARD = _objects("documents/", "s3:DeleteObject")
SHUFFLE = _objects("rebuild/", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")


def _seals(own: Json, elsewhere: str) -> Json:
    there = f"arn:${{AWS::Partition}}:s3:::${{SealsBucket}}{elsewhere}"
    return {"Fn::If": ["SealsElsewhere", {"Fn::Sub": there}, own]}


# No s3:DeleteObject: with Object Lock nobody removes a seal, and without it this function does not.
SEALS = Grant(
    (
        allow(_seals(BUCKET, ""), "s3:ListBucket"),
        allow(_seals(objects("seals/"), "/seals/*"), "s3:GetObject", "s3:PutObject"),
    ),
    ("BANJIAN_BUCKET", "BANJIAN_SEALS", "BANJIAN_SEAL_MINUTES"),
    ("s3",),
)
WAKE = Grant((allow(TOPIC, "sns:Publish"),), ("BANJIAN_TOPIC",), ("sns",))
REBUILD = Grant(
    (allow({"Fn::GetAtt": ["RebuildStepQueue", "Arn"]}, "sqs:SendMessage"),), ("BANJIAN_REBUILDS",)
)
SECRET = Grant(
    (
        _if_own_secret(
            allow({"Fn::GetAtt": ["Secret", "Id"]}, "secretsmanager:GetSecretValue"), NONE
        ),
        _if_own_secret(NONE, allow(PARAMETER, "ssm:GetParameter")),
    ),
    ("BANJIAN_SECRET",),
    ("secretsmanager", "ssm"),
)
TOKENS = Grant((), ("BANJIAN_AUDIENCE", "BANJIAN_ISSUER", "BANJIAN_ISSUERS", "BANJIAN_JWKS"))
WECHAT = Grant(
    ({"Fn::If": ["SignInByWechat", allow(WECHAT_PARAMETER, "ssm:GetParameter"), NONE]},),
    ("BANJIAN_WECHAT_APP", "BANJIAN_WECHAT_SECRET"),
    ("ssm",),
)
ATTESTED = Grant((), ("BANJIAN_ATTESTER", "BANJIAN_ATTESTER_JWKS"))
SCAN = Grant((), ("BANJIAN_CLAMD",))
PUBLIC = Grant((), ("BANJIAN_PUBLIC_URL",))
LIMITED = Grant(
    (),
    (
        "BANJIAN_CORS_ORIGINS",
        "BANJIAN_COUNTERS",
        "BANJIAN_LIMITS",
        "BANJIAN_QUOTAS",
        "BANJIAN_TRUSTED_PROXIES",
    ),
)
EXPIRE = Grant((), ("BANJIAN_QUOTAS",))
# What a certificate says is signed when it is issued, and a token when somebody signs in.
SIGN = Grant((allow(SIGNING_KEY, "kms:GetPublicKey", "kms:Sign"),), ("BANJIAN_SIGNING_KEY",))
SIGN_TOKENS = Grant((allow(TOKEN_KEY, "kms:GetPublicKey", "kms:Sign"),), ("BANJIAN_TOKEN_KEY",))
LANES = Grant((), ("BANJIAN_LANES",))

FOLLOW_STREAM = Grant(
    (
        allow(
            STREAM, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"
        ),
        allow({"Fn::Sub": "${EventsTable.Arn}/stream/*"}, "dynamodb:ListStreams"),
        allow({"Fn::GetAtt": ["UnsequencedQueue", "Arn"]}, "sqs:SendMessage"),
    ),
    through=("dynamodb",),
)

# Of every function. X-Ray has no resources, so its statement is the one that says "*".
TRACE: Json = {
    "Fn::If": ["Traced", allow("*", "xray:PutTelemetryRecords", "xray:PutTraceSegments"), NONE]
}


def receive(queue: str) -> Grant:
    """The messages of the queue with that logical name."""
    actions = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    named = [f"sqs:{action}" for action in actions]
    return Grant((allow({"Fn::GetAtt": [queue, "Arn"]}, *named),))


def use_key(services: list[str]) -> Json:
    """The encryption key, but only through those services."""
    through = [{"Fn::Sub": f"{service}.${{AWS::Region}}.amazonaws.com*"} for service in services]
    statement = allow(
        KEY,
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    )
    # Where a service has another suffix (aws-cn) the name goes on after ".com".
    return {**statement, "Condition": {"StringLike": {"kms:ViaService": through}}}
