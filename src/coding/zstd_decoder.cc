#include <zstd.h>
#include <zstd_errors.h>

#include <memory>
#include <utility>

#include "coding/library_decoders.h"

namespace tidegate::coding {
namespace {

// RFC 9659: what a recipient of the coding must support, and the most that a sender may use.
constexpr int kMaxWindowLog = 23;
constexpr std::size_t kMagicBytes = 4;

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Context = std::unique_ptr<ZSTD_DCtx, Free>;

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder(Context context, Origin origin) : context_(std::move(context)), origin_(origin) {}

  Result<Progress> decode(std::string_view in, std::span<char> out) override {
    Progress all;
    while (true) {
      if (magic_size_ < kMagicBytes) {
        TIDEGATE_TRY(taken, take_magic(in.substr(all.taken)));
        all.taken += taken;
        if (magic_size_ < kMagicBytes) return all;
      }
      TIDEGATE_TRY(step, decode_frame(in.substr(all.taken), out.subspan(all.made)));
      all.taken += step.taken;
      all.made += step.made;
      if (all.made == out.size() || all.taken == in.size()) return all;
    }
  }

  Result<void> finish() override {
    if (magic_size_ == 0) return {};
    return fail(ErrorCode::kMalformed, origin_, "the encoded body ends too early");
  }

 private:
  // The library would also decode the formats from before there was a standard.
  Result<std::size_t> take_magic(std::string_view in) {
    std::size_t taken = 0;
    while (magic_size_ < kMagicBytes && taken < in.size()) magic_[magic_size_++] = in[taken++];
    if (magic_size_ < kMagicBytes) return taken;
    std::uint32_t magic = 0;
    for (std::size_t i = kMagicBytes; i-- > 0;) {
      magic = magic << 8U | static_cast<std::uint8_t>(magic_[i]);
    }
    const bool frame = magic == ZSTD_MAGICNUMBER;
    const bool skippable = (magic & 0xfffffff0U) == ZSTD_MAGIC_SKIPPABLE_START;
    if (!frame && !skippable) {
      return fail(
          ErrorCode::kMalformed, origin_,
          began_ ? "something follows the encoded body" : "the body is not encoded as it says");
    }
    began_ = true;
    // It makes no output of these four alone.
    TIDEGATE_TRY(step, decode_frame({magic_, kMagicBytes}, {}));
    static_cast<void>(step);
    return taken;
  }

  Result<Progress> decode_frame(std::string_view in, std::span<char> out) {
    ZSTD_inBuffer from = {in.data(), in.size(), 0};
    ZSTD_outBuffer to = {out.data(), out.size(), 0};
    const std::size_t said = ZSTD_decompressStream(context_.get(), &to, &from);
    if (ZSTD_isError(said) != 0) return failed(said);
    if (said == 0) magic_size_ = 0;  // the frame is over
    return Progress{from.pos, to.pos};
  }

  std::unexpected<Error> failed(std::size_t said) const {
    switch (ZSTD_getErrorCode(said)) {
      case ZSTD_error_memory_allocation:
        return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to decode a body");
      case ZSTD_error_frameParameter_windowTooLarge:
        return fail(ErrorCode::kBodyTooLarge, origin_, "the encoded body needs too large a window");
      default:
        return fail(ErrorCode::kMalformed, origin_, "the body is not encoded as it says");
    }
  }

  const Context context_;
  const Origin origin_;
  char magic_[kMagicBytes] = {};
  std::size_t magic_size_ = 0;  // of the frame that is being decoded; 0: between frames
  bool began_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_zstd_decoder(Origin origin) {
  Context context(ZSTD_createDCtx());
  if (context == nullptr || ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax,
                                                                kMaxWindowLog)) != 0) {
    return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to decode a body");
  }
  return std::make_unique<ZstdDecoder>(std::move(context), origin);
}

}  // namespace tidegate::coding
