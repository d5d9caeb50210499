#include "llm/text/frame_events.h"

#include <utility>

#include "base/arena.h"
#include "base/base64.h"
#include "json/cursor.h"
#include "json/escaped_text.h"
#include "json/scan.h"
#include "json/value.h"
#include "llm/dialect/bedrock/read_frame.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kChunk = "chunk";
constexpr std::string_view kBytes = "bytes";

}  // namespace

struct FrameEvents::Reader {
  // Errors: kMalformed.
  Result<void> decode_chunk(FrameEvent& event);

  bedrock::FrameReader frames;
  Arena arena;
  std::string decoded;  // of the last chunk
};

Result<void> FrameEvents::Reader::decode_chunk(FrameEvent& event) {
  arena.clear();
  TIDEGATE_TRY(range, json::validate(event.data, Origin::kUpstream));
  const auto bytes = json::find_member(range.of(event.data), kBytes).value_or("");
  auto plain = parse_base64(json::unescape({json::unquote(bytes)}, arena));
  if (!plain || !json::is_string(bytes)) {
    return fail(ErrorCode::kMalformed, Origin::kUpstream, "a chunk is no base64");
  }
  decoded = std::move(*plain);
  event.chunk = event.data;
  event.data = decoded;
  event.type = {};
  const auto inner = json::validate(event.data, Origin::kUpstream);
  if (!inner || !json::is_object(inner->of(event.data))) return {};
  const auto type = json::find_member(inner->of(event.data), "type").value_or("");
  if (json::is_string(type)) event.type = json::unquote(type);
  return {};
}

FrameEvents::FrameEvents() = default;
FrameEvents::~FrameEvents() = default;

void FrameEvents::feed(std::string_view bytes) {
  if (reader_ == nullptr) reader_ = std::make_unique<Reader>();  // most streams have no frames
  reader_->frames.feed(bytes);
}

Result<bool> FrameEvents::next(FrameEvent& event) {
  bedrock::Frame frame;
  TIDEGATE_TRY(more, reader_->frames.next(frame));
  event.type = frame.event_type.empty() ? frame.exception_type : frame.event_type;
  event.data = frame.payload;
  event.headers = frame.headers;
  event.chunk = {};
  if (more && frame.event_type == kChunk) TIDEGATE_TRY_VOID(reader_->decode_chunk(event));
  return more;
}

void append_frame_event(std::string& out, const FrameEvent& event, std::string_view data) {
  if (event.chunk.empty()) return bedrock::append_message(out, event.headers, data);
  std::string payload = R"({"bytes":")";
  append_base64(payload, data);
  payload += '"';
  // What else there is: "p", which hides how long the event is.
  json::ObjectCursor members(event.chunk.substr(event.chunk.find('{')));
  while (const auto member = members.next()) {
    if (member->name == kBytes) continue;
    payload.append(",\"").append(member->name).append("\":").append(member->value);
  }
  payload += '}';
  bedrock::append_message(out, event.headers, payload);
}

}  // namespace tidegate::llm
