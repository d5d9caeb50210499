#include "llm/error_body.h"

#include "http/header_map.h"
#include "json/writer.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {
namespace {

// Types that OpenAI's API itself sends; its SDKs tell errors apart by status.
std::string_view openai_type(std::uint16_t status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 429:
      return "rate_limit_error";
    case 503:
      return "service_unavailable_error";
    default:
      return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

// Anthropic API, Errors: the listed pairs of status and type.
std::string_view anthropic_type(std::uint16_t status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 503:
    case 529:
      return "overloaded_error";
    default:
      return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

// google.rpc.Code names, as the Gemini API gives them for each status (Troubleshooting guide).
std::string_view gemini_type(std::uint16_t status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 501:
      return "UNIMPLEMENTED";
    case 502:
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
  }
}

// Exceptions of the Bedrock runtime (API reference, Converse, Errors).
std::string_view bedrock_type(std::uint16_t status) {
  switch (status) {
    case 401:
    case 403:
      return "AccessDeniedException";
    case 404:
      return "ResourceNotFoundException";
    case 408:
    case 504:
      return "ModelTimeoutException";
    case 424:
      return "ModelErrorException";
    case 429:
      return "ThrottlingException";
    case 502:
    case 503:
      return "ServiceUnavailableException";
    default:
      return status >= 500 ? "InternalServerException" : "ValidationException";
  }
}

void put_text_or_null(json::Writer& writer, std::string_view name, std::string_view text) {
  writer.key(name);
  if (text.empty()) {
    writer.null();
  } else {
    writer.string(text);
  }
}

std::string format_response_failed(const ErrorBody& error, const StreamPosition& position) {
  std::string out = "event: response.failed\ndata: ";
  json::Writer writer(out);
  writer.begin_object()
      .member("type", "response.failed")
      .member("sequence_number", position.next_sequence_number)
      .key("response")
      .begin_object();
  put_text_or_null(writer, "id", position.response_id);
  writer.member("object", "response").member("status", "failed").key("error").begin_object();
  // The Responses API knows a closed set of codes; the general one is server_error.
  writer.member("code", error.status == 429 ? "rate_limit_exceeded" : "server_error")
      .member("message", error.message)
      .end_object();
  writer.key("output").begin_array().end_array().end_object().end_object();
  return out + "\n\n";
}

// Exceptions that ConverseStream has within a stream (ConverseStreamOutput); their names begin with
// a small letter there.
std::string format_exception(const ErrorBody& error) {
  constexpr std::string_view kKnown[] = {"internalServerException", "modelStreamErrorException",
                                         "throttlingException", "validationException",
                                         "serviceUnavailableException"};
  const auto type = error.type.empty() ? bedrock_type(error.status) : error.type;
  std::string name = "internalServerException";
  for (const auto known : kKnown) {
    if (http::iequals(type, known)) name = known;
  }
  if (type == "ModelErrorException" || type == "ModelTimeoutException") {
    name = "modelStreamErrorException";
  }
  std::string out;
  bedrock::append_exception(out, name, format_error(Dialect::kBedrock, error));
  return out;
}

}  // namespace

std::string_view error_type(Dialect dialect, std::uint16_t status) {
  switch (dialect) {
    case Dialect::kOpenAi:
      return openai_type(status);
    case Dialect::kAnthropic:
      return anthropic_type(status);
    case Dialect::kGemini:
      return gemini_type(status);
    case Dialect::kBedrock:
      return bedrock_type(status);
    case Dialect::kCohere:
      return {};  // its errors have none
  }
  return "server_error";
}

std::string format_error(Dialect dialect, const ErrorBody& error) {
  const auto type = error.type.empty() ? error_type(dialect, error.status) : error.type;
  std::string out;
  out.reserve(error.message.size() + 128);
  json::Writer writer(out);
  writer.begin_object();
  switch (dialect) {
    case Dialect::kOpenAi:
      writer.key("error").begin_object();
      writer.member("message", error.message).member("type", type);
      put_text_or_null(writer, "param", error.param);
      put_text_or_null(writer, "code", error.code);
      writer.end_object();
      break;
    case Dialect::kAnthropic:
      writer.member("type", "error").key("error").begin_object();
      writer.member("type", type).member("message", error.message).end_object();
      break;
    case Dialect::kGemini:
      writer.key("error").begin_object().member("code", std::uint64_t{error.status});
      writer.member("message", error.message).member("status", type).end_object();
      break;
    case Dialect::kBedrock:
    case Dialect::kCohere:
      writer.member("message", error.message);
      break;
  }
  writer.end_object();
  return out;
}

std::string format_stream_error(Call call, const ErrorBody& error, const StreamPosition& position) {
  if (call.dialect == Dialect::kAnthropic) {
    return "event: error\ndata: " + format_error(call.dialect, error) + "\n\n";
  }
  if (call.dialect == Dialect::kBedrock) return format_exception(error);
  if (call.operation == Operation::kResponses) return format_response_failed(error, position);
  return "data: " + format_error(call.dialect, error) + "\n\n";
}

}  // namespace tidegate::llm
