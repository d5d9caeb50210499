// The event of a stream that is the one before it but for a text between the same quotes.
//
// Nearly all events of a long reply are: those are known by comparing what stands around the text,
// at a tenth of what parsing costs.   Thread: one owner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tidegate::llm {

class RepeatedText {
 public:
  // The text of `event`, a view into it, where everything else is as in the remembered one; empty:
  // the event must be parsed. Such a text is not empty and valid inside of a JSON string.
  std::optional<std::string_view> find(std::string_view event) const;
  // Later events are held against this one, valid JSON, of which `text` is a view: the inside of a
  // string. Whatever else it is, nothing is remembered.
  void remember(std::string_view event, std::string_view text);
  // Something else came: the next event may mean another thing.
  void forget() { last_.clear(); }

 private:
  std::string last_;            // empty: none
  std::size_t text_begin_ = 0;  // in last_, inside the quotes
  std::size_t text_end_ = 0;
};

}  // namespace tidegate::llm
