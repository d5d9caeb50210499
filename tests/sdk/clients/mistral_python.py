"""mistralai: chat completions as Mistral has them, and embeddings."""

import json

import httpx
from mistralai.client import Mistral
from mistralai.client.errors import MistralError

from .model import Ask, Broken, Call, Client, Reply, Refused
from .openai_python import OpenAiChat


class MistralPython(Client):
    name = "mistralai"
    can = frozenset({"tools", "image", "schema", "embed", "models", "usage_in_stream"})

    def _client(self):
        return Mistral(api_key="any", server_url=self.url)

    def _options(self, ask, model):
        options = {"model": model, "messages": OpenAiChat._messages(ask.turns), "max_tokens": ask.max_tokens, "http_headers": self.fields}
        if ask.tools:
            options["tools"] = [{"type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.schema}} for tool in ask.tools]
            options["tool_choice"] = "required" if ask.must_call else "auto"
        if ask.schema:
            options["response_format"] = {"type": "json_schema",
                                          "json_schema": {"name": "shape", "schema_definition": ask.schema, "strict": True}}
        return options

    def ask(self, ask: Ask, model: str) -> Reply:
        seen: list[str] = []
        try:
            with self._client() as client:
                if ask.stream:
                    return self._streamed(client.chat.stream(**self._options(ask, model)), seen)
                said = client.chat.complete(**self._options(ask, model))
                choice = said.choices[0]
                return self._reply(choice.message.content or "", self._calls(choice.message.tool_calls or []),
                                   choice.finish_reason, said.usage)
        except MistralError as error:
            if error.status_code == 200:  # something in the stream that is no chunk
                raise Broken("".join(seen), error) from error
            raise Refused(error.status_code, error.headers.get("retry-after"), error) from error
        except (httpx.HTTPError, ValueError) as error:
            raise Broken("".join(seen), error) from error

    @staticmethod
    def _calls(calls):
        return [Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in calls]

    def _streamed(self, stream, seen):
        finish, usage, parts = "", None, {}
        with stream as events:
            for event in events:
                usage = event.data.usage or usage
                for choice in event.data.choices:
                    seen.append(choice.delta.content or "")
                    finish = choice.finish_reason or finish
                    for call in choice.delta.tool_calls or []:
                        part = parts.setdefault(call.index, [call.id, call.function.name, ""])
                        part[2] += call.function.arguments
        if not finish:
            raise Broken("".join(seen), "no end")
        calls = [Call(id_, name, json.loads(arguments)) for id_, name, arguments in parts.values()]
        return self._reply("".join(seen), calls, finish, usage)

    @staticmethod
    def _reply(text, calls, finish, usage):
        native = {"role": "assistant", "content": text or None}
        if calls:
            native["tool_calls"] = [{"id": call.id, "type": "function",
                                     "function": {"name": call.name, "arguments": json.dumps(call.arguments)}} for call in calls]
        return Reply(text, "", calls, finish, usage.prompt_tokens if usage else 0, usage.completion_tokens if usage else 0, native)

    def embed(self, texts, model):
        with self._client() as client:
            return [entry.embedding for entry in client.embeddings.create(model=model, inputs=texts, http_headers=self.fields).data]

    def models(self):
        with self._client() as client:
            return {card.id for card in client.models.list(http_headers=self.fields).data}
