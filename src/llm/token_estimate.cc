#include "llm/token_estimate.h"

#include <algorithm>
#include <cstdint>
#include <variant>

#include "json/text.h"

namespace tidegate::llm {
namespace {

// Around the request, a message, and a tool's definition.
constexpr TokenCount kRequestFrame{3};
constexpr TokenCount kMessageFrame{4};
constexpr TokenCount kToolFrame{8};

// Sums in twelfths of a token, which the classes below divide.
class Tally {
 public:
  void add(std::string_view text, bool escaped) {
    for (std::size_t at = 0; at < text.size();) {
      const auto c = static_cast<unsigned char>(text[at]);
      if (escaped && c == '\\') {
        at += add_escape(text.substr(at));
      } else if (c < 0x80) {
        add_ascii(static_cast<char>(c));
        ++at;
      } else {
        at += add_wide(c, text.size() - at);
      }
    }
    end_word();
  }

  TokenCount tokens() const { return TokenCount((twelfths_ + 11) / 12); }

 private:
  enum class Run : std::uint8_t { kNone, kLetters, kDigits, kSpace };

  void add_ascii(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '\'';
    if (letter) {
      step(Run::kLetters);
    } else if (c >= '0' && c <= '9') {
      step(Run::kDigits);
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      step(Run::kSpace);
    } else {
      end_word();
      twelfths_ += 8;  // punctuation often joins its neighbour
    }
  }

  void step(Run run) {
    if (run != run_) end_word();
    run_ = run;
    ++length_;
  }

  // A word of up to six letters is mostly one token, with the space before it; longer ones are cut
  // every four. Digits go by three. Indentation is one token however deep.
  void end_word() {
    if (run_ == Run::kLetters) twelfths_ += 12 * (length_ <= 6 ? 1 : (length_ + 3) / 4);
    if (run_ == Run::kDigits) twelfths_ += 12 * ((length_ + 2) / 3);
    if (run_ == Run::kSpace && length_ > 1) twelfths_ += 12;
    run_ = Run::kNone;
    length_ = 0;
  }

  // A character of more than one byte: by its script, which its first byte nearly tells.
  std::size_t add_wide(unsigned char first, std::size_t left) {
    end_word();
    if (first >= 0xf0) {
      twelfths_ += 24;  // emoji and rare scripts
      return std::min<std::size_t>(4, left);
    }
    if (first >= 0xe0) {
      twelfths_ += first >= 0xe3 && first <= 0xed ? 12 : 9;  // Han, kana, hangul; Indic, Thai, ...
      return std::min<std::size_t>(3, left);
    }
    twelfths_ += 6;  // accents, Greek, Cyrillic, Hebrew, Arabic
    return first >= 0xc0 ? std::min<std::size_t>(2, left) : 1;
  }

  std::size_t add_escape(std::string_view text) {
    const auto length = json::escape_length(text);
    if (length != 6) {
      add_ascii(length == 2 && (text[1] == 'n' || text[1] == 't' || text[1] == 'r') ? ' ' : '"');
      return std::max<std::size_t>(length, 1);
    }
    end_word();
    twelfths_ += 9;  // of any script
    return length;
  }

  std::uint64_t twelfths_ = 0;
  std::uint64_t length_ = 0;
  Run run_ = Run::kNone;
};

TokenCount estimate(std::string_view text, bool escaped) {
  Tally tally;
  tally.add(text, escaped);
  return tally.tokens();
}

// By bytes of the decoded file: low resolution, a page of screen, more than what models scale to.
TokenCount image_tokens(std::uint64_t bytes) {
  if (bytes < 20'000) return TokenCount(300);
  return TokenCount(bytes < 200'000 ? 800 : 1600);
}

TokenCount estimate_part(const Part& part);

struct PartEstimate {
  TokenCount operator()(const TextPart& part) const { return estimate_tokens(part.text); }
  TokenCount operator()(const MediaPart& part) const { return estimate_tokens(part); }
  TokenCount operator()(const ToolCallPart& part) const {
    return kToolFrame + estimate_tokens(part.name) + estimate_tokens(part.arguments) +
           estimate_tokens(part.arguments_raw);
  }
  TokenCount operator()(const ToolResultPart& part) const {
    TokenCount sum = kMessageFrame;
    if (part.parts.empty()) sum += estimate_tokens(part.raw);
    for (const auto& inside : part.parts) sum += std::visit(*this, inside);
    return sum;
  }
  TokenCount operator()(const ReasoningPart& part) const { return estimate_tokens(part.text); }
  TokenCount operator()(const RefusalPart& part) const { return estimate_tokens(part.text); }
};

TokenCount estimate_part(const Part& part) { return std::visit(PartEstimate{}, part); }

}  // namespace

TokenCount estimate_tokens(std::string_view text) { return estimate(text, false); }
TokenCount estimate_tokens(json::EscapedText text) { return estimate(text.bytes, true); }

TokenCount estimate_tokens(const MediaPart& media) {
  using Kind = MediaPart::Kind;
  if (media.source == MediaPart::Source::kText) return estimate_tokens(media.data);
  const bool here = media.source == MediaPart::Source::kBase64;
  const std::uint64_t bytes = here ? media.data.bytes.size() / 4 * 3 : 100'000;
  switch (media.kind) {
    case Kind::kImage:
      return media.detail == "low" ? TokenCount(85) : image_tokens(bytes);
    case Kind::kDocument:
      // A page is some 50 KB and up to two thousand tokens, read as text and as an image.
      return TokenCount(std::max<std::uint64_t>(1, bytes / 50'000) * 2000);
    case Kind::kAudio:
      // 32 tokens a second; 32 KB a second of plain samples, 16 KB compressed.
      return TokenCount(std::max<std::uint64_t>(32, bytes / 750));
    case Kind::kVideo:
      // Some 300 tokens a second, of 250 KB.
      return TokenCount(std::max<std::uint64_t>(300, bytes / 800));
  }
  return TokenCount();
}

TokenCount estimate_tokens(const Conversation& conversation) {
  TokenCount sum = kRequestFrame;
  for (const auto& part : conversation.system) sum += kMessageFrame + estimate_tokens(part.text);
  for (const auto& message : conversation.messages) {
    sum += kMessageFrame;
    for (const auto& part : message.parts) sum += estimate_part(part);
  }
  for (const auto& tool : conversation.tools) {
    sum += kToolFrame;
    if (tool.kind == Tool::Kind::kFunction) {
      sum += estimate_tokens(tool.name) + estimate_tokens(tool.description) +
             estimate_tokens(tool.schema);
    } else {
      sum += estimate_tokens(tool.raw);
    }
  }
  return sum + estimate_tokens(conversation.output.schema);
}

}  // namespace tidegate::llm
