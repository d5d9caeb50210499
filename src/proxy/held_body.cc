#include "proxy/held_body.h"

namespace tidegate::proxy {

using stream::End;
using stream::Piece;

async::Task<Result<llm::ReplyKind>> HeldBody::take() {
  TIDEGATE_CO_TRY(piece, source_.next());
  held_.append(piece.bytes);
  ended_ = piece.end == End::kYes;
  co_return start_.look(held_, ended_);
}

Piece HeldBody::give() {
  given_ = true;
  return Piece(held_, ended_ ? End::kYes : End::kNo);
}

async::Task<Result<Piece>> HeldBody::next() {
  if (!given_ && (!held_.empty() || ended_)) co_return give();
  given_ = true;
  co_return co_await source_.next();
}

std::optional<Piece> HeldBody::next_now() {
  if (!given_ && (!held_.empty() || ended_)) return give();
  given_ = true;
  return source_.next_now();
}

}  // namespace tidegate::proxy
