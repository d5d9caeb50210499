// A trained classifier as a file, which `tidegate route train` writes.
//
//   0  magic "TIDEINT1"
//   8  SHA-256 of all that follows it, byte 40 to the end
//  40  u16 length and bytes: the id of the embedder
//      u32 dimension, u32 intents, u32 rows
//      for each intent: u16 length and bytes of its name, f32 threshold
//      f32 bias[classes], classes being intents + 1
//      f32 vector[dimension][classes]
//      for each bucket with a weight, ascending: u32 bucket, f32 weight[classes]
//
// Little-endian, nothing aligned.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"
#include "intent/linear_model.h"

namespace tidegate::intent {

std::string write_weights(const LinearWeights& weights);

// `bytes` may be anything.  kShape passes over the hash: for bytes that cannot have a right one.
// Errors: kInvalidConfig, which tells what does not fit.
enum class Verify : std::uint8_t { kHash, kShape };
Result<LinearWeights> read_weights(std::span<const std::byte> bytes, Verify verify = Verify::kHash);

// Errors: kInvalidConfig: it cannot be read, or is no such file; the detail has its name.
Result<LinearWeights> open_weights(const std::string& path);

}  // namespace tidegate::intent
