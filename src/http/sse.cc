#include "http/sse.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/chars.h"

namespace tidegate::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::optional<std::chrono::milliseconds> parse_retry(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return std::chrono::milliseconds(value);
}

const char* find_byte(const char* at, const char* end, char byte) {
  const void* const found = std::memchr(at, byte, static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// Behind the line end at `at`, which is CR or LF.
const char* skip_line_end(const char* at, const char* end) {
  return at[0] == '\r' && at + 1 != end && at[1] == '\n' ? at + 2 : at + 1;
}

}  // namespace

void SseScanner::feed(std::string_view bytes) {
  rest_ = bytes;
  next_lf_ = nullptr;
}

Result<bool> SseScanner::next(SseEvent& out) {
  if (carry_spent_) {
    carry_.clear();
    carry_spent_ = false;
  }
  if (rest_.empty()) return false;
  if (!carry_.empty()) return next_carried(out);
  const std::size_t length = parse(rest_, out);
  if (length == 0) return keep_rest();
  if (length > max_event_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "server-sent event over the limit");
  }
  emit(rest_.substr(0, length), out);
  rest_.remove_prefix(length);
  return true;
}

// The event began in earlier bytes: take what completes it, or all.
Result<bool> SseScanner::next_carried(SseEvent& out) {
  const std::size_t end = find_event_end(rest_);
  const std::size_t take = end == 0 ? rest_.size() : end;
  if (carry_.size() + take > max_event_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "server-sent event over the limit");
  }
  carry_.append(rest_.substr(0, take));
  rest_.remove_prefix(take);
  if (end == 0) return false;
  const char* const fed_lf = std::exchange(next_lf_, nullptr);
  parse(carry_, out);
  next_lf_ = fed_lf;
  emit(carry_, out);
  carry_spent_ = true;
  return true;
}

Result<bool> SseScanner::keep_rest() {
  if (rest_.size() > max_event_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "server-sent event over the limit");
  }
  find_event_end(rest_);
  carry_.assign(rest_);
  rest_ = {};
  return false;
}

bool SseScanner::finish(SseEvent& out) {
  if (carry_spent_) carry_.clear();
  if (carry_.empty()) return false;
  next_lf_ = nullptr;
  parse(carry_, out);
  emit(carry_, out);
  out.terminated = false;
  carry_spent_ = true;
  return true;
}

std::string_view SseScanner::unfinished() const {
  return carry_spent_ ? std::string_view() : std::string_view(carry_);
}

void SseScanner::emit(std::string_view raw, SseEvent& out) {
  out.raw = raw;
  out.offset = offset_;
  offset_ += raw.size();
  boundary_ = Boundary{.bom_bytes = kNoMark};
}

// Length up to and including the blank line; 0 when it is not there. Remembers where the search
// stands.
std::size_t SseScanner::find_event_end(std::string_view bytes) {
  Boundary& state = boundary_;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (state.bom_bytes < kByteOrderMark.size()) {
      if (c == kByteOrderMark[state.bom_bytes]) {
        ++state.bom_bytes;
        continue;
      }
      state.line_empty = state.bom_bytes == 0;
      state.bom_bytes = kNoMark;
    }
    const bool second_half = c == '\n' && state.after_cr;
    state.after_cr = c == '\r';
    if (second_half) continue;
    if (c != '\r' && c != '\n') {
      state.line_empty = false;
    } else if (state.line_empty) {
      const char* const end = bytes.data() + bytes.size();
      return static_cast<std::size_t>(skip_line_end(&bytes[i], end) - bytes.data());
    } else {
      state.line_empty = true;
    }
  }
  return 0;
}

// Reads lines up to and including the blank one. Returns its end; 0 when the bytes end before it
// (the last line then counts as whole, which only finish() uses).
std::size_t SseScanner::parse(std::string_view bytes, SseEvent& out) {
  out = SseEvent{};
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  if (offset_ == 0 && bytes.starts_with(kByteOrderMark)) at += kByteOrderMark.size();
  while (at != end) {
    if (*at == '\n' || *at == '\r') {
      return static_cast<std::size_t>(skip_line_end(at, end) - bytes.data());
    }
    if (next_lf_ == nullptr || next_lf_ < at) next_lf_ = find_byte(at, end, '\n');
    const char* const line_end = find_byte(at, next_lf_, '\r');
    take_line(std::string_view(at, line_end), out);
    at = line_end == end ? end : skip_line_end(line_end, end);
  }
  return 0;
}

void SseScanner::take_line(std::string_view line, SseEvent& out) {
  const std::size_t colon = line.starts_with("data:") ? 4 : std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    take_data(value, out);
  } else if (name == "event") {
    out.type = value;
  } else if (name == "id") {
    if (value.find('\0') != std::string_view::npos) return;
    out.id = value;
    out.has_id = true;
  } else if (name == "retry") {
    if (const auto retry = parse_retry(value)) out.retry = retry;
  }
}

void SseScanner::take_data(std::string_view value, SseEvent& out) {
  if (!out.has_data) {
    out.data = value;
    out.has_data = true;
    return;
  }
  if (out.data.data() != joined_.data() || joined_.empty()) joined_.assign(out.data);
  joined_.push_back('\n');
  joined_.append(value);
  out.data = joined_;
}

}  // namespace tidegate::http
