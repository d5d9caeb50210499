#include "processors/webhook/protocol.h"

#include <array>
#include <optional>
#include <utility>

#include "json/cursor.h"
#include "json/scan.h"
#include "json/value.h"
#include "json/writer.h"
#include "llm/call.h"

namespace tidegate::processors::webhook {
namespace {

using json::Writer;

// A refusal's texts go to the client.
constexpr std::size_t kMaxCodeBytes = 128;
constexpr std::size_t kMaxMessageBytes = 4096;

Writer::Bool to_bool(bool value) { return value ? Writer::Bool::kTrue : Writer::Bool::kFalse; }

void write_request(Writer& writer, const pipeline::Message& message,
                   std::span<const std::string> headers) {
  const http::RequestHead& request = *message.request;
  writer.key("request").begin_object();
  if (const auto id = request.fields.find(http::HeaderId::kXRequestId)) writer.member("id", *id);
  writer.member("method", request.method).member("path", request.path());
  writer.key("headers").begin_object();
  for (const std::string& name : headers) {
    if (const auto value = request.fields.find(name)) writer.member(name, *value);
  }
  writer.end_object().end_object();
}

void write_text(Writer& writer, std::size_t id, const ShownText& text) {
  writer.begin_object().member("id", std::uint64_t{id}).member("channel", text.channel);
  if (text.message != llm::Text::kNoMessage) writer.member("message", text.message);
  if (!text.before.empty()) writer.member("before", text.before);
  writer.member("text", text.text).end_object();
}

std::unexpected<Error> wrong(std::string detail) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, "the webhook's answer: " + detail);
}

constexpr json::Selection kAnswer = {"action", "texts", "status", "code", "message"};
enum At : std::size_t { kAction, kTexts, kStatus, kCode, kMessage, kMembers };

constexpr json::Selection kMasked = {"id", "text"};

Result<Masked> parse_masked(std::string_view item, Arena& arena) {
  std::array<json::Member, kMasked.size()> at;
  if (!json::is_object(item)) return wrong("an element of texts is no object");
  if (auto scanned = json::scan_object(item, kMasked, at, Origin::kUpstream); !scanned) {
    return wrong(scanned.error().detail);
  }
  const auto id = json::find_uint(item, at[0]);
  const auto text = json::find_string(item, at[1], arena);
  if (!id || !text) return wrong("an element of texts needs id and text");
  return Masked{static_cast<std::size_t>(*id), *text};
}

Result<void> parse_texts(std::string_view list, std::size_t count, Arena& arena, Answer& out) {
  std::vector<bool> seen(count, false);
  json::ArrayCursor items(list);
  while (const auto item = items.next()) {
    TIDEGATE_TRY(masked, parse_masked(*item, arena));
    if (masked.id >= count) return wrong("masks a text that was not shown");
    if (seen[masked.id]) return wrong("masks a text twice");
    seen[masked.id] = true;
    out.texts.push_back(masked);
  }
  return {};
}

Result<void> parse_refusal(std::string_view body, std::span<const json::Member> at, Arena& arena,
                           Answer& out) {
  if (at[kStatus].present()) {
    const auto status = json::find_uint(body, at[kStatus]);
    if (!status || *status < 400 || *status > 599) return wrong("status must be 400 to 599");
    out.status = static_cast<std::uint16_t>(*status);
  }
  out.code = json::find_string(body, at[kCode], arena).value_or("");
  out.message = json::find_string(body, at[kMessage], arena).value_or("");
  if (out.code.size() > kMaxCodeBytes) return wrong("code is too long");
  if (out.message.size() > kMaxMessageBytes) return wrong("message is too long");
  return {};
}

}  // namespace

std::string format_question(const pipeline::Turn& turn, std::span<const ShownText> texts,
                            std::span<const std::string> headers) {
  const pipeline::Message& message = turn.message;
  std::string body;
  Writer writer(body);
  writer.begin_object().member("version", "v1");
  writer.member("phase", config::to_string(turn.phase));
  writer.member("pipeline", turn.pipeline.id).member("processor", turn.spec.name);
  if (!message.model.empty()) writer.member("model", message.model);
  if (message.call) {
    writer.member("dialect", llm::to_string(message.call->dialect));
    writer.member("operation", llm::to_string(message.call->operation));
  }
  writer.key("stream").boolean(to_bool(message.stream));
  writer.key("context").begin_object();
  for (const auto& [name, value] : turn.spec.context) writer.member(name, value);
  writer.end_object();
  write_request(writer, message, headers);
  if (message.response != nullptr) {
    writer.key("response").begin_object().member("status", message.response->status).end_object();
  }
  writer.key("texts").begin_array();
  for (std::size_t id = 0; id < texts.size(); ++id) write_text(writer, id, texts[id]);
  writer.end_array().end_object();
  return body;
}

Result<Answer> parse_answer(std::string_view body, std::size_t texts, Arena& arena) {
  std::array<json::Member, kMembers> at;
  if (auto scanned = json::scan_object(body, kAnswer, at, Origin::kUpstream); !scanned) {
    return wrong(scanned.error().detail);
  }
  const auto action = json::find_string(body, at[kAction], arena);
  Answer answer;
  if (action == "Pass") return answer;
  if (action == "Mask") {
    answer.action = Answer::Action::kMask;
    const json::Member& list = at[kTexts];
    if (list.kind != json::Kind::kArray) return wrong("Mask needs a list of texts");
    if (auto read = parse_texts(list.value.of(body), texts, arena, answer); !read) {
      return std::unexpected(std::move(read).error());
    }
    return answer;
  }
  if (action != "Reject") return wrong("action must be Pass, Mask or Reject");
  answer.action = Answer::Action::kReject;
  if (auto read = parse_refusal(body, at, arena, answer); !read) {
    return std::unexpected(std::move(read).error());
  }
  return answer;
}

}  // namespace tidegate::processors::webhook
