#include "coding/decoder.h"

#include <fmt/format.h>

#include <ranges>
#include <utility>

#include "coding/library_decoders.h"

namespace tidegate::coding {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;

// One coding within its limits.
class Guarded final : public Decoder {
 public:
  Guarded(std::unique_ptr<Decoder> inner, DecodeLimits limits, Origin origin)
      : inner_(std::move(inner)), limits_(limits), origin_(origin) {}

  Result<Progress> decode(std::string_view in, std::span<char> out) override {
    TIDEGATE_TRY(step, inner_->decode(in, out));
    taken_ += step.taken;
    made_ += step.made;
    if (made_ > limits_.max_output_bytes) {
      return fail(ErrorCode::kBodyTooLarge, origin_,
                  fmt::format("body over {} bytes when it is decoded", limits_.max_output_bytes));
    }
    if (made_ > kFreeDecodedBytes && made_ / kMaxDecodedRatio > taken_) {
      return fail(ErrorCode::kBodyTooLarge, origin_,
                  fmt::format("body over {} times as long when it is decoded", kMaxDecodedRatio));
    }
    return step;
  }

  Result<void> finish() override { return inner_->finish(); }

 private:
  const std::unique_ptr<Decoder> inner_;
  const DecodeLimits limits_;
  const Origin origin_;
  std::uint64_t taken_ = 0;
  std::uint64_t made_ = 0;
};

// Two codings, the one that was applied last undone first.
class Chained final : public Decoder {
 public:
  Chained(std::unique_ptr<Decoder> last, std::unique_ptr<Decoder> before)
      : last_(std::move(last)), before_(std::move(before)), between_(new char[kBufferBytes]) {}

  Result<Progress> decode(std::string_view in, std::span<char> out) override {
    Progress all;
    while (true) {
      TIDEGATE_TRY(made,
                   before_->decode({between_.get() + at_, size_ - at_}, out.subspan(all.made)));
      at_ += made.taken;
      all.made += made.made;
      if (all.made == out.size()) return all;
      TIDEGATE_TRY(step, last_->decode(in.substr(all.taken), {between_.get(), kBufferBytes}));
      at_ = 0;
      size_ = step.made;
      all.taken += step.taken;
      if (size_ == 0) return all;
    }
  }

  Result<void> finish() override {
    TIDEGATE_TRY_VOID(last_->finish());
    return before_->finish();
  }

 private:
  const std::unique_ptr<Decoder> last_;
  const std::unique_ptr<Decoder> before_;
  const std::unique_ptr<char[]> between_;
  std::size_t at_ = 0;    // where before_ goes on in between_
  std::size_t size_ = 0;  // of what is in it
};

Result<std::unique_ptr<Decoder>> make_one(Coding coding, Origin origin) {
  switch (coding) {
    case Coding::kGzip:
      return make_gzip_decoder(origin);
    case Coding::kDeflate:
      return make_deflate_decoder(origin);
    case Coding::kBrotli:
      return make_brotli_decoder(origin);
    case Coding::kZstd:
      return make_zstd_decoder(origin);
  }
  return fail(ErrorCode::kInternal, Origin::kInternal, "no such coding");
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(std::span<const Coding> codings, DecodeLimits limits,
                                              Origin origin) {
  std::unique_ptr<Decoder> made;
  for (const Coding coding : codings | std::views::reverse) {
    TIDEGATE_TRY(one, make_one(coding, origin));
    auto guarded = std::make_unique<Guarded>(std::move(one), limits, origin);
    if (made == nullptr) {
      made = std::move(guarded);
    } else {
      made = std::make_unique<Chained>(std::move(made), std::move(guarded));
    }
  }
  return made;
}

Result<std::string> decode_whole(std::span<const Coding> codings, std::string_view text,
                                 DecodeLimits limits, Origin origin) {
  TIDEGATE_TRY(decoder, make_decoder(codings, limits, origin));
  const std::unique_ptr<char[]> buffer(new char[kBufferBytes]);
  std::string out;
  while (true) {
    TIDEGATE_TRY(step, decoder->decode(text, {buffer.get(), kBufferBytes}));
    text.remove_prefix(step.taken);
    out.append(buffer.get(), step.made);
    if (step.made < kBufferBytes) break;
  }
  TIDEGATE_TRY_VOID(decoder->finish());
  return out;
}

}  // namespace tidegate::coding
