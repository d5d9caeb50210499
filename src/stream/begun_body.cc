#include "stream/begun_body.h"

namespace tidegate::stream {

async::Task<Result<void>> BegunBody::take() {
  TIDEGATE_CO_TRY(piece, source_.next());
  begun_.append(piece.bytes);
  ended_ = piece.end == End::kYes;
  co_return Result<void>();
}

bool BegunBody::gives_begun() {
  return !std::exchange(given_, true) && (!begun_.empty() || ended_);
}

async::Task<Result<Piece>> BegunBody::next() {
  if (gives_begun()) co_return Piece(begun_, ended_ ? End::kYes : End::kNo);
  co_return co_await source_.next();
}

std::optional<Piece> BegunBody::next_now() {
  if (gives_begun()) return Piece(begun_, ended_ ? End::kYes : End::kNo);
  return source_.next_now();
}

}  // namespace tidegate::stream
