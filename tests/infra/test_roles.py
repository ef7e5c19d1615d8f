"""What each function may do: all of it is listed here, and nothing else is allowed."""

import json

import pytest

from infra.functions import FUNCTIONS

from .conftest import as_list, possible

NAMES = [one.name for one in FUNCTIONS]

KEY = {
    f"kms:{action} EncryptionKey"
    for action in (
        *("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"),
        *("GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
    )
}
ALL = {
    *("logs:CreateLogStream own-logs", "logs:PutLogEvents own-logs"),
    *("xray:PutTelemetryRecords *", "xray:PutTraceSegments *"),
    *KEY,
}
READ = {
    *("dynamodb:GetItem EventsTable", "dynamodb:Query EventsTable"),
    *(f"dynamodb:{do} LogTable" for do in ("BatchGetItem", "GetItem", "Query")),
    *(f"dynamodb:{do} ViewsTable" for do in ("BatchGetItem", "GetItem", "Query")),
    *("s3:ListBucket Bucket", "s3:GetObject Bucket/log/*"),
    *("secretsmanager:GetSecretValue Secret", "ssm:GetParameter parameter"),
}
WRITE = ("ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem")
ADVANCE = {f"dynamodb:{do} LogTable" for do in WRITE}
PROJECT = {
    *READ,
    *(f"dynamodb:{do} ViewsTable" for do in (*WRITE, "BatchWriteItem")),
    "sns:Publish CommittedTopic",
}
COMMAND = {
    "dynamodb:PutItem EventsTable",
    *("s3:GetObject Bucket/documents/*", "s3:PutObject Bucket/documents/*"),
}
SIGN = {f"kms:{do} SigningKey" for do in ("GetPublicKey", "Sign")}
SIGN_TOKENS = {f"kms:{do} TokenKey" for do in ("GetPublicKey", "Sign")}
RECEIVE = {
    f"sqs:{do} own-queue"
    for do in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
}

PROJECTIONS = (
    *("applicant_cases", "work_list", "process_library", "acceptance_deadlines", "case_numbers"),
    *("item_catalogue", "open_cases", "powers", "held_certificates", "own_documents", "drafts"),
    "rating_desk",
)
ALLOWED = {
    "api_handler": {
        *(*READ, *COMMAND, *SIGN_TOKENS, "dynamodb:UpdateItem LimitsTable"),
        *(f"dynamodb:{do} SignInsTable" for do in ("DeleteItem", "GetItem", "PutItem")),
        *(f"s3:{do} Bucket/incoming/*" for do in ("DeleteObject", "GetObject", "PutObject")),
        "s3:DeleteObject Bucket/documents/*",
        "ssm:GetParameter wechat",
    },
    "sequence": {
        *(one for one in READ if one.startswith(("dynamodb", "s3")) and "ViewsTable" not in one),
        *ADVANCE,
        *("s3:PutObject Bucket/log/*", "sns:Publish CommittedTopic"),
        *(
            f"dynamodb:{do} EventsTable-stream"
            for do in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        ),
        "sqs:SendMessage UnsequencedQueue",
    },
    **dict.fromkeys(PROJECTIONS, PROJECT | RECEIVE),
    "certificates": PROJECT | RECEIVE | COMMAND,
    "old_ratings": PROJECT | RECEIVE | COMMAND,
    "certificate_files": PROJECT | RECEIVE | COMMAND | SIGN,
    "document_scans": PROJECT | RECEIVE | COMMAND,
    "discarded_documents": PROJECT | RECEIVE | {"s3:DeleteObject Bucket/documents/*"},
    "rebuild_step": {
        *PROJECT,
        *RECEIVE,
        "sqs:SendMessage RebuildStepQueue",
        *(f"s3:{do} Bucket/rebuild/*" for do in ("DeleteObject", "GetObject", "PutObject")),
    },
    "heal": {
        *READ,
        "sns:Publish CommittedTopic",
        *ADVANCE,
        *("s3:PutObject Bucket/log/*", "sqs:SendMessage RebuildStepQueue"),
        "dynamodb:Scan EventsTable",
    },
    "canary": READ | {"dynamodb:PutItem EventsTable"},
    "reconcile": {
        *(one for one in READ if one.startswith(("dynamodb", "s3")) and "ViewsTable" not in one),
        "dynamodb:PutItem LogTable",
    },
    "seal": {*READ, *SIGN, "s3:GetObject seals", "s3:PutObject seals"},
    "timers": {
        *(*READ, *COMMAND, "s3:DeleteObject Bucket/documents/*"),
        *(f"dynamodb:{do} ViewsTable" for do in (*WRITE, "BatchWriteItem")),
    },
    "sweep": {
        *(*PROJECT, *COMMAND, *SIGN, *ADVANCE),
        *("s3:DeleteObject Bucket/log/*", "s3:DeleteObject Bucket/incoming/*"),
        "s3:DeleteObject Bucket/documents/*",
    },
}


def short(resource, function):
    """A resource as this list calls it."""
    if resource == "*":
        return "*"
    text = json.dumps(resource)
    if resource in (
        {"Fn::GetAtt": ["EventsTable", "StreamArn"]},
        {"Fn::Sub": "${EventsTable.Arn}/stream/*"},
    ):
        return "EventsTable-stream"
    if "SealsElsewhere" in text:
        return "seals" if "/seals/*" in text else "Bucket"
    if "Fn::Sub" in resource and ":parameter${SecretParameter}" in text:
        return "parameter"
    if "Fn::Sub" in resource and ":parameter${WechatSecretParameter}" in text:
        return "wechat"
    if "Fn::Sub" in resource:
        return resource["Fn::Sub"].replace("${Bucket.Arn}", "Bucket")
    name = resource.get("Ref") or resource["Fn::GetAtt"][0]
    logical = next(one.logical for one in FUNCTIONS if one.name == function)
    own = {f"{logical}Logs": "own-logs"}
    if "sqs:Send" not in text:
        own[f"{logical}Queue"] = "own-queue"
    return own.get(name, name)


def permitted(packaged, function):
    return {
        (action, json.dumps(resource, sort_keys=True))
        for one in packaged.role(function)
        for action in as_list(one["Action"])
        for resource in as_list(one["Resource"])
    }


def called(action, resource, function):
    name = short(json.loads(resource), function)
    if name == "own-queue" and action == "sqs:SendMessage":
        name = "RebuildStepQueue"
    return f"{action} {name}"


@pytest.mark.parametrize("function", NAMES)
def test_a_function_may_do_what_is_listed_and_no_more(packaged, function):
    may = {called(action, resource, function) for action, resource in permitted(packaged, function)}
    assert may == ALLOWED[function] | ALL


@pytest.mark.parametrize("function", NAMES)
def test_no_action_has_a_wildcard_and_every_statement_is_plain(packaged, function):
    for one in packaged.role(function):
        assert one.keys() <= {"Effect", "Action", "Resource", "Condition"}
        assert one["Effect"] == "Allow"
        assert not any("*" in action for action in as_list(one["Action"]))


@pytest.mark.parametrize("function", NAMES)
def test_only_what_has_no_resources_is_allowed_on_all_of_them(packaged, function):
    everywhere = {action for action, on in permitted(packaged, function) if on == '"*"'}
    assert everywhere == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def test_nobody_may_change_or_delete_an_event(packaged):
    on_events = {
        action
        for function in NAMES
        for action, resource in permitted(packaged, function)
        if resource == '{"Fn::GetAtt": ["EventsTable", "Arn"]}'
    }
    reading = {f"dynamodb:{do}" for do in ("GetItem", "Query", "Scan")}
    assert on_events == {*reading, "dynamodb:PutItem"}


@pytest.mark.parametrize("function", NAMES)
def test_the_encryption_key_is_used_only_through_a_service(packaged, function):
    using = [one for one in packaged.role(function) if "EncryptionKey" in json.dumps(one)]
    assert using
    for one in using:
        through = one["Condition"]["StringLike"]["kms:ViaService"]
        assert through
        assert all(".${AWS::Region}." in service["Fn::Sub"] for service in through)


@pytest.mark.parametrize("function", NAMES)
def test_a_role_is_of_one_function_and_only_lambda_takes_it(packaged, function):
    role = packaged.functions()[function]["Role"]["Fn::GetAtt"][0]
    others = [one["Role"]["Fn::GetAtt"][0] for one in packaged.functions().values()]
    assert others.count(role) == 1
    properties = packaged.of_type("AWS::IAM::Role")[role]
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in properties


def test_there_is_no_other_role_but_the_one_for_the_gateway_s_logs(packaged):
    ours = {one["Role"]["Fn::GetAtt"][0] for one in packaged.functions().values()}
    assert packaged.of_type("AWS::IAM::Role").keys() - ours == {"GatewayLogRole"}


@pytest.mark.parametrize("function", NAMES)
def test_a_function_is_told_of_a_thing_if_and_only_if_it_may_use_it(packaged, function):
    told = packaged.functions()[function]["Environment"]["Variables"]
    may = json.dumps(packaged.role(function))
    for variable, resource in {
        "BANJIAN_BUCKET": "${Bucket.Arn}/",
        "BANJIAN_EVENTS_TABLE": '["EventsTable", "Arn"]',
        "BANJIAN_LIMITS_TABLE": '["LimitsTable", "Arn"]',
        "BANJIAN_SIGN_INS_TABLE": '["SignInsTable", "Arn"]',
        "BANJIAN_SIGNING_KEY": '["SigningKey", "Arn"]',
        "BANJIAN_TOKEN_KEY": '["TokenKey", "Arn"]',
        "BANJIAN_LOG_TABLE": '["LogTable", "Arn"]',
        "BANJIAN_SECRET": "secretsmanager:GetSecretValue",
        "BANJIAN_TOPIC": "sns:Publish",
        "BANJIAN_VIEWS_TABLE": '["ViewsTable", "Arn"]',
    }.items():
        assert (variable in told) == (resource in may), variable


def test_certificates_and_tokens_are_signed_by_functions_of_their_own(packaged):
    # And the sweep, which retries what the function for certificates could not do; seals are of the
    # log, and are signed where they are made.
    signs = {"SigningKey": ["certificate_files", "seal", "sweep"], "TokenKey": ["api_handler"]}
    for key, functions in signs.items():
        assert sorted(one for one in NAMES if key in json.dumps(packaged.role(one))) == functions
    assert packaged.template["Outputs"]["SigningKey"]["Value"] == {
        "Fn::GetAtt": ["SigningKey", "Arn"]
    }


def test_who_may_sign_is_for_the_account_s_own_policies_to_say(packaged):
    (statement,) = packaged.of_type("AWS::KMS::Key")["SigningKey"]["KeyPolicy"]["Statement"]
    assert statement["Principal"]["AWS"]["Fn::Sub"].endswith(":root")


def test_a_condition_opens_both_ways():
    assert possible({"Fn::If": ["A", 1, {"Fn::If": ["B", {"Ref": "AWS::NoValue"}, 2]}]}) == [1, 2]


def test_who_compares_writes_notes_and_nothing_of_the_log(packaged):
    writing = [one for one in packaged.role("reconcile") if "dynamodb:PutItem" in one["Action"]]
    assert [one["Condition"] for one in writing] == [
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["#notes"]}}
    ]
