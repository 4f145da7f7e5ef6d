import dataCall
import modem
import net
import sim
import utime

_POLL_MS = 100
_CONTEXTS = range(1, 8)


class CheckNetwork:
    def __init__(self, name, version):
        from misc import Power

        self.name = name
        self.version = version
        self.firmware = modem.getDevFwVersion()
        self.reason = Power.powerOnReason()

    def poweron_print_once(self):
        bar = "=" * 50
        print(bar)
        for label, value in (
            ("PROJECT_NAME", self.name),
            ("PROJECT_VERSION", self.version),
            ("FIRMWARE_VERSION", self.firmware),
            ("POWERON_REASON", self.reason),
            ("SIM_CARD_STATUS", sim.getStatus()),
        ):
            print("%-17s: %s" % (label, value))
        print(bar)

    def wait_network_connected(self, timeout_s=60):
        return wait_network_connected(timeout_s)


def _sim_state(due):
    while True:
        state = sim.getStatus()
        if state not in (18, 20, 21) or not _go_on(due):
            return state


def _registration(due):
    while True:
        state = net.getState()
        state = state if state == -1 else state[1][0]
        if state in (1, 5) or not _go_on(due):
            return state


def _is_connected(context):
    info = dataCall.getInfo(context, 2)
    return info != -1 and any(part[0] == 1 for part in info[2:])


def _data_state(due):
    while True:
        if any(_is_connected(context) for context in _CONTEXTS):
            return 1
        if not _go_on(due):
            return 0


def _go_on(due):
    if utime.ticks_diff(due, utime.ticks_ms()) <= 0:
        return False
    utime.sleep_ms(_POLL_MS)
    return True


def wait_network_connected(timeout_s=60):
    if not 1 <= timeout_s <= 3600:
        raise OSError("timeout_s should be in [1, 3600]s!")
    due = utime.ticks_add(utime.ticks_ms(), timeout_s * 1000)
    state = _sim_state(due)
    if state != 1:
        return (1, state)
    state = _registration(due)
    if state not in (1, 5):
        return (2, state)
    return (3, _data_state(due))


def waitNetworkReady(timeout_s=60):
    return wait_network_connected(timeout_s)
