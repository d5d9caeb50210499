#include "proxy/processed_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "http/content.h"
#include "proxy/pipeline_outcome.h"

namespace tidegate::proxy {

using pipeline::Phase;
using stream::End;

namespace {

// An event with other data; its other fields stay.
void append_event(const http::SseEvent& event, std::string_view data, std::string& out) {
  if (!event.type.empty()) out.append("event: ").append(event.type).append("\n");
  if (event.has_id) out.append("id: ").append(event.id).append("\n");
  while (true) {
    const std::size_t end = std::min(data.find('\n'), data.size());
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + 1);
  }
  out.append("\n");
}

}  // namespace

ProcessedResponse::ProcessedResponse(Flight& flight, exchange::ResponseWriter& client)
    : flight_(flight),
      client_(client),
      head_(flight.exchange.arena),
      trailers_(flight.exchange.arena),
      subject_(flight, head_, client) {}

ProcessedResponse::~ProcessedResponse() {
  PipelineState* state = flight_.pipelines.get();
  if (state != nullptr && state->stream == this) state->stream = nullptr;
}

void ProcessedResponse::start(const http::ResponseHead& head) {
  if (head.status == 101) {
    form_ = Form::kPass;
    return client_.start(head);
  }
  head_.status = head.status;
  head_.reason = head.reason;
  head_.fields.assign(head.fields);
  head_.version = head.version;
  head_.body = head.body;
  head_.keep_alive = head.keep_alive;
  form_ = Form::kHeld;
}

async::Task<Result<void>> ProcessedResponse::write(std::string_view bytes, End end,
                                                   const http::HeaderMap* trailers) {
  if (form_ == Form::kPass) return client_.write(bytes, end, trailers);
  return write_processed(bytes, end, trailers);
}

async::Task<Result<void>> ProcessedResponse::flush() {
  if (form_ == Form::kPass) return client_.flush();
  return flush_processed();
}

async::Task<Result<void>> ProcessedResponse::flush_processed() {
  if (form_ == Form::kHeld) {
    TIDEGATE_CO_TRY_VOID(process_head());
  }
  // A stream's head goes with its first event: until then the answer may still be another.
  if (!client_.started()) co_return Result<void>();
  co_return co_await client_.flush();
}

// In the order of a response.
std::array<pipeline::ScopeRun*, 4> ProcessedResponse::scopes() const {
  const PipelineState* state = flight_.pipelines.get();
  if (state == nullptr) return {};
  return {state->backend.get(), state->group.get(), state->route.get(), state->gateway.get()};
}

bool ProcessedResponse::any(Phase phase) const {
  return std::ranges::any_of(scopes(), [phase](const pipeline::ScopeRun* scope) {
    return scope != nullptr && scope->chain().has(phase);
  });
}

bool ProcessedResponse::must_see() const {
  const PipelineState* state = flight_.pipelines.get();
  return state != nullptr && state->must_see_reply();
}

async::Task<Result<void>> ProcessedResponse::run(Phase phase) {
  subject_.refresh(flight_);
  for (pipeline::ScopeRun* scope : scopes()) {
    if (scope == nullptr || !scope->chain().has(phase)) continue;
    if (!scope->start(phase, subject_)) co_await scope->finish();
    if (auto concluded = conclude(flight_, scope->outcome()); !concluded) co_return concluded;
    if (subject_.dropped() || subject_.ended()) break;
  }
  co_return Result<void>();
}

async::Task<Result<void>> ProcessedResponse::process_head() {
  TIDEGATE_CO_TRY_VOID(run(Phase::kResponseHeaders));
  auto form = choose_form();
  if (!form) co_return std::unexpected(std::move(form).error());
  form_ = *form;
  if (form_ == Form::kStream || form_ == Form::kFrames) {
    head_.fields.remove(http::HeaderId::kContentLength);
    head_.body = http::BodyLength::chunked();
    flight_.pipelines->stream = this;
  }
  if (form_ == Form::kPass) client_.start(head_);
  co_return Result<void>();
}

