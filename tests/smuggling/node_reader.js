// Answers each request with one line "request {json}" of what Node's parser read, in its most lenient mode.
// Bytes that it cannot read give a line "refused ...". Prints its port first.
const http = require("http");

const server = http.createServer({ insecureHTTPParser: true, requireHostHeader: false }, (request, response) => {
  let body = "";
  request.setEncoding("latin1");
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    const seen = { method: request.method, target: request.url, fields: request.rawHeaders, body };
    request.socket.write("\nrequest " + JSON.stringify(seen) + "\n"); // also for HEAD, whose response has no body
    response.end();
  });
});
server.on("checkContinue", (request, response) => server.emit("request", request, response));
server.on("checkExpectation", (request, response) => server.emit("request", request, response));
server.on("clientError", (error, socket) => socket.end("\nrefused " + error.code + "\n"));
server.on("connect", (request, socket) => socket.end("\nrefused CONNECT\n"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
