// A model call as one provider gets it: its path, its fields, its payload.
//
// Where the provider speaks the caller's format the payload stays as it came but for splices (the
// model's name, the wish for usage); else it is translated (llm/transcode.h, llm/side/side_call.h).
// Thread: the worker's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "llm/provider.h"
#include "llm/side/side_call.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

struct ProviderRequest {
  std::string_view model;                 // as the provider knows it
  const config::Model* listed = nullptr;  // what the backend says of it; null: nothing
  bool asks_for_usage = false;            // the gateway asked for usage, the client did not
  std::optional<std::string> text;        // the payload; absent: as the client sent it
  // How the provider is asked; null for what is no conversation.
  const llm::FormatPath* path = nullptr;
  std::optional<llm::Crossing> crossing;  // absent: the format stays
  std::unique_ptr<llm::SideCall> side;    // no conversation, and the provider takes another format
  std::string losses;                     // what could not cross; empty: nothing
  // An estimate in the caller's format, where the provider cannot be asked: nothing is sent.
  std::optional<std::string> estimate;
};

// Fits `head` (as make_upstream_head made it) for backend.ai, and makes the payload.
// Errors: kMalformed, origin downstream: the provider has no such call; of transcode_request.
Result<ProviderRequest> make_provider_request(Flight& flight, const config::Backend& backend,
                                              const config::Filters* own, http::RequestHead& head);

// The row of the provider that `ai` means.
const llm::Provider& provider_of(const config::Ai& ai);

}  // namespace tidegate::proxy
