// The parts of deciding on a request that need no socket: the data plane (choose_route.h) and
// `tidegate explain` come to the same answer by them.   Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "exchange/exchange.h"
#include "llm/call.h"
#include "route/router.h"

namespace tidegate::proxy {

// Brings the target into the form that is matched and forwarded: routes decide on the same path
// that the backend acts on. Errors: kMalformed, origin downstream.
Result<void> normalize_target(http::RequestHead& request);

// The listener that the connection's server name chose; kNoListener on plaintext.
std::uint32_t find_sni_listener(const route::Router& router,
                                const exchange::ConnectionFacts& connection);

// Whether the body of `call` is to be read for the model it names. Without a call there is none.
bool names_model_in_body(const std::optional<llm::Call>& call, const http::RequestHead& request);

// What an outcome other than kNeedsModel means for the client. `model` may be empty.
// Errors: kMisdirected (421); kModelNotFound where a call named a model, else kNotFound (404).
Result<void> judge_outcome(route::Outcome outcome, const std::optional<llm::Call>& call,
                           std::string_view model);

}  // namespace tidegate::proxy
