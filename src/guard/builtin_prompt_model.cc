#include "guard/prompt_model.h"

namespace tidegate::guard {
namespace {

alignas(64) constexpr unsigned char kModel[] = {
#embed "guard/prompt_model.bin"
};

}  // namespace

std::span<const std::byte> builtin_prompt_model() { return std::as_bytes(std::span(kModel)); }

}  // namespace tidegate::guard
