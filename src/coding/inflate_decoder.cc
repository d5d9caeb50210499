#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "coding/library_decoders.h"

namespace tidegate::coding {
namespace {

enum class Wrapper : std::uint8_t { kGzip, kZlibOrNone };

constexpr int kWindowBits = 15;
constexpr int kGzipFlag = 16;  // to the window bits: expect the wrapper of gzip

// Whether a deflate stream begins with the two bytes of a zlib wrapper (RFC 1950 2.2).
bool is_zlib_head(unsigned char first, unsigned char second) {
  return (first & 0x0fU) == Z_DEFLATED && first >> 4U <= 7 && (first * 256U + second) % 31 == 0;
}

class InflateDecoder final : public Decoder {
 public:
  InflateDecoder(Wrapper wrapper, Origin origin) : wrapper_(wrapper), origin_(origin) {}
  ~InflateDecoder() override {
    if (made_) inflateEnd(&stream_);
  }
  InflateDecoder(const InflateDecoder&) = delete;
  InflateDecoder& operator=(const InflateDecoder&) = delete;

  Result<Progress> decode(std::string_view in, std::span<char> out) override {
    Progress all;
    if (!made_) {
      TIDEGATE_TRY(taken, begin(in));
      all.taken = taken;
      if (!made_) return all;
    }
    while (head_left_ > 0) {
      const std::string_view head(head_ + head_size_ - head_left_, head_left_);
      TIDEGATE_TRY(step, inflate_some(head, out.subspan(all.made)));
      head_left_ -= step.taken;
      all.made += step.made;
      if (all.made == out.size()) return all;
    }
    while (true) {
      TIDEGATE_TRY(step, inflate_some(in.substr(all.taken), out.subspan(all.made)));
      all.taken += step.taken;
      all.made += step.made;
      if (all.taken == in.size() || all.made == out.size()) return all;
    }
  }

  Result<void> finish() override {
    if (ended_ || (!made_ && head_size_ == 0)) return {};
    return fail(ErrorCode::kMalformed, origin_, "the encoded body ends too early");
  }

 private:
  // Makes the stream once it is known which; takes what tells it.
  Result<std::size_t> begin(std::string_view in) {
    std::size_t taken = 0;
    int bits = kWindowBits + kGzipFlag;
    if (wrapper_ == Wrapper::kZlibOrNone) {
      while (head_size_ < sizeof(head_) && taken < in.size()) head_[head_size_++] = in[taken++];
      if (head_size_ < sizeof(head_)) return taken;
      head_left_ = head_size_;
      const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(head_[at]); };
      bits = is_zlib_head(byte(0), byte(1)) ? kWindowBits : -kWindowBits;
    } else if (in.empty()) {
      return taken;
    }
    if (inflateInit2(&stream_, bits) != Z_OK) {
      return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to decode a body");
    }
    made_ = true;
    return taken;
  }

  Result<Progress> inflate_some(std::string_view in, std::span<char> out) {
    if (ended_) {
      if (in.empty()) return Progress();
      if (wrapper_ != Wrapper::kGzip) return malformed("something follows the encoded body");
      inflateReset(&stream_);
      ended_ = false;
    }
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    const std::size_t in_size = std::min(in.size(), kMost);
    const std::size_t out_size = std::min(out.size(), kMost);
    // zlib does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in_size);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out_size);
    const int said = ::inflate(&stream_, Z_SYNC_FLUSH);
    const Progress step = {in_size - stream_.avail_in, out_size - stream_.avail_out};
    switch (said) {
      case Z_STREAM_END:
        ended_ = true;
        return step;
      case Z_OK:
      case Z_BUF_ERROR:  // nothing could be done with so little
        return step;
      case Z_MEM_ERROR:
        return fail(ErrorCode::kInternal, Origin::kInternal, "no memory to decode a body");
      default:
        return malformed("the body is not encoded as it says");
    }
  }

  std::unexpected<Error> malformed(const char* detail) const {
    return fail(ErrorCode::kMalformed, origin_, detail);
  }

  const Wrapper wrapper_;
  const Origin origin_;
  z_stream stream_ = {};
  bool made_ = false;
  bool ended_ = false;  // of the last member
  char head_[2] = {};
  std::size_t head_size_ = 0;
  std::size_t head_left_ = 0;  // to be decoded
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_gzip_decoder(Origin origin) {
  return std::make_unique<InflateDecoder>(Wrapper::kGzip, origin);
}

Result<std::unique_ptr<Decoder>> make_deflate_decoder(Origin origin) {
  return std::make_unique<InflateDecoder>(Wrapper::kZlibOrNone, origin);
}

}  // namespace tidegate::coding
