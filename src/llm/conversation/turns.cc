#include "llm/conversation/turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "llm/conversation/thought_signature.h"

namespace tidegate::llm {
namespace {

constexpr std::string_view kNoResult = "No result was returned for this call.";

bool is_id_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

// Length of white space that ends the text: a byte, or an escape such as \n. 0: none.
std::size_t trailing_space(std::string_view text) {
  if (text.empty()) return 0;
  if (text.back() == ' ') return 1;
  if (text.size() < 2 || text[text.size() - 2] != '\\') return 0;
  if (text.back() != 'n' && text.back() != 't' && text.back() != 'r') return 0;
  // An even number of backslashes is that many escaped ones, and then a letter.
  const auto other = text.find_last_not_of('\\', text.size() - 2);
  const auto backslashes = text.size() - 1 - (other == text.npos ? 0 : other + 1);
  return backslashes % 2 == 1 ? 2 : 0;
}

EscapedText trim_end(EscapedText text) {
  while (const auto size = trailing_space(text.bytes)) text.bytes.remove_suffix(size);
  return text;
}

class Arranger {
 public:
  using Keeps = bool (*)(const ReasoningPart&);

  Arranger(const Conversation& conversation, Losses& losses, Arena& arena, Keeps keeps)
      : losses_(losses), arena_(arena), keeps_(keeps) {
    for (std::size_t i = 0; i < conversation.messages.size(); ++i) {
      const auto& message = conversation.messages[i];
      if (!message.name.empty()) losses_.add(fmt::format("messages[{}].name", i));
      merge(turns_, message.role, message.parts);
    }
  }

  std::vector<Message> arrange(FirstTurn first) {
    name_the_nameless();
    find_results();
    for (std::size_t i = 0; i < turns_.size(); ++i) place_turn(i);
    if (first == FirstTurn::kUser && (out_.empty() || out_.front().role != Role::kUser)) {
      Message opening;
      opening.parts.emplace_back(TextPart{.text = {"."}, .cache = {}, .citations = {}});
      out_.insert(out_.begin(), std::move(opening));
    }
    trim_prefill();
    return std::move(out_);
  }

 private:
  struct Place {
    std::size_t turn;
    std::size_t part;
  };

  bool is_nothing(const Part& part) {
    if (const auto* text = std::get_if<TextPart>(&part)) return is_blank(text->text);
    if (const auto* text = std::get_if<RefusalPart>(&part)) return is_blank(text->text);
    const auto* thought = std::get_if<ReasoningPart>(&part);
    if (thought == nullptr || keeps_ == nullptr || keeps_(*thought)) return false;
    losses_.add("reasoning");
    return true;
  }

  void merge(std::vector<Message>& turns, Role role, std::span<const Part> parts) {
    for (const auto& part : parts) {
      if (is_nothing(part)) continue;
      if (turns.empty() || turns.back().role != role) turns.emplace_back().role = role;
      turns.back().parts.push_back(part);
    }
  }

  // Calls without an id get one; results without one answer the first open call of their name.
  void name_the_nameless() {
    std::deque<ToolCallPart*> open;
    std::size_t count = 0;
    for (auto& turn : turns_) {
      for (auto& part : turn.parts) {
        if (auto* call = std::get_if<ToolCallPart>(&part); call != nullptr && call->id.empty()) {
          call->id.bytes = arena_.copy(fmt::format("call_{}", count++));
          open.push_back(call);
        }
        auto* result = std::get_if<ToolResultPart>(&part);
        if (result == nullptr || !result->call_id.empty()) continue;
        const auto found = std::ranges::find_if(open, [&](const ToolCallPart* call) {
          return result->name.empty() || call->name == result->name;
        });
        if (found == open.end()) continue;
        result->call_id = (*found)->id;
        open.erase(found);
      }
    }
  }

  std::string_view key(EscapedText id) { return split_signature(id, arena_).id.bytes; }

  void find_results() {
    for (std::size_t turn = 0; turn < turns_.size(); ++turn) {
      for (std::size_t part = 0; part < turns_[turn].parts.size(); ++part) {
        const auto* result = std::get_if<ToolResultPart>(&turns_[turn].parts[part]);
        if (result != nullptr) results_[key(result->call_id)].push_back({turn, part});
      }
    }
  }

  // The first result behind `turn` that no call has taken.
  ToolResultPart* take_result(EscapedText id, std::size_t turn) {
    const auto found = results_.find(key(id));
    if (found == results_.end()) return nullptr;
    auto& places = found->second;
    while (!places.empty() && places.front().turn < turn) places.pop_front();
    if (places.empty()) return nullptr;
    const auto place = places.front();
    places.pop_front();
    auto* result = std::get_if<ToolResultPart>(&turns_[place.turn].parts[place.part]);
    taken_.insert(result);
    return result;
  }

