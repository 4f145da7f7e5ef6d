# vfs: what tools of newer interpreters look for. The modules have the same in uos.
from kernel import mount as _mount, umount


def mount(device, path, **options):
    _mount(device, path, **options)
