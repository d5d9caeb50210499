#include "pipeline/splice.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace tidegate::pipeline {

Result<void> arrange(std::vector<PayloadEdit>& edits, std::size_t size) {
  const auto place = [](const PayloadEdit& edit) { return std::pair(edit.begin, edit.end); };
  if (!std::ranges::is_sorted(edits, {}, place)) {
    std::vector<std::size_t> order(edits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(place(edits[i]), i); });
    std::vector<PayloadEdit> sorted;
    sorted.reserve(edits.size());
    for (const std::size_t i : order) sorted.push_back(edits[i]);
    edits = std::move(sorted);
  }
  std::size_t at = 0;
  for (const PayloadEdit& edit : edits) {
    if (edit.begin > edit.end || edit.end > size) {
      return fail(ErrorCode::kMalformed, Origin::kInternal,
                  fmt::format("edit of bytes {} to {} of {}", edit.begin, edit.end, size));
    }
    if (edit.begin < at) {
      return fail(ErrorCode::kMalformed, Origin::kInternal,
                  fmt::format("two edits overlap at byte {}", edit.begin));
    }
    at = edit.end;
  }
  return {};
}

std::string splice(std::string_view text, const std::vector<PayloadEdit>& edits) {
  std::size_t size = text.size();
  for (const PayloadEdit& edit : edits) size += edit.text.size();
  std::string out;
  out.reserve(size + 64);  // the slack that readers of JSON want behind a body
  std::size_t at = 0;
  for (const PayloadEdit& edit : edits) {
    out.append(text.substr(at, edit.begin - at)).append(edit.text);
    at = edit.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace tidegate::pipeline