Result<ProcessedResponse::Form> ProcessedResponse::choose_form() {
  const std::string_view method = flight_.exchange.request.method;
  const bool has_body = http::response_has_body(method, head_.status) && !head_.body.is_empty();
  const bool whole = any(Phase::kResponseBody);
  const bool chunks = any(Phase::kStreamChunk);
  if (!has_body || !(whole || chunks)) return Form::kPass;
  const std::string_view type = http::media_type(head_.fields);
  const bool events = http::iequals(type, "text/event-stream");
  const bool frames = http::iequals(type, "application/vnd.amazon.eventstream");
  if (events && !chunks) return Form::kPass;
  if (!events && !frames && !whole) return Form::kPass;
  const bool too_large = !events && head_.body.bytes > limits::kMaxBufferedBodyBytes;
  const auto& call = subject_.message().call;
  const bool known = call && (call->operation == llm::Operation::kConverse ||
                              call->operation == llm::Operation::kInvokeModel);
  const bool readable = (!frames || known) && !http::is_encoded(head_.fields);
  if (readable && frames) return chunks ? Form::kFrames : Form::kPass;
  if (readable && !too_large) return events ? Form::kStream : Form::kWhole;
  if (!must_see()) return Form::kPass;
  if (too_large) return refuse_size();
  return refuse(flight_,
                {.status = 502, .code = {}, .message = "the answer cannot be processed as it came"},
                Error(ErrorCode::kUnsupported, Origin::kInternal,
                      frames ? "binary event stream" : "encoded response body"));
}

std::unexpected<Error> ProcessedResponse::refuse_size() {
  return refuse(flight_,
                {.status = 502, .code = {}, .message = "the answer is too large to process"},
                Error(ErrorCode::kBodyTooLarge, Origin::kInternal,
                      fmt::format("response body over {} bytes", limits::kMaxBufferedBodyBytes)));
}

async::Task<Result<void>> ProcessedResponse::write_processed(std::string_view bytes, End end,
                                                             const http::HeaderMap* trailers) {
  std::string held;
  if (form_ == Form::kHeld) {
    held = bytes;  // a processor may have to be waited for, and they die then
    bytes = held;
    TIDEGATE_CO_TRY_VOID(process_head());
  }
  if (form_ == Form::kWhole) co_return co_await write_whole(bytes, end, trailers);
  if (form_ == Form::kStream || form_ == Form::kFrames) {
    co_return co_await write_events(bytes, end, trailers);
  }
  co_return co_await client_.write(bytes, end, trailers);
}

const http::HeaderMap* ProcessedResponse::keep_trailers(const http::HeaderMap* trailers) {
  if (trailers == nullptr || trailers->empty()) return nullptr;
  trailers_.assign(*trailers);
  subject_.set_trailers(&trailers_);
  return &trailers_;
}

async::Task<Result<void>> ProcessedResponse::write_whole(std::string_view bytes, End end,
                                                         const http::HeaderMap* trailers) {
  if (whole_.size() + bytes.size() > limits::kMaxBufferedBodyBytes) {
    if (must_see()) co_return refuse_size();
    form_ = Form::kPass;
    client_.start(head_);
    const std::string last(bytes);
    TIDEGATE_CO_TRY_VOID(client_.write(whole_, End::kNo, nullptr));
    co_return co_await client_.write(last, end, trailers);
  }
  whole_.append(bytes);
  if (end == End::kNo) co_return Result<void>();
  const std::size_t before = whole_.size();
  const http::HeaderMap* kept = keep_trailers(trailers);
  subject_.set_payload(std::move(whole_));
  TIDEGATE_CO_TRY_VOID(run(Phase::kResponseBody));
  const std::string_view now = subject_.message().payload;
  flight_.bytes_out += now.size() - before;
  head_.fields.remove(http::HeaderId::kContentLength);
  // A message whose length is told has no trailers.
  head_.body = kept == nullptr ? http::BodyLength::known(now.size()) : http::BodyLength::chunked();
  client_.start(head_);
  form_ = Form::kPass;
  co_return co_await client_.write(now, End::kYes, kept);
}

async::Task<Result<void>> ProcessedResponse::write_events(std::string_view bytes, End end,
                                                          const http::HeaderMap* trailers) {
  std::string out;
  const std::string held(bytes);  // what is fed must stay while a processor is waited for
  const http::HeaderMap* kept = keep_trailers(trailers);
  auto taken = form_ == Form::kFrames ? co_await take_frames(held, end, out)
                                      : co_await take_events(held, end, out);
  flight_.bytes_out += out.size() - bytes.size();
  co_return co_await send_taken(out, std::move(taken), end, kept);
}

async::Task<Result<void>> ProcessedResponse::send_taken(const std::string& out, Result<void> taken,
                                                        End end, const http::HeaderMap* trailers) {
  if (!client_.started() && (!out.empty() || (taken && end == End::kYes))) client_.start(head_);
  if (!taken) {
    // What was let through goes out before the stream ends with an error.
    if (!out.empty()) {
      TIDEGATE_CO_TRY_VOID(client_.write(out, End::kNo, nullptr));
    }
    co_return taken;
  }
  if (subject_.ended()) co_return co_await end_stream(out);
  if (out.empty() && end == End::kNo) co_return Result<void>();
  co_return co_await client_.write(out, end, trailers);
}

