# misc: the module's power.
from kernel import call


class Power:
    @staticmethod
    def powerRestart():
        call("power.restart")

    @staticmethod
    def powerDown():
        call("power.down")
