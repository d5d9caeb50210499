// Limits of stores (pipeline/dialogue.h): name, unit, default, reason, as in limits.h.
#pragma once

#include <cstddef>

namespace tidegate::limits {

// Connections to an endpoint of a store, per worker, where its Backend says nothing. A worker's
// questions take about a millisecond each; PostgreSQL has 100 connections in all as it comes.
inline constexpr std::size_t kMaxStoreConnections = 8;
// What is said to a store beside the exchanges, per worker and backend; more is dropped.
inline constexpr std::size_t kMaxAsideDialogues = 64;

}  // namespace tidegate::limits
