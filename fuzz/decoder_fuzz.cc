// Content codings: the first byte chooses up to two codings and the size of the pieces. Pieces or
// whole, what comes out is the same, and never more than the limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "coding/decoder.h"

namespace {

using namespace tidegate;
using namespace tidegate::coding;

constexpr std::uint64_t kLimit = 256 * 1024;

Result<std::string> decode_pieces(const std::vector<Coding>& codings, std::string_view bytes,
                                  std::size_t stride, std::size_t room) {
  TIDEGATE_TRY(decoder, make_decoder(codings, {kLimit}, Origin::kDownstream));
  std::string buffer(room, '\0');
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += stride) {
    const std::string piece(bytes.substr(at, stride));
    std::string_view left = piece;
    while (true) {
      TIDEGATE_TRY(step, decoder->decode(left, buffer));
      TIDEGATE_CHECK(step.taken <= left.size() && step.made <= room);
      left.remove_prefix(step.taken);
      out.append(buffer, 0, step.made);
      if (step.made < room) break;
    }
    TIDEGATE_CHECK(left.empty());
  }
  TIDEGATE_TRY_VOID(decoder->finish());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<Coding> codings = {static_cast<Coding>(data[0] & 3U)};
  if ((data[0] & 4U) != 0) codings.push_back(static_cast<Coding>(data[0] >> 3U & 3U));
  const auto whole = decode_whole(codings, bytes, {kLimit}, Origin::kDownstream);
  const auto pieces = decode_pieces(codings, bytes, 1U + (data[0] >> 5U), 1000);
  TIDEGATE_CHECK(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  TIDEGATE_CHECK(*whole == *pieces && whole->size() <= kLimit);
  return 0;
}
