"""The Vercel AI SDK (npm `ai` and its provider packages), which node/vercel.mjs holds: one child process for all rows."""

import atexit
import json
import subprocess

import node_packages
from .model import Ask, Broken, Call, Client, Reply, Refused, Results, User

_process: subprocess.Popen | None = None


def _ask_node(request: dict) -> dict:
    global _process
    if _process is None or _process.poll() is not None:
        _process = subprocess.Popen([node_packages.node(), "vercel.mjs"], cwd=node_packages.install(), stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        atexit.register(_process.kill)
    _process.stdin.write(json.dumps(request) + "\n")
    _process.stdin.flush()
    line = _process.stdout.readline()
    assert line, f"node/vercel.mjs ended with {_process.wait()}"
    return json.loads(line)


class _Vercel(Client):
    can = frozenset({"tools", "image", "schema", "usage_in_stream"})

    @staticmethod
    def _turn(turn):
        if isinstance(turn, User):
            return {"user": turn.text, "image": turn.image}
        if isinstance(turn, Results):
            return {"results": [{"id": call.id, "name": call.name, "text": text} for call, text in turn.pairs()]}
        return {"reply": turn.native}

    def _request(self, op, model, **more):
        told = _ask_node({"op": op, "client": self.name, "url": self.url, "fields": self.fields, "model": model, **more})
        if "error" in told:
            if told["seen"] or told["begun"] or told["status"] is None:
                raise Broken(told["seen"], told["error"])
            raise Refused(told["status"], told["retry_after"], told["error"])
        return told

    def ask(self, ask: Ask, model: str) -> Reply:
        told = self._request(
            "ask", model, turns=[self._turn(turn) for turn in ask.turns], stream=ask.stream, must_call=ask.must_call,
            tools=[{"name": tool.name, "description": tool.description, "schema": tool.schema} for tool in ask.tools],
            schema=ask.schema, thinking=ask.thinking, max_tokens=ask.max_tokens)
        calls = [Call(**call) for call in told.pop("calls")]
        return Reply(calls=calls, **told)

    def embed(self, texts, model):
        return self._request("embed", model, texts=texts)["vectors"]


class VercelOpenAiChat(_Vercel):
    name = "vercel-openai-chat"
    can = _Vercel.can | {"embed"}


class VercelOpenAiResponses(_Vercel):
    name = "vercel-openai-responses"
    can = _Vercel.can | {"thinking"}


class VercelAnthropic(_Vercel):
    name = "vercel-anthropic"
    can = _Vercel.can | {"thinking"}


class VercelGoogle(_Vercel):
    name = "vercel-google"
    can = _Vercel.can | {"thinking", "embed"}


class VercelBedrock(_Vercel):
    name = "vercel-bedrock"
    can = _Vercel.can | {"thinking"}
