"""Counts the instructions that a function executes, by running it in a child one at a time.

On Linux with x86-64 only, through ptrace. Knows nothing of networks.
"""

import ctypes
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from neuroevo.errors import NeuroevoError

_TRACE_ME, _PEEK, _POKE, _CONTINUE, _STEP, _GET, _SET = 0, 1, 4, 7, 9, 12, 13
_REGISTERS = ctypes.c_uint64 * 27  # struct user_regs_struct
_INSTRUCTION, _STACK = 16, 19  # the places of rip and rsp
_BREAKPOINT = 0xCC  # int3
_WORD = 0xFFFF_FFFF_FFFF_FFFF


class SteppingError(NeuroevoError):
    """A process can't be run one instruction at a time here."""


def executed(action: Callable[[], object], entry: int) -> Counter[int]:
    """Count how often each instruction of compiled code is executed, from its entry to its return.

    Parameters
    ----------
    action
        Calls the code once.
    entry
        Address of its first instruction, which is executed once.

    Returns
    -------
    Counter
        By the address of an instruction; only of code that was compiled at run time.

    Raises
    ------
    SteppingError
        If the system can't do it.
    """
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        raise SteppingError("instructions: are counted on Linux with x86-64 only")
    child = os.fork()
    if child == 0:
        _act(action)
    try:
        return _counted(_Traced(child), entry)
    finally:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _act(action: Callable[[], object]) -> None:
    ctypes.CDLL(None).ptrace(_TRACE_ME, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)
    action()
    os._exit(0)


class _Traced:
    """A stopped child."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._system = ctypes.CDLL(None, use_errno=True)
        self._system.ptrace.restype = ctypes.c_long
        self._system.ptrace.argtypes = [*[ctypes.c_long] * 2, *[ctypes.c_void_p] * 2]
        self._registers = _REGISTERS()
        self.wait()

    def wait(self) -> None:
        """Wait until the child stops again."""
        _, status = os.waitpid(self._child, 0)
        if not os.WIFSTOPPED(status) or os.WSTOPSIG(status) not in {signal.SIGSTOP, signal.SIGTRAP}:
            raise SteppingError(f"instructions: can't be counted here, status {status}")

    def registers(self) -> ctypes.Array[ctypes.c_uint64]:
        """Return its registers, always in the same array."""
        self._call(_GET, 0, ctypes.addressof(self._registers))
        return self._registers

    def put_registers(self) -> None:
        """Give it what the array of its registers contains."""
        self._call(_SET, 0, ctypes.addressof(self._registers))

    def step(self) -> None:
        """Let it execute one instruction."""
        self._call(_STEP, 0, 0)
        self.wait()

    def go_on(self) -> None:
        """Let it execute up to a breakpoint."""
        self._call(_CONTINUE, 0, 0)
        self.wait()

    def word(self, address: int) -> int:
        """Return 64 bits of its memory."""
        return self._call(_PEEK, address, 0) & _WORD

    def put_word(self, address: int, word: int) -> None:
        """Replace 64 bits of its memory."""
        self._call(_POKE, address, word)

    def _call(self, request: int, address: int, data: int) -> int:
        ctypes.set_errno(0)
        result = int(self._system.ptrace(request, self._child, address, data))
        if ctypes.get_errno():
            raise SteppingError(f"instructions: ptrace: {os.strerror(ctypes.get_errno())}")
        return result


def _counted(child: _Traced, entry: int) -> Counter[int]:
    code = _compiled_code()
    word = child.word(entry)
    child.put_word(entry, word & ~0xFF | _BREAKPOINT)
    child.go_on()
    child.put_word(entry, word)
    registers = child.registers()
    registers[_INSTRUCTION] = entry  # behind the breakpoint until now
    child.put_registers()
    frame = registers[_STACK]
    end = child.word(frame)  # the address to which the code returns
    counts: Counter[int] = Counter()
    address = entry
    while address != end or registers[_STACK] <= frame:
        if any(first <= address < last for first, last in code):
            counts[address] += 1
        child.step()
        address = child.registers()[_INSTRUCTION]
    return counts


def _compiled_code() -> list[tuple[int, int]]:
    """Return the ranges of addresses of code that belongs to no file."""
    found = []
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        addresses, rights, _, _, node, *_ = line.split(maxsplit=5)
        if "x" in rights and node == "0" and "[" not in line:
            first, last = addresses.split("-")
            found.append((int(first, 16), int(last, 16)))
    return found
