# Every library that tidegate links, found once and given one target name each (docs/adr/0003-dependencies.md).
# Static archives are preferred where Debian ships them: a smaller resident set and one file to deploy.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)

# tidegate_library(NAME HEADER FILES...): an imported target `tidegate::NAME` from the first library files found.
function(tidegate_library name header)
  find_path(TIDEGATE_${name}_INCLUDE ${header} REQUIRED)
  add_library(tidegate_dep_${name} INTERFACE)
  foreach(file IN LISTS ARGN)
    find_library(TIDEGATE_LIB_${file} NAMES lib${file}.a ${file} REQUIRED)
    target_link_libraries(tidegate_dep_${name} INTERFACE ${TIDEGATE_LIB_${file}})
  endforeach()
  target_include_directories(tidegate_dep_${name} SYSTEM INTERFACE ${TIDEGATE_${name}_INCLUDE})
  add_library(tidegate::${name} ALIAS tidegate_dep_${name})
endfunction()

tidegate_library(openssl openssl/ssl.h ssl crypto)
target_link_libraries(tidegate_dep_openssl INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
tidegate_library(nghttp2 nghttp2/nghttp2.h nghttp2)
tidegate_library(yaml yaml-cpp/yaml.h yaml-cpp)
tidegate_library(cares ares.h cares)
tidegate_library(re2 re2/re2.h re2)
tidegate_library(uring liburing.h uring)
tidegate_library(boost_json boost/json.hpp boost_json boost_container)
tidegate_library(zlib zlib.h z)
find_path(TIDEGATE_cli11_INCLUDE CLI/CLI.hpp REQUIRED)
