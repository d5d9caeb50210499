// The response on its way through the pipelines: in front of the client's writer, behind
// translation, so that processors see what the caller's dialect says.
//
// Backend's processors first, then its Group's, the Route's, then the Gateway's. A whole reply is
// kept until its end where a processor has phase ResponseBody; of an event stream each event is
// kept until it is whole; everything else passes as it comes.   Thread: the worker's.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exchange/response_writer.h"
#include "http/sse.h"
#include "llm/text/frame_events.h"
#include "proxy/flight.h"
#include "proxy/response_subject.h"

namespace tidegate::proxy {

class ProcessedResponse final : public exchange::ResponseWriter {
 public:
  // `client` must outlive this.
  ProcessedResponse(Flight& flight, exchange::ResponseWriter& client);
  ~ProcessedResponse() override;
  ProcessedResponse(const ProcessedResponse&) = delete;
  ProcessedResponse& operator=(const ProcessedResponse&) = delete;

  // Of a stream, for who waits for its next bytes (held_read.h). What processors hold back and want
  // a turn for, as pipeline::Processor::held() says it.
  std::optional<SteadyTime> held() const;
  // As pipeline::Processor::notify().
  void notify(async::Event* changed);
  // Gives processors that turn. Nobody writes meanwhile.   Errors: as write().
  async::Task<Result<void>> take_pause();

  async::Task<Result<void>> send_interim(const http::ResponseHead& head) override {
    return client_.send_interim(head);
  }
  void start(const http::ResponseHead& head) override;
  bool started() const override { return form_ != Form::kNone; }
  bool committed() const override { return client_.committed(); }
  async::Task<Result<void>> write(std::string_view bytes, stream::End end,
                                  const http::HeaderMap* trailers) override;
  async::Task<Result<void>> flush() override;
  void close_after() override { client_.close_after(); }
  void abort() override { client_.abort(); }
  stream::BodySource* upgraded() override { return client_.upgraded(); }

 private:
  enum class Form : std::uint8_t {
    kNone,    // not started
    kHeld,    // started; nothing was processed yet
    kPass,    // the body passes
    kWhole,   // the body is kept until its end
    kStream,  // event by event
    kFrames,  // the same of Amazon's binary events
  };
  async::Task<Result<void>> process_head();
  Result<Form> choose_form();
  std::unexpected<Error> refuse_size();
  async::Task<Result<void>> run(pipeline::Phase phase);
  async::Task<Result<void>> write_processed(std::string_view bytes, stream::End end,
                                            const http::HeaderMap* trailers);
  async::Task<Result<void>> write_whole(std::string_view bytes, stream::End end,
                                        const http::HeaderMap* trailers);
  async::Task<Result<void>> write_events(std::string_view bytes, stream::End end,
                                         const http::HeaderMap* trailers);
  async::Task<Result<void>> send_taken(const std::string& out, Result<void> taken, stream::End end,
                                       const http::HeaderMap* trailers);
  async::Task<Result<void>> end_stream(const std::string& last);
  async::Task<Result<void>> take_events(std::string_view bytes, stream::End end, std::string& out);
  async::Task<Result<void>> take_frames(std::string_view bytes, stream::End end, std::string& out);
  async::Task<Result<void>> take_end(std::string& out);
  Result<void> check_chunk(const llm::FrameEvent& event);
  async::Task<Result<void>> take_event(const http::SseEvent& event, std::string& out);
  // Makes it what processors see next.
  void tell_event(std::string_view type, std::string_view data);
  // Keeps what comes behind the body, which processors may change. Null: nothing does.
  const http::HeaderMap* keep_trailers(const http::HeaderMap* trailers);
  async::Task<Result<void>> flush_processed();
  std::array<pipeline::ScopeRun*, 4> scopes() const;
  bool any(pipeline::Phase phase) const;
  bool must_see() const;

  Flight& flight_;
  exchange::ResponseWriter& client_;
  http::ResponseHead head_;
  http::HeaderMap trailers_;
  ResponseSubject subject_;
  Form form_ = Form::kNone;
  std::string whole_;
  http::SseScanner scanner_;
  llm::FrameEvents frames_;
  std::uint64_t events_ = 0;
};

}  // namespace tidegate::proxy
