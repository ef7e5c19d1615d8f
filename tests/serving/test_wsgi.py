import http.client
import io
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import AuthResponse, Blueprint, Chalice, Response
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.serving import connection, gateway, limits
from chalicelib.serving.wsgi import serve, wsgi
from chalicelib.web import exchanges
from chalicelib.web.exchanges import Exchange


def an_app() -> Chalice:
    app = Chalice(app_name="registry", configure_logs=False)
    here = Blueprint(__name__)

    @here.route("/cases", methods=["GET"])
    def list_cases():
        query = here.current_request.query_params
        return {} if query is None else {name: query.getlist(name) for name in query}

    @here.route("/cases", methods=["POST"])
    def submit():
        return {"got": here.current_request.json_body}

    @here.route("/cases/{case}", methods=["GET"])
    def read(case):
        return {"case": case}

    @here.route("/cases/search", methods=["GET"])
    def search():
        return {"search": True}

    @here.route("/cases/{case}/documents/{name}", methods=["PUT"], content_types=["image/png"])
    def upload(case, name):
        return {"case": case, "name": name, "size": len(here.current_request.raw_body)}

    @here.route("/picture", methods=["GET"])
    def picture():
        return Response(bytes(range(256)), {"Content-Type": "image/png"})

    @here.route("/headers", methods=["GET"])
    def headers():
        cookies = ["a=1; Path=/", "b=2"]
        return Response(
            "办件", {"Set-Cookie": cookies, "Content-Type": "text/plain", "Content-Length": "999"}
        )

    @here.route("/who", methods=["GET"])
    def who():
        request = here.current_request
        return {
            "address": request.context["identity"]["sourceIp"],
            "request_id": here.lambda_context.aws_request_id,
            "headers": dict(request.headers),
        }

    @here.route("/unchanged", methods=["GET"])
    def unchanged():
        return Response("", {"ETag": '"1"'}, 304)

    @here.route("/fails", methods=["GET"])
    def fails():
        raise RuntimeError("a secret of ours")

    @here.route("/unsendable", methods=["GET"])
    def unsendable():
        return {"a secret of ours": object()}

    app.register_blueprint(here)
    return app


@pytest.fixture
def app():
    return an_app()


def call(app, method, target, body=b"", **environ):
    path, _, query = target.partition("?")
    got = SimpleNamespace()

    def start_response(status, headers):
        got.status, got.headers = int(status.split()[0]), headers

    environ = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    got.body = b"".join(wsgi(app)(environ, start_response))
    got.header = dict(got.headers)
    return got


def json_of(reply):
    return json.loads(reply.body)


def assert_problem(reply, status, code):
    assert reply.status == status
    assert reply.header["Content-Type"] == "application/problem+json"
    assert json_of(reply)["code"] == code
    assert json_of(reply)["status"] == status
    assert json_of(reply)["request_id"] == reply.header["X-Request-Id"]


def test_a_call_reaches_its_route_and_comes_back_as_json(app):
    reply = call(app, "GET", "/cases/c1")
    assert (reply.status, json_of(reply)) == (200, {"case": "c1"})
    assert reply.header["Content-Type"] == "application/json"
    assert reply.header["Content-Length"] == str(len(reply.body))


def test_a_literal_step_goes_before_a_parameter(app):
    assert json_of(call(app, "GET", "/cases/search")) == {"search": True}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/cases/c1/documents", "/cases/c1/x/y/z"])
def test_an_unknown_path_is_not_found(app, path):
    reply = call(app, "GET", path, HTTP_AUTHORIZATION="Bearer x")
    assert_problem(reply, 404, "not-found")
    assert json_of(reply)["instance"] == path


def test_an_unknown_path_makes_no_route(app):
    call(app, "GET", "/nowhere")
    assert "/nowhere" not in app.routes


@pytest.mark.parametrize("path", ["/cases//", "//cases", "/cases//c1", "//", "/cases/c1//"])
def test_an_empty_step_matches_nothing(app, path):
    assert_problem(call(app, "GET", path), 404, "not-found")


def test_one_slash_at_the_end_does_not_matter(app):
    assert json_of(call(app, "GET", "/cases/c1/")) == {"case": "c1"}


