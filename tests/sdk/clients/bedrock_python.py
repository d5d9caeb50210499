"""boto3, service bedrock-runtime: Converse, and InvokeModel with Anthropic's bodies. Keys are any: the gateway is no AWS."""

import base64
import json

import boto3
import botocore.config
import botocore.exceptions
import urllib3.exceptions

from .anthropic_python import AnthropicPython
from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User


class _Bedrock(Client):
    def _client(self):
        client = boto3.client(
            "bedrock-runtime", region_name="us-east-1", endpoint_url=self.url, aws_access_key_id="AKIAANY",
            aws_secret_access_key="any", config=botocore.config.Config(retries={"total_max_attempts": 1}))
        client.meta.events.register("before-send.bedrock-runtime", self._add_fields)
        return client

    def _add_fields(self, request, **_):
        for name, value in self.fields.items():
            request.headers[name] = value

    def ask(self, ask: Ask, model: str) -> Reply:
        seen: list[str] = []
        try:
            return self._ask(self._client(), ask, model, seen)
        except botocore.exceptions.EventStreamError as error:
            raise Broken("".join(seen), error) from error
        except botocore.exceptions.ClientError as error:
            told = error.response["ResponseMetadata"]
            raise Refused(told["HTTPStatusCode"], told["HTTPHeaders"].get("retry-after"), error) from error
        except (botocore.exceptions.HTTPClientError, urllib3.exceptions.HTTPError, OSError) as error:
            raise Broken("".join(seen), error) from error


class BedrockConverse(_Bedrock):
    name = "bedrock-converse"
    can = frozenset({"tools", "image", "thinking", "count", "usage_in_stream"})

    @staticmethod
    def _messages(turns):
        messages = []
        for turn in turns:
            if isinstance(turn, User):
                content = [{"text": turn.text}]
                if turn.image:
                    content.append({"image": {"format": "png", "source": {"bytes": base64.b64decode(turn.image)}}})
                messages.append({"role": "user", "content": content})
            elif isinstance(turn, Reply):
                messages.append({"role": "assistant", "content": turn.native})
            elif isinstance(turn, Results):
                messages.append({"role": "user", "content": [
                    {"toolResult": {"toolUseId": call.id, "content": [{"text": text}]}} for call, text in turn.pairs()]})
        return messages

    def _options(self, ask, model):
        options = {"modelId": model, "messages": self._messages(ask.turns), "inferenceConfig": {"maxTokens": ask.max_tokens}}
        if ask.tools:
            options["toolConfig"] = {
                "tools": [{"toolSpec": {"name": tool.name, "description": tool.description, "inputSchema": {"json": tool.schema}}}
                          for tool in ask.tools],
                "toolChoice": {"any": {}} if ask.must_call else {"auto": {}}}
        if ask.thinking:
            options["additionalModelRequestFields"] = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
            options["inferenceConfig"] = {"maxTokens": 2048}
        return options

    def _ask(self, client, ask, model, seen):
        if not ask.stream:
            said = client.converse(**self._options(ask, model))
            return self._reply(said["output"]["message"]["content"], said["stopReason"], said["usage"])
        blocks, finish, usage, events = {}, "", None, []
        for event in client.converse_stream(**self._options(ask, model))["stream"]:
            kind, body = next(iter(event.items()))
            events.append(kind)
            if kind == "contentBlockStart":
                blocks[body["contentBlockIndex"]] = {"toolUse": {**body["start"]["toolUse"], "input": ""}}
            elif kind == "contentBlockDelta":
                self._add_delta(blocks, body, seen)
            elif kind == "messageStop":
                finish = body["stopReason"]
            elif kind == "metadata":
                usage = body["usage"]
        if not finish or usage is None:
            raise Broken("".join(seen), "no end")
        for block in blocks.values():
            if "toolUse" in block:
                block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
        reply = self._reply([blocks[index] for index in sorted(blocks)], finish, usage)
        reply.events = events
        return reply

    @staticmethod
    def _add_delta(blocks, body, seen):
        delta, index = body["delta"], body["contentBlockIndex"]
        if "text" in delta:
            blocks.setdefault(index, {"text": ""})["text"] += delta["text"]
            seen.append(delta["text"])
        elif "toolUse" in delta:
            blocks[index]["toolUse"]["input"] += delta["toolUse"]["input"]
        elif "reasoningContent" in delta:
            block = blocks.setdefault(index, {"reasoningContent": {"reasoningText": {"text": ""}}})
            text = block["reasoningContent"]["reasoningText"]
            text["text"] += delta["reasoningContent"].get("text", "")
            if "signature" in delta["reasoningContent"]:
                text["signature"] = delta["reasoningContent"]["signature"]

    @staticmethod
    def _reply(content, finish, usage):
        reply = Reply(finish=finish, native=content)
        for block in content:
            if "text" in block:
                reply.text += block["text"]
            elif "toolUse" in block:
                use = block["toolUse"]
                reply.calls.append(Call(use["toolUseId"], use["name"], use["input"]))
            elif "reasoningContent" in block:
                reply.thinking += block["reasoningContent"]["reasoningText"]["text"]
        cached = usage.get("cacheReadInputTokens", 0) + usage.get("cacheWriteInputTokens", 0)
        reply.input_tokens, reply.output_tokens = usage["inputTokens"] + cached, usage["outputTokens"]
        assert usage["totalTokens"] == reply.input_tokens + reply.output_tokens
        return reply

    def count(self, turns, model):
        return self._client().count_tokens(modelId=model, input={"converse": {"messages": self._messages(turns)}})["inputTokens"]


class BedrockInvoke(_Bedrock):
    name = "bedrock-invoke"
    can = frozenset({"tools", "image", "usage_in_stream"})

    @staticmethod
    def _body(ask):
        options = AnthropicPython("")._options(ask, "")
        del options["model"]
        return json.dumps({"anthropic_version": "bedrock-2023-05-31", **options})

    def _ask(self, client, ask, model, seen):
        if not ask.stream:
            return self._reply(json.loads(client.invoke_model(modelId=model, body=self._body(ask))["body"].read()))
        message, events = None, []
        for frame in client.invoke_model_with_response_stream(modelId=model, body=self._body(ask))["body"]:
            event = json.loads(frame["chunk"]["bytes"])
            events.append(event)
            if event["type"] == "message_start":
                message = event["message"]
            elif event["type"] == "content_block_start":
                message["content"].append({**event["content_block"], "partial": ""})
            elif event["type"] == "content_block_delta":
                delta = event["delta"]
                message["content"][event["index"]]["partial"] += delta.get("text", "") + delta.get("partial_json", "")
                seen.append(delta.get("text", ""))
            elif event["type"] == "message_delta":
                message["stop_reason"] = event["delta"]["stop_reason"]
                message["usage"] |= event["usage"]
        if not events or events[-1]["type"] != "message_stop":
            raise Broken("".join(seen), "no end")
        for block in message["content"]:
            partial = block.pop("partial")
            if block["type"] == "text":
                block["text"] = partial
            elif block["type"] == "tool_use":
                block["input"] = json.loads(partial or "{}")
        reply = self._reply(message)
        reply.events = events
        return reply

    @staticmethod
    def _reply(said):
        content, usage = said["content"], said["usage"]
        return Reply("".join(block["text"] for block in content if block["type"] == "text"), "",
                     [Call(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"],
                     said["stop_reason"], usage["input_tokens"], usage["output_tokens"], content)
