// The response of a flight, as processors see and change it.   Thread: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "exchange/response_writer.h"
#include "pipeline/subject.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

class ResponseSubject final : public pipeline::Subject {
 public:
  ResponseSubject(Flight& flight, http::ResponseHead& head, const exchange::ResponseWriter& client);

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return head_.fields; }
  http::HeaderMap* trailers() override { return trailers_; }
  void set_status(std::uint16_t status) override;
  Result<void> check_payload(std::string_view text) const override;
  Result<void> replace_payload(std::string text) override;
  Result<void> set_model(std::string_view model) override;
  void drop_event() override;
  void insert_event(std::string_view raw) override;
  void end_stream() override { ended_ = true; }
  bool can_answer() const override { return !begun_ && !client_.started(); }
  // Something was let through to the client.
  void begin() { begun_ = true; }

  // Takes over what the flight knows by now.
  void refresh(const Flight& flight);
  void set_payload(std::string text);
  // Behind the payload, or the last event; null: none.
  void set_trailers(http::HeaderMap* trailers);
  // `data` stays where it is until the next event.
  void set_event(const pipeline::StreamEvent& event, std::string_view data);
  bool dropped() const { return dropped_; }
  // The stream is over, though the upstream's is not.
  bool ended() const { return ended_; }
  bool replaced() const { return replaced_; }
  const std::string& inserted() const { return inserted_; }

 private:
  http::ResponseHead& head_;
  http::HeaderMap* trailers_ = nullptr;
  const exchange::ResponseWriter& client_;
  pipeline::Message message_;
  pipeline::StreamEvent event_;
  std::string payload_;
  std::string inserted_;
  bool begun_ = false;
  bool dropped_ = false;
  bool ended_ = false;
  bool replaced_ = false;
};

}  // namespace tidegate::proxy
