"""Answers of model providers, as a scripted upstream gives them: whole replies and streams of both dialects."""

import json
from typing import Any

SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}

OPENAI_USAGE = {
    "prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27,
    "prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 3},
}
ANTHROPIC_USAGE = {"input_tokens": 15, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 0, "output_tokens": 7}


def chat_request(model: str = "gpt-test", **more: Any) -> bytes:
    """A chat-completions request with odd but legal spacing, so that re-encoding would show."""
    body = {"model": model, "messages": [{"role": "user", "content": "h\u00e9llo \\u00e9 \"quoted\""}], **more}
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return text.replace('"model":', '"model"  :', 1).encode()


def messages_request(model: str = "claude-test", **more: Any) -> bytes:
    return json.dumps({"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": "hi"}], **more}).encode()


def chat_reply(model: str = "gpt-test", text: str = "hello") -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": OPENAI_USAGE,
    }).encode()


def messages_reply(model: str = "claude-test", text: str = "hello") -> bytes:
    return json.dumps({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model,
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None, "usage": ANTHROPIC_USAGE,
    }).encode()


def data(payload: Any) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def named(event: str, payload: dict[str, Any]) -> bytes:
    return f"event: {event}\n".encode() + data({"type": event, **payload})


def chat_chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return data({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test", "choices": choices, **more})


def chat_events(words: list[str], with_usage: bool) -> list[bytes]:
    """The events of a stream as OpenAI sends them, [DONE] last."""
    null_usage = {"usage": None} if with_usage else {}
    events = [chat_chunk({"role": "assistant", "content": ""}, **null_usage)]
    events += [chat_chunk({"content": word}, **null_usage) for word in words]
    events.append(chat_chunk({}, "stop", **null_usage))
    if with_usage:
        events.append(data({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test",
                            "choices": [], "usage": OPENAI_USAGE}))
    return events + [b"data: [DONE]\n\n"]


def messages_events(words: list[str]) -> list[bytes]:
    """The events of a stream as Anthropic sends them."""
    start = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": [],
             "stop_reason": None, "stop_sequence": None, "usage": {**ANTHROPIC_USAGE, "output_tokens": 1}}
    events = [named("message_start", {"message": start}),
              named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
              named("ping", {})]
    events += [named("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}}) for word in words]
    events += [named("content_block_stop", {"index": 0}),
               named("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 7}}),
               named("message_stop", {})]
    return events


def serve_chat(connection, request) -> None:
    """An OpenAI-dialect upstream: honours `stream` and `stream_options.include_usage`."""
    asked = json.loads(request.body)
    if not asked.get("stream"):
        connection.respond(200, JSON, chat_reply(asked["model"]))
        return
    with_usage = (asked.get("stream_options") or {}).get("include_usage", False)
    send_events(connection, chat_events(["one ", "two ", "three"], with_usage))


def serve_messages(connection, request) -> None:
    """An Anthropic-dialect upstream."""
    asked = json.loads(request.body)
    if asked.get("stream"):
        send_events(connection, messages_events(["one ", "two ", "three"]))
    else:
        connection.respond(200, JSON, messages_reply(asked["model"]))


def send_events(connection, events: list[bytes]) -> None:
    connection.start_chunked(fields=SSE)
    for event in events:
        connection.send_chunk(event)
    connection.end_chunks()


def payloads(body: bytes) -> list[Any]:
    """The decoded data lines of a stream, "[DONE]" as itself."""
    lines = [line[5:].strip() for line in body.decode().split("\n") if line.startswith("data:")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]
