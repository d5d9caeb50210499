"""A guardrail over HTTP: guardrail.py PORT"""

import http.server
import json
import re
import sys

KEY = re.compile(r"sk-[A-Za-z0-9]{8,}")


def judge(texts):
    if any("password" in each["text"].lower() for each in texts):
        return {"action": "Reject", "status": 403, "code": "passwords", "message": "passwords are not talked about here"}
    masked = [{"id": each["id"], "text": KEY.sub("***", each["text"])} for each in texts if KEY.search(each["text"])]
    return {"action": "Mask", "texts": masked} if masked else {"action": "Pass"}


class Guardrail(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(judge(asked["texts"])).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Guardrail).serve_forever()
