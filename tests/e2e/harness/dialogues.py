"""One conversation in every dialect that streams: how a request holds a text, how a reply says pieces of one, what a client reads."""

import json
from dataclasses import dataclass
from typing import Any, Callable

import pytest

from .aws_frames import FRAMES, chunk, chunks, frame, frames
from .model_server import JSON, SSE, data, named, payloads
from .raw_client import Message, post

Pieces = list[str]


def cuts(text: str) -> list[Pieces]:
    """The text cut in two at every place, and into its characters."""
    return [[text[:at], text[at:]] for at in range(len(text) + 1)] + [list(text)]


@dataclass
class Dialogue:
    name: str
    dialect: str  # of the Backend
    path: str  # of a stream
    request: Callable[[str, bool], dict[str, Any]]  # with a user's text; streamed or not
    reply: Callable[[str, str], dict[str, Any]]  # whole: text, and arguments of a tool call
    events: Callable[[Pieces, Pieces], list[bytes]]  # the same in pieces
    read: Callable[[bytes], tuple[str, str, str]]  # of a stream: text, arguments, how it ended
    fields: dict[str, str]
    whole_path: str | None = None

    def ask(self, port: int, prefix: str, text: str, stream: bool = False) -> Message:
        """The answer to a question at a path with `prefix` in front."""
        path = self.path if stream or self.whole_path is None else self.whole_path
        return post(port, f"/{prefix}{path}", json.dumps(self.request(text, stream)).encode(), fields=JSON)

    def serve(self, said: str | Pieces, arguments: str | Pieces):
        """An upstream's script."""
        def script(connection, request):
            if isinstance(said, str):
                return connection.respond(200, JSON, json.dumps(self.reply(said, arguments)).encode())
            connection.start_chunked(fields=self.fields)
            for event in self.events(said, arguments):
                connection.send_chunk(event)
            connection.end_chunks()
        return script


