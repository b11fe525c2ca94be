#!/usr/bin/env python3
"""How times grow with answers: the query shapes over a graph and over one some times as large, in turns.

    python3 benches/growth.py WORKER SMALL LARGE QUERY_FOLDER [SHAPE,... [BAIMO]]

WORKER is the compiled `benches/shapes.rs`, of which one process has SMALL open and one LARGE (packs or any RDF files). Both are
asked each query in turns until neither was quicker in seven rounds than before, at most sixty (three rounds where it takes over a
second); the least processor time of all threads, which other work on the machine changes least: where a query waits for memory that
others use too, seven rounds find the least only by chance. A line a shape: how many times as large the
answer is (its rows or, where it is one row of one number, that number), how many times as many bytes it is as TSV (as many rows
may be of longer texts) and as many rows all operators give together (an answer that does not grow may need more to be read), these two
by the program BAIMO, where it is given; how
many times as long it takes, and this by the largest of the three; `!` marks what takes over 1.3 times as long as that and over a millisecond.
An empty list of shapes means all.
"""
import json
import math
import pathlib
import re
import subprocess
import sys
import time

FACTOR = 1.3
SHORT = 1e-3
STEADY, MOST = 7, 60
LONG, FEW = 1, 3


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


STEP = re.compile(r"\s*[\d.]+m?s\s+(?:[\d.]+ ?[kM]?B\s+)?(\d+)\s+\d+\s+\S")


def touched(program, data, path):
    """How many rows all operators of a query give together; what runs in parallel is counted once."""
    command = [program, "explain", "--run", "--data", data, "-f", str(path)]
    drawn = subprocess.run(command, capture_output=True, text=True).stdout
    steps = [line for line in drawn.splitlines() if "In parallel:" not in line]
    return sum(int(step[1]) for step in map(STEP.match, steps) if step)


def written(program, data, path):
    """How many bytes an answer is as TSV, or as what it is otherwise."""
    command = [program, "query", "--data", data, "-f", str(path), "-F"]
    for form in ("tsv", "turtle"):
        answer = subprocess.run([*command, form], capture_output=True)
        if answer.returncode == 0:
            return len(answer.stdout)
    return 0


def compare(workers, path):
    """The sizes of both answers and their least times; None where one has an error."""
    least, sizes = [math.inf, math.inf], [0, 0]
    turn, last = 0, STEADY
    while turn < min(last, MOST):
        turn += 1
        for place, worker in enumerate(workers):
            answer = worker.ask(path)
            if "error" in answer:
                return None
            sizes[place] = size(answer)
            if answer["s"] < least[place]:
                least[place], last = answer["s"], turn + STEADY
        last = FEW if least[1] > LONG else last
    return sizes, least


def main():
    program, small, large, folder = sys.argv[1:5]
    wanted = set(sys.argv[5].split(",")) if len(sys.argv) > 5 and sys.argv[5] else None
    explainer = sys.argv[6] if len(sys.argv) > 6 else None
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
        long, read = math.nan, math.nan
        if explainer:
            long = written(explainer, large, path) / max(1, written(explainer, small, path))
            read = touched(explainer, large, path) / max(1, touched(explainer, small, path))
        ratio = longer / max(growth for growth in (grown, long, read, 0) if not math.isnan(growth))
        over = ratio > FACTOR and after > SHORT
        beyond += [path.stem] if over else []
        ratios.append(longer)
        print(
            f"{path.stem:20} answer {grown:7.2f}   bytes {long:7.2f}   rows {read:7.2f}   {before * 1e3:9.3f} ms {after * 1e3:9.3f} ms"
            f" {longer:7.2f}   by the largest {ratio:6.2f}{' !' if over else ''}",
            flush=True,
        )
    mean = math.exp(sum(math.log(ratio) for ratio in ratios) / max(1, len(ratios)))
    print(f"{len(ratios)} shapes take {mean:.2f} times as long (geometric mean); over {FACTOR}: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
