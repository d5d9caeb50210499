#include "upstream/simulated_body.h"

#include "async/event.h"

namespace tidegate::upstream {

using simulator::Piece;
using Action = simulator::Piece::Action;

async::Task<Result<stream::Piece>> SimulatedBody::next() {
  const Piece piece = reply_.next();
  const auto delay = std::chrono::round<std::chrono::milliseconds>(piece.delay);
  if (piece.action == Action::kStall || delay.count() > 0) {
    // A stall lasts until the client goes.
    const auto wait = piece.action == Action::kStall ? std::chrono::hours(24) : delay;
    const async::Outcome outcome = co_await async::sleep_for(reactor_, wait, &scope_);
    if (outcome == async::Outcome::kCancelled) {
      co_return fail(ErrorCode::kCancelled, Origin::kUpstream, "simulated reply");
    }
  }
  switch (piece.action) {
    case Action::kSend:
      co_return stream::Piece{piece.bytes, stream::End::kNo};
    case Action::kEnd:
      co_return stream::Piece{std::string_view(), stream::End::kYes};
    case Action::kReset:
    case Action::kStall:
      break;
  }
  co_return fail(ErrorCode::kConnectionReset, Origin::kUpstream, "the simulator cut the reply");
}

}  // namespace tidegate::upstream
