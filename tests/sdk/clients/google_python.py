"""google-genai: the Gemini API."""

import base64

from google import genai
from google.genai import errors, types

from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User


class GooglePython(Client):
    name = "google-genai"
    can = frozenset({"tools", "image", "schema", "thinking", "embed", "count", "models", "usage_in_stream"})

    def _client(self):
        options = types.HttpOptions(base_url=self.url, headers=self.fields, retry_options=types.HttpRetryOptions(attempts=1))
        return genai.Client(api_key="AIza-any", http_options=options)

    @staticmethod
    def _contents(turns):
        contents = []
        for turn in turns:
            if isinstance(turn, User):
                parts = [types.Part.from_text(text=turn.text)]
                if turn.image:
                    parts.append(types.Part.from_bytes(data=base64.b64decode(turn.image), mime_type="image/png"))
                contents.append(types.Content(role="user", parts=parts))
            elif isinstance(turn, Reply):
                contents.append(turn.native)
            elif isinstance(turn, Results):
                contents.append(types.Content(role="user", parts=[types.Part(function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"result": text})) for call, text in turn.pairs()]))
        return contents

    @staticmethod
    def _config(ask):
        config = types.GenerateContentConfig(max_output_tokens=ask.max_tokens)
        config.automatic_function_calling = types.AutomaticFunctionCallingConfig(disable=True)
        if ask.tools:
            config.tools = [types.Tool(function_declarations=[types.FunctionDeclaration(
                name=tool.name, description=tool.description, parameters_json_schema=tool.schema) for tool in ask.tools])]
            mode = types.FunctionCallingConfigMode.ANY if ask.must_call else types.FunctionCallingConfigMode.AUTO
            config.tool_config = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=mode))
        if ask.schema:
            config.response_mime_type, config.response_json_schema = "application/json", ask.schema
        if ask.thinking:
            config.max_output_tokens = 2048  # of which thoughts are a part
            config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
        return config

    def ask(self, ask: Ask, model: str) -> Reply:
        seen: list[str] = []
        options = {"model": model, "contents": self._contents(ask.turns), "config": self._config(ask)}
        try:
            chunks = []
            with self._client() as client:
                models = client.models
                for chunk in models.generate_content_stream(**options) if ask.stream else [models.generate_content(**options)]:
                    chunks.append(chunk)
                    seen += [part.text for part in self._parts(chunk) if part.text and not part.thought]
        except errors.APIError as error:
            if seen:
                raise Broken("".join(seen), error) from error
            headers = getattr(error.response, "headers", {}) or {}
            raise Refused(error.code, headers.get("retry-after"), error) from error
        except (ValueError, OSError) as error:
            raise Broken("".join(seen), error) from error
        return self._reply(chunks, seen)

    @staticmethod
    def _parts(chunk):
        candidates = chunk.candidates or []
        return (candidates[0].content.parts or []) if candidates and candidates[0].content else []

    def _reply(self, chunks, seen):
        finishes = [chunk.candidates[0].finish_reason for chunk in chunks if chunk.candidates and chunk.candidates[0].finish_reason]
        if len(finishes) != 1:
            raise Broken("".join(seen), f"{len(finishes)} finish reasons")
        parts = [part for chunk in chunks for part in self._parts(chunk)]
        usage = chunks[-1].usage_metadata or types.GenerateContentResponseUsageMetadata(prompt_token_count=0)
        return Reply(
            "".join(seen), "".join(part.text for part in parts if part.text and part.thought),
            [Call(part.function_call.id, part.function_call.name, part.function_call.args) for part in parts if part.function_call],
            finishes[0].value, usage.prompt_token_count, (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
            types.Content(role="model", parts=[part for part in parts if not part.thought and part.text != ""]))

    def embed(self, texts, model):
        with self._client() as client:
            reply = client.models.embed_content(model=model, contents=texts)
        return [entry.values for entry in reply.embeddings]

    def count(self, turns, model):
        with self._client() as client:
            return client.models.count_tokens(model=model, contents=self._contents(turns)).total_tokens

    def models(self):
        with self._client() as client:
            return {model.name.removeprefix("models/") for model in client.models.list()}
