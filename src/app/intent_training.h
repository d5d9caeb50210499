// What `tidegate route train` and `tidegate route evaluate` do.   Thread: the main one.
#pragma once

#include <cstddef>
#include <string>

namespace tidegate::app {

struct EmbeddingChoice {
  bool lexical = false;
  std::string file;  // empty: the built-in ones
};

struct TrainOptions {
  std::string texts;
  std::string out;
  EmbeddingChoice embeddings;
  std::size_t epochs = 20;
  std::size_t folds = 5;
  std::size_t seed = 1;
  bool json = false;
};

struct EvaluateOptions {
  std::string texts;
  std::string trained;
  EmbeddingChoice embeddings;
  bool json = false;
};

// Return an exit code; what goes wrong is told on standard error.
int train_intents(const TrainOptions& options);
int evaluate_intents(const EvaluateOptions& options);

}  // namespace tidegate::app
