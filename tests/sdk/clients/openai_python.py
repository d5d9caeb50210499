"""openai: chat completions and Responses."""

import json

import openai

from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User


class _OpenAi(Client):
    def _client(self):
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key="sk-any", max_retries=0, default_headers=self.fields)

    def ask(self, ask: Ask, model: str) -> Reply:
        seen: list[str] = []
        try:
            with self._client() as client:
                return self._streamed(client, ask, model, seen) if ask.stream else self._whole(client, ask, model)
        except openai.APIStatusError as error:
            raise Refused(error.status_code, error.response.headers.get("retry-after"), error) from error
        except openai.APIError as error:
            raise Broken("".join(seen), error) from error

    def embed(self, texts, model):
        with self._client() as client:
            return [entry.embedding for entry in client.embeddings.create(model=model, input=texts).data]

    def models(self):
        with self._client() as client:
            return {model.id for model in client.models.list()}


class OpenAiChat(_OpenAi):
    name = "openai-chat"
    can = frozenset({"tools", "image", "schema", "embed", "models", "usage_in_stream"})

    @staticmethod
    def _messages(turns):
        messages = []
        for turn in turns:
            if isinstance(turn, User):
                content = turn.text
                if turn.image:
                    content = [{"type": "text", "text": turn.text},
                               {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{turn.image}"}}]
                messages.append({"role": "user", "content": content})
            elif isinstance(turn, Reply):
                messages.append(turn.native)
            elif isinstance(turn, Results):
                messages += [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text in turn.pairs()]
        return messages

    def _options(self, ask, model):
        options = {"model": model, "messages": self._messages(ask.turns), "max_completion_tokens": ask.max_tokens}
        if ask.tools:
            options["tools"] = [{"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.schema}} for tool in ask.tools]
            options["tool_choice"] = "required" if ask.must_call else "auto"
        if ask.schema:
            options["response_format"] = {"type": "json_schema",
                                          "json_schema": {"name": "shape", "schema": ask.schema, "strict": True}}
        return options

    def _whole(self, client, ask, model):
        said = client.chat.completions.create(**self._options(ask, model))
        choice = said.choices[0]
        calls = [Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls or []]
        return Reply(choice.message.content or "", getattr(choice.message, "reasoning_content", None) or "", calls,
                     choice.finish_reason, said.usage.prompt_tokens, said.usage.completion_tokens,
                     choice.message.to_dict())

    def _streamed(self, client, ask, model, seen):
        reply, parts = Reply(), {}
        options = {**self._options(ask, model), "stream": True, "stream_options": {"include_usage": True}}
        with client.chat.completions.create(**options) as stream:
            for chunk in stream:
                if chunk.usage:
                    reply.input_tokens, reply.output_tokens = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
                for choice in chunk.choices:
                    seen.append(choice.delta.content or "")
                    reply.finish = choice.finish_reason or reply.finish
                    for call in choice.delta.tool_calls or []:
                        part = parts.setdefault(call.index, {"id": call.id, "name": call.function.name, "arguments": ""})
                        part["arguments"] += call.function.arguments or ""
        if not reply.finish:
            raise Broken("".join(seen), "no end")
        reply.text = "".join(seen)
        reply.calls = [Call(part["id"], part["name"], json.loads(part["arguments"])) for part in parts.values()]
        reply.native = {"role": "assistant", "content": reply.text or None}
        if parts:
            reply.native["tool_calls"] = [
                {"id": part["id"], "type": "function", "function": {"name": part["name"], "arguments": part["arguments"]}}
                for part in parts.values()]
        return reply


class OpenAiResponses(_OpenAi):
    name = "openai-responses"
    can = frozenset({"tools", "image", "schema", "thinking", "count", "usage_in_stream"})

    @staticmethod
    def _items(turns):
        items = []
        for turn in turns:
            if isinstance(turn, User):
                content = [{"type": "input_text", "text": turn.text}]
                if turn.image:
                    content.append({"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{turn.image}"})
                items.append({"role": "user", "content": content})
            elif isinstance(turn, Reply):
                items += turn.native
            elif isinstance(turn, Results):
                items += [{"type": "function_call_output", "call_id": call.id, "output": text} for call, text in turn.pairs()]
        return items

    def _options(self, ask, model):
        options = {"model": model, "input": self._items(ask.turns), "max_output_tokens": ask.max_tokens, "store": False}
        if ask.tools:
            options["tools"] = [{"type": "function", "name": tool.name, "description": tool.description,
                                 "parameters": tool.schema, "strict": True} for tool in ask.tools]
            options["tool_choice"] = "required" if ask.must_call else "auto"
        if ask.schema:
            options["text"] = {"format": {"type": "json_schema", "name": "shape", "schema": ask.schema, "strict": True}}
        if ask.thinking:
            # Thinking is part of the limit, and Claude does none below 1,024 tokens.
            options |= {"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"],
                        "max_output_tokens": 2048}
        return options

    @staticmethod
    def _reply(said):
        reply = Reply(said.output_text, native=[item.to_dict() for item in said.output])
        for item in said.output:
            if item.type == "function_call":
                reply.calls.append(Call(item.call_id, item.name, json.loads(item.arguments)))
            if item.type == "reasoning":
                reply.thinking += "".join(part.text for part in item.summary)
        reply.finish = said.status
        if said.usage:
            reply.input_tokens, reply.output_tokens = said.usage.input_tokens, said.usage.output_tokens
        return reply

    def _whole(self, client, ask, model):
        return self._reply(client.responses.create(**self._options(ask, model)))

    def _streamed(self, client, ask, model, seen):
        events, final = [], None
        with client.responses.create(**self._options(ask, model), stream=True) as stream:
            for event in stream:
                events.append(event)
                if event.type == "response.output_text.delta":
                    seen.append(event.delta)
                if event.type == "response.failed":
                    raise Broken("".join(seen), event.response.error.message)
                if event.type in ("response.completed", "response.incomplete"):
                    final = event.response
        if final is None:
            raise Broken("".join(seen), "no end")
        reply = self._reply(final)
        reply.events = events
        return reply

    def count(self, turns, model):
        with self._client() as client:
            return client.responses.input_tokens.count(model=model, input=self._items(turns)).input_tokens
