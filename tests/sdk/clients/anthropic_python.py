"""anthropic: Messages."""

import anthropic

from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User


class AnthropicPython(Client):
    name = "anthropic"
    can = frozenset({"tools", "image", "schema", "thinking", "count", "models", "usage_in_stream"})

    def _client(self):
        return anthropic.Anthropic(base_url=self.url, api_key="sk-ant-any", max_retries=0, default_headers=self.fields)

    @staticmethod
    def _messages(turns):
        messages = []
        for turn in turns:
            if isinstance(turn, User):
                content = [{"type": "text", "text": turn.text}]
                if turn.image:
                    content.append({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": turn.image}})
                messages.append({"role": "user", "content": content})
            elif isinstance(turn, Reply):
                messages.append({"role": "assistant", "content": turn.native})
            elif isinstance(turn, Results):
                messages.append({"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in turn.pairs()]})
        return messages

    def _options(self, ask, model):
        options = {"model": model, "messages": self._messages(ask.turns), "max_tokens": ask.max_tokens}
        if ask.tools:
            options["tools"] = [{"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in ask.tools]
            options["tool_choice"] = {"type": "any" if ask.must_call else "auto"}
        if ask.schema:
            options["output_config"] = {"format": {"type": "json_schema", "schema": ask.schema}}
        if ask.thinking:
            options |= {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}
        return options

    def ask(self, ask: Ask, model: str) -> Reply:
        seen, events = [], []
        try:
            with self._client() as client:
                if not ask.stream:
                    return self._reply(client.messages.create(**self._options(ask, model)))
                with client.messages.stream(**self._options(ask, model)) as stream:
                    for event in stream:
                        events.append(event)
                        if event.type == "content_block_delta" and event.delta.type == "text_delta":
                            seen.append(event.delta.text)
                    reply = self._reply(stream.get_final_message())
                reply.events = events
                return reply
        except anthropic.APIStatusError as error:
            if error.status_code == 200 or seen:  # an error event of a stream
                raise Broken("".join(seen), error) from error
            raise Refused(error.status_code, error.response.headers.get("retry-after"), error) from error
        except anthropic.APIError as error:
            raise Broken("".join(seen), error) from error

    @staticmethod
    def _reply(said):
        reply = Reply(finish=said.stop_reason, native=[block.to_dict() for block in said.content])
        for block in said.content:
            if block.type == "text":
                reply.text += block.text
            elif block.type == "thinking":
                reply.thinking += block.thinking
            elif block.type == "tool_use":
                reply.calls.append(Call(block.id, block.name, block.input))
        usage = said.usage
        cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
        reply.input_tokens, reply.output_tokens = usage.input_tokens + cached, usage.output_tokens
        return reply

    def count(self, turns, model):
        with self._client() as client:
            return client.messages.count_tokens(model=model, messages=self._messages(turns)).input_tokens

    def models(self):
        with self._client() as client:
            return {model.id for model in client.models.list()}
