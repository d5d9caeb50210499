// Resources in, data-plane Document and status conditions out: the Gateway API as a function.
//
// No files, sockets, clocks or Kubernetes. Standalone and cluster differ in CompileOptions only.
// Incremental: with the previous Compilation at hand only what changed is compiled again, decided
// by pointer identity of resources. A route whose object and surroundings did not change keeps its
// config::HttpRoute, its RouteStatus and its place.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/document.h"
#include "gatewayapi/options.h"
#include "gatewayapi/status.h"
#include "resource/resource_set.h"

namespace tidegate::gatewayapi {

// What a later compile reuses; opaque.
struct CompileState;

struct Compilation {
  std::shared_ptr<const config::Document> document;  // never null
  std::shared_ptr<const CompileState> state;         // never null

  // The status of every object; made when first asked for, because serving needs none.
  const Statuses& statuses() const;
  // Objects that were passed over and why, for `tidegate validate`: a Gateway of another class, a
  // route none of whose parents is served here. Status has no place for these.
  const std::vector<std::string>& notes() const;
};

// Compiles `resources`. Never fails: what is wrong is told in statuses and answers errors on the
// data plane. previous: the result of the last compile, or null. It is not changed visibly, but
// shares a memo with the result: compiles that share a history, and asking them for statuses, must
// not happen at the same time.
// Cost: see gatewayapi/compile_bench.cc.
Compilation compile(std::shared_ptr<const resource::ResourceSet> resources,
                    const CompileOptions& options, const Compilation* previous);
// The same for a set that stays the caller's: copies its lists.
Compilation compile(const resource::ResourceSet& resources, const CompileOptions& options,
                    const Compilation* previous);

}  // namespace tidegate::gatewayapi
