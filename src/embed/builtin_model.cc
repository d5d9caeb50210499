#include "embed/builtin_model.h"

namespace tidegate::embed {
namespace {

alignas(64) constexpr unsigned char kModel[] = {
#embed "embeddings.bin"
};

}  // namespace

std::span<const std::byte> builtin_model() { return std::as_bytes(std::span(kModel)); }

}  // namespace tidegate::embed
