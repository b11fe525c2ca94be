#!/usr/bin/env python3
"""How times grow with answers: the query shapes over a graph and over one some times as large, in turns.

    python3 benches/growth.py WORKER SMALL LARGE QUERY_FOLDER [SHAPE,...]

WORKER is the compiled `benches/shapes.rs`, of which one process has SMALL open and one LARGE (packs or any RDF files). Both are
asked each query in turns, seven times (three where it takes over a second); the least processor time of all threads,
which other work on the machine changes least. A line a shape: how many times as large the
answer is (its rows or, where it is one row of one number, that number), how many times as long it takes, and the one by the
other; `!` marks what takes over 1.3 times as long as the answer is large and over a millisecond. An answer that does not grow
while more is read for it is marked as well: what it has to read is for the reader to judge.
"""
import json
import math
import pathlib
import subprocess
import sys
import time

FACTOR = 1.3
SHORT = 1e-3


class Worker:
    """A process that answers one query a line."""

    def __init__(self, program, data):
        self.process = subprocess.Popen(
            [program, data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        opened = json.loads(self.process.stdout.readline())
        if "error" in opened:
            raise SystemExit(f"{data}: {opened['error']}")

    def ask(self, path):
        begun = self.clock()
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return {**answer, "s": self.clock() - begun}

    def clock(self):
        """The processor time of all threads so far, in seconds: the clock of another process, as clock_getcpuclockid(3) makes it."""
        return time.clock_gettime((~self.process.pid << 3) | 2)


def size(answer):
    """How large an answer is: the number in it where it is nothing else, else its rows."""
    if answer["rows"] == 1 and len(answer["cells"]) == 1:
        try:
            return float(answer["cells"][0])
        except ValueError:
            pass
    return float(answer["rows"])


def compare(workers, path):
    """The sizes of both answers and their least times; None where one has an error."""
    times, sizes, rounds = ([], []), [0, 0], 7
    turn = 0
    while turn < rounds:
        for place, worker in enumerate(workers):
            answer = worker.ask(path)
            if "error" in answer:
                return None
            times[place].append(answer["s"])
            sizes[place] = size(answer)
        rounds = 3 if times[1][-1] > 1 else rounds
        turn += 1
    return sizes, [min(side) for side in times]


def main():
    program, small, large, folder = sys.argv[1:5]
    wanted = set(sys.argv[5].split(",")) if len(sys.argv) > 5 else None
    workers = [Worker(program, small), Worker(program, large)]
    ratios, beyond = [], []
    for path in sorted(pathlib.Path(folder).glob("*.rq")):
        if wanted and path.stem not in wanted:
            continue
        found = compare(workers, path)
        if found is None:
            print(f"{path.stem:20} an error", flush=True)
            continue
        sizes, (before, after) = found
        grown, longer = (sizes[1] / sizes[0] if sizes[0] else math.nan), after / before
        ratio = longer / grown if grown else math.nan
        over = ratio > FACTOR and after > SHORT
        beyond += [path.stem] if over else []
        ratios.append(longer)
        print(
            f"{path.stem:20} answer {grown:7.2f}   {before * 1e3:9.3f} ms {after * 1e3:9.3f} ms {longer:7.2f}"
            f"   time by answer {ratio:6.2f}{' !' if over else ''}",
            flush=True,
        )
    mean = math.exp(sum(math.log(ratio) for ratio in ratios) / max(1, len(ratios)))
    print(f"{len(ratios)} shapes take {mean:.2f} times as long (geometric mean); over {FACTOR}: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
