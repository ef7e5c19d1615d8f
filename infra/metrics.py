"""What is measured, by the names that CloudWatch has for it."""

from typing import Any, Final, NamedTuple

from .functions import Function

Json = dict[str, Any]

NAMESPACE: Final = "Banjian"
TABLES: Final = ("EventsTable", "LimitsTable", "LogTable", "SignInsTable", "ViewsTable")


class Metric(NamedTuple):
    namespace: str
    name: str
    dimensions: Json


def of_function(function: Function, name: str) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": {"Ref": function.logical}})


def of_queue(queue: str, name: str) -> Metric:
    return Metric("AWS/SQS", name, {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}})


def of_interface(name: str) -> Metric:
    # SAM names the API after its title in the OpenAPI document that chalice writes.
    return Metric("AWS/ApiGateway", name, {"ApiName": "banjian", "Stage": {"Ref": "RestAPI.Stage"}})


def own(name: str, **dimensions: str) -> Metric:
    return Metric(NAMESPACE, name, {"Stage": {"Ref": "Stage"}, **dimensions})


def of_table(table: str, name: str) -> Metric:
    return Metric("AWS/DynamoDB", name, {"TableName": {"Ref": table}})
