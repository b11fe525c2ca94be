#!/usr/bin/env python3
"""Query shapes side by side, in process against in process, interleaved: A B C A B C ...

    pip install maplib pyoxigraph sparq-rdf
    python3 benches/side_by_side.py DATA.nt QUERY_FOLDER [ENGINE,...] [SHAPE,...]

Engines: baimo (the worker `benches/shapes.rs`, built here), maplib, oxigraph (pyoxigraph, in memory), sparq (as JSON, its
quickest way). Each runs as a process of its own that loads DATA once and answers one query at a time; time is taken inside
the process, from the text to the last row. Seven rounds (three where a round takes over a second, one over 10 s); medians. Prints a line a
shape, with each engine's ratio to baimo, then geometric means over the shapes that both answered with the same rows.
`!` marks an answer that differs from baimo's (rows; for an answer of one row its cells). A peer that takes over
60 s on a shape is killed and started again.
"""
import json
import math
import os
import pathlib
import selectors
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 60
PEER = r'''
import sys, time, json
engine, data = sys.argv[1:3]
begun = time.perf_counter()
if engine == "maplib":
    import maplib
    model = maplib.Model(); model.read(data, format="ntriples")
    ask = model.query
    def count(frame):
        if not hasattr(frame, "height"):
            return None, []
        return frame.height, ([str(cell) for cell in frame.row(0)] if frame.height == 1 else [])
elif engine == "sparq":
    import sparq
    graph = sparq.Graph.load(data, format="ntriples")
    ask = graph.query_json
    def count(answer):
        if not answer.lstrip().startswith("{"):
            return None, []
        answer = json.loads(answer)
        if "boolean" in answer:
            return 1, [str(answer["boolean"]).lower()]
        rows = answer["results"]["bindings"]
        return len(rows), ([cell["value"] for cell in rows[0].values()] if len(rows) == 1 else [])
else:
    import pyoxigraph
    store = pyoxigraph.Store(); store.bulk_load(path=data, format=pyoxigraph.RdfFormat.N_TRIPLES)
    def ask(text):
        answer = store.query(text)
        return answer, answer if isinstance(answer, pyoxigraph.QueryBoolean) else list(answer)
    def count(answer):
        answer, rows = answer
        if isinstance(answer, pyoxigraph.QueryBoolean):
            return 1, [str(bool(answer)).lower()]
        cells = []
        if len(rows) == 1 and isinstance(answer, pyoxigraph.QuerySolutions):
            cells = [getattr(cell, "value", str(cell)) for cell in rows[0] if cell is not None]
        return len(rows), cells
print(json.dumps({"load_s": time.perf_counter() - begun}), flush=True)
turn = 0
for line in sys.stdin:
    turn += 1
    # A comment that changes each time: no engine is to answer from a cache of texts.
    text = open(line.strip()).read() + f"\n# {turn}\n"
    begun = time.perf_counter()
    try:
        answer = ask(text)
        seconds = time.perf_counter() - begun
        rows, cells = count(answer)
        print(json.dumps({"s": seconds, "rows": rows, "cells": cells}), flush=True)
    except BaseException as error:
        print(json.dumps({"error": str(error)[:200]}), flush=True)
'''


class Engine:
    """A worker process that answers one query at a time."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.load = self.read(600).get("load_s")

    def read(self, seconds):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                self.process.kill()
                return {"error": f"over {seconds} s"}
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "the process ended"}

    def ask(self, path):
        if self.process.poll() is not None:
            self.start()
        self.process.stdin.write(f"{path}\n")
        answer = self.read(LIMIT)
        if answer.get("error") in (f"over {LIMIT} s", "the process ended"):
            self.process.kill()
            self.process.wait()
        return answer


def same(mine, theirs):
    """Whether two answers agree, as far as a count and the cells of one row tell."""
    if theirs["rows"] is not None and mine["rows"] != theirs["rows"]:
        return False
    if mine["rows"] != 1 or not theirs["cells"]:
        return True
    def plain(cell):
        try:
            return f"{float(cell):.6g}"
        except ValueError:
            return cell.strip('<>"')
    return sorted(map(plain, mine["cells"])) == sorted(map(plain, theirs["cells"]))


def build():
    environment = dict(os.environ)
    out = subprocess.run(
        ["cargo", "bench", "--bench", "shapes", "--no-run", "--message-format=json"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in out.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "shapes":
            return message["executable"]
    sys.exit("cargo built no worker")


def measure(engines, path):
    """The answers of each engine, in turns."""
    answers = {engine.name: [engine.ask(path)] for engine in engines}
    slowest = max((a[0].get("s", 0) for a in answers.values()), default=0)
    for _ in range(7 if slowest < 1 else 3 if slowest < 10 else 0):
        for engine in engines:
            if "error" not in answers[engine.name][-1]:
                answers[engine.name].append(engine.ask(path))
    return answers


def main():
    data, folder = sys.argv[1:3]
    names = (sys.argv[3] if len(sys.argv) > 3 else "baimo,maplib,oxigraph").split(",")
    only = sys.argv[4].split(",") if len(sys.argv) > 4 else None
    commands = {"baimo": lambda: [os.environ.get("BAIMO_SHAPES") or build(), data]}
    engines = [Engine(name, commands.get(name, lambda: [sys.executable, "-c", PEER, name, data])()) for name in names]
    print("load  " + "  ".join(f"{engine.name} {engine.load or 0:.2f} s" for engine in engines), flush=True)
    ratios = {name: {} for name in names}
    for path in sorted(pathlib.Path(folder).glob("*.rq")):
        if only and path.stem not in only:
            continue
        answers = measure(engines, path)
        first, line = answers[names[0]][-1], f"{path.stem:20}"
        for name in names:
            last = answers[name][-1]
            if "error" in last:
                line += f"  {name}: {last['error'][:30]:>24}"
                continue
            # The first answer warms up, where there are others.
            times = [answer["s"] for answer in answers[name] if "s" in answer]
            median = statistics.median(times[1:] or times)
            line += f"  {name} {median * 1e3:9.2f} ms"
            if name != names[0] and "s" in first:
                agrees = same(first, last)
                base = [answer["s"] for answer in answers[names[0]]]
                ratio = statistics.median(base[1:] or base) / median
                line += f" {ratio:6.2f}{' ' if agrees else '!'}"
                if agrees:
                    ratios[name][path.stem] = ratio
        print(line, flush=True)
    for name in names[1:]:
        if ratios[name]:
            mean = math.exp(statistics.fmean(map(math.log, ratios[name].values())))
            worst = max(ratios[name], key=ratios[name].get)
            print(f"{names[0]} / {name}: geometric mean {mean:.3f} over {len(ratios[name])} shapes, "
                  f"worst {ratios[name][worst]:.2f} ({worst})")
    for engine in engines:
        engine.process.kill()


main()
