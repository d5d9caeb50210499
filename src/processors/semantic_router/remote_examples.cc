#include "processors/semantic_router/remote_examples.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "async/event.h"
#include "embed/known_vectors.h"

namespace tidegate::processors::semantic_router {

// Who asks the Backend, until it goes.
class RemoteExamples::Claim {
 public:
  explicit Claim(const RemoteExamples& of) : of_(of) {}
  ~Claim() {
    const std::scoped_lock held(of_.lock_);
    of_.claimed_ = false;
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  const RemoteExamples& of_;
};

async::Task<Result<RemoteExamples::Ready>> RemoteExamples::get(pipeline::Turn& turn) const {
  // Looked at again and again, since a loop cannot be woken from another; it is so only before the
  // first answer of the Backend.
  constexpr std::chrono::milliseconds kBetween{5};
  while (true) {
    {
      const std::scoped_lock held(lock_);
      if (ready_) co_return ready_;
      if (!std::exchange(claimed_, true)) break;
    }
    const auto outcome = co_await async::sleep_for(turn.reactor, kBetween, &turn.cancel);
    if (outcome != async::Outcome::kTimeout) {
      co_return std::unexpected(
          async::Operation::error_of(outcome, Origin::kInternal, "examples that are embedded"));
    }
  }
  const Claim claim(*this);
  auto made = co_await make(turn);
  if (!made) co_return made;
  const std::scoped_lock held(lock_);
  ready_ = *made;
  co_return made;
}

async::Task<Result<RemoteExamples::Ready>> RemoteExamples::make(pipeline::Turn& turn) const {
  const std::vector<std::string_view> texts = classifier_.examples();
  embed::KnownVectors::Table vectors;
  std::size_t dimension = 0;
  for (std::size_t at = 0; at < texts.size(); at += kMaxEmbeddedTexts) {
    const auto batch = std::span(texts).subspan(at, std::min(kMaxEmbeddedTexts, texts.size() - at));
    auto embedded = co_await embed_texts(turn, choice_, batch);
    if (!embedded) co_return std::unexpected(std::move(embedded).error());
    const std::size_t given = embedded->front().size();
    if (dimension != 0 && given != dimension) {
      co_return fail(ErrorCode::kMalformed, Origin::kUpstream,
                     "the embeddings backend gives vectors of several dimensions");
    }
    dimension = given;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      vectors.emplace(batch[i], std::move((*embedded)[i]));
    }
  }
  const embed::KnownVectors known(choice_.model, dimension, std::move(vectors));
  co_return Ready(classifier_.exemplars_by(known));
}

}  // namespace tidegate::processors::semantic_router
