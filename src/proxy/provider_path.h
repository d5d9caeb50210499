// The path on which a provider is asked (the templates of llm/provider.h, filled in).
// Thread: the worker's.
#pragma once

#include <string_view>

#include "llm/provider.h"
#include "llm/side/side_call.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

// The target of a call whose format stays, with the client's query but for a key in it; empty: as
// the client wrote it. `path` is null for what is no conversation.
std::string_view make_same_target(const Flight& flight, const config::Ai& ai,
                                  const llm::Provider& provider, const llm::FormatPath* path,
                                  std::string_view model);

// The target of a conversation that goes up in another format.
std::string_view make_crossed_target(const Flight& flight, const config::Ai& ai,
                                     const llm::Provider& provider, const llm::FormatPath& path,
                                     std::string_view model);

// The target of a call beside the conversations that goes up in another format.
std::string_view make_side_target(const Flight& flight, const config::Ai& ai,
                                  const llm::Provider& provider,
                                  const llm::SideCall::Request& request, std::string_view model);

// That target as a URLRewrite of the route leaves it: as if the client had asked on the path of the
// other format, behind whatever stood before its own.
std::string_view rewrite_crossed(const Flight& flight, const config::PathModifier& rewrite,
                                 std::string_view target);

}  // namespace tidegate::proxy
