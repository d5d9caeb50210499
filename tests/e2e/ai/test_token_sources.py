"""Tokens from a local issuer: fetched once, shown to the provider, refreshed, replaced when refused, and seen nowhere else."""

import base64
import hashlib
import hmac
import json
import urllib.parse

import pytest
from harness import resources as r
from harness.model_server import chat_request, serve_chat
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

SECRET = "canary-client-secret-93ab"
SUBJECT = "canary.subject.token-17fe"


class Issuer:
    """A token endpoint on loopback; tokens are numbered."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.lifetime = 3600
        self.refusal = None  # (status, body) in place of a token
        self.count = 0
        upstream.on_request = self.answer

    def answer(self, connection, _request):
        if self.refusal:
            status, body = self.refusal
            connection.respond(status, {"Content-Type": "application/json"}, body)
            return
        self.count += 1
        token = {"access_token": f"canary-token-{self.count}", "token_type": "Bearer", "expires_in": self.lifetime}
        connection.respond(200, {"Content-Type": "application/json"}, json.dumps(token).encode())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.upstream.port}/token"


@pytest.fixture
def world(make_gateway, make_upstream):
    class World:
        def __init__(self):
            self.issuer = Issuer(make_upstream())
            self.provider = make_upstream()
            self.provider.on_request = serve_chat
            self.port = free_port()

        def parts(self, credentials, *more, secret=SECRET):
            return [r.gateway(r.listener("http", self.port)), r.opaque_secret("client", **{"client-secret": secret}),
                    r.ai_backend("provider", self.provider.port, credentials=credentials),
                    r.http_route("all", r.rule(r.backend_of("provider"))), *more]

        def oauth2(self, **more):
            return {"oauth2": {"tokenUrl": self.issuer.url, "clientId": "gateway", "secretRef": {"name": "client"}, **more}}

        def start(self, credentials, *more):
            self.gateway = make_gateway().start(*self.parts(credentials, *more))

        def chat(self):
            return post(self.port, "/v1/chat/completions", chat_request(), fields={"Authorization": "Bearer of-the-client"})

        def shown(self):
            return self.provider.requests[-1].get_all("authorization")

        def said(self):
            texts = [self.gateway.said(), self.gateway.stdout.text()]
            return "".join(texts + [self.gateway.admin(target).body.decode() for target in ("/metrics", "/readyz")])

    return World()


def test_a_token_is_fetched_once_and_shown(world):
    world.start(world.oauth2(scopes=["models"]))
    assert [world.chat().status for _ in range(3)] == [200] * 3
    assert world.shown() == ["Bearer canary-token-1"]
    asked = world.issuer.upstream.requests[0]
    assert asked.get("authorization") == "Basic " + base64.b64encode(f"gateway:{SECRET}".encode()).decode()
    assert asked.body == b"grant_type=client_credentials&scope=models"
    assert "canary" not in world.said()


def test_nothing_is_sent_without_a_token_and_no_secret_is_told(world):
    world.issuer.refusal = (401, json.dumps({"error": "invalid_client", "error_description": SECRET}).encode())
    world.start(world.oauth2())
    answer = world.chat()
    assert answer.status == 503
    assert world.provider.requests == []
    assert "token endpoint answered 401 invalid_client" in world.gateway.wait_for_output("invalid_client")
    assert "canary" not in world.said() + answer.head.decode() + answer.body.decode()


def test_a_token_that_ends_is_replaced(world):
    world.issuer.lifetime = 1
    world.start(world.oauth2())
    assert world.chat().status == 200
    eventually(lambda: world.chat().status == 200 and world.issuer.count > 1, "another token is fetched")


def test_a_rotated_secret_is_used(world):
    world.start(world.oauth2(authentication="Post"))
    assert world.chat().status == 200
    world.gateway.reload(*world.parts(world.oauth2(authentication="Post"), secret="rotated"))
    eventually(lambda: world.chat().status == 200 and world.issuer.upstream.requests[-1].body.endswith(b"client_secret=rotated"),
               "the new secret is used")


def test_a_token_file_is_exchanged(world, tmp_path):
    (tmp_path / "subject").write_text(SUBJECT + "\n")
    world.start({"tokenExchange": {"tokenUrl": world.issuer.url, "subjectToken": {"file": str(tmp_path / "subject")}, "audience": "api"}})
    assert world.chat().status == 200
    assert world.shown() == ["Bearer canary-token-1"]
    assert f"&subject_token={SUBJECT}&".encode() in world.issuer.upstream.requests[0].body
    assert "canary" not in world.said()


def test_the_callers_own_token_is_exchanged_on_its_behalf(world):
    world.start({"tokenExchange": {"tokenUrl": world.issuer.url, "subjectToken": {"fromCaller": True}, "audience": "api"}})
    bodies = world.issuer.upstream.requests

    def chat(token):
        fields = {"Authorization": f"Bearer {token}"} if token else {}
        return post(world.port, "/v1/chat/completions", chat_request(), fields=fields)

    answers = [chat("canary-ann"), chat("canary-bob"), chat("canary-ann")]
    assert [answer.status for answer in answers] == [200] * 3
    shown = [request.get("authorization") for request in world.provider.requests]
    assert len(set(shown)) >= 2
    assert all(token.startswith("Bearer canary-token-") for token in shown)
    assert {urllib.parse.parse_qs(request.body.decode())["subject_token"][0] for request in bodies} == {"canary-ann", "canary-bob"}

    world.issuer.refusal = (400, b'{"error": "invalid_grant"}')
    for token in (None, "canary-stranger"):
        refused = chat(token)
        assert refused.status == 401
        assert refused.get("www-authenticate") == "Bearer"
        assert json.loads(refused.body)["error"]["code"] == "invalid_token"
    assert len(world.provider.requests) == 3
    assert "canary" not in world.said()


def test_several_keys_take_turns(world):
    def serve(connection, request):
        if request.get("authorization") == "Bearer canary-key-a":
            connection.respond(429, {"Retry-After": "60"}, b"{}")
        else:
            serve_chat(connection, request)

    world.provider.on_request = serve
    world.start({"apiKeys": [{"secretRef": {"name": name}} for name in "ab"]},
                *(r.opaque_secret(name, **{"api-key": f"canary-key-{name}"}) for name in "ab"))
    assert [world.chat().status for _ in range(2)] == [200, 200]
    assert [request.get("authorization") for request in world.provider.requests] == [
        "Bearer canary-key-a", "Bearer canary-key-b", "Bearer canary-key-b"]
    assert "canary" not in world.said()


def test_a_clients_key_passes_where_the_backend_says_so(world):
    world.start({"passthrough": True})
    assert world.chat().status == 200
    assert world.shown() == ["Bearer of-the-client"]


def signature_of(request, secret, region, service):
    """AWS Signature Version 4 of a request as it was received, computed from its parts by the book."""
    algorithm, rest = request.get("authorization").split(" ", 1)
    assert algorithm == "AWS4-HMAC-SHA256"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    names = parts["SignedHeaders"].split(";")
    canonical = "\n".join([request.method, urllib.parse.quote(request.target), "",
                           *(f"{name}:{request.get(name)}" for name in names), "", ";".join(names),
                           hashlib.sha256(request.body).hexdigest()])
    date = request.get("x-amz-date")
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([algorithm, date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return parts["Signature"], hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_aws_requests_are_signed(world):
    world.start({"aws": {"region": "us-east-1", "secretRef": {"name": "aws"}}},
                r.opaque_secret("aws", accessKeyId="AKIAEXAMPLE", secretAccessKey=SECRET, sessionToken="canary-session"))
    assert world.chat().status == 200
    request = world.provider.requests[0]
    shown, expected = signature_of(request, SECRET, "us-east-1", "bedrock")
    assert shown == expected
    assert request.get("x-amz-security-token") == "canary-session"
    assert "of-the-client" not in request.head.decode()
    assert "canary" not in world.said()
