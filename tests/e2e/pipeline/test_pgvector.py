"""Retrieval out of a real PostgreSQL with pgvector, with vectors of a scripted embeddings server."""

import json

import pytest
from harness import resources as r
from harness.model_server import chat_reply
from harness.ports import free_port
from harness.postgres_server import PostgresServer
from harness.raw_client import post
from harness.upstream import Upstream

CHAT = "/v1/chat/completions"
VECTORS = {"leave": [1, 0, 0], "travel": [0, 1, 0], "both": [0.7, 0.7, 0]}
PASSAGES = [("leave.md", "Parental leave is 14 months.", "sea", [1, 0.1, 0]), ("travel.md", "Trains before planes.", "sea", [0.1, 1, 0]),
            ("secret.md", "Land people get 20 months.", "land", [1, 0, 0])]


@pytest.fixture(scope="module")
def postgres():
    server = PostgresServer()
    server.run("CREATE DATABASE docs")
    server.run("""CREATE EXTENSION vector; CREATE SCHEMA house;
        CREATE TABLE house."Pass ages" (id serial PRIMARY KEY, body text, url text, tenant text, rank int, embedding vector(3));
        CREATE ROLE gateway LOGIN PASSWORD 'canary-password'; GRANT USAGE ON SCHEMA house TO gateway;
        GRANT SELECT ON ALL TABLES IN SCHEMA house TO gateway;""", "docs")
    for url, body, tenant, vector in PASSAGES:
        server.run(f"INSERT INTO house.\"Pass ages\" (body, url, tenant, rank, embedding) "
                   f"VALUES ('{body}', '{url}', '{tenant}', 1, '{json.dumps(vector)}')", "docs")
    yield server
    server.stop()


class Models(Upstream):
    """Answers chats, and gives the vector of whichever word the text has."""

    def __init__(self):
        super().__init__("models")
        self.chats = []
        self.on_request = self._answer

    def _answer(self, connection, request):
        asked = json.loads(request.body)
        if request.target.endswith("/embeddings"):
            vector = next(VECTORS[word] for word in VECTORS if word in asked["input"])
            body = json.dumps({"data": [{"embedding": vector}]}).encode()
        else:
            self.chats.append(asked)
            body = chat_reply()
        connection.respond(200, {"Content-Type": "application/json"}, body)


@pytest.fixture
def models():
    server = Models()
    yield server
    server.close()
    server.check()


def resources_of(port, models, postgres_port, password="canary-password", failure="Closed", timeout="5s", **retriever):
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    own = {"group": "tidegate.dev", "kind": "Backend"}
    config = {"retriever": {"type": "PgVector", "database": "docs", "schema": "house", "table": "Pass ages",
                            "columns": {"text": "body", "source": "url"},
                            "filter": [{"column": "tenant", "equals": "{{header.x-tenant}}"}], **retriever},
              "embeddingsBackend": {"name": "vectors", "model": "m"}, "select": {"count": 2, "minScore": 0.5},
              "citations": {"header": "x-sources"}}
    processor = {"name": "docs", "type": "Retrieval", "failureMode": failure, "timeout": timeout,
                 "backendRef": {**own, "name": "docs"}, "config": config}
    return [r.gateway(r.listener("http", port)), r.ai_backend("models", models.port),
            r.ip_backend("docs", postgres_port, protocol="PostgreSQL", credentials={"login": {"secretRef": {"name": "docs"}}}),
            r.opaque_secret("docs", username="gateway", password=password),
            r.http_route("chat", r.rule(r.backend_of("models"))),
            r.resource(r.OWN, "PayloadProcessingPipeline", "docs", spec={
                "targetRefs": [target], "processors": [processor],
                "backends": [{"name": "vectors", "backendRef": {**own, "name": "models"}}]})]


def ask(port, text, tenant="sea"):
    body = json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": text}]}).encode()
    return post(port, CHAT, body, fields={"Content-Type": "application/json", "x-tenant": tenant})


@pytest.mark.parametrize("distance", ["Cosine", "L2", "InnerProduct"])
def test_the_nearest_passages_of_the_tenant_stand_before_the_model(make_gateway, models, postgres, distance):
    port = free_port()
    make_gateway().start(*resources_of(port, models, postgres.port, distance=distance))
    answer = ask(port, "How long is leave?")
    assert answer.status == 200
    system = json.dumps(models.chats[-1])
    assert "14 months" in system and "20 months" not in system and "Trains" not in system
    assert answer.get("x-sources").startswith('"leave.md";index=1')
    ask(port, "How long is leave?", tenant="land")
    assert "20 months" in json.dumps(models.chats[-1])
    ask(port, "both", tenant="sea")
    assert "14 months" in json.dumps(models.chats[-1]) and "Trains" in json.dumps(models.chats[-1])
    # What a client sends is a value and never a part of the statement.
    assert ask(port, "leave", tenant="x'; DROP TABLE house.\"Pass ages\"; --").status == 200
    assert "months" not in json.dumps(models.chats[-1])
    assert postgres.run('SELECT count(*) FROM house."Pass ages"', "docs") == "3"
    connections = postgres.run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tidegate'")
    assert connections == "1"


def test_a_value_that_the_column_cannot_have_fails_the_request_alone(make_gateway, models, postgres):
    port = free_port()
    make_gateway().start(*resources_of(port, models, postgres.port, filter=[{"column": "rank", "equals": "{{header.x-tenant}}"}]))
    for _ in range(6):
        assert ask(port, "leave", tenant="no number").status == 500
    assert ask(port, "leave", tenant="1").status == 200
    assert "months" in json.dumps(models.chats[-1])


def test_a_table_that_is_not_there_follows_the_failure_mode(make_gateway, models, postgres):
    port = free_port()
    gateway = make_gateway().start(*resources_of(port, models, postgres.port, table="gone", failure="Open"))
    assert ask(port, "leave").status == 200
    assert "months" not in json.dumps(models.chats[-1])
    record = gateway.wait_for_log(lambda line: line["status"] == 200, "the line of the exchange")
    assert record["processors"][0]["verdict"] == "failed-open"


def test_a_wrong_password_is_in_no_output(make_gateway, models, postgres):
    port = free_port()
    gateway = make_gateway().start(*resources_of(port, models, postgres.port, password="canary-wrong"))
    assert ask(port, "leave").status == 500
    gateway.wait_for_log(lambda line: "28P01" in json.dumps(line), "the code of the error")
    assert "canary" not in gateway.said() + json.dumps(gateway.log())


def test_a_statement_that_takes_too_long_ends_and_follows_the_failure_mode(make_gateway, models, postgres):
    port = free_port()
    make_gateway().start(*resources_of(port, models, postgres.port, timeout="300ms", table="slow"))
    postgres.run("""CREATE OR REPLACE VIEW house.slow AS SELECT body, url, tenant, embedding FROM house."Pass ages", pg_sleep(30);
        GRANT SELECT ON house.slow TO gateway""", "docs")
    assert ask(port, "leave").status == 504
