// Messages of the AWS event stream, written: how Bedrock's streams are framed.
//
//   total length u32 | headers length u32 | CRC of these 8 bytes u32 | headers | payload | CRC of
//   all a header: name length u8, name, type u8 (7: string), value length u16, value
// Numbers are big-endian.   Source: AWS SDKs, "Event stream specification" (2026-11).
// Thread: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tidegate::llm::bedrock {

// Names up to 255 bytes, values up to 65,535: longer ones are cut.
using FrameHeader = std::pair<std::string_view, std::string_view>;
void append_frame(std::string& out, std::span<const FrameHeader> headers, std::string_view payload);

// The same with headers that are encoded already: a message whose payload alone changes.
void append_message(std::string& out, std::string_view headers, std::string_view payload);

// :message-type "event", with that :event-type and a JSON payload.
void append_event(std::string& out, std::string_view type, std::string_view json);
// The event of a model's own API as InvokeModelWithResponseStream frames it: "chunk", with the
// event in base64.
void append_chunk(std::string& out, std::string_view json);
// :message-type "exception": the stream's last message. `type` begins with a small letter in
// Bedrock's model ("throttlingException").
void append_exception(std::string& out, std::string_view type, std::string_view json);

}  // namespace tidegate::llm::bedrock
