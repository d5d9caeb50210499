"""An external processor for Envoy, and for this gateway: processor.py PORT"""

import json
import sys
from concurrent import futures

import grpc
from envoy.service.ext_proc.v3 import external_processor_pb2 as pb
from envoy.service.ext_proc.v3 import external_processor_pb2_grpc as service


class Tenants(service.ExternalProcessorServicer):
    def Process(self, requests, context):
        for request in requests:
            part = request.WhichOneof("request")
            reply = pb.ProcessingResponse()
            if part == "request_headers":
                named = any(each.key == "x-tenant" for each in request.request_headers.headers.headers)
                reply.request_headers.SetInParent()
                if not named:
                    reply.immediate_response.status.code = 403
                    reply.immediate_response.body = b"say your tenant\n"
            elif part == "request_body":
                asked = json.loads(request.request_body.body)
                asked["max_tokens"] = min(asked.get("max_tokens", 100), 100)
                reply.request_body.response.body_mutation.body = json.dumps(asked).encode()
            elif part == "response_headers":
                seen = reply.response_headers.response.header_mutation.set_headers.add()
                seen.header.key, seen.header.raw_value = "x-processed", b"yes"
            yield reply


server = grpc.server(futures.ThreadPoolExecutor(8))
service.add_ExternalProcessorServicer_to_server(Tenants(), server)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
