#include "processors/response_cache/shared_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "cache/wire_entry.h"
#include "config/backend.h"
#include "processors/response_cache/kept_answer.h"
#include "redis/command.h"
#include "redis/dialogue.h"

namespace tidegate::processors::response_cache {

using std::chrono::milliseconds;

namespace {

// A reply that says how a command went.
constexpr std::size_t kMaxStatusBytes = 1024;
// Nobody waits for a writing; the store's own timeout is for who does.
constexpr milliseconds kWriteTimeout{2000};

redis::Login login_of(const pipeline::Turn& turn, const Config& config) {
  redis::Login login;
  login.database = config.store->database;
  const config::Backend* backend = turn.spec.backend.get();
  if (backend != nullptr && backend->login) {
    login.user = backend->login->user;
    login.password = backend->login->password;
  }
  return login;
}

cache::Now now_of(const pipeline::Turn& turn) {
  const Clock& clock = turn.reactor.clock();
  return {clock.steady_now(), clock.wall_now()};
}

// Of the question in whatever words say the same.
cache::Key exact_key(const Question& question) {
  cache::KeyBuilder key;
  for (const std::uint64_t word : question.key.words) key.add(word);
  key.add(question.wording.to_exact_key());
  return key.finish();
}

}  // namespace

// What the store has under some keys.
struct SharedStore::Values {
  std::vector<redis::Reply> replies;
  bool failed = false;
};

std::string SharedStore::name_of(const cache::Key& key) const {
  return fmt::format("{}:cache:{}:{}", config_.store->key_prefix, cache::kWireVersion,
                     cache::to_hex(key));
}

async::Task<SharedStore::Values> SharedStore::get(pipeline::Turn& turn, std::string commands,
                                                  std::size_t count, milliseconds most) const {
  Values values;
  redis::Dialogue dialogue(login_of(turn, config_), std::move(commands), count,
                           config_.max_entry_bytes + cache::kWireOverhead + kMaxStatusBytes);
  const milliseconds time = std::min(config_.store->timeout, most);
  const auto done = co_await turn.caller.talk(turn.spec.backend, dialogue, time, turn.cancel);
  values.failed = !done;
  if (done) values.replies = std::move(dialogue.replies());
  for (const redis::Reply& reply : values.replies) {
    values.failed = values.failed || reply.kind == redis::Reply::Kind::kError;
  }
  co_return values;
}

cache::EntryPtr SharedStore::read(const pipeline::Turn& turn, const cache::Key& key,
                                  std::string_view bytes) const {
  auto entry = cache::read_entry(key, bytes, config_.max_ttl, now_of(turn));
  if (entry == nullptr || entry->body.size() > config_.max_entry_bytes) return nullptr;
  // Others write there: it has to be what this process would have kept.
  Arena arena;
  const Keepable keepable = judge(*turn.message.call, entry->body, config_, arena);
  if (keepable == Keepable::kNo || entry->in_both != (keepable == Keepable::kInBoth)) {
    return nullptr;
  }
  return entry;
}

async::Task<SharedStore::Found> SharedStore::find(pipeline::Turn& turn, const cache::Key& key,
                                                  const std::optional<Question>& question,
                                                  milliseconds most) const {
  const SteadyTime started = turn.reactor.clock().steady_now();
  Found found;
  std::string commands;
  redis::append_command(commands, {"GET", name_of(key)});
  const cache::Key pointer = question ? exact_key(*question) : cache::Key();
  if (question) redis::append_command(commands, {"GET", name_of(pointer)});
  const Values first = co_await get(turn, std::move(commands), question ? 2 : 1, most);
  found.failed = first.failed;
  if (first.failed) co_return found;
  found.key = key;
  found.entry = read(turn, key, first.replies[0].text);
  if (found.entry != nullptr || !question) co_return found;
  const auto answer = cache::read_pointer(pointer, first.replies[1].text);
  if (!answer) co_return found;
  std::string next;
  redis::append_command(next, {"GET", name_of(*answer)});
  const auto spent =
      std::chrono::duration_cast<milliseconds>(turn.reactor.clock().steady_now() - started);
  const milliseconds left = std::min(config_.store->timeout, most) - spent;
  if (left.count() <= 0) co_return found;
  const Values second = co_await get(turn, std::move(next), 1, left);
  found.failed = second.failed;
  if (second.failed) co_return found;
  found.key = *answer;
  found.entry = read(turn, *answer, second.replies[0].text);
  found.by_wording = true;
  co_return found;
}

void SharedStore::put(pipeline::Turn& turn, const cache::Key& key, const cache::Entry& entry,
                      const std::optional<Question>& question) const {
  const cache::Now now = now_of(turn);
  const auto life = std::chrono::duration_cast<milliseconds>(entry.expires - now.steady);
  if (life.count() <= 0) return;
  const std::string time = fmt::to_string(life.count());
  std::string commands;
  redis::append_command(commands,
                        {"SET", name_of(key), cache::write_entry(key, entry, now), "PX", time});
  if (question) {
    const cache::Key pointer = exact_key(*question);
    redis::append_command(
        commands, {"SET", name_of(pointer), cache::write_pointer(pointer, key), "PX", time});
  }
  auto writing = std::make_unique<redis::Dialogue>(login_of(turn, config_), std::move(commands),
                                                   question ? 2 : 1, kMaxStatusBytes);
  turn.caller.talk_aside(turn.spec.backend, std::move(writing), kWriteTimeout);
}

}  // namespace tidegate::processors::response_cache
