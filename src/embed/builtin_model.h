// data/embeddings.bin, as it lies in the binary.   Thread: immutable.
#pragma once

#include <cstddef>
#include <span>

namespace tidegate::embed {

std::span<const std::byte> builtin_model();

}  // namespace tidegate::embed
