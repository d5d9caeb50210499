// For tests: AWS event streams from the case files *.eventstream.json, and back to text.
//
// A case is a list of messages:
//   {"event":"messageStart","payload":{...}}
//   {"exception":"throttlingException","payload":{...}}
//   {"error":"InternalError","message":"..."}
//   {"chunk":{...}}: an event of the Messages API, as InvokeModelWithResponseStream frames it
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "llm/dialect/bedrock/read_frame.h"
#include "llm/dialect/bedrock/write_frame.h"

namespace tidegate::llm::bedrock {

inline std::string encode_frames(std::string_view messages) {
  EXPECT_TRUE(json::validate(messages, Origin::kInternal)) << messages;
  std::string out;
  json::ArrayCursor cursor(messages.substr(messages.find('[')));
  while (const auto message = cursor.next()) {
    const auto member = [&](std::string_view name) {
      return json::find_member(*message, name).value_or("");
    };
    if (const auto event = json::unquote(member("event")); !event.empty()) {
      append_event(out, event, member("payload"));
    } else if (const auto exception = json::unquote(member("exception")); !exception.empty()) {
      append_exception(out, exception, member("payload"));
    } else if (const auto chunk = member("chunk"); !chunk.empty()) {
      std::string payload = R"({"bytes":")";
      append_base64(payload, chunk);
      append_event(out, "chunk", payload + R"(","p":"abcd"})");
    } else {
      const std::array<FrameHeader, 3> headers = {
          {{":message-type", "error"},
           {":error-code", json::unquote(member("error"))},
           {":error-message", json::unquote(member("message"))}}};
      append_frame(out, headers, "");
    }
  }
  return out;
}

// One line for each message: its type and its payload.
inline std::string show_frames(std::string_view stream) {
  FrameReader reader;
  reader.feed(stream);
  std::string out;
  Frame frame;
  while (true) {
    const auto found = reader.next(frame);
    if (!found) return out + "failed: " + found.error().detail;
    if (!*found) break;
    out += frame.message_type == "exception" ? frame.exception_type : frame.event_type;
    out += ' ';
    out += frame.payload;
    out += '\n';
  }
  return reader.unfinished() ? out + "unfinished" : out;
}

}  // namespace tidegate::llm::bedrock
