// Plays simulated replies to their end, for tests: no server, no waiting.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "simulator/simulator.h"

namespace tidegate::simulator {

struct Played {
  std::uint16_t status = 0;
  std::vector<ReplyField> fields;
  std::optional<std::uint64_t> content_length;
  std::string body;
  std::vector<std::chrono::microseconds> delays;  // before each piece
  Piece::Action end = Piece::Action::kEnd;

  std::string_view field(std::string_view name) const {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const ReplyField& f) { return f.name == name; });
    return found == fields.end() ? std::string_view() : found->value;
  }
};

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

// One request to `simulator`; the same seed gives the same reply. The time is 1700000000.
inline Played play(Simulator& simulator, std::string_view method, std::string_view path,
                   std::string_view body, const Fields& fields = {}) {
  Arena arena;
  http::RequestHead head(arena);
  head.method = method;
  head.target = path;
  for (const auto& [name, value] : fields) head.fields.add(name, value);
  Random random(7);
  auto reply = simulator.respond(head, body, WallTime(std::chrono::seconds(1'700'000'000)), random);
  Played played{.status = reply.status(),
                .fields = {reply.fields().begin(), reply.fields().end()},
                .content_length = reply.content_length()};
  auto piece = reply.next();
  for (; piece.action == Piece::Action::kSend; piece = reply.next()) {
    played.body.append(piece.bytes);
    played.delays.push_back(piece.delay);
  }
  played.end = piece.action;
  return played;
}

}  // namespace tidegate::simulator
