"""A scripted external processor: Envoy's ext_proc v3 with the real grpcio and Envoy's own messages."""

import threading
from concurrent import futures
from typing import Any, Callable, Iterator

import grpc
from envoy.service.ext_proc.v3 import external_processor_pb2 as pb
from envoy.service.ext_proc.v3 import external_processor_pb2_grpc as service

from .waiting import eventually

Script = Callable[[Iterator[pb.ProcessingRequest], grpc.ServicerContext], Iterator[pb.ProcessingResponse]]


def part(request: pb.ProcessingRequest) -> str:
    return request.WhichOneof("request")


def fields(message: pb.HttpHeaders) -> dict[str, str]:
    return {each.key: each.raw_value.decode() or each.value for each in message.headers.headers}


def common(name: str, body: bytes | None = None, streamed: tuple[bytes, bool] | None = None, remove: list[str] | None = None,
           clear: bool = False, replace: bool = False, **set_headers: str) -> pb.ProcessingResponse:
    """The reply about one part; underscores in names of headers are dashes."""
    inner = pb.CommonResponse(clear_route_cache=clear)
    if replace:
        inner.status = pb.CommonResponse.CONTINUE_AND_REPLACE
    if body is not None:
        inner.body_mutation.body = body
    if streamed is not None:
        inner.body_mutation.streamed_response.body, inner.body_mutation.streamed_response.end_of_stream = streamed
    for key, value in set_headers.items():
        option = inner.header_mutation.set_headers.add(append_action="OVERWRITE_IF_EXISTS_OR_ADD")
        option.header.key, option.header.raw_value = key.replace("_", "-"), value.encode()
    inner.header_mutation.remove_headers.extend(remove or [])
    kind = pb.HeadersResponse if name.endswith("headers") else pb.BodyResponse
    return pb.ProcessingResponse(**{name: kind(response=inner)})


def trailers(name: str, **set_headers: str) -> pb.ProcessingResponse:
    reply = pb.TrailersResponse()
    for key, value in set_headers.items():
        option = reply.header_mutation.set_headers.add(append_action="OVERWRITE_IF_EXISTS_OR_ADD")
        option.header.key, option.header.raw_value = key.replace("_", "-"), value.encode()
    return pb.ProcessingResponse(**{name: reply})


def immediate(status: int, body: bytes = b"", **more: Any) -> pb.ProcessingResponse:
    reply = pb.ImmediateResponse(body=body, **more)
    reply.status.code = status
    return pb.ProcessingResponse(immediate_response=reply)


def keep(request: pb.ProcessingRequest) -> pb.ProcessingResponse:
    """The reply that changes nothing."""
    name = part(request)
    return trailers(name) if name.endswith("trailers") else common(name)


def keep_all(requests, context):
    for request in requests:
        yield keep(request)


def by_part(**replies: Callable[[pb.ProcessingRequest], pb.ProcessingResponse] | pb.ProcessingResponse) -> Script:
    def script(requests, context):
        for request in requests:
            reply = replies.get(part(request), keep)
            yield reply(request) if callable(reply) else reply
    return script


class ExtProcServer(service.ExternalProcessorServicer):
    """Notes what it is told, one list per stream; `script` says what it answers."""

    def __init__(self, tls: grpc.ServerCredentials | None = None):
        self.port = 0
        self._tls = tls
        self.script: Script = keep_all
        self.streams: list[list[pb.ProcessingRequest]] = []
        self.ended: list[bool] = []
        self._lock = threading.Lock()
        self._start()

    def _start(self):
        self._server = grpc.server(futures.ThreadPoolExecutor(32))
        service.add_ExternalProcessorServicer_to_server(self, self._server)
        address = f"127.0.0.1:{self.port}"
        self.port = (self._server.add_secure_port(address, self._tls) if self._tls else self._server.add_insecure_port(address))
        self._server.start()

    def restart(self):
        self.close()
        self._start()

    def Process(self, request_iterator, context):
        with self._lock:
            number, told = len(self.streams), []
            self.streams.append(told)
            self.ended.append(False)

        def note():
            for request in request_iterator:
                told.append(request)
                yield request
            self.ended[number] = True
        yield from self.script(note(), context)

    def parts(self, stream: int = 0) -> list[str]:
        return [part(request) for request in self.streams[stream]]

    def wait_for(self, parts: list[str], stream: int = 0) -> None:
        eventually(lambda: len(self.streams) > stream and self.parts(stream) == parts, f"the processor has {parts}")

    def forget(self) -> None:
        self.script, self.streams, self.ended = keep_all, [], []

    def close(self) -> None:
        self._server.stop(0).wait()
