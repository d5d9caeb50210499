#include "app/quickstart/quickstart.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "app/addresses.h"
#include "app/exit_codes.h"
#include "app/quickstart/banner.h"
#include "app/quickstart/resources.h"
#include "app/run_command.h"

namespace tidegate::app {
namespace {

namespace fs = std::filesystem;

int tell(const Error& error, int exit_code) {
  fmt::print(stderr, "tidegate quickstart: {}\n", error.detail);
  return exit_code;
}

Result<Findings> find_all(const QuickstartSettings& settings, const Environment& environment,
                          std::uint16_t own_port) {
  if (settings.sources == Sources::kSimulator) return Findings();
  TIDEGATE_TRY(findings, find_keys(environment));
  findings.local_servers = find_local_servers(own_port);
  return findings;
}

// Asks for the address alone: two gateways that share one port would both seem to work.
bool is_free(const io::Address& address) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = bind(fd, address.data(), address.size()) == 0;
  close(fd);
  return bound;
}

fs::path choose_directory(const Environment& environment) {
  if (const auto state = environment("XDG_STATE_HOME"); !state.empty()) {
    return fs::path(state) / "tidegate" / "quickstart";
  }
  if (const auto home = environment("HOME"); !home.empty()) {
    return fs::path(home) / ".local" / "state" / "tidegate" / "quickstart";
  }
  return fs::path("tidegate-quickstart");
}

// For its owner's eyes only, from the first byte.
Result<void> write_file(const fs::path& path, std::string_view text) {
  const fs::path partial = path.string() + ".partial";
  unlink(partial.c_str());
  const int fd = open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) close(fd);
  std::error_code code;
  if (written) fs::rename(partial, path, code);
  if (written && !code) return {};
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("cannot write {}", path.string()));
}

Result<fs::path> write_files(const Findings& findings, const io::Address& listen,
                             const Environment& environment) {
  const fs::path directory = choose_directory(environment);
  std::error_code code;
  fs::create_directories(directory, code);
  if (code) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("cannot make {}: {}", directory.string(), code.message()));
  }
  fs::permissions(directory, fs::perms::owner_all, code);
  TIDEGATE_TRY_VOID(write_file(directory / "gateway.yaml", format_resources(findings, listen)));
  const std::string secrets = format_secrets(findings);
  // Keys of an earlier run must not stay behind.
  fs::remove(directory / "secrets.yaml", code);
  if (!secrets.empty()) {
    TIDEGATE_TRY_VOID(write_file(directory / "secrets.yaml", secrets));
  }
  return directory;
}

}  // namespace

int run_quickstart(QuickstartSettings settings, const Environment& environment) {
  const auto listen = parse_listen_address(settings.listen);
  if (!listen) return tell(listen.error(), kExitUsage);
  if (!is_free(*listen)) {
    fmt::print(stderr,
               "tidegate quickstart: cannot listen on {}: it is in use or not ours; choose another "
               "with --listen 127.0.0.1:PORT\n",
               settings.listen);
    return kExitFailure;
  }
  const auto findings = find_all(settings, environment, listen->port());
  if (!findings) return tell(findings.error(), kExitUsage);
  const auto directory = write_files(*findings, *listen, environment);
  if (!directory) return tell(directory.error(), kExitFailure);
  const auto admin = parse_listen_address(settings.gateway.admin_address);
  if (admin && !is_free(*admin)) settings.gateway.admin_address = "127.0.0.1:0";
  return run_gateway(settings.gateway, {directory->string()}, [&](const Gateway& gateway) {
    const Banner banner{*findings, *listen, directory->string(), gateway.admin_address()};
    std::fputs(format_banner(banner).c_str(), stdout);
    std::fflush(stdout);
  });
}

int print_quickstart(const QuickstartSettings& settings, const Environment& environment) {
  const auto listen = parse_listen_address(settings.listen);
  if (!listen) return tell(listen.error(), kExitUsage);
  const auto findings = find_all(settings, environment, listen->port());
  if (!findings) return tell(findings.error(), kExitUsage);
  std::fputs(format_resources(*findings, *listen).c_str(), stdout);
  if (findings->openai_key)
    std::puts("# and a Secret \"openai-key\" with OPENAI_API_KEY as its api-key");
  if (findings->anthropic_key) {
    std::puts("# and a Secret \"anthropic-key\" with ANTHROPIC_API_KEY as its api-key");
  }
  return kExitOk;
}

}  // namespace tidegate::app
