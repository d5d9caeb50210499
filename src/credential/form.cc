#include "credential/form.h"

namespace tidegate::credential {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view text, std::string_view also_kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || also_kept.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

std::string percent_encode(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text, {});
  return out;
}

Form& Form::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_.push_back('&');
  append_percent_encoded(text_, name, {});
  text_.push_back('=');
  append_percent_encoded(text_, value, {});
  return *this;
}

Form& Form::add_if(std::string_view name, std::string_view value) {
  return value.empty() ? *this : add(name, value);
}

}  // namespace tidegate::credential
