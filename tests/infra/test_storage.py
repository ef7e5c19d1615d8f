"""Encryption, deletion, and transport of all that is stored."""

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.eventlog.ports import Part

from .conftest import as_list

KEPT = {
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
RECORD = ("EventsTable", "LogTable", "SignInsTable", "ViewsTable")
KEY = {"Fn::GetAtt": ["EncryptionKey", "Arn"]}


def test_what_holds_the_record_outlives_the_stack(packaged):
    for name, one in packaged.template["Resources"].items():
        if one["Type"] in KEPT and name != "LimitsTable":
            assert one["DeletionPolicy"] == one["UpdateReplacePolicy"] == "Retain", name


def test_tables_are_on_demand_encrypted_and_can_be_restored(packaged):
    tables = packaged.of_type("AWS::DynamoDB::Table")
    assert tables.keys() == {*RECORD, "LimitsTable"}
    for table in tables.values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"]["KMSMasterKeyId"] == KEY
    for table in (tables[name] for name in RECORD):
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}


def test_what_was_counted_is_forgotten_by_itself(packaged):
    tables = packaged.of_type("AWS::DynamoDB::Table")
    for name in ("LimitsTable", "SignInsTable"):
        expires = {"AttributeName": "x", "Enabled": True}
        assert tables[name]["TimeToLiveSpecification"] == expires, name


def test_deletion_protection_is_on_unless_a_stage_turns_it_off(packaged):
    assert packaged.template["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_bucket_is_versioned_private_and_encrypted(packaged):
    (bucket,) = packaged.of_type("AWS::S3::Bucket").values()
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == KEY


def test_pages_of_named_origins_alone_may_upload_and_only_as_the_service_signed(packaged):
    (bucket,) = packaged.of_type("AWS::S3::Bucket").values()
    name, cors, nothing = bucket["CorsConfiguration"]["Fn::If"]
    assert nothing == {"Ref": "AWS::NoValue"}
    given = {"Ref": "UploadOrigins"}
    condition = packaged.template["Conditions"][name]
    assert condition == {"Fn::Not": [{"Fn::Equals": [given, ""]}]}
    assert packaged.template["Parameters"]["UploadOrigins"]["Default"] == ""
    (rule,) = cors["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT"]
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", given]}
    s3: Any = Session().create_client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(signature_version="s3v4"),
    )
    upload = S3Blobs(s3, "bucket").ticket("a-1", Part(1, "0" * 64, 5), 60)
    # A page may not set the size: the browser does, and asks nobody.
    sent = {one.lower() for one in upload.headers} - {"content-length"}
    assert set(rule["AllowedHeaders"]) == sent


def test_only_shuffle_files_and_parts_of_documents_expire(packaged):
    (bucket,) = packaged.of_type("AWS::S3::Bucket").values()
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {one["Prefix"] for one in rules if "ExpirationInDays" in one} == {
        "incoming/",
        "rebuild/",
    }


@pytest.mark.parametrize(
    ("kind", "policies", "of"),
    [
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ],
)
def test_nothing_is_reached_without_tls(packaged, kind, policies, of):
    closed = set()
    for policy in packaged.of_type(policies).values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}:
                assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
                closed |= {one["Ref"] for one in as_list(policy[of])}
    assert closed == packaged.of_type(kind).keys()


def test_queues_and_topics_are_encrypted(packaged):
    for queue in packaged.of_type("AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    topics = packaged.of_type("AWS::SNS::Topic")
    keys = {name: one["KmsMasterKeyId"]["Ref"] for name, one in topics.items()}
    assert keys == {"CommittedTopic": "EncryptionKey", "AlarmTopic": "AlarmKey"}


def test_cloudwatch_may_use_the_key_of_alarms_and_no_other(packaged):
    """By a name that is the same in aws and aws-cn; with two rights, as SNS asks of a publisher."""
    open_to = {
        name: one["Action"]
        for name, key in packaged.of_type("AWS::KMS::Key").items()
        for one in key["KeyPolicy"]["Statement"]
        if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    }
    assert open_to == {"AlarmKey": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    (statement,) = (
        one
        for one in packaged.of_type("AWS::SNS::TopicPolicy")["AlarmTopicPolicy"]["PolicyDocument"][
            "Statement"
        ]
        if one["Effect"] == "Allow"
    )
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "arn:aws:" not in json.dumps(packaged.of_type("AWS::KMS::Key"))


def test_every_function_logs_to_a_group_of_its_own_that_is_encrypted_and_ends(packaged):
    groups = packaged.of_type("AWS::Logs::LogGroup")
    used = [one["LoggingConfig"]["LogGroup"]["Ref"] for one in packaged.functions().values()]
    assert sorted([*used, "AccessLogs"]) == sorted(groups)
    for group in groups.values():
        assert group["KmsKeyId"] == KEY
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        # The key is open to log groups under this name only.
        assert group["LogGroupName"]["Fn::Sub"].startswith("/banjian/")


def test_data_keys_rotate_and_the_signing_key_signs(packaged):
    keys = packaged.of_type("AWS::KMS::Key")
    for name in ("EncryptionKey", "AlarmKey"):
        assert keys[name]["EnableKeyRotation"] is True
    for name in ("SigningKey", "TokenKey"):
        assert keys[name]["KeySpec"] == "ECC_NIST_P256"
        assert keys[name]["KeyUsage"] == "SIGN_VERIFY"


def test_a_key_is_open_to_the_account_and_to_services_acting_for_it_alone(packaged):
    root = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    for key in packaged.of_type("AWS::KMS::Key").values():
        account, *services = key["KeyPolicy"]["Statement"]
        assert account["Principal"] == root
        for one in services:
            assert "Service" in one["Principal"]
            assert "AWS::AccountId" in json.dumps(one["Condition"])
