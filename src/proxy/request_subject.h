// The request of a flight, as processors see and change it.   Thread: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "pipeline/subject.h"
#include "proxy/flight.h"

namespace tidegate::proxy {

class RequestSubject final : public pipeline::Subject {
 public:
  // `before` (may be null) gets the payload as it was, where one takes its place.
  explicit RequestSubject(Flight& flight, RequestBefore* before = nullptr);

  const pipeline::Message& message() const override { return message_; }
  http::HeaderMap& fields() override { return flight_.exchange.request.fields; }
  http::HeaderMap* trailers() override { return flight_.request_trailers.get(); }
  void set_target(std::string_view target) override;
  Result<void> check_payload(std::string_view text) const override;
  Result<void> replace_payload(std::string text) override;
  Result<void> set_model(std::string_view model) override;
  void drop_event() override {}
  void insert_event(std::string_view) override {}
  bool can_answer() const override { return true; }

  // Takes over what was read of the payload. `whole`: processors see it.
  enum class Payload : std::uint8_t { kNone, kWhole };
  void refresh(Payload payload);
  // The model that a processor wants, where the payload that names it was not read: read it, then
  // set_model() again. Empty: none.
  std::string_view wanted_model() const { return wanted_model_; }

 private:
  Flight& flight_;
  RequestBefore* before_;
  pipeline::Message message_;
  std::string_view wanted_model_;
};

}  // namespace tidegate::proxy
