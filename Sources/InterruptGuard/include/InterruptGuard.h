// Nothing to call: the library is loaded before MicroPython's own, and takes the place of some calls of the C library.
#pragma once