def test_a_method_that_the_path_does_not_take_is_told_which_it_does(app):
    reply = call(app, "DELETE", "/cases", HTTP_ACCEPT_LANGUAGE="en")
    assert_problem(reply, 405, "method-not-allowed")
    assert reply.header["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert "GET, HEAD, OPTIONS, POST" in json_of(reply)["detail"]


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("a%2Fb", "a/b"),
        ("%E5%8A%9E%E4%BB%B6", "办件"),
        ("100%25", "100%"),
        ("%2541", "%41"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("%3Fx%3D1", "?x=1"),
        ("{case}", "{case}"),
        ("办件".encode().decode("latin-1"), "办件"),
    ],
)
def test_a_path_parameter_is_decoded_once(app, encoded, decoded):
    assert json_of(call(app, "GET", f"/cases/{encoded}")) == {"case": decoded}


@given(st.text(min_size=1))
def test_any_text_survives_as_a_path_parameter(text):
    encoded = "".join(f"%{byte:02X}" for byte in text.encode(errors="ignore"))
    routes = gateway.tree(["/cases/{case}"])
    if encoded:
        expected = text.encode(errors="ignore").decode()
        found = gateway.match(routes, f"/cases/{encoded}")
        assert found == gateway.Match("/cases/{case}", {"case": expected})


def test_literal_steps_may_be_percent_encoded_too(app):
    assert json_of(call(app, "GET", "/%63ases/c1")) == {"case": "c1"}


@pytest.mark.parametrize(
    "path", ["/cases/%", "/cases/%2", "/cases/%zz", "/cases/%FF", "/cases/\xff"]
)
def test_a_path_that_is_not_percent_encoded_utf8_is_refused(app, path):
    assert_problem(call(app, "GET", path), 400, "malformed-url")


def test_a_query_is_decoded_and_keeps_every_value(app):
    reply = call(app, "GET", "/cases?q=%E5%8A%9E+%E4%BB%B6&q=2&blank=")
    assert json_of(reply) == {"q": ["办 件", "2"], "blank": [""]}


def test_a_query_in_plain_utf8_is_read_as_such(app):
    raw = "办件".encode().decode("latin-1")
    assert json_of(call(app, "GET", f"/cases?q={raw}")) == {"q": ["办件"]}


@pytest.mark.parametrize("query", ["q=%", "q=%zz", "q=%FF", "q=\xff", "&".join(["q=1"] * 257)])
def test_a_query_that_is_not_percent_encoded_utf8_or_endless_is_refused(app, query):
    assert_problem(call(app, "GET", f"/cases?{query}"), 400, "malformed-url")


def test_the_path_is_taken_from_path_info_where_a_server_gives_nothing_better(app):
    reply = call(app, "GET", "/", REQUEST_URI="", PATH_INFO="/cases/å\x8a\x9eä»¶ %")
    assert json_of(reply) == {"case": "办件 %"}


def test_the_absolute_form_of_a_proxy_is_understood(app):
    assert json_of(call(app, "GET", "http://registry.example/cases/c1")) == {"case": "c1"}


JSON = {"CONTENT_TYPE": "application/json; charset=utf-8"}


def test_a_json_body_arrives(app):
    reply = call(app, "POST", "/cases", '{"name": "办件"}'.encode(), **JSON)
    assert json_of(reply) == {"got": {"name": "办件"}}


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": "\xff"}', "{'a': 1}".encode("utf-16")])
def test_a_body_that_is_no_utf8_json_is_malformed(app, body):
    assert_problem(call(app, "POST", "/cases", body, **JSON), 400, "malformed-json")


def test_a_body_of_another_type_is_not_taken(app):
    reply = call(app, "POST", "/cases", b"a=1", CONTENT_TYPE="application/x-www-form-urlencoded")
    assert_problem(reply, 415, "unsupported-media-type")


def test_a_binary_body_arrives_byte_for_byte(app):
    body = bytes(range(256)) * 10
    reply = call(app, "PUT", "/cases/c1/documents/a.png", body, CONTENT_TYPE="image/png")
    assert json_of(reply) == {"case": "c1", "name": "a.png", "size": 2560}


def test_a_binary_reply_leaves_byte_for_byte(app):
    reply = call(app, "GET", "/picture")
    assert reply.body == bytes(range(256))
    assert reply.header["Content-Length"] == "256"


def test_a_body_over_the_limit_is_refused_unread(app):
    reply = call(app, "POST", "/cases", CONTENT_LENGTH=str(limits.MAX_BODY + 1), **JSON)
    assert_problem(reply, 413, "too-large")
    assert json_of(reply)["limit"] == limits.MAX_BODY


