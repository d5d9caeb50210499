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

 private:
  void copy_head();
  void add_forwarded_fields();
  void edit_payload();
  void put_credentials();

  Flight& flight_;
  const config::WeightedBackend& choice_;
  http::RequestHead head_;
};

}  // namespace tidegate::proxy
