// A handler that serves requests by their path, in place of the proxy, and notes what it saw.
//
//   /echo      answers with the request's body        /hello     answers "hello" without reading it
//   /hold      answers when release() is called       /stream    sends "one", then "two" after
//   release() /interim   sends a 103 first                      /trailers  chunked, with a trailer
//   /cut       sends half of what it promised         /silent    returns without an answer
//   /late      starts its answer long before it writes it
//   /upgrade   a 101, then echoes raw bytes
// Thread: the test's.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "async/event.h"
#include "server/connection.h"

namespace tidegate::server {

class ScriptedHandler final : public RequestHandler {
 public:
  explicit ScriptedHandler(async::Reactor& reactor) : reactor_(reactor) {}

  async::Task<void> handle(exchange::Exchange& exchange) override {
    log.push_back(std::string(exchange.request.method) + " " +
                  std::string(exchange.request.target));
    ++running;
    const std::string_view path = exchange.request.path();
    if (path == "/echo") co_await echo(exchange);
    if (path == "/hello") co_await reply(exchange, "hello");
    if (path == "/hold") co_await hold(exchange);
    if (path == "/stream") co_await stream(exchange);
    if (path == "/interim") co_await interim(exchange);
    if (path == "/trailers") co_await trailers(exchange);
    if (path == "/cut") co_await cut(exchange);
    if (path == "/late") co_await late(exchange);
    if (path == "/upgrade") co_await upgrade(exchange);
    if (exchange.cancel_reason != exchange::CancelReason::kNone) {
      cancelled.push_back(exchange.cancel_reason);
    }
    --running;
  }
  async::Task<void> refuse(exchange::Exchange& exchange, Error error) override {
    refused.push_back(error.code);
    http::ResponseHead head(exchange.arena);
    head.status = 400;
    head.body = http::BodyLength::known(3);
    exchange.response->start(head);
    [[maybe_unused]] auto sent =
        co_await exchange.response->write("bad", stream::End::kYes, nullptr);
  }

  // Lets whoever holds go on.
  void release() {
    for (async::Event& event : holds_) event.set();
  }

  std::vector<std::string> log;
  std::vector<ErrorCode> refused;
  std::vector<exchange::CancelReason> cancelled;
  std::vector<ErrorCode> body_errors;
  int running = 0;

 private:
  static http::ResponseHead make_head(exchange::Exchange& exchange, http::BodyLength length) {
    http::ResponseHead head(exchange.arena);
    head.status = 200;
    head.body = length;
    return head;
  }
  static async::Task<void> reply(exchange::Exchange& exchange, std::string text) {
    const auto head = make_head(exchange, http::BodyLength::known(text.size()));
    exchange.response->start(head);
    const bool head_only = exchange.request.method == "HEAD";
    const std::string_view body = head_only ? std::string_view() : std::string_view(text);
    [[maybe_unused]] auto sent =
        co_await exchange.response->write(body, stream::End::kYes, nullptr);
  }
  async::Task<void> echo(exchange::Exchange& exchange) {
    std::string text;
    while (true) {
      auto piece = co_await exchange.body->next();
      if (!piece) {
        body_errors.push_back(piece.error().code);
        exchange.response->abort();
        co_return;
      }
      text.append(piece->bytes);
      if (piece->end == stream::End::kYes) break;
    }
    if (const auto* fields = exchange.body->trailers()) {
      for (const auto& field : fields->fields()) text.append(" +").append(field.name);
    }
    co_await reply(exchange, std::move(text));
  }
  // Waits for release() or for the end of the exchange.
  async::Task<void> wait(exchange::Exchange& exchange) {
    async::Event& event = holds_.emplace_back(reactor_);
    class Hook final : public async::CancelHook {
     public:
      explicit Hook(async::Event& e) : event_(e) {}
      void on_cancel() override { event_.cancel(); }

     private:
      async::Event& event_;
    } hook(event);
    hook.hook_into(exchange.cancel);
    if (!exchange.cancel.requested()) {
      [[maybe_unused]] const async::Outcome outcome = co_await event.wait();
    }
  }
  async::Task<void> hold(exchange::Exchange& exchange) {
    co_await wait(exchange);
    if (exchange.cancel.requested()) {
      exchange.response->abort();
    } else {
      co_await reply(exchange, "held");
    }
  }
  async::Task<void> stream(exchange::Exchange& exchange) {
    const auto head = make_head(exchange, http::BodyLength::chunked());
    exchange.response->start(head);
    auto sent = co_await exchange.response->write("one", stream::End::kNo, nullptr);
    co_await wait(exchange);
    if (!sent || exchange.cancel.requested()) {
      exchange.response->abort();
      co_return;
    }
    sent = co_await exchange.response->write("two", stream::End::kYes, nullptr);
  }
  static async::Task<void> interim(exchange::Exchange& exchange) {
    http::ResponseHead hints(exchange.arena);
    hints.status = 103;
    hints.fields.add("link", "</a>");
    [[maybe_unused]] auto sent = co_await exchange.response->send_interim(hints);
    co_await reply(exchange, "late");
  }
  static async::Task<void> trailers(exchange::Exchange& exchange) {
    const auto head = make_head(exchange, http::BodyLength::chunked());
    exchange.response->start(head);
    http::HeaderMap fields(exchange.arena);
    fields.add("x-sum", "1");
    [[maybe_unused]] auto sent =
        co_await exchange.response->write("body", stream::End::kYes, &fields);
  }
  static async::Task<void> cut(exchange::Exchange& exchange) {
    const auto head = make_head(exchange, http::BodyLength::known(10));
    exchange.response->start(head);
    [[maybe_unused]] auto sent =
        co_await exchange.response->write("half", stream::End::kNo, nullptr);
    exchange.response->abort();
  }
  // The head's frame is gone when the first byte is written.
  static async::Task<void> start_only(exchange::Exchange& exchange) {
    http::ResponseHead head(exchange.arena);
    head.status = 200;
    head.fields.add("x-late", "1");
    head.body = http::BodyLength::known(4);
    exchange.response->start(head);
    co_return;
  }
  static async::Task<void> late(exchange::Exchange& exchange) {
    co_await start_only(exchange);
    [[maybe_unused]] auto sent =
        co_await exchange.response->write("late", stream::End::kYes, nullptr);
  }
  static async::Task<void> upgrade(exchange::Exchange& exchange) {
    http::ResponseHead head(exchange.arena);
    head.status = 101;
    head.fields.add("upgrade", "echo");
    exchange.response->start(head);
    [[maybe_unused]] auto flushed = co_await exchange.response->flush();
    while (true) {
      auto piece = co_await exchange.response->upgraded()->next();
      if (!piece) break;
      auto sent = co_await exchange.response->write(piece->bytes, piece->end, nullptr);
      if (!sent || piece->end == stream::End::kYes) break;
    }
  }

  async::Reactor& reactor_;
  std::deque<async::Event> holds_;
};

}  // namespace tidegate::server