def test_every_value_of_a_header_is_sent_and_the_length_is_that_of_the_bytes(app):
    reply = call(app, "GET", "/headers")
    assert [value for name, value in reply.headers if name == "Set-Cookie"] == [
        "a=1; Path=/",
        "b=2",
    ]
    assert [value for name, value in reply.headers if name == "Content-Length"] == ["6"]


def test_head_says_what_get_would_send_and_sends_nothing(app):
    reply, got = call(app, "HEAD", "/cases/c1"), call(app, "GET", "/cases/c1")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.header["Content-Length"] == got.header["Content-Length"]


def test_a_reply_without_content_has_neither_length_nor_type(app):
    reply = call(app, "GET", "/unchanged")
    assert (reply.status, reply.body) == (304, b"")
    assert not {"Content-Length", "Content-Type"} & set(reply.header)


def test_options_names_the_methods(app):
    reply = call(app, "OPTIONS", "/cases")
    assert (reply.status, reply.header["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert "Access-Control-Allow-Origin" not in reply.header


def test_the_handler_sees_who_calls(app):
    seen = json_of(call(app, "GET", "/who", HTTP_X_REQUEST_ID="r-1", HTTP_IF_MATCH='"3"'))
    assert (seen["address"], seen["request_id"]) == ("192.0.2.7", "r-1")
    assert seen["headers"]["if-match"] == '"3"'


def test_a_request_id_is_made_where_none_or_a_doubtful_one_comes(app):
    made = {
        call(app, "GET", "/who", **offered).header["X-Request-Id"]
        for offered in ({}, {"HTTP_X_REQUEST_ID": "a b"}, {"HTTP_X_REQUEST_ID": "x" * 65})
    }
    assert len(made) == 3
    assert all(len(each) == 32 for each in made)


@pytest.mark.parametrize("debug", [False, True])
def test_an_exception_is_logged_and_not_shown(app, caplog, debug):
    app.debug = debug
    with caplog.at_level(logging.ERROR):
        reply = call(app, "GET", "/fails")
    assert_problem(reply, 500, "internal")
    assert b"secret" not in reply.body
    assert "RuntimeError: a secret of ours" in caplog.text


def test_a_reply_that_cannot_be_sent_is_an_internal_error_too(app, caplog):
    reply = call(app, "GET", "/unsendable")
    assert_problem(reply, 500, "internal")
    assert b"secret" not in reply.body
    assert "not JSON serializable" in caplog.text


def test_middleware_is_run_with_the_request_of_the_call(app):
    seen = []

    @app.middleware("http")
    def note(request, get_response):
        seen.append(request.context["path"])
        return get_response(request)

    call(app, "GET", "/cases/c1")
    assert seen == ["/cases/c1"]


def test_a_route_with_an_authorizer_is_refused_rather_than_left_open(app):
    @app.authorizer()
    def allow(request):
        return AuthResponse(["*"], "anyone")

    @app.route("/closed", authorizer=allow)
    def closed():
        return {}

    with pytest.raises(ValueError, match="/closed has an authorizer"):
        wsgi(app)


def test_an_app_may_be_served_twice(app):
    wsgi(app)
    kind = type(app)
    wsgi(app)
    assert type(app) is kind
    assert isinstance(app, Chalice)


def test_two_apps_do_not_share_a_request(app):
    other = an_app()
    call(app, "GET", "/cases/one")
    call(other, "GET", "/cases/two")
    assert app.current_request.context["path"] == "/cases/one"


def test_sixteen_threads_each_see_their_own_request_everywhere():
    app = Chalice(app_name="registry", configure_logs=False)
    here = Blueprint(__name__)
    meet = threading.Barrier(16)

    @app.middleware("http")
    def check(request, get_response):
        meet.wait(10)
        before = app.current_request is request and here.current_request is request
        response = get_response(request)
        response.headers["Same"] = str(before and app.current_request is request)
        return response

    @here.route("/cases/{case}")
    def read(case):
        meet.wait(10)
        ours: Any = (here.current_request, app.current_request)
        return [
            case,
            *(request.uri_params["case"] for request in ours),
            here.lambda_context.aws_request_id,
            app.lambda_context.aws_request_id,
        ]

    app.register_blueprint(here)
    replies = {}

    def one(number):
        replies[number] = call(app, "GET", f"/cases/{number}", HTTP_X_REQUEST_ID=str(number))

    threads = [threading.Thread(target=one, args=(str(number),)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in map(str, range(16)):
        assert json_of(replies[number]) == [number] * 5
        assert replies[number].header["Same"] == "True"


@pytest.fixture(scope="module")
def port():
    with running(an_app()) as number:
        yield number


@contextmanager
def running(app, **options):
    stop, ready = threading.Event(), threading.Event()
    address = []

    def note(url):
        address.append(url)
        ready.set()

    settings = {"port": 0, "threads": 4, "ready": note, "stop": stop, **options}
    thread = threading.Thread(target=serve, args=(app,), kwargs=settings)
    thread.start()
    assert ready.wait(10)
    try:
        yield int(address[0].rpartition(":")[2])
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def connect(port):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=10)


def raw(port, *chunks):
    """Everything that the server sends back until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for chunk in chunks:
            client.sendall(chunk)
        return b"".join(iter(lambda: client.recv(65536), b""))


def problem_in(reply: bytes):
    head, _, body = reply.partition(b"\r\n\r\n")
    assert b"Content-Type: application/problem+json" in head
    return json.loads(body)


def test_one_connection_serves_many_calls_those_without_a_body_too(port):
    connection = connect(port)
    for _ in range(3):
        for path, status in (("/cases/c1", 200), ("/unchanged", 304), ("/nowhere", 404)):
            connection.request("GET", path)
            before = connection.sock
            reply = connection.getresponse()
            reply.read()
            assert reply.status == status
            assert connection.sock is before
    connection.close()


def test_no_banner_is_shown(port):
    connection = connect(port)
    connection.request("GET", "/cases/c1")
    reply = connection.getresponse()
    assert reply.getheader("Server") is None
    assert reply.getheader("Via") is None
    assert reply.getheader("Date")
    connection.close()


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
def test_the_address_is_that_of_the_connection_whatever_the_client_claims(port, name):
    connection = connect(port)
    claimed = "for=203.0.113.9" if name == "Forwarded" else "203.0.113.9"
    connection.request("GET", "/who", headers={name: claimed})
    seen = json.loads(connection.getresponse().read())
    assert seen["address"] == "127.0.0.1"
    assert seen["headers"][name.lower()] == claimed  # for the one place that believes our proxies
    connection.close()


def test_a_chunked_body_arrives(port):
    connection = connect(port)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/cases", iter([b'{"a"', b": 1}"]), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read()) == {"got": {"a": 1}}
    connection.close()


def test_pipelined_calls_are_answered_in_order(port):
    calls = [f"GET /cases/{number} HTTP/1.1\r\nHost: x\r\n" for number in range(5)]
    calls[-1] += "Connection: close\r\n"
    reply = raw(port, "".join(each + "\r\n" for each in calls).encode())
    assert [f'{{"case":"{number}"}}'.encode() in reply for number in range(5)] == [True] * 5
    assert reply.index(b'"case":"0"') < reply.index(b'"case":"4"')


def test_a_large_reply_arrives_whole():
    app = Chalice(app_name="registry", configure_logs=False)
    content = os.urandom(3_000_000)

    @app.route("/large")
    def large():
        return Response(content, {"Content-Type": "application/octet-stream"})

    with running(app) as port:
        connection = connect(port)
        connection.request("GET", "/large")
        assert connection.getresponse().read() == content
        connection.close()


def test_a_body_of_exactly_the_limit_is_taken(port):
    connection = connect(port)
    connection.request(
        "PUT", "/cases/1/documents/2", bytes(10 << 20), {"Content-Type": "image/png"}
    )
    assert json.loads(connection.getresponse().read())["size"] == 10 << 20
    connection.close()


def test_a_client_that_sends_too_much_still_reads_why(port):
    head = b"PUT /cases/1/documents/2 HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
    size = (10 << 20) + 1
    reply = raw(port, head + b"Content-Length: %d\r\n\r\n" % size, bytes(size))
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert problem_in(reply)["code"] == "too-large"


def test_a_client_that_asks_first_is_not_bidden_to_send_too_much(port):
    head = b"PUT /cases/1/documents/2 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
    reply = raw(port, head + b"Content-Length: 99999999\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_over_the_limit_is_refused(port):
    head = b"PUT /cases/1/documents/2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    assert problem_in(raw(port, head, *[chunk] * 11))["code"] == "too-large"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.0\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431, "headers-too-large"),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not-implemented"),
    ],
)
def test_what_is_not_http_gets_a_problem_too(port, sent, status, code):
    reply = raw(port, sent)
    assert int(reply.split()[1]) == status
    assert problem_in(reply)["code"] == code


def test_what_is_not_http_is_answered_in_the_language_asked_for(port):
    reply = raw(port, b"GET / HTTP/1.1\r\nAccept-Language: en\r\nTransfer-Encoding: x\r\n\r\n")
    assert problem_in(reply)["title"] == "Not implemented"


def test_a_header_that_cannot_be_sent_is_an_internal_error(caplog):
    app = Chalice(app_name="registry", configure_logs=False)

    @app.route("/broken")
    def broken():
        return Response("", {"X-Name": "办件"})

    with running(app) as port:
        reply = raw(port, b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")
    assert problem_in(reply)["code"] == "internal"
    assert "UnicodeEncodeError" in caplog.text


def test_small_packets_are_sent_at_once(app, monkeypatch):
    """Nagle's algorithm with delayed acknowledgement costs 40 ms a call."""
    taken = []
    respond = connection.Connection._respond

    def note(self, reply, pieces):
        taken.append(self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        respond(self, reply, pieces)

    monkeypatch.setattr(connection.Connection, "_respond", note)
    with running(app) as port:
        client = connect(port)
        client.request("GET", "/cases/c1")
        client.getresponse().read()
        client.close()
    assert taken == [1]


def test_an_address_that_is_taken_is_an_error(app, port):
    with pytest.raises(OSError, match="in use"):
        serve(app, port=port)


SLOW = """
    import sys, time
    from chalice.app import Chalice
    from chalicelib.serving.wsgi import serve

    app = Chalice(app_name="slow", configure_logs=False)

    @app.route("/slow")
    def slow():
        print("started", flush=True)
        time.sleep(1)
        return {"done": True}

    serve(app, port=0, threads=1, ready=lambda url: print(url, flush=True))
    print("stopped", flush=True)
"""


@contextmanager
def a_slow_process():
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SLOW)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process, int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_calls_under_way_finish(number):
    with a_slow_process() as (process, port):
        idle = socket.create_connection(("127.0.0.1", port))
        running, waiting = connect(port), connect(port)
        running.request("GET", "/slow")
        process.stdout.readline()
        # The only worker is busy: this one has been sent, and waits its turn.
        waiting.request("GET", "/slow")
        time.sleep(0.2)
        process.send_signal(number)
        for connection in (running, waiting):
            reply = connection.getresponse()
            assert json.loads(reply.read()) == {"done": True}
            assert reply.getheader("Connection") == "close"
            connection.close()
        assert idle.recv(1) == b""
        idle.close()
        assert process.wait(10) == 0
        assert process.stdout.read().endswith("stopped\n")


def takes_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionError:  # refused, or reset in the moment of closing
        return False
    return True


def test_a_stopping_server_takes_no_new_connection():
    with a_slow_process() as (process, port):
        running = connect(port)
        running.request("GET", "/slow")
        process.stdout.readline()
        process.terminate()
        while takes_connections(port):
            time.sleep(0.01)
        assert not select.select([running.sock], [], [], 0)[0]
        assert running.getresponse().status == 200
        running.close()


def test_a_second_signal_stops_at_once():
    with a_slow_process() as (process, port):
        running = connect(port)
        running.request("GET", "/slow")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(5) != 0
        running.close()


# What is told of each request


def test_each_request_is_told_by_its_route_and_none_by_its_path(app):
    told: list[Exchange] = []
    with running(app, answered=told.append) as port:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for method, path in (("GET", "/cases/of-somebody"), ("GET", "/of-somebody"), ("BREW", "/")):
            asked.request(method, path)
            asked.getresponse().read()
        asked.close()
        raw(port, b"GET /cases/of-somebody HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n")
    assert [(one.method, one.route, one.status, one.code) for one in told] == [
        ("GET", "/cases/{case}", 200, ""),
        ("GET", "(none)", 404, "not-found"),
        ("OTHER", "(none)", 404, "not-found"),
        ("GET", "(none)", 400, "bad-request"),
    ]
    assert {one.address for one in told} == {"127.0.0.1"}
    assert "of-somebody" not in repr(told)


def test_what_one_request_tells_is_not_told_of_the_next(app):
    told: list[Exchange] = []
    with running(app, answered=told.append) as port:
        exchanges.noted().account = "of nobody"  # of this thread, and no other
        raw(port, b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET / HT\r\n\r\n")
    assert [one.code for one in told] == ["not-found", "bad-request"]
    assert {one.account for one in told} == {""}
