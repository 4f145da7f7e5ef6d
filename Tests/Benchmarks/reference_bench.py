# Lends the C functions of littlefs-python to libflash_reference.so, which measures them from C: no Python
# runs while the clock does. A line on standard input names a workload; the answer is seconds.

import ctypes
import sys

from littlefs import lfs

library = ctypes.CDLL(lfs.__file__)
bench = ctypes.CDLL(sys.argv[1])
bench.reference_measure.restype = ctypes.c_double

names = [
    "lfs_format", "lfs_mount", "lfs_unmount", "lfs_mkdir",
    "lfs_file_open", "lfs_file_close", "lfs_file_read", "lfs_file_write", "lfs_file_seek",
    "lfs_file_sync", "lfs_dir_open", "lfs_dir_read", "lfs_dir_close",
    "lfs_fs_size",
]
functions = (ctypes.c_void_p * len(names))(
    *[ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in names]
)

for line in sys.stdin:
    workload, *sizes = line.split()
    seconds = bench.reference_measure(
        functions, workload.encode(), *[ctypes.c_uint32(int(size)) for size in sizes]
    )
    print(repr(seconds), flush=True)
