#include "llm/transcode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "json/scan.h"
#include "llm/conversation/collect.h"
#include "llm/conversation/pieces.h"
#include "llm/conversation/provider_error.h"
#include "llm/conversation/replay.h"
#include "llm/dialect/anthropic/reply.h"
#include "llm/dialect/anthropic/request.h"
#include "llm/dialect/anthropic/stream_reader.h"
#include "llm/dialect/anthropic/stream_writer.h"
#include "llm/dialect/bedrock/reply.h"
#include "llm/dialect/bedrock/request.h"
#include "llm/dialect/bedrock/stream_reader.h"
#include "llm/dialect/bedrock/stream_writer.h"
#include "llm/dialect/gemini/reply.h"
#include "llm/dialect/gemini/request.h"
#include "llm/dialect/gemini/stream_reader.h"
#include "llm/dialect/gemini/stream_writer.h"
#include "llm/dialect/openai/chat/reply.h"
#include "llm/dialect/openai/chat/request.h"
#include "llm/dialect/openai/chat/stream_reader.h"
#include "llm/dialect/openai/chat/stream_writer.h"
#include "llm/dialect/openai/responses/reply.h"
#include "llm/dialect/openai/responses/request.h"
#include "llm/dialect/openai/responses/stream_reader.h"
#include "llm/dialect/openai/responses/stream_writer.h"

