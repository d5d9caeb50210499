// Which vectors a processor compares texts by: a part of its configuration.   Thread: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "decode/field_reader.h"
#include "embed/embedder.h"

namespace tidegate::processors {

struct Embeddings {
  enum class Type : std::uint8_t { kStatic, kLexical };
  Type type = Type::kStatic;
  std::string file;  // of kStatic, instead of the built-in ones
};

// {type: Static, file: /models/potion.bin}
void read_embeddings(const decode::Node& node, Embeddings& out);

// Errors: kInvalidConfig: the file cannot be used.
Result<std::unique_ptr<const embed::Embedder>> make_embedder(const Embeddings& choice);

}  // namespace tidegate::processors
