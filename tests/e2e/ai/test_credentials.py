"""The injected API key: replaces the client's own, reaches the provider only, shows up nowhere else."""

import pytest
from harness import resources as r
from harness.gateway import run_command
from harness.model_server import chat_request, messages_request
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

KEY = "sk-canary-7c41b9f2e0"  # as ai/conftest.py has it in the Secrets


def test_openai_key_replaces_the_clients(models):
    models.chat(chat_request(), Authorization="Bearer client-key", X_Api_Key="client-key", Api_Key="client-key")
    request = models.openai.requests[0]
    assert request.get_all("authorization") == [f"Bearer {KEY}"]
    assert "client-key" not in request.head.decode()


def test_anthropic_key_replaces_the_clients(models):
    models.messages(messages_request(), X_Api_Key="client-key", Authorization="Bearer client-key")
    request = models.anthropic.requests[0]
    assert request.get_all("x-api-key") == [KEY]
    assert "client-key" not in request.head.decode()


def test_client_key_never_reaches_a_provider(models):
    models.chat(chat_request("llama"), Authorization="Bearer client-key")
    assert models.local.requests[0].get("authorization") is None


def test_provider_learns_nothing_about_the_client(models):
    models.chat(chat_request(), Cookie="session=of-the-client", X_Forwarded_For="192.0.2.7", Forwarded="for=192.0.2.7",
                X_Real_Ip="192.0.2.7", X_Forwarded_Host="internal.test", X_Forwarded_Proto="https", User_Agent="sdk/1")
    request = models.openai.requests[0]
    assert [told for told in ("of-the-client", "192.0.2.7", "internal.test") if told in request.head.decode()] == []
    assert [name for name in ("cookie", "x-forwarded-for", "x-forwarded-proto", "forwarded") if request.get(name) is not None] == []
    assert request.get("user-agent") == "sdk/1"


def test_key_shows_up_nowhere(models):
    models.chat(chat_request())
    models.chat(b"{")
    models.openai.on_request = lambda connection, _: connection.reset()
    failure = models.chat(chat_request())
    seen = [models.gateway.said(), models.gateway.stdout.text(), failure.body.decode(), failure.head.decode()]
    seen += [models.gateway.admin(target).body.decode() for target in ("/metrics", "/readyz", "/config")]
    assert not [text for text in seen if KEY in text]


def test_key_is_not_printed_by_validate_or_explain(models):
    directory = str(models.gateway.resources.path)
    for arguments in (["validate", "-f", directory], ["validate", "-f", directory, "--json"]):
        result = run_command(models.gateway.binary, *arguments)
        assert result.returncode == 0, result.stderr
        assert KEY not in result.stdout + result.stderr


@pytest.mark.parametrize("broken", ["absent secret", "absent key"])
def test_missing_key_is_a_500_and_nothing_is_sent(make_gateway, make_upstream, broken):
    upstream, port = make_upstream(), free_port()
    gateway = make_gateway().start(
        r.gateway(r.listener("http", port)),
        r.opaque_secret("other" if broken == "absent secret" else "the-key", other="x"),
        r.ai_backend("provider", upstream.port, secret="the-key"),
        r.http_route("all", r.rule(r.backend_of("provider"))))
    response = post(port, "/v1/chat/completions", chat_request(), fields={"Authorization": "Bearer client-key"})
    assert response.status == 500
    assert upstream.connections == []
    assert "the-key" in gateway.wait_for_output("the-key")


def test_rotated_key_is_used(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()

    def parts(key):
        return [r.gateway(r.listener("http", port)), r.opaque_secret("the-key", **{"api-key": key}),
                r.ai_backend("provider", upstream.port, secret="the-key"), r.http_route("all", r.rule(r.backend_of("provider")))]

    def used():
        post(port, "/v1/chat/completions", chat_request())
        return upstream.requests[-1].get("authorization")

    gateway = make_gateway().start(*parts("first"))
    assert used() == "Bearer first"
    gateway.reload(*parts("second"))
    eventually(lambda: used() == "Bearer second", "the new key is used")