namespace tidegate::llm {
namespace {

// What one format can do. `exchange` is unique for the exchange: where a provider gives no ids of
// tool calls, they are made from it.
struct Codec {
  Format format;
  Result<void> (*read_request)(std::string_view body, const PathFacts& path,
                               Conversation& conversation, Arena& arena);
  void (*write_request)(const Conversation& conversation, const Target& target, std::string& out,
                        Losses& losses);
  Result<Reply> (*read_reply)(std::string_view body, std::string_view exchange, Arena& arena);
  void (*write_reply)(const Reply& reply, const Caller& caller, std::string& out);
  std::unique_ptr<StreamReader> (*make_reader)(std::string_view exchange);
  std::unique_ptr<StreamWriter> (*make_writer)(const Caller& caller);
};

template <Result<Reply> (*kRead)(std::string_view, Arena&)>
Result<Reply> read_without_exchange(std::string_view body, std::string_view, Arena& arena) {
  return kRead(body, arena);
}
template <class Reader>
std::unique_ptr<StreamReader> make_reader(std::string_view) {
  return std::make_unique<Reader>();
}
template <class Reader>
std::unique_ptr<StreamReader> make_reader_of(std::string_view exchange) {
  return std::make_unique<Reader>(exchange);
}
template <class Writer>
std::unique_ptr<StreamWriter> make_writer(const Caller& caller) {
  return std::make_unique<Writer>(caller);
}

constexpr std::array kCodecs = {
    Codec{Format::kChat, openai::read_chat_request, openai::write_chat_request,
          read_without_exchange<openai::read_chat_reply>, openai::write_chat_reply,
          make_reader<openai::ChatStreamReader>, make_writer<openai::ChatStreamWriter>},
    Codec{Format::kResponses, openai::read_responses_request, openai::write_responses_request,
          read_without_exchange<openai::read_responses_reply>, openai::write_responses_reply,
          make_reader<openai::ResponsesStreamReader>, make_writer<openai::ResponsesStreamWriter>},
    Codec{Format::kMessages, anthropic::read_messages_request, anthropic::write_messages_request,
          read_without_exchange<anthropic::read_messages_reply>, anthropic::write_messages_reply,
          make_reader<anthropic::MessagesStreamReader>,
          make_writer<anthropic::MessagesStreamWriter>},
    Codec{Format::kGenerateContent, gemini::read_generate_content_request,
          gemini::write_generate_content_request, gemini::read_generate_content_reply,
          gemini::write_generate_content_reply, make_reader_of<gemini::GenerateContentStreamReader>,
          make_writer<gemini::GenerateContentStreamWriter>},
    Codec{Format::kConverse, bedrock::read_converse_request, bedrock::write_converse_request,
          read_without_exchange<bedrock::read_converse_reply>, bedrock::write_converse_reply,
          make_reader<bedrock::ConverseStreamReader>, make_writer<bedrock::ConverseStreamWriter>},
};

const Codec* find_codec(Format format) {
  const auto* found = std::ranges::find(kCodecs, format, &Codec::format);
  return found == kCodecs.end() ? nullptr : found;
}

// REQUIRES: can_cross() said so.
const Codec& codec_of(Format format) {
  const Codec* codec = find_codec(format);
  TIDEGATE_CHECK(codec != nullptr);
  return *codec;
}

constexpr json::Selection kErrorMember{"error"};

// A document that says a failure under status 200. Servers that do so say the status in it, or not.
std::optional<ReplyError> find_failure(std::string_view body, Arena& arena) {
  std::array<json::Member, kErrorMember.size()> members;
  if (!json::scan_object(body, kErrorMember, members, Origin::kUpstream)) return std::nullopt;
  const json::Kind kind = members[0].kind;
  if (kind != json::Kind::kObject && kind != json::Kind::kString) return std::nullopt;
  const ProviderError error = read_provider_error(502, "application/json", body);
  return ReplyError{.status = 502,
                    .type = arena.copy(error.type),
                    .code = arena.copy(error.code),
                    .message = arena.copy(error.message)};
}

// The reply that a whole body is, a document or the stream of one.
Result<Reply> read_any_reply(const Codec& codec, std::string_view body, std::string_view exchange,
                             Arena& arena, std::optional<ReplyError>& failure) {
  if (is_document(body).value_or(false)) {
    failure = find_failure(body, arena);
    if (failure) return Reply();
    return codec.read_reply(body, exchange, arena);
  }
  const auto reader = codec.make_reader(exchange);
  ReplyCollector collector(arena);
  std::vector<ReplyStep> steps;
  if (auto fed = reader->feed(body, steps); !fed) return std::unexpected(std::move(fed).error());
  for (const ReplyStep& step : steps) collector.take(step);
  steps.clear();
  if (auto ended = reader->finish(steps); !ended) {
    return std::unexpected(std::move(ended).error());
  }
  for (const ReplyStep& step : steps) collector.take(step);
  auto reply = collector.finish();
  if (collector.failure() == nullptr) return reply;
  failure = *collector.failure();
  return Reply();
}

// Whether answers of the format can have pictures and sounds among their texts.
bool shows_media(Format format) {
  return format == Format::kMessages || format == Format::kGenerateContent ||
         format == Format::kConverse;
}

std::unique_ptr<StreamReader> make_stream_reader(const Crossing& crossing,
                                                 std::string_view exchange) {
  if (crossing.framing == Framing::kInvokeChunks) {
    return std::make_unique<bedrock::InvokeStreamReader>();
  }
  return codec_of(crossing.provider).make_reader(exchange);
}

}  // namespace

bool can_cross(const Crossing& crossing) {
  return find_codec(crossing.caller) != nullptr && find_codec(crossing.provider) != nullptr;
}

Result<void> read_conversation(Format format, std::string_view body, const PathFacts& path,
                               Conversation& conversation, Arena& arena) {
  return codec_of(format).read_request(body, path, conversation, arena);
}

Result<Reply> read_reply(Format format, std::string_view body, std::string_view exchange,
                         Arena& arena, std::optional<ReplyError>& failure) {
  return read_any_reply(codec_of(format), body, exchange, arena, failure);
}

std::optional<bool> is_document(std::string_view begin) {
  const auto first = begin.find_first_not_of(" \t\r\n");
  if (first == begin.npos) return std::nullopt;
  return begin[first] == '{';
}

Result<TranscodedRequest> transcode_request(const Crossing& crossing, std::string_view body,
                                            const PathFacts& path, const Target& target,
                                            Strictness strictness, Arena& arena) {
  Conversation conversation;
  TIDEGATE_TRY_VOID(codec_of(crossing.caller).read_request(body, path, conversation, arena));
  TranscodedRequest request;
  request.body.reserve(body.size() + body.size() / 8 + 512);
  codec_of(crossing.provider).write_request(conversation, target, request.body, request.losses);
  if (strictness == Strictness::kRefuseLosses && !request.losses.empty()) {
    return fail(ErrorCode::kMalformed, Origin::kDownstream,
                fmt::format("'{}' cannot be said to this provider",
                            fmt::join(request.losses.fields(), "', '")));
  }
  return request;
}

Result<TranscodedReply> transcode_reply(const Crossing& crossing, std::string_view body,
                                        const Caller& caller, Arena& arena) {
  TranscodedReply out;
  TIDEGATE_TRY(reply, read_any_reply(codec_of(crossing.provider), body, caller.fallback_id, arena,
                                     out.failure));
  if (out.failure) return out;
  if (crossing.think_tags) split_think_tags(reply, arena);
  if (!reply.usage && caller.usage != nullptr) reply.usage = *caller.usage;
  out.usage = reply.usage;
  out.losses = std::move(reply.losses);
  if (!shows_media(crossing.caller)) {
    const bool any = std::ranges::any_of(
        reply.parts, [](const Part& part) { return std::holds_alternative<MediaPart>(part); });
    if (any) out.losses.add(kLostMedia);
  }
  out.body.reserve(body.size() + 512);
  codec_of(crossing.caller).write_reply(reply, caller, out.body);
  return out;
}

StreamTranscoder::StreamTranscoder(const Crossing& crossing, const Caller& caller, StreamForm form)
    : provider_(crossing.provider),
      exchange_(caller.fallback_id),
      known_usage_(caller.usage),
      reader_(make_stream_reader(crossing, exchange_)),
      writer_(codec_of(crossing.caller).make_writer(caller)),
      form_(form) {
  if (crossing.think_tags) think_tags_.emplace();
}

Result<void> StreamTranscoder::feed(std::string_view piece, std::string& out) {
  steps_.clear();
  auto fed = reader_->feed(piece, steps_);
  write(out);
  return fed;
}

Result<void> StreamTranscoder::finish(std::string& out) {
  steps_.clear();
  auto ended = reader_->finish(steps_);
  write(out);
  if (!ended) return ended;
  if (state_ != StreamState::kDone && state_ != StreamState::kFailed) {
    return tidegate::fail(ErrorCode::kEndOfStream, Origin::kUpstream,
                          "stream ended without its terminator");
  }
  return {};
}

Result<void> StreamTranscoder::feed_document(std::string_view body, std::string& out,
                                             std::size_t piece_bytes) {
  Arena arena;
  std::optional<ReplyError> failure;
  TIDEGATE_TRY(reply, read_any_reply(codec_of(provider_), body, exchange_, arena, failure));
  steps_.clear();
  if (failure) {
    steps_.emplace_back(*failure);
  } else {
    if (!reply.usage && known_usage_ != nullptr) reply.usage = *known_usage_;
    replay(reply, arena, steps_);
    if (piece_bytes != 0) split_texts(steps_, piece_bytes);
  }
  write(out);
  return {};
}

void StreamTranscoder::fail(const ReplyError& error, std::string& out) {
  steps_.clear();
  steps_.emplace_back(error);
  write(out);
}

void StreamTranscoder::write(std::string& out) {
  if (think_tags_) {
    arena_.clear();
    think_tags_->filter(steps_, arena_);
  }
  events_.clear();
  std::string& into = form_ == StreamForm::kArray ? events_ : out;
  for (const ReplyStep& step : steps_) {
    if (state_ == StreamState::kDone || state_ == StreamState::kFailed) break;
    writer_->write(step, into);
    note(step);
  }
  if (form_ == StreamForm::kArray) frame(events_, out);
}

void StreamTranscoder::note(const ReplyStep& step) {
  if (std::holds_alternative<BlockDelta>(step)) output_started_ = true;
  if (const auto* block = std::get_if<BlockStart>(&step)) {
    output_started_ |= block->kind == BlockStart::Kind::kToolCall;
  } else if (const auto* usage = std::get_if<ReplyUsage>(&step)) {
    usage_ = usage->usage;
  } else if (const auto* loss = std::get_if<ReplyLoss>(&step)) {
    losses_.add(loss->path);
  } else if (std::holds_alternative<ReplyFinish>(step)) {
    state_ = StreamState::kFinished;
  } else if (std::holds_alternative<ReplyEnd>(step)) {
    state_ = StreamState::kDone;
  } else if (const auto* error = std::get_if<ReplyError>(&step)) {
    state_ = StreamState::kFailed;
    failure_ = {error->status, std::string(error->code), std::string(error->message)};
  }
}

// Events ("data: {...}" and a blank line) as elements of one array, which the last step closes.
void StreamTranscoder::frame(std::string_view events, std::string& out) {
  constexpr std::string_view kData = "data: ";
  while (!events.empty()) {
    const auto end = events.find('\n');
    std::string_view line = events.substr(0, end);
    events = end == events.npos ? std::string_view() : events.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kData)) continue;
    out += array_open_ ? ",\r\n" : "[";
    array_open_ = true;
    out += line.substr(kData.size());
  }
  const bool over = state_ == StreamState::kDone || state_ == StreamState::kFailed;
  if (!over || array_closed_) return;
  if (!array_open_) out += '[';
  out += ']';
  array_closed_ = true;
}

}  // namespace tidegate::llm
