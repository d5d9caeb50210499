// Cost of standalone configuration at 5,000 HTTPRoutes of about 400 bytes: first load, one change
// in one large file, one change among 5,000 files, and the memory that the decoded routes hold.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>
#include <stdlib.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "feed/file_feed.h"

namespace tidegate::feed {
namespace {

namespace fs = std::filesystem;

constexpr int kRoutes = 5000;

std::string make_route(int number, int version) {
  return fmt::format(
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: route-{0}\n"
      "  namespace: team-{1}\nspec:\n  parentRefs:\n  - name: edge\n    namespace: infra\n  "
      "hostnames:\n"
      "  - host-{0}.example.com\n  rules:\n  - matches:\n    - path:\n        type: PathPrefix\n"
      "        value: /v1/service-{0}\n      headers:\n      - name: x-tenant\n        value: "
      "t{2}\n"
      "    backendRefs:\n    - name: svc-{1}\n      port: 8080\n",
      number, number % 50, version);
}

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "tidegate-bench-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string root() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string make_large_file(int changed, int version) {
  std::string text;
  for (int i = 0; i < kRoutes; ++i) text += make_route(i, i == changed ? version : 0) + "---\n";
  return text;
}

std::size_t heap_bytes() { return mallinfo2().uordblks; }

void BM_FirstLoadOneFile(benchmark::State& state) {
  const Folder folder;
  folder.write("routes.yaml", make_large_file(-1, 0));
  std::size_t held = 0;
  for (auto _ : state) {
    const std::size_t before = heap_bytes();
    FileFeed feed({folder.root()});
    const auto update = feed.load();
    if (update.resources->http_routes.size() != kRoutes) state.SkipWithError("not all loaded");
    held = heap_bytes() - before;
  }
  state.counters["held_MB"] = static_cast<double>(held) / 1e6;
}
BENCHMARK(BM_FirstLoadOneFile)->Unit(benchmark::kMillisecond)->Iterations(3);

void BM_ReloadOneRouteInOneFile(benchmark::State& state) {
  const Folder folder;
  folder.write("routes.yaml", make_large_file(-1, 0));
  FileFeed feed({folder.root()});
  feed.load();
  const std::vector<std::string> changed = {folder.path("routes.yaml")};
  int version = 0;
  for (auto _ : state) {
    state.PauseTiming();
    folder.write("routes.yaml", make_large_file(kRoutes / 2, ++version));
    state.ResumeTiming();
    const auto update = feed.reload(changed);
    if (update.effect != Effect::kApplied) state.SkipWithError("no change seen");
  }
}
BENCHMARK(BM_ReloadOneRouteInOneFile)->Unit(benchmark::kMillisecond)->Iterations(100);

void write_files(const Folder& folder) {
  for (int i = 0; i < kRoutes; ++i) folder.write(fmt::format("r{}.yaml", i), make_route(i, 0));
}

void BM_FirstLoadManyFiles(benchmark::State& state) {
  const Folder folder;
  write_files(folder);
  for (auto _ : state) {
    FileFeed feed({folder.root()});
    benchmark::DoNotOptimize(feed.load());
  }
}
BENCHMARK(BM_FirstLoadManyFiles)->Unit(benchmark::kMillisecond)->Iterations(3);

void BM_ReloadOneOfManyFiles(benchmark::State& state) {
  const Folder folder;
  write_files(folder);
  FileFeed feed({folder.root()});
  feed.load();
  const std::vector<std::string> changed = {folder.path("r7.yaml")};
  int version = 0;
  for (auto _ : state) {
    state.PauseTiming();
    folder.write("r7.yaml", make_route(7, ++version));
    state.ResumeTiming();
    benchmark::DoNotOptimize(feed.reload(changed));
  }
}
BENCHMARK(BM_ReloadOneOfManyFiles)->Unit(benchmark::kMillisecond)->Iterations(100);

void BM_NewFileAmongMany(benchmark::State& state) {
  const Folder folder;
  write_files(folder);
  FileFeed feed({folder.root()});
  feed.load();
  int number = kRoutes;
  for (auto _ : state) {
    state.PauseTiming();
    folder.write(fmt::format("r{}.yaml", number), make_route(number, 0));
    const std::vector<std::string> changed = {folder.path(fmt::format("r{}.yaml", number++))};
    state.ResumeTiming();
    benchmark::DoNotOptimize(feed.reload(changed));
  }
}
BENCHMARK(BM_NewFileAmongMany)->Unit(benchmark::kMillisecond)->Iterations(20);

}  // namespace
}  // namespace tidegate::feed