def _chat_chunk(delta, finish=None):
    return data({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                 "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _chat_events(said, arguments):
    call = {"index": 0, "id": "t", "type": "function", "function": {"name": "mail", "arguments": ""}}
    return ([_chat_chunk({"role": "assistant", "content": piece}) for piece in said] + [_chat_chunk({"tool_calls": [call]})]
            + [_chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in arguments]
            + [_chat_chunk({}, "tool_calls"), b"data: [DONE]\n\n"])


def _read_chat(body):
    events = payloads(body)
    assert events[-1] == "[DONE]"
    choices = [choice for event in events[:-1] for choice in event["choices"]]
    calls = [call for choice in choices for call in choice["delta"].get("tool_calls") or []]
    return ("".join(choice["delta"].get("content") or "" for choice in choices),
            "".join(call["function"].get("arguments") or "" for call in calls),
            [choice["finish_reason"] for choice in choices if choice["finish_reason"]][-1])


def _messages_events(said, arguments):
    start = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
             "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1}}
    tool = {"type": "tool_use", "id": "t", "name": "mail", "input": {}}
    return ([named("message_start", {"message": start}), named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})]
            + [named("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}}) for piece in said]
            + [named("content_block_stop", {"index": 0}), named("content_block_start", {"index": 1, "content_block": tool})]
            + [named("content_block_delta", {"index": 1, "delta": {"type": "input_json_delta", "partial_json": piece}}) for piece in arguments]
            + [named("content_block_stop", {"index": 1}),
               named("message_delta", {"delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {"output_tokens": 7}}),
               named("message_stop", {})])


def _invoke_events(said, arguments):
    return [chunk(event) for raw in _messages_events(said, arguments) for event in payloads(raw)]


def _read_messages(body):
    return _read_messages_events(payloads(body))


def _read_messages_events(events):
    assert events[-1]["type"] == "message_stop"
    started = [event["index"] for event in events if event["type"] == "content_block_start"]
    assert started == [event["index"] for event in events if event["type"] == "content_block_stop"]
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    return ("".join(delta.get("text", "") for delta in deltas), "".join(delta.get("partial_json", "") for delta in deltas),
            [event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta"][-1])


def _responses_events(said, arguments):
    response = {"id": "r", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    text, call = {"output_index": 0, "item_id": "i", "content_index": 0}, {"output_index": 1, "item_id": "f"}
    item = {"type": "function_call", "id": "f", "call_id": "t", "name": "mail", "arguments": "".join(arguments), "status": "completed"}
    events = ([("response.created", {"response": response})]
              + [("response.output_text.delta", {**text, "delta": piece}) for piece in said]
              + [("response.output_text.done", {**text, "text": "".join(said)})]
              + [("response.function_call_arguments.delta", {**call, "delta": piece}) for piece in arguments]
              + [("response.function_call_arguments.done", {**call, "arguments": "".join(arguments)}),
                 ("response.output_item.done", {"output_index": 1, "item": item}),
                 ("response.completed", {"response": {**response, "status": "completed"}})])
    return [named(kind, {**event, "sequence_number": number}) for number, (kind, event) in enumerate(events)]


def _read_responses(body):
    events = payloads(body)
    text = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    arguments = "".join(event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta")
    last = events[-1]["response"]
    for event in events:  # what is said again is said alike
        assert event.get("text", text) == text
        assert event.get("arguments", arguments) == arguments
        assert event.get("item", {}).get("arguments", arguments) == arguments
    return text, arguments, (last.get("incomplete_details") or {}).get("reason", last["status"])


def _gemini_part(part, **more):
    return data({"candidates": [{"index": 0, "content": {"role": "model", "parts": [part] if part else []}, **more}], "modelVersion": "m"})


def _gemini_events(said, arguments):
    call = {"functionCall": {"name": "mail", "args": json.loads("".join(arguments))}}
    return [_gemini_part({"text": piece}) for piece in said] + [_gemini_part(call), _gemini_part(None, finishReason="STOP")]


def _read_gemini(body):
    candidates = [candidate for event in payloads(body) for candidate in event["candidates"]]
    parts = [part for candidate in candidates for part in candidate["content"]["parts"]]
    return ("".join(part.get("text", "") for part in parts),
            "".join(json.dumps(part["functionCall"]["args"]) for part in parts if "functionCall" in part), candidates[-1]["finishReason"])


def _converse_events(said, arguments):
    tool = {"start": {"toolUse": {"toolUseId": "t", "name": "mail"}}, "contentBlockIndex": 1}
    return ([frame("messageStart", {"role": "assistant"})]
            + [frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}}) for piece in said]
            + [frame("contentBlockStop", {"contentBlockIndex": 0}), frame("contentBlockStart", tool)]
            + [frame("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": piece}}}) for piece in arguments]
            + [frame("contentBlockStop", {"contentBlockIndex": 1}), frame("messageStop", {"stopReason": "tool_use"}),
               frame("metadata", {"usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}, "metrics": {"latencyMs": 1}})])


def _read_converse(body):
    events = frames(body)
    deltas = [event["delta"] for kind, event in events if kind == "contentBlockDelta"]
    return ("".join(delta.get("text", "") for delta in deltas), "".join(delta.get("toolUse", {}).get("input", "") for delta in deltas),
            [event["stopReason"] for kind, event in events if kind == "messageStop"][-1])


def _tool_message(text, arguments):
    call = {"id": "t", "type": "function", "function": {"name": "mail", "arguments": arguments}}
    return {"role": "assistant", "content": text, "tool_calls": [call]}


DIALOGUES = [
    Dialogue("chat", "OpenAI", "/v1/chat/completions",
             lambda text, stream: {"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]},
             lambda text, arguments: {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [
                 {"index": 0, "message": _tool_message(text, arguments), "finish_reason": "tool_calls"}]},
             _chat_events, _read_chat, SSE),
    Dialogue("messages", "Anthropic", "/v1/messages",
             lambda text, stream: {"model": "m", "max_tokens": 9, "stream": stream, "messages": [
                 {"role": "user", "content": [{"type": "text", "text": text}]}]},
             lambda text, arguments: {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
                                      "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 7}, "content": [
                                          {"type": "text", "text": text},
                                          {"type": "tool_use", "id": "t", "name": "mail", "input": json.loads(arguments)}]},
             _messages_events, _read_messages, SSE),
    Dialogue("responses", "OpenAI", "/v1/responses",
             lambda text, stream: {"model": "m", "stream": stream, "input": text},
             lambda text, arguments: {"id": "r", "object": "response", "model": "m", "status": "completed", "output": [
                 {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]},
                 {"type": "function_call", "call_id": "t", "name": "mail", "arguments": arguments}]},
             _responses_events, _read_responses, SSE),
    Dialogue("gemini", "Gemini", "/v1beta/models/m:streamGenerateContent?alt=sse",
             lambda text, _: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
             lambda text, arguments: {"candidates": [{"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [
                 {"text": text}, {"functionCall": {"name": "mail", "args": json.loads(arguments)}}]}}]},
             _gemini_events, _read_gemini, SSE, "/v1beta/models/m:generateContent"),
    Dialogue("converse", "AWSBedrock", "/model/m/converse-stream",
             lambda text, _: {"messages": [{"role": "user", "content": [{"text": text}]}]},
             lambda text, arguments: {"stopReason": "tool_use", "usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12},
                                      "output": {"message": {"role": "assistant", "content": [
                                          {"text": text}, {"toolUse": {"toolUseId": "t", "name": "mail", "input": json.loads(arguments)}}]}}},
             _converse_events, _read_converse, FRAMES, "/model/m/converse"),
    Dialogue("invoke", "AWSBedrock", "/model/anthropic.claude/invoke-with-response-stream",
             lambda text, _: {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [
                 {"role": "user", "content": [{"type": "text", "text": text}]}]},
             lambda text, arguments: {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
                                      "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 7}, "content": [
                                          {"type": "text", "text": text},
                                          {"type": "tool_use", "id": "t", "name": "mail", "input": json.loads(arguments)}]},
             _invoke_events, lambda body: _read_messages_events(chunks(body)), FRAMES, "/model/anthropic.claude/invoke"),
]

every_dialect = pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)
