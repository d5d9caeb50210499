// Memory that only starting needed.
#pragma once

namespace tidegate::app {

// Gives back to the system what loading the configuration left free on the heap, and pages of the
// program and its libraries: code that served to start, parse and compile need not stay resident.
// What is used afterwards comes back from the page cache, once. Thread: any.
void give_back_startup_memory();

}  // namespace tidegate::app
