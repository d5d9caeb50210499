// The request as an upstream gets it: the client's, with the rule's filters, the backend's host,
// the gateway's credentials and, for a model provider, the payload's edits.
#pragma once

#include "http/message.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

class UpstreamRequest {
 public:
  // `choice` is the backend reference that was chosen for this exchange.
  UpstreamRequest(Flight& flight, const config::WeightedBackend& choice)
      : flight_(flight), choice_(choice), head_(flight.exchange.arena) {}

  // Builds head and body. Errors: kMalformed for a target that a rewrite cannot express.
  Result<void> make();
  const http::RequestHead& head() const { return head_; }
  const config::WeightedBackend& choice() const { return choice_; }
  // Whether a 101 answers this request: its Sec-WebSocket-Accept must fit the key where the gateway
  // made that one.
  bool is_answered_by(const http::ResponseHead& switched) const;

 private:
  void copy_head();
  void add_forwarded_fields();
  void edit_payload();
  void put_credentials();
  void put_websocket_key();

  Flight& flight_;
  const config::WeightedBackend& choice_;
  http::RequestHead head_;
  std::string_view websocket_key_;  // made here; empty: none, or the client's own
};

}  // namespace tidegate::proxy
