// Percent-encoding and application/x-www-form-urlencoded bodies.   Thread: one owner.
// Source: RFC 3986 section 2; WHATWG URL section 5 (spaces go out as "%20", which every reader
// takes).
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tidegate::credential {

// Encodes every byte but letters, digits, "-._~" and those of `also_kept`, with upper-case digits.
void append_percent_encoded(std::string& out, std::string_view text, std::string_view also_kept);
std::string percent_encode(std::string_view text);

class Form {
 public:
  Form& add(std::string_view name, std::string_view value);
  // The same, left out where the value is empty.
  Form& add_if(std::string_view name, std::string_view value);
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace tidegate::credential
