#include <brotli/decode.h>

#include <memory>
#include <utility>

#include "coding/library_decoders.h"

namespace tidegate::coding {
namespace {

struct Destroy {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};
using State = std::unique_ptr<BrotliDecoderState, Destroy>;

// Large windows, which only a parameter allows, stay refused: 16 MiB at most.
class BrotliDecoder final : public Decoder {
 public:
  BrotliDecoder(State state, Origin origin) : state_(std::move(state)), origin_(origin) {}

  Result<Progress> decode(std::string_view in, std::span<char> out) override {
    if (ended_) {
      if (in.empty()) return Progress();
      return fail(ErrorCode::kMalformed, origin_, "something follows the encoded body");
    }
    if (!in.empty()) begun_ = true;
    std::size_t in_left = in.size();
    std::size_t out_left = out.size();
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    auto* next_out = reinterpret_cast<std::uint8_t*>(out.data());
    const BrotliDecoderResult said = BrotliDecoderDecompressStream(state_.get(), &in_left, &next_in,
                                                                   &out_left, &next_out, nullptr);
    if (said == BROTLI_DECODER_RESULT_ERROR) {
      return fail(ErrorCode::kMalformed, origin_, "the body is not encoded as it says");
    }
    ended_ = said == BROTLI_DECODER_RESULT_SUCCESS;
    const Progress step = {in.size() - in_left, out.size() - out_left};
    if (ended_ && in_left > 0) {
      return fail(ErrorCode::kMalformed, origin_, "something follows the encoded body");
    }
    return step;
  }

  Result<void> finish() override {
    if (ended_ || !begun_) return {};
    return fail(ErrorCode::kMalformed, origin_, "the encoded body ends too early");
  }

 private:
  const State state_;
  const Origin origin_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_brotli_decoder(Origin origin) {
  State state(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (state == nullptr) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to decode a body");
  }
  return std::make_unique<BrotliDecoder>(std::move(state), origin);
}

}  // namespace tidegate::coding
