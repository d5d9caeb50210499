#include "llm/dialect/gemini/write_contents.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "json/cursor.h"
#include "json/value.h"
#include "llm/conversation/thought_signature.h"
#include "llm/dialect/gemini/call_ids.h"
#include "llm/dialect/gemini/write_parts.h"

namespace tidegate::llm::gemini {
namespace {

using json::Writer;

constexpr unsigned kDemandsSignatures = 30;
constexpr unsigned kTakesMediaInResults = 30;

class ContentsWriter {
 public:
  ContentsWriter(unsigned generation, Writer& writer, Losses& losses, Arena& arena)
      : generation_(generation), writer_(writer), losses_(losses), arena_(arena) {}

  void write(const Conversation& conversation) {
    writer_.begin_array();
    const auto& messages = conversation.messages;
    for (std::size_t at = 0; at < messages.size();) {
      // Gemini wants turns to alternate: neighbours of one role are one turn.
      std::vector<const Part*> parts;
      const auto role = messages[at].role;
      for (; at < messages.size() && messages[at].role == role; ++at) {
        if (!messages[at].name.empty()) losses_.add(fmt::format("messages[{}].name", at));
        for (const auto& part : messages[at].parts) parts.push_back(&part);
      }
      if (role == Role::kAssistant) {
        write_model_turn(parts);
      } else {
        write_user_turn(parts);
      }
    }
    if (!any_) write_instructions_as_turn(conversation);
    writer_.end_array();
  }

 private:
  // A request without turns is refused: what instructions there are become the turn.
  void write_instructions_as_turn(const Conversation& conversation) {
    open("user");
    for (const auto& part : conversation.system) write_text(writer_, part.text);
    if (conversation.system.empty()) write_text(writer_, {" "});
    close();
  }

  void open(std::string_view role) {
    if (open_) return;
    writer_.begin_object().member("role", role).key("parts").begin_array();
    open_ = true;
    any_ = true;
  }
  void close() {
    if (open_) writer_.end_array().end_object();
    open_ = false;
  }

  void write_model_turn(const std::vector<const Part*>& parts) {
    calls_.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto* const next =
          i + 1 < parts.size() ? std::get_if<ReasoningPart>(parts[i + 1]) : nullptr;
      if (const auto* const text = std::get_if<TextPart>(parts[i])) {
        // The signature that stood on a text travels behind it.
        if (next != nullptr && is_only_signature(*next) && !text->text.empty()) {
          open("model");
          writer_.begin_object().member("text", text->text);
          writer_.member("thoughtSignature", *unmark_google(next->signature)).end_object();
          ++i;
          continue;
        }
      }
      write_model_part(*parts[i]);
    }
    close();
  }

  static bool is_only_signature(const ReasoningPart& part) {
    return part.text.empty() && unmark_google(part.signature).has_value();
  }

  void write_model_part(const Part& part) {
    if (const auto* const call = std::get_if<ToolCallPart>(&part)) {
      write_call(*call);
    } else if (const auto* const reasoning = std::get_if<ReasoningPart>(&part)) {
      write_reasoning(*reasoning);
    } else if (const auto* const refusal = std::get_if<RefusalPart>(&part)) {
      if (refusal->text.empty()) return;
      open("model");
      write_text(writer_, refusal->text);
    } else {
      write_content_part(part, "model");
    }
  }

  // Text and media, which both roles have.
  void write_content_part(const Part& part, std::string_view role) {
    if (const auto* const text = std::get_if<TextPart>(&part)) {
      note_cache(text->cache.has_value());
      if (text->text.empty()) return;
      open(role);
      write_text(writer_, text->text);
    } else if (const auto* const media = std::get_if<MediaPart>(&part)) {
      write_media_part(*media, role);
    }
  }

  void write_media_part(const MediaPart& media, std::string_view role) {
    note_cache(media.cache.has_value());
    if (media.citations) losses_.add("document.citations");
    if (!media.context.empty()) losses_.add("document.context");
    if (!media.detail.empty() && media.detail != "auto") losses_.add("image.detail");
    if (media.source == MediaPart::Source::kFileId && !media.data.bytes.starts_with("files/")) {
      losses_.add("file_id");
      return;
    }
    open(role);
    write_media(writer_, media, arena_);
  }

  void write_call(const ToolCallPart& call) {
    note_cache(call.cache.has_value());
    open("model");
    const auto split = split_signature(call.id, arena_);
    EscapedText signature = call.signature.empty() ? split.signature : call.signature;
    if (signature.empty() && calls_.empty() && generation_ >= kDemandsSignatures) {
      signature = {kNoThoughtSignature};
    }
    calls_.push_back(&call);
    writer_.begin_object().key("functionCall").begin_object();
    const auto given = find_given_id(split.id);
    if (!given.empty()) writer_.member("id", given);
    writer_.member("name", call.name).key("args").raw(arguments_object(call, arena_)).end_object();
    if (!signature.empty()) writer_.member("thoughtSignature", signature);
    writer_.end_object();
  }

