"""What model calls cost: of the Backend's prices and of a price file, in the log and in the metrics; what the list of models tells."""

import json
import signal

import pytest
from harness import resources as r
from harness.model_server import chat_request, messages_request
from harness.ports import free_port
from harness.raw_client import get, post
from harness.waiting import eventually

PRICE = {"input": 2, "output": 30}  # dollars for a million tokens
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


def _simulated(name, dialect, *models):
    return r.resource(r.OWN, "Backend", name, spec={
        "destination": {"type": "Simulator", "simulator": {"outputTokens": 8}},
        "ai": {"provider": "OpenAI" if dialect == "OpenAI" else "Anthropic", "models": list(models)}})


@pytest.fixture
def prices(tmp_path):
    file = tmp_path / "prices.json"

    def write(dollars):
        file.write_text(json.dumps({"models": [{"providers": ["OpenAI"], "model": "by-file", "input": dollars, "output": dollars}]}))
        return file
    return write


@pytest.fixture
def served(make_gateway, prices):
    port = free_port()
    card = {"contextWindow": 128000, "maxOutputTokens": 4096, "capabilities": ["Chat", "Tools"]}
    gateway = make_gateway()
    gateway.start(
        r.gateway(r.listener("http", port)),
        _simulated("openai", "OpenAI", {"name": "priced", "price": PRICE, **card}, {"name": "file", "upstreamName": "by-file"},
                   {"name": "unpriced"}),
        _simulated("anthropic", "Anthropic", {"name": "claude", "price": PRICE}),
        r.http_route("messages", r.rule(r.backend_of("anthropic"), matches=[{"path": {"type": "PathPrefix", "value": MESSAGES}}])),
        r.http_route("all", r.rule(r.backend_of("openai"))),
        options=("--prices", str(prices(5))))
    gateway.port = port
    return gateway


def _ask(gateway, body, path=CHAT):
    """The access-log record's part about the call."""
    before = len(gateway.log())
    fields = {"Content-Type": "application/json", "anthropic-version": "2023-06-01"} if path == MESSAGES else {}
    assert post(gateway.port, path, body, fields={"Content-Type": "application/json", **fields}).status == 200
    eventually(lambda: len(gateway.log()) > before, "the line of the call")
    return gateway.log()[-1]["ai"]


@pytest.mark.parametrize("path, model, make", [(CHAT, "priced", chat_request), (MESSAGES, "claude", messages_request)],
                         ids=["openai", "anthropic"])
def test_a_stream_costs_what_the_same_answer_costs_whole(served, path, model, make):
    whole, streamed = _ask(served, make(model), path), _ask(served, make(model, stream=True), path)
    usage = whole["usage"]
    assert usage["output"] == 8 and usage["input"] > 0
    assert whole["cost_micro_usd"] == usage["input"] * 2 + 8 * 30
    assert streamed["stream"] and streamed["cost_micro_usd"] == whole["cost_micro_usd"]


def test_costs_are_counted_in_dollars(served):
    costs = [_ask(served, chat_request("priced"))["cost_micro_usd"] for _ in range(3)]
    _ask(served, chat_request("unpriced"))

    def value(name, model):
        return sum(sample.value for sample in served.metrics()[name].samples if sample.labels["gen_ai_request_model"] == model)
    assert value("tidegate_cost_usd", "priced") == pytest.approx(sum(costs) / 1e6)
    assert value("tidegate_unpriced_requests", "unpriced") == 1


def test_a_model_without_a_price_has_no_cost(served):
    assert "cost_micro_usd" not in _ask(served, chat_request("unpriced"))


def test_the_price_file_is_read_again_on_sighup_and_a_bad_one_is_not_taken(served, prices):
    first = _ask(served, chat_request("file"))
    tokens = first["usage"]["input"] + first["usage"]["output"]
    assert first["cost_micro_usd"] == tokens * 5
    prices(7)
    served.process.send_signal(signal.SIGHUP)
    eventually(lambda: _ask(served, chat_request("file"))["cost_micro_usd"] == tokens * 7, "the new price is in effect")
    prices("dear")
    served.process.send_signal(signal.SIGHUP)
    served.wait_for_output("models[0].input must be a price in dollars")
    assert _ask(served, chat_request("file"))["cost_micro_usd"] == tokens * 7


def test_the_list_of_models_tells_what_is_known_of_them(served):
    openai = json.loads(get(served.port, "/v1/models/priced").body)
    assert (openai["context_window"], openai["max_completion_tokens"]) == (128000, 4096)
    assert openai["capabilities"]["function_calling"] and not openai["capabilities"]["vision"]
    anthropic = json.loads(get(served.port, "/v1/models", fields={"anthropic-version": "2023-06-01"}).body)
    card = next(model for model in anthropic["data"] if model["id"] == "priced")
    assert (card["max_input_tokens"], card["max_tokens"]) == (128000, 4096)
