#include "processors/retrieval/injection.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/ascii.h"
#include "json/cursor.h"
#include "json/scan.h"
#include "json/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace tidegate::processors::retrieval {
namespace {

using llm::Channel;
using llm::Operation;
using llm::Text;

std::string quoted(std::string_view text) {
  std::string out;
  json::Writer(out).string(text);
  return out;
}

// The last text of what the system says before anybody else does: a member of its own, or the
// first message.
const Text* find_system(std::span<const Text> texts) {
  const Text* found = nullptr;
  for (const Text& text : texts) {
    if (text.channel != Channel::kSystem) continue;
    if (text.message == Text::kNoMessage || text.message == 0) found = &text;
  }
  return found;
}

const Text* find_user(std::span<const Text> texts) {
  const auto is_said = [](const Text& text) {
    return text.channel == Channel::kUser &&
           text.plain.find_first_not_of(" \t\r\n") != std::string_view::npos;
  };
  const auto last = std::ranges::find_if(texts.rbegin(), texts.rend(), is_said);
  if (last == texts.rend()) return nullptr;
  // Of its message the first.
  return &*std::ranges::find_if(
      texts, [&](const Text& text) { return is_said(text) && text.message == last->message; });
}

void insert(pipeline::Turn& turn, std::size_t at, std::string_view text) {
  turn.effects.replace(at, at, turn.arena.copy(text));
}

// The member of the root that says what the system says, and the value of it.
struct SystemMember {
  std::string_view name;
  std::string value;
};
std::optional<SystemMember> system_member(Operation operation, std::string_view context) {
  switch (operation) {
    case Operation::kMessages:
      return SystemMember{"system", quoted(context)};
    case Operation::kResponses:
      return SystemMember{"instructions", quoted(context)};
    case Operation::kGenerateContent:
      return SystemMember{"systemInstruction", "{\"parts\":[{\"text\":" + quoted(context) + "}]}"};
    case Operation::kConverse:
      return SystemMember{"system", "[{\"text\":" + quoted(context) + "}]"};
    default:
      return std::nullopt;
  }
}

// Whether two names are one for a lenient server: "system_instruction" and "systemInstruction".
bool is_same_name(std::string_view raw, std::string_view name) {
  std::string plain(raw);
  plain.resize(json::decode_escapes(raw, plain.data()));
  std::erase(plain, '_');
  return std::ranges::equal(plain, name, {}, to_lower, to_lower);
}

// In the place of a member that says nothing (null, an empty list), else as a new one.
void put_member(pipeline::Turn& turn, std::string_view object, const SystemMember& member) {
  const std::string_view payload = turn.message.payload;
  const auto offset = [&](std::string_view part) {
    return static_cast<std::size_t>(part.data() - payload.data());
  };
  json::ObjectCursor members(object);
  while (const auto one = members.next()) {
    if (!is_same_name(one->name, member.name)) continue;
    const std::size_t begin = offset(one->value);
    turn.effects.replace(begin, begin + one->value.size(), turn.arena.copy(member.value));
    return;
  }
  const bool is_empty = !json::ObjectCursor(object).next();
  insert(turn, offset(object) + 1,
         quoted(member.name) + ":" + member.value + (is_empty ? "" : ","));
}

// A first message of the system's. False: there is no list of messages.
bool put_message(pipeline::Turn& turn, std::string_view object, std::string_view context) {
  const auto list = json::find_member(object, "messages");
  if (!list || !json::is_array(*list)) return false;
  const bool is_empty = !json::ArrayCursor(*list).next();
  const auto begin = static_cast<std::size_t>(list->data() - turn.message.payload.data());
  insert(turn, begin + 1,
         "{\"role\":\"system\",\"content\":" + quoted(context) + "}" + (is_empty ? "" : ","));
  return true;
}

bool put_system(pipeline::Turn& turn, std::span<const Text> texts, std::string_view context) {
  if (const Text* system = find_system(texts); system != nullptr) {
    const std::string whole = "\n\n" + std::string(context);
    insert(turn, system->range.end - 1, llm::escape_for(*system, whole, turn.arena));
    return true;
  }
  const std::string_view object = turn.message.facts->object.of(turn.message.payload);
  const Operation operation = turn.message.call->operation;
  if (operation == Operation::kChatCompletions) return put_message(turn, object, context);
  const auto member = system_member(operation, context);
  if (member) put_member(turn, object, *member);
  return member.has_value();
}

}  // namespace

bool is_conversation(Operation operation) {
  switch (operation) {
    case Operation::kChatCompletions:
    case Operation::kCompletions:
    case Operation::kResponses:
    case Operation::kMessages:
    case Operation::kGenerateContent:
    case Operation::kConverse:
    case Operation::kInvokeModel:
      return true;
    default:
      return false;
  }
}

void inject(pipeline::Turn& turn, std::span<const Text> texts, Config::Place place,
            std::string_view context) {
  if (place == Config::Place::kSystem && put_system(turn, texts, context)) return;
  const Text* user = find_user(texts);
  const std::string whole = std::string(context) + "\n";
  insert(turn, user->range.begin + 1, llm::escape_for(*user, whole, turn.arena));
}

}  // namespace tidegate::processors::retrieval
