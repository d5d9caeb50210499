// One text on its way through a filter: what has come, as plain text, and what of it has been told.
//
// A filter looks at plain(), which begins with some of what was told already (its context), and
// tells the rest in order, as it came or with something else in its place. Arguments of tool calls
// are JSON: there plain() has the strings decoded, and NUL for each byte outside of them, so that
// whoever never replaces a NUL leaves the JSON whole.   Thread: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::llm {

class LaneText {
 public:
  // `context`: bytes of told text that plain() keeps, at least.
  LaneText(bool is_json, std::size_t context) : is_json_(is_json), context_(context) {}

  // More of the text, cut anywhere.
  void append(std::string_view piece);
  // No more comes: an escape that was cut is text like any other.
  void finish();

  std::string_view plain() const { return plain_; }
  // Where what is not told begins in plain().
  std::size_t told() const { return told_; }
  bool has_untold() const { return told_ < plain_.size() || !escape_.empty(); }
  // Whether the text began before plain() does.
  bool is_cut() const { return cut_; }

  // Tells plain() up to `end`, as it came. Moves nothing: positions stay until compact().
  void tell(std::size_t end, std::string& out);
  // Tells `text` in place of plain() up to `end`.
  void replace(std::size_t end, std::string_view text, std::string& out);
  // Forgets what was told, but for the context. Positions change.
  void compact();

 private:
  enum class State : std::uint8_t { kOutside, kString };
  void take(char c);
  void take_escape();
  void add(std::string_view plain, std::string_view raw);
  std::size_t raw_end(std::size_t plain_end) const;

  const bool is_json_;
  const std::size_t context_;
  std::string plain_;
  std::size_t told_ = 0;
  bool cut_ = false;
  // Of JSON: the text as it came, and where each byte of plain_ ends in it.
  std::string raw_;
  std::vector<std::uint32_t> ends_;
  State state_ = State::kOutside;
  std::string escape_;  // the beginning of one
};

}  // namespace tidegate::llm
