// Which vectors a processor compares texts by: a part of its configuration.   Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "decode/field_reader.h"
#include "embed/embedder.h"

namespace tidegate::processors {

struct Embeddings {
  enum class Type : std::uint8_t { kStatic, kLexical, kBackend };
  Type type = Type::kStatic;
  std::string file;  // of kStatic, instead of the built-in ones
  // Of kBackend: how the processor's Backend is asked (embeddings_call.h).
  std::string model;
  std::string path = "/v1/embeddings";
  std::uint64_t dimensions = 0;          // 0: as many as the model has
  std::chrono::milliseconds timeout{0};  // of one call; 0: the processor's own
};

enum class AllowBackend : std::uint8_t { kNo, kYes };

// {type: Static, file: /models/potion.bin}; {type: Backend, model: text-embedding-3-small}, where
// that is allowed.
void read_embeddings(const decode::Node& node, Embeddings& out, AllowBackend allow);
// Of one that is in the process: not kBackend.   Errors: kInvalidConfig: the file cannot be used.
Result<std::unique_ptr<const embed::Embedder>> make_embedder(const Embeddings& choice);

}  // namespace tidegate::processors
