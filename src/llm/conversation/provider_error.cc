#include "llm/conversation/provider_error.h"

#include <fmt/format.h>

#include "base/arena.h"
#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/conversation/plain_line.h"

namespace tidegate::llm {
namespace {

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// The JSON of an error event where the body is a stream.
std::string_view event_data(std::string_view body) {
  if (!body.starts_with("event:") && !body.starts_with("data:")) return body;
  const auto at = body.starts_with("data:") ? 0 : body.find("\ndata:");
  if (at == body.npos) return body;
  const auto data = body.substr(body.find(':', at) + 1);
  return trim(data.substr(0, data.find('\n')));
}

class ErrorReader {
 public:
  ProviderError read(std::string_view json) {
    if (json::is_array(json)) json = json::ArrayCursor(json).next().value_or("");
    if (json::is_string(json)) error_.message = text(json);
    read_object(json);
    return std::move(error_);
  }

 private:
  // The string, decoded; a number as it stands.
  std::string text(std::string_view value) {
    if (json::is_number(value)) return std::string(value);
    return std::string(json::unescape({json::unquote(value)}, arena_));
  }

  void put(std::string& field, std::string_view value) {
    if (field.empty()) field = text(value);
  }

  void read_object(std::string_view object) {
    json::ObjectCursor cursor(object);
    std::string_view title;
    std::string_view envelope_type;
    while (const auto item = cursor.next()) {
      const auto name = item->name;
      const auto value = item->value;
      if (name == "error" || name == "Error" || name == "errors" || name == "fault") {
        read_nested(value);
      } else if (name == "message" || name == "Message" || name == "detail" || name == "msg" ||
                 name == "faultstring" || name == "error_description" || name == "errorMessage") {
        read_message(value);
      } else if (name == "status" && json::is_string(value)) {
        error_.type = text(value);  // Google's word; its `code` is only the status
      } else if (name == "type" || name == "__type" || name == "error_type") {
        envelope_type = value;
      } else if (name == "code" || name == "error_code") {
        put(error_.code, value);
      } else if (name == "param") {
        put(error_.param, value);
      } else if (name == "title") {
        title = value;
      } else if (name == "metadata") {
        read_metadata(value);
      }
    }
    // {"type":"error","error":{"type":...}}: the inner one says more.
    if (json::unquote(envelope_type) != "error") put(error_.type, envelope_type);
    put(error_.message, title);
  }

  void read_nested(std::string_view value) {
    if (json::is_array(value)) value = json::ArrayCursor(value).next().value_or("");
    if (json::is_string(value)) put(error_.message, value);
    read_object(value);
  }

  void read_message(std::string_view value) {
    if (json::is_object(value)) return read_object(value);
    if (json::is_array(value)) return read_details(value);
    put(error_.message, value);
  }

  // OpenRouter: what the provider behind it has said.
  void read_metadata(std::string_view metadata) {
    const auto raw = json::find_member(metadata, "raw");
    if (!raw || !json::is_string(*raw)) return;
    if (!error_.message.empty()) error_.message += ": ";
    error_.message += text(*raw);
  }

  // [{"loc":["body","model"],"msg":"Field required","type":"missing"}] as "body.model: Field
  // required".
  void read_details(std::string_view details) {
    json::ArrayCursor cursor(details);
    std::string all;
    while (const auto detail = cursor.next()) {
      if (all.size() > kMaxErrorMessageBytes) break;
      if (!all.empty()) all += "; ";
      if (json::is_string(*detail)) all += text(*detail);
      const auto where = location(json::find_member(*detail, "loc").value_or(""));
      if (!where.empty()) all += where + ": ";
      all += text(json::find_member(*detail, "msg").value_or(""));
      if (error_.param.empty()) error_.param = where;
    }
    if (error_.message.empty()) error_.message = std::move(all);
  }

  std::string location(std::string_view loc) {
    json::ArrayCursor cursor(loc);
    std::string path;
    while (const auto step = cursor.next()) {
      if (!path.empty()) path += '.';
      path += text(*step);
    }
    return path;
  }

  Arena arena_;
  ProviderError error_;
};

// "ThrottlingException:http://internal.amazon.com/..." and "com.amazon.coral#ThrottlingException".
std::string_view amazon_type(std::string_view type) {
  type = type.substr(0, type.find(':'));
  return type.substr(type.rfind('#') + 1);
}

ProviderError read_body(std::string_view content_type, std::string_view body) {
  const auto json = event_data(body);
  if ((json.starts_with('{') || json.starts_with('[') || json.starts_with('"')) &&
      json::validate(json, Origin::kUpstream)) {
    return ErrorReader().read(json);
  }
  ProviderError error;
  const bool html = content_type.find("html") != content_type.npos || body.starts_with('<');
  error.message = html ? html_line(body) : plain_line(body);
  return error;
}

}  // namespace

ProviderError read_provider_error(std::uint16_t status, std::string_view content_type,
                                  std::string_view body, std::string_view type_field) {
  auto error = read_body(content_type, trim(body));
  if (!type_field.empty()) error.type = type_field;
  // The type of an RFC 9457 problem is a URI.
  if (!error.type.starts_with("http")) error.type = amazon_type(error.type);
  error.message = redact_credentials(trim(clean_text(error.message, kMaxErrorMessageBytes)));
  if (error.message.empty()) error.message = fmt::format("the provider answered {}", status);
  for (auto* word : {&error.type, &error.code, &error.param}) {
    *word = clean_text(*word, kMaxErrorWordBytes);
  }
  return error;
}

}  // namespace tidegate::llm
