#include "proxy/translated_reply.h"

#include <chrono>
#include <utility>

#include "http/uri.h"
#include "proxy/held_read.h"
#include "proxy/provider_failure.h"

namespace tidegate::proxy {

using stream::End;

namespace {

class TranslatedReply {
 public:
  TranslatedReply(Flight& flight, http::ResponseHead& head, stream::BodySource& source)
      : flight_(flight), head_(head), source_(source), lost_in_request_(flight.translation_loss) {
    caller_.model = flight.model;
    caller_.include_usage = flight.facts->include_usage == llm::IncludeUsage::kAsked;
    caller_.fallback_id = flight.request_id;
    caller_.now = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(
            flight.exchange.reactor.clock().wall_now().time_since_epoch())
            .count());
  }

  async::Task<Result<void>> run() {
    if (!flight_.translation_loss.empty()) {
      head_.fields.set("x-tidegate-translation-loss",
                       flight_.exchange.arena.copy(flight_.translation_loss));
    }
    if (head_.status < 200 || head_.status >= 300) {
      co_return co_await relay_failure(flight_, head_, source_);
    }
    fit_reply_head(flight_, head_.fields);
    if (flight_.facts->stream) co_return co_await relay_stream();
    co_return co_await relay_whole();
  }

 private:
  async::Task<Result<stream::Piece>> next() {
    if (auto here = source_.next_now()) co_return *here;
    co_return co_await read_next(flight_, source_, held_);
  }

  async::Task<Result<void>> relay_whole() {
    TIDEGATE_CO_TRY(body, read_rest(source_, std::string()));
    Arena& arena = flight_.exchange.arena;
    auto reply = llm::transcode_reply(*flight_.crossing, body, caller_, arena);
    if (!reply) co_return std::unexpected(std::move(reply).error());
    if (reply->failure) {
      head_.status = reply->failure->status;
      co_return co_await send_failure(flight_, head_, reply->failure->message, reply->failure->code,
                                      std::string_view());
    }
    flight_.usage = reply->usage;
    tell_losses(reply->losses);
    co_return co_await send_json(flight_, head_, reply->body);
  }

  // A stream. The head goes with the first bytes, so that a failure that the provider tells before
  // any output is answered with its status.
  async::Task<Result<void>> relay_stream() {
    std::string begin;
    End end = End::kNo;
    while (!llm::is_document(begin) && end == End::kNo) {
      auto piece = co_await next();
      if (!piece) co_return std::unexpected(std::move(piece).error());
      begin += piece->bytes;
      end = piece->end;
    }
    flight_.transcoder =
        std::make_unique<llm::StreamTranscoder>(*flight_.crossing, caller_, form());
    if (llm::is_document(begin).value_or(false)) {
      if (end == End::kNo) {
        TIDEGATE_CO_TRY(whole, read_rest(source_, std::move(begin)));
        begin = std::move(whole);
      }
      co_return co_await relay_document(begin);
    }
    auto relayed = co_await relay_pieces(begin, end);
    flight_.usage = flight_.transcoder->usage();
    tell_losses(flight_.transcoder->losses());
    co_return relayed;
  }

  llm::StreamForm form() const {
    if (flight_.call->dialect != llm::Dialect::kGemini) return llm::StreamForm::kEvents;
    const auto alt =
        http::find_query_parameter(flight_.exchange.request.query(), "alt", flight_.exchange.arena);
    return alt == "sse" ? llm::StreamForm::kEvents : llm::StreamForm::kArray;
  }

  // What the provider said and the caller does not get: in the head as long as it has not gone, in
  // the log in every case.
  void tell_losses(const llm::Losses& losses) {
    if (losses.empty()) return;
    flight_.translation_loss = lost_in_request_;
    if (!lost_in_request_.empty()) flight_.translation_loss += ", ";
    flight_.translation_loss += losses.to_string();
    if (flight_.exchange.response->started()) return;
    head_.fields.set("x-tidegate-translation-loss",
                     flight_.exchange.arena.copy(flight_.translation_loss));
  }

