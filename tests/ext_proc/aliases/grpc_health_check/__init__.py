"""The name under which envoy-extproc-sdk looks for gRPC's health service, which its distribution does not bring along."""

import sys

from grpc_health import v1
from grpc_health.v1 import health_pb2, health_pb2_grpc

sys.modules[f"{__name__}.v1"] = v1
sys.modules[f"{__name__}.v1.health_pb2"] = health_pb2
sys.modules[f"{__name__}.v1.health_pb2_grpc"] = health_pb2_grpc
