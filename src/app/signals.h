// The signals that end or nudge a serving process, as bytes on a descriptor.
#pragma once

namespace tidegate::app {

// Directs SIGTERM, SIGINT and SIGHUP of the whole process to the descriptor that it returns
// (signalfd, non-blocking), and ignores SIGPIPE. Thread: main, before any other thread starts.
int block_signals();
// From here on SIGTERM and SIGINT end the process the hard way: for a second signal while
// draining.
void restore_signals();
// Waits until SIGTERM or SIGINT comes; other signals are taken and dropped.
void wait_for_end(int signals);

}  // namespace tidegate::app
