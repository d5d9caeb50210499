// The request as the chosen backend gets it, its payload made fit for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "credential/authorization.h"
#include "http/message.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// What a client shows as `Authorization: Bearer`; empty: nothing of the kind.   Source: RFC 6750.
std::string_view find_bearer_token(const http::RequestHead& request);

class UpstreamRequest {
 public:
  // `choice` is the backend reference that was chosen for this exchange.
  UpstreamRequest(Flight& flight, const config::WeightedBackend& choice)
      : flight_(flight), choice_(choice), head_(flight.exchange.arena) {}

  // Builds the head, and a payload of its own where the provider wants another.
  // Errors: of make_provider_request.
  Result<void> make();
  // Puts the gateway's credentials into the head, for the next try. Await it only where
  // needs_credentials(). Errors: of credential::Authorization; where the fault is the caller's
  // own token, the client will get 401.
  async::Task<Result<void>> authorize(async::CancelScope& scope);
  bool needs_credentials() const;
  // What the upstream answered to a try. True when one with other credentials may end better.
  bool on_answer(const http::ResponseHead& response);
  // Makes what is sent independent of the flight's body, so that two requests can be under way.
  void keep_own_body();
  const http::RequestHead& head() const { return head_; }
  // What is sent: the payload made here, else the flight's body.
  stream::BodySource& body() { return payload_ != nullptr ? *payload_ : flight_.body(); }
  const config::WeightedBackend& choice() const { return choice_; }
  // Whether a 101 answers this request: its Sec-WebSocket-Accept must fit the key where the gateway
  // made that one.
  bool is_answered_by(const http::ResponseHead& switched) const;
  // The gateway's own answer, of about the right number of tokens; empty: the backend is asked.
  std::optional<std::string>& estimate() { return estimate_; }

 private:
  Result<void> make_for_provider();
  void put_websocket_key();

  Flight& flight_;
  const config::WeightedBackend& choice_;
  http::RequestHead head_;
  std::unique_ptr<stream::BodySource> payload_;
  std::optional<credential::Authorization> authorization_;  // from the first try on
  std::optional<std::string> estimate_;
  std::string_view websocket_key_;  // made here; empty: none, or the client's own
};

}  // namespace tidegate::proxy
