#include "bench/load/net/h1_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace tidegate::bench {
namespace {

constexpr std::size_t kMaxHeadBytes = 64 * 1024;

template <class Number>
bool parse_number(std::string_view text, Number& value, int base) {
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && stop == text.data() + text.size();
}

bool has_no_body(int status) { return status == 204 || status == 304; }

}  // namespace

std::string_view find_field(std::string_view head, std::string_view name) {
  std::size_t line = head.find('\n');
  while (line != std::string_view::npos && line + 1 + name.size() < head.size()) {
    const char* start = head.data() + line + 1;
    const std::size_t end = head.find('\n', line + 1);
    if (start[name.size()] == ':' && strncasecmp(start, name.data(), name.size()) == 0) {
      std::string_view value(start + name.size() + 1, head.data() + end);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      value.remove_suffix(value.ends_with('\r') ? 1 : 0);
      return value;
    }
    line = end;
  }
  return {};
}

int status_of(std::string_view head) {
  int status = 0;
  if (head.size() < 12 || !parse_number(head.substr(9, 3), status, 10)) return 0;
  return status;
}

H1Reader::Progress H1Reader::feed(std::string_view& bytes) {
  if (part_ == Part::kHead) {
    const Progress progress = read_head(bytes);
    if (progress != Progress::kIncomplete || part_ == Part::kHead) return progress;
  }
  return part_ == Part::kLength ? read_length(bytes) : read_chunked(bytes);
}

H1Reader::Progress H1Reader::read_head(std::string_view& bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (carry_.empty()) {
    const std::size_t end = bytes.find(kEnd);
    if (end != std::string_view::npos) {
      const std::string_view head = bytes.substr(0, end + 2);
      bytes.remove_prefix(end + kEnd.size());
      return begin_body(head);
    }
  }
  // The end may lie across the old and the new bytes: search from three bytes before the seam.
  const std::size_t seam = carry_.size();
  carry_.append(bytes);
  const std::size_t end = carry_.find(kEnd, seam < 3 ? 0 : seam - 3);
  if (end == std::string::npos) {
    bytes = {};
    return carry_.size() > kMaxHeadBytes ? Progress::kMalformed : Progress::kIncomplete;
  }
  bytes.remove_prefix(end + kEnd.size() - seam);
  carry_.resize(end + 2);
  const std::string head = std::move(carry_);
  carry_.clear();
  return begin_body(head);
}

H1Reader::Progress H1Reader::begin_body(std::string_view head) {
  const int status = role_ == Role::kResponses ? status_of(head) : 0;
  if (role_ == Role::kResponses && status / 100 == 1) return Progress::kIncomplete;
  sink_.on_head(head);
  const std::string_view length = find_field(head, "content-length");
  if (find_field(head, "transfer-encoding") == "chunked") {
    part_ = Part::kChunkSize;
    return Progress::kIncomplete;
  }
  left_ = 0;
  if (!length.empty() && !parse_number(length, left_, 10)) return Progress::kMalformed;
  const bool unframed = length.empty() && role_ == Role::kResponses && !has_no_body(status);
  if (unframed) return Progress::kMalformed;
  if (left_ == 0) return Progress::kComplete;
  part_ = Part::kLength;
  return Progress::kIncomplete;
}

H1Reader::Progress H1Reader::read_length(std::string_view& bytes) {
  const std::string_view piece = bytes.substr(0, left_);
  bytes.remove_prefix(piece.size());
  left_ -= piece.size();
  if (!piece.empty()) sink_.on_body(piece);
  if (left_ > 0) return Progress::kIncomplete;
  part_ = Part::kHead;
  return Progress::kComplete;
}

H1Reader::Progress H1Reader::read_chunked(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::kChunkData) {
      const std::string_view piece = bytes.substr(0, left_);
      bytes.remove_prefix(piece.size());
      left_ -= piece.size();
      sink_.on_body(piece);
      if (left_ == 0) part_ = Part::kChunkEnd;
      continue;
    }
    if (!read_line(bytes)) break;
    const Progress progress = take_chunk_line();
    if (progress != Progress::kIncomplete) return progress;
  }
  return Progress::kIncomplete;
}

bool H1Reader::read_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  carry_.append(bytes.substr(0, end));
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (end != std::string_view::npos && carry_.ends_with('\r')) carry_.pop_back();
  return end != std::string_view::npos;
}

H1Reader::Progress H1Reader::take_chunk_line() {
  const std::string line = std::move(carry_);
  carry_.clear();
  if (part_ == Part::kTrailers) {
    if (!line.empty()) return Progress::kIncomplete;
    part_ = Part::kHead;
    return Progress::kComplete;
  }
  if (part_ == Part::kChunkEnd) {
    part_ = Part::kChunkSize;
    return line.empty() ? Progress::kIncomplete : Progress::kMalformed;
  }
  const std::string_view size = std::string_view(line).substr(0, line.find(';'));
  if (!parse_number(size, left_, 16)) return Progress::kMalformed;
  part_ = left_ == 0 ? Part::kTrailers : Part::kChunkData;
  return Progress::kIncomplete;
}

}  // namespace tidegate::bench