  void write_reasoning(const ReasoningPart& part) {
    const auto signature = unmark_google(part.signature);
    // Another provider's signature means nothing here; its text is a thought all the same.
    const bool foreign = !part.redacted.empty() || !part.encrypted.empty() ||
                         (!part.signature.empty() && !signature);
    if (foreign) losses_.add("reasoning.signature");
    if (is_only_signature(part)) {
      open("model");
      writer_.begin_object().member("text", EscapedText{});
      writer_.member("thoughtSignature", *signature).end_object();
    } else if (!part.text.empty()) {
      open("model");
      write_thought(writer_, part.text, signature.value_or(EscapedText{}));
    }
  }

  void write_user_turn(const std::vector<const Part*>& parts) {
    std::vector<const ToolResultPart*> results;
    for (const auto* const part : parts) {
      if (const auto* const result = std::get_if<ToolResultPart>(part)) results.push_back(result);
    }
    std::vector<const ToolResultPart*> taken;
    for (const auto* const call : calls_) {
      const auto found = std::ranges::find_if(results, [&](const ToolResultPart* result) {
        return result->call_id == call->id && std::ranges::find(taken, result) == taken.end();
      });
      open("user");
      write_result(*call, found == results.end() ? nullptr : *found);
      if (found != results.end()) taken.push_back(*found);
    }
    close();
    calls_.clear();
    for (const auto* const result : taken) {
      if (generation_ < kTakesMediaInResults) write_result_media(*result);
    }
    for (const auto* const part : parts) {
      const auto* const result = std::get_if<ToolResultPart>(part);
      if (result == nullptr) {
        write_content_part(*part, "user");
      } else if (std::ranges::find(taken, result) == taken.end()) {
        write_orphan(*result);
      }
    }
    close();
  }

  void write_result(const ToolCallPart& call, const ToolResultPart* result) {
    writer_.begin_object().key("functionResponse").begin_object();
    const auto given = find_given_id(split_signature(call.id, arena_).id);
    if (!given.empty()) writer_.member("id", given);
    writer_.member("name", call.name).key("response");
    if (result == nullptr) {
      writer_.raw(R"({"error":"the call has no result"})");
    } else {
      note_cache(result->cache.has_value());
      write_response(*result);
      if (generation_ >= kTakesMediaInResults && has_media(*result)) {
        writer_.key("parts").begin_array();
        write_media_parts(*result);
        writer_.end_array();
      }
    }
    writer_.end_object().end_object();
  }

  // "output" and "error" are the names that Gemini looks for; an object is taken as it is.
  void write_response(const ToolResultPart& result) {
    if (json::is_object(result.raw)) {
      const bool wrapped = result.error && !json::find_member(result.raw, "error");
      if (wrapped) writer_.begin_object().key("error");
      writer_.raw(result.raw);
      if (wrapped) writer_.end_object();
      return;
    }
    writer_.begin_object().key(result.error ? "error" : "output");
    writer_.string(text_of(result)).end_object();
  }

  // The texts of a result, line by line.
  EscapedText text_of(const ToolResultPart& result) {
    std::string all;
    EscapedText only;
    std::size_t count = 0;
    for (const auto& part : result.parts) {
      const auto* const text = std::get_if<TextPart>(&part);
      const auto* const media = std::get_if<MediaPart>(&part);
      const bool plain = media != nullptr && media->source == MediaPart::Source::kText;
      if (text == nullptr && !plain) continue;
      only = plain ? media->data : text->text;
      if (count++ > 0) all += R"(\n)";
      all += only.bytes;
    }
    return count <= 1 ? only : EscapedText{arena_.copy(all)};
  }

  static bool is_media(const std::variant<TextPart, MediaPart>& part) {
    const auto* const media = std::get_if<MediaPart>(&part);
    return media != nullptr && media->source != MediaPart::Source::kText;
  }
  static bool has_media(const ToolResultPart& result) {
    return std::ranges::any_of(result.parts, is_media);
  }

  void write_media_parts(const ToolResultPart& result) {
    for (const auto& part : result.parts) {
      if (is_media(part)) write_media(writer_, std::get<MediaPart>(part), arena_);
    }
  }

  // Models before Gemini 3 take no media within a result: it follows in a content of its own.
  void write_result_media(const ToolResultPart& result) {
    if (!has_media(result)) return;
    open("user");
    write_media_parts(result);
  }

  void write_orphan(const ToolResultPart& result) {
    const auto text = result.raw.empty() ? text_of(result) : json::escape(result.raw, arena_);
    open("user");
    if (!text.empty()) write_text(writer_, text);
    write_media_parts(result);
    if (text.empty() && !has_media(result)) write_text(writer_, {});
  }

  void note_cache(bool marked) {
    if (marked) losses_.add("cache_control");
  }

  unsigned generation_;
  Writer& writer_;
  Losses& losses_;
  Arena& arena_;
  std::vector<const ToolCallPart*> calls_;  // of the model's turn before this one
  bool open_ = false;                       // a content is being written
  bool any_ = false;
};

}  // namespace

void write_contents(const Conversation& conversation, unsigned generation, json::Writer& writer,
                    Losses& losses, Arena& arena) {
  ContentsWriter(generation, writer, losses, arena).write(conversation);
}

}  // namespace tidegate::llm::gemini
