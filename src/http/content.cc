#include "http/content.h"

namespace tidegate::http {

std::string_view media_type(const HeaderMap& fields) {
  const std::string_view type = fields.find(HeaderId::kContentType).value_or("");
  return type.substr(0, type.find(';'));
}

bool is_encoded(const HeaderMap& fields) {
  const std::string_view coding = fields.find(HeaderId::kContentEncoding).value_or("");
  return !coding.empty() && !iequals(coding, "identity");
}

}  // namespace tidegate::http
