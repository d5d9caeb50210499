"""gRPC through the gateway with the real grpcio on both ends: all four shapes, errors, deadlines, metadata."""

import threading
from concurrent import futures

import grpc
import pytest
from harness import resources as r
from harness.ports import free_port
from harness.waiting import must

SERVICE = "tidegate.test.Echo"


class EchoService(grpc.GenericRpcHandler):
    """Serves raw bytes, so that no generated code is needed."""

    def __init__(self):
        self.cancelled = threading.Event()
        self.metadata = {}

    def service(self, details):
        shapes = {
            "Unary": grpc.unary_unary_rpc_method_handler(self._unary),
            "Fail": grpc.unary_unary_rpc_method_handler(self._fail),
            "Hang": grpc.unary_unary_rpc_method_handler(self._hang),
            "ServerStream": grpc.unary_stream_rpc_method_handler(self._server_stream),
            "ClientStream": grpc.stream_unary_rpc_method_handler(lambda requests, _: b"".join(requests)),
            "Bidi": grpc.stream_stream_rpc_method_handler(lambda requests, _: (b"re:" + each for each in requests)),
            "FailLate": grpc.unary_stream_rpc_method_handler(self._fail_late),
        }
        return shapes.get(details.method.rsplit("/", 1)[1])

    def _unary(self, request, context):
        self.metadata = dict(context.invocation_metadata())
        context.set_trailing_metadata([("x-trailer", "end"), ("x-data-bin", b"\x00\xff")])
        return request

    def _fail(self, request, context):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not like this: 100 % wrong")

    def _hang(self, request, context):
        context.add_callback(self.cancelled.set)
        must(self.cancelled, "the call is cancelled")
        return b""

    def _server_stream(self, request, context):
        for n in range(int(request)):
            yield f"item {n}".encode()

    def _fail_late(self, request, context):
        yield b"first"
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough")


@pytest.fixture(scope="module")
def shared(make_shared_gateway):
    handler = EchoService()
    server = grpc.server(futures.ThreadPoolExecutor(16), handlers=[handler])
    upstream_port, port = server.add_insecure_port("127.0.0.1:0"), free_port()
    server.start()
    make_shared_gateway().start(
        r.gateway(r.listener("grpc", port)),
        r.service("echo", upstream_port, app_protocol="kubernetes.io/h2c"),
        r.route("GRPCRoute", "echo", [r.rule("echo", matches=[{"method": {"service": SERVICE}}])]),
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield handler, channel
    server.stop(None)


@pytest.fixture
def handler(shared):
    shared[0].cancelled.clear()
    return shared[0]


@pytest.fixture
def channel(shared):
    return shared[1]


def test_unary_with_metadata_both_ways(handler, channel):
    call = channel.unary_unary(f"/{SERVICE}/Unary")
    answer, details = call.with_call(b"hello", metadata=[("x-request", "1"), ("x-bytes-bin", b"\x01\x02")], timeout=10)
    assert answer == b"hello"
    assert (handler.metadata["x-request"], handler.metadata["x-bytes-bin"]) == ("1", b"\x01\x02")
    assert dict(details.trailing_metadata()) == {"x-trailer": "end", "x-data-bin": b"\x00\xff"}


def test_large_message(channel):
    message = b"x" * 3_000_000
    assert channel.unary_unary(f"/{SERVICE}/Unary")(message, timeout=20) == message


def test_server_stream(channel):
    items = list(channel.unary_stream(f"/{SERVICE}/ServerStream")(b"100", timeout=10))
    assert items == [f"item {n}".encode() for n in range(100)]


def test_client_stream(channel):
    assert channel.stream_unary(f"/{SERVICE}/ClientStream")(iter([b"a", b"b", b"c"]), timeout=10) == b"abc"


def test_bidi_stream_alternates(channel):
    """Causal: each message is sent only after the answer to the one before came."""
    answered = threading.Semaphore(1)

    def ask():
        for n in range(10):
            assert answered.acquire(timeout=10)
            yield f"{n}".encode()

    answers = []
    for answer in channel.stream_stream(f"/{SERVICE}/Bidi")(ask(), timeout=20):
        answers.append(answer)
        answered.release()
    assert answers == [f"re:{n}".encode() for n in range(10)]


def test_error_status_and_message_pass(channel):
    with pytest.raises(grpc.RpcError) as failure:
        channel.unary_unary(f"/{SERVICE}/Fail")(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert failure.value.details() == "not like this: 100 % wrong"


def test_error_after_messages_passes(channel):
    stream = channel.unary_stream(f"/{SERVICE}/FailLate")(b"", timeout=10)
    assert next(stream) == b"first"
    with pytest.raises(grpc.RpcError) as failure:
        next(stream)
    assert failure.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_deadline_of_the_client_cancels_the_server(handler, channel):
    with pytest.raises(grpc.RpcError) as failure:
        channel.unary_unary(f"/{SERVICE}/Hang")(b"", timeout=1)
    assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    must(handler.cancelled, "the server sees the cancellation")


def test_cancel_by_the_client_cancels_the_server(handler, channel):
    call = channel.unary_unary(f"/{SERVICE}/Hang").future(b"")
    call.cancel()
    assert call.cancelled()
    channel.unary_unary(f"/{SERVICE}/Unary")(b"after", timeout=10)


def test_unknown_service_is_unimplemented(channel):
    with pytest.raises(grpc.RpcError) as failure:
        channel.unary_unary("/no.such.Service/Method")(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_dead_backend_is_unavailable(make_gateway):
    port, dead = free_port(), free_port()
    make_gateway().start(
        r.gateway(r.listener("grpc", port)),
        r.service("dead", dead, app_protocol="kubernetes.io/h2c"),
        r.route("GRPCRoute", "dead", [r.rule("dead")]),
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(grpc.RpcError) as failure:
            channel.unary_unary("/a.B/C")(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
