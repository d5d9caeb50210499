#include "proxy/provider_failure.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "llm/conversation/provider_error.h"

namespace tidegate::proxy {

using stream::End;

namespace {

constexpr std::string_view kRequestIdFields[] = {"x-request-id", "request-id", "x-amzn-requestid",
                                                 "x-goog-request-id"};

// What says of the body that is replaced, or belongs to the provider's dialect.
bool is_of_provider(const http::Field& field) {
  static constexpr http::HeaderIdSet kOfBody = {http::HeaderId::kContentType,
                                                http::HeaderId::kContentLength,
                                                http::HeaderId::kContentEncoding};
  if (kOfBody.has(field.id)) return true;
  constexpr std::string_view kNames[] = {"x-amzn-errortype", "x-amzn-bedrock-", "anthropic-",
                                         "openai-"};
  return field.id == http::HeaderId::kOther &&
         std::ranges::any_of(kNames, [&field](std::string_view name) {
           return http::iequals(field.name.substr(0, name.size()), name);
         });
}

std::string_view request_id_field(llm::Dialect dialect) {
  switch (dialect) {
    case llm::Dialect::kAnthropic:
      return "request-id";
    case llm::Dialect::kBedrock:
      return "x-amzn-requestid";
    case llm::Dialect::kOpenAi:
    case llm::Dialect::kGemini:
    case llm::Dialect::kCohere:
      break;
  }
  return "x-request-id";
}

// The caller's client library looks for the provider's request id where its own provider has it.
void keep_request_id(llm::Dialect dialect, http::HeaderMap& fields) {
  const std::string_view wanted = request_id_field(dialect);
  for (const std::string_view name : kRequestIdFields) {
    const auto id = fields.find(name);
    if (!id || fields.find(wanted)) continue;
    fields.set(wanted, *id);
    return;
  }
}

}  // namespace

async::Task<Result<std::string>> read_rest(stream::BodySource& source, std::string begin) {
  while (true) {
    stream::Piece piece;
    if (auto here = source.next_now()) {
      piece = *here;
    } else {
      TIDEGATE_CO_TRY(next, source.next());
      piece = next;
    }
    if (begin.size() + piece.bytes.size() > limits::kMaxBufferedBodyBytes) {
      co_return fail(ErrorCode::kBodyTooLarge, Origin::kUpstream, "the reply is too large");
    }
    begin += piece.bytes;
    if (piece.end == End::kYes) co_return begin;
  }
}

void fit_reply_head(const Flight& flight, http::HeaderMap& fields) {
  keep_request_id(flight.call->dialect, fields);
  fields.remove_if(is_of_provider);
}

async::Task<Result<void>> send_json(Flight& flight, http::ResponseHead& head,
                                    std::string_view body) {
  head.fields.set("content-type", "application/json");
  head.body = http::BodyLength::known(body.size());
  flight.bytes_out = body.size();
  flight.status = head.status;
  flight.exchange.response->start(head);
  co_return co_await flight.exchange.response->write(body, End::kYes, nullptr);
}

async::Task<Result<void>> send_failure(Flight& flight, http::ResponseHead& head,
                                       std::string_view message, std::string_view code,
                                       std::string_view param) {
  const llm::Dialect dialect = flight.call->dialect;
  llm::ErrorBody error;
  error.status = head.status;
  error.message = message;
  error.code = code;
  error.param = param;
  if (dialect == llm::Dialect::kBedrock) {
    head.fields.set("x-amzn-errortype", llm::error_type(dialect, error.status));
  }
  const std::string text = llm::format_error(dialect, error);
  co_return co_await send_json(flight, head, text);
}

async::Task<Result<void>> relay_failure(Flight& flight, http::ResponseHead& head,
                                        stream::BodySource& source) {
  Arena& arena = flight.exchange.arena;
  const std::string_view type =
      arena.copy(head.fields.find(http::HeaderId::kContentType).value_or(""));
  const std::string_view word = arena.copy(head.fields.find("x-amzn-errortype").value_or(""));
  TIDEGATE_CO_TRY(body, read_rest(source, std::string()));
  const llm::ProviderError error = llm::read_provider_error(head.status, type, body, word);
  fit_reply_head(flight, head.fields);
  if (head.status < 400) head.status = 502;  // a redirect is no answer to a model call
  co_return co_await send_failure(flight, head, error.message, error.code, error.param);
}

}  // namespace tidegate::proxy