  // Ids that some servers count anew in each turn would be twice in the conversation.
  EscapedText unique_id(EscapedText id) {
    const auto safe = safe_tool_id(id, arena_);
    if (ids_.insert(safe.bytes).second) return safe;
    for (std::size_t n = 2;; ++n) {
      const auto suffix = fmt::format("_{}", n);
      const auto stem = safe.bytes.substr(0, kMaxToolIdBytes - suffix.size());
      const auto other = arena_.concat({stem, suffix});
      if (ids_.insert(other).second) return {other};
    }
  }

  void place_turn(std::size_t index) {
    std::vector<Part> parts;
    std::vector<Part> results;
    for (auto& part : turns_[index].parts) {
      if (auto* result = std::get_if<ToolResultPart>(&part)) {
        if (!taken_.contains(result)) add_orphan(*result, parts);
        continue;
      }
      if (auto* call = std::get_if<ToolCallPart>(&part)) {
        results.emplace_back(result_of(*call, index));
        call->id = std::get<ToolResultPart>(results.back()).call_id;
      }
      parts.push_back(part);
    }
    merge(out_, turns_[index].role, parts);
    merge(out_, Role::kUser, results);
  }

  ToolResultPart result_of(const ToolCallPart& call, std::size_t turn) {
    ToolResultPart answer;
    if (const auto* result = take_result(call.id, turn + 1)) {
      answer = *result;
    } else {
      losses_.add(fmt::format("tool_results.{}", call.id.bytes));
      answer.parts.emplace_back(TextPart{.text = {kNoResult}, .cache = {}, .citations = {}});
      answer.error = true;
    }
    answer.call_id = unique_id(call.id);
    if (answer.name.empty()) answer.name = call.name;
    return answer;
  }

  void add_orphan(const ToolResultPart& result, std::vector<Part>& parts) {
    losses_.add(fmt::format("tool_results.{}", result.call_id.bytes));
    if (!result.raw.empty()) {
      parts.emplace_back(
          TextPart{.text = json::escape(result.raw, arena_), .cache = {}, .citations = {}});
    }
    for (const auto& part : result.parts) {
      std::visit([&](const auto& value) { parts.emplace_back(value); }, part);
    }
  }

  void trim_prefill() {
    if (out_.empty() || out_.back().role != Role::kAssistant) return;
    auto* text = std::get_if<TextPart>(&out_.back().parts.back());
    if (text != nullptr) text->text = trim_end(text->text);
  }

  Losses& losses_;
  Arena& arena_;
  Keeps keeps_;
  std::vector<Message> turns_;  // merged; its parts do not move any more
  std::vector<Message> out_;
  std::unordered_map<std::string_view, std::deque<Place>> results_;
  std::unordered_set<const ToolResultPart*> taken_;
  std::unordered_set<std::string_view> ids_;
};

}  // namespace

std::vector<Message> arrange_turns(const Conversation& conversation, FirstTurn first,
                                   Losses& losses, Arena& arena,
                                   bool (*keeps)(const ReasoningPart&)) {
  return Arranger(conversation, losses, arena, keeps).arrange(first);
}

EscapedText safe_tool_id(EscapedText id, Arena& arena) {
  const auto bytes = split_signature(id, arena).id.bytes;
  if (!bytes.empty() && bytes.size() <= kMaxToolIdBytes && std::ranges::all_of(bytes, is_id_char)) {
    return {bytes};
  }
  std::string safe;
  for (const char c : bytes.substr(0, kMaxToolIdBytes - 17)) safe += is_id_char(c) ? c : '_';
  return {arena.copy(fmt::format("{}_{:016x}", safe, hash(bytes)))};
}

std::vector<Tool> tools_or_history(const Conversation& conversation,
                                   const std::vector<Message>& turns) {
  if (!conversation.tools.empty()) return conversation.tools;
  std::vector<Tool> tools;
  std::unordered_set<std::string_view> names;
  for (const auto& turn : turns) {
    for (const auto& part : turn.parts) {
      const auto* call = std::get_if<ToolCallPart>(&part);
      if (call == nullptr || !names.insert(call->name.bytes).second) continue;
      auto& tool = tools.emplace_back();
      tool.name = call->name;
      tool.schema = R"({"type":"object","properties":{}})";
    }
  }
  return tools;
}

std::size_t count_cache_marks(const Conversation& conversation, const std::vector<Message>& turns) {
  std::size_t count = 0;
  const auto add = [&](const std::optional<CacheLife>& cache) { count += cache ? 1U : 0U; };
  for (const auto& part : conversation.system) add(part.cache);
  for (const auto& tool : conversation.tools) add(tool.cache);
  for (const auto& turn : turns) {
    for (const auto& part : turn.parts) {
      std::visit(
          [&](const auto& value) {
            if constexpr (requires { value.cache; }) add(value.cache);
          },
          part);
    }
  }
  return count;
}

bool is_blank(EscapedText text) { return trim_end(text).empty(); }

}  // namespace tidegate::llm
