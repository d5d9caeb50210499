# Precompiled headers: the C++ library and fmt, which nearly every file reads and which cost seconds each time, are compiled
# once per build tree; with GoogleTest once more for tests. Sources still include what they use: -DTIDEGATE_PRECOMPILE=OFF
# builds the same tree without.
#
# Not target_precompile_headers(): its command lines and its files hold the paths of this tree, and ccache could not share
# anything between trees (docs/adr/0006-build-time.md). Here both are equal in every tree.
option(TIDEGATE_PRECOMPILE "Precompile the headers that nearly every file includes" ON)

# What is compiled is a header that declares nothing and that the compiler has read before all others; the rest is -include'd.
find_file(TIDEGATE_no_header stdc-predef.h REQUIRED)

set(_std_headers algorithm array atomic bit charconv chrono coroutine cstddef cstdint cstring deque exception expected
    fstream functional initializer_list iterator limits map memory new optional set span string string_view thread tuple
    type_traits unordered_map unordered_set utility variant vector fmt/format.h)

# _tidegate_add_precompiled(NAME HEADERS h... [FLAGS f...]): the rule for NAME.pch, from the flags that every target has.
function(_tidegate_add_precompiled name)
  cmake_parse_arguments(P "" "" "HEADERS;FLAGS" ${ARGN})
  set(file ${PROJECT_BINARY_DIR}/${name}.pch)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  list(TRANSFORM P_HEADERS PREPEND "-include;" OUTPUT_VARIABLE includes)
  add_custom_command(OUTPUT ${file}
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} ${CMAKE_CXX_COMPILE_OPTIONS_PIE}
      ${CMAKE_CXX23_STANDARD_COMPILE_OPTION} $<TARGET_PROPERTY:tidegate_flags,INTERFACE_COMPILE_OPTIONS> -D_GNU_SOURCE
      ${P_FLAGS} ${includes} -fpch-instantiate-templates -Xclang -fno-pch-timestamp
      -MD -MF ${file}.d -MT ${file} -x c++-header -o ${file} ${TIDEGATE_no_header}
    DEPFILE ${file}.d COMMAND_EXPAND_LISTS VERBATIM COMMENT "Precompiling ${name}.pch")
endfunction()

if(TIDEGATE_PRECOMPILE)
  _tidegate_add_precompiled(precompiled HEADERS ${_std_headers})
  add_custom_target(tidegate_precompiled DEPENDS ${PROJECT_BINARY_DIR}/precompiled.pch)
  if(TIDEGATE_BUILD_TESTS)
    _tidegate_add_precompiled(precompiled_tests HEADERS ${_std_headers} gtest/gtest.h gmock/gmock.h
      FLAGS -DGTEST_HAS_PTHREAD=1)  # as GTest::gtest defines it for those who link it
    add_custom_target(tidegate_precompiled_tests DEPENDS ${PROJECT_BINARY_DIR}/precompiled_tests.pch)
  endif()
endif()

# tidegate_precompile(TARGET [tests]): lets a target's files start from the precompiled headers.
function(tidegate_precompile target)
  if(TIDEGATE_PRECOMPILE)
    list(JOIN ARGN "" kind)
    set(name precompiled${kind})
    if(kind)
      set(name precompiled_${kind})
    endif()
    set(file ${PROJECT_BINARY_DIR}/${name}.pch)
    get_target_property(sources ${target} SOURCES)
    set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${file})
    add_dependencies(${target} tidegate_${name})
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${file}")
  endif()
endfunction()
