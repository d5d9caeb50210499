// The examples of intents as vectors of a Backend: embedded when the first call needs them, and
// kept as long as the configuration.
//
// One exchange asks; others, of all workers, wait for it. Where it fails, the next one asks again.
// Thread: shared by all workers; a task is of one.
#pragma once

#include <memory>
#include <mutex>

#include "intent/exemplars.h"
#include "pipeline/processor.h"
#include "processors/embeddings_call.h"
#include "processors/semantic_router/classifier.h"

namespace tidegate::processors::semantic_router {

class RemoteExamples {
 public:
  using Ready = std::shared_ptr<const intent::Exemplars>;

  // Both outlive it. REQUIRES: there are examples.
  RemoteExamples(const Embeddings& choice, const Classifier& classifier)
      : choice_(choice), classifier_(classifier) {}

  // Errors: of embed_texts(); kCancelled.
  async::Task<Result<Ready>> get(pipeline::Turn& turn) const;

 private:
  class Claim;
  async::Task<Result<Ready>> make(pipeline::Turn& turn) const;

  const Embeddings& choice_;
  const Classifier& classifier_;
  mutable std::mutex lock_;
  mutable Ready ready_;
  mutable bool claimed_ = false;
};

}  // namespace tidegate::processors::semantic_router
