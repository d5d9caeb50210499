# Compiler, language level, warnings and sanitizers: one place for every target.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "tidegate needs clang 19 or newer (found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}). "
    "GCC 12 miscompiles temporaries inside co_await expressions; see docs/adr/0001-compiler-and-runtime.md.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Everything ends in executables: one position-independent mode for all files lets them share precompiled headers.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIC -fPIE)

add_library(tidegate_flags INTERFACE)
target_compile_options(tidegate_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch -Werror
  -Wno-missing-designated-field-initializers)
target_include_directories(tidegate_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(tidegate_flags INTERFACE _GNU_SOURCE TIDEGATE_VERSION="${PROJECT_VERSION}")

set(TIDEGATE_SANITIZER "" CACHE STRING "address | thread | fuzzer | empty")
if(TIDEGATE_SANITIZER STREQUAL "address")
  # The check of vtables opens a pipe to see whether memory is readable: it fails where a test has used up all descriptors.
  set(_san -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(TIDEGATE_SANITIZER STREQUAL "thread")
  set(_san -fsanitize=thread -fno-omit-frame-pointer)
elseif(TIDEGATE_SANITIZER STREQUAL "fuzzer")
  set(_san -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
if(DEFINED _san)
  target_compile_options(tidegate_flags INTERFACE ${_san})
  target_link_options(tidegate_flags INTERFACE ${_san})
endif()

# Release builds are optimised for what the benchmark does (docs/adr/0010); bench/profile records it. A profile that is older
# than the code only helps less.
set(TIDEGATE_PROFILE use CACHE STRING "use | record | off")
set(_profile ${PROJECT_SOURCE_DIR}/bench/release.profdata)
if(TIDEGATE_PROFILE STREQUAL "record")
  target_compile_options(tidegate_flags INTERFACE -fprofile-generate)
  target_link_options(tidegate_flags INTERFACE -fprofile-generate)
elseif(TIDEGATE_PROFILE STREQUAL "use" AND CMAKE_BUILD_TYPE STREQUAL "Release" AND EXISTS ${_profile})
  # A copy that is named after what it holds: a new profile is a new command line, and compiles everything again.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${_profile})
  file(MD5 ${_profile} _profile_hash)
  configure_file(${_profile} ${PROJECT_BINARY_DIR}/${_profile_hash}.profdata COPYONLY)
  target_compile_options(tidegate_flags INTERFACE -fprofile-use=${PROJECT_BINARY_DIR}/${_profile_hash}.profdata -Wno-profile-instr-unprofiled
                         -Wno-profile-instr-out-of-date -Wno-backend-plugin)
endif()

add_link_options(-fuse-ld=lld)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Shared by all work trees: paths within a tree do not count, nor the directory. It must be told that a precompiled header
  # is no reason to give up; and it takes the names of headers from the compiler, without preprocessing first.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
