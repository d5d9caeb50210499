// What the turns of a conversation say together, which none of them says alone.
//
// Evidence is never averaged: a conversation is at least as bad as its worst turn. It needs two
// turns in which rules count, so that a single request is judged by its points alone.
// Thread: pure functions.
// Source: Parapet, "Multi-turn attack detection" (peak and accumulation); the weights are its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "guard/policy.h"

namespace tidegate::guard {

struct TurnsPolicy {
  std::size_t last = 32;  // turns that are looked at, from the end; 0: none
  // In percent, of a score from 0 to 100 of which kTurnsThreshold is the mark.
  int ratio = 45;       // times the share of turns in which rules count
  int category = 15;    // for each category but the first
  int rising = 20;      // three turns, each worse than the one before
  int repetition = 70;  // four turns that say nearly the same
};
inline constexpr int kTurnsThreshold = 70;

// A text of a user's turn. Texts of one turn have one number, and come in the order of the turns.
struct TurnText {
  std::uint32_t text = 0;  // as Hit::text counts
  std::uint32_t turn = 0;
  std::string_view plain;
};

// REQUIRES: hits in the order of their texts.
//
// Adds what is missing to `score` until its points are to `threshold` (in points) as the
// conversation's score is to kTurnsThreshold, as the rule "turns.conversation"; and notes that
// score. Soft rules are no evidence: a conversation in a rare alphabet has them in each turn.
void add_turns(std::span<const Hit> hits, std::span<const TurnText> texts, const Policy& policy,
               const TurnsPolicy& turns, int threshold, Score& score);

// Whether three or more pairs of neighbouring turns have more than half of their word trigrams in
// common. Of each turn the first 512 words count.
bool repeats_turns(std::span<const TurnText> texts);

}  // namespace tidegate::guard