std::optional<SteadyTime> ProcessedResponse::held() const {
  std::optional<SteadyTime> first;
  for (const pipeline::ScopeRun* scope : scopes()) {
    if (scope == nullptr) continue;
    const auto held = scope->held();
    if (held && (!first || *held < *first)) first = held;
  }
  return first;
}

void ProcessedResponse::notify(async::Event* changed) {
  for (pipeline::ScopeRun* scope : scopes()) {
    if (scope != nullptr) scope->notify(changed);
  }
}

async::Task<Result<void>> ProcessedResponse::take_pause() {
  pipeline::StreamEvent pause;
  pause.index = events_;
  pause.pause = true;
  subject_.set_event(pause, std::string_view());
  auto taken = co_await run(Phase::kStreamChunk);
  const std::string out = subject_.inserted();
  if (!out.empty()) subject_.begin();
  flight_.bytes_out += out.size();
  co_return co_await send_taken(out, std::move(taken), End::kNo, nullptr);
}

// What comes from the upstream after this is nobody's: the error ends the relay.
async::Task<Result<void>> ProcessedResponse::end_stream(const std::string& last) {
  if (!client_.started()) client_.start(head_);
  TIDEGATE_CO_TRY_VOID(client_.write(last, End::kYes, nullptr));
  flight_.pipelines->ended_stream = true;
  co_return fail(ErrorCode::kCancelled, Origin::kInternal, "a processor ended the stream");
}

async::Task<Result<void>> ProcessedResponse::take_events(std::string_view bytes, End end,
                                                         std::string& out) {
  scanner_.feed(bytes);
  http::SseEvent event;
  while (true) {
    auto more = scanner_.next(event);
    if (!more) co_return std::unexpected(std::move(more).error());
    if (!*more) break;
    TIDEGATE_CO_TRY_VOID(take_event(event, out));
    if (subject_.ended()) co_return Result<void>();
    if (!out.empty()) subject_.begin();
  }
  if (end == End::kNo) co_return Result<void>();
  if (scanner_.finish(event)) {
    TIDEGATE_CO_TRY_VOID(take_event(event, out));
    if (subject_.ended()) co_return Result<void>();
  }
  co_return co_await take_end(out);
}

void ProcessedResponse::tell_event(std::string_view type, std::string_view data) {
  pipeline::StreamEvent told;
  told.type = type;
  told.index = events_++;
  subject_.set_event(told, data);
}

// After the last event.
async::Task<Result<void>> ProcessedResponse::take_end(std::string& out) {
  pipeline::StreamEvent last;
  last.index = events_;
  last.end = true;
  subject_.set_event(last, std::string_view());
  auto ended = co_await run(Phase::kStreamChunk);
  out.append(subject_.inserted());
  co_return ended;
}

// InvokeModel streams whatever events a model has. Those of Claude, each of which says its type,
// are known; of others nobody would find a text.
Result<void> ProcessedResponse::check_chunk(const llm::FrameEvent& event) {
  if (event.chunk.empty() || !event.type.empty() || !must_see()) return {};
  return refuse(flight_,
                {.status = 502, .code = {}, .message = "the answer cannot be processed as it came"},
                Error(ErrorCode::kUnsupported, Origin::kInternal, "events of an unknown model"));
}

async::Task<Result<void>> ProcessedResponse::take_frames(std::string_view bytes, End end,
                                                         std::string& out) {
  frames_.feed(bytes);
  llm::FrameEvent event;
  while (true) {
    auto more = frames_.next(event);
    if (!more) co_return std::unexpected(std::move(more).error());
    if (!*more) break;
    if (auto known = check_chunk(event); !known) co_return known;
    tell_event(event.type, event.data);
    TIDEGATE_CO_TRY_VOID(run(Phase::kStreamChunk));
    out.append(subject_.inserted());
    if (subject_.ended()) co_return Result<void>();
    if (!subject_.dropped()) {
      llm::append_frame_event(out, event, subject_.message().payload);
    }
    if (!out.empty()) subject_.begin();
  }
  if (end == End::kNo) co_return Result<void>();
  co_return co_await take_end(out);
}

async::Task<Result<void>> ProcessedResponse::take_event(const http::SseEvent& event,
                                                        std::string& out) {
  if (!event.has_data) {
    out.append(event.raw);
    co_return Result<void>();
  }
  tell_event(event.type, event.data);
  TIDEGATE_CO_TRY_VOID(run(Phase::kStreamChunk));
  out.append(subject_.inserted());
  if (subject_.dropped() || subject_.ended()) co_return Result<void>();
  if (subject_.replaced()) {
    append_event(event, subject_.message().payload, out);
  } else {
    out.append(event.raw);
  }
  co_return Result<void>();
}

}  // namespace tidegate::proxy
