#include "proxy/billed_try.h"

#include <string>

#include "llm/frame_meter.h"
#include "llm/stream_meter.h"

namespace tidegate::proxy {
namespace {

std::optional<llm::Usage> usage_of(llm::Call call, const std::optional<llm::Crossing>& crossing,
                                   std::string_view beginning) {
  if (crossing) {
    const llm::Caller nobody;
    llm::StreamTranscoder stream(*crossing, nobody);
    std::string unused;
    // What cannot be read has told what it told before.
    static_cast<void>(stream.feed(beginning, unused));
    return stream.usage();
  }
  if (call.dialect == llm::Dialect::kBedrock) {
    llm::FrameMeter meter(call);
    meter.feed(beginning);
    return meter.usage();
  }
  llm::StreamMeter meter(call, llm::StreamMeter::HideUsage::kNo);
  meter.feed(beginning);
  return meter.usage();
}

}  // namespace

MicroUsd cost_of_beginning(llm::Call call, const std::optional<llm::Crossing>& crossing,
                           const llm::Price* price, std::string_view beginning) {
  if (price == nullptr || beginning.empty()) return {};
  const auto usage = usage_of(call, crossing, beginning);
  return usage ? llm::cost(*price, *usage) : MicroUsd();
}

}  // namespace tidegate::proxy