  void start_stream() {
    tell_losses(flight_.transcoder->losses());
    const bool frames = flight_.crossing->caller == llm::Format::kConverse;
    const bool array = form() == llm::StreamForm::kArray;
    head_.fields.set("content-type", frames  ? "application/vnd.amazon.eventstream"
                                     : array ? "application/json"
                                             : "text/event-stream");
    if (!frames && !array) head_.fields.set("cache-control", "no-cache");
    head_.body = http::BodyLength::chunked();
    head_.status = 200;
    flight_.status = 200;
    flight_.stream_position.emplace();
    flight_.exchange.response->start(head_);
  }

  // A document where a stream was asked: the stream of it.
  async::Task<Result<void>> relay_document(const std::string& body) {
    std::string out;
    auto fed = flight_.transcoder->feed_document(body, out);
    flight_.usage = flight_.transcoder->usage();
    if (!fed) co_return fed;
    if (flight_.transcoder->state() == llm::StreamState::kFailed) {
      co_return co_await answer_failure();
    }
    start_stream();
    note_first_token();
    flight_.bytes_out += out.size();
    co_return co_await flight_.exchange.response->write(out, End::kYes, nullptr);
  }

  // What the provider said within its stream, before any output: a whole answer.
  async::Task<Result<void>> answer_failure() {
    const llm::StreamFailure& failure = flight_.transcoder->failure();
    head_.status = failure.status < 400 ? 502 : failure.status;
    co_return co_await send_failure(flight_, head_, failure.message, failure.code,
                                    std::string_view());
  }

  async::Task<Result<void>> relay_pieces(std::string_view begin, End end) {
    exchange::ResponseWriter& response = *flight_.exchange.response;
    llm::StreamTranscoder& stream = *flight_.transcoder;
    std::string out;
    std::string_view bytes = begin;
    while (true) {
      auto fed = stream.feed(bytes, out);
      Result<void> ended;
      if (fed && end == End::kYes) ended = stream.finish(out);
      note_first_token();
      const bool failed = stream.state() == llm::StreamState::kFailed;
      if (failed && !response.started() && !stream.output_started()) {
        co_return co_await answer_failure();
      }
      if (!fed && !response.started()) co_return fed;
      if (!response.started()) start_stream();
      const bool over = failed || (end == End::kYes && ended);
      flight_.bytes_out += out.size();
      if (over) {
        flight_.usage = stream.usage();  // processors ask for it at the end
        co_return co_await response.write(out, End::kYes, nullptr);
      }
      if (!out.empty()) {
        TIDEGATE_CO_TRY_VOID(response.write(out, End::kNo, nullptr));
      }
      if (!fed) co_return fed;
      if (!ended) co_return ended;
      out.clear();
      if (!response.committed() && !source_.ready()) {
        TIDEGATE_CO_TRY_VOID(response.flush());
      }
      auto piece = co_await next();
      if (!piece) co_return co_await end_broken(std::move(piece).error());
      bytes = piece->bytes;
      end = piece->end;
    }
  }

  // A stream that has told its end is over whatever became of its connection.
  async::Task<Result<void>> end_broken(Error error) {
    const bool told = flight_.transcoder->state() == llm::StreamState::kDone;
    if (!told || error.origin != Origin::kUpstream || flight_.exchange.cancel.requested()) {
      co_return std::unexpected(std::move(error));
    }
    co_return co_await flight_.exchange.response->write(std::string_view(), End::kYes, nullptr);
  }

  void note_first_token() {
    if (flight_.first_token || !flight_.transcoder->output_started()) return;
    flight_.first_token = std::chrono::duration_cast<std::chrono::microseconds>(
        flight_.exchange.reactor.clock().steady_now() - flight_.exchange.started);
  }

  Flight& flight_;
  http::ResponseHead& head_;
  stream::BodySource& source_;
  llm::Caller caller_;
  const std::string lost_in_request_;
  std::string held_;  // a piece that was read while something was held back
};

}  // namespace

async::Task<Result<void>> relay_translated_reply(Flight& flight, http::ResponseHead& head,
                                                 stream::BodySource& source) {
  TranslatedReply reply(flight, head, source);
  co_return co_await reply.run();
}

}  // namespace tidegate::proxy
