#include <ares.h>
#include <fmt/format.h>
#include <nghttp2/nghttp2.h>
#include <openssl/crypto.h>
#include <spdlog/version.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/commands.h"
#include "app/commands/option_groups.h"
#include "app/exit_codes.h"
#include "app/io_backend.h"
#include "json/writer.h"

namespace tidegate::app {
namespace {

constexpr const char* kGatewayApiVersion = "v1.6.1";

struct LibraryVersion {
  LibraryVersion(std::string n, std::string v) : name(std::move(n)), version(std::move(v)) {}
  std::string name;
  std::string version;
};

// As loaded where the library can tell, else as compiled against.
std::vector<LibraryVersion> list_libraries() {
  return {
      {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
      {"nghttp2", nghttp2_version(0)->version_str},
      {"c-ares", ares_version(nullptr)},
      {"zlib", zlibVersion()},
      {"fmt",
       fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
      {"CLI11", CLI11_VERSION},
  };
}

std::string format_text(const std::optional<std::string>& uring_obstacle) {
  std::string text = fmt::format("tidegate {}\n", TIDEGATE_VERSION);
  text += fmt::format("Gateway API  {}\n", kGatewayApiVersion);
  text += fmt::format("compiler     {}\n", __VERSION__);
  text += fmt::format("io_uring     {}\n",
                      uring_obstacle ? "not available: " + *uring_obstacle : "available");
  for (const auto& library : list_libraries()) {
    text += fmt::format("{:<12} {}\n", library.name, library.version);
  }
  return text;
}

std::string format_json(const std::optional<std::string>& uring_obstacle) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("version", TIDEGATE_VERSION);
  out.member("gatewayApi", kGatewayApiVersion).member("compiler", __VERSION__);
  out.key("ioUring").begin_object();
  out.key("available")
      .boolean(uring_obstacle ? json::Writer::Bool::kFalse : json::Writer::Bool::kTrue);
  if (uring_obstacle) out.member("reason", *uring_obstacle);
  out.end_object().key("libraries").begin_object();
  for (const auto& library : list_libraries()) out.member(library.name, library.version);
  out.end_object().end_object();
  return text + "\n";
}

}  // namespace

void add_version(Command cli, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  Command version = cli.add_command("version", "Tell versions and what this kernel offers");
  version.add_flag("--json", *as_json, "As JSON");
  version.footer("Example: tidegate version --json");
  version.set_work(exit_code, [as_json] {
    const auto obstacle = find_uring_obstacle();
    const std::string text = *as_json ? format_json(obstacle) : format_text(obstacle);
    std::fputs(text.c_str(), stdout);
    return kExitOk;
  });
}

}  // namespace tidegate::app
