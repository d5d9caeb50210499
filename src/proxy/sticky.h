// Which member of a group a request belongs to: by a header that names its session, or because it
// refers to something that a provider keeps (previous_response_id, conversation, files).
// Source: OpenAI API reference, Responses and Files (2026-11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/flight.h"

namespace tidegate::proxy {

struct Session {
  std::optional<std::uint64_t> pinned;     // hash of the member that keeps what is referred to
  std::optional<std::uint64_t> preferred;  // hash of the member that served the session before
  std::optional<std::uint64_t> key;        // of the session, by header
  const config::Backend* group = nullptr;  // null: nothing sticks
};

// What the request says. Nothing for groups without `sticky`.
Session find_session(Flight& flight, const config::Backend& group);

// Whether an answer to this request may tell of something that the provider keeps from now on.
bool creates_state(const Flight& flight, const Session& session);

// `member` serves the request: its session follows it, and so does what refers to the id that its
// answer begins with. `beginning` of the answer; empty where it creates nothing.
void remember_session(Flight& flight, const Session& session, const config::Backend& member,
                      std::string_view beginning);

}  // namespace tidegate::proxy
