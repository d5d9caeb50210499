// One text on its way through a filter: what has come, as plain text, and what of it has been told.
//
// A filter looks at plain(), which begins with some of what was told already (its context), and
// tells the rest in order, as it came or with something else in its place. Arguments of tool calls
// are JSON: there plain() has the strings decoded, and what is outside of them is told apart, so
// that whoever replaces text alone leaves the JSON whole.   Thread: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::llm {

class LaneText {
 public:
  // What stands in plain() for what is outside of JSON's strings: itself, or NUL.
  enum class Outside : std::uint8_t { kShown, kHidden };
  // `context`: bytes of told text that plain() keeps, at least.
  LaneText(bool is_json, std::size_t context, Outside outside)
      : is_json_(is_json), context_(context), shown_(outside == Outside::kShown) {}

  // More of the text, cut anywhere.
  void append(std::string_view piece);
  // No more comes: an escape that was cut is text like any other.
  void finish();

  std::string_view plain() const { return plain_; }
  // Where what is not told begins in plain().
  std::size_t told() const { return told_; }
  bool has_untold() const { return told_ < plain_.size() || !escape_.empty(); }
  // Whether all of plain()[begin, end) is text: none of it is outside of JSON's strings.
  bool is_text(std::size_t begin, std::size_t end) const;
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
  enum class Is : std::uint8_t { kText, kOutside };
  void add(std::string_view plain, std::string_view raw, Is is);
  std::size_t raw_end(std::size_t plain_end) const;

  const bool is_json_;
  const std::size_t context_;
  const bool shown_;
  std::string plain_;
  std::size_t told_ = 0;
  bool cut_ = false;
  // Of JSON: the text as it came, and where each byte of plain_ ends in it.
  std::string raw_;
  std::vector<std::uint32_t> ends_;
  std::vector<bool> outside_;  // by byte of plain_
  State state_ = State::kOutside;
  std::string escape_;  // the beginning of one
};

}  // namespace tidegate::llm
