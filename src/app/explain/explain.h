// What the gateway would do with one request, and why: `tidegate explain`.
//
// Asks the same functions as the data plane (proxy/route_decision.h, route::Router, llm facts) on a
// Snapshot that nobody serves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/snapshot.h"

namespace tidegate::app {

struct Question {
  std::string method = "GET";
  std::string url;  // "http://example.com:8080/v1/models"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// One backend that the request may go to.
struct Candidate {
  std::string backend;             // its id; empty: the reference does not resolve
  std::uint16_t error_status = 0;  // what is answered then
  std::uint32_t weight = 0;
  double share = 0;  // of the rule's requests, 0 to 1
  std::vector<std::string> endpoints;
  std::string provider;  // empty: no model provider
};

struct Explanation {
  std::uint16_t status = 0;  // what the gateway answers by itself; 0: it forwards
  std::string reason;        // for `status`
  std::string port;          // "tcp 0.0.0.0:8080"
  std::string listener;
  std::string call;   // "chat (openai)"; empty: no model call
  std::string model;  // as the payload names it
  std::string route;
  std::optional<std::size_t> rule;  // from 0
  std::string rule_name;
  std::string match;                 // "path prefix /v1, header x-a = b"
  std::vector<std::string> filters;  // in order of effect; timeouts and retries too
  // "ns/pipeline/name (Gateway) PromptTools RequestBody", in the order of a request; those of each
  // backend behind those of the route.
  std::vector<std::string> processors;
  std::vector<Candidate> candidates;
  std::vector<std::string> misses;  // "HTTPRoute/ns/name rule 0: method is GET, not POST"

  bool answers() const { return status < 400; }
};

// Errors: kInvalidConfig: a question that is no request (bad URL, bad header).
Result<Explanation> explain(const proxy::Snapshot& snapshot, const Question& question);

}  // namespace tidegate::app
