"""Emulated QuecPython modules for pytest: see README.md."""

from .module import EmulatorError, Module, ModuleError

__all__ = ["EmulatorError", "Module", "ModuleError"]
