// Encoded bodies for tests: what clients and servers send.
#pragma once

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "coding/coding.h"

namespace tidegate::coding {

// Window bits of zlib: 31 gzip, 15 zlib, -15 bare. The pieces are flushed one by one.
inline std::string deflate_pieces(const std::vector<std::string>& pieces, int bits) {
  z_stream stream = {};
  TIDEGATE_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string in = pieces[i];
    std::string made(in.size() * 2 + 256, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(made.data());
    stream.avail_out = static_cast<uInt>(made.size());
    const int said = deflate(&stream, i + 1 == pieces.size() ? Z_FINISH : Z_SYNC_FLUSH);
    TIDEGATE_CHECK(said == Z_OK || said == Z_STREAM_END);
    out.append(made.data(), made.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

inline std::string gzip(std::string_view text) { return deflate_pieces({std::string(text)}, 31); }

inline std::string brotli(std::string_view text) {
  std::string out(BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
  std::size_t size = out.size();
  TIDEGATE_CHECK(BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, text.size(),
                                       reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                       reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(size);
  return out;
}

inline std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), ZSTD_CLEVEL_DEFAULT);
  TIDEGATE_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

inline std::string encode(Coding coding, std::string_view text) {
  switch (coding) {
    case Coding::kGzip:
      return gzip(text);
    case Coding::kDeflate:
      return deflate_pieces({std::string(text)}, 15);
    case Coding::kBrotli:
      return brotli(text);
    case Coding::kZstd:
      return zstd(text);
  }
  return {};
}

}  // namespace tidegate::coding
