"""The embedded engine: llama.cpp's server as a child process, and its model file.

Begin with `embedded`.
"""
