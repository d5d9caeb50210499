// Text from strangers, made fit to be shown: one line from an HTML page or plain text, without
// credentials, cut to a length.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidegate::llm {

// The text of an HTML page as one line: its title, else its first heading, else all of its text.
std::string html_line(std::string_view page);
// White space and control characters in runs become one space; none at the ends.
std::string plain_line(std::string_view text);

// Valid UTF-8, control characters other than line feed and tab as spaces, cut at a character to at
// most `max_bytes`.
std::string clean_text(std::string_view text, std::size_t max_bytes);

// Replaces what looks like a provider's key, or what follows "Bearer ", by "[redacted]".
std::string redact_credentials(std::string_view text);

}  // namespace tidegate::llm
