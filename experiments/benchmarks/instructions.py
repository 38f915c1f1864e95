"""The instructions that the kernel executes for one sample, by kind, and their time."""

import ctypes
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from capstone import CS_ARCH_X86, CS_MODE_64, Cs

from experiments.benchmarks.cases import Case
from experiments.benchmarks.exercise import exercise_of, kernel_training
from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import pinned
from experiments.benchmarks.share_of_peak import share_of_peak
from experiments.benchmarks.stepping import executed
from neuroevo.kernel.training import train
from neuroevo.kernel.vectors import VECTOR_BITS

_CASES = (
    Case((2, 6, 2), "linear", "float32", "sgd"),
    Case((2, 6, 2), "relu", "float32", "sgd"),
    Case((2, 6, 2), "relu", "float32", "adam"),
    Case((2, 16, 16, 2), "relu", "float32", "sgd"),
    Case((10, 32, 1), "relu", "float32", "sgd", 32),
    Case((10, 32, 32, 1), "relu", "float32", "sgd", 32),
    Case((10, 32, 32, 1), "relu", "float32", "adam", 32),
)
_DISASSEMBLER = Cs(CS_ARCH_X86, CS_MODE_64)
_FEWEST_SAMPLES = 8  # whose instructions are counted
_LONGEST = 15  # bytes of an instruction
_VECTOR = re.compile("[xyz]mm")
_KINDS = ("multiply-adds", "other arithmetic", "loads", "stores", "the rest")
_NOTE = (
    "Instructions for one sample of 16 networks, in units of a vector register: multiply-adds, "
    "other arithmetic on vectors, loads and stores of vectors (also those that are a part of "
    "another instruction, so the kinds may add up to more than all), and the rest: addresses, "
    "counters, branches, and registers that are kept in memory meanwhile. Needed: multiply-adds "
    "of weights in the forward and backward pass and the update. Time: how many multiply-adds the "
    "core does at its peak in the time that a sample takes, so needed / time is the share of the "
    "peak. A core of Zen 3 starts at most 6 instructions a cycle, among them 2 multiply-adds of "
    "256 bits, 2 loads and 1 store (Software Optimization Guide for AMD Family 19h Processors, "
    "publication 56665)."
)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What one sample needs."""

    case: Case
    bits: int  # of a vector register
    needed: float  # multiply-adds of registers
    counts: Mapping[str, float]  # instructions of each kind
    total: float
    time: float  # as multiply-adds of registers at the peak


@dataclass(frozen=True, slots=True)
class InstructionsResult:
    """All measurements of this part."""

    instructions: tuple[Instructions, ...]


def measure(rounds: int) -> InstructionsResult:
    """Count the instructions of each case, and take its time."""
    with pinned():
        return InstructionsResult(tuple(_measure(case, rounds) for case in _CASES))


def tables(result: InstructionsResult) -> list[Table]:
    """Return the measurements as a table."""
    rows = [
        (
            each.case.name,
            f"{each.bits}",
            *(f"{count:,.0f}" for count in (each.needed, *each.counts.values())),
            f"{each.total:,.0f}",
            f"{each.time:,.0f}",
        )
        for each in result.instructions
    ]
    columns = ("training", "bits", "needed", *_KINDS, "all", "time")
    return [Table("Instructions of one sample", columns, tuple(rows), (_NOTE,))]


def counted(case: Case) -> tuple[int, Mapping[str, float], float]:
    """Return the bits of a register, and the instructions of one sample by kind and in all.

    Raises
    ------
    SteppingError
        If the system can't run a process one instruction at a time.
    """
    samples = max(case.batch_size, _FEWEST_SAMPLES)
    fewer, more = (_executed(case, count) for count in (samples, 2 * samples))
    kinds = dict.fromkeys(_KINDS, 0.0)
    total, bits = 0.0, 0
    for address in more:
        mnemonic, operands = _disassembled(address)
        count = (more[address] - fewer[address]) / samples
        total += count
        for kind in _kinds(mnemonic, operands):
            kinds[kind] += count
        if mnemonic.startswith("vf") and count:
            bits = max(bits, 512 if "zmm" in operands else 256 if "ymm" in operands else 128)
    return bits, kinds, total


def _measure(case: Case, rounds: int) -> Instructions:
    bits, kinds, total = counted(case)
    needed = case.multiply_adds * VECTOR_BITS / bits
    return Instructions(
        case, bits, needed, kinds, total, needed / share_of_peak(case, rounds).share
    )


def _executed(case: Case, samples: int) -> Counter[int]:
    training = kernel_training(exercise_of(case, samples))
    training()  # to compile it
    return executed(training, _entry(case))


def _entry(case: Case) -> int:
    """Return the address at which the kernel begins that trains in the precision of a case."""
    known = train.overloads  # type: ignore[attr-defined]  # a dispatcher of numba
    rows = f"array({case.precision}, 2d"
    compiled = next(each for types, each in known.items() if rows in str(types))
    name = compiled.fndesc.llvm_cpython_wrapper_name
    return int(compiled.library.get_pointer_to_function(name))


def _disassembled(address: int) -> tuple[str, str]:
    """Return the mnemonic and the operands of the instruction at an address of this process."""
    code = ctypes.string_at(address, _LONGEST)
    _, _, mnemonic, operands = next(_DISASSEMBLER.disasm_lite(code, address))
    return mnemonic, operands


def _kinds(mnemonic: str, operands: str) -> list[str]:
    """Return the kind of an instruction; two if arithmetic reads from memory."""
    if not _VECTOR.search(operands):
        return ["the rest"]
    first, *others = operands.split(",")
    reads = any("[" in operand for operand in others)
    if "mov" in mnemonic or "broadcast" in mnemonic:
        return ["stores"] if "[" in first else ["loads"] if reads else ["other arithmetic"]
    kind = "multiply-adds" if mnemonic.startswith("vf") else "other arithmetic"
    return [kind, "loads"] if reads else [kind]
