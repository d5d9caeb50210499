"""Talks to the running example. GATEWAY: its address. Needs gRPC servers on ports 9001 and 9002 that echo."""

import os

import grpc

address = os.environ.get("GATEWAY", "http://127.0.0.1:8080").removeprefix("http://")
with grpc.insecure_channel(address) as channel:
    assert channel.unary_unary("/example.Greeter/SayHello")(b"hello", timeout=10) == b"hello"
    assert channel.unary_unary("/example.Archive/Store")(b"book", timeout=10) == b"book"
    try:
        channel.unary_unary("/example.Archive/Delete")(b"book", timeout=10)
        raise SystemExit("a method without a route was served")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
