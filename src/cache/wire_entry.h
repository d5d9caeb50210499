// Entries as bytes that other processes keep and read.
//
//   "tgrc" version kind flags 0 | key | content | SHA-256 of all that
//   content of an answer:  stored, expires: milliseconds since 1970; usage, where flags say so;
//                          the body
//   content of a pointer:  the key of the answer
//
// Numbers are 64 bits, the lowest byte first. What is not exactly so is foreign, whoever wrote it,
// and counts for nothing. The digest finds what is broken; against somebody who may write to the
// store it is no protection.   Thread: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cache/key.h"
#include "cache/store.h"

namespace tidegate::cache {

// Of the layout above, and of what goes into a Key: another number finds nothing of this one.
inline constexpr unsigned kWireVersion = 1;

// What is beside the body of an entry, at most.
inline constexpr std::size_t kWireOverhead = 160;

struct Now {
  SteadyTime steady;
  WallTime wall;
};

std::string write_entry(const Key& key, const Entry& entry, Now now);
// Null: foreign, broken, of another key, or expired. It lives for `max_life` at most.
EntryPtr read_entry(const Key& key, std::string_view bytes, std::chrono::milliseconds max_life,
                    Now now);

std::string write_pointer(const Key& key, const Key& answer);
std::optional<Key> read_pointer(const Key& key, std::string_view bytes);

// 64 digits.
std::string to_hex(const Key& key);

}  // namespace tidegate::cache
