// A model server without a model: answers as the real APIs do, at a chosen pace, with chosen
// faults.
//
// It speaks OpenAI chat completions, completions, embeddings, responses, moderations and models;
// Anthropic messages, count_tokens and models; Gemini generateContent, countTokens, embeddings and
// models; Bedrock Converse, InvokeModel of Anthropic's models and CountTokens; Cohere chat, embed
// and rerank; streaming and not. Answers are a function of the request (answer.h), token counts
// follow one rule (model_request.h), requests steer themselves by x-simulator-* fields
// (directives.h), wrong requests are refused in the dialect's shape, and /metrics speaks vLLM's
// names. No sockets and no clock: respond() returns a plan (reply.h) that a server carries out.
// Thread: respond() may be called from several threads; each Reply has one owner.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "config/backend.h"
#include "http/message.h"
#include "simulator/embeddings.h"
#include "simulator/metrics.h"
#include "simulator/reply.h"

namespace tidegate::simulator {

class Simulator {
 public:
  explicit Simulator(config::SimulatorSettings settings);

  // Answers one request. `head` and `body` (whole, not content-encoded) may go when it returns.
  // `random` decides jitter, injected errors and ids; the text does not depend on it.
  Reply respond(const http::RequestHead& head, std::string_view body, WallTime now, Random& random);

  const Metrics& metrics() const { return metrics_; }

 private:
  struct Exchange;  // what the steps of one respond() share

  Reply answer_call(Exchange& exchange, std::string_view body);
  Reply generate(Exchange& exchange, std::string_view body);
  Reply send_computed(Exchange& exchange, std::expected<Computed, Refusal> computed);
  Reply list_models(const Exchange& exchange) const;
  Reply show_model(const Exchange& exchange) const;
  bool serves(std::string_view model) const;
  bool draws_error(Random& random) const;

  config::SimulatorSettings settings_;
  Metrics metrics_;
};

}  // namespace tidegate::simulator
