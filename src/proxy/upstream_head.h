// How one backend gets the client's request: the head with filters, host and credentials, and the
// payload as a model provider wants it. Used for the request itself and for mirrored copies, which
// go to other backends and so get their own host and their own credentials.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// Fills `head`, which is empty, for `backend`: the client's fields with the filters of the rule,
// then with `own`, those of the backend reference (null: none), then the gateway's credentials.
void make_upstream_head(const Flight& flight, const config::Backend& backend,
                        const config::Filters* own, http::RequestHead& head);

struct ProviderPayload {
  std::string_view model;           // as the provider knows it
  bool asks_for_usage = false;      // the gateway asked for usage, the client did not
  std::optional<std::string> text;  // absent: as the client sent it
};

// The payload of a model call for `backend`. REQUIRES: flight.facts, which describe
// flight.body().whole(), and backend.ai.
ProviderPayload make_provider_payload(Flight& flight, const config::Backend& backend);

}  // namespace tidegate::proxy
