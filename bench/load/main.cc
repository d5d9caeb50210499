// tidegate_bench_load: the load generator and the mock model server of bench/run, in one binary.
//   tidegate_bench_load upstream [--port N]
//   tidegate_bench_load load --port N --work chat [--protocol h1|h1tls|h2|h2tls] [--connections 64]
//   ...
#include <algorithm>
#include <csignal>
#include <string_view>

#include "bench/load/arguments.h"
#include "bench/load/client/load.h"
#include "bench/load/fatal.h"
#include "bench/load/upstream/upstream.h"

namespace tidegate::bench {
namespace {

constexpr std::string_view kUsage =
    "usage: tidegate_bench_load upstream [--port N]\n"
    "       tidegate_bench_load load --port N --work NAME\n"
    "           [--protocol h1|h1tls|h2|h2tls] [--connections N] [--streams N] [--host NAME]\n"
    "           [--rate PER_SECOND] [--ramp-ms N] [--warmup-ms N]\n"
    "           (--duration-ms N | --requests N)\n"
    "           [--event-rate PER_SECOND] [--events N] [--watch PID,PID] [--fields NAME:VALUE,...]";

Protocol parse_protocol(std::string_view name) {
  if (name == "h1") return Protocol::kHttp1;
  if (name == "h1tls") return Protocol::kHttp1Tls;
  if (name == "h2") return Protocol::kHttp2;
  if (name == "h2tls") return Protocol::kHttp2Tls;
  fatal(fmt::format("no protocol is named '{}'", name));
}

// "a:1,b:2" as lines of a head.
std::string parse_fields(std::string_view list) {
  std::string lines;
  while (!list.empty()) {
    const auto item = list.substr(0, list.find(','));
    lines.append(item).append("\r\n");
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  return lines;
}

Duration milliseconds(std::int64_t count) { return std::chrono::milliseconds(count); }

LoadOptions parse_load_options(Arguments& arguments) {
  const Pace pace{.events_per_second = static_cast<int>(arguments.number("event-rate", 50)),
                  .events = static_cast<int>(arguments.number("events", 64))};
  LoadOptions options;
  options.work = make_work(arguments.text("work", "chat"), pace);
  options.work.fields = parse_fields(arguments.text("fields", ""));
  options.address = arguments.text("address", options.address);
  options.port = static_cast<std::uint16_t>(arguments.number("port", 0));
  options.host = arguments.text("host", options.host);
  options.protocol = parse_protocol(arguments.text("protocol", "h1"));
  options.connections = static_cast<int>(arguments.number("connections", options.connections));
  options.streams = static_cast<int>(arguments.number("streams", options.streams));
  options.rate = arguments.real("rate", 0);
  options.ramp = milliseconds(arguments.number("ramp-ms", 0));
  options.warmup = milliseconds(arguments.number("warmup-ms", 0));
  options.duration = milliseconds(arguments.number("duration-ms", 0));
  options.requests = arguments.number("requests", 0);
  options.watch_pids = arguments.text("watch", "");
  if (options.port == 0) fatal("--port is needed");
  if (options.connections == 0 || options.streams == 0) fatal("nothing to send requests on");
  if ((options.duration == Duration(0)) == (options.requests == 0)) {
    fatal("give either --duration-ms or --requests");
  }
  return options;
}

int run(std::span<char*> words) {
  if (words.empty()) fatal(kUsage);
  const std::string_view role = words.front();
  Arguments arguments(words.subspan(1));
  if (role == "upstream") {
    const auto port = static_cast<std::uint16_t>(arguments.number("port", 0));
    arguments.reject_unknown();
    run_upstream(port);
  }
  if (role != "load") fatal(kUsage);
  const LoadOptions options = parse_load_options(arguments);
  arguments.reject_unknown();
  return run_load(options);
}

}  // namespace
}  // namespace tidegate::bench

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return tidegate::bench::run({argv + 1, static_cast<std::size_t>(argc - 1)});
}
