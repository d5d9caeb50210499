"""cohere: chat, embed and rerank of version 2."""

import json

import cohere
import cohere.core
import httpx

from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User


class CoherePython(Client):
    name = "cohere"
    can = frozenset({"tools", "image", "schema", "thinking", "embed", "rerank", "usage_in_stream"})

    def _client(self):
        return cohere.ClientV2(api_key="co-any", base_url=self.url, httpx_client=httpx.Client(headers=self.fields))

    @staticmethod
    def _messages(turns):
        messages = []
        for turn in turns:
            if isinstance(turn, User):
                content = [{"type": "text", "text": turn.text}]
                if turn.image:
                    content.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{turn.image}"}})
                messages.append({"role": "user", "content": content})
            elif isinstance(turn, Reply):
                messages.append(turn.native)
            elif isinstance(turn, Results):
                messages += [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in turn.pairs()]
        return messages

    def _options(self, ask, model):
        options = {"model": model, "messages": self._messages(ask.turns), "max_tokens": ask.max_tokens,
                   "request_options": {"max_retries": 0}}
        if ask.tools:
            options["tools"] = [{"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.schema}} for tool in ask.tools]
            if ask.must_call:
                options["tool_choice"] = "REQUIRED"
        if ask.schema:
            options["response_format"] = {"type": "json_object", "json_schema": ask.schema}
        if ask.thinking:
            options["thinking"] = {"type": "enabled"}
        return options

    def ask(self, ask: Ask, model: str) -> Reply:
        seen: list[str] = []
        try:
            client = self._client()
            if not ask.stream:
                return self._whole(client.chat(**self._options(ask, model)))
            return self._streamed(client.chat_stream(**self._options(ask, model)), seen)
        except cohere.core.ApiError as error:
            raise Refused(error.status_code, (error.headers or {}).get("retry-after"), error) from error
        except httpx.HTTPError as error:
            raise Broken("".join(seen), error) from error

    @staticmethod
    def _native(text, calls):
        native = {"role": "assistant"}
        if calls:
            native["tool_calls"] = [{"id": call.id, "type": "function",
                                     "function": {"name": call.name, "arguments": json.dumps(call.arguments)}} for call in calls]
        if text:
            native["content"] = [{"type": "text", "text": text}]
        return native

    def _whole(self, said):
        content = said.message.content or []
        text = "".join(part.text for part in content if part.type == "text")
        calls = [Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in said.message.tool_calls or []]
        return Reply(text, "".join(part.thinking for part in content if part.type == "thinking"), calls, said.finish_reason,
                     int(said.usage.tokens.input_tokens), int(said.usage.tokens.output_tokens), self._native(text, calls))

    def _streamed(self, stream, seen):
        reply, calls = Reply(), []
        for event in stream:
            reply.events.append(event.type)
            if event.type == "content-delta":
                content = event.delta.message.content
                if content.text:
                    seen.append(content.text)
                reply.thinking += content.thinking or ""
            elif event.type == "tool-call-start":
                started = event.delta.message.tool_calls
                calls.append([started.id, started.function.name, started.function.arguments or ""])
            elif event.type == "tool-call-delta":
                calls[-1][2] += event.delta.message.tool_calls.function.arguments
            elif event.type == "message-end":
                if event.delta.finish_reason == "ERROR":
                    raise Broken("".join(seen), event.delta.error)
                reply.finish, usage = event.delta.finish_reason, event.delta.usage
        if not reply.finish:
            raise Broken("".join(seen), "no end")
        reply.text = "".join(seen)
        reply.calls = [Call(id_, name, json.loads(arguments)) for id_, name, arguments in calls]
        reply.input_tokens, reply.output_tokens = int(usage.tokens.input_tokens), int(usage.tokens.output_tokens)
        reply.native = self._native(reply.text, reply.calls)
        return reply

    def embed(self, texts, model):
        return self._client().embed(model=model, texts=texts, input_type="search_document", embedding_types=["float"]).embeddings.float_

    def rerank(self, query, documents, model):
        """Indices of the documents, nearest first."""
        return [result.index for result in self._client().rerank(model=model, query=query, documents=documents).results]
