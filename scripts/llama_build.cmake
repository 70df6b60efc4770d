# Read by CMake right after llama.cpp's own project() line (CMAKE_PROJECT_<name>_INCLUDE).
# llama-cpp-python switches the "common" library on for good, and it is a third of the build: chat templates, HTTP,
# downloads. Guardian's cell uses libllama and ggml alone, so nothing else is compiled, and nothing else is in the cell.
set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)
set(LLAMA_BUILD_MTMD OFF CACHE BOOL "" FORCE)
